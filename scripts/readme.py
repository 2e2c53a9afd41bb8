"""Write the outputs that stand in the READMEs, and the pictures, as the command gives them now.

    python scripts/readme.py          writes them
    python scripts/readme.py --check  only tells whether they are up to date

A block is marked `<!-- output: llmterms show GRPO -->` above its code fence.
"""

from __future__ import annotations

import html
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]
PICTURES = {
    ROOT / "docs" / "show.svg": "llmterms show GRPO",
    ROOT / "docs" / "show.zh.svg": "llmterms show GRPO --lang zh",
}
DRAWINGS = {
    ROOT / "docs" / "timeline.svg": "llmterms timeline --category rl --since 2022 --svg -",
    ROOT / "docs" / "timeline.zh.svg": "llmterms timeline --category rl --since 2022 --lang zh --svg -",
}
_BLOCK = re.compile(r"(<!-- output: (?P<command>llmterms [^>]*?) -->\n```[a-z]*\n)(?P<text>.*?)(```\n)", re.DOTALL)


def output(command: str, home: str, *, columns: int = 80) -> str:
    """Return what the command prints, both streams together, with no settings of the user."""
    ours = ("LLMTERMS_", "XDG_", "LC_", "LANG", "NO_COLOR", "FORCE_COLOR")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment |= {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home, "COLUMNS": str(columns)}
    environment |= {"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
    words = shlex.split(command)[1:]
    done = subprocess.run(
        [sys.executable, "-m", "llmterms", *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
    )
    return done.stdout.decode()


def regenerate(text: str, home: str) -> str:
    """Return a README with every marked block as the command prints it now."""

    def block(found: re.Match[str]) -> str:
        # Laid out as in a terminal, without its colours.
        shown = re.sub(r"\x1b\[[\d;]*m|\x1b]8;.*?\x1b\\", "", output(found["command"], home))
        return found[1] + shown + found[4]

    return _BLOCK.sub(block, text)


def _widened(found: re.Match[str]) -> str:
    from rich.cells import cell_len

    text = html.unescape(found[3])
    length = float(found[1]) * cell_len(text) / len(text) if text else 0
    return f'textLength="{length:g}"{found[2]}>{found[3]}<'


def picture(command: str, home: str) -> str:
    """Return the command and its output as an SVG image of a terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=84, file=io.StringIO(), legacy_windows=False)
    console.print(Text.assemble(("$ ", "green"), command))
    shown = re.sub(r"\x1b]8;.*?\x1b\\", "", output(f"{command} --color always", home, columns=82))
    console.print(Text.from_ansi(shown))
    svg = console.export_svg(title="llmterms", unique_id="llmterms")
    # rich reserves one cell for a Chinese character, which is two wide: a browser would squeeze it.
    svg = re.sub(r'textLength="([\d.]+)"([^>]*)>([^<]*)<', _widened, svg)
    # Without the web fonts that rich names: a picture in a README must load nothing.
    return re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)


def main() -> int:
    """Write or check everything; return the exit code."""
    check = "--check" in sys.argv[1:]
    stale = []
    with tempfile.TemporaryDirectory() as home:
        wanted = {file: regenerate(file.read_text("utf-8"), home) for file in READMES}
        wanted |= {file: picture(command, home) for file, command in PICTURES.items()}
        wanted |= {file: output(command, home) for file, command in DRAWINGS.items()}
    for file, text in wanted.items():
        if not file.exists() or file.read_text("utf-8") != text:
            stale.append(file)
            if not check:
                file.write_text(text, "utf-8")
    for file in stale:
        print(f"{'stale' if check else 'written'}: {file.relative_to(ROOT)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
