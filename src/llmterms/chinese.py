"""Chinese names as people write and type them: either script, and pinyin. Loaded only to build an index."""

from __future__ import annotations

import functools
from collections.abc import Callable

from llmterms.fold import is_cjk, words

# Readings that the general dictionary misses, since these words are of this field.
_READINGS = {
    "重排": "chong pai",
    "重采样": "chong cai yang",
    "重写": "chong xie",
    "重参数": "chong can shu",
    "重计算": "chong ji suan",
    "重放": "chong fang",
    "重构": "chong gou",
    "重试": "chong shi",
    "重用": "chong yong",
    "重叠": "chong die",
    "重启": "chong qi",
    "长上下文": "chang shang xia wen",
    "长思维链": "chang si wei lian",
    "长程": "chang cheng",
    "长期": "chang qi",
    "长短期": "chang duan qi",
    "长文本": "chang wen ben",
    "超长": "chao chang",
    "调优": "tiao you",
    "微调": "wei tiao",
    "指令微调": "zhi ling wei tiao",
    "调参": "tiao can",
    "对齐调": "dui qi tiao",
    "提示调": "ti shi tiao",
    "调和": "tiao he",
    "可调": "ke tiao",
    "调制": "tiao zhi",
    "似然": "si ran",
    "解码": "jie ma",
    "行列": "hang lie",
    "银行": "yin hang",
    "并行": "bing xing",
    "会话": "hui hua",
    "量化": "liang hua",
    "向量": "xiang liang",
    "质量": "zhi liang",
    "分量": "fen liang",
    "好奇": "hao qi",
    "偏好": "pian hao",
    "模型": "mo xing",
    "大模型": "da mo xing",
}


def scripts(text: str) -> list[str]:
    """Return `text` in simplified and in traditional characters, with the words of each region.

    >>> scripts("信息检索")
    ['信息检索', '信息檢索', '資訊檢索']
    """
    return list(dict.fromkeys(convert(text) for convert in _converters()))


def pinyin(text: str) -> tuple[str, str]:
    """Return `text` with each Chinese character as its pinyin, without tones, and the initials; ü is v.

    >>> pinyin("混合专家模型"), pinyin("重排"), pinyin("策略")
    (('hunhezhuanjiamoxing', 'hhzjmx'), ('chongpai', 'cp'), ('celve', 'cl'))
    """
    syllables: list[str] = []
    for word in words(_simplified(text)):
        syllables += _syllables(word) if is_cjk(word) else [word]
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)


def _syllables(run: str) -> list[str]:
    syllables: list[str] = _reader()(run)
    return syllables


@functools.cache
def _reader() -> Callable[[str], list[str]]:
    """Return pypinyin's reader, taught the words of this field."""
    from pypinyin import lazy_pinyin, load_phrases_dict

    load_phrases_dict({word: [[syllable] for syllable in reading.split()] for word, reading in _READINGS.items()})
    return lazy_pinyin


@functools.cache
def _converters() -> list[Callable[[str], str]]:
    """Return the ways from one script to the other: characters, then the words of each region."""
    import opencc

    return [opencc.OpenCC(name).convert for name in ("tw2sp", "t2s", "s2t", "s2hk", "s2twp")]


@functools.cache
def _to_simplified() -> Callable[[str], str]:
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


def _simplified(text: str) -> str:
    return _to_simplified()(text)
