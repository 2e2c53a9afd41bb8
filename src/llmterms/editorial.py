"""The house rules of writing, beyond what makes a glossary file usable.

`check` holds files against them; a lookup never does. CONTRIBUTING.md gives the reasons.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

from llmterms.errors import Problem
from llmterms.fold import fold
from llmterms.model import Citation
from llmterms.paths import BUNDLED
from llmterms.source import Entry, Layer, Merged, merge, read

_GLOSS = {"en": 110, "zh": 50}  # characters at most
_DEFINITION = {"en": (25, 130), "zh": (40, 260)}  # least and most words, characters
_LEAST_RELATIONS = 2
_SAME_TEXT = 0.6  # share of the words of the shorter definition

_HAN = "\u3400-\u9fff"
_FULL_WIDTH = "，。；：！？、（）《》“”‘’【】"
_TRACKING = re.compile(r"[?&](utm_\w+|fbclid|gclid|ref|ref_src|source|spm|share\w*)=", re.IGNORECASE)
_ARXIV = re.compile(r"https?://(www\.|export\.)?arxiv\.org/")
_ARXIV_GOOD = re.compile(r"https://arxiv\.org/abs/([a-z-]+/\d{7}|\d{4}\.\d{4,5})")
_ZH_MISTAKES = [
    (
        re.compile(rf"[{_HAN}][,;:?!]|[{_HAN}]\.(?![0-9A-Za-z])|[{_HAN}]\(|\)[{_HAN}]"),
        "half-width punctuation beside Chinese",
    ),
    (re.compile(rf"[{_HAN}][A-Za-z0-9]|[A-Za-z0-9%][{_HAN}]"), "no space between Chinese and Latin"),
    (re.compile(rf"[{_FULL_WIDTH}] | [{_FULL_WIDTH}]"), "space beside full-width punctuation"),
    (re.compile(rf"[{_HAN}]  +|  +[{_HAN}]"), "two spaces"),
    (re.compile(r"\"|(?<![A-Za-z0-9])'|'(?![A-Za-z0-9])"), "straight quotes"),
]


def check_files(files: Sequence[Path], *, schema_only: bool = False, today: str = "") -> list[Problem]:
    """Return every problem of `files`, in their order and by line.

    References may lead into the bundled glossary and between the files. With `schema_only` the
    house rules are left aside. `today` is the day after which a date lies in the future.
    """
    layers = [read(file) for file in files]
    below = [] if any(_same_file(file, BUNDLED) for file in files) else [read(BUNDLED)]
    merged = merge([*below, *layers])
    problems = [problem for layer in layers for problem in layer.problems]
    if not schema_only:
        sound = [layer for layer in layers if not layer.problems]
        for layer in sound:
            problems += _layer_problems(layer, merged, today or datetime.date.today().isoformat())
    order = {file: place for place, file in enumerate(files)}
    return sorted(problems, key=lambda problem: (order[problem.file], problem.line))


def _layer_problems(layer: Layer, merged: Merged, today: str) -> Iterator[Problem]:
    for entry in layer.entries.values():
        for field, message in _entry_problems(entry, merged, today):
            yield Problem(layer.file, entry.lines.get(field, entry.lines[""]), entry.id, field, message, style=True)
    used = {key for entry in merged.entries.values() for key in entry.citation_keys}
    for key, work in layer.citations.items():
        for message in _citation_problems(work, today, used):
            yield Problem(layer.file, layer.citation_lines[key], "", f"citations.{key}", message, style=True)
    entries = list(layer.entries.values())
    for entry, field, message in [*_collisions(entries), *_twice_related(entries), *_twice_written(entries)]:
        yield Problem(layer.file, entry.lines.get(field, entry.lines[""]), entry.id, field, message, style=True)


def _entry_problems(entry: Entry, merged: Merged, today: str) -> Iterator[tuple[str, str]]:
    """Yield (field, message) for each rule that the entry breaks by itself."""
    yield from _text_problems(entry)
    yield from _name_problems(entry)
    yield from _origin_problems(entry, merged, today)
    if not entry.citation_keys and not entry.note:
        yield "citations", "is missing; where there is no source, a note says why"
    if len(set(entry.citation_keys)) < len(entry.citation_keys):
        yield "citations", "names a work twice"
    targets = [link.to for link in entry.links]
    incoming = sum(link.to == entry.id for other in merged.entries.values() for link in other.links)
    if len(targets) + incoming < _LEAST_RELATIONS:
        yield "related", f"has fewer than {_LEAST_RELATIONS} relations, written and derived together"
    for target in {target for target in targets if targets.count(target) > 1}:
        yield "related", f"leads to “{target}” twice"


def _text_problems(entry: Entry) -> Iterator[tuple[str, str]]:
    for language, most in _GLOSS.items():
        if (size := len(entry.gloss.in_(language))) > most:
            yield "gloss", f"{language} has {size} characters; at most {most}"
    for language, (least, most) in _DEFINITION.items():
        text = entry.definition.in_(language)
        size = len(text) if language == "zh" else len(text.split())
        unit = "characters" if language == "zh" else "words"
        if not least <= size <= most:
            yield "definition", f"{language} has {size} {unit}; {least} to {most}"
    for field, both in (("gloss", entry.gloss), ("definition", entry.definition), ("note", entry.note)):
        zh = both.zh if both else ""
        for pattern, message in _ZH_MISTAKES:
            if found := pattern.search(zh):
                yield field, f"zh: {message}: “…{zh[max(found.start() - 5, 0) : found.end() + 5]}…”"


def _name_problems(entry: Entry) -> Iterator[tuple[str, str]]:
    named: dict[str, str] = {}
    for kind, name in entry.names():
        if kind == "alias" and fold(name) in named:
            yield "aliases", f"“{name}” is found as “{named[fold(name)]}” already"
        if kind != "id":
            named.setdefault(fold(name), name)


def _origin_problems(entry: Entry, merged: Merged, today: str) -> Iterator[tuple[str, str]]:
    if not entry.origin:
        return
    date, work = entry.origin.date, merged.citations.get(entry.origin.work)
    if date > today:
        yield "origin", f"{date} lies in the future"
    if work and work.key not in entry.citation_keys:
        yield "origin", "its work is not among the citations"
    if work and date[: len(work.date)] > work.date[: len(date)]:
        yield "origin", f"{date} is later than its work, {work.date}"


def _citation_problems(work: Citation, today: str, used: set[str]) -> Iterator[str]:
    if work.key not in used:
        yield "no term cites it"
    if not work.authors:
        yield "has no authors; name the organisation if nobody signs"
    if not work.venue:
        yield "has no venue"
    if work.date > today:
        yield f"{work.date} lies in the future"
    if not work.url.startswith("https://"):
        yield "its address is not https"
    if _TRACKING.search(work.url):
        yield "its address carries a tracking parameter"
    if _ARXIV.match(work.url) and not _ARXIV_GOOD.fullmatch(work.url):
        yield "write arXiv addresses as https://arxiv.org/abs/ID, without a version"


def _collisions(entries: Iterable[Entry]) -> Iterator[tuple[Entry, str, str]]:
    """Two terms of one name must each know of the other, so that readers do."""
    bearers: dict[str, dict[str, tuple[Entry, str]]] = {}
    for entry in entries:
        for kind, name in entry.names():
            if kind != "id":
                bearers.setdefault(fold(name), {}).setdefault(entry.id, (entry, name))
    for named in bearers.values():
        for (first, _), (second, name) in combinations(named.values(), 2):
            if not _told_apart(first, second):
                yield second, "name", f"“{name}” also means {first.id}; relate them as not-to-be-confused-with"


def _told_apart(first: Entry, second: Entry) -> bool:
    return any(
        link.relation == "not-to-be-confused-with" and link.to == other.id
        for entry, other in ((first, second), (second, first))
        for link in entry.links
    )


def _twice_related(entries: Iterable[Entry]) -> Iterator[tuple[Entry, str, str]]:
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        for link in entry.links:
            if (link.to, entry.id) in seen:
                yield entry, "related", f"“{link.to}” leads here already; write a link in one direction"
            seen.add((entry.id, link.to))


def _twice_written(entries: Sequence[Entry]) -> Iterator[tuple[Entry, str, str]]:
    """Two definitions that share most of their words are one text written twice."""
    for language in ("en", "zh"):
        vocabulary: dict[str, int] = {}
        masks = []  # one bit a word: a quarter of a million pairs take well under a second
        for entry in entries:
            text = entry.definition.in_(language).lower()
            parts = text.split() if language == "en" else [text[at : at + 2] for at in range(len(text) - 1)]
            masks.append(sum(1 << vocabulary.setdefault(part, len(vocabulary)) for part in set(parts)))
        sizes = [mask.bit_count() for mask in masks]
        for one, two in combinations(range(len(entries)), 2):
            shared = (masks[one] & masks[two]).bit_count()
            if shared >= _SAME_TEXT * min(sizes[one], sizes[two]):
                yield entries[two], "definition", f"{language} shares most of its words with {entries[one].id}"


def _same_file(one: Path, two: Path) -> bool:
    try:
        return one.samefile(two)
    except OSError:
        return False
