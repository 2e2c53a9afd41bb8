"""Where and how an answer goes out: the language, a terminal or a pipe, colours or none."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Literal, get_args

from llmterms.errors import LlmtermsError
from llmterms.fold import tame

if TYPE_CHECKING:
    from llmterms.model import Mention

LANGUAGE_VARIABLE = "LLMTERMS_LANG"
_LONG = 1_000_000  # characters; less is scanned before a bar could be seen
Language = Literal["en", "zh", "both"]
Color = Literal["auto", "always", "never"]


class Output:
    """Where and how an answer goes out: the language, and a terminal or a pipe."""

    def __init__(self, language: Language | None, json: bool, color: Color) -> None:
        self.language = language or default_language()
        self.json = json
        terminal = sys.stdout.isatty()
        if color == "auto":
            # https://no-color.org and https://force-color.org
            forced = bool(os.environ.get("FORCE_COLOR"))
            refused = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
            self.colors = not refused and (forced or terminal)
            self.fancy = terminal or (forced and not refused)
        else:
            self.colors = color == "always"
            self.fancy = terminal or self.colors

    def write(self, text: str) -> None:
        """Print an answer as it is."""
        write(sys.stdout, text)

    def write_json(self, value: object) -> None:
        """Print an answer as JSON, escaped only where the encoding lacks Chinese."""
        from llmterms.formats import to_json

        self.write(to_json(value, unicode=_takes_unicode(sys.stdout.encoding)))

    def write_xml(self, document: str) -> None:
        """Print an XML document, escaped where the encoding is not the one that XML takes for granted."""
        if not _is_utf8(sys.stdout.encoding):
            document = document.encode("ascii", "xmlcharrefreplace").decode("ascii")
        self.write(document)

    def write_page(self, page: list[Any]) -> None:
        """Print a page: laid out and in colour to a terminal, plain to a pipe."""
        if self.fancy:
            import shutil

            from llmterms.render import terminal

            self.write(terminal(page, shutil.get_terminal_size().columns, colors=self.colors))
        else:
            from llmterms.page import plain

            self.write(plain(page))

    def write_marked(self, text: str, mentions: Sequence[Mention]) -> None:
        """Print a text as it is, its mentions of terms in colour and linked to their first works."""
        from llmterms.page import Run
        from llmterms.render import unbroken

        runs, at = [], 0
        for mention in mentions:
            link = mention.term.citations[0].url if mention.term.citations else ""
            runs += [Run(tame(text[at : mention.start])), Run(tame(text[mention.start : mention.end]), "linked", link)]
            at = mention.end
        self.write(unbroken([*runs, Run(tame(text[at:]))], colors=self.colors))

    def progress(self, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Return a context that shows how much of `total` is done, if that is much and stderr is a terminal."""
        if total < _LONG or not sys.stderr.isatty():
            return nullcontext(lambda done: None)
        from llmterms.render import progress_bar

        return progress_bar(total)

    def remark(self, what: str, **values: object) -> None:
        """Say one of the interface's phrases, in the language of the answer, on stderr."""
        from llmterms.page import say

        self.say(say(what, self.language, **values))

    def say(self, message: str) -> None:
        """Say a sentence on stderr."""
        write(sys.stderr, f"llmterms: {tame(message)}\n")

    def miss(self, query: str, names: Sequence[str]) -> None:
        """Say that nothing was found, which names are near, and the command that shows the first."""
        if self.json:
            from llmterms import formats

            self.write_json(formats.miss(query, names))
        self.remark("not found", query=query if len(query) <= 60 else query[:59] + "…")
        if names:
            from llmterms.page import say

            listed = say("list", self.language).join(names)
            write(sys.stderr, tame(say("did you mean", self.language, names=listed)) + "\n")
            write(sys.stderr, f"  llmterms show {tame(names[0])}\n")


def default_language() -> str:
    """Return the language of `LLMTERMS_LANG`, else of the locale. Raises LlmtermsError if that is none."""
    wanted = os.environ.get(LANGUAGE_VARIABLE, "").lower()
    if wanted and wanted not in get_args(Language):
        raise LlmtermsError(f"{LANGUAGE_VARIABLE} is “{wanted}”; it can be en, zh or both")
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return wanted or ("zh" if locale.lower().startswith("zh") else "en")


def _takes_unicode(encoding: str | None) -> bool:
    return _is_utf8(encoding) or (encoding or "").lower().replace("-", "").startswith(("utf16", "gb18030"))


def _is_utf8(encoding: str | None) -> bool:
    return (encoding or "").lower().replace("-", "").startswith("utf8")


def write(stream: Any, text: str) -> None:
    """Write at once: an error must not overtake the answer before it."""
    stream.write(text)
    stream.flush()
