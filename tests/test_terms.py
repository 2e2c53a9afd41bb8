"""Invariants over every entry of the bundled glossary."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from llmterms.editorial import check_files
from llmterms.fold import fold
from llmterms.glossary import Glossary
from llmterms.model import RELATIONS, Term
from llmterms.paths import BUNDLED
from llmterms.source import Entry, read


@pytest.fixture(scope="module")
def entries() -> dict[str, Entry]:
    """All entries as they are written."""
    return read(BUNDLED).entries


@pytest.fixture(scope="module")
def terms(glossary: Glossary) -> list[Term]:
    """All terms as they are served."""
    return list(glossary)


def test_the_glossary_keeps_its_own_rules() -> None:
    """`llmterms check` finds nothing, neither in the schema nor of the house rules."""
    assert [str(problem) for problem in check_files([BUNDLED])] == []


def test_every_name_leads_to_its_term(glossary: Glossary, terms: list[Term]) -> None:
    """Each name, expansion, Chinese name, alias and id finds the term that bears it."""
    lost = []
    for term in terms:
        for name in filter(None, [term.name, term.full_name, term.zh, *term.aliases, term.id]):
            found = [match.term.id for match in glossary.lookup(name)]
            if term.id not in found and not (name == term.id and found):
                lost.append((term.id, name))
    assert lost == []


def test_two_terms_of_one_name_know_of_each_other(glossary: Glossary, terms: list[Term]) -> None:
    """A homonym is declared: whoever finds one meaning is told of the others."""
    silent = []
    for term in terms:
        for name in filter(None, [term.name, term.full_name, term.zh, *term.aliases]):
            others = {match.term.id for match in glossary.lookup(name)} - {term.id}
            known = {link.id for link in term.related if link.relation == "not-to-be-confused-with"}
            silent += [(term.id, other, name) for other in others - known]
    assert silent == []


def test_relations_hold_in_both_directions(terms: list[Term]) -> None:
    """If one term leads to another, that leads back by the inverse relation."""
    served = {term.id: {link.id: link.relation for link in term.related} for term in terms}
    for id, links in served.items():
        for other, relation in links.items():
            assert RELATIONS[relation].inverse == served[other][id], (id, other)


def test_the_graph_is_connected(terms: list[Term]) -> None:
    """From any term every other one can be reached."""
    links = {term.id: [link.id for link in term.related] for term in terms}
    reached = {terms[0].id}
    level = [terms[0].id]
    while level:
        level = [id for id in {id for start in level for id in links[start]} if id not in reached]
        reached.update(level)
    assert set() == set(links) - reached


def test_every_term_has_two_relations(terms: list[Term]) -> None:
    """No entry is a dead end."""
    assert [term.id for term in terms if len(term.related) < 2] == []


def test_ids_are_stable_against_names(entries: dict[str, Entry]) -> None:
    """An id is made of words that its entry is found under, or that tell a homonym apart."""
    strange = []
    for id, entry in entries.items():
        known = " ".join(fold(name) for _, name in entry.names()) + fold(entry.gloss.en)
        if not any(part in known for part in id.split("-")):
            strange.append(id)
    assert strange == []


def test_file_is_in_order(entries: dict[str, Entry]) -> None:
    """Terms stand by category, then by id, so that a new one has one place to go."""
    categories = list(read(BUNDLED).categories)
    places = [(categories.index(entry.category), id) for id, entry in entries.items()]
    assert places == sorted(places)


def test_gloss_does_not_end_in_a_full_stop(terms: list[Term]) -> None:
    """A gloss is a phrase."""
    assert [term.id for term in terms if term.gloss.en.endswith(".") or term.gloss.zh.endswith("。")] == []


def test_definitions_end_as_sentences(terms: list[Term]) -> None:
    """A definition is made of whole sentences in both languages."""
    assert [term.id for term in terms if not re.search(r"[.!?)’”]$", term.definition.en)] == []
    assert [term.id for term in terms if not re.search(r"[。！？）”]$", term.definition.zh)] == []


def test_chinese_texts_are_chinese(terms: list[Term]) -> None:
    """Each Chinese text holds Chinese, and each English definition hardly any."""
    han = re.compile("[\u4e00-\u9fff]")
    assert [term.id for term in terms if len(han.findall(term.definition.zh)) < 20] == []
    assert [term.id for term in terms if len(han.findall(term.definition.en)) > 20] == []


ARTICLE = yaml.safe_load((Path(__file__).parent / "data" / "article.yaml").read_text("utf-8"))


@pytest.mark.parametrize("row", ARTICLE, ids=lambda row: row["headword"])
def test_every_headword_of_the_article_is_there(glossary: Glossary, row: dict[str, str]) -> None:
    """Its forms lead to its entry word for word, and the entry cites the works it is given with."""
    missing = [name for name in row["names"] if row["id"] not in [m.term.id for m in glossary.lookup(name)]]
    [term] = [match.term for match in glossary.lookup(row["headword"]) if match.term.id == row["id"]]
    cited = {work.url for work in term.citations}
    assert (missing, [url for url in row["works"] if url not in cited]) == ([], [])


def test_all_references_of_the_article_are_there() -> None:
    """The article gives 33; no. 33 by a slip as no. 3."""
    assert len({url for row in ARTICLE for url in row["works"]}) == 33


FACTS = [
    line.split("\t")
    for line in (Path(__file__).parent / "data" / "facts.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("name", "field", "expected"), FACTS, ids=str)
def test_facts(glossary: Glossary, name: str, field: str, expected: str) -> None:
    """What was taken from sources, not from the file, is what the file says."""
    found = [match.term for match in glossary.lookup(name)]
    assert any(_says(term, field, expected) for term in found), [term.id for term in found]


def _says(term: Term, field: str, expected: str) -> bool:
    if field == "arxiv":
        return f"https://arxiv.org/abs/{expected}" in [work.url for work in term.citations]
    if field == "origin":
        return term.origin is not None and term.origin.date.startswith(expected)
    if field == "made-by":
        return ("made-by", expected) in [(link.relation, link.name) for link in term.related]
    if field == "alias":
        return expected in term.aliases
    return fold(str(getattr(term, field))) == fold(expected)
