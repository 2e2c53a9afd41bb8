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
_BLANKS = "-\u2010\u2011\u2012\u2013\u00ad\u00a0\u2009\u202f\u3000\t\r"
_FULL_WIDTH = {
    first + offset: chr(to + offset)
    for first, to, count in ((0xFF10, 0x30, 10), (0xFF21, 0x41, 26), (0xFF41, 0x61, 26))
    for offset in range(count)
}

# Kinds whose terms are called by proper names.
_PROPER = {"model", "dataset", "benchmark", "software", "standard", "product", "organization", "event"}


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
    from llmterms import chinese

    needs = dict(term.everyday)
    seen = set()
    for name in (term.name, term.full_name, term.zh, *term.aliases):
        for written in chinese.scripts(name) if is_cjk(name) else [name]:
            for text, cased in _forms(written, proper=term.kind in _PROPER, doubtful=name in needs):
                if text not in seen:
                    seen.add(text)
                    yield Surface(text, cased, needs.get(name, ""), name, number)
    for name, need in term.everyday:
        if need == "unless":
            for written in chinese.scripts(name) if is_cjk(name) else [name]:
                yield Surface(" ".join(level(written).lower().split()), False, need, name, number)


def _forms(name: str, *, proper: bool, doubtful: bool) -> Iterator[tuple[str, bool]]:
    """Yield (form, whether its capitals count) for a name as it is written."""
    plain = " ".join(level(name).split())
    if not plain:
        return
    if is_cjk(plain):
        tight = re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", plain)
        loose = re.sub(r"(?<=[^\W\x00-\x7f])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[^\W\x00-\x7f])", " ", tight)
        yield from {(tight.lower(), False), (loose.lower(), False)}
        return
    if _capitals_count(plain, proper=proper, doubtful=doubtful):
        yield plain, True
        if not plain.isupper() and not re.search(r"[a-z][A-Z]", plain):
            yield plain.upper(), True  # a proper name in a heading
        return
    lower = plain.lower()
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z]{3})(?=\d)", " ", plain).lower()
    variants = {lower, apart, " ".join(re.sub(r"(?<=\w)-(?=[A-Za-z])", "", name).lower().split())}
    if lower.endswith("@k"):
        variants |= {f"{lower[:-1]}{count}" for count in (1, 2, 3, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100)}
    if len(apart.replace(" ", "")) >= _LEAST_UNCASED and len(apart.split()) == 2:
        variants.add(apart.replace(" ", ""))
    for form in variants | {inflected for variant in variants for inflected in _inflected(variant)}:
        yield form, False


def _capitals_count(name: str, *, proper: bool, doubtful: bool) -> bool:
    """Tell whether a name is only itself with its own capitals: RAG, o1, Claude, but not FlashAttention or Qwen3."""
    if name.islower() and not any(char.isdigit() for char in name):
        return False
    if " " in name:
        return name.replace(" ", "").isupper() and len(name) <= _LEAST_UNCASED
    if not proper and name.istitle():  # Benchmark, Hallucination
        return False
    return doubtful or (len(name) < _LEAST_UNCASED and not re.fullmatch(r"[A-Za-z]+\d{2}", name))  # FP16 is also fp16


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
