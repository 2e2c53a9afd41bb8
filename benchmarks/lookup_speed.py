"""How long lookups take in one process, on a warm index.

    python benchmarks/lookup_speed.py [--large]

Prints exact lookups and searches a second for the first ten results, with the 50th and 99th
percentile of each kind of query of `lookup_cases.yaml`. Every figure is the best of three, as other
programs run beside. `--large` adds 100,000 made-up terms first, which takes minutes to compile.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

import yaml
from startup import overlay

from llmterms.glossary import Glossary
from llmterms.paths import BUNDLED

CASES = Path(__file__).with_name("lookup_cases.yaml")
KINDS = {
    "misspelt": ("typo-1", "typo-2", "chinese-typo", "pinyin-typo"),
    "described": ("description-en", "description-zh"),
    "partial": ("partial", "chinese-variant"),
    "nothing": ("negative",),
}


def best_of_three(work: Callable[[], object]) -> float:
    """Return how many seconds `work` takes at its quickest."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--large", action="store_true")
    chosen = options.parse_args()
    cases = yaml.safe_load(CASES.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as name:
        files = [BUNDLED, *([overlay(Path(name))] if chosen.large else [])]
        glossary = Glossary.load(*files, cache=Path(name) / "cache")
        glossary.search("warm up the index")
        terms = list(Glossary.load(BUNDLED, cache=Path(name) / "alone"))
        names = [text for term in terms for text in (term.name, term.zh, *term.aliases)]
        exact = best_of_three(lambda: deque(map(glossary.lookup, names), maxlen=0))
        print(f"{len(glossary)} terms; exact: {len(names) / exact:,.0f} lookups a second")
        for kind, classes in KINDS.items():
            queries = [case["query"] for case in cases if case["class"] in classes]
            milliseconds = [1000 * best_of_three(partial(glossary.search, query, limit=10)) for query in queries]
            cuts = statistics.quantiles(milliseconds, n=100)
            rate = 1000 / statistics.mean(milliseconds)
            print(f"{kind}: {rate:,.0f} a second; median {cuts[49]:.1f} ms, 99th percentile {cuts[98]:.1f} ms")


if __name__ == "__main__":
    main()
