"""The documentation says what the command does."""

from __future__ import annotations

import doctest
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Run
from llmterms import Glossary
from llmterms.cli import COMMANDS
from llmterms.model import KINDS, NEEDS, WRITTEN_RELATIONS, Related

ROOT = Path(__file__).parent.parent
READMES = ["README.md", "README.zh.md"]


def test_outputs_in_the_readmes_are_what_the_command_prints() -> None:
    """Nothing printed in a README was typed; `python scripts/readme.py` writes it."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "readme.py"), "--check"], capture_output=True, timeout=120, check=False
    )
    assert (done.stdout.decode(), done.returncode) == ("", 0)


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(readme: str, command: str) -> None:
    """Each command stands in the READMEs."""
    assert f"`llmterms {command}" in (ROOT / readme).read_text("utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_documented(run: Run, command: str) -> None:
    """Each option that a command takes stands in the README."""
    text = (ROOT / "README.md").read_text("utf-8")
    options = set(re.findall(r"--[a-z-]+", run(command, "--help", env={"COLUMNS": "200"}).out))
    assert set() == {option for option in options if f"{option}" not in text}


def test_the_documented_json_has_the_fields_that_there_are(run: Run) -> None:
    """Every key of the JSON is named in the README's table."""

    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {key for inner in value.values() for key in keys(inner)}
        return {key for inner in value for key in keys(inner)} if isinstance(value, list) else set()

    text = (ROOT / "README.md").read_text("utf-8")
    asked = (["show", "GRPO"], ["related", "PPO"], ["related", "o1", "--to", "PPO"], ["compare", "DPO", "PPO"])
    found = {key for words in asked for key in keys(json.loads(run(*words, "--json").out))}
    assert set() == {key for key in found if f'"{key}"' not in text}


def test_contributing_names_every_kind_and_relation() -> None:
    """An author finds what may be written."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert [word for word in [*KINDS, *WRITTEN_RELATIONS, *NEEDS] if f"`{word}`" not in text] == []


def test_contributing_maps_every_module() -> None:
    """The one-page map is whole."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    modules = {file.name for file in (ROOT / "src" / "llmterms").glob("*.py")}
    assert set() == {module for module in modules if f"`{module}`" not in text}


def test_contributing_gives_a_reason_for_every_dependency() -> None:
    """No library without a reason."""
    import tomllib

    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["dev"] + extras["pdf"]
    names = {re.split(r"[\[<>=]", requirement)[0] for requirement in wanted} - {"llmterms"}
    assert set() == {name for name in names if f"**{name}**" not in text}


@pytest.mark.parametrize("module", sorted(file.stem for file in (ROOT / "src" / "llmterms").glob("[a-z]*.py")))
def test_examples_in_docstrings_are_true(module: str) -> None:
    """What a docstring shows is what its code returns."""
    names = {"Glossary": Glossary, "Related": Related}
    result = doctest.testmod(importlib.import_module(f"llmterms.{module}"), extraglobs=names)
    assert result.failed == 0
