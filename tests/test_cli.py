"""Every command as a user runs it: answers, streams and exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Result, Run
from llmterms import cli, commands
from llmterms.errors import BadGlossary, ExitCode, LlmtermsError, UsageProblem

COMMANDS = list(commands.NAMES)


def names(result: Result) -> list[str]:
    """Return the first field of each line."""
    return [line.split("\t")[0] for line in result.out.splitlines()]


# --- show


@pytest.mark.parametrize(
    "words",
    [
        ["show", "GRPO"], ["GRPO"], ["grpo"], ["ＧＲＰＯ"], ["Group", "Relative", "Policy", "Optimization"],
        ["组相对策略优化"], ["show", "G-R-P-O"],
    ],
)  # fmt: skip
def test_show_finds_a_term_however_it_is_written(run: Run, words: list[str]) -> None:
    """Name, expansion and Chinese name lead to the entry, and `show` may be left out."""
    shown = run(*words)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith("GRPO  组相对策略优化")


def test_words_after_show_are_one_query(run: Run) -> None:
    """A name with spaces needs no quotes."""
    assert run("show", "test", "time", "compute").out == run("test-time compute").out != ""


def test_an_entry_has_all_its_parts(run: Run) -> None:
    """Expansion, gloss, origin, relations, comment and numbered sources are on the page."""
    out = run("show", "GRPO", "--lang", "en").out
    for part in ("Group Relative Policy Optimization", "Origin: 2024-02", "Related:", "Comment:", "[1] Zhihong Shao"):
        assert part in out
    assert "https://arxiv.org/abs/2402.03300" in out


def test_a_homonym_shows_every_meaning(run: Run) -> None:
    """A name of two things prints both, and says so first."""
    shown = run("show", "RFT", "--lang", "en")
    assert shown.out.startswith("RFT has 2 meanings")
    assert "Reinforcement Fine-Tuning" in shown.out
    assert "Rejection sampling Fine-Tuning".casefold() in shown.out.casefold()


def test_a_misspelt_name_is_shown_with_a_word_about_it(run: Run) -> None:
    """A clear typo is answered; stderr says what was asked and what is shown."""
    shown = run("show", "gropo")
    assert (shown.code, shown.err) == (0, "llmterms: “gropo” is not a term; showing GRPO\n")
    assert shown.out.startswith("GRPO")


def test_exact_never_guesses(run: Run) -> None:
    """With --exact a typo is a miss that says what is near."""
    shown = run("show", "--exact", "gropo")
    assert (shown.code, shown.out) == (1, "")
    assert "Did you mean: GRPO" in shown.err
    assert "  llmterms show GRPO\n" in shown.err


@pytest.mark.parametrize("query", ["pizza", "qwzxv", "麻婆豆腐", "!!!", "x" * 10_000])
@pytest.mark.parametrize("command", ["show", "search", "related", "cite"])
def test_nothing_is_an_answer(run: Run, command: str, query: str) -> None:
    """What is not in the glossary gives no output, one line on stderr and exit 1."""
    shown = run(command, query)
    assert (shown.code, shown.out) == (1, "")
    assert shown.err.startswith("llmterms: nothing found for “")
    assert len(shown.err) < 500


@pytest.mark.parametrize("command", ["show", "search", "related", "cite"])
def test_an_empty_query_is_a_usage_error(run: Run, command: str) -> None:
    """A blank name is refused with a hint."""
    shown = run(command, " ")
    assert (shown.code, shown.out) == (2, "")
    assert "try: llmterms show GRPO" in shown.err


def test_hostile_queries_reach_no_terminal(run: Run) -> None:
    """Escape codes and bidi marks in a query come back as visible text, on both streams."""
    shown = run("show", "a\x1b[31mb\u202e", "--json")
    assert shown.code == 1
    assert "\x1b" not in shown.out + shown.err
    assert "\u202e" not in shown.out + shown.err
    assert json.loads(shown.out)["query"] == "a\x1b[31mb\u202e"


def test_a_plain_lookup_gives_what_the_parsed_one_gives(run: Run) -> None:
    """The short way past Typer and the long one with an option answer alike."""
    for words in (
        ["GRPO"],
        ["show", "RFT"],
        ["gropo"],
        ["show", "pizza"],
        ["search", "self"],
        ["related", "o1"],
        ["compare", "DPO", "PPO"],
        ["cite", "PPO"],
    ):
        assert run(*words) == run(*words, "--color", "auto")


def test_every_command_is_declared() -> None:
    """What is kept from the short way is exactly what Typer knows."""
    assert list(commands.NAMES) == list(cli.COMMANDS)


# --- search


def test_search_lists_the_whole_self_family(run: Run) -> None:
    """Every self-* headword of the article is among the hits, before anything else."""
    found = names(run("search", "self"))
    family = {
        "Self-Play",
        "Self-Rewarding",
        "Self-Correct",
        "Self-Refine",
        "Self-Reflection",
        "Self-Consistency",
        "Self-RAG",
    }
    assert family <= set(found)


def test_search_lines_are_tab_separated(run: Run) -> None:
    """A hit is one line: name, Chinese name, gloss, what matched and the text that did."""
    [line] = run("search", "GRPO", "-n", "1").out.splitlines()
    name, zh, gloss, kind, text = line.split("\t")
    assert (name, zh, kind, text) == ("GRPO", "组相对策略优化", "name", "GRPO")
    assert gloss


def test_search_filters(run: Run) -> None:
    """Kind and category narrow the hits and may be given in Chinese."""
    by_id = run("search", "self", "--kind", "method", "--category", "rl").out
    assert by_id == run("search", "self", "--kind", "方法", "--category", "Preference and reinforcement learning").out
    assert 0 < len(by_id.splitlines()) < len(run("search", "self").out.splitlines())


def test_search_says_how_many_more_there_are(run: Run) -> None:
    """A limit does not hide that there was more; 0 lifts it."""
    shown = run("search", "self", "--limit", "2")
    assert len(shown.out.splitlines()) == 2
    assert "more; all of them: --limit 0" in shown.err
    assert run("search", "self", "--limit", "0").err == ""


# --- related and cite


def test_related_goes_in_both_directions(run: Run) -> None:
    """What GRPO extends, and that PPO is extended by it, come from one written link."""
    assert "PPO\textends\t1\tppo" in run("related", "GRPO").out
    assert "GRPO\textended-by\t1\tgrpo" in run("related", "PPO").out


def test_related_depth_reaches_further(run: Run) -> None:
    """Each further step adds terms, none twice."""
    near, far = names(run("related", "o1")), names(run("related", "o1", "--depth", "2"))
    assert set(near) < set(far)


def test_related_json(run: Run) -> None:
    """The JSON names the term and gives relation, id, name and depth of each link."""
    told = json.loads(run("related", "grpo", "--json").out)
    assert told["term"] == {"id": "grpo", "name": "GRPO"}
    assert {"relation": "extends", "id": "ppo", "name": "PPO", "depth": 1} in told["related"]


def test_json_of_a_homonym_names_the_other_meanings(run: Run) -> None:
    """Where only one meaning fits the answer, stderr names the others."""
    shown = run("cite", "RFT", "--json")
    assert {"id", "name"} == set(json.loads(shown.out)["term"])
    assert "“RFT” has 2 meanings" in shown.err


def test_cite_numbers_the_works(run: Run) -> None:
    """The primary source comes first, with its address."""
    out = run("cite", "GRPO").out
    assert "[1] Zhihong Shao et al. DeepSeekMath" in out
    assert "https://arxiv.org/abs/2402.03300" in out


def test_open_opens_the_first_work(run: Run, tmp_path: Path) -> None:
    """--open hands the first address to the browser and says so."""
    log = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {log}\n')
    browser.chmod(0o755)
    shown = run("cite", "GRPO", "--open", env={"BROWSER": str(browser)})
    assert (shown.code, shown.err) == (0, "llmterms: opening https://arxiv.org/abs/2402.03300\n")
    assert log.read_text() == "https://arxiv.org/abs/2402.03300\n"


# --- list and random


def test_list_has_every_term_by_name(run: Run, glossary: object) -> None:
    """One line a term, in alphabetical order."""
    found = names(run("list"))
    assert len(found) == len(glossary)  # type: ignore[arg-type]
    assert found == sorted(found, key=str.lower)


def test_list_by_date(run: Run) -> None:
    """Both ends of a time are included, whatever their precision."""
    lines = [line.split("\t") for line in run("list", "--since", "2024-02", "--until", "2024-03").out.splitlines()]
    dates = [fields[3] for fields in lines]
    assert dates
    assert all("2024-02" <= date[:7] <= "2024-03" for date in dates)
    assert "GRPO" in [fields[0] for fields in lines]


def test_list_of_nothing(run: Run) -> None:
    """A time without terms prints nothing and exits 1."""
    assert (run("list", "--until", "1800").code, run("list", "--until", "1800").out) == (1, "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["list", "--kind", "thing"], "there is no kind “thing”; there are: concept"),
        (["list", "--category", "none"], "there is no category “none”; there are: foundations"),
        (["list", "--since", "yesterday"], "--since takes a date like 2024"),
        (["search", "self", "--kind", "x"], "there is no kind “x”"),
        (["show", "GRPO", "--lang", "fr"], "'fr' is not one of"),
        (["show", "GRPO", "--nonsense"], "No such option"),
        (["related", "GRPO", "--depth", "0"], "is not in the range"),
        (["show"], "Missing argument"),
    ],
)
def test_usage_errors(run: Run, words: list[str], message: str) -> None:
    """A wrong option says what would be right; exit 2, nothing on stdout."""
    shown = run(*words, env={"COLUMNS": "120"})
    assert (shown.code, shown.out) == (2, "")
    assert message in shown.err


def test_random_shows_some_entry(run: Run) -> None:
    """Any one entry, as JSON in the shape of `show`."""
    [result] = json.loads(run("random", "--json").out)["results"]
    assert result["term"]["definition"]["en"]
    assert "Sources:" in run("random", "--lang", "en").out


# --- what all commands share


def test_json_of_show_has_the_documented_shape(run: Run) -> None:
    """Every documented field is there, and no other."""
    told = json.loads(run("show", "GRPO", "--json").out)
    [result] = told["results"]
    assert told["query"] == "GRPO"
    assert result["match"] == {"kind": "name", "text": "GRPO", "score": 100.0}
    term = result["term"]
    assert list(term) == (
        [
            "id",
            "name",
            "full_name",
            "zh",
            "aliases",
            "kind",
            "category",
            "gloss",
            "definition",
            "note",
            "origin",
            "related",
            "citations",
            "source",
        ]
    )
    assert list(term["origin"]) == ["date", "by", "work"]
    assert list(term["related"][0]) == ["relation", "id", "name"]
    assert list(term["citations"][0]) == ["key", "title", "authors", "date", "venue", "url"]
    assert term["zh"] == "组相对策略优化"


def test_json_is_not_escaped(run: Run) -> None:
    """Chinese stands in the JSON as Chinese."""
    assert "组相对策略优化" in run("show", "GRPO", "--json").out


def test_json_of_a_miss(run: Run) -> None:
    """A miss is valid JSON with suggestions, and exit 1."""
    shown = run("search", "grpoxxyz", "--json")
    assert shown.code == 1
    assert list(json.loads(shown.out)) == ["query", "results", "suggestions"]


def test_json_of_list(run: Run) -> None:
    """`list` gives whole terms."""
    terms = json.loads(run("list", "--kind", "dataset", "--json").out)["terms"]
    assert "PRM800K" in [term["name"] for term in terms]


@pytest.mark.parametrize(
    ("environment", "label"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, "出处"),
        ({"LC_ALL": "", "LANG": "zh_TW.UTF-8"}, "出处"),
        ({"LC_ALL": "de_DE.UTF-8"}, "Origin"),
        ({"LC_ALL": "zh_CN.UTF-8", "LLMTERMS_LANG": "en"}, "Origin"),
        ({"LLMTERMS_LANG": "both"}, "Origin 出处"),
    ],
)
def test_the_language_follows_the_settings(run: Run, environment: dict[str, str], label: str) -> None:
    """LLMTERMS_LANG, else the locale, decides; labels follow; the Chinese name is always there."""
    out = run("show", "GRPO", env=environment).out
    assert f"\n{label}: " in out
    assert "组相对策略优化" in out


def test_a_wrong_setting_is_named(run: Run) -> None:
    """A language that is none is bad settings: exit 3."""
    shown = run("show", "GRPO", env={"LLMTERMS_LANG": "xx"})
    assert (shown.code, shown.err) == (3, "llmterms: LLMTERMS_LANG is “xx”; it can be en, zh or both\n")


def test_options_may_come_first(run: Run) -> None:
    """Options before the command or before a bare term are understood."""
    assert run("--json", "search", "self").out == run("search", "self", "--json").out
    assert run("--lang", "zh", "GRPO").out == run("show", "GRPO", "--lang", "zh").out


@pytest.mark.parametrize("command", COMMANDS)
def test_a_pipe_gets_no_escape_codes(run: Run, command: str, minimal: Path) -> None:
    """Plain text to a pipe, whatever TERM says."""
    words = {
        "check": [str(minimal)], "compare": ["DPO", "PPO"], "list": [], "paths": [], "random": [], "timeline": [],
        "scan": [str(minimal)],
    }.get(command, ["GRPO"])  # fmt: skip
    shown = run(command, *words, env={"TERM": "xterm-256color"})
    assert "\x1b" not in shown.out + shown.err


@pytest.mark.parametrize(
    ("environment", "option", "colored"),
    [
        ({}, "auto", False),
        ({"FORCE_COLOR": "1"}, "auto", True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "auto", False),
        ({"NO_COLOR": "1"}, "always", True),
        ({"FORCE_COLOR": "1"}, "never", False),
    ],
)
def test_color_settings(run: Run, environment: dict[str, str], option: str, colored: bool) -> None:
    """The option wins over the environment, and NO_COLOR over FORCE_COLOR."""
    assert colored is ("\x1b[" in run("show", "GRPO", "--color", option, env=environment).out)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize(
    "words", [["show", "GRPO"], ["show", "GRPO", "--color", "always"], ["search", "self", "-n", "0"]]
)
def test_a_poor_encoding_loses_characters_only(run: Run, encoding: str, words: list[str]) -> None:
    """Where Chinese cannot be printed, replacement characters stand in its place."""
    shown = run(*words, env={"PYTHONIOENCODING": encoding})
    assert (shown.code, shown.err) == (0, "")
    assert "GRPO" in shown.out or "Self-" in shown.out


def test_json_survives_a_poor_encoding(run: Run) -> None:
    """JSON is escaped rather than spoilt."""
    shown = run("show", "GRPO", "--json", env={"PYTHONIOENCODING": "ascii"})
    assert json.loads(shown.out)["results"][0]["term"]["zh"] == "组相对策略优化"


@pytest.mark.skipif(os.name == "nt", reason="uses a POSIX shell")
@pytest.mark.parametrize(
    "words",
    ["list", "timeline --since 1900", "show GRPO", "search self -n 0", "list --json", "show GRPO --color always"],
)
def test_a_reader_that_stops_early(words: str) -> None:
    """`| head -1` ends quietly."""
    command = f"set -o pipefail; {sys.executable} -m llmterms {words} | head -1 > /dev/null"
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(os.name == "nt", reason="uses POSIX signals")
def test_ctrl_c_ends_quietly(tmp_path: Path) -> None:
    """An interrupt exits 130 without a traceback, here while a glossary is read from a slow pipe."""
    import signal
    import time

    slow = tmp_path / "slow.yaml"
    os.mkfifo(slow)
    process = subprocess.Popen(
        [sys.executable, "-m", "llmterms", "check", str(slow)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 30
    while True:  # until the command has opened the pipe for reading
        try:
            writer = os.open(slow, os.O_WRONLY | os.O_NONBLOCK)
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    os.close(writer)
    assert (process.returncode, out, err) == (130, b"", b"")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_has_help_with_an_example(run: Run, command: str, option: str) -> None:
    """-h and --help explain the command and end with an example that works."""
    shown = run(command, option)
    assert shown.code == 0
    assert f"Example: llmterms {command}" in shown.out


def test_help_lists_every_command(run: Run) -> None:
    """No argument at all gives the overview, as --help does."""
    for shown in (run("--help"), run()):
        text = shown.out + shown.err
        assert all(f" {command} " in text for command in COMMANDS)


def test_version(run: Run) -> None:
    """--version names the version of the installed package."""
    from importlib.metadata import version

    assert f"llmterms {version('llmterms')}\n" == run("--version").out


@pytest.mark.parametrize(
    ("error", "code"),
    [(LlmtermsError("x"), 3), (UsageProblem("x"), 2), (BadGlossary([]), 3)],
)
def test_every_error_has_its_exit_code(error: LlmtermsError, code: int) -> None:
    """The one mapping from errors to exit codes."""
    assert code == error.exit_code


def test_exit_codes() -> None:
    """The codes that scripts rely on."""
    assert {code.name: code.value for code in ExitCode} == {
        "FOUND": 0,
        "NOT_FOUND": 1,
        "USAGE": 2,
        "BAD_DATA": 3,
        "INTERRUPTED": 130,
    }


# --- completion


def complete(run: Run, line: str, shell: str = "bash") -> list[str]:
    """Return what the shell would offer for the last word of `line`."""
    parts = line.split(" ")
    environment = {
        "_LLMTERMS_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(parts) - 1),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    return run(env=environment).out.splitlines()


def test_completion_of_commands(run: Run) -> None:
    """The first word may be a command."""
    assert "related" in complete(run, "llmterms rel")


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("llmterms show GR", "GRPO"),
        ("llmterms show gr", "grpo"),
        ("llmterms GR", "GRPO"),
        ("llmterms show 组相", "组相对策略优化"),
        ("llmterms show self re", "refine"),
        ("llmterms show test-time co", "compute"),
        ("llmterms related o1-pre", "o1-preview"),
    ],
)
def test_completion_of_names(run: Run, line: str, offered: str) -> None:
    """Names and aliases of both languages complete, in the case in which they are typed."""
    assert offered in complete(run, line)


@pytest.mark.parametrize("line", ["llmterms show S", "llmterms show 自", "llmterms show g"])
def test_what_completion_inserts_is_found(run: Run, line: str) -> None:
    """Each offer, taken as it is, names a term exactly."""
    for offer in complete(run, line):
        assert run("show", "--exact", *offer.split(" ")).code == 0


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_in_other_shells(run: Run, shell: str) -> None:
    """Typer's other shells get the names, too."""
    assert "GRPO" in "".join(complete(run, "llmterms show GR", shell))
