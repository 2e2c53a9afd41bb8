"""Finding terms: the tiers of a lookup, from exact to merely about the same thing.

Each tier is a function from the index and a query to hits; a result says by its `kind` which tier
found it. `name`, `full name`, `zh`, `alias` and `id` are exact; `prefix` and `words` are near;
`fuzzy` is a typo away; `text` holds the words of the query in its gloss, definition or note.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from llmterms.fold import fold, is_cjk, words
from llmterms.index import Index, text_words
from llmterms.model import Match

_LONGEST_QUERY = 200  # characters; nothing that long names a term
_CANDIDATES = 300  # rows a tier may read
_SUGGESTIONS = 5


class Hit(NamedTuple):
    """A term, by its number in the index, that a tier found."""

    kind: str
    text: str
    score: float  # 0 to 100
    term: int


def lookup(index: Index, query: str) -> list[Match]:
    """Return every meaning that goes by exactly this name, whatever its case, width or hyphens."""
    return _matches(index, _exact(index, _key(query)))


def guess(index: Index, query: str) -> Match | None:
    """Return the one term that `query` must be a misspelling of, or None if that is not clear."""
    hits = _best_of_each_term(_fuzzy(index, _key(query)))
    clear = hits and (len(hits) == 1 or hits[0].score > hits[1].score)
    return _matches(index, hits[:1])[0] if clear else None


def search(index: Index, query: str) -> list[Match]:
    """Return all terms that `query` may mean, the likeliest first."""
    key = _key(query)
    if not key:
        return []
    hits = _exact(index, key) + _prefixed(index, key) + _worded(index, query)
    hits += [] if hits else _fuzzy(index, key)
    return _matches(index, _best_of_each_term(hits + _about(index, query)))


def suggest(index: Index, query: str) -> list[str]:
    """Return at most five names for a "did you mean"."""
    key = _key(query)
    hits = _prefixed(index, key) + _worded(index, query) + _fuzzy(index, key, slack=1) if key else []
    if key and not hits:
        parts = (part for part in words(query) if len(part) > 3 and part not in _FILLERS)
        hits = [hit for part in parts for hit in _worded(index, part)]
    names = (match.term.name for match in _matches(index, _best_of_each_term(hits)))
    return list(dict.fromkeys(names))[:_SUGGESTIONS]


def completions(index: Index, typed: str, limit: int) -> list[str]:
    """Return names and aliases that begin with `typed`, shortest first."""
    key = fold(typed)
    return [found.text for found in index.keys_from(key, limit) if found.kind != "id"] if key else []


def _key(query: str) -> str:
    return fold(query) if len(query) <= _LONGEST_QUERY else ""


def _exact(index: Index, key: str) -> list[Hit]:
    hits = [Hit(found.kind, found.text, 100.0, found.term) for found in index.keys(key)] if key else []
    # An id is a last resort: it counts only where no name fits.
    return [hit for hit in hits if hit.kind != "id"] or hits


def _prefixed(index: Index, key: str) -> list[Hit]:
    return [
        Hit("prefix", found.text, 90 + 9 * len(key) / len(found.key), found.term)
        for found in index.keys_from(key, _CANDIDATES)
    ]


def _worded(index: Index, query: str) -> list[Hit]:
    """All words of the query begin words of one name, in any order."""
    parts = _parts(query)
    found = index.keys_with_words(parts, _CANDIDATES) if parts else []
    return [
        Hit("words", key.text, 80 + 9 * sum(map(len, parts)) / max(len(key.key), 1), key.term)
        for key in found
        if all(any(word.startswith(part) for word in _parts(key.text)) for part in parts)
    ]


def _fuzzy(index: Index, key: str, slack: int = 0) -> list[Hit]:
    allowed = _typos_allowed(key) + slack if _typos_allowed(key) else 0
    if not allowed:
        return []
    from rapidfuzz.distance import OSA  # loaded only when there is no better answer

    hits = []
    for found in index.keys_like(key, allowed, _CANDIDATES):
        distance = OSA.distance(key, found.key, score_cutoff=allowed)
        if distance <= allowed and _typos_allowed(found.key):
            similarity = 1 - distance / max(len(key), len(found.key))
            hits.append(Hit("fuzzy", found.text, 50 + 30 * similarity, found.term))
    return hits


def _typos_allowed(key: str) -> int:
    """Return how many wrong, missing, extra or swapped characters still mean `key`.

    Up to three letters nothing does: another short name is always near. A Chinese character
    carries about as much as two or three letters.
    """
    if is_cjk(key):
        return 0 if len(key) < 3 else 1 if len(key) < 5 else 2
    return 0 if len(key) < 4 else 1 if len(key) < 8 else 2 if len(key) < 14 else 3


def _about(index: Index, query: str) -> list[Hit]:
    """All words of the query stand in the texts of the term."""
    parts = [part for part in _parts(query) if part not in _FILLERS]
    numbers = index.terms_about(parts, _CANDIDATES) if parts and len(query) <= _LONGEST_QUERY else []
    return [Hit("text", " ".join(words(query)), 50 - 40 * rank / len(numbers), n) for rank, n in enumerate(numbers)]


def _parts(text: str) -> list[str]:
    """Return the folded words of `text`, Chinese as overlapping pairs."""
    return text_words(*words(text)).split()


_FILLERS = frozenset(
    ["a", "an", "and", "are", "does", "for", "how", "in", "is", "of", "on", "or", "the", "to", "what", "which", "with"]
)


def _best_of_each_term(hits: Iterable[Hit]) -> list[Hit]:
    best: dict[int, Hit] = {}
    for hit in hits:
        if hit.term not in best or hit.score > best[hit.term].score:
            best[hit.term] = hit
    return sorted(best.values(), key=lambda hit: (-hit.score, len(hit.text), hit.text))


def _matches(index: Index, hits: list[Hit]) -> list[Match]:
    terms = index.terms([hit.term for hit in hits]) if hits else {}
    return [Match(hit.kind, hit.text, round(hit.score, 1), terms[hit.term]) for hit in hits]
