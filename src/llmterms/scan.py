"""Finding the terms that stand in a text.

All forms of all names (`surfaces`) are looked for at once with an Aho-Corasick automaton; where
forms overlap, the first and then the longest stands. What is also an everyday word then has to show
that it is meant: by sure terms near it, or by another of the term's names somewhere in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from typing import NamedTuple

from llmterms.fold import is_cjk
from llmterms.index import Index
from llmterms.surfaces import Surface, level
from llmterms.texts import BREAK, GLUE, Text

_CHUNK = 1 << 18  # characters looked at in one go
_BLOCK = 800  # characters; what stands in a block or the ones beside it is near
_ENOUGH = 2  # terms that must be near


class Occurrence(NamedTuple):
    """A term in a text: where it stands there, from `start` to `end` in characters."""

    start: int
    end: int
    term: int


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity, which is quick
class _Form:
    """What may stand in a text, and the names that it is a form of."""

    text: str
    meanings: tuple[Surface, ...]


class _Candidate(NamedTuple):
    """A form that stands in the text as words of their own."""

    start: int
    end: int
    form: _Form


class Scanner:
    """All names of a glossary, ready to be looked for. Making one takes a tenth of a second."""

    def __init__(self, index: Index) -> None:
        surfaces = index.surfaces()
        self._automata = {
            cased: _Automaton(surface for surface in surfaces if surface.cased == cased) for cased in (True, False)
        }
        self._related = index.relatives()
        self._words = {word for form in self._automata[False].forms for word in form.text.split() if word.isascii()}

    def scan(self, text: Text, progress: Callable[[int], None] = lambda done: None) -> Iterator[Occurrence]:
        """Yield where terms stand in `text`, in order; `progress` is told of characters as they are done."""
        candidates: list[_Candidate] = []
        for start, chunk in _chunks(text.plain):
            candidates += self._candidates(chunk, start)
            progress(len(chunk))
        new = _introduced_anew(candidates, text.plain)
        return merge(_meant(candidates, text.plain, self._related), new)

    def _candidates(self, chunk: str, offset: int) -> list[_Candidate]:
        """Return all forms that stand in a piece of text as words of their own, none over another."""
        levelled = _Levelled(chunk, self._words)
        found = []
        for cased, automaton in self._automata.items():
            haystack = levelled.text if cased else levelled.text.lower()
            for number, start, end in automaton.matches(haystack):
                if (stop := _end_of_word(haystack, start, end)) is not None:
                    found.append((start, -stop, cased, number))
        found.sort()
        kept, free = [], 0
        for start, minus_stop, cased, number in found:
            if start >= free:
                free = -minus_stop
                form = self._automata[cased].forms[number]
                if form.meanings:
                    place = offset + levelled.origin(start), offset + levelled.origin(free - 1) + 1
                    kept.append(_Candidate(*place, form))
        return kept


class _Automaton:
    """Every one of some forms, found in one pass."""

    def __init__(self, surfaces: Iterable[Surface]) -> None:
        from ahocorasick_rs import AhoCorasick

        meanings: dict[str, list[Surface]] = {}
        for surface in surfaces:
            meanings.setdefault(surface.text, []).append(surface)
        # What holds a name and never means the term has no meaning, and hides the name in it.
        self.forms = [
            _Form(text, tuple(each for each in all if each.need != "unless")) for text, all in meanings.items()
        ]
        self._automaton = AhoCorasick([form.text for form in self.forms])

    def matches(self, text: str) -> list[tuple[int, int, int]]:
        """Return (number of the form, start, end) for every form in `text`, within words, too."""
        return self._automaton.find_matches_as_indexes(text, overlapping=True)


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """Yield (place, piece) of a text, cut where a line ends if it has lines."""
    start = 0
    while start < len(text):
        end = start + _CHUNK
        if end < len(text):
            cut = text.rfind("\n\n", start, end)
            cut = cut if cut > start else text.rfind("\n", start, end)
            cut = cut if cut > start else text.rfind(" ", start, end)
            end = cut if cut > start else end
        yield start, text[start:end]
        start = end


# Where more than one character stands between two words, or none should: a broken line, a hyphen at its end.
# After hyphens have become spaces; any other line break is a space.
_UNEVEN = re.compile(rf"[ \n{GLUE}]{{2,}}|\n(?<=[\u3000-\uffff]\n)(?=[\u3000-\uffff])|{GLUE}")


class _Levelled:
    """A text as names are compared with it: one space between words, and where each character came from."""

    def __init__(self, text: str, words: set[str]) -> None:
        self._ends: list[int] = []  # places in `self.text` from which on ...
        self._shifts: list[int] = []  # ... so many characters are missing
        flat = level(text)
        missing = 0

        def even(found: re.Match[str]) -> str:
            nonlocal missing
            start, end = found.span()
            gap = text[start:end]
            before = flat[start - 1] if start else " "
            after = flat[end] if end < len(flat) else " "
            between = _between(gap, before, after)
            if between == " " and "-" in gap:
                head = re.search(r"[A-Za-z]+$", flat[max(0, start - 30) : start])
                tail = re.match(r"[A-Za-z]+", flat[end : end + 30])
                if head and tail and (head[0] + tail[0]).lower() in words:
                    between = ""
            missing += end - start - len(between)
            self._ends.append(end - missing)
            self._shifts.append(missing)
            return between

        self.text = _UNEVEN.sub(even, flat).replace("\n", " ")

    def origin(self, place: int) -> int:
        """Return where the character at `place` stood in the text."""
        at = bisect_right(self._ends, place)
        return place + (self._shifts[at - 1] if at else 0)


def _between(gap: str, before: str, after: str) -> str:
    """Return what an uneven gap between two words stands for: nothing, a space or a break."""
    bare = gap.replace(GLUE, "")
    if not bare or (not bare.strip() and bare.count("\n") == 1 and is_cjk(before) and is_cjk(after)):
        return ""
    is_dash = "---" in bare or re.search(r"[^\S\n][-\u2013]+\s", bare)
    return BREAK if bare.count("\n") > 1 or is_dash else " "


def _end_of_word(text: str, start: int, end: int) -> int | None:
    """Return where the word ends whose form stands from `start` to `end`, or None if it stands within a word."""
    if start and text[start - 1] in _WITHIN and text[start] in _LETTERS:
        return None
    if start > 1 and text[start].isdigit() and text[start - 1] == "." and text[start - 2].isdigit():
        return None
    last, following = text[end - 1], text[end : end + 2]
    if last not in _LETTERS:
        return end
    if following[:1] == "s" and following[1:] not in _WITHIN and last != "s":
        return end + 1
    goes_on = following[:1] == "." and following[1:].isdigit() and last.isdigit()  # GPT-4 is not GPT-4.1
    return None if goes_on or following[:1] in _WITHIN else end


_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_WITHIN = _LETTERS | {"_"}


class _Surroundings:
    """Which terms stand near a place of a text: sure ones, and all that may be meant."""

    def __init__(self, candidates: Sequence[_Candidate]) -> None:
        sure: dict[int, set[int]] = {}  # block of the text -> terms
        weak: dict[int, set[int]] = {}
        for each in candidates:
            block = each.start // _BLOCK
            for meaning in each.form.meanings:
                if not meaning.need:
                    sure.setdefault(block, set()).add(meaning.term)
                elif meaning.need == "neighbour":
                    weak.setdefault(block, set()).add(meaning.term)
        self._sure = _spread(sure)
        self._all = {block: terms | self._sure.get(block, set()) for block, terms in _spread(weak).items()}

    def vouch_for(self, term: int, place: int, related: set[int]) -> bool:
        """Tell whether enough other terms stand near a place, or one related, to make an everyday word a term."""
        sure = self._sure.get(place // _BLOCK, set())
        return len(sure) - (term in sure) >= _ENOUGH or not sure.isdisjoint(related)

    def relatives(self, place: int, related: set[int]) -> int:
        """Return how many of the `related` terms stand near a place."""
        block = place // _BLOCK
        return len(related & (self._all.get(block) or self._sure.get(block, set())))


def _spread(blocks: dict[int, set[int]]) -> dict[int, set[int]]:
    """Return for each block, and those beside it, what stands in it or beside it."""
    spread: dict[int, set[int]] = {}
    for block, terms in blocks.items():
        for near in (block - 1, block, block + 1):
            spread.setdefault(near, set()).update(terms)
    return spread


def _meant(candidates: list[_Candidate], text: str, related: dict[int, set[int]]) -> Iterator[Occurrence]:
    """Yield those candidates that are meant as terms; `related` are the relatives of each term."""
    places: dict[_Form, list[_Candidate]] = {}
    for each in candidates:
        places.setdefault(each.form, []).append(each)
    foreign, introduced = _acronyms(places, candidates, text)
    candidates = [each for each in candidates if each.form.text not in foreign]
    around = _Surroundings(candidates)
    surely_written = {meaning.term for form in places for meaning in form.meanings if not meaning.need}
    written: dict[int, set[str]] = {}  # term -> its names in the text
    for form in places:
        for meaning in form.meanings if form.text not in foreign else ():
            written.setdefault(meaning.term, set()).add(meaning.name)

    def evidence(meaning: Surface, place: int) -> tuple[bool, int, bool]:
        relatives = around.relatives(place, related.get(meaning.term, set()))
        return len(written[meaning.term]) > 1, relatives, not meaning.need

    def is_meant(meaning: Surface, place: int) -> bool:
        if not meaning.need:
            return True
        vouched = around.vouch_for(meaning.term, place, related.get(meaning.term, set()))
        if meaning.need == "neighbour":
            return vouched
        named, relatives, _ = evidence(meaning, place)
        if meaning.need == "relative":
            return vouched and (named or relatives > 0)
        return (named and (vouched or meaning.term in surely_written)) or relatives >= _ENOUGH

    for each in candidates:
        meanings = each.form.meanings
        if each.form.text in introduced:
            yield Occurrence(each.start, each.end, introduced[each.form.text])
        elif len(meanings) == 1 and not meanings[0].need:
            yield Occurrence(each.start, each.end, meanings[0].term)
        elif possible := [meaning for meaning in meanings if is_meant(meaning, each.start)]:
            best = max(possible, key=lambda meaning: evidence(meaning, each.start)) if possible[1:] else possible[0]
            yield Occurrence(each.start, each.end, best.term)


_OPENING = ("(", "（")
_IN_BRACKETS = re.compile(r"\s*[(（]\s*([A-Za-z][A-Za-z0-9-]*?)s?\s*[)）]")


def _acronyms(
    places: Mapping[_Form, Sequence[_Candidate]], candidates: Iterable[_Candidate], text: str
) -> tuple[set[str], dict[str, int]]:
    """Return the acronyms that this text takes for something else, and those it introduces for a term."""
    bearers = {form.text: form for form in places if any(char.isupper() for char in form.text[1:])}
    introduced: dict[str, int] = {}
    for each in candidates:
        acronym = _bracketed(text, each.end)
        if acronym in bearers and acronym != each.form.text and len(each.form.meanings) == 1:
            term = each.form.meanings[0].term
            if _may_stand_for(bearers[acronym], term, text[each.start : each.end]):
                introduced.setdefault(acronym, term)
    foreign = {
        acronym
        for acronym, form in bearers.items()
        if acronym not in introduced
        and all(meaning.need for meaning in form.meanings)
        and _stands_for_another(acronym, text, places[form])
    }
    return foreign, introduced


def _bracketed(text: str, place: int) -> str:
    """Return the one word that stands in brackets from `place` on, without a plural's s, or ""."""
    if text[place : place + 2].lstrip()[:1] not in _OPENING:
        return ""
    found = _IN_BRACKETS.match(text, place)
    return found[1] if found else ""


def _introduced_anew(candidates: Iterable[_Candidate], text: str) -> list[Occurrence]:
    """Return where acronyms stand that no glossary knows, after the text introduced them: "X Y Z (XYZ)"."""
    terms: dict[str, tuple[int, int]] = {}  # acronym -> (term, from where on)
    for each in candidates:
        acronym = _bracketed(text, each.end)
        if len(acronym) < 2 or len(each.form.meanings) > 1:
            continue
        if acronym == "".join(_initials(text[each.start : each.end])).upper():
            terms.setdefault(acronym, (each.form.meanings[0].term, each.end))
    known = {each.form.text for each in candidates}
    return sorted(
        Occurrence(found.start(), found.end(), term)
        for acronym, (term, start) in terms.items()
        if acronym not in known
        for found in re.compile(rf"\b{acronym}s?\b").finditer(text, start)
    )


def _may_stand_for(acronym: _Form, term: int, written: str) -> bool:
    """Tell whether an acronym in brackets is short for the term that is written out before them."""
    if any(meaning.term == term for meaning in acronym.meanings):
        return True
    letters = [char.lower() for char in acronym.text if char.isalpha()]
    return all(meaning.need for meaning in acronym.meanings) and _initials(written) == letters


def _initials(text: str) -> list[str]:
    return [word[0].lower() for word in re.findall(r"[A-Za-z]+", text) if word.lower() not in _SMALL_WORDS]


_SMALL_WORDS = frozenset({"of", "the", "and", "for", "in"})


def _stands_for_another(acronym: str, text: str, places: Sequence[_Candidate]) -> bool:
    """Tell whether the text writes the acronym out as words that are no name of a term."""
    letters = [char.lower() for char in acronym if char.isalpha()]
    if len(letters) < 2:
        return False
    for place in places:
        before = text[max(0, place.start - 120) : place.start].rstrip()
        after = text[place.end : place.end + 120].lstrip()
        if before.endswith(_OPENING):
            told = before[:-1]
        elif after.startswith(_OPENING) and (inside := re.match(r"[(（]([A-Za-z][A-Za-z -]+)[)）]", after)):
            told = inside[1]
        else:
            continue
        if _initials(told)[-len(letters) :] == letters:
            return True
    return False
