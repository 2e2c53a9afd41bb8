"""The wheel, built from this checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

MODULES = [
    "__init__",
    "__main__",
    "chinese",
    "cli",
    "commands",
    "comparison",
    "editorial",
    "errors",
    "fold",
    "formats",
    "glossary",
    "index",
    "model",
    "output",
    "page",
    "paths",
    "picture",
    "render",
    "scan",
    "search",
    "source",
    "surfaces",
    "texts",
    "thesaurus",
    "timeline",
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    [file] = folder.glob("*.whl")
    return file


def test_the_wheel_holds_exactly_the_package(wheel: Path) -> None:
    """Modules, data, type marker, licence and metadata; no tests, no scripts."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        metadata = {name.split(".dist-info/")[1] for name in archive.namelist() if ".dist-info/" in name}
    expected = {f"llmterms/{module}.py" for module in MODULES} | {"llmterms/py.typed", "llmterms/data/terms.yaml"}
    assert expected == names
    assert {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"} == metadata


def test_the_wheel_is_small(wheel: Path) -> None:
    """The whole glossary travels in less than one and a half megabytes."""
    assert wheel.stat().st_size < 1_500_000
