"""Terms in the order in which they came up: month by month, and counted for a bar chart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from llmterms.model import Term

_MONTHS_APART = 3 * 13  # up to three years a bar stands for a month; see _number
_YEARS_APART = 30  # up to so many years each has its own bar
_RECENT_YEARS = 15  # of a longer time at least so many have, and what is earlier is taken by decade


class Bar(NamedTuple):
    """How many terms came up between two dates, both included.

    They are the same YYYY-MM or YYYY, or the years in which a decade begins and in which it or a
    later one ends. A bar of YYYY beside bars of months counts the terms whose month is not known.
    """

    first: str
    last: str
    terms: int


def dated(terms: Iterable[Term]) -> list[tuple[str, Term]]:
    """Return the terms that have an origin, each with its date, the earliest first.

    A year comes before its months and a month before its days; terms of one date keep their order.
    """
    return sorted(((term.origin.date, term) for term in terms if term.origin), key=lambda pair: pair[0])


def by_month(terms: Iterable[Term]) -> dict[str, list[Term]]:
    """Return the terms that have an origin by its month, YYYY-MM, or by YYYY where no more is known."""
    return {month: [term for _, term in group] for month, group in groupby(dated(terms), key=lambda pair: pair[0][:7])}


def bars(terms: Iterable[Term]) -> list[Bar]:
    """Return a bar for every month of a short time or every year of a longer one, empty ones too.

    In a long time the early years are taken together by decade, and empty decades with each other.
    """
    months = Counter({month: len(group) for month, group in by_month(terms).items()})
    if not months:
        return []
    first, last = _number(min(months)), _number(max(months))
    if last - first < _MONTHS_APART and any("-" in month for month in months):
        named = [_month(number) for number in range(first, last + 1)]
        return [Bar(month, month, months[month]) for month in named if len(month) > 4 or months[month]]
    years: Counter[int] = Counter()
    for month, count in months.items():
        years[int(month[:4])] += count
    alone = min(years) if max(years) - min(years) < _YEARS_APART else (max(years) - _RECENT_YEARS + 1) // 10 * 10
    return _decades(years, alone) + [_bar(year, year, years[year]) for year in range(alone, max(years) + 1)]


def _decades(years: Counter[int], end: int) -> list[Bar]:
    """Return a bar for every decade before the year `end`, one for several empty ones on end."""
    if min(years) >= end:
        return []
    found: list[Bar] = []
    counts = [
        (year, sum(years[each] for each in range(year, year + 10))) for year in range(min(years) // 10 * 10, end, 10)
    ]
    for filled, group in groupby(counts, key=lambda decade: bool(decade[1])):
        decades = list(group)
        if filled:
            found += [_bar(year, year + 9, count) for year, count in decades]
        else:
            found.append(_bar(decades[0][0], decades[-1][0] + 9, 0))
    return found


def _bar(first: int, last: int, count: int) -> Bar:
    return Bar(f"{first:04}", f"{last:04}", count)


def _number(month: str) -> int:
    """Return a number that rises by one from month to month; a year alone comes before its January."""
    year, _, rest = month.partition("-")
    return int(year) * 13 + int(rest or 0)


def _month(number: int) -> str:
    year, month = divmod(number, 13)
    return f"{year:04}-{month:02}" if month else f"{year:04}"
