"""A timeline as an SVG picture: text that stands alone, and loads nothing.

Every name lies in a box of its own. How wide a name comes out depends on the fonts of whoever looks
at it, so each text says the width that was reckoned for it and is fitted to that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple
from xml.sax.saxutils import escape

from llmterms.fold import tame
from llmterms.model import Term

# All of these but the Chinese ones and the last have the widths of Helvetica.
_FONTS = (
    "Helvetica, Arial, 'Liberation Sans', 'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei', sans-serif"
)
# Its own background, so that dark ink is read on a dark page, too.
_STYLE = f"""
  text {{ font: 13px {_FONTS}; fill: #1f2328; white-space: pre }}
  .title {{ font-size: 19px; font-weight: bold }}
  .date, .about {{ fill: #59636e }}
  .begins {{ font-weight: bold; fill: #1f2328 }}
  .page {{ fill: #ffffff; stroke: #d1d9e0 }}
  .band {{ fill: #f3f5f8 }}
  .axis {{ stroke: #8c959f; stroke-width: 2 }}
  .gap {{ stroke-dasharray: 2 3 }}
  .dot {{ fill: #0969da }}
  .term {{ fill: #ddebfb }}
"""

_WIDEST = 880  # pixels, unless a single name needs more
_MARGIN = 20
_SIZE = 13  # of letters
_TITLE_SIZE = 19
_BOX, _LINE = 22, 27  # height of a name's box, and of a line of them
_PAD, _GAP = 8, 6  # beside a name within its box, and between boxes
_HEAD = 72  # above the first year
_YEARS_GAP = 14  # where years are left out
_AXIS = 94  # its distance from the left
_NAMES = _AXIS + 20
_BOLD = 1.08  # wider than the same letters in regular

# Widths of Helvetica in thousandths of the size; letters not named are 556.
_WIDTHS = {
    char: width
    for width, chars in {
        191: "'", 222: "ijl", 260: "|", 278: " !,./:;I[\\]ft·", 333: "()-r`{}", 355: '"', 389: "*", 469: "^",
        500: "Jcksvxyz", 584: "+<=>~", 611: "FTZ", 667: "&ABEKPSVXY", 722: "CDHNRUw", 778: "GOQ", 833: "Mm",
        889: "%", 944: "W", 1015: "@",
    }.items()
    for char in chars
}  # fmt: skip
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Box(NamedTuple):
    """Where a term stands, by its upper left corner, and what it is called there."""

    x: float
    y: float
    width: float
    name: str
    term: Term


class _Month(NamedTuple):
    """A month or a year without months, from `y` down to `end`."""

    date: str
    y: float
    end: float
    boxes: tuple[_Box, ...]


def timeline(months: Mapping[str, Sequence[Term]], title: str, about: str, language: str) -> str:
    """Return the picture of terms by month, in order, as an SVG document.

    Time runs down an axis; the names of a month stand beside it in as many lines as they need. The
    picture is as wide as its names need, up to a bound that only a single long name exceeds.
    """
    placed = list(_placed(months, language))
    ends = [box.x + box.width for month in placed for box in month.boxes]
    heads = [_MARGIN + text_width(title, _TITLE_SIZE) * _BOLD, _MARGIN + text_width(about)]
    width = round(max(ends + heads)) + _MARGIN
    height = round(placed[-1].end) + _MARGIN
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' lang="{"en" if language == "en" else "zh-Hans"}" role="img">',
        f"<title>{_escaped(f'{title}: {about}')}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="page" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>',
        _text(_MARGIN, 34, title, "title", text_width(title, _TITLE_SIZE) * _BOLD),
        _text(_MARGIN, 56, about, "about", text_width(about)),
        *_bands(placed, width),
        *_axis(placed),
    ]
    for before, month in zip([None, *placed], placed, strict=False):
        drawn += _month(month, language, begins_year=not before or before.date[:4] != month.date[:4])
    return "\n".join([*drawn, "</svg>"]) + "\n"


def text_width(text: str, size: float = _SIZE) -> float:
    """Return about how wide `text` is: Chinese characters are square, others as in Helvetica.

    >>> text_width("专家", 10), text_width("MoE", 10)
    (20.0, 20.56)
    """
    return sum(map(_em, text)) * size / 1000


def _em(char: str) -> int:
    if char.isascii() or char in _WIDTHS:
        return _WIDTHS.get(char, 556)
    if unicodedata.east_asian_width(char) in "WFA":
        return 1000
    return 0 if unicodedata.combining(char) else 700


def _placed(months: Mapping[str, Sequence[Term]], language: str) -> Iterator[_Month]:
    """Yield every month with its boxes, from the top down."""
    y: float = _HEAD
    year = ""
    for date, terms in months.items():
        if year and int(date[:4]) > int(year) + 1:
            y += _YEARS_GAP
        year = date[:4]
        boxes = tuple(_flow(terms, y, language))
        end = boxes[-1].y + (_LINE + _BOX) / 2
        yield _Month(date, y, end, boxes)
        y = end


def _flow(terms: Sequence[Term], y: float, language: str) -> Iterator[_Box]:
    """Yield the boxes of a month, side by side as far as there is room and then below."""
    x: float = _NAMES
    top = y + (_LINE - _BOX) / 2
    for term in terms:
        name = _name(term, language)
        width = text_width(name) + 2 * _PAD
        if x > _NAMES and x + width > _WIDEST - _MARGIN:
            x, top = _NAMES, top + _LINE
        yield _Box(x, top, width, name, term)
        x += width + _GAP


def _name(term: Term, language: str) -> str:
    """Return what a term is called in a language; in both, by one name if that says the other, too."""
    if language == "both" and term.name not in term.zh:
        name = f"{term.name} {term.zh}"
    else:
        name = term.name if language == "en" else term.zh
    return " ".join(tame(name).split())


def _bands(months: Sequence[_Month], width: int) -> Iterator[str]:
    """Shade every other year, so that one sees where it ends."""
    for number, (_, group) in enumerate(groupby(months, key=lambda month: month.date[:4])):
        year = list(group)
        if number % 2 == 0:
            height = year[-1].end - year[0].y
            yield f'<rect class="band" x="1" y="{year[0].y:g}" width="{width - 2}" height="{height:g}"/>'


def _axis(months: Sequence[_Month]) -> Iterator[str]:
    """Draw the axis, dashed where years are left out."""
    for month, following in zip(months, [*months[1:], None], strict=True):
        yield _line(month.y, month.end if following else month.y + _LINE / 2, "axis")
        if following and following.y > month.end:
            yield _line(month.end, following.y, "axis gap")


def _line(y: float, end: float, role: str) -> str:
    return f'<line class="{role}" x1="{_AXIS}" y1="{y:g}" x2="{_AXIS}" y2="{end:g}"/>'


def _month(month: _Month, language: str, *, begins_year: bool) -> Iterator[str]:
    middle = month.y + _LINE / 2
    yield f'<circle class="dot" cx="{_AXIS}" cy="{middle:g}" r="4"/>'
    yield _text(_MARGIN, middle + 4.5, month.date, "date begins" if begins_year else "date", text_width(month.date))
    for box in month.boxes:
        assert box.term.origin
        gloss = " ".join(box.term.gloss[:] if language == "both" else [box.term.gloss.in_(language)])
        yield "<g>"
        yield f"<title>{_escaped(f'{box.term.origin.date}  {gloss}')}</title>"
        yield f'<rect class="term" x="{box.x:.1f}" y="{box.y:g}" width="{box.width:.1f}" height="{_BOX}" rx="5"/>'
        yield _text(box.x + _PAD, box.y + 15.5, box.name, "", box.width - 2 * _PAD)
        yield "</g>"


def _text(x: float, y: float, text: str, role: str, width: float) -> str:
    role = f' class="{role}"' if role else ""
    fitted = f' textLength="{width:.1f}" lengthAdjust="spacingAndGlyphs"'
    return f'<text{role} x="{x:.1f}" y="{y:g}"{fitted}>{_escaped(text)}</text>'


def _escaped(text: str) -> str:
    return escape(_NO_XML.sub("\ufffd", tame(text)))
