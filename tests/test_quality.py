"""How well queries find what they mean: the cases of the benchmark, held to what was reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from llmterms.glossary import Glossary

CASES = yaml.safe_load((Path(__file__).parent.parent / "benchmarks" / "lookup_cases.yaml").read_text("utf-8"))

# Class -> share of its queries whose first result must be an accepted one.
LEAST = dict.fromkeys(
    ("case-spacing", "plural-spelling", "expansion", "chinese", "traditional", "full-width", "pinyin", "pinyin-spaced"),
    0.99,
) | dict.fromkeys(("typo-1", "typo-2", "chinese-typo"), 0.95)
LEAST |= dict.fromkeys(("taiwan", "partial", "initials", "pinyin-typo", "question", "chinese-variant"), 0.92)


def results(glossary: Glossary, case: dict[str, Any]) -> list[str]:
    """Return the ids found for the query of a case."""
    return [match.term.id for match in glossary.search(case["query"], limit=10)]


@pytest.mark.parametrize("name", LEAST)
def test_first_results(glossary: Glossary, name: str) -> None:
    """A query of each class finds what it means first."""
    cases = [case for case in CASES if case["class"] == name]
    wrong = [case["query"] for case in cases if results(glossary, case)[:1] not in [[id] for id in case["accept"]]]
    assert len(wrong) <= (1 - LEAST[name]) * len(cases), wrong


@pytest.mark.parametrize("name", ["description-en", "description-zh"])
def test_descriptions(glossary: Glossary, name: str) -> None:
    """Who describes a thing finds it among the first three, seven times out of eight."""
    cases = [case for case in CASES if case["class"] == name]
    wrong = [case["query"] for case in cases if not {*results(glossary, case)[:3]} & {*case["accept"]}]
    assert len(wrong) <= len(cases) / 8, wrong


def test_nothing_is_found_for_what_is_not_there(glossary: Glossary) -> None:
    """Words of everyday life and other fields find nothing; one in a hundred may."""
    cases = [case for case in CASES if case["class"] == "negative"]
    wrong = [case["query"] for case in cases if results(glossary, case)]
    assert len(wrong) <= 1, wrong


def test_cases_accept_only_what_exists(glossary: Glossary) -> None:
    """A case that waits for an id that is gone would never fail rightly."""
    ids = {term.id for term in glossary}
    assert {id for case in CASES for id in case["accept"]} - ids == set()
