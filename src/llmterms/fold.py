"""Folding text to the keys by which names are compared, and taming text for a terminal."""

from __future__ import annotations

import functools
import re

# Signs that tell names apart: LoRA+ is not LoRA, QuIP# is not QuIP, A* is not A.
_SIGNS = "+#*"
_ASCII_WORD = re.compile(r"[a-z0-9+#*]+(?:(?<=\d)\.\d[a-z0-9+#*]*)*")
_CJK = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fa1f"


@functools.cache
def cjk_run() -> re.Pattern[str]:
    """Return the pattern of a run of Chinese characters; compiled on first use, as it costs 2 ms."""
    return re.compile(f"[{_CJK}]+")


@functools.cache
def _word() -> re.Pattern[str]:
    """Return the pattern of a word of any script; compiling it costs several milliseconds."""
    letter = rf"(?:[^\W_{_CJK}]|[{_SIGNS}])"
    return re.compile(rf"[{_CJK}]+|{letter}+(?:(?<=\d)\.(?=\d){letter}+)*")


@functools.cache
def _hostile() -> re.Pattern[str]:
    """Return what must not reach a terminal: controls, and marks that hide or reorder text."""
    return re.compile(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
    )


def fold(text: str) -> str:
    """Return the key under which `text` is found: no case, width, accent, space or hyphen.

    A full stop counts only between digits, so that versions stay apart.

    >>> fold("ＧＲＰＯ"), fold("Self-Consistency"), fold("GPT-4.1"), fold("混合专家（模型）")
    ('grpo', 'selfconsistency', 'gpt4.1', '混合专家模型')
    """
    return "".join(words(text))


def words(text: str) -> list[str]:
    """Return the folded words of `text`; a run of Chinese characters is one word.

    >>> words("KV-cache 键值缓存")
    ['kv', 'cache', '键值缓存']
    """
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return _word().findall(_plain(text))


_Endings = dict[str, list[tuple[str, str]]]


def _by_last_letter(*endings: tuple[str, str]) -> _Endings:
    grouped: _Endings = {}
    for old, new in endings:
        grouped.setdefault(old[-1], []).append((old, new))
    return grouped


# Endings, the longer first; each word loses the first that fits.
_PLURALS = _by_last_letter(("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("s", ""))
_NO_PLURALS = ("ss", "us", "is")
_AMERICAN = _by_last_letter(
    ("isation", "ization"), ("ising", "izing"), ("ised", "ized"), ("iser", "izer"), ("ise", "ize"),
    ("ysing", "yzing"), ("ysed", "yzed"), ("yse", "yze"),
    ("ouring", "oring"), ("oural", "oral"), ("oured", "ored"), ("our", "or"),
    ("lling", "ling"), ("lled", "led"), ("ller", "ler"),
    ("tred", "tered"), ("tre", "ter"), ("ence", "ense"), ("ogue", "og"),
)  # fmt: skip


def spell(text: str) -> str:
    """Return the key of `text` with every word in the singular and in American spelling.

    Both sides of a comparison are spelt so; what comes out need not be a word.

    >>> spell("Optimisers"), spell("reward models"), spell("behaviour policies")
    ('optimizer', 'rewardmodel', 'behaviorpolicy')
    """
    return fold_and_spell(text)[1]


def fold_and_spell(text: str) -> tuple[str, str]:
    """Return `fold(text)` and `spell(text)`, taking the words apart once."""
    parts = words(text)
    return "".join(parts), "".join(map(_spelt, parts))


_VERB_ENDINGS = ("ing", "ed", "er", "e")


def stem(word: str) -> str:
    """Return `word` without its plural and the endings of verbs, for comparison only.

    >>> stem("caching") == stem("caches") == stem("cached")
    True
    """
    root = spell(word)
    return next((root[: -len(end)] for end in _VERB_ENDINGS if root.endswith(end) and len(root) > len(end) + 2), root)


def _spelt(word: str) -> str:
    if len(word) < 4 or not word.isalpha():
        return word
    if not word.endswith(_NO_PLURALS) or len(word) == 4:  # GPUs; an opus is spelt wrong everywhere alike
        word = _with_ending(word, _PLURALS)
    return _with_ending(word, _AMERICAN)


def _with_ending(word: str, endings: _Endings) -> str:
    for old, new in endings.get(word[-1], ()):
        if word.endswith(old) and len(word) > len(old) + 1:
            return word[: -len(old)] + new
    return word


def is_cjk(text: str) -> bool:
    """Tell whether `text` holds a Chinese character."""
    return any("\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or char >= "\U00020000" for char in text)


def tame(text: str) -> str:
    r"""Return `text` with control and reordering characters written as escapes.

    >>> tame("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    if text.isprintable():
        return text
    return _hostile().sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def is_tame(text: str) -> bool:
    """Tell whether `tame` would leave `text` as it is."""
    return text.isprintable() or _hostile().search(text) is None


def _plain(text: str) -> str:
    """Normalise width, case and accents; Chinese characters stay as they are."""
    import unicodedata  # most queries are plain ASCII and need none of it

    text = unicodedata.normalize("NFKC", text).casefold()
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(char for char in decomposed if unicodedata.category(char) != "Mn")
    return unicodedata.normalize("NFC", bare)
