"""Shared fixtures: every test has the user's folders redirected, and the real command at hand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from llmterms.glossary import Glossary


@dataclass(frozen=True)
class Result:
    """What a run of the command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]

_OURS = ("LLMTERMS_", "XDG_", "LC_", "LANG", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM")


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache folder for all tests, so that the bundled glossary is compiled once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Redirect the user's folders and clear the settings; return the config folder."""
    for name in list(os.environ):
        if name.startswith(_OURS):
            monkeypatch.delenv(name)
    config = tmp_path / "config"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(config))
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    (config / "llmterms").mkdir(parents=True)
    return config / "llmterms"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs the real command: `run("show", "GRPO", env={…})`."""

    def run(*words: str, env: Mapping[str, str] | None = None, stdin: str = "") -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "llmterms", *words],
            capture_output=True,
            cwd=tmp_path,
            env={**os.environ, **(env or {})},
            input=stdin.encode(),
            timeout=60,
            check=False,
        )
        return Result(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    return run


@pytest.fixture
def run_in_terminal(tmp_path: Path) -> Run:
    """Return a function that runs the command in a pseudo-terminal, its streams joined in `out`."""
    pty = pytest.importorskip("pty", reason="needs pseudo-terminals")

    def run(*words: str, columns: int = 80, env: Mapping[str, str] | None = None) -> Result:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "llmterms", *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": str(columns), "TERM": "xterm-256color", **(env or {})},
        )
        os.close(theirs)
        out = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                part = b""
            if not part:
                break
            out += part
        os.close(ours)
        return Result(process.wait(timeout=60), out.decode().replace("\r\n", "\n"), "")

    return run


@pytest.fixture(scope="session")
def glossary(shared_cache: Path) -> Glossary:
    """The bundled glossary alone."""
    from llmterms.paths import BUNDLED

    return Glossary.load(BUNDLED, cache=shared_cache / "alone")


MINIMAL = """\
categories:
  mine: {en: Mine, zh: 我的}
terms:
  - id: zorblax
    name: Zorblax
    full_name: Zonal Orbital Blax
    zh: 佐布拉
    aliases: [zorb]
    kind: method
    category: mine
    gloss: {en: An invented method, zh: 虚构的方法}
    definition: {en: A method made up for a test., zh: 为测试虚构的一种方法。}
    related:
      - {to: grpo, as: extends}
    citations: [doe2025zorblax]
citations:
  doe2025zorblax:
    title: Zorblax & Friends
    authors: [Jane Doe]
    date: "2025-01"
    venue: Nowhere
    url: https://example.org/zorblax
"""


@pytest.fixture
def minimal(tmp_path: Path) -> Path:
    """A sound glossary file of one term."""
    file = tmp_path / "mine.yaml"
    file.write_text(MINIMAL, encoding="utf-8")
    return file


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes the golden files."""
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew")
