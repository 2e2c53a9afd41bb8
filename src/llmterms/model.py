"""What a glossary is made of: plain, frozen values and the vocabulary of kinds and relations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeVar

_End = TypeVar("_End")


class Bilingual(NamedTuple):
    """The same text in English and in Chinese."""

    en: str
    zh: str

    def in_(self, language: str) -> str:
        """Return the text in `language`, "en" or "zh"."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Citation:
    """A work that an entry rests on.

    `authors` are the first authors as the work prints them; a last "others" stands for the rest.
    `date` is YYYY, YYYY-MM or YYYY-MM-DD.
    """

    key: str
    title: str
    authors: tuple[str, ...]
    date: str
    venue: str
    url: str


@dataclass(frozen=True, slots=True)
class Origin:
    """When, by whom and in which work a term came up; `work` is the key of a citation or ""."""

    date: str
    by: str
    work: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A link from one term to another, seen from the first: "it `relation` `name`"."""

    relation: str  # a key of RELATIONS
    id: str
    name: str


class Related(NamedTuple):
    """A term met on a walk over relations, `depth` steps from its start, reached from `parent`."""

    relation: str
    id: str
    name: str
    depth: int
    parent: str


@dataclass(frozen=True, slots=True)
class Term:
    """One entry: one meaning of one name."""

    id: str
    name: str
    full_name: str  # the expansion of an abbreviation, else ""
    zh: str
    aliases: tuple[str, ...]
    kind: str  # a key of KINDS
    category: str  # the id of a category
    gloss: Bilingual
    definition: Bilingual
    note: Bilingual | None
    origin: Origin | None
    related: tuple[Relation, ...]
    citations: tuple[Citation, ...]
    source: str  # the file that it was read from
    asked: tuple[str, ...] = ()  # how people describe it who forgot its name
    everyday: tuple[tuple[str, str], ...] = ()  # names with another meaning, and which of NEEDS each has


@dataclass(frozen=True, slots=True)
class Match:
    """A term found for a query, and why: `text` is what matched, `score` runs from 0 to 100."""

    kind: str
    text: str
    score: float
    term: Term


class Mention(NamedTuple):
    """A term that stands in a text, from the character `start` up to `end`."""

    term: Term
    start: int
    end: int


# What a name that is also an everyday word needs before `scan` counts it as the term: two sure terms
# of the glossary near it, or one related to it; besides them a related term or another of its names;
# or such a name, or two related terms. "unless" marks phrases that hold a name and never mean the term.
NEEDS = ("neighbour", "relative", "expansion", "unless")


class Standing(NamedTuple):
    """A term that stands in some texts: how often, and where first."""

    term: Term
    times: int
    file: str  # "" where there is only one text
    number: int  # of the line, or of the page
    on_page: bool
    written: str  # as it stands there

    @property
    def place(self) -> str:
        """The place as programs that print places write it: file:line, a page as p. 3."""
        number = f"p. {self.number}" if self.on_page else str(self.number)
        return f"{self.file}:{number}" if self.file else number


KINDS: dict[str, Bilingual] = {
    "concept": Bilingual("concept", "概念"),
    "method": Bilingual("method", "方法"),
    "architecture": Bilingual("architecture", "架构"),
    "model": Bilingual("model", "模型"),
    "dataset": Bilingual("dataset", "数据集"),
    "benchmark": Bilingual("benchmark", "基准"),
    "metric": Bilingual("metric", "指标"),
    "software": Bilingual("software", "软件"),
    "standard": Bilingual("standard", "标准"),
    "product": Bilingual("product", "产品"),
    "organization": Bilingual("organization", "机构"),
    "event": Bilingual("event", "事件"),
    "phenomenon": Bilingual("phenomenon", "现象"),
}


class RelationKind(NamedTuple):
    """How a relation is worded, and the one that leads back.

    The label reads from this term to the other: "GRPO *extends* PPO".
    """

    label: Bilingual
    inverse: str


# The first of each pair is what an author writes; the second is derived and never written.
_PAIRS = [
    ("is-a", "is a kind of", "上位概念", "has-kind", "kinds", "下位概念"),
    ("example-of", "is an example of", "属于", "has-example", "examples", "实例"),
    ("part-of", "is part of", "所属整体", "has-part", "parts", "组成部分"),
    ("uses", "uses", "使用", "used-by", "used by", "被用于"),
    ("extends", "extends", "扩展自", "extended-by", "extended by", "衍生"),
    ("succeeds", "succeeds", "前代", "succeeded-by", "succeeded by", "后继"),
    ("made-by", "made by", "出品方", "makes", "makes", "推出"),
    ("measures", "measures", "衡量", "measured-by", "measured by", "衡量手段"),
    ("alternative-to", "alternative to", "替代方案", "alternative-to", "", ""),
    ("not-to-be-confused-with", "not to be confused with", "勿混淆", "not-to-be-confused-with", "", ""),
    ("see-also", "see also", "另见", "see-also", "", ""),
]

# What authors may write in `as:`.
WRITTEN_RELATIONS: tuple[str, ...] = tuple(pair[0] for pair in _PAIRS)

# Every relation, written or derived, in the order in which people see them.
RELATIONS: dict[str, RelationKind] = {}
for _as, _en, _zh, _back, _back_en, _back_zh in _PAIRS:
    RELATIONS[_as] = RelationKind(Bilingual(_en, _zh), _back)
    if _back != _as:
        RELATIONS[_back] = RelationKind(Bilingual(_back_en, _back_zh), _as)


def as_written(source: _End, relation: str, target: _End) -> tuple[_End, str, _End]:
    """Return a relation in the direction in which authors write it.

    >>> as_written("PPO", "extended-by", "GRPO")
    ('GRPO', 'extends', 'PPO')
    """
    if relation in WRITTEN_RELATIONS:
        return source, relation, target
    return target, RELATIONS[relation].inverse, source
