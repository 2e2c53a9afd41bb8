"""Folding and taming text."""

from __future__ import annotations

import pytest

from llmterms.fold import fold, is_cjk, is_tame, tame, words


@pytest.mark.parametrize(
    "written",
    [
        "Self-Consistency",
        "self consistency",
        "SELFCONSISTENCY",
        "self‑consistency",
        "Self – Consistency",
        "ｓｅｌｆ－ｃｏｎｓｉｓｔｅｎｃｙ",
        "self_consistency",
    ],
)
def test_spelling_does_not_matter(written: str) -> None:
    """Case, width, spaces and every kind of hyphen fold away."""
    assert fold(written) == "selfconsistency"


@pytest.mark.parametrize(
    ("one", "other"), [("LoRA", "LoRA+"), ("GPT-4.1", "GPT-41"), ("QuIP", "QuIP#"), ("A", "A*"), ("o1", "o3")]
)
def test_what_tells_names_apart_stays(one: str, other: str) -> None:
    """Signs and version numbers that make another name are kept."""
    assert fold(one) != fold(other)


def test_accents_fold() -> None:
    """A name is found without its accents."""
    assert fold("TÜLU 3") == fold("tulu3")


def test_chinese_brackets_fold() -> None:
    """A Chinese name is found with and without its brackets, whichever they are."""
    assert fold("混合专家（模型）") == fold("混合专家(模型)") == "混合专家模型"


def test_words_part_scripts() -> None:
    """Latin words and runs of Chinese are words of their own, full stops only within numbers."""
    assert words("Llama 3.2的KV缓存. Next") == ["llama", "3.2", "的", "kv", "缓存", "next"]


@pytest.mark.parametrize("hostile", ["\x1b[31m", "\u202e", "\x07", "\x9b", "\u200b", "\u2028", "\x7f"])
def test_hostile_characters_become_escapes(hostile: str) -> None:
    """Whatever could rewrite the screen comes out as visible text."""
    tamed = tame(f"a{hostile}b")
    assert (is_tame(tamed), tamed.startswith("a\\"), is_tame(f"a{hostile}b")) == (True, True, False)


def test_ordinary_text_is_left_alone() -> None:
    """Brackets, tabs, line ends and Chinese pass through taming."""
    text = "[/INST] list[int]\t“混合专家”\n"
    assert (text, True) == (tame(text), is_tame(text))


def test_is_cjk() -> None:
    """Only Chinese characters count as Chinese."""
    assert [is_cjk("π0"), is_cjk("KV 缓存"), is_cjk("（）")] == [False, True, False]
