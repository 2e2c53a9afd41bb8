"""The compiled index: kept, rebuilt, raced for and done without."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conftest import MINIMAL, Run
from llmterms import source
from llmterms.glossary import Glossary
from llmterms.paths import BUNDLED


def index_files(cache: Path) -> list[Path]:
    """Return all that lies in the cache folder."""
    return sorted(cache.rglob("*.sqlite*"))


def use(cache: Path) -> None:
    """Have both parts of the index made."""
    Glossary.load(BUNDLED, cache=cache).search("reinforcement")


def answer(cache: Path, *files: Path) -> str:
    """Look GRPO up with a fresh glossary object."""
    term = Glossary.load(BUNDLED, *files, cache=cache).get("GRPO")
    assert term
    return term.full_name


def test_a_second_run_reads_no_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once compiled, the glossary is answered from without the source."""
    answer(tmp_path)
    monkeypatch.setattr(source, "read", lambda file: pytest.fail("read the YAML again"))
    assert answer(tmp_path) == "Group Relative Policy Optimization"


def test_a_changed_layer_is_compiled_anew(tmp_path: Path, minimal: Path) -> None:
    """An edit of a glossary file shows in the next answer."""
    cache = tmp_path / "cache"
    before = Glossary.load(BUNDLED, minimal, cache=cache).get("zorb")
    minimal.write_text(MINIMAL.replace("An invented method", "A changed method"), "utf-8")
    after = Glossary.load(BUNDLED, minimal, cache=cache).get("zorb")
    assert before
    assert after
    assert (before.gloss.en, after.gloss.en) == ("An invented method", "A changed method")


@pytest.mark.parametrize(
    "damage",
    [b"", b"not a database", b"SQLite format 3\x00" + b"\x00" * 5000],
    ids=["empty", "other text", "only a header"],
)
def test_a_corrupt_file_is_rebuilt(tmp_path: Path, damage: bytes) -> None:
    """Whatever stands where the index should be does not keep the answer away."""
    answer(tmp_path)
    [file] = index_files(tmp_path)
    file.write_bytes(damage)
    assert answer(tmp_path) == "Group Relative Policy Optimization"
    assert file.stat().st_size > 10_000


@pytest.mark.parametrize("left", [0.9, 0.5, 0.1, 0.02])
def test_a_truncated_file_is_rebuilt(tmp_path: Path, left: float) -> None:
    """A file cut off anywhere, as by a full disk, is built again."""
    answer(tmp_path)
    [file] = index_files(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * left)])
    glossary = Glossary.load(BUNDLED, cache=tmp_path)
    assert len(list(glossary)) == len(glossary)
    assert glossary.search("reinforcement")


def test_a_file_of_another_glossary_is_not_used(tmp_path: Path, minimal: Path) -> None:
    """An index that lies in the right place but was built from other layers is not believed."""
    cache, other = tmp_path / "cache", tmp_path / "other"
    answer(cache)
    Glossary.load(BUNDLED, minimal, cache=other).get("zorb")
    [mine], [theirs] = index_files(cache), index_files(other)
    mine.write_bytes(theirs.read_bytes())
    assert None is Glossary.load(BUNDLED, cache=cache).get("zorb")


def test_two_first_runs_at_once_both_answer(tmp_path: Path) -> None:
    """Processes that compile the same index at the same time do not disturb one another."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "race")}
    command = [sys.executable, "-m", "llmterms", "show", "GRPO"]

    def first_run(_: int) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(first_run, range(4)))
    assert [(run.returncode, run.stderr) for run in done] == [(0, b"")] * 4
    assert len({run.stdout for run in done}) == 1
    assert len(index_files(tmp_path / "race")) == 1


def test_the_answer_comes_without_a_cache_folder(run: Run, tmp_path: Path) -> None:
    """Where the index cannot be written, it is held in memory and `paths` says so."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    environment = {"XDG_CACHE_HOME": str(blocked)}
    shown = run("show", "GRPO", env=environment)
    assert (shown.code, shown.err) == (0, "")
    assert "Group Relative Policy Optimization" in shown.out
    assert "cannot be written" in run("paths", env=environment).out


def test_old_indexes_are_cleared_away(tmp_path: Path, minimal: Path) -> None:
    """The cache folder does not grow with every edit."""
    cache = tmp_path / "cache"
    for edit in range(8):
        minimal.write_text(MINIMAL.replace("An invented", f"An invented {edit}"), "utf-8")
        answer(cache, minimal)
    assert len(index_files(cache)) == 4


def test_nothing_half_built_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the index cannot be moved into place, no temporary file stays."""

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "replace", refuse)
    assert answer(tmp_path) == "Group Relative Policy Optimization"
    assert index_files(tmp_path) == []


def test_everything_survives_the_index(tmp_path: Path) -> None:
    """What comes out of the index is what the source says, for every term."""
    expected = {term.id: term for term in source.resolve(source.load([BUNDLED]))}
    found = {term.id: term for term in Glossary.load(BUNDLED, cache=tmp_path)}
    assert expected == found
