"""Glossary files: YAML read into the model, checked, and laid over one another.

Every mistake of a file is collected with its line, so that an author sees all of them at once.
A file with a mistake is left out whole; the others are still served.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import yaml

from llmterms.errors import BadGlossary, Problem
from llmterms.fold import fold, is_tame
from llmterms.model import (
    KINDS,
    NEEDS,
    RELATIONS,
    WRITTEN_RELATIONS,
    Bilingual,
    Citation,
    Origin,
    Relation,
    Term,
)

T = TypeVar("T")

# libyaml where PyYAML was built with it: about eight times faster than the pure-Python loader.
_SafeLoader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LARGEST_FILE = 256 * 1024 * 1024  # bytes

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s]*")


class _Loader(_SafeLoader):  # type: ignore[misc]
    """The safe loader, asking only of scalars that may be a number, a date or the like whether they are one."""

    def resolve(self, kind: type, value: str, implicit: tuple[bool, bool]) -> str:
        if kind is yaml.ScalarNode and not (implicit[0] and value[:1] in self.yaml_implicit_resolvers):
            return "tag:yaml.org,2002:str"
        return str(super().resolve(kind, value, implicit))


_Marks = dict[str, int]  # field -> line, counted from 1


@dataclass(frozen=True, slots=True)
class Link:
    """A relation as it is written: not yet known to lead anywhere."""

    relation: str
    to: str
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A term as it is written: its links and citation keys are not yet resolved."""

    id: str
    name: str
    full_name: str
    zh: str
    aliases: tuple[str, ...]
    kind: str
    category: str
    gloss: Bilingual
    definition: Bilingual
    note: Bilingual | None
    origin: Origin | None
    links: tuple[Link, ...]
    citation_keys: tuple[str, ...]
    asked: tuple[str, ...]
    everyday: tuple[tuple[str, str], ...]
    file: Path
    lines: _Marks

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield (kind of name, name) for everything the term is found under, best first."""
        yield "name", self.name
        yield "id", self.id
        if self.full_name:
            yield "full name", self.full_name
        yield "zh", self.zh
        for alias in self.aliases:
            yield "alias", alias


@dataclass(slots=True)
class Layer:
    """One glossary file, read. It can be used if it has no problems."""

    file: Path
    categories: dict[str, Bilingual] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    citations: dict[str, Citation] = field(default_factory=dict)
    citation_lines: _Marks = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Merged:
    """All usable layers in one; `broken` are the layers left out."""

    categories: dict[str, Bilingual]
    entries: dict[str, Entry]
    citations: dict[str, Citation]
    broken: list[Layer]


def load(files: Iterable[Path]) -> Merged:
    """Read `files`, lowest layer first, and lay them over one another.

    Raises BadGlossary if the first, bundled, file is itself broken.
    """
    layers = [read(file) for file in files]
    merged = merge(layers)
    if layers and layers[0].problems:
        raise BadGlossary(layers[0].problems)
    return merged


def merge(layers: Sequence[Layer]) -> Merged:
    """Lay sound layers over one another; a later one replaces a term of the same id whole.

    References are checked against the union. A layer with one that leads nowhere gets that as a
    problem and is left out, which may leave another layer dangling: hence the loop.
    """
    while True:
        sound = [layer for layer in layers if not layer.problems]
        merged = Merged({}, {}, {}, [layer for layer in layers if layer.problems])
        for layer in sound:
            merged.categories.update(layer.categories)
            merged.entries.update(layer.entries)
            merged.citations.update(layer.citations)
        for layer in sound:
            layer.problems += _dangling(layer, merged)
        if not any(layer.problems for layer in sound):
            return merged


def resolve(merged: Merged) -> Iterator[Term]:
    """Yield the terms with citations attached and relations in both directions."""
    related: dict[str, dict[str, str]] = {id: {} for id in merged.entries}
    for entry in merged.entries.values():
        for link in entry.links:
            related[entry.id][link.to] = link.relation
    for entry in merged.entries.values():
        for link in entry.links:  # what an entry says itself wins over what is derived
            related[link.to].setdefault(entry.id, RELATIONS[link.relation].inverse)
    order = {relation: rank for rank, relation in enumerate(RELATIONS)}
    for entry in merged.entries.values():
        relations = [Relation(kind, id, merged.entries[id].name) for id, kind in related[entry.id].items()]
        relations.sort(key=lambda relation: order[relation.relation])
        yield Term(
            entry.id,
            entry.name,
            entry.full_name,
            entry.zh,
            entry.aliases,
            entry.kind,
            entry.category,
            entry.gloss,
            entry.definition,
            entry.note,
            entry.origin,
            tuple(relations),
            tuple(merged.citations[key] for key in entry.citation_keys),
            str(entry.file),
            entry.asked,
            entry.everyday,
        )


def read(file: Path) -> Layer:
    """Read one glossary file; what is wrong with it stands in `problems` of the result."""
    layer = Layer(file)
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise ValueError(f"is larger than {_LARGEST_FILE // 2**20} MiB")
        text = file.read_bytes().decode("utf-8-sig")
        if _is_too_deep(text):
            raise ValueError("is nested too deeply")
        root = yaml.compose(text, _Loader)
    except OSError as error:
        layer.problems.append(Problem(file, 0, "", "", f"cannot be read: {error.strerror}"))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        layer.problems.append(Problem(file, line, "", "", "is not UTF-8"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        layer.problems.append(Problem(file, line, "", "", f"is not valid YAML: {error.problem}"))
    except yaml.reader.ReaderError as error:
        # `position` counts bytes or characters, depending on the loader; the character is surer.
        char = error.character if isinstance(error.character, str) else chr(error.character)
        line = text.count("\n", 0, text.find(char)) + 1
        layer.problems.append(Problem(file, line, "", "", f"is not valid YAML: {error.reason}"))
    except ValueError as error:
        layer.problems.append(Problem(file, 0, "", "", str(error)))
    else:
        _Reader(layer).glossary(root)
    return layer


class _Reader:
    """Turns YAML nodes into a layer, noting every problem on the way."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.term = ""

    def glossary(self, root: yaml.Node | None) -> None:
        if root is None:
            return
        parts = self.mapping(root, "", ("categories", "terms", "citations"))
        for id, node in self.mapping(parts.get("categories"), "categories").items():
            if text := self.bilingual(node, f"categories.{id}"):
                self.layer.categories[id] = text
        for key, node in self.mapping(parts.get("citations"), "citations").items():
            self.layer.citation_lines[key] = _line(node)
            if citation := self.citation(key, node):
                self.layer.citations[key] = citation
        for node in self.sequence(parts.get("terms"), "terms"):
            self.term = ""
            if entry := self.entry(node):
                self.layer.entries[entry.id] = entry
        self.term = ""

    def entry(self, node: yaml.Node) -> Entry | None:
        before = len(self.layer.problems)
        if isinstance(node, yaml.MappingNode):  # so that problems name the term
            self.term = next((value.value for key, value in node.value if key.value == "id" and _is_text(value)), "")
        fields = self.mapping(node, "", _ENTRY_FIELDS)
        required: dict[str, str] = {}
        for name in ("id", "name", "zh", "kind", "category"):
            required[name] = self.required(fields, name, node, self.text) or ""
        gloss = self.required(fields, "gloss", node, self.bilingual)
        definition = self.required(fields, "definition", node, self.bilingual)
        full_name = self.optional(fields, "full_name", self.text) or ""
        aliases = self.texts(fields.get("aliases"), "aliases")
        note = self.optional(fields, "note", self.bilingual)
        origin = self.optional(fields, "origin", self.origin)
        links = tuple(self.link(item) for item in self.sequence(fields.get("related"), "related"))
        keys = self.texts(fields.get("citations"), "citations")
        written = node.value if isinstance(node, yaml.MappingNode) else []
        asked = self.optional(fields, "asked", self.asked) or ()
        everyday = self.optional(fields, "everyday", self.everyday) or ()
        lines = {"": _line(node)} | {str(key.value): _line(key) for key, _ in written}

        if required["id"] and not _ID.fullmatch(required["id"]):
            self.problem(fields["id"], "id", "must be lower-case letters and digits joined by single hyphens")
        if required["id"] in self.layer.entries:
            self.problem(fields["id"], "id", "is taken by an earlier term of this file")
        if required["kind"] and required["kind"] not in KINDS:
            self.problem(fields["kind"], "kind", f"is not one of {', '.join(KINDS)}")
        for name in ("name", "zh"):
            if required[name] and not fold(required[name]):
                self.problem(fields[name], name, "has no letter, digit or Chinese character to be found by")
        names = {required["name"], full_name, required["zh"], *aliases}
        for name, need in everyday:
            if need != "unless" and name not in names:
                self.problem(fields["everyday"], "everyday", f"“{name}” is none of the term's names")
            if need == "unless" and not any(fold(each) in fold(name) for each in names):
                self.problem(fields["everyday"], "everyday", f"“{name}” holds none of the term's names")
        if len(self.layer.problems) > before:
            return None
        assert gloss  # or there would be a problem
        assert definition
        return Entry(
            required["id"], required["name"], full_name, required["zh"], aliases, required["kind"],
            required["category"], gloss, definition, note, origin,
            tuple(link for link in links if link), keys, asked, everyday, self.layer.file, lines,
        )  # fmt: skip

    def citation(self, key: str, node: yaml.Node) -> Citation | None:
        before = len(self.layer.problems)
        where = f"citations.{key}"
        fields = self.mapping(node, where, ("title", "authors", "date", "venue", "url"))
        title = self.required(fields, "title", node, self.text, where)
        authors = self.texts(fields.get("authors"), f"{where}.authors")
        date = self.required(fields, "date", node, self.date, where)
        venue = self.optional(fields, "venue", self.text, where) or ""
        url = self.required(fields, "url", node, self.text, where)
        if not _ID.fullmatch(key):
            self.problem(node, where, "the key must be lower-case letters and digits joined by single hyphens")
        if url and not _ADDRESS.fullmatch(url):
            self.problem(fields["url"], f"{where}.url", "is not an http or https address")
        if len(self.layer.problems) > before:
            return None
        assert title  # or there would be a problem
        assert date
        assert url
        return Citation(key, title, authors, date, venue, url)

    def origin(self, node: yaml.Node, where: str) -> Origin | None:
        fields = self.mapping(node, where, ("date", "by", "work"))
        date = self.required(fields, "date", node, self.date, where)
        by = self.optional(fields, "by", self.text, where) or ""
        work = self.optional(fields, "work", self.text, where) or ""
        return Origin(date, by, work) if date else None

    def asked(self, node: yaml.Node, where: str) -> tuple[str, ...]:
        fields = self.mapping(node, where, ("en", "zh"))
        return self.texts(fields.get("en"), f"{where}.en") + self.texts(fields.get("zh"), f"{where}.zh")

    def everyday(self, node: yaml.Node, where: str) -> tuple[tuple[str, str], ...]:
        fields = self.mapping(node, where, NEEDS)
        return tuple((name, need) for need in fields for name in self.texts(fields[need], f"{where}.{need}"))

    def link(self, node: yaml.Node) -> Link | None:
        fields = self.mapping(node, "related", ("to", "as"))
        to = self.required(fields, "to", node, self.text, "related")
        relation = self.required(fields, "as", node, self.text, "related")
        if relation and relation not in WRITTEN_RELATIONS:
            self.problem(node, "related", f"“{relation}” is not one of {', '.join(WRITTEN_RELATIONS)}")
        if to and to == self.term:
            self.problem(node, "related", "leads to the term itself")
        return Link(relation, to, _line(node)) if to and relation else None

    def bilingual(self, node: yaml.Node, where: str) -> Bilingual | None:
        fields = self.mapping(node, where, ("en", "zh"))
        en = self.required(fields, "en", node, self.text, where)
        zh = self.required(fields, "zh", node, self.text, where)
        return Bilingual(en, zh) if en and zh else None

    def date(self, node: yaml.Node, where: str) -> str | None:
        # YAML reads 2024 as a number and 2024-01-05 as a day; what was written is what is meant.
        if isinstance(node, yaml.ScalarNode) and _DATE.fullmatch(node.value) and _is_day(node.value):
            return str(node.value)
        self.problem(node, where, "is not a date like 2024, 2024-01 or 2024-01-05")
        return None

    def text(self, node: yaml.Node, where: str) -> str | None:
        if not _is_text(node):
            hint = " (put it in quotes)" if isinstance(node, yaml.ScalarNode) else ""
            self.problem(node, where, f"must be text{hint}")
            return None
        text = str(node.value).strip()
        if not text:
            self.problem(node, where, "is empty")
        if not is_tame(text):
            self.problem(node, where, "holds a control or text-direction character")
            return None
        return text or None

    def texts(self, node: yaml.Node | None, where: str) -> tuple[str, ...]:
        found = (self.text(item, where) for item in self.sequence(node, where))
        return tuple(text for text in found if text)

    def sequence(self, node: yaml.Node | None, where: str) -> list[yaml.Node]:
        if node is None or _is_null(node):
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.problem(node, where, "must be a list")
            return []
        return list(node.value)

    def mapping(self, node: yaml.Node | None, where: str, allowed: Sequence[str] | None = None) -> dict[str, yaml.Node]:
        if node is None or _is_null(node):
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.problem(node, where, "must be a map of fields")
            return {}
        fields: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = str(key_node.value)
            place = f"{where}.{key}" if where else key
            if key in fields:
                self.problem(key_node, place, "stands here twice")
            elif allowed is not None and key not in allowed:
                self.problem(key_node, place, f"is not a known field; known are {', '.join(allowed)}")
            elif not _is_null(value):
                fields[key] = value
        return fields

    def required(
        self,
        fields: dict[str, yaml.Node],
        name: str,
        parent: yaml.Node,
        read: Callable[[yaml.Node, str], T | None],
        where: str = "",
    ) -> T | None:
        place = f"{where}.{name}" if where else name
        if name in fields:
            return read(fields[name], place)
        if isinstance(parent, yaml.MappingNode):
            self.problem(parent, place, "is missing")
        return None

    def optional(
        self,
        fields: dict[str, yaml.Node],
        name: str,
        read: Callable[[yaml.Node, str], T | None],
        where: str = "",
    ) -> T | None:
        return read(fields[name], f"{where}.{name}" if where else name) if name in fields else None

    def problem(self, node: yaml.Node, where: str, message: str) -> None:
        self.layer.problems.append(Problem(self.layer.file, _line(node), self.term, where, message))


_ENTRY_FIELDS = (
    "id", "name", "full_name", "zh", "aliases", "kind", "category", "gloss", "definition",
    "note", "origin", "related", "citations", "asked", "everyday",
)  # fmt: skip


def _dangling(layer: Layer, merged: Merged) -> Iterator[Problem]:
    """Yield a problem for each reference of `layer` that leads nowhere."""
    for entry in layer.entries.values():

        def problem(field: str, message: str, line: int = 0, entry: Entry = entry) -> Problem:
            return Problem(layer.file, line or entry.lines.get(field, 0), entry.id, field, message)

        if entry.category not in merged.categories:
            yield problem("category", f"“{entry.category}” is not a category")
        for link in entry.links:
            if link.to not in merged.entries:
                yield problem("related", f"there is no term “{link.to}”", link.line)
        for key in entry.citation_keys:
            if key not in merged.citations:
                yield problem("citations", f"there is no citation “{key}”")
        if entry.origin and entry.origin.work and entry.origin.work not in merged.citations:
            yield problem("origin", f"there is no citation “{entry.origin.work}”")


def _is_day(date: str) -> bool:
    """Tell whether a full date exists in the calendar; shorter ones always do."""
    try:
        return len(date) < 10 or bool(datetime.date.fromisoformat(date))
    except ValueError:
        return False


def _is_too_deep(text: str) -> bool:
    """Tell whether `text` nests so deeply that libyaml, which recurses, would exhaust the stack."""
    if re.search(r"^[-?: ]{1000}", text, re.MULTILINE):
        return True
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        if depth > 1000:
            return True
    return False


def _is_text(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str"


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
