"""The house rules against texts that break them."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmterms import editorial
from llmterms.editorial import check_files

EN = (
    "A long enough definition says what the thing is, then how it works in some detail, and at last what it is for, "
    "so that a reader who never met it can go on reading."
)
ZH = (
    "足够长的释义先说明它是什么，再讲清楚它如何工作，最后交代用途与"
    "代价，使从未见过这个词的读者也能继续读下去，不必再查别的词条。"
)

GOOD = f"""\
categories:
  mine: {{en: Mine, zh: 我的}}
terms:
  - id: one
    name: One
    zh: 第一
    aliases: [uno]
    kind: method
    category: mine
    gloss: {{en: The first, zh: 第一个}}
    definition:
      en: {EN}
      zh: {ZH}
    origin: {{date: "2024-12", by: Doe, work: doe2025one}}
    related:
      - {{to: grpo, as: extends}}
      - {{to: ppo, as: uses}}
    citations: [doe2025one]
citations:
  doe2025one:
    title: One
    authors: [Doe]
    date: "2025-01"
    venue: Nowhere
    url: https://example.org/one
"""

EN_2 = (
    "Something else entirely is meant by this other entry, which therefore shares hardly a word with its neighbour "
    "above, although both happen to be methods of one category."
)
ZH_2 = (
    "这一条讲的是完全不同的另一种做法，因此与上面那条几乎没有相同的字句；"
    "虽然两者同属一个类别，也都被称作方法，读者仍可分清彼此的差别。"
)

SECOND = f"""\
  - id: two
    name: Two
    zh: 第二
    kind: method
    category: mine
    gloss: {{en: The second, zh: 第二个}}
    definition:
      en: {EN_2}
      zh: {ZH_2}
    related:
      - {{to: grpo, as: extends}}
      - {{to: ppo, as: uses}}
    citations: [doe2025one]
citations:
"""

BAD_ROWS = {
    "long gloss": ("en: The first,", f"en: {'long ' * 30},", "10: one: gloss: en has 149 characters; at most 110"),
    "long Chinese gloss": ("zh: 第一个", f"zh: {'长' * 51}", "10: one: gloss: zh has 51 characters; at most 50"),
    "short definition": (EN, "Too short.", "11: one: definition: en has 2 words; 25 to 130"),
    "short Chinese definition": (ZH, "太短。", "11: one: definition: zh has 3 characters; 40 to 260"),
    "half-width comma": ("是什么，", "是什么,", "11: one: definition: zh: half-width punctuation beside Chinese"),
    "half-width bracket": ("是什么，", "是什么(物)，", "11: one: definition: zh: half-width punctuation beside"),
    "no space": ("是什么，", "是什么thing，", "11: one: definition: zh: no space between Chinese and Latin"),
    "space by comma": ("是什么，", "是什么 ，", "11: one: definition: zh: space beside full-width punctuation"),
    "straight quotes": ("是什么，", "是 'thing' ，", "11: one: definition: zh: straight quotes"),
    "no source": ("    citations: [doe2025one]\n", "", "4: one: citations: is missing"),
    "source twice": ("[doe2025one]", "[doe2025one, doe2025one]", "18: one: citations: names a work twice"),
    "late origin": ('"2024-12"', '"2025-02"', "14: one: origin: 2025-02 is later than its work, 2025-01"),
    "future origin": ('"2024-12"', '"2031"', "14: one: origin: 2031 lies in the future"),
    "uncited origin": ("[doe2025one]", "[]", "14: one: origin: its work is not among the citations"),
    "needless alias": ("[uno]", "[O-N-E]", "7: one: aliases: “O-N-E” is found as “One” already"),
    "one relation": ("      - {to: ppo, as: uses}\n", "", "15: one: related: has fewer than 2 relations"),
    "related twice": ("to: ppo, as: uses", "to: grpo, as: uses", "15: one: related: leads to “grpo” twice"),
    "no authors": ("[Doe]", "[]", "21: citations.doe2025one: has no authors"),
    "no venue": ("    venue: Nowhere\n", "", "21: citations.doe2025one: has no venue"),
    "future work": ('"2025-01"', '"2031"', "21: citations.doe2025one: 2031 lies in the future"),
    "plain http": ("https://ex", "http://ex", "21: citations.doe2025one: its address is not https"),
    "tracking": ("org/one", "org/one?utm_source=x", "21: citations.doe2025one: its address carries a tracking"),
    "arXiv version": ("https://example.org/one", "https://arxiv.org/abs/2501.00001v2", "21: citations.doe"),
    "arXiv file": ("https://example.org/one", "https://arxiv.org/pdf/2501.00001", "21: citations.doe2025one: write"),
    "needless work": ("citations:\n  doe", "citations:\n  roe2025x: {title: X, authors: [R], date: '2025', venue: V, "
                      "url: 'https://example.org'}\n  doe", "20: citations.roe2025x: no term cites it"),
    "undeclared homonym": ("citations:\n  doe", SECOND.replace("name: Two", "name: UNO") + "  doe",
                           "20: two: name: “UNO” also means one; relate them as not-to-be-confused-with"),
    "both directions": ("citations:\n  doe", SECOND.replace("to: ppo", "to: one") + "  doe", None),
    "same text": ("citations:\n  doe", SECOND.replace(EN_2, EN)
                  + "  doe", "25: two: definition: en shares most of its words with one"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def small_bundled_glossary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for the bundled glossary with the two terms that the files here refer to."""
    terms = [f"  - {{id: {id}, name: {id}, zh: 词, kind: method, category: c, {REST}}}\n" for id in ("grpo", "ppo")]
    file = tmp_path_factory.mktemp("bundled") / "terms.yaml"
    file.write_text("categories: {c: {en: C, zh: 类}}\nterms:\n" + "".join(terms), "utf-8")
    monkeypatch.setattr(editorial, "BUNDLED", file)


REST = "gloss: {en: a, zh: 词}, definition: {en: a, zh: 词}"


def problems_of(tmp_path: Path, text: str) -> list[str]:
    """Return the problems of a file as `line: term: field: message`."""
    file = tmp_path / "file.yaml"
    file.write_text(text, "utf-8")
    return [str(problem).removeprefix(f"{file}:") for problem in check_files([file], today="2026-01-01")]


@pytest.mark.parametrize("name", [name for name, row in BAD_ROWS.items() if row[2]])
def test_a_broken_rule_is_reported(tmp_path: Path, name: str) -> None:
    """Each rule is held, and the report says where it is broken."""
    old, new, expected = BAD_ROWS[name]
    assert old in GOOD
    found = problems_of(tmp_path, GOOD.replace(old, new, 1))
    assert any(problem.startswith(str(expected)) for problem in found), found


@pytest.mark.parametrize("text", [GOOD, GOOD.replace("citations:\n  doe", SECOND + "  doe")])
def test_good_files_pass(tmp_path: Path, text: str) -> None:
    """What the bad rows are made from breaks no rule."""
    assert problems_of(tmp_path, text) == []


def test_a_link_written_in_both_directions_is_reported(tmp_path: Path) -> None:
    """One end is enough; two could contradict each other."""
    text = GOOD.replace("citations:\n  doe", SECOND.replace("to: ppo", "to: one") + "  doe")
    text = text.replace("      - {to: ppo, as: uses}\n", "      - {to: two, as: uses}\n", 1)
    assert any("“one” leads here already" in problem for problem in problems_of(tmp_path, text))


def test_a_declared_homonym_passes(tmp_path: Path) -> None:
    """Two terms may share a name if either names the other as confusable."""
    second = SECOND.replace("name: Two", "name: UNO").replace(
        "to: ppo, as: uses", "to: one, as: not-to-be-confused-with"
    )
    assert problems_of(tmp_path, GOOD.replace("citations:\n  doe", second + "  doe")) == []


def test_schema_only_leaves_the_rules_aside(tmp_path: Path) -> None:
    """A usable file passes however it is written."""
    file = tmp_path / "file.yaml"
    file.write_text(GOOD.replace(EN, "Short."), "utf-8")
    assert check_files([file], schema_only=True) == []


def test_problems_come_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    """An author works through them from top to bottom."""
    one, two = tmp_path / "b.yaml", tmp_path / "a.yaml"
    one.write_text(GOOD.replace(EN, "Short.").replace("venue: Nowhere", "venue: ''"), "utf-8")
    two.write_text(GOOD.replace("kind: method", "kind: x"), "utf-8")
    problems = check_files([one, two])
    assert [(problem.file, problem.line) for problem in problems] == sorted(
        [(problem.file, problem.line) for problem in problems], key=lambda place: ([one, two].index(place[0]), place[1])
    )
    assert {problem.file for problem in problems} == {one, two}
