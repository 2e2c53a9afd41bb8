"""What programs read: JSON, tab-separated lines and BibTeX."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from llmterms.fold import tame
from llmterms.model import (
    RELATIONS,
    Bilingual,
    Citation,
    Match,
    Mention,
    Related,
    Relation,
    Standing,
    Term,
    as_written,
)

if TYPE_CHECKING:
    from llmterms.comparison import Comparison

Json = dict[str, Any]

_ARXIV = re.compile(r"https://arxiv\.org/abs/(\S+)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TEX_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$",
    "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def to_json(value: object, *, unicode: bool = True) -> str:
    """Return `value` as indented JSON; with `unicode` false every other character is escaped.

    Control and text-direction characters are always escaped, so that the text is safe to look at.
    """
    text = json.dumps(value, ensure_ascii=not unicode, indent=2)
    return "\n".join(_escape(line) for line in text.split("\n")) + "\n"


def results(query: str, matches: Iterable[Match]) -> Json:
    """Return the answer of `show` and `search`."""
    return {
        "query": query,
        "results": [
            {"match": {"kind": match.kind, "text": match.text, "score": match.score}, "term": term(match.term)}
            for match in matches
        ],
    }


def miss(query: str, suggestions: Sequence[str]) -> Json:
    """Return the answer where nothing was found."""
    return {"query": query, "results": [], "suggestions": list(suggestions)}


def term(term: Term) -> Json:
    """Return a whole entry."""
    origin = term.origin
    return {
        "id": term.id,
        "name": term.name,
        "full_name": term.full_name,
        "zh": term.zh,
        "aliases": list(term.aliases),
        "kind": term.kind,
        "category": term.category,
        "gloss": _bilingual(term.gloss),
        "definition": _bilingual(term.definition),
        "note": _bilingual(term.note) if term.note else None,
        "origin": {"date": origin.date, "by": origin.by, "work": origin.work} if origin else None,
        "related": [_relation(link) for link in term.related],
        "citations": [citation(work) for work in term.citations],
        "source": term.source,
    }


def terms(found: Iterable[Term]) -> Json:
    """Return the answer of `list`."""
    return {"terms": [term(each) for each in found]}


def timeline(months: Mapping[str, Iterable[Term]]) -> Json:
    """Return the answer of `timeline`."""
    return {"timeline": [{"date": month} | terms(group) for month, group in months.items()]}


def related(of: Term, links: Iterable[Related]) -> Json:
    """Return the answer of `related`."""
    return {"term": _reference(of), "related": [_link(link) for link in links]}


def chains(start: Term, end: Term, found: Iterable[Iterable[Related]], *, more: bool) -> Json:
    """Return the answer of `related --to`; `more` tells that there are others as short."""
    told = [[_link(link) for link in chain] for chain in found]
    return {"term": _reference(start), "to": _reference(end), "chains": told, "more": more}


def chain_rows(start: Term, found: Iterable[Iterable[Related]]) -> Iterator[tuple[str, ...]]:
    """Yield for each link of each chain: name, relation, name reached, step, id reached, number of the chain."""
    for number, chain in enumerate(found, 1):
        name = start.name
        for link in chain:
            yield name, link.relation, link.name, str(link.depth), link.id, str(number)
            name = link.name


def comparison(found: Comparison) -> Json:
    """Return the answer of `compare`."""
    return {
        "terms": [term(each) for each in found.terms],
        "links": [
            {"source": _reference(link.source), "relation": link.relation, "target": _reference(link.target)}
            for link in found.links
        ],
        "shares": [
            {
                "ids": list(share.ids),
                "category": share.category or None,
                "related": [_relation(link) for link in share.related],
                "citations": [work.key for work in share.works],
            }
            for share in found.shares
        ],
    }


def standing(files: Sequence[str], found: Iterable[Standing]) -> Json:
    """Return the answer of `scan`."""
    return {
        "files": list(files),
        "terms": [
            {
                "count": each.times,
                "first": {
                    "file": each.file or files[0],
                    "page" if each.on_page else "line": each.number,
                    "text": each.written,
                },
                "term": term(each.term),
            }
            for each in found
        ],
    }


def footnoted(text: str, mentions: Sequence[Mention], language: str, *, markdown: bool) -> str:
    """Return `text` with a note at each mention, the notes at its end: numbered, or as Markdown has them."""
    pieces, at, notes = [], 0, []
    taken = max(map(int, re.findall(r"\[(\d{1,4})\]", text)), default=0)  # by references of the text itself
    for number, mention in enumerate(mentions, taken + 1):
        mark = f"[^{mention.term.id}]" if markdown else f"[{number}]"
        pieces += [text[at : mention.end], mark]
        at = mention.end
        notes.append(f"{mark}{':' if markdown else ''} {_note(mention.term, language, markdown=markdown)}\n")
    pieces.append(text[at:])
    body = "".join(pieces)
    if not notes:
        return body
    return body + ("\n" if body.endswith("\n") else "\n\n") + tame("".join(notes))


def _note(term: Term, language: str, *, markdown: bool) -> str:
    name = " ".join(dict.fromkeys([term.name, term.zh]))
    gloss = term.gloss.in_(language) if language != "both" else f"{term.gloss.en} {term.gloss.zh}"
    address = term.citations[0].url if term.citations else ""
    if not markdown:
        return f"{name}: {gloss}" + (f" {address}" if address else "")
    linked = f"[{name}]({address})" if address else name
    return f"**{linked}**: {gloss}"


def citations(of: Term) -> Json:
    """Return the answer of `cite`."""
    return {"term": _reference(of), "citations": [citation(work) for work in of.citations]}


def citation(work: Citation) -> Json:
    """Return one work."""
    return {
        "key": work.key,
        "title": work.title,
        "authors": list(work.authors),
        "date": work.date,
        "venue": work.venue,
        "url": work.url,
    }


def tsv(rows: Iterable[Sequence[str]]) -> str:
    """Return one line a row, its fields set apart by tabs."""
    return "".join("\t".join(_one_line(cell) for cell in row) + "\n" for row in rows)


def mermaid(start: Term, links: Iterable[Related], language: str) -> str:
    r"""Return the terms and the links between them as a Mermaid flowchart.

    >>> mermaid(Glossary.load().get("GRPO"), [Related("extends", "ppo", "PPO", 1, "grpo")], "en")
    'flowchart LR\n  n1["GRPO"]\n  n2["PPO"]\n  n1 -->|"extends"| n2\n'
    """
    names, arrows = _graph(start, links)
    node = {id: f"n{number}" for number, id in enumerate(names, 1)}  # "end" and the like are words of Mermaid
    lines = [f'{node[id]}["{_mermaid_text(name)}"]' for id, name in names.items()]
    for source, relation, target in arrows:
        arrow = "---" if _is_mutual(relation) else "-->"
        label = _mermaid_text(RELATIONS[relation].label.in_(language))
        lines.append(f'{node[source]} {arrow}|"{label}"| {node[target]}')
    return "flowchart LR\n" + "".join(f"  {line}\n" for line in lines)


def dot(start: Term, links: Iterable[Related], language: str) -> str:
    """Return the terms and the links between them as a graph for Graphviz.

    >>> print(dot(Glossary.load().get("GRPO"), [Related("extends", "ppo", "PPO", 1, "grpo")], "en"), end="")
    digraph {
      rankdir=LR;
      node [shape=box];
      "grpo" [label="GRPO"];
      "ppo" [label="PPO"];
      "grpo" -> "ppo" [label="extends"];
    }
    """
    names, arrows = _graph(start, links)
    lines = ["rankdir=LR;", "node [shape=box];"]
    lines += [f'"{_dot_text(id)}" [label="{_dot_text(name)}"];' for id, name in names.items()]
    for source, relation, target in arrows:
        label = _dot_text(RELATIONS[relation].label.in_(language))
        mutual = ", dir=none" if _is_mutual(relation) else ""
        lines.append(f'"{_dot_text(source)}" -> "{_dot_text(target)}" [label="{label}"{mutual}];')
    return "digraph {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def _graph(start: Term, links: Iterable[Related]) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """Return the names by id, and (source, relation, target) of each link once, as authors write it."""
    links = list(links)
    names = {start.id: start.name} | {link.id: link.name for link in links}
    return names, list(dict.fromkeys(as_written(link.parent, link.relation, link.id) for link in links))


def _is_mutual(relation: str) -> bool:
    return RELATIONS[relation].inverse == relation


def _mermaid_text(text: str) -> str:
    """Return `text` as it may stand between quotes in Mermaid: what could mean something there as #code;.

    >>> _mermaid_text('a "b" #1')
    'a #34;b#34; #35;1'
    """
    # Of ASCII only what never means anything is left, rather than listing what does in some place.
    return re.sub(
        r"[^\w\s.,+/()-]", lambda char: f"#{ord(char[0])};" if char[0].isascii() else char[0], _one_line(text)
    )


def _dot_text(text: str) -> str:
    r"""Return `text` as it may stand between quotes in DOT, where & begins an entity and \N means the node."""
    return _one_line(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")


def bibtex(works: Iterable[Citation]) -> str:
    """Return the works as BibTeX entries, set apart by empty lines."""
    return "\n".join(_bibtex_entry(work) for work in works)


def _bibtex_entry(work: Citation) -> str:
    year, *rest = work.date.split("-")
    fields = [("title", f"{{{_tex(work.title)}}}")]  # doubly braced: keep the title's capitals
    if work.authors:
        fields.append(("author", " and ".join(_tex_author(author) for author in work.authors)))
    fields.append(("year", year))
    if found := _ARXIV.fullmatch(work.url):
        fields += [("eprint", found[1]), ("archiveprefix", "arXiv")]
    if work.venue:
        fields.append(("howpublished", _tex(work.venue)))
    fields.append(("url", work.url))
    lines = [f"@misc{{{work.key},"]
    lines += [f"  {name} = {{{value}}}," for name, value in fields]
    if rest:
        lines.append(f"  month = {_MONTHS[int(rest[0]) - 1]},")
    return "\n".join([*lines, "}"]) + "\n"


def _tex(text: str) -> str:
    return "".join(_TEX_SPECIAL.get(char, char) for char in tame(text))


def _tex_author(author: str) -> str:
    # A name with a word like "and", or of an organisation, must not be read as several persons.
    plain = author == "others" or re.fullmatch(r"[^\W\d_][\w.'’-]*( [^\W\d_][\w.'’-]*){1,4}", author)
    return _tex(author) if plain and " and " not in author else f"{{{_tex(author)}}}"


def _bilingual(text: Bilingual) -> Json:
    return {"en": text.en, "zh": text.zh}


def _relation(link: Relation) -> Json:
    return {"relation": link.relation, "id": link.id, "name": link.name}


def _link(link: Related) -> Json:
    return {"relation": link.relation, "id": link.id, "name": link.name, "depth": link.depth}


def _one_line(text: str) -> str:
    return " ".join(tame(text).split())


def _reference(of: Term) -> Json:
    return {"id": of.id, "name": of.name}


def _escape(line: str) -> str:
    return "".join(char if tame(char) == char else f"\\u{ord(char):04x}" for char in line)
