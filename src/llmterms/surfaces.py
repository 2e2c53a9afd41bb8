"""The forms in which the names of a term stand in running text, for building the index.

A form is matched by `scan` in text that has been levelled by `level`: hyphens and line breaks are
spaces. It is compared as it is, or in lower case where capitals say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from llmterms.fold import is_cjk
from llmterms.model import Term

_LEAST_UNCASED = 5  # letters from which on a name that is no everyday word is known in any case

# What a hyphen, a space and their likes become; each is one character for one, so that places stay.
_BLANKS = "-\u2010\u2011\u2012\u2013\u00a0\u2002\u2003\u2009\u2028\u202f\u205f\u3000\t\r\f"
_FULL_WIDTH = {
    first + offset: chr(to + offset)
    for first, to, count in ((0xFF10, 0x30, 10), (0xFF21, 0x41, 26), (0xFF41, 0x61, 26))
    for offset in range(count)
}

# Kinds whose terms are called by proper names, and those of them that people also write in lower case.
_PROPER = {"model", "dataset", "benchmark", "software", "standard", "product", "organization", "event"}
_WRITTEN_LOWER = {"model", "software", "product", "organization"}


class Surface(NamedTuple):
    """One form of one name: `text` is what to match, `need` what must stand beside it ("" if nothing)."""

    text: str
    cased: bool
    need: str
    name: str
    term: int


def level(text: str) -> str:
    """Return `text` with all kinds of hyphens and blanks as spaces, of the same length.

    >>> level("chain\u2011of-thought")
    'chain of thought'
    """
    for blank in _BLANKS:
        text = text.replace(blank, " ")
    text = text.replace("’", "'").replace("İ", "I")
    # Rare, and slower than all the others together.
    return text.translate(_FULL_WIDTH) if re.search("[０-９Ａ-Ｚａ-ｚ]", text) else text


def surfaces(number: int, term: Term) -> Iterator[Surface]:
    """Yield every form of every name of a term, each once."""
    needs = dict(term.everyday)
    seen = set()
    for name in filter(_plain, (term.name, term.full_name, term.zh, *term.aliases)):
        for written in _scripts(name):
            for text, cased, need in _forms(written, term.kind, needs.get(name, "")):
                if text not in seen:
                    seen.add(text)
                    yield Surface(text, cased, need, name, number)
    for phrase, need in term.everyday:
        if need == "unless":
            for written in _scripts(phrase):
                yield Surface(_plain(written).lower(), False, need, phrase, number)


def _scripts(name: str) -> list[str]:
    """Return a name as it is, a Chinese one in both scripts."""
    from llmterms import chinese

    return chinese.scripts(name) if is_cjk(name) else [name]


def _plain(name: str) -> str:
    return " ".join(level(name).split())


def _forms(name: str, kind: str, need: str) -> Iterator[tuple[str, bool, str]]:
    """Yield (form, whether its capitals count, what it needs) for a name as it is written."""
    plain = _plain(name)
    if is_cjk(plain):
        tight = re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", plain).lower()
        loose = re.sub(r"(?<=[^\W\x00-\x7f])(?=[a-z0-9])|(?<=[a-z0-9])(?=[^\W\x00-\x7f])", " ", tight)
        yield from ((form, False, need) for form in {tight, loose})
        return
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z]{3})(?=\d)", " ", plain)  # FlashAttention, Qwen3
    if _capitals_count(plain, kind, doubtful=bool(need)):
        forms = {plain, apart, plain.replace(" ", "") if plain[-1:].isdigit() else plain}
        if not plain.isupper() and not re.search(r"[a-z][A-Z]", plain):
            forms.add(plain.upper())  # a proper name in a heading
        yield from ((form, True, need) for form in forms)
        if not need and len(re.sub("[^A-Za-z]", "", plain)) >= _LEAST_UNCASED:
            yield from ((form, False, "neighbour") for form in {form.lower() for form in forms})
        return
    unhyphened = _plain(re.sub(r"(?<=\w)-(?=[A-Za-z])", "", name))
    lower = {form.lower() for form in (plain, apart, unhyphened)}
    if plain.lower().endswith("@k"):
        lower |= {f"{plain.lower()[:-1]}{count}" for count in (1, 2, 3, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100)}
    lower |= {inflected for form in lower for inflected in _inflected(form)}
    joined = {form.replace(" ", "") for form in lower if form.count(" ") == 1 and len(form) > _LEAST_UNCASED}
    yield from ((form, False, need) for form in lower | joined)


def _capitals_count(name: str, kind: str, *, doubtful: bool) -> bool:
    """Tell whether a name is only itself with its own capitals: RAG, o1, SQuAD, but not GPT-4 or FlashAttention."""
    letters = re.sub("[^A-Za-z]", "", name)
    if letters.islower():
        return len(name) < _LEAST_UNCASED and letters != name
    if kind not in _PROPER and all(word.istitle() or word.islower() for word in name.split()):  # Benchmark
        return False
    if doubtful:
        return " " not in name or letters.isupper() or kind in _PROPER
    if re.fullmatch(r"[A-Z]{2,} ?\d[\d.]*", name) or len(name.split()) > 2:
        return False
    if kind in _WRITTEN_LOWER and " " not in name:
        return len(letters) < 4
    return kind in _PROPER or letters.isupper() or len(letters) < _LEAST_UNCASED


_INFLECTIONS = (
    (r"([a-z]{3})y$", r"\1ies"),
    (r"(s|x|ch|sh)$", r"\1es"),
    (r"i[sz]ation$", "ised ized ise ize ising izing isation ization"),
    (r"modeling$", "modelling"),
    (r"labeling$", "labelling"),
    (r"behavior$", "behaviour"),
    (r"distillation$", "distilled distill distilling"),
    (r"(?<= )(\w{3,})ing$", r"\1ed"),
    (r"(?<= )tuning$", "tune tuned tunes"),
    (r"(?<= )training$", "train trained trains"),
)


def _inflected(name: str) -> Iterator[str]:
    """Yield other forms of a name's last word: plurals but for a plain s, spellings, participles."""
    for pattern, endings in _INFLECTIONS:
        for ending in endings.split():
            changed = re.sub(pattern, ending, name)
            if changed != name:
                yield changed
    first, _, rest = name.partition(" of ")
    if rest and first.isalpha() and not first.endswith("s"):
        yield f"{first}s of {rest}"  # chains of thought
