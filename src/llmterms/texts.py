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
    ".txt": "plain",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
_KINDS |= {".tex": "latex", ".ltx": "latex", ".pdf": "pdf"}


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


def read(file: Path) -> Text:
    """Read a file. Raises Unreadable if it is no text, too large or in an encoding that it does not tell."""
    try:
        size = file.stat().st_size
        if size > _LARGEST:
            raise Unreadable(f"{file} is too large to scan: {size // 2**20} MiB, at most {_LARGEST // 2**20}")
        data = file.read_bytes()
    except OSError as error:
        raise Unreadable(f"{file} cannot be read: {error.strerror}") from None
    return parse(str(file), data, _KINDS.get(file.suffix.lower(), ""))


def read_stream(stream: IO[bytes]) -> Text:
    """Read the standard input to its end. Raises Unreadable as `read` does."""
    data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise Unreadable(f"the standard input is too large to scan: at most {_LARGEST // 2**20} MiB")
    return parse("-", data)


def parse(name: str, data: bytes, kind: str = "") -> Text:
    """Return the text in `data`; its kind is told by its beginning where `kind` is empty."""
    if data.startswith(b"%PDF-"):
        return _pdf(name, data)
    source = _decode(name, data).replace("\r\n", "\n")
    return _text(name, kind if kind not in {"", "pdf"} else _kind(source), source)


def plain(source: str) -> Text:
    """Return plain text that is at hand as a Text."""
    return _text("", "plain", source)


def _text(name: str, kind: str, source: str) -> Text:
    masked = _MASKS[kind](source)
    assert len(masked) == len(source)
    starts = accumulate((len(line) + 1 for line in source.split("\n")), initial=0)
    return Text(name, kind, source, masked, list(starts)[:-1])


def _decode(name: str, data: bytes) -> str:
    """Return `data` as text in the encoding that it says it is in, which by default is UTF-8."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if b"\0" in data[:8192]:
        raise Unreadable(f"{name} is binary, not text")
    told = re.search(
        rb"(?:charset\s*=\s*[\"']?|encoding\s*=\s*[\"']|coding[:=]\s*|inputenc\]?\{?)([\w-]+)", data[:2048]
    )
    encodings = ["utf-8", *([told[1].decode("ascii")] if told else [])]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise Unreadable(f"{name} is not UTF-8 and does not say what it is; try: iconv -f gb18030 -t utf-8 {name}")


def _kind(source: str) -> str:
    head = source[:4096].lstrip().lower()
    if head.startswith(("<!doctype html", "<html")) or ("<body" in head and "</" in source):
        return "html"
    if "\\documentclass" in head or "\\begin{" in source[:65536] or "\\section{" in source[:65536]:
        return "latex"
    return "plain"


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
        pages = [page.extract_text() + "\n\n" for page in reader.pages]
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"{name} cannot be read as a PDF: {error}") from None
    source = "".join(pages)
    if not source.strip():
        raise Unreadable(f"{name} holds no text, perhaps only pictures of pages")
    starts = list(accumulate(map(len, pages), initial=0))[:-1]
    return Text(name, "pdf", source, _masked_plain(source), starts)


def _blank(found: re.Match[str], sign: str = BREAK) -> str:
    """Return what stands for a match: signs as many as it has characters, its lines kept."""
    return "\n".join(sign * len(line) for line in found[0].split("\n"))


def _glue(found: re.Match[str]) -> str:
    return _blank(found, GLUE)


def _but_group(found: re.Match[str]) -> str:
    """Blank a match but for what its group holds."""
    start, end = found.start(1) - found.start(), found.end(1) - found.start()
    return GLUE * start + found[1] + GLUE * (len(found[0]) - end)


# Each begins with a word that a search can look for quickly.
_ADDRESSES = [
    re.compile(rf"{start}[^\s<>\"'）】」，。]+") for start in ("http://", "https://", r"www\.", "doi:", r"arXiv:\d")
]
_ADDRESSES.append(re.compile(r"@[\w-]+\.[\w.]+"))  # of mail
_TITLES = "References|REFERENCES|Bibliography|BIBLIOGRAPHY|Works cited|参考文献|參考文獻|参考资料"
_BIBLIOGRAPHY_TITLE = re.compile(rf"^[ \t#*\d.]*(?:{_TITLES})[ \t:：*]*\n", re.MULTILINE)
_BIBLIOGRAPHY = re.compile(
    _BIBLIOGRAPHY_TITLE.pattern + r".*?(?=^[ \t#*]*(?:Appendi|APPENDI|附录|附錄|Acknowledg|致谢)|^#+ |\Z)",
    re.MULTILINE | re.DOTALL,
)
_BIBTEX = re.compile(r"^@\w+\{.*?^\}", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,}).*?(?:^[ \t>]*\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_INLINE_CODE = re.compile(r"(`+)[^`\n]+?\1(?!`)")
_MARKED = (
    (re.compile(r"\A---\n.*?^---$", re.MULTILINE | re.DOTALL), _blank),  # front matter
    (re.compile(r"<!--.*?-->", re.DOTALL), _blank),
    (re.compile(r"<(script|style|pre|code)\b.*?</\1>", re.DOTALL | re.IGNORECASE), _blank),
    (re.compile(r"</?[A-Za-z][^<>\n]*>"), _blank),
    (re.compile(r"!?\[(?=[^\[\]\n]*\][(\[])"), _glue),
    (re.compile(r"\]\([^)\n]*\)|\]\[[^\]\n]*\]"), _glue),
    (re.compile(r"^\[[^\]\n]+\]:.*$", re.MULTILINE), _blank),
    (re.compile(r"\*\*|__"), _glue),
    (re.compile(r"(?<![\w*])\*(?=[^\s*][^*\n]*\*(?!\w))|(?<=[^\s*])\*(?![\w*])(?<=[a-z\u4e00-\u9fff]\*)"), _glue),
)


def _masked_plain(text: str) -> str:
    if "`" in text or "~~~" in text:
        text = _INLINE_CODE.sub(_blank, _FENCE.sub(_blank, text))
    if "\n@" in text:
        text = _BIBTEX.sub(_blank, text)
    if _BIBLIOGRAPHY_TITLE.search(text):
        text = _BIBLIOGRAPHY.sub(_blank, text)
    return _without_addresses(text)


def _without_addresses(text: str) -> str:
    for pattern in _ADDRESSES:
        text = pattern.sub(_blank, text)
    return text


def _masked_markdown(text: str) -> str:
    text = _INLINE_CODE.sub(_blank, _FENCE.sub(_blank, text))
    for pattern, mask in _MARKED:
        text = pattern.sub(mask, text)
    return _masked_plain(text)


_IGNORED_ENVIRONMENTS = (
    "verbatim|lstlisting|minted|Verbatim|thebibliography|tikzpicture"
    "|equation|align|gather|multline|eqnarray|math|displaymath"
)
_IGNORED_COMMANDS = (
    r"[A-Za-z]*cite[A-Za-z]*|[A-Za-z]*ref|label|url|path|includegraphics|bibliography|bibliographystyle|addbibresource"
    r"|input|include|usepackage|documentclass|begin|end|texttt|lstinline|newcommand|renewcommand|hspace|vspace|setlength"
    r"|pagestyle|bibitem|author|affiliation|email|graphicspath|geometry|hypersetup|DeclareMathOperator|textcolor|color"
)
_TEX: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(rf"\\begin\{{({_IGNORED_ENVIRONMENTS})(\*?)\}}.*?\\end\{{\1\2\}}", re.DOTALL), _blank),
    (re.compile(r"\\(?:verb|lstinline)\*?([^A-Za-z\s{])[^\n]*?\1"), _blank),
    (re.compile(r"(?<!\\)%.*"), lambda found: " " * len(found[0])),
    (re.compile(r"\\href\s*\{[^{}]*\}"), _blank),
    (re.compile(r"\$\$.*?\$\$|\\\[.*?\\\]", re.DOTALL), _blank),
    (re.compile(r"\$(?:\\mu\b)\$"), lambda found: GLUE + "μ" + GLUE * (len(found[0]) - 2)),
    (re.compile(r"\$([A-Za-z0-9])\$"), _but_group),
    (re.compile(r"(?<!\\)\$[^$\n]*(?:\n[^$\n]+)*\$"), _blank),
    (re.compile(rf"\\(?:{_IGNORED_COMMANDS})\*?(?:\s?\[[^\]]*\])*(?:\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}})+"), _blank),
    (re.compile(r"\\[-/]|\\['\"`^~=.](?=[A-Za-z{])"), _glue),
    (re.compile(r"~|\\[ ,;:!]"), lambda found: " " * len(found[0])),
    (re.compile(r"\\\\"), _blank),
    (re.compile(r"\\[&%_#$]"), lambda found: GLUE + found[0][1]),
    (re.compile(r"\\item\b|\\(?:sub)*section\*?|\\paragraph\*?|\\caption|\\footnote|\\title"), _blank),
    (re.compile(r"\\[A-Za-z]+\*?|[{}]"), _glue),
)


def _masked_latex(text: str) -> str:
    for pattern, mask in _TEX:
        text = pattern.sub(mask, text)
    return _without_addresses(text)


_INLINE = frozenset("a abbr b bdi big cite em font i ins mark q s small span strong sub sup tt u wbr".split())
_NOT_PROSE = frozenset("script style code pre kbd samp var noscript svg math template textarea".split())


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
        self._mark(" ")

    handle_charref = handle_entityref

    def handle_comment(self, data: str) -> None:
        self._mark(BREAK)

    def handle_decl(self, decl: str) -> None:
        self._mark(BREAK)

    def handle_pi(self, data: str) -> None:
        self._mark(BREAK)

    def unknown_decl(self, data: str) -> None:
        self._mark(BREAK)


def _masked_html(text: str) -> str:
    marks = [*_Markup(text).marks, (len(text), "")]
    pieces = [text[: marks[0][0]]]
    for (start, sign), (end, _) in pairwise(marks):
        piece = text[start:end]
        pieces.append("\n".join(sign * len(line) for line in piece.split("\n")) if sign else piece)
    return _masked_plain("".join(pieces))


_MASKS = {"plain": _masked_plain, "markdown": _masked_markdown, "html": _masked_html, "latex": _masked_latex}
