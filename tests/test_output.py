"""What people see, held against golden files.

After a wanted change: `pytest tests/test_output.py --update-golden`, then read the difference.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from conftest import Run

GOLDEN = Path(__file__).parent / "golden"
DATA = Path(__file__).parent / "data"
GLOSSARIES = os.pathsep.join(str(DATA / name) for name in ("glossary.yaml", "timeline.yaml"))

TEXT = Path(__file__).parent / "data" / "text.md"

CASES = {
    f"show-{columns}-{lang}-{'color' if color else 'plain'}": (["quux attention", "--lang", lang], columns, color)
    for columns in (40, 80, 120)
    for lang in ("en", "zh")
    for color in (True, False)
} | {
    f"scan-{columns}-{lang}-{'color' if color else 'plain'}": (["scan", str(TEXT), "--lang", lang], columns, color)
    for columns in (40, 80, 120)
    for lang, color in (("en", columns == 80), ("zh", False))
} | {
    f"compare-{columns}-{lang}-plain": (["compare", "quux attention", "vs", "quuz", "--lang", lang], columns, False)
    for columns in (40, 80, 120)
    for lang in ("en", "zh")
} | {
    "scan-annotate-80-en-color": (["scan", str(TEXT), "--annotate"], 80, True),
    "show-80-both-plain": (["show", "quux attention", "--lang", "both"], 80, False),
    "show-homonyms-80-en-plain": (["QUUX"], 80, False),
    "search-80-en-color": (["search", "quux", "--category", "lab"], 80, True),
    "search-40-zh-plain": (["search", "为这些测试虚构", "--category", "lab", "--lang", "zh"], 40, False),
    "related-80-en-plain": (["related", "fredder"], 80, False),
    "related-tree-80-zh-plain": (["related", "fredder", "--depth", "2", "--lang", "zh"], 80, False),
    "related-to-80-en-color": (["related", "quuz", "--to", "quux protocol"], 80, True),
    "related-to-40-zh-plain": (["related", "quuz", "--to", "quux protocol", "--all", "--lang", "zh"], 40, False),
    "compare-120-en-color": (["compare", "quux attention", "quuz", "fredder"], 120, True),
    "compare-160-both-plain": (["compare", "quux attention", "quuz", "fredder", "--lang", "both"], 160, False),
    "cite-40-en-plain": (["cite", "quux attention"], 40, False),
    "list-80-en-plain": (["list", "--category", "lab"], 80, False),
} | {
    f"timeline-{columns}-{lang}-plain": (["timeline", "--category", "era", "--lang", lang], columns, False)
    for columns in (40, 80, 120)
    for lang in ("en", "zh")
} | {
    "timeline-80-en-color": (["timeline", "--category", "era"], 80, True),
    "timeline-few-80-en-plain": (["timeline", "--category", "lab"], 80, False),
    "timeline-few-80-zh-color": (["timeline", "--category", "era", "--since", "2024", "--lang", "zh"], 80, True),
    "timeline-few-40-both-plain": (["timeline", "--category", "era", "--until", "1950", "--lang", "both"], 40, False),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_output_in_a_terminal(name: str, run_in_terminal: Run, request: pytest.FixtureRequest) -> None:
    """The layout is what was last looked at and found good."""
    words, columns, color = CASES[name]
    environment = {"LLMTERMS_PATH": GLOSSARIES} | ({} if color else {"NO_COLOR": "1"})
    shown = run_in_terminal(*words, columns=columns, env=environment)
    out = re.sub(r"\x1b]8;id=\d+;", "\x1b]8;id=1;", shown.out)  # rich draws it by lot
    file = GOLDEN / f"{name}.txt"
    if request.config.getoption("--update-golden"):
        file.write_text(out, "utf-8")
    assert (0, file.read_text("utf-8")) == (shown.code, out)


@pytest.mark.parametrize("name", [name for name in CASES if name.endswith("plain")])
def test_no_line_is_too_wide_and_none_breaks_badly(name: str) -> None:
    """Chinese fills the line; punctuation neither begins nor ends one where it must not."""
    from rich.cells import cell_len

    columns = CASES[name][1]
    lines = (GOLDEN / f"{name}.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if cell_len(line) > columns] == []
    assert [line for line in lines if re.match(r"[\s│]*[、。，；：！？）】》”…·]", line)] == []
    assert [line for line in lines if re.search(r"[（【《“]$", line)] == []


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_chinese_paragraphs_fill_the_line(columns: int) -> None:
    """A line of a Chinese paragraph ends within three words of the margin, not at the first space."""
    from rich.cells import cell_len

    text = (GOLDEN / f"show-{columns}-zh-plain.txt").read_text("utf-8")
    paragraph = next(block for block in text.split("\n\n") if block.startswith("Quux 让")).splitlines()
    assert all(cell_len(line) >= columns - 14 for line in paragraph[:-1])


def test_plain_output_has_no_escape_codes() -> None:
    """NO_COLOR leaves neither colours nor links."""
    assert [
        name for name in CASES if name.endswith("plain") and "\x1b" in (GOLDEN / f"{name}.txt").read_text("utf-8")
    ] == []


def test_color_output_links_the_address_it_prints() -> None:
    """A citation is a hyperlink whose address can be read where links are not supported."""
    text = (GOLDEN / "show-120-en-color.txt").read_text("utf-8")
    url = "https://arxiv.org/abs/2501.00001"
    assert re.search(rf"\x1b]8;id=1;{url}\x1b\\(\x1b\[[\d;]*m)?{url}", text)
