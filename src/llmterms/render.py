"""A page as it looks in a terminal: the one place where a role becomes a colour."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text

from llmterms.page import Block, Columns, Line, Page, Run, in_turn

# The sixteen colours that a terminal's own theme defines, so that dark and light both work.
_STYLES = {
    "": Style(),
    "name": Style(bold=True, color="cyan"),
    "zh": Style(bold=True),
    "expansion": Style(italic=True),
    "gloss": Style(bold=True),
    "heading": Style(bold=True, underline=True),
    "label": Style(color="green"),
    "relation": Style(dim=True),
    "term": Style(color="cyan"),
    "note": Style(italic=True),
    "bar": Style(color="magenta"),
    "number": Style(color="green"),
    "work": Style(bold=True),
    "link": Style(underline=True),
    "linked": Style(underline=True, color="cyan"),
    "matched": Style(bold=True, color="magenta"),
    "dim": Style(dim=True),
}

_WIDEST = 120  # cells; longer lines are hard to read
_BAR_UNIT = 4  # cells that one thing counted gets at most: a bar must not shout about little
_LABELS_BESIDE = 60  # cells from which on labels stand beside the text, not above it
_NARROWEST_COLUMN, _WIDEST_COLUMN = 30, 60  # cells
_GAP = 3  # cells between columns

_OPENING = frozenset("（【《〈「『“‘")
_CLOSING = frozenset("、。，；：！？）】》〉」』”’…—％·")


def terminal(page: Page, width: int, *, colors: bool) -> str:
    """Return `page` as text for a terminal of `width` cells, with escape codes if `colors`."""
    all_cells, width = width, max(min(width, _WIDEST), 20)
    console = _console(colors=colors, width=width)
    label_width = max((cell_len(block.label) + 2 for block in in_turn(page) if block.label), default=0)
    lines: list[Text] = []
    for part in page:
        if isinstance(part, Columns) and (column := _column_width(part, all_cells - label_width)) >= _NARROWEST_COLUMN:
            laid_out = _rows(part, column, label_width)
        else:
            laid_out = [_block(block, width, label_width) for block in in_turn([part])]
        for block in laid_out:
            lines += [Text(), *block] if lines else block
    # soft_wrap: the lines are already broken where they should be.
    console.print(Text("\n").join(lines), soft_wrap=True)
    return _printed(console)


def _console(*, colors: bool, width: int = _WIDEST) -> Console:
    """Return a console that keeps what is printed."""
    return Console(
        file=io.StringIO(),
        width=width,
        color_system="standard" if colors else None,
        force_terminal=colors,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _printed(console: Console) -> str:
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def unbroken(runs: Iterable[Run], *, colors: bool) -> str:
    """Return runs of text as they are, without breaking lines, for a terminal."""
    console = _console(colors=colors)
    for run in runs:
        style = _STYLES[run.role]
        text = Text(run.text, style + Style(link=run.link) if run.link else style)
        console.print(text, end="", soft_wrap=True)
    return _printed(console)


@contextmanager
def progress_bar(total: int) -> Iterator[Callable[[int], None]]:
    """Show on stderr how much of `total` is done, until the block ends; it is told through what is yielded."""
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("llmterms", total=total)
        yield lambda done: progress.advance(task, done)


def _block(block: Block, width: int, label_width: int) -> list[Text]:
    bar = "│ " if block.aside else ""
    if not block.label:
        indent = 0
    elif width < _LABELS_BESIDE:
        indent = 2
    else:
        indent = label_width
    lines = []
    room = width - indent - len(bar)
    if not any(line.bar for line in block.lines):
        for line in block.lines:
            lines += _lines(line, room)
    else:
        lines = _chart(block.lines, room)
    label = Text.assemble((block.label, _STYLES["label"]))
    margins = [Text(" " * indent) for _ in lines]
    if block.label and indent == label_width:
        margins[0] = label.append(" " * (label_width - cell_len(block.label)))
    placed = [Text.assemble(margin, (bar, _STYLES["bar"]), line) for margin, line in zip(margins, lines, strict=True)]
    return [label, *placed] if block.label and indent < label_width else placed


def _column_width(columns: Columns, width: int) -> int:
    """Return how wide each column can be where all of them have `width` cells."""
    return min((width + _GAP) // len(columns.pages) - _GAP, _WIDEST_COLUMN)


def _rows(columns: Columns, column: int, label_width: int) -> list[list[Text]]:
    """Return the lines of each row of blocks: the label in the margin, then the blocks side by side."""
    rows = []
    for row in zip(*columns.pages, strict=True):
        cells = [_block(block._replace(label=""), column, 0) for block in row]
        lines = [Text() for _ in range(max(map(len, cells)))]
        label = next((block.label for block in row if block.lines), "")
        lefts = range(label_width, label_width + len(cells) * (column + _GAP), column + _GAP)
        for left, cell in [(0, [Text(label, _STYLES["label"])]), *zip(lefts, cells, strict=True)]:
            for line, piece in zip(lines, cell, strict=False):
                if piece:
                    line.append(" " * (left - cell_len(line.plain))).append_text(piece)
        if lines:
            rows.append(lines)
    return rows


def _lines(line: Line, width: int) -> list[Text]:
    """Return `line` broken into lines of at most `width` cells."""
    text = Text()
    for run in line.runs:
        style = _STYLES[run.role]
        text.append(run.text, style + Style(link=run.link) if run.link else style)
    broken = [text[start:end] for start, end in breaks(text.plain, width, line.hang)]
    broken[1:] = [Text.assemble(" " * line.hang, rest) for rest in broken[1:]]
    if line.end:
        gap = width - cell_len(broken[-1].plain) - cell_len(line.end.text)
        end = Text(line.end.text, _STYLES[line.end.role])
        if gap >= 2:
            broken[-1] = Text.assemble(broken[-1], " " * gap, end)
        else:
            broken.append(end)
    return broken


def _chart(rows: Sequence[Line], width: int) -> list[Text]:
    """Return lines with bars, as long as leaves room for what stands before and behind them."""
    labels = [Text.assemble(*((run.text, _STYLES[run.role]) for run in row.runs)) for row in rows]
    ends = [Text(row.end.text, _STYLES[row.end.role]) if row.end else Text() for row in rows]
    begin = max(label.cell_len for label in labels) + 2
    rooms = [width - begin - end.cell_len - 1 for end in ends]
    unit = min(_BAR_UNIT, *(room / row.bar for room, row in zip(rooms, rows, strict=True) if row.bar))
    lines = []
    for label, row, end in zip(labels, rows, ends, strict=True):
        label.pad_right(begin - label.cell_len)
        bar = (_drawn((row.bar or 0) * unit), _STYLES["bar"])
        lines.append(Text.assemble(label, bar, " " if row.bar else "", end))
    return lines


def _drawn(cells: float) -> str:
    """Return a bar of so many cells, to the eighth; what is more than nothing can be seen.

    >>> _drawn(2.5), _drawn(0.01), _drawn(0)
    ('██▌', '▏', '')
    """
    eighths = max(int(cells * 8), 1 if cells > 0 else 0)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def breaks(text: str, width: int, hang: int = 0) -> list[tuple[int, int]]:
    """Return where the lines of `text` start and end, none wider than `width` cells.

    Later lines leave `hang` cells free. Rich breaks only at spaces; here a line may also end
    between Chinese characters, but none begins with closing punctuation or ends with opening.

    >>> [("混合专家模型，简称 MoE。"[a:b]) for a, b in breaks("混合专家模型，简称 MoE。", 12)]
    ['混合专家模', '型，简称', 'MoE。']
    """
    lines: list[tuple[int, int]] = []
    start = end = used = 0
    room = width
    for at, to in _units(text):
        cells = cell_len(text[end:at]) + cell_len(text[at:to])
        if used + cells > room and end > start:
            lines.append((start, end))
            start, used, room = at, 0, width - hang
            cells = cell_len(text[at:to])
        end = to
        used += cells
        while used > room:  # one unit wider than a line: an address, say
            cut, filled = start, 0
            while filled + cell_len(text[cut]) <= room:
                filled += cell_len(text[cut])
                cut += 1
            lines.append((start, cut))
            start, used, room = cut, used - filled, width - hang
    lines.append((start, end))
    return lines


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of what must stay on one line: a word or a Chinese character.

    Opening punctuation stays with what follows, closing with what precedes. Spaces are left out.
    """
    start = 0
    for at, char in enumerate(text):
        if char.isspace() and text[at + 1 : at + 2] in _CLOSING:
            continue  # the dot between two names stays with the first
        if char.isspace():
            if start < at:
                yield start, at
            start = at + 1
        elif start < at and _may_break(text[at - 1], char):
            yield start, at
            start = at
    if start < len(text):
        yield start, len(text)


def _may_break(before: str, after: str) -> bool:
    """Tell whether a line may end between two characters that no space parts."""
    wide = before >= "\u2e80" or after >= "\u2e80" or before in _CLOSING or after in _OPENING
    return wide and after not in _CLOSING and before not in _OPENING
