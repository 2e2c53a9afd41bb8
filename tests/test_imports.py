"""Which module may import what, and which command loads what."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import llmterms

PACKAGE = Path(llmterms.__file__).parent

# Module -> those of ours it may import, at the top or inside a function. No circle is possible:
# each names only modules further up.
ALLOWED = {
    "errors": set(),
    "fold": set(),
    "paths": set(),
    "model": set(),
    "timeline": {"model"},
    "chinese": {"fold"},
    "source": {"errors", "fold", "model"},
    "thesaurus": {"fold"},
    "surfaces": {"chinese", "fold", "model"},
    "index": {"chinese", "fold", "model", "source", "surfaces", "thesaurus"},
    "search": {"fold", "index", "model"},
    "texts": {"errors"},
    "scan": {"fold", "index", "surfaces", "texts"},
    "comparison": {"model"},
    "glossary": {"comparison", "index", "model", "paths", "scan", "search", "texts"},
    "editorial": {"errors", "fold", "model", "paths", "source"},
    "page": {"comparison", "fold", "model", "timeline"},
    "render": {"page"},
    "formats": {"comparison", "fold", "model"},
    "picture": {"fold", "model"},
    "output": {"errors", "fold", "formats", "model", "page", "render"},
    "commands": {
        "comparison", "editorial", "errors", "fold", "formats", "glossary", "model", "output", "page", "paths",
        "picture", "texts", "timeline",
    },
    "cli": {"commands", "errors", "fold", "glossary", "output", "search", ""},
    "__init__": {"comparison", "glossary", "model"},
    "__main__": {"cli", "commands", "errors", "fold", "output"},
}  # fmt: skip


def own_imports(module: str) -> set[str]:
    """Return the modules of ours that `module` imports anywhere in its code."""
    found = set()
    for node in ast.walk(ast.parse((PACKAGE / f"{module}.py").read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "llmterms":
            inner = (node.module or "").partition(".")[2]
            found |= {inner} if inner else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.split(".")[0] == "llmterms"]
            found |= {name.partition(".")[2] for name in names}
    return found


def test_every_module_is_placed() -> None:
    """A new module must be given its place."""
    assert set(ALLOWED) == {file.stem for file in PACKAGE.glob("*.py")}


@pytest.mark.parametrize("module", ALLOWED)
def test_imports_go_one_way(module: str) -> None:
    """A module imports only what lies below it."""
    assert own_imports(module) <= ALLOWED[module]


LOADED = {
    # command -> (what it must load, what it must not)
    "show GRPO": (
        set(),
        {
            "ahocorasick_rs",
            "typer",
            "rich",
            "rapidfuzz",
            "yaml",
            "importlib.metadata",
            "llmterms.comparison",
            "llmterms.timeline",
            "llmterms.scan",
        },
    ),
    "show GRPO --color always": ({"rich.console"}, {"rapidfuzz", "yaml", "rich.markdown", "rich.syntax", "rich.table"}),
    "show GRPO --json": (set(), {"rich", "rapidfuzz", "yaml", "pypinyin", "opencc"}),
    "show gropo": ({"rapidfuzz"}, {"typer", "rich", "yaml", "pypinyin", "opencc"}),
    "search self": (set(), {"typer", "rich", "rapidfuzz", "yaml", "pypinyin", "opencc"}),
    "related o1 --depth 2": (set(), {"rich", "rapidfuzz", "yaml", "pypinyin", "opencc"}),
    "related o1 --to PPO": (set(), {"rich", "rapidfuzz", "yaml", "pypinyin", "opencc"}),
    "compare DPO PPO": ({"llmterms.comparison"}, {"typer", "rich", "rapidfuzz", "yaml", "pypinyin", "opencc"}),
    "cite GRPO --bibtex": (set(), {"rich", "rapidfuzz", "yaml", "pypinyin", "opencc"}),
    "list": (set(), {"rich", "rapidfuzz", "yaml", "pypinyin", "opencc"}),
    "timeline": (set(), {"rich", "rapidfuzz", "yaml", "pypinyin", "opencc", "llmterms.picture"}),
    "timeline --svg -": (set(), {"rich", "rapidfuzz", "yaml", "pypinyin", "opencc"}),
    "paths": (set(), {"rich", "rapidfuzz", "yaml", "pypinyin", "opencc"}),
}


def modules_after(words: str, **environment: str) -> set[str]:
    """Return what is in `sys.modules` at the end of a run of the command."""
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: sys.stderr.write('\\n'.join(sys.modules)))\n"
        f"sys.argv = ['llmterms', *{words.split()!r}]\n"
        "from llmterms.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        # without what coverage would load into the process
        env={name: value for name, value in (os.environ | environment).items() if not name.startswith("COV")},
        timeout=60,
        check=False,
    )
    return set(done.stderr.decode().splitlines())


@pytest.mark.parametrize("words", LOADED)
def test_a_command_loads_only_what_it_uses(words: str, glossary: object) -> None:
    """On a warm index no command pays for a library that its answer does not need."""
    modules_after("search GRPO")  # builds the index
    loaded = modules_after(words)
    wanted, unwanted = LOADED[words]
    assert (set(), set()) == (wanted - loaded, unwanted & loaded)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize("line", ["llmterms show GR", "llmterms re"])
def test_completing_loads_neither_rich_nor_the_matcher(shell: str, line: str) -> None:
    """Pressing tab must not be felt."""
    modules_after("search GRPO")
    loaded = modules_after(
        "",
        _LLMTERMS_COMPLETE=f"complete_{shell}",
        COMP_WORDS=line,
        COMP_CWORD=str(line.count(" ")),
        _TYPER_COMPLETE_ARGS=line,
        _TYPER_COMPLETE_FISH_ACTION="get-args",
    )
    assert "llmterms.cli" in loaded
    assert set() == {"rich", "rapidfuzz", "yaml", "pypinyin", "opencc"} & loaded


def test_the_library_is_loaded_lazily() -> None:
    """`import llmterms` alone loads nothing of it."""
    code = "import sys, llmterms; print([name for name in sys.modules if name.startswith('llmterms.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=True)
    assert done.stdout.replace(b"\r", b"") == b"[]\n"


def test_the_public_names_are_there() -> None:
    """Everything that the package promises can be had from it, and nothing else."""
    for name in llmterms.__all__:
        assert getattr(llmterms, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        llmterms.nonsense  # noqa: B018
