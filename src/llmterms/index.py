"""The compiled index: glossary layers in one SQLite file, read a row at a time.

The file lies in the cache folder, is keyed by the layers' paths, sizes and times of change, and is
never written to after it has been moved into place. If it is missing, stale or damaged it is
built again; if it cannot be written, the index is held in memory.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from llmterms.fold import cjk_run, fold
from llmterms.model import Bilingual, Citation, Origin, Relation, Term

if TYPE_CHECKING:  # source needs PyYAML, which only building the index pays for
    from llmterms.source import Merged

SCHEMA = 1  # raise it whenever the tables below or the keys in them change
_KEPT_FILES = 4  # indexes of other sets of layers that stay in the cache folder

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE category (id TEXT PRIMARY KEY, en TEXT, zh TEXT) WITHOUT ROWID;
CREATE TABLE term (
    number INTEGER PRIMARY KEY, id TEXT, name TEXT, kind TEXT, category TEXT, date TEXT, entry TEXT
);
CREATE TABLE key (number INTEGER PRIMARY KEY, key TEXT, kind TEXT, text TEXT, term INTEGER);
CREATE TABLE edge (source INTEGER, position INTEGER, relation TEXT, target INTEGER);
CREATE VIRTUAL TABLE grams USING fts5(pairs, content='', tokenize="unicode61 remove_diacritics 0 tokenchars '^$+#*.'");
CREATE VIRTUAL TABLE fulltext USING fts5(
    names, gloss, body, content='', tokenize="porter unicode61 remove_diacritics 2"
);
"""
# Made after the rows are in, which is faster.
_INDEXES = """
CREATE INDEX key_key ON key (key);
CREATE UNIQUE INDEX term_id ON term (id);
CREATE INDEX edge_source ON edge (source, position);
"""


class Key(NamedTuple):
    """A key under which a term is found: `kind` says what of the term `text` is."""

    key: str
    kind: str  # name, id, full name, zh or alias
    text: str
    term: int


class Edge(NamedTuple):
    """A relation between two terms of the index, by number."""

    source: int
    relation: str
    target: int


class Index:
    """A glossary compiled for lookup. Opening it costs nothing until the first question."""

    def __init__(self, files: Sequence[Path], folder: Path) -> None:
        self._files = files
        self._folder = folder
        self._connection: sqlite3.Connection | None = None
        self._stamp = _stamp(files)
        self.path = folder / f"glossary-{zlib.crc32(self._stamp.encode()):08x}.sqlite"

    @property
    def in_memory(self) -> bool:
        """Whether the index is held in memory since the cache folder cannot be written."""
        return not self._connect().execute("PRAGMA database_list").fetchone()[2]

    def broken(self) -> list[tuple[str, int]]:
        """Return (file, number of problems) of the layers left out."""
        [(value,)] = self._rows("SELECT value FROM meta WHERE name = 'broken'")
        return [(file, count) for file, count in json.loads(value)]

    def categories(self) -> dict[str, Bilingual]:
        """Return the categories by id, in the order in which they are written."""
        [(value,)] = self._rows("SELECT value FROM meta WHERE name = 'categories'")
        return {id: Bilingual(en, zh) for id, en, zh in json.loads(value)}

    def keys(self, key: str) -> list[Key]:
        """Return what is found under exactly this key."""
        return self._keys("WHERE key = ?", key)

    def keys_from(self, prefix: str, limit: int) -> list[Key]:
        """Return what is found under keys that begin with `prefix`, shortest first."""
        return self._keys(
            "WHERE key >= ? AND key < ? ORDER BY length(key), number LIMIT ?",
            prefix,
            prefix + "\U0010ffff",
            limit,
        )

    def keys_with_words(self, parts: Sequence[str], limit: int) -> list[Key]:
        """Return keys whose text has, for each of `parts`, a word that begins with it."""
        condition = " AND ".join(f'"{part}"*' for part in parts)
        numbers = self._rows(
            "SELECT rowid FROM fulltext WHERE fulltext MATCH ? ORDER BY rank LIMIT ?",
            f"names : ({condition})",
            limit,
        )
        return self.keys_of([number for (number,) in numbers])

    def keys_of(self, terms: Sequence[int]) -> list[Key]:
        """Return every key of these terms."""
        return self._keys(f"WHERE term IN ({_marks(terms)}) ORDER BY number", *terms)

    def keys_like(self, key: str, spread: int, limit: int) -> list[Key]:
        """Return keys that share pairs of letters with `key` and differ in length by `spread` at most."""
        pairs = " OR ".join(f'"{pair}"' for pair in dict.fromkeys(_pairs(key)))
        return self._keys(
            "JOIN grams ON grams.rowid = key.number WHERE grams MATCH ?"
            " AND length(key) BETWEEN ? AND ? ORDER BY grams.rank LIMIT ?",
            pairs,
            len(key) - spread,
            len(key) + spread,
            limit,
        )

    def terms_about(self, parts: Sequence[str], limit: int) -> list[int]:
        """Return terms whose texts hold all of `parts`, the best first."""
        condition = " AND ".join(f'"{part}"' for part in parts)
        found = self._rows(
            "SELECT rowid FROM fulltext WHERE fulltext MATCH ? ORDER BY bm25(fulltext, 8.0, 4.0, 1.0) LIMIT ?",
            condition,
            limit,
        )
        return [number for (number,) in found]

    def terms(self, numbers: Sequence[int]) -> dict[int, Term]:
        """Return these terms by number."""
        rows = self._rows(f"SELECT number, entry FROM term WHERE number IN ({_marks(numbers)})", *numbers)
        return {number: _unpack(entry) for number, entry in rows}

    def all_terms(self) -> Iterator[Term]:
        """Yield every term in the order of names."""
        for (entry,) in self._rows("SELECT entry FROM term ORDER BY name COLLATE NOCASE, number"):
            yield _unpack(entry)

    def select(self, *, kind: str = "", category: str = "", since: str = "", until: str = "") -> list[Term]:
        """Return the terms that fit, by name; a date fits `until` if it begins with it or is earlier."""
        rows = self._rows(
            "SELECT entry FROM term WHERE (?1 = '' OR kind = ?1) AND (?2 = '' OR category = ?2)"
            " AND date >= ?3 AND (?4 = '' OR (date <> '' AND substr(date, 1, length(?4)) <= ?4))"
            " ORDER BY name COLLATE NOCASE, number",
            kind,
            category,
            since,
            until,
        )
        return [_unpack(entry) for (entry,) in rows]

    def number(self, id: str) -> int:
        """Return the number of the term of this id."""
        [(number,)] = self._rows("SELECT number FROM term WHERE id = ?", id)
        return int(number)

    def random(self) -> Term:
        """Return any one term."""
        [(last,)] = self._rows("SELECT max(number) FROM term")
        number = int.from_bytes(os.urandom(8)) % last + 1
        return self.terms([number])[number]

    def size(self) -> int:
        """Return the number of terms."""
        [(count,)] = self._rows("SELECT max(number) FROM term")
        return int(count or 0)

    def edges(self, sources: Sequence[int]) -> list[tuple[Edge, str, str]]:
        """Return (edge, id of its target, name of its target) for all edges out of `sources`."""
        rows = self._rows(
            "SELECT source, relation, target, id, name FROM edge JOIN term ON number = target"
            f" WHERE source IN ({_marks(sources)}) ORDER BY source, position",
            *sources,
        )
        return [(Edge(source, relation, target), id, name) for source, relation, target, id, name in rows]

    def _keys(self, rest: str, *values: object) -> list[Key]:
        rows = self._rows(f"SELECT key, kind, text, term FROM key {rest}", *values)
        return [Key(*row) for row in rows]

    def _rows(self, query: str, *values: object) -> list[Any]:
        """Run `query`; a damaged file shows only when it is read, and is built again once."""
        try:
            return self._connect().execute(query, values).fetchall()
        except sqlite3.DatabaseError:
            self._connection = self._build()
            return self._connection.execute(query, values).fetchall()

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._open() or self._build()
        return self._connection

    def _open(self) -> sqlite3.Connection | None:
        """Open the file if it is there and was built from the layers as they are now."""
        if not self.path.is_file():
            return None
        try:
            connection = _connect_read_only(self.path)
            [(stamp,)] = connection.execute("SELECT value FROM meta WHERE name = 'stamp'").fetchall()
        except (sqlite3.Error, ValueError):
            return None
        return connection if stamp == self._stamp else None

    def _build(self) -> sqlite3.Connection:
        """Compile the layers, into the cache folder if it can be written, else into memory."""
        from llmterms import source

        merged = source.load(self._files)
        try:
            return self._build_file(merged)
        except (OSError, sqlite3.Error):
            connection = sqlite3.connect(":memory:")
            _fill(connection, merged, self._stamp)
            return connection

    def _build_file(self, merged: Merged) -> sqlite3.Connection:
        import tempfile

        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder, prefix="building-", suffix=".sqlite")
        os.close(handle)
        try:
            connection = sqlite3.connect(name)
            # Nobody reads the file before it is whole, so there is nothing to protect it from.
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            _fill(connection, merged, self._stamp)
            connection.close()
            os.replace(name, self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _prune(self._folder)
        return _connect_read_only(self.path)


def _connect_read_only(path: Path) -> sqlite3.Connection:
    # immutable: the file is only ever replaced whole, so no lock is needed.
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _stamp(files: Sequence[Path]) -> str:
    """Return what tells this state of the layers from any other."""
    lines = [f"schema {SCHEMA}"]
    for file in files:
        try:
            stat = file.stat()
            lines.append(f"{file}\t{stat.st_size}\t{stat.st_mtime_ns}")
        except OSError:
            lines.append(f"{file}\tmissing")
    return "\n".join(lines)


def _prune(folder: Path) -> None:
    """Remove all but the newest index files."""
    files = sorted(folder.glob("glossary-*.sqlite"), key=lambda file: -file.stat().st_mtime_ns)
    for file in files[_KEPT_FILES:]:
        file.unlink(missing_ok=True)


def _fill(connection: sqlite3.Connection, merged: Merged, stamp: str) -> None:
    """Create the tables and write all terms into them."""
    from llmterms.source import resolve

    terms = list(resolve(merged))
    numbers = {term.id: number for number, term in enumerate(terms, 1)}
    connection.executescript(_TABLES)
    for table in ("grams", "fulltext"):  # gather in memory what would be merged on disk
        connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('hashsize', {256 * 2**20})")
    insert = connection.executemany
    insert(
        "INSERT INTO term VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (number, term.id, term.name, term.kind, term.category, term.origin.date if term.origin else "", _pack(term))
            for number, term in enumerate(terms, 1)
        ),
    )
    insert(
        "INSERT INTO edge VALUES (?, ?, ?, ?)",
        (
            (number, position, relation.relation, numbers[relation.id])
            for number, term in enumerate(terms, 1)
            for position, relation in enumerate(term.related)
        ),
    )
    keys = [
        (key, kind, text, number)
        for number, term in enumerate(terms, 1)
        for key, (kind, text) in _term_keys(term).items()
    ]
    insert("INSERT INTO key (key, kind, text, term) VALUES (?, ?, ?, ?)", keys)
    insert(
        "INSERT INTO grams (rowid, pairs) VALUES (?, ?)",
        ((number, " ".join(_pairs(row[0]))) for number, row in enumerate(keys, 1)),
    )
    insert(
        "INSERT INTO fulltext (rowid, names, gloss, body) VALUES (?, ?, ?, ?)",
        ((number, *_texts(term)) for number, term in enumerate(terms, 1)),
    )
    categories = [(id, text.en, text.zh) for id, text in merged.categories.items()]
    broken = [(str(layer.file), len(layer.problems)) for layer in merged.broken]
    insert(
        "INSERT INTO meta VALUES (?, ?)",
        [("categories", json.dumps(categories)), ("broken", json.dumps(broken)), ("stamp", stamp)],
    )
    connection.executescript(_INDEXES)
    connection.commit()


def _term_keys(term: Term) -> dict[str, tuple[str, str]]:
    """Return key -> (kind, text), the best kind where two texts fold alike."""
    keys: dict[str, tuple[str, str]] = {}
    named = [("name", term.name), ("full name", term.full_name), ("zh", term.zh)]
    for kind, text in [*named, *(("alias", alias) for alias in term.aliases), ("id", term.id)]:
        if key := fold(text):
            keys.setdefault(key, (kind, text))
    return keys


def _texts(term: Term) -> tuple[str, str, str]:
    """Return names, gloss and body as the full-text index takes them."""
    names = [term.name, term.full_name, term.zh, *term.aliases]
    body = [term.definition.en, term.definition.zh]
    if term.note:
        body += [term.note.en, term.note.zh]
    return text_words(*names), text_words(term.gloss.en, term.gloss.zh), text_words(*body)


def text_words(*texts: str) -> str:
    """Return `texts` as words for SQLite to split at spaces: Chinese as overlapping pairs.

    Case and accents are SQLite's own to fold.

    >>> text_words("KV 键值缓存")
    'KV  键值 值缓 缓存 '
    """
    text = " ".join(texts)
    if text.isascii():
        return text
    return cjk_run().sub(lambda run: f" {' '.join(_overlapping_pairs(run[0]))} ", text)


def _overlapping_pairs(run: str) -> list[str]:
    return [first + second for first, second in pairwise(run)] or [run]


def _pairs(key: str) -> list[str]:
    """Return the pairs of neighbouring letters of `key`, its ends marked."""
    return _overlapping_pairs(f"^{key}$")


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _pack(term: Term) -> str:
    note, origin = term.note, term.origin
    return json.dumps(
        [
            term.id, term.name, term.full_name, term.zh, term.aliases, term.kind, term.category,
            [term.gloss.en, term.gloss.zh],
            [term.definition.en, term.definition.zh],
            [note.en, note.zh] if note else None,
            [origin.date, origin.by, origin.work] if origin else None,
            [[link.relation, link.id, link.name] for link in term.related],
            [[work.key, work.title, work.authors, work.date, work.venue, work.url] for work in term.citations],
            term.source,
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )  # fmt: skip


def _unpack(entry: str) -> Term:
    id, name, full_name, zh, aliases, kind, category, gloss, definition, note, origin, related, works, source = (
        json.loads(entry)
    )
    return Term(
        id, name, full_name, zh, tuple(aliases), kind, category,
        Bilingual(*gloss),
        Bilingual(*definition),
        Bilingual(*note) if note else None,
        Origin(*origin) if origin else None,
        tuple(Relation(*link) for link in related),
        tuple(Citation(key, title, tuple(by), date, venue, url) for key, title, by, date, venue, url in works),
        source,
    )  # fmt: skip
