"""`llmterms timeline`: in a terminal, to a pipe, as JSON and as a picture."""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest

from conftest import Run
from llmterms.glossary import Glossary
from llmterms.model import Bilingual, Origin, Term
from llmterms.picture import text_width
from llmterms.timeline import bars, by_month

ERA = {"LLMTERMS_PATH": str(Path(__file__).parent / "data" / "timeline.yaml")}


def terms(*dates: str) -> list[Term]:
    """Return terms of these dates; "" is a term without origin."""
    text = Bilingual("x", "某")
    return [
        Term(
            id=f"t{number}", name=f"T{number}", full_name="", zh=f"词{number}", aliases=(), kind="method",
            category="rl", source="", gloss=text, definition=text, note=None,
            origin=Origin(date, "", "") if date else None, related=(), citations=(),
        )
        for number, date in enumerate(dates)
    ]  # fmt: skip


def spans(*dates: str) -> list[tuple[str, int]]:
    """Return what the bars of terms of these dates stand for, and how many each counts."""
    return [
        (bar.first if bar.first == bar.last else f"{bar.first}-{bar.last}", bar.terms) for bar in bars(terms(*dates))
    ]


# --- which terms, in which order


def test_a_pipe_gets_a_record_a_line_by_date(run: Run) -> None:
    """Date, name, Chinese name, gloss and id, the earliest first."""
    shown = run("timeline", "--category", "rl", "--since", "2024")
    rows = [line.split("\t") for line in shown.out.splitlines()]
    assert (shown.code, shown.err) == (0, "")
    assert {5} == {len(row) for row in rows}
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    [grpo] = [row for row in rows if row[1] == "GRPO"]
    assert (grpo[0], grpo[2], grpo[4]) == ("2024-02", "组相对策略优化", "grpo")


def test_it_has_the_terms_that_list_has(run: Run) -> None:
    """The filters are those of `list`, and nothing with a date is lost."""
    words = ["--kind", "方法", "--category", "serving", "--since", "2021-03", "--until", "2024-11"]
    listed = {line.split("\t")[4] for line in run("list", *words).out.splitlines()}
    assert listed == {line.split("\t")[4] for line in run("timeline", *words).out.splitlines()} != set()


def test_terms_without_a_date_are_left_out_with_a_word(run: Run, glossary: Glossary) -> None:
    """Nobody knows when they came up; stderr says how many there are."""
    shown = run("timeline")
    dated = sum(term.origin is not None for term in glossary)
    assert dated == len(shown.out.splitlines())
    assert f"llmterms: terms without a date, left out: {len(glossary) - dated}\n" == shown.err


@pytest.mark.parametrize("words", [["--until", "1800"], ["--since", "2025", "--until", "2024"]])
def test_nothing_fits(run: Run, tmp_path: Path, words: list[str]) -> None:
    """Exit 1 with a word in the language of the answer; no file is written, JSON stays JSON."""
    shown = run("timeline", *words)
    assert (shown.code, shown.out, shown.err) == (1, "", "llmterms: no term with a date fits\n")
    assert run("timeline", *words, "--lang", "zh").err == "llmterms: 没有符合条件而又有年代的词条\n"
    assert run("timeline", *words, "--svg", "x.svg").code == 1
    assert not (tmp_path / "x.svg").exists()
    told = run("timeline", *words, "--json")
    assert (told.code, json.loads(told.out)) == (1, {"timeline": []})


def test_json_groups_whole_terms_by_month(run: Run) -> None:
    """The terms are those of `list`, by month, those of a known year alone under the year."""
    told = json.loads(run("timeline", "--category", "era", "--json", env=ERA).out)["timeline"]
    assert [group["date"] for group in told] == sorted(group["date"] for group in told)
    groups = {group["date"]: group["terms"] for group in told}
    assert [term["origin"]["date"] for term in groups["2018-10"]] == [
        "2018-10",
        "2018-10-11",
        "2018-10-12",
        "2018-10-13",
    ]
    assert [term["name"] for term in groups["2018"]] == ["Nim 3"]
    assert (
        groups["1763"]
        == json.loads(run("list", "--category", "era", "--until", "1763", "--json", env=ERA).out)["terms"]
    )


def test_months_follow_their_year_in_order() -> None:
    """A year comes before its months, a month before its days; terms of one date keep their order."""
    found = terms("2024-02-05", "", "2024-02", "2023-12", "2024", "2024-02")
    names = [(month, *(term.name for term in group)) for month, group in by_month(found).items()]
    assert names == [("2023-12", "T3"), ("2024", "T4"), ("2024-02", "T2", "T5", "T0")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--kind", "thing"], "there is no kind “thing”"),
        (["--category", "none"], "there is no category “none”"),
        (["--since", "soon"], "--since takes a date like 2024"),
        (["--until", "2024-1"], "--until takes a date like 2024"),
        (["--svg", "x.svg", "--json"], "--svg and --json are two answers"),
        (["--svg", ""], "--svg takes the name of a file"),
        (["GRPO"], "unexpected extra argument"),
    ],
)
def test_usage_errors(run: Run, tmp_path: Path, words: list[str], message: str) -> None:
    """A wrong option says what would be right; exit 2, and nothing is written."""
    shown = run("timeline", *words, env={"COLUMNS": "120"})
    assert (shown.code, shown.out) == (2, "")
    assert message in shown.err
    assert not (tmp_path / "x.svg").exists()


# --- the chart


def test_a_short_time_is_counted_by_month() -> None:
    """Empty months have their bar; one of a known year alone has its own before them, where needed."""
    assert spans("2023-11", "2024-02-05", "2024-02", "2024") == [
        ("2023-11", 1), ("2023-12", 0), ("2024", 1), ("2024-01", 0), ("2024-02", 2),
    ]  # fmt: skip


def test_three_years_are_counted_by_month_and_more_by_year() -> None:
    """36 months have 36 bars; one month more, and there is a bar a year."""
    assert len(spans("2022-01", "2024-12")) == 36
    assert spans("2021-12", "2024-12") == [("2021", 1), ("2022", 0), ("2023", 0), ("2024", 1)]


def test_years_without_months_are_counted_by_year() -> None:
    """Where no month is known there are no bars for months."""
    assert spans("2022", "2024", "2024") == [("2022", 1), ("2023", 0), ("2024", 2)]


def test_early_years_are_taken_by_decade() -> None:
    """In a long time recent years stand alone, early ones by decade, empty decades as one bar."""
    found = spans("1763", "1948-07", "1975", "1977-03", "2024", "2024-05")
    assert found[:6] == [
        ("1760-1769", 1), ("1770-1939", 0), ("1940-1949", 1), ("1950-1969", 0), ("1970-1979", 2), ("1980-2009", 0),
    ]  # fmt: skip
    assert found[6:] == [(str(year), 0) for year in range(2010, 2024)] + [("2024", 2)]


@pytest.mark.parametrize("since", ["", "1990", "2005-06", "2016", "2022", "2024-03-02", "2026"])
@pytest.mark.parametrize("kind", ["", "method", "standard", "organization"])
def test_bars_follow_each_other_and_count_every_term(glossary: Glossary, since: str, kind: str) -> None:
    """No stretch of time is missing or counted twice, and there are no more rows than fit a screen."""
    found = glossary.select(kind=kind, since=since)
    counted = bars(found)
    assert sum(bar.terms for bar in counted) == sum(term.origin is not None for term in found)
    assert len(counted) <= 39
    for bar, following in pairwise(counted):
        if len(bar.last) == len(following.first) == 4 and "-" not in f"{counted[0].first}{counted[-1].last}":
            assert int(following.first) == int(bar.last) + 1
        else:
            assert bar.last < following.first


@pytest.mark.parametrize("columns", [20, 40, 80, 120])
def test_the_chart_fits_and_is_to_scale(run_in_terminal: Run, columns: int) -> None:
    """The longest bar reaches its number at the edge, and others are as long in proportion."""
    from rich.cells import cell_len

    out = run_in_terminal("timeline", columns=columns, env={"NO_COLOR": "1"}).out
    rows = re.findall(r"^(\d{4}s?) +([█▏▎▍▌▋▊▉]*) ?(\d+)$", out, re.MULTILINE)
    assert len(rows) > 20
    assert max(cell_len(line) for line in out.splitlines() if not line.startswith("llmterms:")) <= columns
    eighths = {int(count): len(bar) * 8 - (8 - " ▏▎▍▌▋▊▉█".index(bar[-1])) for _, bar, count in rows if int(count)}
    most = max(eighths)
    assert eighths[most] // 8 == columns - len("2023") - len("s  ") - len(f" {most}")
    for count, length in eighths.items():
        assert abs(length - count / most * eighths[most]) <= 1


def test_few_terms_have_their_glosses_and_many_only_names(run: Run) -> None:
    """Up to 40 terms are told, more are named; who reads Chinese gets the Chinese names with them."""
    few = run("timeline", "--category", "rl", "--since", "2025", "--color", "always").out
    many = run("timeline", "--category", "rl", "--since", "2022", "--color", "always").out
    chinese = run("timeline", "--category", "rl", "--since", "2022", "--color", "always", "--lang", "zh").out
    assert "RL loss that caps importance weights" in few
    assert "RL loss that caps importance weights" not in many
    assert "组相对策略优化" not in many
    assert "组相对策略优化" in chinese


def test_a_single_month_needs_no_chart(run: Run) -> None:
    """One bar would say nothing."""
    out = run("timeline", "--since", "2024-02", "--until", "2024-02", "--color", "always").out
    assert "GRPO" in out
    assert "█" not in out


# --- the picture

SELECTIONS = {
    "one": ["--category", "era", "--until", "1763"],
    "five": ["--category", "data", "--kind", "dataset", "--until", "2022"],
    "sixty": ["--category", "rl", "--since", "2022"],
    "era": ["--category", "era"],
    "models": ["--kind", "model", "--since", "2023"],
    "all": [],
}
SVG = "{http://www.w3.org/2000/svg}"


def number(element: ET.Element, attribute: str) -> float:
    return float(element.attrib[attribute])


def boxes(svg: ET.Element) -> list[tuple[float, float, float, float, str]]:
    """Return left, top, right, bottom and text of every label: titles, dates and names."""
    found = []
    for group in svg.findall(f"{SVG}g"):
        box, text = group.find(f"{SVG}rect"), group.find(f"{SVG}text")
        assert box is not None
        assert text is not None
        left, top, name = number(box, "x"), number(box, "y"), text.text or ""
        right, bottom = left + number(box, "width"), top + number(box, "height")
        assert left < number(text, "x")
        assert top < number(text, "y") - 9  # the height of capitals, and then what hangs below
        assert number(text, "y") + 3 < bottom
        assert number(text, "x") + text_width(name) < right
        assert number(text, "textLength") == pytest.approx(text_width(name), abs=0.1)
        found.append((left, top, right, bottom, name))
    for text in svg.findall(f"{SVG}text"):
        left, base = number(text, "x"), number(text, "y")
        found.append((left, base - 12, left + number(text, "textLength"), base + 4, text.text or ""))
    return found


@pytest.mark.parametrize("lang", ["en", "zh", "both"])
@pytest.mark.parametrize("selection", SELECTIONS)
def test_labels_neither_overlap_nor_leave_the_picture(run: Run, selection: str, lang: str) -> None:
    """However many terms there are, each name has its own place on the canvas."""
    shown = run("timeline", *SELECTIONS[selection], "--lang", lang, "--svg", "-", env=ERA)
    svg = ET.fromstring(shown.out)
    width, height = number(svg, "width"), number(svg, "height")
    assert width <= 880  # what a page has room for; names that need more go to the next line
    found = sorted(boxes(svg), key=lambda box: box[1])
    rows = run("timeline", *SELECTIONS[selection], "--lang", lang, env=ERA).out.splitlines()
    assert len(found) == 2 + len({row.split("\t")[0][:7] for row in rows}) + len(rows)
    assert [box for box in found if box[0] < 0 or box[1] < 0 or box[2] > width or box[3] > height] == []
    overlapping = []
    for place, (left, _, right, bottom, name) in enumerate(found):
        for other in found[place + 1 :]:
            if other[1] >= bottom:
                break
            if other[0] < right and left < other[2]:
                overlapping.append((name, other[4]))
    assert overlapping == []


@pytest.mark.parametrize("lang", ["en", "zh", "both"])
def test_the_picture_names_every_term_in_order(run: Run, lang: str) -> None:
    """Names stand in the order of their dates, in the language asked for, in both without saying it twice."""
    rows = [line.split("\t") for line in run("timeline", "--category", "era", env=ERA).out.splitlines()]
    wanted = {
        "en": [row[1] for row in rows],
        "zh": [row[2] for row in rows],
        "both": [row[2] if row[1] in row[2] else f"{row[1]} {row[2]}" for row in rows],
    }
    svg = ET.fromstring(run("timeline", "--category", "era", "--lang", lang, "--svg", "-", env=ERA).out)
    assert wanted[lang] == [text.text for text in svg.findall(f"{SVG}g/{SVG}text")]
    dates = [text.text for text in svg.findall(f"{SVG}text")][2:]
    assert dates == list(dict.fromkeys(row[0][:7] for row in rows))


def test_the_picture_says_what_it_shows(run: Run) -> None:
    """Over it stand the filters, the time and the number; behind a name its date and gloss."""
    svg = ET.fromstring(
        run(
            "timeline", "--category", "rl", "--kind", "method", "--since", "2024-02", "--until", "2024-03", "--svg", "-"
        ).out
    )
    title, about = [text.text for text in svg.findall(f"{SVG}text")][:2]
    assert title == "Timeline · Preference and reinforcement learning · method"
    assert about == f"2024-02 to 2024-03 · {len(svg.findall(f'{SVG}g'))} terms"
    told = [title.text or "" for title in svg.findall(f"{SVG}g/{SVG}title")]
    assert any(text.startswith("2024-02  PPO without a critic") for text in told)
    chinese = run("timeline", "--category", "rl", "--since", "2024", "--svg", "-", "--lang", "zh").out
    assert ">时间线 · 偏好学习与强化学习<" in chinese


def test_the_picture_stands_alone(run: Run) -> None:
    """It loads nothing, and brings its own background and ink, so that a dark page does not matter."""
    out = run("timeline", "--category", "rl", "--svg", "-").out
    assert (
        re.findall(
            r"(?:https?:|data:|url\(|href|@import|<script)", out.replace('xmlns="http://www.w3.org/2000/svg"', "")
        )
        == []
    )
    page = ET.fromstring(out).find(f"{SVG}rect")
    assert page is not None
    assert page.attrib["class"] == "page"
    assert ".page { fill: #ffffff" in out
    assert "fill: #1f2328" in out


def test_a_picture_is_written_and_overwritten(run: Run, tmp_path: Path) -> None:
    """It says so on stderr, stdout stays empty, and a second run replaces the file."""
    file = tmp_path / "out.svg"
    file.write_text("before" * 100_000)
    shown = run("timeline", "--category", "rl", "--since", "2022", "--svg", "out.svg")
    assert (shown.code, shown.out, shown.err) == (0, "", "llmterms: out.svg is written\n")
    assert file.read_text("utf-8") == run("timeline", "--category", "rl", "--since", "2022", "--svg", "-").out
    assert run("timeline", "--since", "2022", "--lang", "zh", "--svg", "out.svg").err == "llmterms: 已写入 out.svg\n"


@pytest.mark.parametrize(
    ("file", "reason"), [("nowhere/out.svg", "No such file or directory"), (".", "Is a directory")]
)
def test_a_file_that_cannot_be_written(run: Run, file: str, reason: str) -> None:
    """The error names the file and the reason; exit 3, no traceback."""
    shown = run("timeline", "--since", "2025", "--svg", file)
    assert (shown.code, shown.out, shown.err) == (3, "", f"llmterms: {file} cannot be written: {reason}\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full disk")
def test_a_full_disk_is_an_error(run: Run) -> None:
    """What could not be written whole is not called written."""
    shown = run("timeline", "--since", "2025", "--svg", "/dev/full")
    assert (shown.code, shown.err) == (3, "llmterms: /dev/full cannot be written: No space left on device\n")


@pytest.mark.parametrize("encoding", ["ascii", "gb18030", "utf-16"])
def test_a_printed_picture_is_xml_in_any_encoding(run: Run, encoding: str) -> None:
    """XML without a word about its encoding is UTF-8: elsewhere, Chinese is escaped."""
    words = ["timeline", "--category", "rl", "--since", "2024", "--lang", "zh", "--svg", "-"]
    shown = run(*words, env={"PYTHONIOENCODING": encoding})
    if encoding != "utf-16":  # which is not read as UTF-8 in the first place
        assert ET.tostring(ET.fromstring(shown.out)) == ET.tostring(ET.fromstring(run(*words).out))
    assert shown.code == 0


HOSTILE = """
categories:
  bad: {en: "A <b> & \\"c\\" ]]>", zh: "甲<乙>"}
terms:
  - id: hostile
    name: "</text><script>alert('1')</script> & \\"x\\" \\uFFFE"
    zh: "甲]]><!-- 乙 &amp;"
    kind: method
    category: bad
    gloss: {en: "a <i> & \\"q\\"", zh: "<丙>"}
    definition: {en: A., zh: 乙。}
    origin: {date: "2020"}
  - id: long
    name: "LONG"
    zh: "LONG"
    kind: method
    category: bad
    gloss: {en: Long, zh: 长}
    definition: {en: A., zh: 乙。}
    origin: {date: "2020"}
"""


@pytest.mark.parametrize("lang", ["en", "zh", "both"])
def test_hostile_names_are_only_text(run: Run, own_folders: Path, lang: str) -> None:
    """Markup in names and categories is shown, not obeyed; and what XML cannot hold is replaced."""
    (own_folders / "bad.yaml").write_text(HOSTILE.replace("LONG", "a very long name " * 20), "utf-8")
    out = run("timeline", "--category", "bad", "--lang", lang, "--svg", "-").out
    svg = ET.fromstring(out)
    assert {"svg", "title", "style", "rect", "text", "line", "circle", "g"} == {
        element.tag.removeprefix(SVG) for element in svg.iter()
    }
    assert "\ufffe" not in out
    name = "</text><script>alert('1')</script> & \"x\"" if lang != "zh" else "甲]]><!-- 乙 &amp;"
    assert any(name in (text.text or "") for text in svg.iter(f"{SVG}text"))
    assert max(box[2] for box in boxes(svg)) < number(svg, "width")
