"""The compiled index: glossary layers in three SQLite files, of which a lookup reads a few rows.

The first file answers names and is made from the YAML. The second answers searches (misspellings,
pinyin, the other Chinese script, words of the texts), the third says in which forms names stand in
running text; each is made from the first when it is first needed, so that a first `show` does not
wait for it. All lie in the cache folder, are keyed by the
layers' paths, sizes and times of change, and are never written to after they have been moved into
place. If one is missing, stale or damaged it is built again; if it cannot be written, it is held
in memory.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from llmterms.fold import cjk_run, fold, fold_and_spell, is_cjk, words
from llmterms.model import Bilingual, Citation, Origin, Relation, Term

if TYPE_CHECKING:  # source needs PyYAML, which only building the index pays for
    from llmterms.source import Merged
    from llmterms.surfaces import Surface

SCHEMA = 17  # raise it whenever the tables below or the keys in them change
_SPELT = "~"  # marks keys made by `spell`, which must not stand beside those that fit as they are: XPO, xPos
_LEAST_INITIALS = 3
_KEPT_FILES = 4  # indexes of other sets of layers that stay in the cache folder, of each kind

_NAMES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE term (
    number INTEGER PRIMARY KEY, id TEXT, name TEXT, kind TEXT, category TEXT, date TEXT, entry TEXT
);
CREATE TABLE key (key TEXT, kind TEXT, text TEXT, term INTEGER);
CREATE TABLE edge (source INTEGER, position INTEGER, relation TEXT, target INTEGER);
"""
# Made after the rows are in, which is faster.
_NAMES_INDEXES = """
CREATE INDEX key_key ON key (key);
CREATE UNIQUE INDEX term_id ON term (id);
CREATE INDEX edge_source ON edge (source, position);
"""
_SEARCH = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE key (number INTEGER PRIMARY KEY, key TEXT, kind TEXT, text TEXT, term INTEGER);
CREATE VIRTUAL TABLE grams USING fts5(pairs, content='', tokenize="unicode61 remove_diacritics 0 tokenchars '^$+#*.'");
CREATE VIRTUAL TABLE gram USING fts5vocab(grams, row);
CREATE VIRTUAL TABLE fulltext USING fts5(
    names, gloss, asked, body, also, content='', tokenize="porter unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE word USING fts5vocab(fulltext, row);
"""
_SCAN = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE surface (text TEXT, cased INTEGER, need TEXT, name TEXT, term INTEGER);
"""
_SEARCH_INDEXES = "CREATE INDEX key_key ON key (key); CREATE INDEX key_term ON key (term);"


class Key(NamedTuple):
    """A key under which a term is found: `kind` says what of the term `text` is."""

    key: str
    kind: str  # name, full name, zh, alias or id; for searches also pinyin or initials
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
        stamp = _stamp(files)
        name = f"{zlib.crc32(stamp.encode()):08x}"
        self._names = _Store(folder / f"names-{name}.sqlite", stamp, lambda to: _fill_names(to, files))
        self._search = _Store(
            folder / f"search-{name}.sqlite", stamp, lambda to: _fill_search(to, self._numbered_terms())
        )
        self._scan = _Store(folder / f"scan-{name}.sqlite", stamp, lambda to: _fill_scan(to, self._numbered_terms()))

    @property
    def paths(self) -> list[Path]:
        """The files that the index is kept in."""
        return [self._names.path, self._search.path, self._scan.path]

    @property
    def in_memory(self) -> bool:
        """Whether the index is held in memory since the cache folder cannot be written."""
        return self._names.in_memory

    def broken(self) -> list[tuple[str, int]]:
        """Return (file, number of problems) of the layers left out."""
        [(value,)] = self._names.rows("SELECT value FROM meta WHERE name = 'broken'")
        return [(file, count) for file, count in json.loads(value)]

    def categories(self) -> dict[str, Bilingual]:
        """Return the categories by id, in the order in which they are written."""
        [(value,)] = self._names.rows("SELECT value FROM meta WHERE name = 'categories'")
        return {id: Bilingual(en, zh) for id, en, zh in json.loads(value)}

    def named(self, key: str) -> list[Key]:
        """Return what goes by exactly this key."""
        return [Key(*row) for row in self._names.rows("SELECT key, kind, text, term FROM key WHERE key = ?", key)]

    def named_as_spelt(self, key: str) -> list[Key]:
        """Return what goes by this key but for plurals and American spelling; `key` is one of `fold.spell`."""
        return self.named_any([key, _SPELT + key])

    def named_any(self, keys: Sequence[str]) -> list[Key]:
        """Return what goes by exactly one of these keys."""
        rows = self._names.rows(f"SELECT key, kind, text, term FROM key WHERE key IN ({_marks(keys)})", *keys)
        return [Key(*row) for row in rows]

    def named_from(self, prefix: str, limit: int) -> list[Key]:
        """Return names whose key begins with `prefix`, shortest first."""
        rows = self._names.rows(
            "SELECT key, kind, text, term FROM key WHERE key >= ? AND key < ? ORDER BY length(key), rowid LIMIT ?",
            *_from(prefix),
            limit,
        )
        return [Key(*row) for row in rows]

    def keys(self, key: str) -> list[Key]:
        """Return what is found under exactly this key: names in either script, pinyin, initials."""
        return self._keys("WHERE key = ?", key)

    def keys_from(self, prefix: str, limit: int) -> list[Key]:
        """Return what is found under keys that begin with `prefix`, shortest first."""
        return self._keys("WHERE key >= ? AND key < ? ORDER BY length(key), number LIMIT ?", *_from(prefix), limit)

    def keys_with_words(self, parts: Sequence[str], limit: int) -> list[Key]:
        """Return every key of terms whose names have, for each of `parts`, a word that begins with it."""
        condition = " AND ".join(f'"{part}"*' for part in parts)
        numbers = self._search.rows(
            "SELECT rowid FROM fulltext WHERE fulltext MATCH ? ORDER BY rank LIMIT ?", f"names : ({condition})", limit
        )
        terms = [number for (number,) in numbers]
        return self._keys(f"WHERE term IN ({_marks(terms)}) ORDER BY number", *terms)

    def keys_like(self, key: str, edits: int) -> list[Key]:
        """Return all keys that can be at most `edits` edits away from `key`, and some that are further.

        An edit destroys at most three pairs of neighbouring letters (a swap does), so of any
        3 × `edits` + 1 pairs of `key` a key so near has one at least: ask for the rarest.
        """
        pairs = list(dict.fromkeys(_pairs(key)))
        counts = dict(self._search.rows(f"SELECT term, doc FROM gram WHERE term IN ({_marks(pairs)})", *pairs))
        rarest = sorted(pairs, key=lambda pair: counts.get(pair, 0))[: 3 * edits + 1]
        lengths = range(len(key) - edits, len(key) + edits + 1)
        return self._keys(
            "JOIN grams ON grams.rowid = key.number WHERE grams MATCH ?",
            f"({_any(rarest)}) AND ({_any([_length(length) for length in lengths])})",
        )

    def texts_with(self, parts: Sequence[str], limit: int) -> list[int]:
        """Return the terms whose texts have the most of `parts`, rare ones weighing more, best first."""
        found = self._search.rows(
            "SELECT rowid FROM fulltext WHERE fulltext MATCH ?"
            " ORDER BY bm25(fulltext, 4.0, 4.0, 4.0, 1.0, 1.5) LIMIT ?",  # as the columns stand in the table
            _any(parts),
            limit,
        )
        return [number for (number,) in found]

    def count_having(self, parts: Sequence[str], *, brief: bool) -> dict[str, int]:
        """Return for each word how many terms have it in their names or texts, or `brief`ly in names or gloss."""
        counts = {}
        if not brief:  # as SQLite keeps it; of Latin words it keeps stems, which only it can make
            chinese = [part for part in parts if is_cjk(part)]
            rows = self._search.rows(f"SELECT term, doc FROM word WHERE term IN ({_marks(chinese)})", *chinese)
            counts = dict.fromkeys(chinese, 0) | dict(rows)
        for part in parts:
            if part not in counts:
                where = _in_texts(part, brief=brief)
                [(counts[part],)] = self._search.rows("SELECT count(*) FROM fulltext WHERE fulltext MATCH ?", where)
        return counts

    def which_have(self, part: str, terms: Sequence[int], *, brief: bool) -> set[int]:
        """Return those of `terms` that have the word `part`."""
        found = self._search.rows(
            f"SELECT rowid FROM fulltext WHERE fulltext MATCH ? AND +rowid IN ({_marks(terms)})",
            _in_texts(part, brief=brief),
            *terms,
        )
        return {number for (number,) in found}

    def relatives(self) -> dict[int, set[int]]:
        """Return for every term the terms that it has relations with."""
        found: dict[int, set[int]] = {}
        for source, target in self._names.rows("SELECT source, target FROM edge"):
            found.setdefault(source, set()).add(target)
        return found

    def surfaces(self) -> list[Surface]:
        """Return every form in which a name may stand in a text."""
        from llmterms.surfaces import Surface

        rows = self._scan.rows("SELECT text, cased, need, name, term FROM surface")
        return [Surface(text, bool(cased), need, name, term) for text, cased, need, name, term in rows]

    def terms(self, numbers: Sequence[int]) -> dict[int, Term]:
        """Return these terms by number."""
        rows = self._names.rows(f"SELECT number, entry FROM term WHERE number IN ({_marks(numbers)})", *numbers)
        return {number: _unpack(entry) for number, entry in rows}

    def _numbered_terms(self) -> list[tuple[int, Term]]:
        rows = self._names.rows("SELECT number, entry FROM term ORDER BY number")
        return [(number, _unpack(entry)) for number, entry in rows]

    def all_terms(self) -> Iterator[Term]:
        """Yield every term in the order of names."""
        for (entry,) in self._names.rows("SELECT entry FROM term ORDER BY name COLLATE NOCASE, number"):
            yield _unpack(entry)

    def select(self, *, kind: str = "", category: str = "", since: str = "", until: str = "") -> list[Term]:
        """Return the terms that fit, by name; a date fits `until` if it begins with it or is earlier."""
        rows = self._names.rows(
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
        [(number,)] = self._names.rows("SELECT number FROM term WHERE id = ?", id)
        return int(number)

    def random(self) -> Term:
        """Return any one term."""
        number = int.from_bytes(os.urandom(8)) % self.size() + 1
        return self.terms([number])[number]

    def size(self) -> int:
        """Return the number of terms."""
        [(count,)] = self._names.rows("SELECT max(number) FROM term")
        return int(count or 0)

    def edges(self, sources: Sequence[int]) -> list[tuple[Edge, str, str]]:
        """Return (edge, id of its target, name of its target) for all edges out of `sources`."""
        rows = self._names.rows(
            "SELECT source, relation, target, id, name FROM edge JOIN term ON number = target"
            " WHERE source IN (SELECT value FROM json_each(?)) ORDER BY source, position",
            json.dumps(sources),  # as one value: SQLite takes 32,766 at most
        )
        return [(Edge(source, relation, target), id, name) for source, relation, target, id, name in rows]

    def targets(self, sources: Iterable[int]) -> set[int]:
        """Return the terms that relations lead to out of `sources`, which may be very many."""
        rows = self._names.rows(
            "SELECT DISTINCT target FROM edge WHERE source IN (SELECT value FROM json_each(?))", json.dumps([*sources])
        )
        return {target for (target,) in rows}

    def _keys(self, rest: str, *values: object) -> list[Key]:
        return [Key(*row) for row in self._search.rows(f"SELECT key, kind, text, term FROM key {rest}", *values)]


class _Store:
    """One SQLite file: opened if it is there and of this state of the layers, else built."""

    def __init__(self, path: Path, stamp: str, fill: Callable[[sqlite3.Connection], None]) -> None:
        self.path = path
        self._stamp = stamp
        self._fill = fill
        self._connection: sqlite3.Connection | None = None

    @property
    def in_memory(self) -> bool:
        """Whether there is no file since the folder cannot be written."""
        return not self._connect().execute("PRAGMA database_list").fetchone()[2]

    def rows(self, query: str, *values: object) -> list[Any]:
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
        if not self.path.is_file():
            return None
        try:
            connection = _connect_read_only(self.path)
            [(stamp,)] = connection.execute("SELECT value FROM meta WHERE name = 'stamp'").fetchall()
        except (sqlite3.Error, ValueError):
            return None
        return connection if stamp == self._stamp else None

    def _build(self) -> sqlite3.Connection:
        """Fill a new file beside its place and move it in, or memory if it cannot be written."""
        import tempfile

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.path.parent, prefix="building-", suffix=".sqlite")
            os.close(handle)
        except OSError:
            return self._filled(sqlite3.connect(":memory:"))
        try:
            connection = sqlite3.connect(name)
            # Nobody reads the file before it is whole, so there is nothing to protect it from.
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            self._filled(connection).close()
            os.replace(name, self.path)
            _prune(self.path)
            return _connect_read_only(self.path)
        except (OSError, sqlite3.Error):
            return self._filled(sqlite3.connect(":memory:"))
        finally:
            Path(name).unlink(missing_ok=True)

    def _filled(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        self._fill(connection)
        connection.execute("INSERT INTO meta VALUES ('stamp', ?)", (self._stamp,))
        connection.commit()
        return connection


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


def _prune(path: Path) -> None:
    """Remove all but the newest files of this one's kind."""
    kind = path.name.split("-")[0]
    files = sorted(path.parent.glob(f"{kind}-*.sqlite"), key=lambda file: -file.stat().st_mtime_ns)
    for file in files[_KEPT_FILES:]:
        file.unlink(missing_ok=True)


def _fill_names(connection: sqlite3.Connection, files: Sequence[Path]) -> None:
    """Compile the layers: terms, their names and relations."""
    from llmterms import source

    merged = source.load(files)
    terms = list(source.resolve(merged))
    numbers = {term.id: number for number, term in enumerate(terms, 1)}
    connection.executescript(_NAMES)
    insert = connection.executemany
    insert(
        "INSERT INTO term VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                numbers[term.id],
                term.id,
                term.name,
                term.kind,
                term.category,
                term.origin.date if term.origin else "",
                _pack(term),
            )
            for term in terms
        ),
    )
    insert(
        "INSERT INTO edge VALUES (?, ?, ?, ?)",
        (
            (numbers[term.id], position, relation.relation, numbers[relation.id])
            for term in terms
            for position, relation in enumerate(term.related)
        ),
    )
    insert(
        "INSERT INTO key VALUES (?, ?, ?, ?)",
        ((key, kind, text, numbers[term.id]) for term in terms for key, (kind, text) in _name_keys(term).items()),
    )
    insert("INSERT INTO meta VALUES (?, ?)", _meta(merged))
    connection.executescript(_NAMES_INDEXES)


def _meta(merged: Merged) -> list[tuple[str, str]]:
    categories = [(id, text.en, text.zh) for id, text in merged.categories.items()]
    broken = [(str(layer.file), len(layer.problems)) for layer in merged.broken]
    return [("categories", json.dumps(categories)), ("broken", json.dumps(broken))]


def _name_keys(term: Term) -> dict[str, tuple[str, str]]:
    """Return key -> (kind, text), the best kind where two texts fold alike."""
    keys: dict[str, tuple[str, str]] = {}
    for kind, text in _names_of(term):
        key, spelt = fold_and_spell(text)
        keys.setdefault(key, (kind, text))
        if spelt != key:
            keys.setdefault(_SPELT + spelt, (kind, text))
    return keys


def _names_of(term: Term) -> list[tuple[str, str]]:
    """Return (kind, text) of all names of a term, the best first."""
    named = [("name", term.name), ("full name", term.full_name), ("zh", term.zh)]
    named += [*(("alias", alias) for alias in term.aliases), ("id", term.id)]
    return [(kind, text) for kind, text in named if fold(text)]


def _fill_search(connection: sqlite3.Connection, terms: Sequence[tuple[int, Term]]) -> None:
    """Compile what searches need: more keys to each name, pairs of letters, and the texts."""
    connection.executescript(_SEARCH)
    for table in ("grams", "fulltext"):  # gather in memory what would be merged on disk
        connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('hashsize', {256 * 2**20})")
    insert = connection.executemany
    keys = [(key, kind, text, number) for number, term in terms for key, (kind, text) in _search_keys(term).items()]
    insert("INSERT INTO key (key, kind, text, term) VALUES (?, ?, ?, ?)", keys)
    insert(
        "INSERT INTO grams (rowid, pairs) VALUES (?, ?)",
        (
            (number, " ".join([*_pairs(key), _length(len(key))]))
            for number, (key, kind, *_) in enumerate(keys, 1)
            if kind != "initials"
        ),
    )
    insert(
        "INSERT INTO fulltext (rowid, names, gloss, asked, body, also) VALUES (?, ?, ?, ?, ?, ?)",
        ((number, *_texts(term)) for number, term in terms),
    )
    connection.executescript(_SEARCH_INDEXES)


def _fill_scan(connection: sqlite3.Connection, terms: list[tuple[int, Term]]) -> None:
    from llmterms.surfaces import surfaces

    connection.executescript(_SCAN)
    found = [surface for number, term in terms for surface in surfaces(number, term)]
    connection.executemany("INSERT INTO surface (text, cased, need, name, term) VALUES (?, ?, ?, ?, ?)", found)


def _search_keys(term: Term) -> dict[str, tuple[str, str]]:
    """Return the keys of the names, then those by which people who cannot write them may search."""
    from llmterms import chinese

    keys = {key: name for key, name in _name_keys(term).items() if not key.startswith(_SPELT)}
    for kind, text in _names_of(term):
        if is_cjk(text):
            for variant in chinese.scripts(text):
                keys.setdefault(fold(variant), (kind, text))
            spelt, initials = chinese.pinyin(text)
            for key in (spelt, spelt.replace("lv", "lu").replace("nv", "nu")):  # celue is typed for celüe, too
                keys.setdefault(key, ("pinyin", text))
            if len(initials) >= _LEAST_INITIALS:
                keys.setdefault(initials, ("initials", text))
        elif len(parts := words(text)) >= _LEAST_INITIALS:
            keys.setdefault("".join(part[0] for part in parts), ("initials", text))
    return keys


def _texts(term: Term) -> tuple[str, str, str, str, str]:
    """Return names, gloss, descriptions and body as the full-text index takes them."""
    from llmterms.thesaurus import others

    names = [term.name, term.full_name, term.zh, *term.aliases]
    body = [term.definition.en, term.definition.zh]
    if term.note:
        body += [term.note.en, term.note.zh]
    gloss = [term.gloss.en, term.gloss.zh, term.origin.by if term.origin else ""]
    # In a definition nearly every character stands somewhere; in the shorter texts each one tells.
    return (
        text_words(*names, singly=True),
        text_words(*gloss, singly=True),
        text_words(*term.asked, singly=True),
        text_words(*body),
        text_words(*others(*gloss[:2], *term.asked), singly=True),
    )


_COMPOUND = re.compile(r"(?<![\w-])([A-Za-z]+)-([A-Za-z]+)(?![\w-])")


def text_words(*texts: str, singly: bool = False) -> str:
    """Return `texts` as words for SQLite to split at spaces: Chinese as overlapping pairs.

    Case and accents are SQLite's own to fold. With `singly` each character is a word, too.

    >>> text_words("KV 键值缓存"), text_words("缓存", singly=True)
    ('KV  键值 值缓 缓存 ', ' 缓存 缓 存 ')
    """
    text = " ".join(texts)
    text += "".join(f" {before}{after}" for before, after in _COMPOUND.findall(text))
    if text.isascii():
        return text

    def spread(run: re.Match[str]) -> str:
        pairs = _overlapping_pairs(run[0])
        return f" {' '.join([*pairs, *run[0]] if singly and len(run[0]) > 1 else pairs)} "

    return cjk_run().sub(spread, text)


def _overlapping_pairs(run: str) -> list[str]:
    return [first + second for first, second in pairwise(run)] or [run]


def _pairs(key: str) -> list[str]:
    """Return the pairs of neighbouring letters of `key`, its ends marked."""
    return _overlapping_pairs(f"^{key}$")


def _length(count: int) -> str:
    """Return the word that stands beside the pairs of a key of so many letters; no pair is so long."""
    return f"length{count}"


def _any(parts: Sequence[str]) -> str:
    return " OR ".join(f'"{part}"' for part in parts)


def _in_texts(part: str, *, brief: bool) -> str:
    return f'{{names gloss}} : "{part}"' if brief else f'"{part}"'


def _from(prefix: str) -> tuple[str, str]:
    """Return the bounds of all that begins with `prefix`."""
    return prefix, prefix + "\U0010ffff"


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
            term.asked,
            term.everyday,
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )  # fmt: skip


def _unpack(entry: str) -> Term:
    (
        id, name, full_name, zh, aliases, kind, category, gloss, definition, note, origin, related, works, source,
        asked, everyday,
    ) = json.loads(entry)  # fmt: skip
    return Term(
        id, name, full_name, zh, tuple(aliases), kind, category,
        Bilingual(*gloss),
        Bilingual(*definition),
        Bilingual(*note) if note else None,
        Origin(*origin) if origin else None,
        tuple(Relation(*link) for link in related),
        tuple(Citation(key, title, tuple(by), date, venue, url) for key, title, by, date, venue, url in works),
        source,
        tuple(asked),
        tuple((name, need) for name, need in everyday),
    )  # fmt: skip
