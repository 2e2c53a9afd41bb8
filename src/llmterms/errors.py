"""What can go wrong, and the exit code of each outcome."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import NamedTuple


class ExitCode(IntEnum):
    """The exit status of the `llmterms` command."""

    FOUND = 0
    NOT_FOUND = 1
    USAGE = 2
    BAD_DATA = 3
    INTERRUPTED = 130


class Problem(NamedTuple):
    """One mistake in a glossary file.

    `str()` gives the line a person reads:

    >>> str(Problem(Path("mine.yaml"), 3, "grpo", "zh", "is missing"))
    'mine.yaml:3: grpo: zh: is missing'
    """

    file: Path
    line: int  # counted from 1; 0 where the file as a whole is meant
    term: str  # id, "" outside a term
    field: str  # "" where the term as a whole is meant
    message: str
    style: bool = False  # breaks a house rule of writing, but can be used

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        return ": ".join(part for part in (place, self.term, self.field, self.message) if part)


class LlmtermsError(Exception):
    """Base of every error that llmterms raises; carries the exit code it ends with."""

    exit_code = ExitCode.BAD_DATA


class UsageProblem(LlmtermsError):
    """The command was called with words or values that make no sense."""

    exit_code = ExitCode.USAGE


class BadGlossary(LlmtermsError):
    """A glossary file cannot be used. `problems` lists every mistake found in it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
