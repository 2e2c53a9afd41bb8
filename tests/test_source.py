"""The validator against bad rows, and layers over one another."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from conftest import MINIMAL
from llmterms import source
from llmterms.errors import BadGlossary
from llmterms.paths import BUNDLED


@functools.cache
def bundled() -> source.Layer:
    """Return the bundled glossary, read once."""
    return source.read(BUNDLED)


def problems_of(tmp_path: Path, text: str | bytes) -> list[str]:
    """Return the problems of a glossary file as `line: term: field: message`."""
    file = tmp_path / "bad.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    layer = source.read(file)
    source.merge([bundled(), layer])
    return [str(problem).removeprefix(f"{file}:") for problem in layer.problems]


BAD_ROWS = {
    "unknown field": ("kind: method", "kind: method\n    sort: x", "10: zorblax: sort: is not a known field"),
    "missing field": ("    zh: 佐布拉\n", "", "4: zorblax: zh: is missing"),
    "empty text": ("name: Zorblax", 'name: ""', "5: zorblax: name: is empty"),
    "number for text": ("name: Zorblax", "name: 42", "5: zorblax: name: must be text (put it in quotes)"),
    "list for text": ("name: Zorblax", "name: [a]", "5: zorblax: name: must be text"),
    "text for list": ("[zorb]", "zorb", "8: zorblax: aliases: must be a list"),
    "text for map": ("{en: An invented method, zh: 虚构的方法}", "words", "11: zorblax: gloss: must be a map"),
    "half a text": (", zh: 虚构的方法", "", "11: zorblax: gloss.zh: is missing"),
    "bad id": ("id: zorblax", "id: Zorb_lax", "4: Zorb_lax: id: must be lower-case"),
    "bad kind": ("kind: method", "kind: thing", "9: zorblax: kind: is not one of concept"),
    "unfindable name": ("name: Zorblax", 'name: "!!!"', "5: zorblax: name: has no letter"),
    "unknown category": ("category: mine", "category: yours", "10: zorblax: category: “yours” is not a category"),
    "unknown relation": ("as: extends", "as: likes", "14: zorblax: related: “likes” is not one of is-a"),
    "dangling relation": ("to: grpo", "to: nothing", "14: zorblax: related: there is no term “nothing”"),
    "relation to itself": ("to: grpo", "to: zorblax", "14: zorblax: related: leads to the term itself"),
    "dangling citation": ("[doe2025zorblax]", "[nobody]", "15: zorblax: citations: there is no citation “nobody”"),
    "bad date": ('"2025-01"', '"2025-13"', "20: citations.doe2025zorblax.date: is not a date"),
    "impossible day": ('"2025-01"', '"2025-02-30"', "20: citations.doe2025zorblax.date: is not a date"),
    "bad address": ("https://example.org/zorblax", "file:///etc/passwd", "22: citations.doe2025zorblax.url: is not"),
    "script address": ("https://example.org/zorblax", "javascript:x", "22: citations.doe2025zorblax.url: is not"),
    "duplicate key": ("    name: Zorblax\n", "    name: Z\n    name: Y\n", "6: zorblax: name: stands here twice"),
    "control character": ("name: Zorblax", r'name: "Zor\e[31mblax"', "5: zorblax: name: holds a control"),
    "bidi override": ("name: Zorblax", r'name: "Zor\u202Eblax"', "5: zorblax: name: holds a control"),
    "bad key of a citation": ("doe2025zorblax:\n", "Doe 2025:\n", "18: citations.Doe 2025: the key must be"),
    "broken YAML": ("aliases: [zorb]", "aliases: [zorb", "9: is not valid YAML"),
    "raw control character": ("Zorblax & Friends", "Zorblax \x1b Friends", "18: is not valid YAML"),
    "origin without work": (
        "    related:",
        "    origin: {date: '2025', work: none}\n    related:",
        "13: zorblax: origin: there is no citation “none”",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_is_reported_with_line_term_and_field(tmp_path: Path, name: str) -> None:
    """Each kind of mistake is found where it stands."""
    old, new, expected = BAD_ROWS[name]
    assert old in MINIMAL
    found = problems_of(tmp_path, MINIMAL.replace(old, new, 1))
    assert any(problem.startswith(expected) for problem in found), found


def test_the_minimal_file_is_sound(tmp_path: Path) -> None:
    """What the bad rows are made from has no problem itself."""
    assert problems_of(tmp_path, MINIMAL) == []


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    """Several mistakes in several terms are all reported."""
    text = MINIMAL.replace("kind: method", "kind: thing").replace("zh: 佐布拉", "zh: []").replace('"2025-01"', "soon")
    assert len(problems_of(tmp_path, text)) == 3


def test_an_id_taken_twice_is_reported(tmp_path: Path) -> None:
    """The second term of one id is a mistake, not a replacement."""
    start, rest = MINIMAL.split("terms:\n")
    term = rest.split("citations:\n")[0]
    [problem] = problems_of(tmp_path, f"{start}terms:\n{term}{rest}")
    assert problem.endswith("zorblax: id: is taken by an earlier term of this file")


def test_not_utf8_is_reported_with_its_line(tmp_path: Path) -> None:
    """A file in another encoding says so and where."""
    assert problems_of(tmp_path, "terms:\n  # 你".encode("gbk")) == ["2: is not UTF-8"]


@pytest.mark.parametrize("text", ["- a\n- b\n", "just text", "42"])
def test_a_file_that_is_no_glossary_is_reported(tmp_path: Path, text: str) -> None:
    """Valid YAML of another shape is a mistake."""
    assert problems_of(tmp_path, text) == ["1: must be a map of fields"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "terms:\n", "terms: []\n"])
def test_an_empty_file_is_sound(tmp_path: Path, text: str) -> None:
    """A glossary with nothing in it adds nothing."""
    assert problems_of(tmp_path, text) == []


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    """A file that is not there is a problem of that file."""
    [problem] = source.read(tmp_path / "none.yaml").problems
    assert "none.yaml: cannot be read: No such file" in str(problem)


def test_deep_nesting_does_not_crash(tmp_path: Path) -> None:
    """A file made to exhaust the stack is a problem like any other."""
    [problem] = problems_of(tmp_path, "[" * 100_000)
    assert "valid YAML" in problem or "nested too deeply" in problem


def test_a_byte_order_mark_is_allowed(tmp_path: Path) -> None:
    """Files saved by Windows editors are read."""
    assert problems_of(tmp_path, "\ufeff" + MINIMAL) == []


def test_a_later_layer_replaces_a_term_whole(tmp_path: Path) -> None:
    """The term of the later file counts, and nothing of the earlier one is left in it."""
    one, two = tmp_path / "1.yaml", tmp_path / "2.yaml"
    one.write_text(MINIMAL, "utf-8")
    two.write_text(
        MINIMAL.replace("    full_name: Zonal Orbital Blax\n", "").replace("method, zh", "trick, zh"), "utf-8"
    )
    merged = source.load([BUNDLED, one, two])
    entry = merged.entries["zorblax"]
    assert ("An invented trick", "", two) == (entry.gloss.en, entry.full_name, entry.file)


def test_files_of_the_user_may_refer_to_one_another(tmp_path: Path) -> None:
    """A term may relate to one of a file that is read later."""
    one, two = tmp_path / "1.yaml", tmp_path / "2.yaml"
    one.write_text(MINIMAL.replace("to: grpo", "to: other"), "utf-8")
    two.write_text(MINIMAL.replace("id: zorblax", "id: other"), "utf-8")
    assert {"zorblax", "other"} <= set(source.load([BUNDLED, one, two]).entries)


def test_a_layer_that_needs_a_broken_one_is_left_out_too(tmp_path: Path) -> None:
    """Leaving out a broken file leaves no relation that leads nowhere."""
    one, two = tmp_path / "1.yaml", tmp_path / "2.yaml"
    one.write_text(MINIMAL.replace("to: grpo", "to: other"), "utf-8")
    two.write_text(MINIMAL.replace("id: zorblax", "id: other").replace("kind: method", "kind: x"), "utf-8")
    merged = source.load([BUNDLED, one, two])
    assert [one, two] == sorted(layer.file for layer in merged.broken)


def test_a_broken_bundled_glossary_is_an_error(minimal: Path) -> None:
    """The lowest layer cannot be left out."""
    minimal.write_text(MINIMAL.replace("kind: method", "kind: x"), "utf-8")
    with pytest.raises(BadGlossary, match="is not one of"):
        source.load([minimal])


def test_relations_are_derived_in_the_other_direction(minimal: Path) -> None:
    """What one term extends is extended by it, though only one side is written."""
    terms = {term.id: term for term in source.resolve(source.load([BUNDLED, minimal]))}
    assert ("extended-by", "Zorblax") in [(link.relation, link.name) for link in terms["grpo"].related]
