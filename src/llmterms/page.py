"""What people read: entries and lists as lines of meaning, in the words of the chosen language.

Nothing here knows of colours or widths: a run of text carries a role ("name", "link", …), and
`render` alone says what a role looks like. To a pipe the same page goes out as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from llmterms.fold import is_cjk, tame, words
from llmterms.model import KINDS, RELATIONS, Bilingual, Citation, Match, Related, Relation, Standing, Term

if TYPE_CHECKING:
    from llmterms.comparison import Comparison, Share
    from llmterms.timeline import Bar

_WORDS = {
    "origin": Bilingual("Origin", "出处"),
    "related": Bilingual("Related", "相关"),
    "note": Bilingual("Comment", "旁注"),
    "sources": Bilingual("Sources", "参考"),
    "meanings": Bilingual("{name} has {count} meanings", "{name} 有 {count} 个义项"),
    "more": Bilingual("{count} more", "另有 {count} 个"),
    "not found": Bilingual("nothing found for “{query}”", "没有找到“{query}”"),
    "did you mean": Bilingual("Did you mean: {names}?", "是不是要找：{names}？"),
    "shown instead": Bilingual("“{query}” is not a term; showing {name}", "没有“{query}”；显示的是 {name}"),
    "others": Bilingual("et al.", "等"),
    "line": Bilingual("line {place}", "第 {place} 行"),
    "page": Bilingual("page {place}", "第 {place} 页"),
    "none stands": Bilingual("none of the {count} terms stands in the text", "文中没有 {count} 个术语中的任何一个"),
    "list": Bilingual(", ", "、"),
    "full name": Bilingual("full name", "全称"),
    "alias": Bilingual("alias", "别名"),
    "pinyin": Bilingual("pinyin of", "拼音"),
    "initials": Bilingual("initials of", "首字母"),
    "fuzzy": Bilingual("similar to", "近似"),
    "timeline": Bilingual("Timeline", "时间线"),
    "span": Bilingual("{first} to {last}", "{first} 至 {last}"),
    "terms": Bilingual("{count} terms", "{count} 个词条"),
    "one term": Bilingual("1 term", "1 个词条"),
    "drawn": Bilingual("{file} is written", "已写入 {file}"),
    "decade": Bilingual("{first}s", "{first} 年代"),
    "decades": Bilingual("{first}s–{last}s", "{first}–{last} 年代"),
    "undated": Bilingual("terms without a date, left out: {count}", "未列出没有年代的词条：{count} 个"),
    "none dated": Bilingual("no term with a date fits", "没有符合条件而又有年代的词条"),
    "alone": Bilingual("Only here", "独有"),
    "shared": Bilingual("In common", "共有"),
    "between": Bilingual("Relation", "关系"),
    "unrelated": Bilingual("none directly", "没有直接关系"),
    "category": Bilingual("category", "类别"),
    "works": Bilingual("sources", "参考"),
    "same": Bilingual("“{query}” is {name}, which is there already", "“{query}”就是 {name}，已经列出"),
    "steps": Bilingual("steps: {count}", "步数：{count}"),
    "not connected": Bilingual("no relations lead from {start} to {end}", "没有从 {start} 到 {end} 的关系链"),
    "more chains": Bilingual(
        "there are more chains as short; to see them: --all", "还有同样短的关系链；都列出来：--all"
    ),
    "most chains": Bilingual(
        "there are more chains as short; these are the first {count}", "还有同样短的关系链；这里只列前 {count} 条"
    ),
}

# Relations whose label does not make a sentence between two names; {} is the second name.
_SENTENCES = {
    "is-a": Bilingual("is a kind of {}", "的上位概念是 {}"),
    "has-kind": Bilingual("has kinds such as {}", "的下位概念有 {}"),
    "has-example": Bilingual("has examples such as {}", "的实例有 {}"),
    "part-of": Bilingual("is part of {}", "的所属整体是 {}"),
    "has-part": Bilingual("has parts such as {}", "的组成部分有 {}"),
    "used-by": Bilingual("is used by {}", "被用于 {}"),
    "extended-by": Bilingual("is extended by {}", "衍生出 {}"),
    "succeeds": Bilingual("succeeds {}", "的前代是 {}"),
    "succeeded-by": Bilingual("is succeeded by {}", "的后继是 {}"),
    "made-by": Bilingual("is made by {}", "的出品方是 {}"),
    "makes": Bilingual("makes {}", "推出了 {}"),
    "measured-by": Bilingual("is measured by {}", "的衡量手段有 {}"),
    "alternative-to": Bilingual("is an alternative to {}", "的替代方案有 {}"),
    "not-to-be-confused-with": Bilingual("is not to be confused with {}", "勿与 {} 混淆"),
    "see-also": Bilingual("is related to {}", "另见 {}"),
}

_MOST_GLOSSED = 40  # on a timeline; with their glosses, more would fill screen after screen


def say(what: str, language: str, **values: object) -> str:
    """Return a phrase of the interface in `language`; "both" reads as English here."""
    return tame(_WORDS[what].in_(language).format(**values))


class Run(NamedTuple):
    """A piece of text with one role; `link` is the address that it leads to, if any."""

    text: str
    role: str = ""
    link: str = ""


class Line(NamedTuple):
    """A paragraph: wrapped to the width, with its later lines indented by `hang` cells.

    `end` is set at the right-hand edge where there is room for it, else below. Lines with a `bar`
    are the rows of a chart: the bar stands for that number and is followed by `end`.
    """

    runs: tuple[Run, ...]
    hang: int = 0
    end: Run | None = None
    bar: int | None = None


class Block(NamedTuple):
    """Lines that stand together, with a label beside or above; `aside` marks them as comment."""

    lines: tuple[Line, ...]
    label: str = ""
    aside: bool = False


class Columns(NamedTuple):
    """Pages that stand side by side where there is room, else one below the other.

    Blocks at the same place of each page have the same label and begin on the same line; one
    without lines leaves its place empty.
    """

    pages: tuple[tuple[Block, ...], ...]


Page = list[Block | Columns]


def entry(term: Term, categories: Mapping[str, Bilingual], language: str, most_related: int | None = None) -> Page:
    """Return the page of one term; of each relation at most `most_related` terms are named."""
    kind, category = KINDS[term.kind], categories[term.category]
    blocks: Page = [_title(term, f"{kind.in_(language)} · {category.in_(language)}")]
    blocks.append(_paragraphs(term.gloss, language, "gloss"))
    blocks.append(_paragraphs(term.definition, language))
    if term.origin:
        blocks.append(_origin(term, term.citations, language))
    if term.related:
        blocks.append(_related(term, language, most_related))
    if term.note:
        blocks.append(_paragraphs(term.note, language, "note", label=_label("note", language), aside=True))
    if term.citations:
        blocks.append(citations(term.citations, language))
    return blocks


def meanings(name: str, count: int, language: str) -> Page:
    """Return the heading over several terms of one name."""
    return [Block((Line((Run(say("meanings", language, name=name, count=count), "heading"),)),))]


def citations(works: Iterable[Citation], language: str) -> Block:
    """Return the works with numbers, each with its address."""
    lines = []
    for number, work in enumerate(works, 1):
        mark = f"[{number}] "
        lines.append(Line((Run(mark, "number"), *_work(work, language)), hang=len(mark)))
        lines.append(Line((Run(" " * len(mark)), Run(work.url, "link", work.url)), hang=len(mark)))
    return Block(tuple(lines), _label("sources", language))


def cited(term: Term, language: str) -> Page:
    """Return the page of a term's works alone."""
    return [Block((_heading(term),)), Block(citations(term.citations, language).lines)]


def hits(matches: Iterable[Match], query: str, language: str) -> Page:
    """Return search results: the name and why it is there, then the gloss, with what matched marked."""
    lines = []
    for match in matches:
        term = match.term
        heading = [*marked(term.name, query, "name")]
        if term.zh != term.name:
            heading += [Run("  "), *marked(term.zh, query, "zh")]
        lines.append(Line((*heading, *_reason(match, query, language))))
        texts = [line.runs[0].text for line in _paragraphs(term.gloss, language).lines]
        if match.kind == "text" and (passage := _passage(term, query, language)) not in texts:
            texts.append(passage)
        lines += [Line((Run("  "), *marked(text, query)), hang=2) for text in texts if text]
    return [Block(tuple(lines))]


def marked(text: str, query: str, role: str = "") -> list[Run]:
    """Return `text` in runs, those that say what the query says with the role "matched".

    >>> marked("KV cache", "caches")
    [Run(text='KV ', role='', link=''), Run(text='cache', role='matched', link='')]
    """
    text = tame(text)
    found = _said(text, query)
    runs = []
    for is_found, group in groupby(range(len(text)), key=found.__contains__):
        places = list(group)
        runs.append(Run(text[places[0] : places[-1] + 1], "matched" if is_found else role))
    return runs


def _said(text: str, query: str) -> set[int]:
    """Return the places of the characters of `text` that belong to a word of the query."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters have no lower case of their own
        return set()
    parts = words(query)
    telling = [part for part in parts if len(part) > 2 or is_cjk(part)] or parts
    found: set[int] = set()
    for part in telling:
        if is_cjk(part):
            pieces = [re.escape(part[at : at + 2]) for at in range(max(len(part) - 1, 1))]
            pattern = f"(?=({'|'.join(pieces)}))"
        else:
            ending = "s?(?![a-z0-9])" if len(part) < 4 else "[a-z]*"
            pattern = rf"(?<![a-z0-9])({re.escape(part[: max(4, len(part) - 3)])}{ending})"
        for match in re.finditer(pattern, lowered):
            found.update(range(*match.span(1)))
    return found


def _passage(term: Term, query: str, language: str) -> str:
    """Return the sentence of the entry that says most of the query, or "" if none says any."""
    told = [term.definition, *([term.note] if term.note else [])]
    languages = [language] if language != "both" else ["en", "zh"]
    if is_cjk(query) and "zh" not in languages:
        languages = ["zh"]
    elif not is_cjk(query) and "en" not in languages:
        languages = ["en"]
    texts = [text.in_(each) for each in languages for text in told]
    sentences = [sentence for text in texts for sentence in re.findall(r".+?(?:[.!?](?= |$)|[。！？；]|$)", text)]
    best = max(sentences, key=lambda sentence: len(_said(sentence, query)))
    return best.strip() if _said(best, query) else ""


def terms(found: Iterable[Term], language: str) -> Page:
    """Return a list of terms: name, Chinese name, date and gloss."""
    lines = []
    for term in found:
        lines += _listed(term, language, term.origin.date if term.origin else "")
    return [Block(tuple(lines))]


def standing(found: Iterable[Standing], language: str) -> Page:
    """Return the terms that stand in a text: names, how often and where first, and the gloss."""
    lines = []
    for each in found:
        place = each.place if each.file else say("page" if each.on_page else "line", language, place=each.number)
        end = f"{place} · {each.times}×" if each.times > 1 else place
        lines.append(Line(_heading(each.term).runs, end=Run(tame(end), "dim")))
        lines += _glosses(each.term, language)
    return [Block(tuple(lines))]


def timeline(months: Mapping[str, Sequence[Term]], counted: Sequence[Bar], language: str) -> Page:
    """Return the terms by month, a few with their glosses, many by name alone, and a chart of how many.

    The chart comes last: it is what a terminal still shows when the terms have passed.
    """
    if sum(map(len, months.values())) <= _MOST_GLOSSED:
        blocks = [_glossed_month(month, group, language) for month, group in months.items()]
    else:
        decades = {bar.first[:3] for bar in counted if bar.first != bar.last}
        together = groupby(months.items(), lambda item: item[0][:3] if item[0][:3] in decades else item[0][:4])
        blocks = [Block(tuple(_month(*item, language) for item in group)) for _, group in together]
    return [*blocks, *([_counts(counted, language)] if len(counted) > 1 else [])]


def timeline_title(
    months: Mapping[str, Sequence[Term]], narrowed: Iterable[Bilingual], language: str
) -> tuple[str, str]:
    """Return what stands over the picture of a timeline: what it shows, then of when and how much."""
    languages = ["en", "zh"] if language == "both" else [language]
    title = " · ".join(" ".join(part.in_(each) for each in languages) for part in (_WORDS["timeline"], *narrowed))
    first, last = min(months), max(months)
    span = first if first == last else say("span", language, first=first, last=last)
    count = sum(map(len, months.values()))
    return tame(title), f"{span} · {say('terms' if count > 1 else 'one term', language, count=count)}"


def related(term: Term, links: Sequence[Related], language: str) -> Page:
    """Return the related terms grouped by relation."""
    return [Block((_heading(term),)), Block(_relation_lines(links, language))]


def tree(term: Term, links: Sequence[Related], language: str) -> Page:
    """Return the related terms as a tree, each below the term through which it was reached."""
    children: dict[str, list[Related]] = {}
    for link in links:
        children.setdefault(link.parent, []).append(link)
    lines = [_heading(term)]

    def grow(id: str, stem: str) -> None:
        below = children.get(id, [])
        for place, link in enumerate(below, 1):
            last = place == len(below)
            branch = stem + ("└─ " if last else "├─ ")
            word = RELATIONS[link.relation].label.in_(language)
            lines.append(Line((Run(branch, "dim"), Run(f"{word} ", "relation"), Run(tame(link.name), "term"))))
            grow(link.id, stem + ("   " if last else "│  "))

    grow(term.id, "")
    return [Block(tuple(lines))]


def chains(start: Term, end: Term, found: Sequence[Sequence[Related]], language: str) -> Page:
    """Return chains of relations between two terms, each link as a sentence."""
    heading = (Run(tame(start.name), "name"), Run(" → ", "dim"), Run(tame(end.name), "name"))
    steps = Run(say("steps", language, count=len(found[0])), "dim")
    page: Page = [Block((Line(heading, end=steps),))]
    for chain in found:
        names = [start.name, *(link.name for link in chain)]
        links = zip(names, chain, strict=False)
        page.append(Block(tuple(sentence(name, link.relation, link.name, language) for name, link in links)))
    return page


def sentence(source: str, relation: str, target: str, language: str) -> Line:
    """Return one relation between two names as a sentence.

    >>> "".join(run.text for run in sentence("PPO", "extended-by", "GRPO", "en").runs)
    'PPO is extended by GRPO'
    """
    told = _SENTENCES.get(relation) or Bilingual(*(f"{label} {{}}" for label in RELATIONS[relation].label))
    before, after = (part.strip() for part in told.in_(language).split("{}"))
    runs: list[Run] = []
    for text, role in ((tame(source), "term"), (before, "relation"), (tame(target), "term"), (after, "relation")):
        if text and runs and not (is_cjk(runs[-1].text[-1]) and is_cjk(text[0])):
            runs.append(Run(" "))
        runs += [Run(text, role)] if text else []
    return Line(tuple(runs), hang=2)


def comparison(
    found: Comparison, categories: Mapping[str, Bilingual], language: str, most_related: int | None = None
) -> Page:
    """Return terms side by side, then what joins them; of each relation at most `most_related` terms are named."""
    works = list(dict.fromkeys(work for term in found.terms for work in term.citations))
    alone, together = found.shares[: len(found.terms)], found.shares[len(found.terms) :]

    def has(share: Share) -> tuple[Line, ...]:
        return _share(share, categories, works, language, most_related)

    columns = [
        (
            _title(term, KINDS[term.kind].in_(language)),
            _origin(term, works, language),
            _paragraphs(term.gloss, language, "gloss"),
            _paragraphs(term.definition, language),
            Block(has(share), _label("alone", language)),
        )
        for term, share in zip(found.terms, alone, strict=True)
    ]
    links = [sentence(link.source.name, link.relation, link.target.name, language) for link in found.links]
    none = Line((Run(say("unrelated", language), "dim"),))
    page: Page = [Columns(tuple(columns)), Block(tuple(links or [none]), _label("between", language))]
    shared: list[Line] = []
    for share in together:
        names = [tame(term.name) for term in found.terms if term.id in share.ids]
        who = Run(" · ".join(names), "dim") if len(names) < len(found.terms) else None
        shared += [line._replace(end=who) for line in has(share)]
    if shared:
        page.append(Block(tuple(shared), _label("shared", language)))
    if works:
        page.append(citations(works, language))
    return page


def _share(
    share: Share, categories: Mapping[str, Bilingual], works: Sequence[Citation], language: str, most: int | None
) -> tuple[Line, ...]:
    lines = []
    if share.category:
        name = tame(categories[share.category].in_(language))
        lines.append(Line((Run(say("category", language) + "  ", "relation"), Run(name)), hang=2))
    lines += _relation_lines(share.related, language, most)
    if share.works:
        numbers = " ".join(f"[{works.index(work) + 1}]" for work in share.works)
        lines.append(Line((Run(say("works", language) + "  ", "relation"), Run(numbers, "number")), hang=2))
    return tuple(lines)


def in_turn(page: Page) -> list[Block]:
    """Return the blocks of a page one below the other, also those that could stand side by side."""
    blocks: list[Block] = []
    for part in page:
        if isinstance(part, Columns):
            blocks += [block for column in part.pages for block in column if block.lines]
        else:
            blocks.append(part)
    return blocks


def plain(page: Page) -> str:
    """Return the page as text without colours or wrapping, blocks set apart by empty lines."""
    blocks = []
    for block in in_turn(page):
        lines = ["".join(run.text for run in line.runs) for line in block.lines]
        ends = [f"  {line.end.text}" if line.end else "" for line in block.lines]
        text = "\n".join(line + end for line, end in zip(lines, ends, strict=True))
        if block.label and len(lines) == 1:
            text = f"{block.label}: {text}"
        elif block.label:
            text = f"{block.label}:\n{text}"
        blocks.append(text)
    return "\n\n".join(blocks) + "\n"


def _heading(term: Term) -> Line:
    runs = [Run(tame(term.name), "name")]
    if term.zh != term.name:
        runs += [Run("  "), Run(tame(term.zh), "zh")]
    return Line(tuple(runs))


def _title(term: Term, badge: str) -> Block:
    lines = [Line(_heading(term).runs, end=Run(tame(badge), "dim"))]
    if term.full_name:
        lines.append(Line((Run(tame(term.full_name), "expansion"),)))
    return Block(tuple(lines))


def _paragraphs(text: Bilingual, language: str, role: str = "", *, label: str = "", aside: bool = False) -> Block:
    parts = [text.en, text.zh] if language == "both" else [text.in_(language)]
    return Block(tuple(Line((Run(tame(part), role),)) for part in parts), label, aside)


def _glosses(term: Term, language: str) -> list[Line]:
    block = _paragraphs(term.gloss, language)
    return [Line((Run("  "), *line.runs), hang=2) for line in block.lines]


def _listed(term: Term, language: str, date: str) -> list[Line]:
    return [Line(_heading(term).runs, end=Run(date, "dim") if date else None), *_glosses(term, language)]


def _glossed_month(month: str, group: Sequence[Term], language: str) -> Block:
    lines = [Line((Run(month, "heading"),))]
    for term in group:
        assert term.origin
        lines += _listed(term, language, term.origin.date if term.origin.date != month else "")
    return Block(tuple(lines))


def _month(month: str, group: Sequence[Term], language: str) -> Line:
    """Return the names of a month in one paragraph; who reads English is spared the Chinese ones."""
    date = f"{month:<9}"
    runs = [Run(date, "label")]
    for term in group:
        if language == "en" or term.name not in term.zh:
            runs.append(Run(tame(term.name), "term"))
            runs += [] if language == "en" else [Run(f" {tame(term.zh)}")]
        else:  # 语言模型评测框架 lm-evaluation-harness says both
            runs.append(Run(tame(term.zh), "term"))
        runs.append(Run(" · ", "dim"))
    return Line(tuple(runs[:-1]), hang=len(date))


def _counts(counted: Sequence[Bar], language: str) -> Block:
    """Return a chart of how many terms came up when."""
    monthly = any(len(bar.first) > 4 for bar in counted)
    lines = []
    for bar in counted:
        if bar.first != bar.last:
            last = bar.last[:3] + "0"
            span = say("decade" if bar.first == last else "decades", language, first=bar.first, last=last)
        else:
            span = f"{bar.first}-??" if monthly and len(bar.first) == 4 else bar.first
        lines.append(Line((Run(span, "label"),), end=Run(str(bar.terms), "dim"), bar=bar.terms))
    return Block(tuple(lines))


def _origin(term: Term, works: Sequence[Citation], language: str) -> Block:
    """Return when and by whom a term came up, if that is known, with the number of its work among `works`."""
    origin = term.origin
    if not origin:
        return Block(())
    runs = [Run(origin.date)]
    if origin.by:
        runs.append(Run(f"  {tame(origin.by)}"))
    numbers = [number for number, work in enumerate(works, 1) if work.key == origin.work]
    runs += [Run(f" [{number}]", "number") for number in numbers]
    return Block((Line(tuple(runs)),), _label("origin", language))


def _related(term: Term, language: str, most: int | None) -> Block:
    return Block(_relation_lines(term.related, language, most), _label("related", language))


def _relation_lines(links: Iterable[Relation | Related], language: str, most: int | None = None) -> tuple[Line, ...]:
    """Return one line for each relation, with the names of the terms it leads to."""
    groups = groupby(links, key=lambda link: link.relation)
    return tuple(_relation_line(relation, [link.name for link in group], language, most) for relation, group in groups)


def _relation_line(relation: str, names: list[str], language: str, most: int | None = None) -> Line:
    runs = [Run(f"{RELATIONS[relation].label.in_(language)}  ", "relation")]
    shown = names[:most]
    for name in shown:
        runs += [Run(tame(name), "term"), Run(" · ", "dim")]
    runs.pop()
    if len(shown) < len(names):
        runs.append(Run(" · " + say("more", language, count=len(names) - len(shown)), "dim"))
    return Line(tuple(runs), hang=2)


def _work(work: Citation, language: str) -> list[Run]:
    authors = [author for author in work.authors if author != "others"]
    by = say("list", language).join(authors)
    if len(authors) < len(work.authors):
        by += " " + say("others", language)
    where = ", ".join(part for part in (work.venue, work.date) if part)
    stop = "" if by.endswith(".") else "."
    return [Run(tame(f"{by}{stop} ")) if by else Run(""), Run(tame(work.title), "work"), Run(tame(f". {where}"))]


def _reason(match: Match, query: str, language: str) -> list[Run]:
    """Say what matched, where the name alone does not show it."""
    if match.kind == "text" or (match.text in {match.term.name, match.term.zh} and match.kind not in _INDIRECT):
        return []
    if match.kind in _INDIRECT:
        label = say(match.kind, language)
    else:
        label = say("full name" if match.text == match.term.full_name else "alias", language)
    return [Run(f"  {label}: ", "dim"), *marked(match.text, query, "dim")]


_INDIRECT = ("fuzzy", "pinyin", "initials")  # the text that matched does not hold the query


def _label(what: str, language: str) -> str:
    word = _WORDS[what]
    return f"{word.en} {word.zh}" if language == "both" else word.in_(language)
