"""How well queries find what they mean, per class of query, beside simpler matchers.

    python benchmarks/lookup_quality.py [--misses CLASS] [--markdown]

Reads `lookup_cases.yaml`. The cases marked `held_out`, more than a fifth, were written apart, are not
read while tuning and are reported apart. Top-1 and top-3 are the share of queries whose first, or one
of whose first three, results is accepted; MRR is the mean reciprocal rank of the first accepted one
among ten. For `negative` the figure is the share of queries that find nothing. Beside it: the top-1
of all cases with plain rapidfuzz over the same names, and with sdcv and dict over a dictionary made
from them, where those programs are installed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml
from other_dictionaries import Sdcv, dictd, installed
from rapidfuzz import fuzz, process

from llmterms.glossary import Glossary
from llmterms.paths import BUNDLED

CASES = Path(__file__).with_name("lookup_cases.yaml")
Matcher = Callable[[str], list[str]]


def plain(names: dict[str, str], scorer: Callable[..., float]) -> Matcher:
    """Return a matcher that takes the best of all names by one score."""
    listed = list(names)

    def match(query: str) -> list[str]:
        found = process.extract(query, listed, scorer=scorer, limit=10)
        return list(dict.fromkeys(names[name] for name, *_ in found))

    return match


def figures(cases: list[dict[str, Any]], match: Matcher) -> tuple[float, float, float]:
    """Return top-1, top-3 and mean reciprocal rank of the matcher over these cases."""
    first = three = reciprocal = 0.0
    for case in cases:
        found, accepted = match(case["query"]), case["accept"]
        if not accepted:
            first, three, reciprocal = (value + (not found) for value in (first, three, reciprocal))
            continue
        rank = next((rank for rank, id in enumerate(found[:10], 1) if id in accepted), 0)
        first += rank == 1
        three += 0 < rank <= 3
        reciprocal += 1 / rank if rank else 0
    count = len(cases)
    return first / count, three / count, reciprocal / count


def main() -> None:
    """Measure and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "--misses", metavar="CLASS", help="print the queries of a class that miss, but for the held-out"
    )
    options.add_argument("--markdown", action="store_true")
    chosen = options.parse_args()
    cases = yaml.safe_load(CASES.read_text("utf-8"))
    classes = list(dict.fromkeys(case["class"] for case in cases))

    with tempfile.TemporaryDirectory() as cache:
        glossary = Glossary.load(BUNDLED, cache=Path(cache))

        def ours(query: str) -> list[str]:
            return [match.term.id for match in glossary.search(query, limit=10)]

        if chosen.misses:
            for case in cases:
                if case["class"] == chosen.misses and not case.get("held_out"):
                    found = ours(case["query"])
                    if found[:1] != [] if not case["accept"] else (found[:1] or [""])[0] not in case["accept"]:
                        print(case["query"], "|", *case["accept"], "|", *found[:5])
            return
        names = {
            name: term.id for term in glossary for name in (term.name, term.full_name, term.zh, *term.aliases) if name
        }
        matchers = {"WRatio": plain(names, fuzz.WRatio), "ratio": plain(names, fuzz.ratio)}
        with ExitStack() as stack:
            if installed("sdcv"):
                matchers["sdcv"] = Sdcv(names, Path(cache))
            if installed("dict") and installed("dictd"):
                matchers["dict lev"] = stack.enter_context(dictd(names, Path(cache)))
            report(cases, classes, ours, matchers, markdown=chosen.markdown)


def report(
    cases: list[dict[str, Any]], classes: list[str], ours: Matcher, matchers: dict[str, Matcher], *, markdown: bool
) -> None:
    """Print a row a class: our figures, those of the held-out cases, and the others' top-1."""
    columns = ["class", "cases", "top-1", "top-3", "MRR", "held out: top-1", "top-3", *matchers]
    row = "| {} |" + " {} |" * (len(columns) - 1) if markdown else "{:<16}" + " {:>8}" * (len(columns) - 1)
    print(row.format(*columns))
    if markdown:
        print("|" + "---|" * len(columns))
    for name in classes:
        rows = [case for case in cases if case["class"] == name]
        apart = [case for case in rows if case.get("held_out")]
        tuned = [case for case in rows if not case.get("held_out")]
        cells = [f"{value:.3f}" for value in (*figures(tuned, ours), *figures(apart, ours)[:2])]
        cells += [f"{figures(rows, match)[0]:.3f}" for match in matchers.values()]
        print(row.format(name, len(rows), *cells))


if __name__ == "__main__":
    main()
