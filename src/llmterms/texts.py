"""Texts to scan: read from a file or a stream, with what is not prose masked.

`Text.plain` is as long as `Text.source`, character by character, so that a place in one is a place in the
other: code, addresses, commands and bibliographies are BREAKs there (nothing reaches over them), and
markup within a word is GLUE (as if it were not there).
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import accumulate, pairwise
from pathlib import Path
from typing import IO, NamedTuple

from llmterms.errors import LlmtermsError

BREAK, GLUE = "\x01", "\x02"
_LARGEST = 256 * 1024 * 1024  # bytes
_KINDS = {
    ".txt": "plain", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html",
    ".xhtml": "html", ".tex": "latex", ".ltx": "latex",
}  # fmt: skip


class Unreadable(LlmtermsError):
    """A file that cannot be scanned, and why."""


class Text(NamedTuple):
    """A text: `source` as it was read, `plain` with what is not prose masked, both of one length."""

    name: str  # the file, "-" for the standard input
    kind: str  # plain, markdown, html, latex or pdf
    source: str
    plain: str
    starts: list[int]  # where each line begins, of a PDF each page

    def place(self, at: int) -> int:
        """Return the number of the line, of a PDF the page, that holds the character at `at`."""
        return bisect_right(self.starts, at)

    def written(self, start: int, end: int) -> str:
        """Return what stands from `start` to `end`, without markup and line breaks."""
        kept = (char for char, seen in zip(self.source[start:end], self.plain[start:end], strict=True) if seen != GLUE)
        return " ".join("".join(kept).split())


def read(file: Path) -> Text:
    """Read a file. Raises Unreadable if it is no text, too large or in an encoding that it does not tell."""
    try:
        with file.open("rb") as stream:
            return parse(str(file), _bytes(str(file), stream), _KINDS.get(file.suffix.lower(), ""))
    except OSError as error:
        raise Unreadable(f"{file} cannot be read: {error.strerror}") from None


def read_stream(stream: IO[bytes]) -> Text:
    """Read the standard input to its end. Raises Unreadable as `read` does."""
    name = "the standard input"
    return parse(name, _bytes(name, stream))._replace(name="-")


def _bytes(name: str, stream: IO[bytes]) -> bytes:
    data = stream.read(_LARGEST + 1)  # a device or a pipe does not tell how much it holds
    if len(data) > _LARGEST:
        raise Unreadable(f"{name} is too large to scan: more than {_LARGEST // 2**20} MiB")
    return data


def parse(name: str, data: bytes, kind: str = "") -> Text:
    """Return the text in `data`; its kind is told by its beginning where `kind` is empty."""
    if b"%PDF-" in data[:1024]:
        return _pdf(name, data)
    source = _decode(name, data)
    del data  # a large text is held often enough
    return _text(name, kind or _kind(source), source)


def plain(source: str) -> Text:
    """Return plain text that is at hand as a Text."""
    return _text("", "plain", source)


_INVISIBLE = re.compile("[\u00ad\u200b\u2060]")  # may stand within a word without parting it
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, from a broken source


def _text(name: str, kind: str, source: str) -> Text:
    masked = _SURROGATE.sub("\ufffd", _INVISIBLE.sub(GLUE, _MASKS[kind](source)))
    assert len(masked) == len(source)
    return Text(name, kind, source, masked, [0, *(found.end() for found in re.finditer("\n", source))])


_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TOLD = re.compile(rb"(?:charset\s*=\s*[\"']?|encoding\s*=\s*[\"']|coding[:=]\s*)([\w-]+)")
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030"}  # what pages that say so are really in
_NO_TEXT = {"unicode-escape", "raw-unicode-escape", "undefined"}


def _decode(name: str, data: bytes) -> str:
    """Return `data` as text in the encoding that it says it is in, which by default is UTF-8."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if b"\0" in data[:8192]:
        raise Unreadable(f"{name} is binary, not text")
    told = _TOLD.search(data[:2048])
    said = told[1].decode("ascii", errors="replace").lower() if told else "utf-8"
    for encoding in ("utf-8", _WIDER.get(said, said)):
        try:
            if codecs.lookup(encoding).name not in _NO_TEXT:
                return data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    raise Unreadable(f"{name} is not UTF-8 and does not say what it is; try: iconv -f gb18030 -t utf-8 {name}")


def _kind(source: str) -> str:
    head = re.sub(r"\A(?:\s*<!--.*?-->)+", "", source[:4096], count=1, flags=re.DOTALL).lstrip().lower()
    if head.startswith(("<!doctype html", "<html")) or ("<body" in head and "</" in source):
        return "html"
    if re.search(r"\\(?:documentclass|begin\{document\}|section\*?\{)", source[:65536]):
        return "latex"
    return "plain"


_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"})


def _pdf(name: str, data: bytes) -> Text:
    try:
        import pypdf
    except ImportError:
        raise Unreadable(f"{name} is a PDF; to read it: pip install 'llmterms[pdf]'") from None
    import io
    import logging

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its remarks on sloppy files help nobody here
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable(f"{name} is a PDF that needs a password")
        pages = [page.extract_text().translate(_LIGATURES) + "\n\n" for page in reader.pages]
    except Unreadable:
        raise
    except Exception as error:  # a broken PDF breaks pypdf in many ways
        raise Unreadable(f"{name} cannot be read as a PDF: {error}") from None
    source = "".join(pages)
    if not source.strip():
        raise Unreadable(f"{name} holds no text, perhaps only pictures of pages")
    return _text(name, "pdf", source)._replace(starts=list(accumulate(map(len, pages), initial=0))[:-1])


def _masked(text: str, sign: str = BREAK) -> str:
    """Return signs, as many as `text` has characters, its lines kept."""
    return "\n".join(sign * len(line) for line in text.split("\n"))


def _blank(found: re.Match[str]) -> str:
    return _masked(found[0])


def _glue(found: re.Match[str]) -> str:
    return _masked(found[0], GLUE)


def _spaces(found: re.Match[str]) -> str:
    return _masked(found[0], " ")


def _but_group(found: re.Match[str]) -> str:
    """Mask a match but for what its group holds."""
    start, end = found.start(1) - found.start(), found.end(1) - found.start()
    return GLUE * start + found[1] + GLUE * (len(found[0]) - end)


# A pattern that looks for the end of something looks so far: without a bound, a text full of beginnings
# without ends would take time that grows with its square.
_FAR, _NEAR = 20_000, 1_000

# Each begins with a word that a search can look for quickly; an address ends where Chinese begins.
_ADDRESSES = [
    re.compile(rf"{start}[^\s<>\"'\u3000-\u9fff\uff00-\uffef]+")
    for start in ("http://", "https://", r"www\.", "doi:", r"arXiv:\d")
]
_ADDRESSES.append(re.compile(r"@\w[\w-]{0,80}(?:\.[A-Za-z]{2,24})+"))  # of mail

_TITLES = "References?|REFERENCES|R EFERENCES|Bibliography|BIBLIOGRAPHY|Works cited|参考文献|參考文獻|参考资料"
_BEFORE_TITLE = rf"[ \t#*\d.{BREAK}{GLUE}一二三四五六七八九十、【\[]"
_BIBLIOGRAPHY = re.compile(rf"^{_BEFORE_TITLE}*(?:{_TITLES})[ \t:：*】\]{BREAK}{GLUE}]*$", re.MULTILINE)
_AFTER_BIBLIOGRAPHY = re.compile(
    rf"^{_BEFORE_TITLE}*(?:Appendi|APPENDI|附录|附錄|Acknowledg|致谢)|^#+ |^[A-Z]\.? [A-Z][a-z]+(?: [A-Z]?[a-z]+)*$",
    re.MULTILINE,
)
_BIBTEX = re.compile(r"^@\w+\{.*\n(?:.*\n){0,60}?\}", re.MULTILINE)
_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})[^`\n]*\n(?:.*\n)*?(?:[ \t>]*\1[`~]*[ \t]*$|\Z)", re.MULTILINE)
_INLINE_CODE = re.compile(rf"(?<!`)(`+)(?!`)[^`\n]{{1,{_NEAR}}}(?<!`)\1(?!`)")
_SIMPLE_CODE = re.compile(r"(?<!`)`(?!`)[^`\n]{1,80}`(?!`)")


def _masked_plain(text: str) -> str:
    if "`" in text:
        text = _SIMPLE_CODE.sub(_blank, _FENCE.sub(_if_closed, text))
    return _without_references(text)


def _if_closed(found: re.Match[str]) -> str:
    """Mask a fence of plain text, where tildes may underline a heading and a fence without end is none."""
    closed = found[0].rstrip().endswith("```") and found[0].count("```") > 1
    return _blank(found) if closed else found[0]


_INLINE_TAGS = "a|abbr|b|bdi|big|cite|em|font|i|ins|mark|q|s|small|span|strong|sub|sup|tt|u|wbr"
_MARKDOWN = (
    (_FENCE, _blank),
    (_INLINE_CODE, _blank),
    (re.compile(r"\A---\n[\w-]+:.*\n(?:.*\n)*?---$", re.MULTILINE), _blank),  # front matter
    (re.compile(rf"</?(?:{_INLINE_TAGS})(?:\s[^<>\n]{{0,{_NEAR}}})?>", re.IGNORECASE), _glue),
    (re.compile(rf"</?[A-Za-z][^<>\n]{{0,{_NEAR}}}>"), _blank),
    (re.compile(r"^\[(?!\^)[^\]\n]{1,200}\]:.*$", re.MULTILINE), _blank),  # addresses of links
    (re.compile(r"\[\^[^\]\s]{1,80}\]:?"), _blank),  # marks of footnotes
    (re.compile(r"!?\[(?=[^\[\]\n]{1,200}\][(\[])"), _glue),
    (re.compile(rf"\]\([^()\n]{{0,{_NEAR}}}\)|\]\[[^\[\]\n]{{0,200}}\]"), _glue),
    (re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE), _spaces),
    (re.compile(r"\*\*|(?<!\w)_{1,2}(?=\S)|(?<=\S)_{1,2}(?!\w)"), _glue),
    (re.compile(r"(?<![\w*])\*(?=[^\s*][^*\n]{0,200}\*(?!\w))|(?<=[a-z\u4e00-\u9fff])\*(?![\w*])"), _glue),
)


_COMMENT = re.compile(rf"<!--.{{0,{_FAR}}}?-->", re.DOTALL)
_CODE = re.compile(rf"<(script|style|pre|code)\b.{{0,{_FAR}}}?</\1>", re.DOTALL | re.IGNORECASE)


def _masked_markdown(text: str) -> str:
    text = _COMMENT.sub(_blank, text) if "-->" in text else text
    text = _CODE.sub(_blank, text) if "</" in text else text
    for pattern, mask in _MARKDOWN:
        text = pattern.sub(mask, text)
    return _without_references(text)


def _without_references(text: str) -> str:
    """Mask bibliographies and addresses."""
    if "\n@" in text:
        text = _BIBTEX.sub(_blank, text)
    pieces, at = [], 0
    for title in _BIBLIOGRAPHY.finditer(text):
        if title.start() >= at:
            after = _AFTER_BIBLIOGRAPHY.search(text, title.end())
            end = after.start() if after else len(text)
            pieces += [text[at : title.start()], _masked(text[title.start() : end])]
            at = end
    text = "".join([*pieces, text[at:]])
    for pattern in _ADDRESSES:
        text = pattern.sub(_blank, text)
    return text


_IGNORED_ENVIRONMENTS = (
    "verbatim|lstlisting|minted|Verbatim|thebibliography|tikzpicture|comment"
    "|equation|align|gather|multline|eqnarray|math|displaymath"
)
# Commands whose arguments are no prose, besides all that cite and refer.
_NO_PROSE = frozenset(
    """
    label url path includegraphics bibliography bibliographystyle addbibresource input include usepackage
    documentclass begin end texttt lstinline newcommand renewcommand hspace vspace setlength pagestyle
    bibitem author affiliation email graphicspath geometry hypersetup DeclareMathOperator
    """.split()
)
# Commands that begin something new.
_PARTS = frozenset("section subsection subsubsection paragraph caption footnote title item".split())
_OPTIONS = rf"(?:\s?\[[^\[\]]{{0,{_NEAR}}}\])*"
_ARGUMENTS = rf"(?:\{{(?:[^{{}}]|\{{[^{{}}]{{0,{_NEAR}}}\}}){{0,{_NEAR}}}\}})*"
_COLOR = re.compile(r"(?:\[[^\]]*\])?\{[^{}]*\}")


def _command(found: re.Match[str]) -> str:
    """Mask a command: with its arguments if they are no prose, as a break if it begins something new."""
    name, arguments = found[1], found[2]
    if "cite" in name.lower() or name.endswith("ref") or name in _NO_PROSE:
        return _blank(found)
    color = _COLOR.match(arguments) if name in {"textcolor", "color"} else None
    told = arguments[color.end() :] if color else arguments
    return (BREAK if name in _PARTS else GLUE) * (len(found[0]) - len(told)) + told


def _comment(found: re.Match[str]) -> str:
    return found[1] + _masked(found[0][len(found[1]) :], GLUE)


_LATEX: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<!\\)((?:\\\\)*)%.*"), _comment),
    (re.compile(rf"\\begin\{{({_IGNORED_ENVIRONMENTS})(\*?)\}}.{{0,{_FAR}}}?\\end\{{\1\2\}}", re.DOTALL), _blank),
    (re.compile(r"\\(?:verb|lstinline)\*?([^A-Za-z\s{])[^\n]{0,200}?\1"), _blank),
    (re.compile(rf"\\href\s*\{{[^{{}}]{{0,{_NEAR}}}\}}"), _blank),
    (re.compile(r"\\\\(?:\*?\[[^\]\n]{0,20}\])?"), _blank),
    (re.compile(rf"\$\$.{{0,{_NEAR}}}?\$\$|\\\[.{{0,{_NEAR}}}?\\\]|\\\(.{{0,{_NEAR}}}?\\\)", re.DOTALL), _blank),
    (re.compile(r"\$\\mu\$"), lambda found: GLUE + "μ" + GLUE * (len(found[0]) - 2)),
    (re.compile(r"\$([A-Za-z0-9])\$"), _but_group),
    (re.compile(rf"(?<!\\)\$[^$\n]{{0,{_NEAR}}}(?:\n[^$\n]{{1,{_NEAR}}}){{0,5}}\$"), _blank),
    (re.compile(r"\\[-/]|\\['\"`^~=.](?=[A-Za-z{])"), _glue),
    (re.compile(r"~|\\[ ,;:!]"), _spaces),
    (re.compile(r"\\[&%_#$]"), lambda found: GLUE + found[0][1]),
    (re.compile(rf"\\([A-Za-z]+)\*?({_OPTIONS}{_ARGUMENTS})"), _command),
    (re.compile(r"\\[A-Za-z]+\*?|[{}]"), _glue),  # what stands within arguments
)


def _masked_latex(text: str) -> str:
    for pattern, mask in _LATEX:
        text = pattern.sub(mask, text)
    return _without_references(text)


_INLINE = frozenset(_INLINE_TAGS.split("|"))
_NOT_PROSE = frozenset("script style code pre kbd samp var noscript svg math template textarea".split())
_INVISIBLE_ENTITIES = {"shy", "zwnj", "#173", "#8203", "#xad", "#xAD", "#x200b", "#x200B"}


class _Markup(HTMLParser):
    """Collects where HTML holds anything but prose."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self._lines = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
        self._open: list[str] = []
        self.marks: list[tuple[int, str]] = []  # (place, what the characters from here on are masked with)
        self.feed(text)
        self.close()

    def _mark(self, sign: str) -> None:
        line, column = self.getpos()
        self.marks.append((self._lines[line - 1] + column, sign))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._mark(GLUE if tag in _INLINE else BREAK)
        if tag in _NOT_PROSE:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._mark(GLUE if tag in _INLINE else BREAK)

    def handle_endtag(self, tag: str) -> None:
        self._mark(GLUE if tag in _INLINE else BREAK)
        if tag in self._open:
            del self._open[self._open.index(tag) :]

    def handle_data(self, data: str) -> None:
        self._mark(BREAK if self._open else "")

    def handle_entityref(self, name: str) -> None:
        self._mark(GLUE if name in _INVISIBLE_ENTITIES else " ")

    def handle_charref(self, name: str) -> None:
        self.handle_entityref(f"#{name}")

    def handle_comment(self, data: str) -> None:
        self._mark(BREAK)

    def handle_decl(self, decl: str) -> None:
        self._mark(BREAK)

    def handle_pi(self, data: str) -> None:
        self._mark(BREAK)

    def unknown_decl(self, data: str) -> None:
        self._mark(BREAK)


def _masked_html(text: str) -> str:
    # From each beginning html.parser looks for an end: of a text full of beginnings that would take hours.
    if text.count("<") > 2 * text.count(">") + 1000:
        return _masked_markdown(text)
    try:
        marks = [*_Markup(text).marks, (len(text), "")]
    except AssertionError:  # html.parser says so of a broken declaration
        return _masked_markdown(text)
    pieces = [text[: marks[0][0]]]
    for (start, sign), (end, _) in pairwise(marks):
        pieces.append(_masked(text[start:end], sign) if sign else text[start:end])
    return _without_references("".join(pieces))


_MASKS = {
    "plain": _masked_plain,
    "pdf": _masked_plain,
    "markdown": _masked_markdown,
    "html": _masked_html,
    "latex": _masked_latex,
}
