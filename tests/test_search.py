"""What a query finds, and why it is there."""

from __future__ import annotations

import pytest

from llmterms.glossary import Glossary
from llmterms.search import completions


def kinds(glossary: Glossary, query: str) -> dict[str, str]:
    """Return id -> kind of match for all hits."""
    return {match.term.id: match.kind for match in glossary.search(query)}


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("GRPO", "name"),
        ("Group Relative Policy Optimization", "full name"),
        ("组相对策略优化", "zh"),
        ("group relative", "prefix"),
        ("optimization policy relative", "words"),
        ("grpoo", "fuzzy"),
    ],
)
def test_a_hit_says_which_tier_found_it(glossary: Glossary, query: str, kind: str) -> None:
    """Each tier is named in the result."""
    assert kind == kinds(glossary, query)["grpo"]


def test_aliases_are_exact(glossary: Glossary) -> None:
    """A version that an entry lists as alias is found under it."""
    [match] = glossary.lookup("o1-preview")
    assert (match.kind, match.text, match.term.id) == ("alias", "o1-preview", "o1")


def test_text_is_searched_last(glossary: Glossary) -> None:
    """Words that stand only in a definition find it, behind all that match by name."""
    matches = glossary.search("critic")
    found = [match.kind for match in matches]
    assert "text" in found
    assert found.index("text") == len([kind for kind in found if kind != "text"])


def test_scores_fall(glossary: Glossary) -> None:
    """Results come in the order of their scores, between 0 and 100."""
    scores = [match.score for match in glossary.search("self")]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 100 for score in scores)


@pytest.mark.parametrize(
    ("typo", "id"),
    [
        ("gropo", "grpo"),
        ("grop", "grpo"),
        ("GRP0", "grpo"),
        ("mixtrall", "mixtral"),
        ("halucination", "hallucination"),
        ("self-consitency", "self-consistency"),
        ("蒙特卡洛搜索树", "mcts"),
        ("直接编好优化", "dpo"),
    ],
)
def test_typos_find_the_one_term_meant(glossary: Glossary, typo: str, id: str) -> None:
    """A wrong, missing, extra or swapped character in either script is forgiven."""
    match = glossary.guess(typo)
    assert match
    assert (id, "fuzzy") == (match.term.id, match.kind)


def test_up_to_three_letters_are_never_guessed(glossary: Glossary) -> None:
    """A short acronym is never answered by another one that is near."""
    names = [term.name for term in glossary if len(term.name) in {3, 4} and term.name.isalpha()]
    queries = {name[1:] for name in names} | {name[:3] for name in names} | {name[:2] + "x" for name in names}
    assert len(queries) > 50
    assert [query for query in queries if len(query) <= 3 and glossary.guess(query)] == []


@pytest.mark.parametrize("query", ["pizza", "qwzxv", "麻婆豆腐", "12345", "!!!", "", "  ", "x" * 10_000])
def test_nothing_is_an_answer(glossary: Glossary, query: str) -> None:
    """What is not there gives nothing, not the least bad match."""
    assert (glossary.lookup(query), glossary.search(query), glossary.guess(query)) == ([], [], None)


@pytest.mark.parametrize(
    "query", ['"', "'", "a OR", "NEAR(", "*", "col:x", "a AND (b", "%", "_", "\x00", "^gr$", "-x", "{}"]
)
def test_query_syntax_of_the_database_means_nothing(glossary: Glossary, query: str) -> None:
    """Signs that SQLite would read as operators are searched for like any others."""
    assert isinstance(glossary.search(query), list)
    assert isinstance(glossary.suggest(query), list)


def test_suggestions_are_few_and_near(glossary: Glossary) -> None:
    """A miss offers at most five names."""
    found = glossary.suggest("policy optimisation")
    assert 0 < len(found) <= 5


def test_search_limit(glossary: Glossary) -> None:
    """A limit cuts the list without reordering it."""
    assert glossary.search("self")[:3] == glossary.search("self", limit=3)


def test_completions_are_names_as_written(glossary: Glossary) -> None:
    """Completion offers the texts whose key begins with what was typed."""
    found = completions(glossary.index, "self c", 50)
    assert "Self-Consistency" in found
    assert "Self-Play" not in found


def test_get_prefers_a_name_to_an_alias(glossary: Glossary) -> None:
    """Of several meanings, the one that bears the name as its own comes first."""
    first, *rest = glossary.lookup("SR")
    assert (first.kind, rest[0].kind) == ("name", "alias")
    assert first.term == glossary.get("SR")


def test_ids_are_found_where_no_name_is(glossary: Glossary) -> None:
    """An id always leads to its own term, so that homonyms can be told apart."""
    assert [m.term.id for m in glossary.lookup("reinforcement-fine-tuning")][:1] == ["reinforcement-fine-tuning"]
    assert [m.term.id for m in glossary.lookup("rejection-sampling-fine-tuning")][:1] == [
        "rejection-sampling-fine-tuning"
    ]


def test_related_of_the_unknown_is_empty(glossary: Glossary) -> None:
    """A name that leads nowhere has no relations."""
    assert glossary.related("nothing of the kind") == []


def test_every_term_on_a_walk_comes_once(glossary: Glossary) -> None:
    """However many ways lead to a term, it is listed at its shortest distance."""
    walk = glossary.related("PPO", depth=3)
    ids = [link.id for link in walk]
    assert len(ids) == len(set(ids))
    assert "ppo" not in ids
    assert [link.depth for link in walk] == sorted(link.depth for link in walk)


def test_membership(glossary: Glossary) -> None:
    """`in` asks whether a name leads to a term."""
    assert "混合专家" in glossary
    assert "pizza" not in glossary


@pytest.mark.parametrize(
    ("query", "id", "kind"),
    [
        ("hunhe zhuanjia", "moe", "pinyin"),
        ("hhzj", "moe", "initials"),
        ("混合專家模型", "moe", "zh"),
        ("what is GRPO?", "grpo", "name"),
        ("GRPO 是什么", "grpo", "name"),
        ("Low-Rank Adaptation (LoRA)", "lora", "full name"),
        ("clipping gradients", "gradient-clipping", "words"),
        ("text summarization models", "text-summarization", "words"),
    ],
)
def test_people_type_names_in_many_ways(glossary: Glossary, query: str, id: str, kind: str) -> None:
    """Pinyin, initials, the other script, questions, brackets: the term meant comes first and says why."""
    first = glossary.search(query)[0]
    assert (first.term.id, first.kind) == (id, kind)


def test_a_plural_is_the_name_itself(glossary: Glossary) -> None:
    """Plurals and British spelling need no guess."""
    assert [glossary.lookup(query)[0].term.id for query in ("reward models", "quantisation")] == [
        "reward-model",
        "quantization",
    ]


def test_spelling_does_not_mix_names_up(glossary: Glossary) -> None:
    """A name that looks like another's plural stays apart."""
    assert [match.term.id for match in glossary.lookup("XPO")] == ["xpo"]


def test_a_description_finds_the_thing(glossary: Glossary) -> None:
    """Who forgot the name describes the thing."""
    found = [match.term.id for match in glossary.search("majority vote over sampled reasoning paths", limit=3)]
    assert {"self-consistency", "majority-voting"} & set(found)


@pytest.mark.parametrize(
    ("query", "id"),
    [
        ("线性注意力机制", "linear-attention"),
        ("强化学习算法PPO", "ppo"),
        ("AI 智能体", "agent"),
        ("LoRA微调方法", "lora"),
        ("累积梯度", "gradient-accumulation"),
        ("GPUs", "gpu"),
    ],
)
def test_words_around_a_name_do_not_hide_it(glossary: Glossary, query: str, id: str) -> None:
    """The field before a name, the kind of thing after it, a plural or turned halves: it comes first."""
    assert glossary.search(query)[0].term.id == id


@pytest.mark.parametrize("query", ["CI流水线", "SR 经理", "React组件", "苹果SA"])
def test_a_latin_name_beside_foreign_words_is_not_taken_for_the_term(glossary: Glossary, query: str) -> None:
    """Beside words that are no terms an acronym means something else: `show` does not guess."""
    assert glossary.lookup(query) == []
    assert glossary.guess(query) is None


def test_plain_words_stand_for_those_of_the_field(glossary: Glossary) -> None:
    """An entry is found by another word for what its texts say, here "average" for "mean"."""
    assert "model-merging" in [match.term.id for match in glossary.search("mean of many finetuned weights", limit=5)]
