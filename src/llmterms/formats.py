"""What programs read: JSON, tab-separated lines and BibTeX."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from llmterms.fold import tame
from llmterms.model import Bilingual, Citation, Match, Mention, Related, Standing, Term

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
        "related": [{"relation": link.relation, "id": link.id, "name": link.name} for link in term.related],
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
    found = [{"relation": link.relation, "id": link.id, "name": link.name, "depth": link.depth} for link in links]
    return {"term": _reference(of), "related": found}


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
    for number, mention in enumerate(mentions, 1):
        mark = f"[^{mention.term.id}]" if markdown else f"[{number}]"
        pieces += [text[at : mention.end], mark]
        at = mention.end
        notes.append(f"{mark}{':' if markdown else ''} {_note(mention.term, language, markdown=markdown)}\n")
    pieces.append(text[at:])
    body = "".join(pieces)
    if not notes:
        return body
    return body.rstrip("\n") + "\n\n" + tame("".join(notes))


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
    return "".join("\t".join(" ".join(tame(cell).split()) for cell in row) + "\n" for row in rows)


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


def _reference(of: Term) -> Json:
    return {"id": of.id, "name": of.name}


def _escape(line: str) -> str:
    return "".join(char if tame(char) == char else f"\\u{ord(char):04x}" for char in line)
