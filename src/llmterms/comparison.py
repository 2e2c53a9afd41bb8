"""Terms held side by side: what each has alone, what several share, how they are related."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from llmterms.model import Citation, Relation, Term, as_written


class Link(NamedTuple):
    """A relation between two terms at hand: "`source` `relation` `target`"."""

    source: Term
    relation: str
    target: Term


@dataclass(frozen=True, slots=True)
class Share:
    """What exactly these of the terms compared have: what one has alone, or several in common."""

    ids: tuple[str, ...]
    category: str  # "" where it is not theirs together
    related: tuple[Relation, ...]  # to terms that are not compared themselves
    works: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Terms side by side: how they are related to each other, and which of them has what.

    `shares` has one of each term alone, in the order of `terms`, then what several have in
    common, the most first.
    """

    terms: tuple[Term, ...]
    links: tuple[Link, ...]
    shares: tuple[Share, ...]


def compare(terms: Sequence[Term]) -> Comparison:
    """Return what sets the terms apart and what joins them; no term may be there twice."""
    return Comparison(tuple(terms), tuple(_links(terms)), tuple(_shares(terms)))


def _links(terms: Sequence[Term]) -> list[Link]:
    """Return the relations among the terms, each once and in the direction in which it is written."""
    links = []
    for place, term in enumerate(terms):
        others = {other.id: other for other in terms[place + 1 :]}
        links += [
            Link(*as_written(term, relation.relation, others[relation.id]))
            for relation in term.related
            if relation.id in others
        ]
    return links


def _shares(terms: Sequence[Term]) -> list[Share]:
    compared = {term.id for term in terms}
    having: dict[Any, list[str]] = {}  # category, relation or work -> the terms that have it
    for term in terms:
        relations = [relation for relation in term.related if relation.id not in compared]
        for thing in (term.category, *relations, *term.citations):
            having.setdefault(thing, []).append(term.id)
    things: dict[tuple[str, ...], list[Any]] = {(term.id,): [] for term in terms}
    for thing, ids in having.items():
        things.setdefault(tuple(ids), []).append(thing)
    shares = [
        Share(
            ids,
            next((thing for thing in found if isinstance(thing, str)), ""),
            tuple(thing for thing in found if isinstance(thing, Relation)),
            tuple(thing for thing in found if isinstance(thing, Citation)),
        )
        for ids, found in things.items()
    ]
    alone, together = shares[: len(terms)], shares[len(terms) :]
    return [*alone, *sorted(together, key=lambda share: -len(share.ids))]
