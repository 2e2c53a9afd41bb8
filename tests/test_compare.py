"""Terms side by side: the command, the library and the layout in columns."""

from __future__ import annotations

import itertools
import json
import random

import pytest

from conftest import Run
from llmterms.comparison import compare
from llmterms.glossary import Glossary
from llmterms.model import RELATIONS
from llmterms.page import Block, Columns, Line, plain, sentence
from llmterms.page import Run as Text
from llmterms.render import terminal


def compared(run: Run, *words: str) -> list[str]:
    """Return the names that `compare` puts side by side."""
    return [term["name"] for term in json.loads(run("compare", *words, "--json").out)["terms"]]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["DPO", "GRPO", "PPO"], ["DPO", "GRPO", "PPO"]),
        (["chain of thought", "DPO"], ["Chain of Thought", "DPO"]),
        (["chain", "of", "thought", "vs", "tree", "of", "thoughts"], ["Chain of Thought", "Tree of Thoughts"]),
        (["DPO", "vs.", "PPO", "VS", "GRPO"], ["DPO", "PPO", "GRPO"]),
        (["DPO,", "chain", "of", "thought"], ["DPO", "Chain of Thought"]),
        (["DPO,PPO，GRPO、DAPO"], ["DPO", "PPO", "GRPO", "DAPO"]),
        (["DPO vs PPO"], ["DPO", "PPO"]),
        (["直接偏好优化", "组相对策略优化"], ["DPO", "GRPO"]),
        (["exploration vs. exploitation", "PPO"], ["exploration", "PPO"]),
        (["helpful, honest, harmless", "vs", "PPO"], ["HHH", "PPO"]),
    ],
)
def test_names_are_words_or_set_apart(run: Run, words: list[str], names: list[str]) -> None:
    """Each word is a name unless vs or a comma sets names apart; a quoted name that has those stays whole."""
    assert names == compared(run, *words)


def test_it_says_what_differs_and_what_joins(run: Run) -> None:
    """Every part of the comparison is on the page: who, when, what, what only one has, relations, sources."""
    out = run("compare", "DPO", "GRPO", "PPO", "--lang", "en").out
    for part in (
        "DPO  直接偏好优化  method\nDirect Preference Optimization\n",
        "Origin: 2024-02  Zhihong Shao et al. (DeepSeek) [4]\n",
        "Only here:\nis a kind of  policy gradient\n",
        "Relation:\nDPO is an alternative to PPO\nGRPO extends PPO\n",
        "In common:\ncategory  Preference and reinforcement learning\nalternative to  RLOO  GRPO · PPO\n",
        "Sources:\n[1] Rafael Rafailov et al. ",
        "https://arxiv.org/abs/1707.06347\n",
    ):
        assert part in out


def test_it_speaks_chinese(run: Run) -> None:
    """Labels and relations are worded in Chinese."""
    out = run("compare", "DPO", "GRPO", "PPO", "--lang", "zh").out
    assert "关系:\nDPO 的替代方案有 PPO\nGRPO 扩展自 PPO\n" in out
    assert "共有:\n类别  偏好学习与强化学习\n" in out


def test_terms_without_a_direct_relation(run: Run) -> None:
    """That there is none is said."""
    assert "Relation: none directly\n" in run("compare", "BPE", "DPO", "--lang", "en").out


def test_a_pipe_gets_lines_that_are_not_wrapped(run: Run) -> None:
    """One term follows the other, each paragraph on one line, whatever the width."""
    out = run("compare", "DPO", "PPO", env={"COLUMNS": "40"}).out
    assert out == run("compare", "DPO", "PPO", env={"COLUMNS": "200"}).out
    assert max(map(len, out.splitlines())) > 400


def test_json_of_compare(run: Run) -> None:
    """Whole terms, the relations among them, and what exactly which of them have."""
    told = json.loads(run("compare", "DPO", "GRPO", "PPO", "--json").out)
    assert list(told) == ["terms", "links", "shares"]
    assert told["links"][1] == {
        "source": {"id": "grpo", "name": "GRPO"},
        "relation": "extends",
        "target": {"id": "ppo", "name": "PPO"},
    }
    shares = {tuple(share["ids"]): share for share in told["shares"]}
    assert list(shares)[:4] == [("dpo",), ("grpo",), ("ppo",), ("dpo", "grpo", "ppo")]
    assert shares["dpo", "grpo", "ppo"]["category"] == "rl"
    assert shares["grpo",]["category"] is None
    assert shares["grpo", "ppo"]["related"] == [{"relation": "alternative-to", "id": "rloo", "name": "RLOO"}]
    assert "schulman2017proximal" in shares["ppo",]["citations"]


def test_a_homonym_is_compared_in_its_first_meaning(run: Run) -> None:
    """The other meanings are named on stderr."""
    shown = run("compare", "RFT", "vs", "PPO", "--lang", "en")
    assert shown.out.startswith("RFT  强化微调")
    assert shown.err == (
        "llmterms: “RFT” has 2 meanings; this is reinforcement-fine-tuning,"
        " the others are: rejection-sampling-fine-tuning\n"
    )


def test_a_misspelt_name_is_guessed_with_a_word_about_it(run: Run) -> None:
    """As with `show`."""
    shown = run("compare", "gropo", "PPO", "--lang", "en")
    assert (shown.code, shown.err) == (0, "llmterms: “gropo” is not a term; showing GRPO\n")


@pytest.mark.parametrize("words", [["DPO", "pizza"], ["pizza", "DPO"], ["DPO", "!!!"]])
def test_an_unknown_name_is_a_miss(run: Run, words: list[str]) -> None:
    """Nothing on stdout, exit 1, and which name it was."""
    shown = run("compare", *words)
    assert (shown.code, shown.out) == (1, "")
    assert any(f"nothing found for “{word}”" in shown.err for word in words)


def test_json_of_a_miss_is_one_answer(run: Run) -> None:
    """The miss names the first name that was not found."""
    shown = run("compare", "pizza", "qwzxv", "--json")
    assert (shown.code, json.loads(shown.out)["query"]) == (1, "pizza")


def test_a_name_of_several_words_taken_for_several_names(run: Run) -> None:
    """Where words were not set apart, a miss says how they could be."""
    assert "set apart by vs: llmterms compare self-play vs" in run("compare", "chain", "of", "thought").err
    assert "set apart" not in run("compare", "pizza", "vs", "DPO", "vs", "PPO").err


@pytest.mark.parametrize(
    ("words", "number"),
    [(["DPO"], 1), ([","], 0), (["DPO", "vs"], 1), (list("abcdef"), 6)],
)
def test_too_few_and_too_many_are_usage_errors(run: Run, words: list[str], number: int) -> None:
    """Two to five are compared; how to name them is said."""
    shown = run("compare", *words)
    assert (shown.code, shown.out) == (2, "")
    assert f"compare takes two to five different terms, not {number}; names of several words are" in shown.err


def test_five_are_compared_and_a_sixth_name_for_one_of_them_is_no_harm(run: Run) -> None:
    """What is named twice counts once and is said."""
    shown = run("compare", "DPO", "PPO", "GRPO", "DAPO", "KTO", "dpo", "--lang", "en")
    assert (shown.code, shown.err) == (0, "llmterms: “dpo” is DPO, which is there already\n")
    assert shown.out.count("Direct Preference Optimization\n") == 1


def test_one_term_under_two_names_cannot_be_compared(run: Run) -> None:
    """The command says that they are the same, and what it takes."""
    shown = run("compare", "GRPO", "组相对策略优化", "--lang", "en")
    assert (shown.code, shown.out) == (2, "")
    assert shown.err.startswith(
        "llmterms: “组相对策略优化” is GRPO, which is there already\nllmterms: compare takes two to five different"
    )


def test_hostile_names_reach_no_terminal(run: Run) -> None:
    """Escape codes and bidi marks in a name come back as visible text, on both streams."""
    for words in (["compare", "PPO", "a\x1b[31mb\u202e"], ["related", "PPO", "--to", "a\x1b[31mb\u202e"]):
        shown = run(*words, "--json")
        assert shown.code == 1
        assert {"\x1b", "\u202e"}.isdisjoint(shown.out + shown.err)


def test_completion_offers_names_of_one_word(run: Run) -> None:
    """Spaces become hyphens, since each word of the shell is a name; what is offered is found."""
    line = "llmterms compare DPO tree-o"
    environment = {"_LLMTERMS_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": "3"}
    offers = run(env=environment).out.splitlines()
    assert "tree-of-thoughts" in offers
    assert compared(run, "DPO", "tree-of-thoughts") == ["DPO", "Tree of Thoughts"]


# --- the library


def test_the_library_compares_by_name(glossary: Glossary) -> None:
    """A term that two names mean counts once; an unknown name is an error."""
    found = glossary.compare("GRPO", "PPO", "组相对策略优化")
    assert [term.id for term in found.terms] == ["grpo", "ppo"]
    assert [(link.source.id, link.relation, link.target.id) for link in found.links] == [("grpo", "extends", "ppo")]
    with pytest.raises(KeyError, match="pizza"):
        glossary.compare("GRPO", "pizza")


@pytest.mark.parametrize("number", [2, 3, 5])
def test_nothing_is_lost_and_nothing_told_twice(glossary: Glossary, number: int) -> None:
    """All that a term has stands in exactly one share that names it, or is a relation among those compared."""
    terms = list(glossary)
    chosen = random.Random(number)
    for _ in range(300):
        start = chosen.choice(terms)
        near = [term for link in start.related if (term := glossary.get(link.id)) and term.id != start.id]
        several = list({term.id: term for term in [start, *near, *chosen.sample(terms, number)]}.values())[:number]
        found = compare(several)
        assert [share.ids for share in found.shares[:number]] == [(term.id,) for term in several]
        ids = {term.id for term in several}
        for term in several:
            shares = [share for share in found.shares if term.id in share.ids]
            told = [relation for share in shares for relation in share.related]
            own = [relation for relation in term.related if relation.id not in ids]
            assert sorted(told, key=repr) == sorted(own, key=repr)
            works = [work for share in shares for work in share.works]
            assert sorted(works, key=repr) == sorted(term.citations, key=repr)
            assert [share.category for share in shares if share.category] == [term.category]
        joined = [{link.source.id, link.target.id} for link in found.links]
        written = [
            {one.id, other.id}
            for one, other in itertools.combinations(several, 2)
            for link in one.related
            if link.id == other.id
        ]
        assert sorted(map(sorted, joined)) == sorted(map(sorted, written))


@pytest.mark.parametrize("language", ["en", "zh", "both"])
@pytest.mark.parametrize("relation", RELATIONS)
def test_every_relation_makes_a_sentence(relation: str, language: str) -> None:
    """Both names stand in it, in order, with single spaces; in Chinese it has the label that lists have."""
    told = "".join(run.text for run in sentence("Alpha", relation, "Beta", language).runs)
    assert told.startswith("Alpha ")
    assert told.count("Beta") == 1
    assert "  " not in told + " "
    if language == "zh" and relation != "not-to-be-confused-with":
        assert RELATIONS[relation].label.zh in told


def test_no_space_between_chinese_names_and_chinese_words() -> None:
    """Spaces stand between Chinese and Latin only."""

    def told(source: str, relation: str, target: str) -> str:
        return "".join(run.text for run in sentence(source, relation, target, "zh").runs)

    assert told("专家", "part-of", "模型") == "专家的所属整体是模型"
    assert told("专家", "not-to-be-confused-with", "MoE") == "专家勿与 MoE 混淆"
    assert told("MoE", "uses", "专家") == "MoE 使用专家"


# --- columns


def column(name: str, *texts: str) -> tuple[Block, ...]:
    """Return a page of a title and a labelled block for each text; one without text is empty."""
    blocks = [Block((Line((Text(name),)),))]
    return (*blocks, *(Block((Line((Text(text),)),) if text else (), "Label") for text in texts))


def test_columns_stand_side_by_side_where_there_is_room() -> None:
    """Two columns of 30 cells, the gap of 3 and the label take 70; below that one follows the other."""
    page: list[Block | Columns] = [Columns((column("One", "a " * 20, "", "x"), column("Two", "", "", "专家" * 12)))]
    wide = terminal(page, 70, colors=False).splitlines()
    assert wide == [
        "       One" + " " * 30 + "Two",
        "",
        "Label  " + "a " * 14 + "a",
        "       " + "a " * 4 + "a",
        "",
        "Label  x" + " " * 32 + "专家专家专家专家专家专家专家专",
        " " * 40 + "家专家专家专家专家",
    ]
    narrow = terminal(page, 69, colors=False).splitlines()
    assert narrow[0] == "One"
    assert narrow.index("Two") > narrow.index("Label  x")


def test_columns_do_not_grow_beyond_what_reads_well() -> None:
    """On a very wide terminal a column ends at 60 cells; more columns use more of the width."""
    text = "word " * 60
    for count, width in ((2, 130), (4, 256)):
        page: list[Block | Columns] = [Columns(tuple(column("Name", text) for _ in range(count)))]
        lines = terminal(page, 300, colors=False).splitlines()
        assert width - 15 < max(map(len, lines)) <= width


@pytest.mark.parametrize("width", [20, 40, 71, 80, 100, 120, 160, 240])
@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_no_comparison_is_wider_than_the_terminal(run_in_terminal: Run, width: int, language: str) -> None:
    """Whatever the width, lines fit, and none has blanks at its end."""
    from rich.cells import cell_len

    words = ["compare", "DPO", "PPO", "GRPO", "--lang", language]
    lines = run_in_terminal(*words, columns=width, env={"NO_COLOR": "1"}).out.splitlines()
    assert [line for line in lines if cell_len(line) > width] == []
    assert [line for line in lines if line != line.rstrip()] == []


def test_plain_text_leaves_empty_places_out() -> None:
    """To a pipe columns are pages one after the other."""
    page: list[Block | Columns] = [Columns((column("One", ""), column("Two", "text")))]
    assert plain(page) == "One\n\nTwo\n\nLabel: text\n"
