"""How two terms are connected: the walk, the command, and graphs to paste into a document."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from itertools import islice
from pathlib import Path

import pytest

from conftest import Run
from llmterms.formats import dot, mermaid
from llmterms.glossary import Glossary
from llmterms.model import Related, Term

ENDS = ["grpo", "o1", "bpe", "vllm", "mmlu", "openai", "chain-of-thought", "rag"]


def term(glossary: Glossary, id: str) -> Term:
    """Return the term of this id."""
    found = glossary.get(id)
    assert found
    return found


def every_shortest_chain(glossary: Glossary, start: str, end: str) -> set[tuple[tuple[str, str], ...]]:
    """Return all shortest chains as (relation, id) links, found the plain way: from one end, over everything."""
    entries = {each.id: each for each in glossary}
    chains: dict[str, list[tuple[tuple[str, str], ...]]] = {start: [()]}
    seen = {start}
    while chains and end not in chains:
        following: dict[str, list[tuple[tuple[str, str], ...]]] = {}
        for id, ways in chains.items():
            for link in entries[id].related:
                if link.id not in seen:
                    following.setdefault(link.id, []).extend((*way, (link.relation, link.id)) for way in ways)
        chains = following
        seen |= chains.keys()
    return set(chains.get(end, ()))


@pytest.mark.parametrize("start", ENDS)
def test_the_walk_finds_every_shortest_chain_and_no_other(glossary: Glossary, start: str) -> None:
    """Walking from both ends gives what walking over everything gives, each chain once."""
    for end in ENDS:
        if end != start:
            found = list(glossary.paths(start, end))
            told = [tuple((link.relation, link.id) for link in chain) for chain in found]
            assert len(set(told)) == len(told)
            assert every_shortest_chain(glossary, start, end) == set(told)
            for chain in found:
                assert [link.depth for link in chain] == list(range(1, len(chain) + 1))
                assert [link.parent for link in chain] == [start, *(link.id for link in chain[:-1])]


def test_the_way_back_is_as_long(glossary: Glossary) -> None:
    """The chains from the other end are the same ones, read backwards."""
    there = {("dpo", *(link.id for link in chain)) for chain in glossary.paths("DPO", "Chain of Thought")}
    back = {("chain-of-thought", *(link.id for link in chain)) for chain in glossary.paths("CoT", "DPO")}
    assert there == {chain[::-1] for chain in back} != set()


def test_the_most_telling_chain_comes_first(glossary: Glossary) -> None:
    """Descent says more than a part, a part more than an alternative."""
    told = [[(link.relation, link.id) for link in chain] for chain in glossary.paths("DAPO", "PPO")]
    assert told[0] == [("extends", "grpo"), ("extends", "ppo")]
    assert told[1][0] == ("has-part", "clip-higher")
    assert {"alternative-to"} == {chain[0][0] for chain in told[2:]}


def test_what_is_not_connected_has_no_chain(glossary: Glossary) -> None:
    """Nor has an unknown name; a term has an empty chain to itself."""
    assert list(glossary.paths("GRPO", "pizza")) == []
    assert list(glossary.paths("pizza", "GRPO")) == []
    assert list(glossary.paths("GRPO", "grpo")) == [[]]


def grid(file: Path, width: int) -> Path:
    """Write a glossary of `width` levels of two terms, each related to both of the next, and one alone."""
    text = (
        "  - {{id: {id}, name: Node {id}, zh: 节点{id}, kind: concept, category: grid, gloss: {{en: a, zh: 甲}},"
        " definition: {{en: a, zh: 甲}}, related: [{links}]}}\n"
    )
    terms = [text.format(id="alone", links="")]
    for level in range(width):
        links = ", ".join(f"{{to: n{level + 1}{side}, as: uses}}" for side in "ab") if level < width - 1 else ""
        terms += [text.format(id=f"n{level}{side}", links=links) for side in "ab"]
    file.write_text("categories:\n  grid: {en: Grid, zh: 网格}\nterms:\n" + "".join(terms), "utf-8")
    return file


def test_chains_come_one_by_one(tmp_path: Path) -> None:
    """Where there are more shortest chains than could ever be listed, the first ones come at once."""
    glossary = Glossary.load(grid(tmp_path / "grid.yaml", 60), cache=tmp_path)
    found = list(islice(glossary.paths("n0a", "n59b"), 50))
    assert [len(chain) for chain in found] == [59] * 50
    assert len({tuple(link.id for link in chain) for chain in found}) == 50
    assert found == list(islice(glossary.paths("n0a", "n59b"), 50))


def test_a_chain_may_be_long(tmp_path: Path) -> None:
    """Depth is not bounded by what Python can nest."""
    glossary = Glossary.load(grid(tmp_path / "grid.yaml", 2500), cache=tmp_path)
    assert len(next(glossary.paths("n0a", "n2499b"))) == 2499


# --- the command


def test_a_chain_in_words(run_in_terminal: Run) -> None:
    """Each link is a sentence in the language of the answer."""
    environment = {"NO_COLOR": "1"}
    shown = run_in_terminal("related", "DAPO", "--to", "PPO", "--lang", "en", env=environment).out
    assert "\n\nDAPO extends GRPO\nGRPO extends PPO\n" in shown
    shown = run_in_terminal("related", "PPO", "--to", "DAPO", "--all", "--lang", "zh", env=environment).out
    assert "\n\nPPO 衍生出 GRPO\nGRPO 衍生出 DAPO\n\n" in shown


def test_a_pipe_gets_one_link_a_line(run: Run) -> None:
    """Name, relation, name reached, step, id reached and the number of the chain."""
    shown = run("related", "DAPO", "--to", "PPO")
    assert shown.out == "DAPO\textends\tGRPO\t1\tgrpo\t1\nGRPO\textends\tPPO\t2\tppo\t1\n"
    assert shown.err == "llmterms: there are more chains as short; to see them: --all\n"
    every = run("related", "DAPO", "--to", "PPO", "--all")
    assert every.out.startswith(shown.out)
    assert every.out.splitlines()[-1].split("\t")[2:] == ["PPO", "2", "ppo", "4"]
    assert every.err == ""


def test_all_has_an_end(run: Run, tmp_path: Path) -> None:
    """Of very many chains the first twenty are printed, and that is said."""
    environment = {"LLMTERMS_PATH": str(grid(tmp_path / "grid.yaml", 12))}
    shown = run("related", "n0a", "--to", "n11a", "--all", env=environment)
    assert {line.split("\t")[-1] for line in shown.out.splitlines()} == {str(number) for number in range(1, 21)}
    assert shown.err == "llmterms: there are more chains as short; these are the first 20\n"
    told = json.loads(run("related", "n0a", "--to", "n11a", "--all", "--json", env=environment).out)
    assert (len(told["chains"]), told["more"]) == (20, True)


def test_json_of_a_chain(run: Run) -> None:
    """Both ends, the chains as lists of links, and whether there are more."""
    told = json.loads(run("related", "DAPO", "--to", "PPO", "--json").out)
    assert told == {
        "term": {"id": "dapo", "name": "DAPO"},
        "to": {"id": "ppo", "name": "PPO"},
        "chains": [
            [
                {"relation": "extends", "id": "grpo", "name": "GRPO", "depth": 1},
                {"relation": "extends", "id": "ppo", "name": "PPO", "depth": 2},
            ]
        ],
        "more": True,
    }


@pytest.mark.parametrize("option", [[], ["--json"], ["--format", "dot"], ["--color", "always"]])
def test_no_chain_is_a_miss(run: Run, tmp_path: Path, option: list[str]) -> None:
    """Exit 1 with a word on stderr; JSON stays JSON."""
    environment = {"LLMTERMS_PATH": str(grid(tmp_path / "grid.yaml", 2))}
    shown = run("related", "alone", "--to", "n0a", *option, env=environment)
    assert (shown.code, shown.err) == (1, "llmterms: no relations lead from Node alone to Node n0a\n")
    if option == ["--json"]:
        assert (json.loads(shown.out)["chains"], json.loads(shown.out)["more"]) == ([], False)
    else:
        assert shown.out == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["o1", "--to", "o1"], "--to takes another term than o1 itself"),
        (["o1", "--to", " "], "the name to look up is empty"),
        (["o1", "--all"], "llmterms related o1 --to PPO --all"),
        (["o1", "--to", "PPO", "--depth", "2"], "leave one out"),
        (["o1", "--format", "dot", "--json"], "leave one out"),
        (["o1", "--format", "png"], "is not one of 'mermaid', 'dot'"),
    ],
)
def test_usage_errors(run: Run, words: list[str], message: str) -> None:
    """What makes no sense together is refused with what would be right."""
    shown = run("related", *words)
    assert (shown.code, shown.out) == (2, "")
    assert message in shown.err


def test_either_end_may_be_missing_misspelt_or_a_homonym(run: Run) -> None:
    """Both names are treated as `show` treats one."""
    for words in (["pizza", "--to", "PPO"], ["PPO", "--to", "pizza"]):
        shown = run("related", *words)
        assert (shown.code, shown.out) == (1, "")
        assert "nothing found for “pizza”" in shown.err
    assert "“gropo” is not a term; showing GRPO" in run("related", "DAPO", "--to", "gropo").err
    assert "“RFT” has 2 meanings; this is" in run("related", "PPO", "--to", "RFT").err


# --- graphs


HOSTILE = [
    'says "x"',
    "[a] {b} (c) <d>",
    "a\\b \\N \\l",
    "#quot; #35; &lt; &amp;",
    "one; two | three",
    "end",
    "line\nbreak\ttab",
    "`code` %%{init}%% $$x$$",
    "1. first",
    "- style: x #1;",
    "__bold__ *it*",
    "<script>",
    "专家“引”",
]
LINKS = [Related("uses", f"t{number}", name, 1, "grpo") for number, name in enumerate(HOSTILE)]


def test_mermaid_text_is_escaped(glossary: Glossary) -> None:
    """Between the quotes stands nothing that Mermaid could take for its own; decoded it is the name again."""
    lines = mermaid(term(glossary, "grpo"), LINKS, "en").splitlines()
    labels = [found[1] for line in lines if (found := re.fullmatch(r'  n\d+\["(.*)"\]', line))]
    assert [label for label in labels if re.search(r"[\"\[\]{}<>|\\&%`$:*]|#(?!\d+;)|(?<!\d);", label)] == []
    decoded = [re.sub(r"#(\d+);", lambda code: chr(int(code[1])), label) for label in labels]
    assert decoded == ["GRPO", *(name.replace("\n", " ").replace("\t", " ") for name in HOSTILE)]


def test_mermaid_graph(run: Run) -> None:
    """Nodes first, then each relation in the direction in which it is written, mutual ones without an arrow."""
    shown = run("related", "PPO", "--to", "DAPO", "--format", "mermaid", "--lang", "en")
    assert shown.out == (
        'flowchart LR\n  n1["PPO"]\n  n2["GRPO"]\n  n3["DAPO"]\n  n2 -->|"extends"| n1\n  n3 -->|"extends"| n2\n'
    )
    assert '---|"替代方案"| ' in run("related", "o1", "--format", "mermaid", "--lang", "zh").out


def test_graph_of_a_neighbourhood_follows_the_depth(run: Run) -> None:
    """The graph has the terms that `related` lists, and the term itself."""
    for depth in ("1", "2"):
        listed = run("related", "o1", "--depth", depth).out.splitlines()
        drawn = run("related", "o1", "--depth", depth, "--format", "dot").out
        nodes = re.findall(r'^  "([^"]+)" \[', drawn, re.MULTILINE)
        assert nodes == ["o1", *(line.split("\t")[3] for line in listed)]
        assert drawn.count(" -> ") == len(listed)


def test_graph_of_all_chains_has_each_link_once(run: Run) -> None:
    """Chains that share a link share it in the graph."""
    drawn = run("related", "LoRA", "--to", "RAG", "--all", "--format", "dot", "--lang", "en").out
    assert drawn.count('"fine-tuning" -> "rag" [label="alternative to", dir=none];') == 1
    assert drawn.startswith("digraph {\n")


def test_graph_of_a_homonym_names_the_other_meanings(run: Run) -> None:
    """A graph has one centre."""
    assert "“RFT” has 2 meanings" in run("related", "RFT", "--format", "dot").err


@pytest.mark.parametrize("text", ['a"b', "a\\", "a\\N", "&amp;", "a\nb"])
def test_dot_text_is_escaped(glossary: Glossary, text: str) -> None:
    """A quote does not end the label, a backslash escapes nothing, & begins no entity."""
    line = dot(term(glossary, "grpo"), [Related("uses", "x", text, 1, "grpo")], "en").splitlines()[4]
    found = re.fullmatch(r'  "x" \[label="((?:[^"\\\n]|\\["\\])*)"\];', line)
    assert found
    assert html.unescape(re.sub(r"\\(.)", r"\1", found[1])) == text.replace("\n", " ")


@pytest.mark.skipif(not shutil.which("dot"), reason="needs Graphviz")
def test_graphviz_reads_the_names_as_they_are(glossary: Glossary) -> None:
    """Graphviz draws every label as the name is written."""
    drawn = subprocess.run(
        ["dot", "-Tsvg"],
        input=dot(term(glossary, "grpo"), LINKS, "zh").encode(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert drawn.stderr == b""
    texts = {html.unescape(text) for text in re.findall(r"<text[^>]*>(.*?)</text>", drawn.stdout.decode())}
    assert texts == {"GRPO", "使用", *(name.replace("\n", " ").replace("\t", " ") for name in HOSTILE)}
