"""The words of the command: options, help and completion, declared for Typer. `commands` does the work."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from llmterms import commands
from llmterms.errors import ExitCode
from llmterms.fold import fold
from llmterms.output import LANGUAGE_VARIABLE, Color, Language, Output, write

_COMPLETIONS = 60  # names offered at most

# Options of the top level, which stand before any command.
_TOP_LEVEL_OPTIONS = ("--help", "-h", "--version", "--install-completion", "--show-completion")
_OPTIONS_WITH_VALUE = ("--lang", "--color")
_HELP = {"help_option_names": ["-h", "--help"]}

COMMANDS: dict[str, tuple[Callable[..., ExitCode], str]] = {}  # name -> (function, example)


def _command(name: str, example: str) -> Callable[[Callable[..., ExitCode]], Callable[..., ExitCode]]:
    def register(function: Callable[..., ExitCode]) -> Callable[..., ExitCode]:
        COMMANDS[name] = (function, example)
        return function

    return register


class _Commands(TyperGroup):
    """A group in which a first word that is no command means `show`.

    A command is built when it is asked for: building all of them costs every run 8 ms.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        function, example = COMMANDS[cmd_name]
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, context_settings=_HELP)
        alone.command(cmd_name, epilog=f"Example: llmterms {example}")(function)
        return typer.main.get_command(alone)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, self._with_command(args))

    def _with_command(self, args: list[str]) -> list[str]:
        """Put the command first: `--json search x` and `x --json` are meant well, too."""
        if not args or args[0] in _TOP_LEVEL_OPTIONS:
            return args
        first = 0
        while first < len(args) and args[first].startswith("-") and args[first] != "--":
            first += 2 if args[first] in _OPTIONS_WITH_VALUE else 1
        if first < len(args) and args[first] in COMMANDS:
            return [args[first], *args[:first], *args[first + 1 :]]
        return ["show", *args]

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        from typer._click.shell_completion import CompletionItem

        # Without the help texts: for those, Typer would load rich.
        found = [CompletionItem(item.value) for item in super().shell_complete(ctx, incomplete)]
        return found + [CompletionItem(name) for name in _completions([], incomplete)]


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=_HELP,
    epilog="Example: llmterms GRPO",
)


def _complete(ctx: typer.Context, incomplete: str) -> list[str]:
    return _completions(list(ctx.params.get("term") or ctx.params.get("query") or []), incomplete)


def _complete_one(incomplete: str) -> list[str]:
    """Complete a name that has to be one word of the shell: with hyphens for its spaces it is found as well."""
    return _completions([], incomplete, joint="-")


def _completions(before: Sequence[str], incomplete: str, joint: str = " ") -> list[str]:
    """Return what may stand for the word being typed, so that the whole names a term."""
    from llmterms.glossary import Glossary
    from llmterms.search import completions

    typed = " ".join([*before, incomplete])
    found = []
    for name in completions(Glossary.load().index, typed, _COMPLETIONS):
        safe = re.sub(r"[^\w\s.+#*-]", "", name).replace(" ", joint)  # without what a shell would take for itself
        tail = _after(safe, before)
        if tail and tail.startswith(incomplete):
            found.append(tail)
        elif incomplete.islower() and tail.lower().startswith(incomplete):
            found.append(tail.lower())
    return list(dict.fromkeys(found))


def _after(name: str, before: Sequence[str]) -> str:
    """Return what is left of `name` behind the words typed so far, or "" if they end within a word."""
    key = fold(" ".join(before))
    cut = next((at for at in range(len(name)) if fold(name[:at]) == key and name[at] not in " -"), None)
    return "" if cut is None else name[cut:]


Words = Annotated[
    list[str],
    typer.Argument(metavar="TERM", help="Words of one name, in either language.", autocompletion=_complete),
]
QueryWords = Annotated[list[str], typer.Argument(metavar="QUERY", help="What to look for.", autocompletion=_complete)]
LanguageOption = Annotated[
    Language | None,
    typer.Option("--lang", help=f"Language of the answer (default: {LANGUAGE_VARIABLE}, else as the locale says)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ColorOption = Annotated[Color, typer.Option("--color", help="When to use colours and links.")]
CategoryOption = Annotated[str, typer.Option("--category", help="Only terms of this category.")]
KindOption = Annotated[str, typer.Option("--kind", help="Only terms of this kind, such as method or model.")]
SinceOption = Annotated[str, typer.Option("--since", help="Only terms that came up on this date or later.")]
UntilOption = Annotated[str, typer.Option("--until", help="Only terms that came up on this date or earlier.")]


@_command("show", "show GRPO")
def show(
    term: Words,
    exact: Annotated[bool, typer.Option("--exact", help="Never take a misspelt name for the term meant.")] = False,
    lang: LanguageOption = None,
    json: JsonOption = False,
    color: ColorOption = "auto",
) -> ExitCode:
    """Show the entry of a term. `llmterms TERM` does the same."""
    return commands.show(term, Output(lang, json, color), exact=exact)


@_command("search", "search self --kind method")
def search(
    query: QueryWords,
    limit: Annotated[
        int, typer.Option("-n", "--limit", min=0, help="Most results to print; 0 for all.")
    ] = commands.LIMIT,
    category: CategoryOption = "",
    kind: KindOption = "",
    lang: LanguageOption = None,
    json: JsonOption = False,
    color: ColorOption = "auto",
) -> ExitCode:
    """Search names, Chinese names and texts."""
    return commands.search(query, Output(lang, json, color), limit=limit, category=category, kind=kind)


@_command("related", "related o1 --depth 2")
def related(
    term: Words,
    depth: Annotated[int, typer.Option("--depth", min=1, max=9, help="How many steps to go; from 2 on, a tree.")] = 1,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="TERM",
            help="Tell how it is connected to this term: the shortest chain of relations.",
            autocompletion=_complete_one,
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="With --to: all chains that are as short.")] = False,
    graph: Annotated[
        commands.Graph | None, typer.Option("--format", help="Print a graph to paste into a document.")
    ] = None,
    lang: LanguageOption = None,
    json: JsonOption = False,
    color: ColorOption = "auto",
) -> ExitCode:
    """List the related terms, grouped by relation, in both directions, or how two terms are connected."""
    return commands.related(term, Output(lang, json, color), depth=depth, to=to, every=every, graph=graph)


@_command("compare", "compare DPO GRPO PPO")
def compare(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="TERM...",
            help="Two to five names; those of several words are quoted or set apart by vs or commas.",
            autocompletion=_complete_one,
        ),
    ],
    lang: LanguageOption = None,
    json: JsonOption = False,
    color: ColorOption = "auto",
) -> ExitCode:
    """Show terms side by side: what each has alone, what they share, how they are related."""
    return commands.compare(names, Output(lang, json, color))


@_command("scan", "scan paper.md --sort count")
def scan(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Text, Markdown, HTML, LaTeX or PDF; without any, what is piped in."),
    ] = None,
    sort: Annotated[
        Literal["first", "count", "name"], typer.Option("--sort", help="Order: where first, how often, or by name.")
    ] = "first",
    category: CategoryOption = "",
    kind: KindOption = "",
    known: Annotated[
        Path | None, typer.Option("--known", metavar="FILE", help="Leave out the terms named in a file, one a line.")
    ] = None,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="Print the text itself, each term linked or noted where it stands first.")
    ] = False,
    form: Annotated[
        Literal["text", "markdown"], typer.Option("--format", help="Notes of --annotate: plain or Markdown footnotes.")
    ] = "text",
    lang: LanguageOption = None,
    json: JsonOption = False,
    color: ColorOption = "auto",
) -> ExitCode:
    """List the terms that stand in a text, explained."""
    return commands.scan(
        files or [],
        Output(lang, json, color),
        sort=sort,
        category=category,
        kind=kind,
        known=known,
        annotate=annotate,
        markdown=form == "markdown",
    )


@_command("cite", "cite GRPO --bibtex")
def cite(
    term: Words,
    bibtex: Annotated[bool, typer.Option("--bibtex", help="Print BibTeX.")] = False,
    browse: Annotated[bool, typer.Option("--open", help="Open the first work in the browser.")] = False,
    lang: LanguageOption = None,
    json: JsonOption = False,
    color: ColorOption = "auto",
) -> ExitCode:
    """List the works that an entry rests on, the primary source first."""
    return commands.cite(term, Output(lang, json, color), bibtex=bibtex, browse=browse)


@_command("list", "list --category rl --since 2024-01")
def list_(
    category: CategoryOption = "",
    kind: KindOption = "",
    since: SinceOption = "",
    until: UntilOption = "",
    lang: LanguageOption = None,
    json: JsonOption = False,
    color: ColorOption = "auto",
) -> ExitCode:
    """List all terms, or those of a category, a kind or a time."""
    out = Output(lang, json, color)
    return commands.list_terms(out, category=category, kind=kind, since=since, until=until)


@_command("timeline", "timeline --category rl --since 2022")
def timeline(
    category: CategoryOption = "",
    kind: KindOption = "",
    since: SinceOption = "",
    until: UntilOption = "",
    svg: Annotated[
        str | None, typer.Option("--svg", metavar="FILE", help="Write a picture to this file instead; - is stdout.")
    ] = None,
    lang: LanguageOption = None,
    json: JsonOption = False,
    color: ColorOption = "auto",
) -> ExitCode:
    """List the terms by the month in which they came up, with a chart of how many."""
    out = Output(lang, json, color)
    return commands.timeline(out, category=category, kind=kind, since=since, until=until, svg=svg)


@_command("random", "random --lang zh")
def random(lang: LanguageOption = None, json: JsonOption = False, color: ColorOption = "auto") -> ExitCode:
    """Show any one entry."""
    return commands.random(Output(lang, json, color))


@_command("check", "check my-terms.yaml")
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="Glossary files; without any, all in use.")
    ] = None,
    schema_only: Annotated[
        bool, typer.Option("--schema-only", help="Report only what keeps a file from being used, not house rules.")
    ] = False,
) -> ExitCode:
    """Check glossary files and report every problem with file, line, term and field."""
    return commands.check(files or [], schema_only=schema_only)


@_command("paths", "paths")
def paths(json: JsonOption = False) -> ExitCode:
    """Tell which glossary files and which index are in use, and why."""
    return commands.paths(json=json)


def _version(wanted: bool) -> None:
    if wanted:
        import llmterms

        write(sys.stdout, f"llmterms {llmterms.__version__}\n")
        raise typer.Exit


@app.callback()
def _top_level(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The dictionary of the LLM field: English and Chinese, with sources."""


def run(words: Sequence[str]) -> int:
    """Parse the words of a command, run it and return its exit code."""
    try:
        code = app(list(words), prog_name="llmterms", standalone_mode=False)
    except typer._click.exceptions.ClickException as error:
        from typer import rich_utils

        rich_utils.rich_format_error(error)
        return error.exit_code
    return int(code or ExitCode.FOUND)
