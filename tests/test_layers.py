"""A user's own glossaries, through the real command."""

from __future__ import annotations

import json
import os
from pathlib import Path

from conftest import MINIMAL, Run


def test_a_file_in_the_config_folder_is_found(run: Run, own_folders: Path) -> None:
    """A glossary dropped into the config folder adds its terms."""
    (own_folders / "work.yaml").write_text(MINIMAL, "utf-8")
    shown = run("zorb", "--json")
    assert str(own_folders / "work.yaml") == json.loads(shown.out)["results"][0]["term"]["source"]


def test_files_named_in_the_environment_lie_on_top(run: Run, own_folders: Path, tmp_path: Path) -> None:
    """`LLMTERMS_PATH` overrides the config folder, and its later files the earlier ones."""
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    (own_folders / "work.yaml").write_text(MINIMAL, "utf-8")
    one.write_text(MINIMAL.replace("An invented", "The first"), "utf-8")
    two.write_text(MINIMAL.replace("An invented", "The second"), "utf-8")
    path = os.pathsep.join([str(one), str(two)])
    assert "The second method" in run("show", "zorblax", env={"LLMTERMS_PATH": path}).out


def test_a_bundled_term_can_be_replaced(run: Run, minimal: Path) -> None:
    """A term of a bundled id replaces that entry whole."""
    minimal.write_text(MINIMAL.replace("id: zorblax", "id: grpo").replace("to: grpo", "to: ppo"), "utf-8")
    shown = run("show", "GRPO", "--exact", env={"LLMTERMS_PATH": str(minimal)})
    assert (shown.code, shown.out.startswith("Zorblax")) == (0, True)


def test_a_broken_file_costs_one_line_and_no_answer(run: Run, own_folders: Path) -> None:
    """The bundled terms are served while a user's file is broken."""
    file = own_folders / "bad.yaml"
    file.write_text(MINIMAL.replace("kind: method", "kind: x"), "utf-8")
    for _ in range(2):  # freshly compiled, then from the index
        shown = run("show", "GRPO")
        assert shown.code == 0
        assert "Group Relative Policy Optimization" in shown.out
        assert [f"llmterms: {file} is left out: 1 problem; see: llmterms check {file}"] == shown.err.splitlines()


def test_a_missing_file_is_named(run: Run, tmp_path: Path) -> None:
    """A file of `LLMTERMS_PATH` that is not there is said to be left out."""
    missing = tmp_path / "none.yaml"
    shown = run("show", "GRPO", env={"LLMTERMS_PATH": str(missing)})
    assert (shown.code, shown.err.count("none.yaml is left out")) == (0, 1)


def test_paths_tells_what_is_in_use_and_why(run: Run, own_folders: Path, minimal: Path) -> None:
    """Every layer is listed with its reason, a broken one as left out."""
    (own_folders / "bad.yaml").write_text("terms: 42", "utf-8")
    told = run("paths", env={"LLMTERMS_PATH": str(minimal)}).out
    assert "terms.yaml (bundled)" in told
    assert "bad.yaml (config folder; left out, 1 problem)" in told
    assert f"{minimal} (LLMTERMS_PATH)" in told
    assert ".sqlite (compiled" in told


def test_paths_as_json(run: Run) -> None:
    """Programs get the same as people."""
    told = json.loads(run("paths", "--json").out)["paths"]
    assert [place["what"] for place in told] == ["glossary", "glossaries", "index"]


def test_markup_in_a_term_is_printed_as_written(run: Run, minimal: Path) -> None:
    """What looks like rich markup in a text is text."""
    minimal.write_text(MINIMAL.replace("An invented method", "'[bold]x[/bold] [/INST] list[int] :smile:'"), "utf-8")
    shown = run("show", "zorblax", "--color", "always", env={"LLMTERMS_PATH": str(minimal)})
    assert "[bold]x[/bold] [/INST] list[int] :smile:" in shown.out


def test_check_names_file_line_term_and_field(run: Run, minimal: Path) -> None:
    """An author is told where each problem stands; the exit code is 3."""
    minimal.write_text(MINIMAL.replace("kind: method", "kind: x"), "utf-8")
    checked = run("check", str(minimal))
    assert checked.code == 3
    assert f"{minimal}:9: zorblax: kind: is not one of" in checked.err


def test_check_holds_to_the_house_rules_unless_told_not_to(run: Run, minimal: Path) -> None:
    """A usable file with a thin definition fails the check, but not of its schema alone."""
    assert (run("check", str(minimal)).code, run("check", "--schema-only", str(minimal)).code) == (3, 0)


def test_check_without_files_checks_all_in_use(run: Run) -> None:
    """Without a file, the layers in use are checked."""
    checked = run("check")
    assert (checked.code, checked.out, checked.err) == (0, "no problems in 1 file\n", "")


def test_check_of_a_missing_file(run: Run) -> None:
    """A file that is not there is a problem, not a crash."""
    checked = run("check", "none.yaml")
    assert (checked.code, "none.yaml: cannot be read" in checked.err) == (3, True)
