"""How well `scan` tells which terms stand in a text, and how quickly.

    python benchmarks/scan_quality.py [--misses] [--held-out] [--markdown]

Reads `scan_cases/`: short texts written in the manner of papers, model cards, release notes, news, chats and so
on, in English and Chinese, each with the terms that a reader would want explained; `either` are terms
about which readers would disagree, and which count for nothing. Texts of other fields hold none of our terms.
Precision is the share of the terms found that stand there, recall the share of those there that
are found. `held_out.yaml` was written apart, is not used for tuning and is measured only with `--held-out`.
`--misses` lists what is wrong in the others. The speed is that of a text of 10 MB made of these,
on all terms and on the first 700.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from llmterms.glossary import Glossary
from llmterms.paths import BUNDLED
from llmterms.texts import Text, parse, plain

CASES = Path(__file__).with_name("scan_cases")
HELD_OUT = "held_out"
_LARGE = 10_000_000  # bytes
_FEWER = 700  # terms
# How a case of this kind is written; all others are plain text.
_WRITTEN_AS = {"latex": "latex", "html": "html", "model-card": "markdown", "release-notes": "markdown"}
_WRITTEN_AS["markdown"] = "markdown"


class Counts(NamedTuple):
    """Terms found rightly, found wrongly and missed."""

    right: int
    wrong: int
    missed: int


def text_of(case: dict[str, Any]) -> Text:
    """Return the text of a case as `scan` would read it from a file."""
    return parse(case["id"], case["text"].encode(), _WRITTEN_AS.get(case["kind"], "plain"))


def found_in(glossary: Glossary, case: dict[str, Any]) -> set[str]:
    """Return the ids of the terms that are found in a case."""
    return {mention.term.id for mention in glossary.scan(text_of(case))}


def count(glossary: Glossary, cases: list[dict[str, Any]]) -> Counts:
    """Return the sums over all cases."""
    right = wrong = missed = 0
    for case in cases:
        found, wanted = found_in(glossary, case), set(case["terms"])
        right += len(found & wanted)
        wrong += len(found - wanted - set(case.get("either", [])))
        missed += len(wanted - found)
    return Counts(right, wrong, missed)


def cases_by_file() -> dict[str, list[dict[str, Any]]]:
    """Return the cases of each file, the held-out last."""
    files = sorted(CASES.glob("*.yaml"), key=lambda file: (file.stem == HELD_OUT, file.stem))
    return {file.stem: yaml.safe_load(file.read_text("utf-8")) for file in files}


def report(glossary: Glossary, groups: dict[str, list[dict[str, Any]]], *, markdown: bool) -> None:
    """Print precision and recall of each group."""
    columns = ("texts of", "texts", "terms", "precision", "recall", "wrong in other fields")
    row = "| {} |" + " {} |" * 5 if markdown else "{:<20}" + " {:>10}" * 5
    print(row.format(*columns))
    if markdown:
        print("|" + "---|" * 6)
    for name, cases in groups.items():
        ours = [case for case in cases if case["kind"] != "other-field"]
        others = count(glossary, [case for case in cases if case["kind"] == "other-field"])
        counts = count(glossary, ours)
        share = [f"{counts.right / (counts.right + wrong):.3f}" if ours else "" for wrong in counts[1:]]
        print(row.format(name.replace("_", " "), len(cases), counts.right + counts.missed, *share, others.wrong))


def misses(glossary: Glossary, cases: list[dict[str, Any]]) -> None:
    """Print what is found wrongly, with how it stands there, and what is missed."""
    for case in cases:
        text = text_of(case)
        written = {mention.term.id: text.source[mention.start : mention.end] for mention in glossary.scan(text)}
        wrong = written.keys() - set(case["terms"]) - set(case.get("either", []))
        for id in sorted(wrong):
            print(f"{case['id']}: wrong: {id} ({' '.join(written[id].split())})")
        for id in sorted(set(case["terms"]) - written.keys()):
            print(f"{case['id']}: missed: {id}")


def speed(groups: dict[str, list[dict[str, Any]]], cache: Path) -> None:
    """Print how long a large text takes, the best of three, with all terms and with fewer."""
    gc.disable()  # as the command does
    repeated = "\n\n".join(case["text"] for cases in groups.values() for case in cases).encode()
    large = (repeated * (_LARGE // len(repeated) + 1))[:_LARGE].decode(errors="ignore")
    fewer = cache / "fewer.yaml"
    data = yaml.safe_load(BUNDLED.read_text("utf-8"))
    data["terms"] = data["terms"][:_FEWER]
    kept = {term["id"] for term in data["terms"]}
    for term in data["terms"]:
        term["related"] = [link for link in term.get("related", []) if link["to"] in kept]
    fewer.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    for file in (BUNDLED, fewer):
        glossary = Glossary.load(file, cache=cache)
        list(glossary.scan("GRPO"))
        seconds, mentions = [], 0
        for _ in range(3):
            start = time.perf_counter()
            mentions = sum(1 for _ in glossary.scan(plain(large)))
            seconds.append(time.perf_counter() - start)
        print(f"{len(glossary)} terms: 10 MB with {mentions:,} mentions in {min(seconds):.1f} s")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--misses", action="store_true")
    options.add_argument("--held-out", action="store_true")
    options.add_argument("--markdown", action="store_true")
    chosen = options.parse_args()
    groups = cases_by_file()
    tuned = {name: cases for name, cases in groups.items() if name != HELD_OUT}
    with tempfile.TemporaryDirectory() as cache:
        glossary = Glossary.load(BUNDLED, cache=Path(cache))
        if chosen.misses:
            misses(glossary, [case for cases in tuned.values() for case in cases])
            return
        shown = groups if chosen.held_out else tuned
        together = {"all of these": [case for cases in tuned.values() for case in cases]}
        report(
            glossary,
            {**tuned, **together, **{HELD_OUT: groups[HELD_OUT]}} if chosen.held_out else shown,
            markdown=chosen.markdown,
        )
        speed(tuned, Path(cache))


if __name__ == "__main__":
    main()
