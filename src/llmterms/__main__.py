"""Where the command starts: `llmterms` and `python -m llmterms`."""

import gc
import os
import sys
from collections.abc import Callable

# A run is over in a tenth of a second and frees next to nothing: the collector's passes over what
# typer and rich load would take 8 ms of that.
gc.disable()

from llmterms.errors import ExitCode, LlmtermsError  # noqa: E402  (after the collector is off)
from llmterms.fold import tame  # noqa: E402


def main() -> None:
    """Run the command and end with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # Characters that the terminal's encoding lacks come out as "?".
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        code = _run(sys.argv[1:])
    except LlmtermsError as error:
        sys.stderr.write(f"llmterms: {tame(str(error))}\n")
        code = error.exit_code
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader, `head` say, has had enough. Nothing is left to flush when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.FOUND
    sys.exit(code)


def _run(words: list[str]) -> int:
    from llmterms import commands
    from llmterms.output import Output

    first, *rest = words or [""]
    lookups: dict[str, Callable[[list[str], Output], ExitCode]] = {
        "show": commands.show,
        "search": commands.search,
        "related": commands.related,
        "compare": commands.compare,
        "cite": commands.cite,
    }
    if first not in commands.NAMES:
        first, rest = "show", words
    if first in lookups and _are_plain(rest):
        return lookups[first](rest, Output(None, json=False, color="auto"))
    from llmterms import cli

    return cli.run(words)


def _are_plain(words: list[str]) -> bool:
    """Tell whether these are the words of a name and nothing else, so that there is nothing to parse.

    That is how people call the command nearly every time; without Typer it takes a third less.
    """
    return bool(words) and not any(word.startswith("-") for word in words) and "_LLMTERMS_COMPLETE" not in os.environ


if __name__ == "__main__":
    main()
