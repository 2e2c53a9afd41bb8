"""How long a whole run of the command takes, as a ratio to the floor.

    python benchmarks/startup.py [--rounds 20] [--quick] [--markdown]

The floor is a Typer app of two commands, in the same environment, that prints one rich panel:
what any program built on the two libraries costs. All cases run interleaved, and the medians of
wall time are compared. Where `tldr` is on the PATH, it is measured in the same rounds showing a
page it has cached. `--quick` leaves out the 100,000-term overlay and does five rounds.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

FLOOR = """\
import typer

app = typer.Typer()


@app.command()
def hello(name: str) -> None:
    from rich.console import Console
    from rich.panel import Panel

    Console(force_terminal=True, width=80).print(Panel(name))


@app.command()
def bye(name: str) -> None:
    print(name)


app()
"""

TERM = """\
  - id: made-up-{n}
    name: Made up {word}
    zh: 虚构词{n}
    kind: concept
    category: made-up
    gloss: {{en: Number {n} of many, zh: 众多之第 {n} 个}}
    definition: {{en: Filler number {n} called {word}., zh: 第 {n} 个填充词。}}
"""

Environment = dict[str, str]


def timed(command: list[str], environment: Environment) -> float:
    """Return the seconds that one run of the command takes."""
    start = time.perf_counter()
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{command} failed with {done.returncode}")
    return seconds


def overlay(folder: Path, terms: int = 100_000) -> Path:
    """Write a glossary of made-up terms and return its path."""
    syllables = [first + second for first in "bdfgklmnprstvz" for second in ("a", "e", "i", "o", "u", "ar", "on", "il")]
    count = len(syllables)

    def word(n: int) -> str:
        return syllables[n % count] + syllables[n // count % count] + syllables[n // count**2 % count] + str(n % 7)

    file = folder / "overlay.yaml"
    with file.open("w", encoding="utf-8") as out:
        out.write("categories:\n  made-up: {en: Made up, zh: 虚构}\nterms:\n")
        out.writelines(TERM.format(n=n, word=word(n)) for n in range(terms))
    return file


def main() -> None:
    """Measure and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--markdown", action="store_true")
    chosen = options.parse_args()
    rounds = 5 if chosen.quick else chosen.rounds

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        floor = folder / "floor.py"
        floor.write_text(FLOOR, "utf-8")
        llmterms = str(Path(sys.executable).parent / "llmterms")
        base = {key: value for key, value in os.environ.items() if not key.startswith(("LLMTERMS_", "XDG_", "PYTHON"))}
        base |= {"HOME": name, "XDG_CONFIG_HOME": name, "XDG_CACHE_HOME": str(folder / "cache"), "FORCE_COLOR": "1"}
        # What an installer does for a wheel: without it an editable install compiles on every run.
        subprocess.run([sys.executable, "-m", "compileall", "-q", str(Path(llmterms_folder()))], check=True)

        completing = base | {"_LLMTERMS_COMPLETE": "complete_bash", "COMP_WORDS": "llmterms show GR", "COMP_CWORD": "2"}
        cold = base | {"XDG_CACHE_HOME": str(folder / "cold")}
        cases: dict[str, tuple[list[str], Environment, Callable[[], object]]] = {
            "floor": ([sys.executable, str(floor), "hello", "you"], base, lambda: None),
            "show GRPO": ([llmterms, "show", "GRPO"], base, lambda: None),
            "show gropo (fuzzy)": ([llmterms, "show", "gropo"], base, lambda: None),
            "search self": ([llmterms, "search", "self"], base, lambda: None),
            "related o1": ([llmterms, "related", "o1"], base, lambda: None),
            "completing show GR": ([llmterms], completing, lambda: None),
            "show GRPO, index not built": (
                [llmterms, "show", "GRPO"],
                cold,
                lambda: shutil.rmtree(folder / "cold", ignore_errors=True),
            ),
        }
        if not chosen.quick:
            large = base | {"LLMTERMS_PATH": str(overlay(folder))}
            cases["show GRPO, 100,000 more terms"] = ([llmterms, "show", "GRPO"], large, lambda: None)
            cases["search self, 100,000 more terms"] = ([llmterms, "search", "self"], large, lambda: None)
        if tldr := shutil.which("tldr"):
            cases["tldr tar, cached"] = ([tldr, "tar"], dict(os.environ), lambda: None)

        for command, environment, prepare in cases.values():  # warm up: compile, cache, index
            prepare()
            timed(command, environment)
        seconds: dict[str, list[float]] = {case: [] for case in cases}
        for _ in range(rounds):
            for case, (command, environment, prepare) in cases.items():
                prepare()
                seconds[case].append(timed(command, environment))

    medians = {case: statistics.median(times) for case, times in seconds.items()}
    print(f"Python {platform.python_version()}, typer {version('typer')}, rich {version('rich')}, {rounds} rounds\n")
    row = "| {:<34} | {:>9} | {:>8} |" if chosen.markdown else "{:<34} {:>9} {:>8}"
    print(row.format("case", "median", "× floor"))
    if chosen.markdown:
        print("|---|---|---|")
    for case, median in medians.items():
        print(row.format(case, f"{median * 1000:.0f} ms", f"{median / medians['floor']:.2f}"))
    pairs = [case for case in ("show GRPO", "search self") if f"{case}, 100,000 more terms" in medians]
    for case in pairs:
        print(f"{case}: {medians[f'{case}, 100,000 more terms'] / medians[case]:.2f} × with 100,000 more terms")


def llmterms_folder() -> Path:
    """Return the folder of the installed package."""
    import llmterms

    return Path(llmterms.__file__).parent


if __name__ == "__main__":
    main()
