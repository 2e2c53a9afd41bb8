"""Which terms stand in a text, and which words there only look like them."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import Run
from llmterms.glossary import Glossary
from llmterms.texts import parse

CASES = Path(__file__).parent.parent / "benchmarks" / "scan_cases"
# A sentence with sure terms, which vouch for everyday words beside it.
ABOUT_LLMS = "Large language models are trained with RLHF and GRPO on GPUs. "


def found(glossary: Glossary, text: str, kind: str = "plain") -> list[str]:
    """Return the ids of the terms in a text, in order, each once."""
    mentions = glossary.scan(parse("text", text.encode(), kind))
    return list(dict.fromkeys(mention.term.id for mention in mentions))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("process reward models", ["prm"]),
        ("reinforcement learning from human feedback", ["rlhf"]),
        ("Reward models and chains of thought", ["reward-model"]),
        ("finetuned large-language\nmodels", ["llm"]),
        ("We use GRPO.GRPO's", ["grpo"]),
        ("GRPO-trained", ["grpo"]),
        ("用GRPO训练大语言模型", ["grpo", "llm"]),
        ("强化\n学习", ["rl"]),
        ("混合專家模型", ["moe"]),
        ("rein-\nforcement learning", ["rl"]),
        ("Ｇ Ｒ ＧＲＰＯ", ["grpo"]),
        ("GPT-4.1 and GPT-4", ["gpt-4-1", "gpt-4"]),
        ("gpt-4, GPT4 and gpt-2; vllm with qwen in fp8", ["gpt-4", "gpt-2", "vllm", "qwen", "fp8"]),
        ("RLHF and SFT: pretrained, fine-tuned", ["rlhf", "supervised-fine-tuning", "pre-training", "fine-tuning"]),
        ("reward\u200bmodel, reward\u2003model", ["reward-model"]),
        ("大语言\n  模型", ["llm"]),
    ],
)
def test_a_name_is_found_in_all_its_forms(glossary: Glossary, text: str, ids: list[str]) -> None:
    """Hyphens, spaces, line breaks, plurals, widths and scripts vary; the longest name wins."""
    assert found(glossary, text) == ids


@pytest.mark.parametrize(
    "text",
    ["grpo", "GRPOS1", "XGRPO", "fragile", "self, consistency", "reward\n\nmodel", "my_GRPO_x", "chain — of thought"],
)
def test_what_is_no_name_is_not_found(glossary: Glossary, text: str) -> None:
    """An acronym needs its capitals; no name stands within a word, nor across a comma, a dash or a paragraph."""
    assert found(glossary, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "The travel agent liked the temperature and paid attention to the tokens in his memory.",
        "The CI job runs on an agent; SR, EC, DC and MR are branches.",
        "He will react to ART in the museum of Sora.",
        "The squad smote its foes under X-ray light at the Moulin Rouge.",
        "公司扩大模型规模，他通过拟合曲线约束搜索范围。",
        "Semi-supervised learning differs from weakly supervised learning.",
        "会议上大家对齐了进度，代理商提示温度偏高。",
    ],
)
def test_everyday_words_alone_are_no_terms(glossary: Glossary, text: str) -> None:
    """Where no sure term stands near, a word with an everyday meaning has that meaning."""
    assert found(glossary, text) == []


def test_sure_terms_vouch_for_everyday_words(glossary: Glossary) -> None:
    """The same word is a term in a text on language models, but not far away from it."""
    assert "temperature" in found(glossary, ABOUT_LLMS + "We sample at temperature 1.")
    assert "temperature" not in found(glossary, ABOUT_LLMS + "word " * 1000 + "We sample at temperature 1.")


def test_an_acronym_counts_where_it_is_written_out(glossary: Glossary) -> None:
    """“X (ABC)” makes ABC a name of X for this text, and of nothing where X is no term."""
    text = "Rejection sampling fine-tuning (RFT) is simple. RFT needs no critic."
    mentions = [mention.term.id for mention in glossary.scan(text)]
    assert mentions.count("rejection-sampling-fine-tuning") == 3
    assert "dpo" not in found(glossary, ABOUT_LLMS + "The data protection officer (DPO) agreed. The DPO signed.")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("markdown", "```\nGRPO\n```\nand `GRPO` and https://example.org/GRPO\n"),
        ("markdown", "---\ntitle: GRPO\n---\n[a link](GRPO.md)\n"),
        ("markdown", "# References\n\n- GRPO\n"),
        ("plain", "References\n[1] GRPO, 2024\n"),
        ("plain", "五、参考文献\n[1] GRPO, 2024\n"),
        ("html", "<html><h2>References</h2>\n<p>GRPO</p></html>"),
        ("latex", "\\section*{References}\nGRPO"),
        ("html", "<html><head><style>GRPO</style></head><body><script>GRPO</script><pre>GRPO</pre></body></html>"),
        ("html", '<p title="GRPO">text</p><!-- GRPO -->'),
        ("latex", "\\cite{GRPO} \\label{GRPO} \\ref{GRPO} \\verb|GRPO| \\url{GRPO}"),
        ("latex", "\\begin{thebibliography}{9}\\bibitem{a} GRPO\\end{thebibliography}"),
        ("latex", "\\begin{lstlisting}\nGRPO\n\\end{lstlisting}\n$$ GRPO $$"),
    ],
)
def test_code_addresses_and_bibliographies_do_not_count(glossary: Glossary, kind: str, text: str) -> None:
    """What is not prose is not scanned."""
    assert found(glossary, text, kind) == []


@pytest.mark.parametrize(
    ("kind", "text", "id"),
    [
        ("markdown", "**chain** of *thought prompting*", "chain-of-thought"),
        ("markdown", "[reward model](https://example.org)", "reward-model"),
        ("html", "<p><b>reward</b> <i>models</i></p>", "reward-model"),
        ("html", "<p>掩码<em>语言</em>模型</p>", "masked-language-modeling"),
        ("latex", "\\emph{reward}~model", "reward-model"),
        ("latex", "rein\\-force\\-ment learning", "rl"),
        ("latex", "best-of-$N$ sampling", "best-of-n"),
    ],
)
def test_markup_within_a_name_does_not_hide_it(glossary: Glossary, kind: str, text: str, id: str) -> None:
    """Emphasis, links, ties and soft hyphens are as if they were not there."""
    assert found(glossary, text, kind) == [id]


def test_an_acronym_of_the_texts_own_counts(glossary: Glossary) -> None:
    """An acronym that the glossary lacks counts for the term that it is introduced for, from there on."""
    text = "CL is nothing yet. A contrastive learning (CL) loss; CL helps, CLs too."
    assert [mention.term.id for mention in glossary.scan(text)].count("contrastive-learning") == 4


@pytest.mark.parametrize(
    "text", ["question answering (GPQA)", "large language models (vLLM)", "reinforcement learning (GRPO)"]
)
def test_a_bracket_does_not_rename_what_has_a_name(glossary: Glossary, text: str) -> None:
    """Only what may be short for the words before it is taken for them."""
    assert len(found(glossary, text)) == 2


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("latex", r"\author{A\\[2pt] B} We use GRPO. \[x\] RLHF"),
        ("latex", "\\textcolor{red}{GRPO} % \\begin{equation}\n and RLHF \\begin{equation}x\\end{equation}"),
        ("markdown", "_GRPO_ and\n> large language\n> models, [^1]\n\n[^1]: RLHF"),
        ("markdown", "---\n\nGRPO\n\n---\nRLHF"),
        ("markdown", "```pip install x``` GRPO\nRLHF"),
        ("plain", "~~~~\nGRPO\n~~~~\n``RLHF''"),
        ("html", "<html><![if x]>GRPO &shy;<p>RLHF"),
    ],
)
def test_prose_is_not_taken_for_code(glossary: Glossary, kind: str, text: str) -> None:
    """Line breaks with a length, rules, quotes and broken markup hide nothing."""
    assert {"grpo", "rlhf"} <= set(found(glossary, text, kind))


def test_places_are_those_of_the_source(glossary: Glossary) -> None:
    """A mention covers in the source exactly what is written there, in every kind of text."""
    texts = [case for file in CASES.glob("*.yaml") for case in yaml.safe_load(file.read_text("utf-8"))]
    kinds = {"latex": "latex", "html": "html", "model-card": "markdown", "markdown": "markdown"}
    for case in texts:
        text = parse(case["id"], case["text"].encode(), kinds.get(case["kind"], "plain"))
        mentions = list(glossary.scan(text))
        assert all(0 <= each.start < each.end <= len(text.source) for each in mentions)
        assert all(one.end <= other.start for one, other in pairwise(mentions))
        edges = [text.source[each.start] + text.source[each.end - 1] for each in mentions]
        assert [edge for edge in edges if " " in edge or "\n" in edge] == []


def test_long_texts_are_cut_where_no_name_is(glossary: Glossary) -> None:
    """A text longer than what is looked at in one go loses nothing at the seams."""
    text = "A reward model scores.\n" * 40_000
    assert sum(1 for _ in glossary.scan(text)) == 40_000


# File -> least precision and recall: a little below what benchmarks/scan_quality.py prints.
LEAST = {"english_papers": (0.97, 0.97), "english_practice": (0.95, 0.95), "chinese": (0.96, 0.96)}


@pytest.mark.parametrize("name", LEAST)
def test_texts_of_the_field(glossary: Glossary, name: str) -> None:
    """Of the terms found nearly all stand there, and of those that stand there nearly all are found."""
    right, wrong, missed = 0, [], []
    for case in cases(name):
        ids, wanted = ids_in(glossary, case), set(case["terms"])
        right += len(ids & wanted)
        wrong += [(case["id"], id) for id in ids - wanted - set(case.get("either", []))]
        missed += [(case["id"], id) for id in wanted - ids]
    precision, recall = LEAST[name]
    assert right / (right + len(wrong)) >= precision, wrong
    assert right / (right + len(missed)) >= recall, missed


def test_texts_of_other_fields(glossary: Glossary) -> None:
    """Cooking, football, law, medicine, CI pipelines and chemistry hold none of our terms."""
    assert [(case["id"], id) for case in cases("other_fields") for id in ids_in(glossary, case)] == []


def cases(name: str) -> list[dict[str, Any]]:
    """Return the cases of a file."""
    return list(yaml.safe_load((CASES / f"{name}.yaml").read_text("utf-8")))


def ids_in(glossary: Glossary, case: dict[str, Any]) -> set[str]:
    """Return what is found in a case."""
    kinds = {"latex": "latex", "html": "html", "model-card": "markdown", "release-notes": "markdown"}
    return set(
        found(glossary, case["text"], kinds.get(case["kind"], case["kind"] if case["kind"] == "markdown" else "plain"))
    )


PAPER = "# GRPO\n\nGRPO and PPO: PPO has a critic.\n\n`DPO` is code. 大语言模型。\n"


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A Markdown file with three terms and a bit of code."""
    file = tmp_path / "paper.md"
    file.write_text(PAPER, "utf-8")
    return file


def test_to_a_pipe_each_term_is_a_line(run: Run, paper: Path) -> None:
    """Name, Chinese name, gloss, count, place and id, set apart by tabs."""
    lines = [line.split("\t") for line in run("scan", str(paper)).out.splitlines()]
    assert [(line[0], line[3], line[4], line[5]) for line in lines] == [
        ("GRPO", "2", "1", "grpo"),
        ("PPO", "2", "3", "ppo"),
        ("critic", "1", "3", "critic"),
        ("LLM", "1", "5", "llm"),
    ]


def test_the_standard_input_is_scanned(run: Run) -> None:
    """What is piped in is read, alone or where a file is called "-"."""
    assert run("scan", stdin=PAPER).out == run("scan", "-", stdin=PAPER).out != ""


def test_several_files_are_counted_together(run: Run, paper: Path, tmp_path: Path) -> None:
    """A term of several files comes once, with the file where it stands first."""
    (tmp_path / "other.txt").write_text("GRPO and MCTS", "utf-8")
    lines = [line.split("\t") for line in run("scan", "paper.md", "other.txt").out.splitlines()]
    assert [line[3:5] for line in lines if line[5] in {"grpo", "mcts"}] == [["3", "paper.md:1"], ["1", "other.txt:1"]]


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--sort", "name"], ["critic", "grpo", "llm", "ppo"]),
        (["--sort", "count"], ["grpo", "ppo", "critic", "llm"]),
        (["--kind", "method"], ["grpo", "ppo"]),
        (["--category", "foundations"], ["llm"]),
    ],
)
def test_the_list_can_be_ordered_and_narrowed(run: Run, paper: Path, options: list[str], ids: list[str]) -> None:
    """Options choose the order and which terms are listed."""
    assert [line.split("\t")[5] for line in run("scan", str(paper), *options).out.splitlines()] == ids


def test_known_terms_are_left_out(run: Run, paper: Path, tmp_path: Path) -> None:
    """Names in a file of known terms are not listed; one that is no term is told."""
    (tmp_path / "known.txt").write_text("ppo\n大语言模型\n\nqwzxv\n", "utf-8")
    result = run("scan", str(paper), "--known", "known.txt")
    assert [line.split("\t")[5] for line in result.out.splitlines()] == ["grpo", "critic"]
    assert "qwzxv" in result.err


def test_json_tells_how_often_and_where(run: Run, paper: Path) -> None:
    """Programs get the count, the first place and the whole entry."""
    answer = json.loads(run("scan", str(paper), "--json").out)
    assert answer["files"] == [str(paper)]
    first = answer["terms"][0]
    assert (first["count"], first["first"]) == (2, {"file": str(paper), "line": 1, "text": "GRPO"})
    assert first["term"]["zh"] == "组相对策略优化"


def test_markdown_gets_footnotes(run: Run, paper: Path) -> None:
    """The first occurrence of each term has a footnote; nothing else of the text is changed."""
    out = run("scan", str(paper), "--annotate", "--format", "markdown").out
    body, notes = out.split("\n\n[^", 1)
    assert (
        body.replace("[^grpo]", "").replace("[^ppo]", "").replace("[^critic]", "").replace("[^llm]", "") + "\n" == PAPER
    )
    assert body.startswith("# GRPO[^grpo]\n")
    assert notes.startswith("grpo]: **[GRPO 组相对策略优化](https://arxiv.org/abs/2402.03300)**: ")


def test_in_a_terminal_terms_become_links(run_in_terminal: Run, paper: Path) -> None:
    """The text stays as it is; a term is a hyperlink to its first work."""
    import re

    out = run_in_terminal("scan", str(paper), "--annotate").out
    assert re.sub(r"\x1b\[[\d;]*m|\x1b]8;.*?\x1b\\", "", out) == PAPER
    assert "https://arxiv.org/abs/2402.03300" in out


@pytest.mark.parametrize("options", [["--annotate", "--json"], ["--format", "markdown"]])
def test_options_that_contradict_each_other_are_refused(run: Run, paper: Path, options: list[str]) -> None:
    """Nothing is silently left out of what was asked for."""
    result = run("scan", str(paper), *options)
    assert (result.code, result.out) == (2, "")
    assert "--annotate" in result.err


def test_a_text_without_terms_is_a_miss(run: Run) -> None:
    """Nothing found is said on stderr, with exit code 1."""
    result = run("scan", stdin="Fish and chips.")
    assert (result.code, result.out) == (1, "")
    assert "none of the" in result.err


def test_without_a_file_a_terminal_is_not_waited_for(run_in_terminal: Run) -> None:
    """A person who gives no file is told what to give."""
    result = run_in_terminal("scan")
    assert result.code == 2
    assert "llmterms scan paper.md" in result.out


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("missing.md", None, "No such file"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0", "binary"),
        ("latin.txt", "caf\xe9 GRPO".encode("latin-1"), "not UTF-8"),
        ("broken.pdf", b"%PDF-1.4 nothing of the kind", "cannot be read as a PDF"),
    ],
)
def test_what_cannot_be_read_is_told(run: Run, tmp_path: Path, name: str, data: bytes | None, told: str) -> None:
    """One clear sentence, exit code 3, no traceback; other files are scanned all the same."""
    if data is not None:
        (tmp_path / name).write_bytes(data)
    alone = run("scan", name)
    assert (alone.code, alone.out) == (3, "")
    assert told in alone.err
    assert alone.err.count("\n") == 1
    (tmp_path / "good.txt").write_text("GRPO", "utf-8")
    both = run("scan", name, "good.txt")
    assert (both.code, "grpo" in both.out, told in both.err) == (3, True, True)


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffGRPO".encode(),
        "GRPO".encode("utf-16"),
        '<html><meta charset="gb18030"><p>用 GRPO 训练大语言模型</p></html>'.encode("gb18030"),
    ],
)
def test_other_encodings_are_read_where_the_text_tells_them(run: Run, tmp_path: Path, data: bytes) -> None:
    """A byte-order mark or a declared charset is enough."""
    (tmp_path / "text").write_bytes(data)
    assert "grpo" in run("scan", "text").out


def test_a_pdf_is_read_by_pages(run: Run, tmp_path: Path) -> None:
    """Of a PDF the place of a term is its page."""
    (tmp_path / "paper.pdf").write_bytes(pdf("Nothing here", "We train with GRPO"))
    assert [line.split("\t")[4:] for line in run("scan", "paper.pdf").out.splitlines()] == [["p. 2", "grpo"]]


def test_without_the_extra_a_pdf_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who lacks pypdf is told how to get it."""
    import sys

    from llmterms.texts import Unreadable

    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(Unreadable, match=r"pip install 'llmterms\[pdf\]'"):
        parse("paper.pdf", pdf("GRPO"))


def pdf(*pages: str) -> bytes:
    """Return a PDF with a line of text on each page."""
    count = len(pages)
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(count))
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {count} >>"]
    for number, text in enumerate(pages):
        content = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {4 + 2 * number} 0 R"
            f" /Resources << /Font << /F1 {font} >> >> >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        out
        + (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}"
            f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
        ).encode()
    )
