"""Finding terms: the tiers of a lookup, from exact to merely about the same thing.

Each tier is a function from the index and a query to hits; a hit says by its `kind` which tier
found it and by its `text` what matched:

- `name`, `full name`, `zh`, `alias`, `id`: exactly this name, whatever its case, width, hyphens,
  plural, spelling or Chinese script, or with a question around it;
- `pinyin`, `initials`: a name as it is typed or abbreviated;
- `prefix`: a name begins so; `words`: a name has all words of the query, in any order, or is a good
  part of the query;
- `fuzzy`: a name is a few wrong, missing, extra or swapped characters away;
- `text`: names, gloss, definition, note or the descriptions under `asked` say what the query says.

`lookup` and `guess`, behind `show`, use the first tiers and `fuzzy`; `search` uses all.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from math import ceil, log2
from typing import NamedTuple

from llmterms.fold import cjk_run, fold, is_cjk, spell, stem, words
from llmterms.index import Index, Key, text_words
from llmterms.model import Match

_LONGEST_QUERY = 200  # characters; nothing that long names a term
_CANDIDATES = 300  # rows a tier may read
_SUGGESTIONS = 5
_TOO_SHORT = 3  # letters of a query that is not guessed at
_LEAST_PINYIN = 4  # letters of a pinyin beginning

# What people put around a name when they ask for it.
_FILLERS = frozenset(
    """
    a abbreviation about acronym an and are by can concept define definition describe do does each explain
    explained for from full get how i in into is it its llm llms me mean meaning means meant of on one or
    please so something stand stands tell term that the them their they this to used using way what whats
    when where which who why with without work works you your
    """.split()
)
_FIELD = frozenset({"ai", "ml", "nlp", "llm", "llms"})  # says of a name only which field it is from
# Compiled when they are first needed, which for a plain name is never.


@functools.cache
def _question() -> re.Pattern[str]:
    """Return the pattern of what stands around a name in a question."""
    return re.compile(
        r"^(?:请问|请)?(?:什么是|什么叫做?|何谓|啥是|何为|解释一?下?|介绍一?下?|請問|什麼是|何謂)"
        r"|(?:的?(?:全称|缩写|定义|含义|意思|原理|中文|中文名|英文|用途|作用))?"
        r"(?:是(?:什么|什麼|啥)(?:意思|东西|模型|算法|方法|技术|工具|框架|概念)?|(?:什么|什麼)意思|是?(?:干|做)(?:什么|嘛|啥)(?:用?的)?"
        r"|怎么(?:理解|用)|指(?:的是)?什么|的(?:意思|定义|含义|原理|全称)|吗|呢)?$"
        r"|(?: in| for)(?: ai| ml| nlp| llms?| deep learning| machine learning)?$",
        re.IGNORECASE,
    )


@functools.cache
def _around() -> re.Pattern[str]:
    """Return the pattern of the field before a Chinese name and of the kind of thing after it."""
    return re.compile(
        "^(?:人工智[能慧]|大语言模型|大模型)|(?:机制|技术|方法|算法|模型|框架|策略|架构|系统|機制|技術|演算法|架構|系統)$"
    )


@functools.cache
def _brackets() -> re.Pattern[str]:
    """Return the pattern of a name with something in brackets."""
    return re.compile(r"^(.*?)\s*[(（\[](.+?)[)）\]]\s*(.*)$")


class Hit(NamedTuple):
    """A term, by its number in the index, that a tier found."""

    kind: str
    text: str
    score: float  # 0 to 100
    term: int


def lookup(index: Index, query: str) -> list[Match]:
    """Return every meaning that goes by exactly this name, whatever its case, width, hyphens or plural."""
    return _matches(index, _named(index, query))


def guess(index: Index, query: str) -> Match | None:
    """Return the one term that `query` must mean though it is not its name, or None if that is not clear."""
    if len(_key(query)) <= _TOO_SHORT and not is_cjk(query):  # another short name is always near
        return None
    for tier in (_asked, _typed, _misspelt):
        hits = _best_of_each_term(tier(index, query))
        if hits:
            clear = len(hits) == 1 or hits[0].score > hits[1].score
            return _matches(index, hits[:1])[0] if clear else None
    return None


def search(index: Index, query: str, limit: int | None = None) -> list[Match]:
    """Return the terms that `query` may mean, the likeliest first, all or at most `limit`."""
    if not _key(query):
        return []
    hits = _named(index, query) or _asked(index, query)
    hits += _typed(index, query)
    bare = _without_question(query)
    hits += _prefixed(index, bare) + _worded(index, bare)
    hits = hits or _misspelt(index, bare) or _misspelt(index, query)
    hits = hits or _reworded(index, query)
    hits = hits or _containing(index, bare)
    return _matches(index, _best_of_each_term(hits + _about(index, bare))[:limit])


def suggest(index: Index, query: str) -> list[str]:
    """Return at most five names for a "did you mean"."""
    if not _key(query):
        return []
    bare = _without_question(query)
    hits = _typed(index, bare) + _prefixed(index, bare) + _worded(index, bare) + _misspelt(index, bare, slack=1)
    if not hits:
        parts = (part for part in words(bare) if len(part) > 3 and part not in _FILLERS)
        hits = [hit for part in parts for hit in _worded(index, part)]
    names = (match.term.name for match in _matches(index, _best_of_each_term(hits)))
    return list(dict.fromkeys(names))[:_SUGGESTIONS]


def completions(index: Index, typed: str, limit: int) -> list[str]:
    """Return names and aliases that begin with `typed`, shortest first."""
    key = fold(typed)
    return [found.text for found in index.named_from(key, limit) if found.kind != "id"] if key else []


def _key(query: str) -> str:
    return fold(query) if len(query) <= _LONGEST_QUERY else ""


def _named(index: Index, query: str) -> list[Hit]:
    """The query is a name."""
    if not (key := _key(query)):
        return []
    found = index.named(key) or index.named_as_spelt(spell(query))
    if not found and is_cjk(query):  # perhaps in the other script
        found = [name for name in index.keys(key) if name.kind not in {"pinyin", "initials"}]
    # An id is a last resort: it counts only where no name fits.
    found = [name for name in found if name.kind != "id"] or found
    return [Hit(name.kind, name.text, 100.0 if name.kind == "name" else 99.5, name.term) for name in found]


def _asked(index: Index, query: str) -> list[Hit]:
    """The query is a name with a question around it, or with its abbreviation in brackets."""
    for reading in _readings(query):
        if hits := _named(index, reading):
            return [hit._replace(score=hit.score - 1) for hit in hits]
    return [hit._replace(score=hit.score - 1) for hit in _mixed(index, _without_question(query))]


def _mixed(index: Index, query: str) -> list[Hit]:
    """The query is a name in one script beside words of its field in the other: 强化学习算法PPO, AI 智能体.

    Beside other words (CI流水线) a Latin name most likely means something else.
    """
    latin, chinese = cjk_run().sub(" ", query), "".join(cjk_run().findall(query))
    if not chinese or not fold(latin):
        return []
    if fold(latin) in _FIELD:
        return _named(index, chinese)
    rest = _around().sub("", chinese)
    return _named(index, latin) if not rest or _named(index, rest) or _containing(index, chinese) else []


def _readings(query: str) -> Iterator[str]:
    """Yield what else the query may be meant to say, the surest first."""
    if found := _brackets().match(query):
        before, inside, after = found.groups()
        yield f"{before} {after}"
        yield inside
    bare = _without_question(query)
    if bare != query:
        yield bare
        if found := _brackets().match(bare):
            yield found[1]
    if is_cjk(bare):  # 线性注意力机制
        yield _around().sub("", bare)


def _without_question(query: str) -> str:
    """Return the query without the words of a question at its ends."""
    bare = _question().sub("", query.strip().rstrip("?？!！。.~ ")).strip()
    bare = _question().sub("", bare).strip()
    parts = bare.split()
    while parts and fold(parts[0]) in _FILLERS:
        parts.pop(0)
    while parts and fold(parts[-1]) in _FILLERS:
        parts.pop()
    return " ".join(parts) or bare or query


def _typed(index: Index, query: str) -> list[Hit]:
    """The query is a name in pinyin, or its initials."""
    key = _key(query)
    if not key.isascii():
        return []
    worth = {"pinyin": 97.0, "initials": 94.0}
    found = [name for name in index.keys(key) if name.kind in worth]
    return [Hit(name.kind, name.text, worth[name.kind], name.term) for name in found]


def _prefixed(index: Index, query: str) -> list[Hit]:
    """A name, or its pinyin, begins with the query."""
    key = _key(query)
    hits = []
    for found in index.keys_from(key, _CANDIDATES) if key else []:
        share = len(key) / len(found.key)
        if found.kind == "pinyin" and len(key) >= _LEAST_PINYIN:
            hits.append(Hit("pinyin", found.text, 86 + 6 * share, found.term))
        elif found.kind not in {"pinyin", "initials", "id"}:
            hits.append(Hit("prefix", found.text, 88 + 6 * share + _rank(found), found.term))
    return hits


def _worded(index: Index, query: str) -> list[Hit]:
    """A name has words that begin with all words of the query, in any order."""
    parts = [part for part in _parts(query) if part not in _FILLERS]
    found = index.keys_with_words(parts, _CANDIDATES) if parts else []
    roots = [(part, stem(part)) for part in parts]
    hits = []
    for name in found:
        own = _parts(name.text) if name.kind not in {"pinyin", "initials", "id"} else []
        if own and all(any(_begins(word, part, root) for word in own) for part, root in roots):
            share = sum(map(len, parts)) / sum(map(len, own))
            hits.append(Hit("words", name.text, 78 + 8 * min(share, 1) + _rank(name), name.term))
    return hits + _turned(index, query)


def _turned(index: Index, query: str) -> list[Hit]:
    """A Chinese name has the halves of the query the other way round: 累积梯度."""
    key = _key(query)
    turned = [key[cut:] + key[:cut] for cut in range(2, len(key) - 1)] if is_cjk(key) else []
    found = index.named_any(turned) if turned else []
    return [Hit("words", name.text, 86.0 + _rank(name), name.term) for name in found]


def _begins(word: str, part: str, root: str) -> bool:
    """Tell whether `word` begins with `part`, or is another form of it; `root` is the stem of `part`."""
    return word.startswith(part) or (word[0] == part[0] and stem(word) == root)


def _containing(index: Index, query: str) -> list[Hit]:
    """A name stands in the query and is a good part of it: 模型量化技术, text summarization models."""
    key = _key(query)
    if not key:
        return []
    runs: list[list[str]] = [[]]  # words that stand together; a Chinese character is a word here
    for word in words(query):
        runs[-1] += list(word) if is_cjk(word) else [word]
    pieces = {
        "".join(run[start:end])
        for run in runs
        for start in range(len(run))
        for end in range(start + 1, min(start + _LONGEST_NAME, len(run)) + 1)
    }
    fitting = [piece for piece in pieces if _LEAST_OF_QUERY * len(key) <= len(piece) < len(key)]
    found = [name for name in index.named_any(fitting) if name.kind != "id" and len(name.key) > 1]
    return [Hit("words", name.text, 50 + 28 * len(name.key) / len(key) + _rank(name), name.term) for name in found]


_LONGEST_NAME = 12  # words
_LEAST_OF_QUERY = 0.4


def _rank(name: Key) -> float:
    """What a name is worth more than an alias, all else being equal."""
    return 1.0 if name.kind in {"name", "zh", "full name"} else 0.0


def _misspelt(index: Index, query: str, slack: int = 0) -> list[Hit]:
    """The query is a few edits away from a name."""
    key = _key(query)
    allowed = _typos_allowed(key) + slack if _typos_allowed(key) else 0
    if not allowed:
        return []
    from rapidfuzz import process  # loaded only when there is no better answer
    from rapidfuzz.distance import OSA

    near = index.keys_like(key, allowed)
    scored = process.extract(key, [name.key for name in near], scorer=OSA.distance, score_cutoff=allowed, limit=None)
    hits = []
    for other, distance, place in scored:
        if distance <= _typos_allowed(other) + slack and is_cjk(other) == is_cjk(key):  # a script is no typo
            similarity = 1 - distance / max(len(key), len(other))
            swapped = sorted(key) == sorted(other)  # all letters are right: likelier than a wrong one
            score = 50 + 25 * similarity + swapped + _rank(near[place]) / 10
            hits.append(Hit("fuzzy", near[place].text, score, near[place].term))
    return hits


def _reworded(index: Index, query: str) -> list[Hit]:
    """A Chinese name shares three quarters of its characters with the query, in order: 交叉检验 for 交叉验证."""
    key = _key(query)
    if not is_cjk(key) or len(key) < 4:
        return []
    from rapidfuzz import process
    from rapidfuzz.distance import LCSseq

    near = index.keys_like(key, 2)
    shared = process.extract(
        key, [name.key for name in near], scorer=LCSseq.normalized_similarity, score_cutoff=0.75, limit=None
    )
    return [
        Hit("fuzzy", near[place].text, 40 + 25 * share + _rank(near[place]) / 10, near[place].term)
        for _, share, place in shared
        if is_cjk(near[place].key)
    ]


def _typos_allowed(key: str) -> int:
    """Return how many wrong, missing, extra or swapped characters still mean `key`.

    Up to three letters nothing does. A Chinese character carries about as much as two or three.
    """
    if is_cjk(key):
        chinese = sum(map(len, cjk_run().findall(key)))
        length = chinese + ceil((len(key) - chinese) / 3)
        return 0 if length < 3 else 1 if length < 7 else 2
    return 0 if len(key) < 4 else 1 if len(key) < 7 else 2 if len(key) < 14 else 3


def _about(index: Index, query: str) -> list[Hit]:
    """The texts of a term say what the query says: of a long query much, of a short one all.

    A word or two must stand in the names or the gloss: in a definition they may be there by chance.
    """
    bare = query.translate(_SEAMS)
    parts = [part for part in dict.fromkeys(_parts(bare)) if part not in _FILLERS]
    if not parts or len(query) > _LONGEST_QUERY:
        return []
    few, many, length = (_FEW_CJK, _MANY_CJK, len(fold(query))) if is_cjk(query) else (_FEW, _MANY, len(parts))
    brief, described = length < few, length >= many
    if described:
        parts = list(dict.fromkeys([*parts, *_parts(bare, singly=True)]))
        parts = [part for part in parts if part not in _FILLERS]
    total = index.size()
    counts = index.count_having(parts, brief=brief)
    weight = {part: log2((total + 1) / (counts[part] + 0.5)) for part in parts}
    if described:
        weight |= {part: _SINGLE * weight[part] for part in parts if len(part) == 1 and is_cjk(part)}
    share = _LEAST_SHARE if not brief else 1.0
    least = _LEAST_BITS if described else 0.99 * share * sum(weight.values())
    telling = sorted(parts, key=lambda part: -weight[part])[:_TELLING]
    found = index.texts_with(telling, _TEXTS)
    shared = dict.fromkeys(found, 0.0)
    for part in telling:
        for number in index.which_have(part, found, brief=brief):
            shared[number] += weight[part]
    return [
        Hit("text", query, 48 - 40 * place / _TEXTS, number)
        for place, number in enumerate(found)
        if shared[number] >= least
    ]


# Words from which on some of a query may be missing, and from which on it is a description; Chinese by characters.
_FEW, _MANY = 3, 5
_FEW_CJK, _MANY_CJK = 5, 8
_LEAST_SHARE = 0.6  # of the information in the words of a query between the two
_SINGLE = 0.3  # what a single Chinese character of a description is worth beside a pair
_LEAST_BITS = 9.0  # that a text must share with a description: two rare words, or several common ones
_TEXTS = 40  # of terms to look at
_TELLING = 20  # words of a query by which texts are found; the commoner ones hardly tell them apart
# Between these the words of a Chinese sentence begin and end.
_SEAMS = str.maketrans(
    dict.fromkeys(
        "的地得了着过和与或把被让使在从对向为是有就都也很再又还没不会能可要每各这那它他们个种些里中上下吗呢吧啊，。、",
        " ",
    )
)


def _parts(text: str, *, singly: bool = False) -> list[str]:
    """Return the folded words of `text`, Chinese as overlapping pairs, or also character by character."""
    return text_words(*words(text), singly=singly).split()


def _best_of_each_term(hits: Iterable[Hit]) -> list[Hit]:
    best: dict[int, Hit] = {}
    for hit in hits:
        if hit.term not in best or hit.score > best[hit.term].score:
            best[hit.term] = hit
    return sorted(best.values(), key=lambda hit: (-hit.score, len(hit.text), hit.text))


def _matches(index: Index, hits: Sequence[Hit]) -> list[Match]:
    terms = index.terms([hit.term for hit in hits]) if hits else {}
    return [Match(hit.kind, hit.text, round(hit.score, 1), terms[hit.term]) for hit in hits]
