"""Chinese names in either script and in pinyin."""

from __future__ import annotations

import pytest

from llmterms.chinese import pinyin, scripts
from llmterms.fold import fold
from llmterms.glossary import Glossary


@pytest.mark.parametrize(
    ("text", "spelt", "initials"),
    [
        ("混合专家模型", "hunhezhuanjiamoxing", "hhzjmx"),
        ("量化", "lianghua", "lh"),
        ("重排序", "chongpaixu", "cpx"),
        ("微调", "weitiao", "wt"),
        ("长上下文", "changshangxiawen", "csxw"),
        ("行为克隆", "xingweikelong", "xwkl"),
        ("策略梯度", "celvetidu", "cltd"),
        ("長短期記憶", "changduanqijiyi", "cdqjy"),
        ("KV 缓存", "kvhuancun", "khc"),
    ],
)
def test_pinyin_reads_characters_as_this_field_does(text: str, spelt: str, initials: str) -> None:
    """Characters with several readings get the one that the word has."""
    assert pinyin(text) == (spelt, initials)


@pytest.mark.parametrize(
    ("text", "other"),
    [("混合专家模型", "混合專家模型"), ("信息检索", "資訊檢索"), ("檢索增強生成", "检索增强生成"), ("软件", "軟體")],
)
def test_scripts_give_the_other_script_and_the_words_of_its_regions(text: str, other: str) -> None:
    """Simplified leads to traditional, with Taiwan's words, and back."""
    assert other in scripts(text)


def test_every_chinese_name_is_found_in_traditional_characters(glossary: Glossary) -> None:
    """Whoever writes traditional characters finds every entry by its Chinese name."""
    import opencc

    convert = opencc.OpenCC("s2t").convert
    lost = [
        term.id for term in glossary if term.id not in {match.term.id for match in glossary.lookup(convert(term.zh))}
    ]
    assert lost == []


def test_every_chinese_name_is_found_in_pinyin(glossary: Glossary) -> None:
    """Each name's pinyin, run together, brings its entry among the first three."""
    lost = []
    for term in glossary:
        spelt, _ = pinyin(term.zh)
        same = [other for other in glossary.search(spelt) if other.score >= 94]
        if term.id not in [match.term.id for match in same or glossary.search(spelt)[:3]]:
            lost.append((term.id, spelt))
    assert lost == []


@pytest.mark.parametrize("query", ["celuetidu", "celvetidu", "ce lve ti du"])
def test_umlaut_is_typed_in_more_than_one_way(glossary: Glossary, query: str) -> None:
    """ü may be v or u."""
    assert fold(glossary.search(query)[0].term.zh) == "策略梯度"
