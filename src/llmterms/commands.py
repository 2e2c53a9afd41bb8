"""What each command does, apart from how its words are parsed: ask the glossary, print, return the exit code."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from llmterms.errors import ExitCode, LlmtermsError, UsageProblem
from llmterms.fold import fold, tame
from llmterms.glossary import Glossary
from llmterms.model import KINDS, Bilingual, Match, Mention, Related, Standing, Term
from llmterms.output import Output, write

if TYPE_CHECKING:  # only `scan` pays for it
    from llmterms.texts import Text

NAMES = ("show", "search", "related", "compare", "scan", "cite", "list", "timeline", "random", "check", "paths")
LIMIT = 30  # search results
_MOST_RELATED = 12  # of one relation, on the page of an entry in a terminal
_MOST_CHAINS = 20  # between two terms
_MOST_COMPARED = 5
_COMPARED = "compare takes two to five different terms"
_QUOTE = "names of several words are quoted or set apart by vs: llmterms compare self-play vs chain of thought"
_COMMAS = ",，、"
_SEPARATOR = rf"(?i)[{_COMMAS}]|(?<!\S)vs\.?(?!\S)"

Graph = Literal["mermaid", "dot"]


def show(words: Sequence[str], out: Output, *, exact: bool = False) -> ExitCode:
    """Print every entry of the name."""
    query, glossary = _query(words), _open()
    matches = _find(glossary, query, out, exact=exact)
    if not matches:
        return _miss(glossary, query, out)
    if out.json:
        from llmterms import formats

        out.write_json(formats.results(query, matches))
        return ExitCode.FOUND
    from llmterms import page

    pages = page.meanings(query, len(matches), out.language) if len(matches) > 1 else []
    for match in matches:
        pages += _entry(glossary, match.term, out)
    out.write_page(pages)
    return ExitCode.FOUND


def search(words: Sequence[str], out: Output, *, limit: int = LIMIT, category: str = "", kind: str = "") -> ExitCode:
    """Print the best `limit` hits, all of them if it is 0."""
    query, glossary = _query(words), _open()
    category, kind = _category(glossary, category), _kind(kind)
    fitting = [
        match
        for match in glossary.search(query)
        if category in {"", match.term.category} and kind in {"", match.term.kind}
    ]
    if not fitting:
        return _miss(glossary, query, out)
    from llmterms import formats, page

    matches = fitting[: limit or None]
    if out.json:
        out.write_json(formats.results(query, matches))
    elif out.fancy:
        out.write_page(page.hits(matches, query, out.language))
    else:
        rows = [(*_row(match.term, out.language), match.kind, match.text) for match in matches]
        out.write(formats.tsv(rows))
    if len(matches) < len(fitting):
        out.say(f"{len(fitting) - len(matches)} more; all of them: --limit 0")
    return ExitCode.FOUND


def related(
    words: Sequence[str],
    out: Output,
    *,
    depth: int = 1,
    to: str | None = None,
    every: bool = False,
    graph: Graph | None = None,
) -> ExitCode:
    """Print the terms at most `depth` relations away, or how one is connected `to` another, as a `graph` if wished."""
    if graph and out.json:
        raise UsageProblem(f"--format {graph} and --json ask for two formats; leave one out")
    if to is not None:
        return _connection(_query(words), _query([to]), out, depth=depth, every=every, graph=graph)
    if every:
        raise UsageProblem("--all lists the chains to another term; name it: llmterms related o1 --to PPO --all")
    query, glossary = _query(words), _open()
    terms = [match.term for match in _find(glossary, query, out)]
    if not terms:
        return _miss(glossary, query, out)
    from llmterms import formats, page

    walks = [(term, glossary.walk(term, depth)) for term in terms]
    if out.json:
        _name_the_others(query, terms, out)
        out.write_json(formats.related(*walks[0]))
    elif graph:
        _name_the_others(query, terms, out)
        _write_graph(graph, *walks[0], out)
    elif out.fancy:
        grouped = page.related if depth == 1 else page.tree
        out.write_page([block for term, links in walks for block in grouped(term, links, out.language)])
    else:
        out.write(
            formats.tsv((link.name, link.relation, str(link.depth), link.id) for _, links in walks for link in links)
        )
    return ExitCode.FOUND


def _connection(start: str, end: str, out: Output, *, depth: int, every: bool, graph: Graph | None) -> ExitCode:
    """Print a shortest chain of relations between two terms, or `every` one."""
    if depth != 1:
        raise UsageProblem("--depth says how far to go around one term; --to goes as far as it must; leave one out")
    glossary = _open()
    first = _one(glossary, start, out)
    last = _one(glossary, end, out) if first else None
    if not first or not last:
        return ExitCode.NOT_FOUND
    if first.id == last.id:
        raise UsageProblem(f"--to takes another term than {first.name} itself")
    most = _MOST_CHAINS if every else 1
    chains = list(islice(glossary.chains(first, last), most + 1))
    more, chains = len(chains) > most, chains[:most]
    from llmterms import formats, page

    if out.json:
        out.write_json(formats.chains(first, last, chains, more=more))
    elif graph and chains:
        _write_graph(graph, first, [link for chain in chains for link in chain], out)
    elif out.fancy and chains:
        out.write_page(page.chains(first, last, chains, out.language))
    else:
        out.write(formats.tsv(formats.chain_rows(first, chains)))
    if not chains:
        out.remark("not connected", start=first.name, end=last.name)
        return ExitCode.NOT_FOUND
    if more:
        out.remark("most chains" if every else "more chains", count=most)
    return ExitCode.FOUND


def compare(words: Sequence[str], out: Output) -> ExitCode:
    """Print two to five terms side by side."""
    glossary = _open()
    names, apart = _names(glossary, words)
    different = len({fold(name) for name in names})
    if len(names) < 2 or different > _MOST_COMPARED:
        raise UsageProblem(f"{_COMPARED}, not {different}; {_QUOTE}")
    terms: dict[str, Term] = {}
    for name in names:
        term = _one(glossary, name, out)
        if not term:
            if not apart and len(names) > 2:
                out.say(_QUOTE)
            return ExitCode.NOT_FOUND
        if term.id in terms:
            out.remark("same", query=name, name=term.name)
        terms[term.id] = term
    if len(terms) < 2:
        raise UsageProblem(f"{_COMPARED}; {_QUOTE}")
    from llmterms import formats, page
    from llmterms.comparison import compare

    found = compare(list(terms.values()))
    if out.json:
        out.write_json(formats.comparison(found))
    else:
        most = _MOST_RELATED if out.fancy else None
        out.write_page(page.comparison(found, glossary.categories, out.language, most))
    return ExitCode.FOUND


def cite(words: Sequence[str], out: Output, *, bibtex: bool = False, browse: bool = False) -> ExitCode:
    """Print the works of the name's entries, or open the first."""
    query, glossary = _query(words), _open()
    terms = [match.term for match in _find(glossary, query, out)]
    if not terms:
        return _miss(glossary, query, out)
    from llmterms import formats, page

    if browse:
        return _open_in_browser(terms[0], out)
    if out.json:
        _name_the_others(query, terms, out)
        out.write_json(formats.citations(terms[0]))
    elif bibtex:
        works = {work.key: work for term in terms for work in term.citations}
        out.write(formats.bibtex(works.values()))
    else:
        out.write_page([block for term in terms for block in page.cited(term, out.language)])
    return ExitCode.FOUND


def list_terms(out: Output, *, category: str, kind: str, since: str, until: str) -> ExitCode:
    """Print all terms that fit."""
    glossary = _open()
    terms = glossary.select(
        category=_category(glossary, category),
        kind=_kind(kind),
        since=_date("--since", since),
        until=_date("--until", until),
    )
    from llmterms import formats, page

    if out.json:
        out.write_json(formats.terms(terms))
    elif out.fancy and terms:
        out.write_page(page.terms(terms, out.language))
    else:
        rows = [(*_row(term, out.language), term.origin.date if term.origin else "", term.id) for term in terms]
        out.write(formats.tsv(rows))
    return ExitCode.FOUND if terms else ExitCode.NOT_FOUND


def timeline(out: Output, *, category: str, kind: str, since: str, until: str, svg: str | None) -> ExitCode:
    """Print the terms that fit by the time they came up, or draw them into the file `svg`, "-" for stdout."""
    if svg is not None and out.json:
        raise UsageProblem("--svg and --json are two answers; ask for one at a time")
    if svg == "":
        raise UsageProblem("--svg takes the name of a file to write, or - for stdout")
    glossary = _open()
    category, kind = _category(glossary, category), _kind(kind)
    since, until = _date("--since", since), _date("--until", until)
    terms = glossary.select(category=category, kind=kind, since=since, until=until)
    from llmterms import formats, page
    from llmterms.timeline import bars, by_month, dated

    found, months = dated(terms), by_month(terms)
    if out.json:
        out.write_json(formats.timeline(months))
    elif svg and found:
        narrowed = [names[id] for names, id in ((glossary.categories, category), (KINDS, kind)) if id]
        _draw(months, narrowed, svg, out)
    elif out.fancy and found:
        out.write_page(page.timeline(months, bars(terms), out.language))
    else:
        out.write(formats.tsv((date, *_row(term, out.language), term.id) for date, term in found))
    if not found:
        out.remark("none dated")
    elif len(found) < len(terms):
        out.remark("undated", count=len(terms) - len(found))
    return ExitCode.FOUND if found else ExitCode.NOT_FOUND


def random(out: Output) -> ExitCode:
    """Print any one entry."""
    glossary = _open()
    term = glossary.random()
    if out.json:
        from llmterms import formats

        out.write_json(formats.results(term.name, glossary.lookup(term.id)))
    else:
        out.write_page(_entry(glossary, term, out))
    return ExitCode.FOUND


def scan(
    files: Sequence[Path],
    out: Output,
    *,
    sort: str,
    category: str,
    kind: str,
    known: Path | None,
    annotate: bool,
    markdown: bool,
) -> ExitCode:
    """Print the terms that stand in the files or, without any, in the standard input."""
    if annotate and out.json:
        raise UsageProblem("--annotate prints the text itself; --json lists its terms: take one of them")
    if markdown and not annotate:
        raise UsageProblem("--format markdown is how --annotate notes the terms; add --annotate")
    glossary = _open()
    category, kind = _category(glossary, category), _kind(kind)
    left_out = _known(glossary, known, out) if known else set()
    if annotate and len(files) > 1:
        raise UsageProblem("--annotate prints one text; give one file")
    read = _read(files, out)

    def is_wanted(term: Term) -> bool:
        return category in {"", term.category} and kind in {"", term.kind} and term.id not in left_out

    with out.progress(sum(len(text.source) for text in read)) as progress:
        mentions = [[each for each in glossary.scan(text, progress) if is_wanted(each.term)] for text in read]
    if annotate:
        for text, found in zip(read, mentions, strict=True):
            _write_annotated(text, found, out, markdown=markdown)
    else:
        _write_standing(read, _standing(read, mentions, sort, several=len(files) > 1), out)
    if len(read) < len(files):
        return ExitCode.BAD_DATA
    if not any(mentions):
        out.remark("none stands", count=len(glossary))
        return ExitCode.NOT_FOUND
    return ExitCode.FOUND


def _read(files: Sequence[Path], out: Output) -> list[Text]:
    """Return the texts of all files that can be read, after saying what is wrong with the others."""
    from llmterms import texts

    if not files and (sys.stdin is None or sys.stdin.isatty()):
        raise UsageProblem("scan reads files or a pipe; try: llmterms scan paper.md")
    read = []
    for file in files or [Path("-")]:
        try:
            read.append(texts.read_stream(sys.stdin.buffer) if str(file) == "-" else texts.read(file))
        except texts.Unreadable as error:
            if len(files) < 2:
                raise
            out.say(str(error))
    return read


def _write_annotated(text: Text, mentions: Sequence[Mention], out: Output, *, markdown: bool) -> None:
    """Print the text, each term marked where it stands first."""
    from llmterms import formats

    seen: set[str] = set()
    first = []
    for mention in mentions:
        if mention.term.id not in seen:
            seen.add(mention.term.id)
            first.append(mention)
    if markdown or not out.fancy:
        out.write(formats.footnoted(text.source, first, out.language, markdown=markdown))
    else:
        out.write_marked(text.source, first)


def _write_standing(read: Sequence[Text], standing: Sequence[Standing], out: Output) -> None:
    from llmterms import formats, page

    if out.json:
        out.write_json(formats.standing([text.name for text in read], standing))
    elif out.fancy and standing:
        out.write_page(page.standing(standing, out.language))
    else:
        rows = [(*_row(each.term, out.language), str(each.times), each.place, each.term.id) for each in standing]
        out.write(formats.tsv(rows))


def _standing(
    read: Sequence[Text], mentions: Sequence[Sequence[Mention]], sort: str, *, several: bool
) -> list[Standing]:
    """Return each term that stands in the texts once, with how often it does and where first."""
    counts: dict[str, int] = {}
    first: dict[str, tuple[Text, Mention]] = {}
    for text, found in zip(read, mentions, strict=True):
        for mention in found:
            counts[mention.term.id] = counts.get(mention.term.id, 0) + 1
            first.setdefault(mention.term.id, (text, mention))
    standing = []
    for id, (text, mention) in first.items():
        number, name = text.place(mention.start), text.name if several else ""
        written = text.written(mention.start, mention.end)
        standing.append(Standing(mention.term, counts[id], name, number, text.kind == "pdf", written))
    if sort == "count":
        standing.sort(key=lambda each: -each.times)
    elif sort == "name":
        standing.sort(key=lambda each: each.term.name.casefold())
    return standing


def _known(glossary: Glossary, file: Path, out: Output) -> set[str]:
    """Return the ids of the terms named in a file, one a line."""
    from llmterms import texts

    found: set[str] = set()
    unknown = []
    for name in filter(None, map(str.strip, texts.read(file).source.splitlines())):
        if name.startswith("#"):
            continue
        matches = glossary.lookup(name)
        found.update(match.term.id for match in matches)
        unknown += [] if matches else [name]
    if unknown:
        out.say(f"{file}: {_count(len(unknown), 'name')} no term of the glossary has: {', '.join(unknown[:5])}")
    return found


def check(files: Sequence[Path], *, schema_only: bool) -> ExitCode:
    """Print every problem of the files, or of those in use."""
    from llmterms.editorial import check_files
    from llmterms.paths import glossary_layers

    checked = files or [place.path for place in glossary_layers()]
    problems = check_files(checked, schema_only=schema_only)
    for problem in problems:
        write(sys.stderr, tame(str(problem)) + "\n")
    if problems:
        write(sys.stderr, f"{_count(len(problems), 'problem')} in {_count(len(checked), 'file')}\n")
        return ExitCode.BAD_DATA
    write(sys.stdout, f"no problems in {_count(len(checked), 'file')}\n")
    return ExitCode.FOUND


def paths(*, json: bool) -> ExitCode:
    """Print the files in use, each with the reason for it."""
    from llmterms.paths import cache_folder, config_folder, glossary_layers

    glossary = _open()
    broken = dict(glossary.broken)
    rows = []
    for place in glossary_layers():
        problems = broken.get(str(place.path), 0)
        left_out = f"; left out, {_count(problems, 'problem')}" if problems else ""
        rows.append(("glossary", str(place.path), place.reason + left_out))
    rows.append(("glossaries", str(config_folder()), "own glossaries go here, as *.yaml"))
    if glossary.index.in_memory:
        rows.append(("index", str(cache_folder()), "cannot be written; the index is built anew in memory each time"))
    else:
        rows.append(("index", str(glossary.index.paths[0]), "compiled from these glossaries"))
    if json:
        from llmterms import formats

        keys = ("what", "path", "reason")
        write(sys.stdout, formats.to_json({"paths": [dict(zip(keys, row, strict=True)) for row in rows]}))
    else:
        write(sys.stdout, "".join(f"{what}: {tame(path)} ({reason})\n" for what, path, reason in rows))
    return ExitCode.FOUND


def _open() -> Glossary:
    """Open the glossary; say on stderr which files of the user had to be left out."""
    glossary = Glossary.load()
    for file, count in glossary.broken:
        told = f"{tame(file)} is left out: {_count(count, 'problem')}; see: llmterms check {tame(file)}"
        write(sys.stderr, f"llmterms: {told}\n")
    return glossary


def _query(words: Sequence[str]) -> str:
    query = " ".join(" ".join(words).split())
    if not query:
        raise UsageProblem("the name to look up is empty; try: llmterms show GRPO")
    return query


def _names(glossary: Glossary, words: Sequence[str]) -> tuple[list[str], bool]:
    """Return the names to compare, and whether they are set apart: by vs or commas, else each word is one."""
    text = " ".join(_kept_whole(glossary, word) for word in words)
    apart = re.search(_SEPARATOR, text) is not None
    names = re.split(_SEPARATOR, text) if apart else words
    return [" ".join(name.split()) for name in names if name.strip()], apart


def _kept_whole(glossary: Glossary, word: str) -> str:
    """Return a quoted name that has commas or "vs." of its own with hyphens for them, which mean the same."""
    name = word.strip(_COMMAS + " ")
    if re.search(_SEPARATOR, name) and name in glossary:
        return word.replace(name, re.sub(rf"[\s{_COMMAS}]+", "-", name))
    return word


def _find(glossary: Glossary, query: str, out: Output, *, exact: bool = False) -> list[Match]:
    """Return every meaning of the name, or the one it must be a misspelling of, after saying so."""
    matches = glossary.lookup(query)
    if matches or exact:
        return matches
    guessed = glossary.guess(query)
    if not guessed:
        return []
    out.remark("shown instead", query=query, name=guessed.term.name)
    return [guessed]


def _one(glossary: Glossary, query: str, out: Output) -> Term | None:
    """Return the first meaning of the name, after naming the others, or say that nothing was found."""
    terms = [match.term for match in _find(glossary, query, out)]
    if not terms:
        _miss(glossary, query, out)
        return None
    _name_the_others(query, terms, out)
    return terms[0]


def _miss(glossary: Glossary, query: str, out: Output) -> ExitCode:
    out.miss(query, glossary.suggest(query))
    return ExitCode.NOT_FOUND


def _entry(glossary: Glossary, term: Term, out: Output) -> list:  # type: ignore[type-arg]
    from llmterms import page

    return page.entry(term, glossary.categories, out.language, _MOST_RELATED if out.fancy else None)


def _draw(months: Mapping[str, Sequence[Term]], narrowed: Sequence[Bilingual], file: str, out: Output) -> None:
    """Write the picture of a timeline and say so; "-" is stdout."""
    from llmterms import page, picture

    drawn = picture.timeline(months, *page.timeline_title(months, narrowed, out.language), out.language)
    if file == "-":
        out.write_xml(drawn)
        return
    try:
        Path(file).write_text(drawn, "utf-8", newline="\n")
    except OSError as error:
        raise LlmtermsError(f"{file} cannot be written: {error.strerror}") from error
    out.remark("drawn", file=file)


def _name_the_others(query: str, terms: Sequence[Term], out: Output) -> None:
    """Where an answer has room for one meaning only, say on stderr which others there are."""
    if len(terms) > 1:
        others = ", ".join(term.id for term in terms[1:])
        out.say(f"“{query}” has {len(terms)} meanings; this is {terms[0].id}, the others are: {others}")


def _write_graph(graph: Graph, start: Term, links: Sequence[Related], out: Output) -> None:
    from llmterms import formats

    draw = formats.mermaid if graph == "mermaid" else formats.dot
    out.write(draw(start, links, out.language))


def _row(term: Term, language: str) -> tuple[str, str, str]:
    return term.name, term.zh, term.gloss.in_(language)


def _category(glossary: Glossary, wanted: str) -> str:
    """Return the id of the category called so in either language."""
    if not wanted:
        return ""
    for id, name in glossary.categories.items():
        if fold(wanted) in {fold(id), fold(name.en), fold(name.zh)}:
            return id
    raise UsageProblem(f"there is no category “{wanted}”; there are: {', '.join(glossary.categories)}")


def _kind(wanted: str) -> str:
    if not wanted:
        return ""
    for id, name in KINDS.items():
        if fold(wanted) in {fold(id), fold(name.zh)}:
            return id
    raise UsageProblem(f"there is no kind “{wanted}”; there are: {', '.join(KINDS)}")


def _date(option: str, date: str) -> str:
    if date and not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", date):
        raise UsageProblem(f"{option} takes a date like 2024, 2024-01 or 2024-01-05, not “{date}”")
    return date


def _open_in_browser(term: Term, out: Output) -> ExitCode:
    import webbrowser

    for work in term.citations:
        if work.url.startswith(("https://", "http://")):
            out.say(f"opening {work.url}")
            webbrowser.open(work.url)
            return ExitCode.FOUND
    out.say(f"{term.name} has no work to open")
    return ExitCode.NOT_FOUND


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
