"""What a page says, before it is laid out."""

from __future__ import annotations

import pytest

from llmterms.page import marked


def shown(text: str, query: str) -> str:
    """Return `text` with what is marked in brackets."""
    return "".join(f"[{run.text}]" if run.role == "matched" else run.text for run in marked(text, query))


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("reward hacking", "hacks reward", "[reward] [hacking]"),
        ("混合专家模型", "专家", "混合[专家]模型"),
        ("Self-Consistency", "self", "[Self]-Consistency"),
        ("An aside", "a", "An aside"),
        ("list[int] (x)", "[int]", "list[[int]] (x)"),
        ("nothing of it", "zebra", "nothing of it"),
    ],
)
def test_what_matched_is_marked(text: str, query: str, expected: str) -> None:
    """The words of the query are marked where they stand, whole words in Latin, pairs in Chinese."""
    assert shown(text, query) == expected
