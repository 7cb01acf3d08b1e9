"""Days as banks write them. A column has one order of day and month, decided over all its cells.

"31/10/2026" says day first, "10/31/2026" month first, "05/06/2026" says nothing: it follows the column, else the
other dates of the file, else the day comes first (a finding says so). A cell that only fits the other order is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from core.intake.cells import Cells, Reading, is_absent
from core.wording import agree, counted, dated

EARLIEST_YEAR = 1950
DAY_FIRST, MONTH_FIRST = "day", "month"
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_TIME = (
    r"(?P<time>[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})" + _TIME, re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})", re.ASCII)
_NUMERIC = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})" + _TIME, re.ASCII)
_DAY_NAMED = re.compile(r"(\d{1,2})[-/ .]{0,2}([A-Za-z]{3,9})[-/ .,]{0,2}(\d{4}|\d{2})" + _TIME, re.ASCII)
_NAMED_DAY = re.compile(r"([A-Za-z]{3,9})\.?[- ](\d{1,2}),?[- ](\d{4})" + _TIME, re.ASCII)
_MONTH_ONLY = re.compile(r"[A-Za-z]{3,9}[-/ ]\d{2,4}|\d{1,2}[-/]\d{4}|\d{4}[-/]\d{1,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Year, and either month and day, or two numbers whose order the column decides."""

    year: int
    first: int
    second: int
    in_order: bool  # first is the month and second the day for certain
    short_year: bool
    timed: bool


@dataclass(slots=True)
class WrittenDays:
    """The distinct cells of a date column, taken apart; `orders` counts the rows that show an order."""

    cells: Cells
    parts: list[_Parts | str | None] = field(default_factory=list)
    orders: Counter[str] = field(default_factory=Counter)
    open_order: str = ""  # a cell whose order nothing in itself decides


def take_apart_days(cells: Cells) -> WrittenDays:
    """The cells of a column as days, with what they say about the order of day and month."""
    found = WrittenDays(cells)
    for text, rows in zip(cells.texts, cells.rows, strict=True):
        parts = None if is_absent(text) else _parts(text.strip())
        found.parts.append(parts)
        if not isinstance(parts, _Parts) or parts.in_order:
            continue
        if parts.first > 12 >= parts.second:
            found.orders[DAY_FIRST] += int(rows)
        elif parts.second > 12 >= parts.first:
            found.orders[MONTH_FIRST] += int(rows)
        elif not found.open_order and parts.first != parts.second:
            found.open_order = text.strip()
    return found


def read_days(header: str, days: WrittenDays, elsewhere: Counter[str], *, latest: date | None) -> Reading:
    """Days as ISO text.

    Args:
        header: the column's name, for findings.
        days: its cells.
        elsewhere: orders shown by the file's other date columns.
        latest: later days are refused as "in the future"; None for dates that may lie ahead.
    """
    evidence = days.orders or elsewhere
    order = DAY_FIRST if evidence[DAY_FIRST] >= evidence[MONTH_FIRST] else MONTH_FIRST
    values = np.full(len(days.cells.texts), None, dtype=object)
    refused: dict[int, str] = {}
    for place, parts in enumerate(days.parts):
        if parts is None:
            continue
        day = parts if isinstance(parts, str) else _day(parts, order)
        if isinstance(day, str):
            refused[place] = day
        elif day.year < EARLIEST_YEAR:
            refused[place] = f"is before {EARLIEST_YEAR}"
        elif latest is not None and day > latest:
            refused[place] = f"is in the future: the file was received on {dated(latest)}"
        else:
            values[place] = day.isoformat()
    return Reading(values, refused, _findings(header, days, order, evidence))


def _findings(header: str, days: WrittenDays, order: str, evidence: Counter[str]) -> list[str]:
    found: list[str] = []
    if days.open_order and not evidence:
        found.append(
            f"{header}: day first assumed in dates like '{days.open_order}'; no date of the file shows the order."
        )
    if len(days.orders) == 2:
        first = days.orders[DAY_FIRST]
        found.append(
            f"{header}: {counted(first, 'date')} {agree(first, 'is', 'are')} written day first and {days.orders[MONTH_FIRST]:,} month first; "
            f"all were read {order} first, and what does not fit that was refused."
        )
    read = [parts for parts in days.parts if isinstance(parts, _Parts)]
    if any(parts.short_year for parts in read):
        found.append(f"{header}: two-digit years 00-49 were read as 2000-2049, 50-99 as 1950-1999.")
    if any(parts.timed for parts in read):
        found.append(f"{header}: times of day were left out.")
    return found


def _parts(text: str) -> _Parts | str:
    if match := _YEAR_FIRST.fullmatch(text):
        return _Parts(int(match[1]), int(match[3]), int(match[4]), True, False, _has_time(match))
    if match := _COMPACT.fullmatch(text):
        return _Parts(int(match[1]), int(match[2]), int(match[3]), True, False, False)
    if match := _NUMERIC.fullmatch(text):
        return _Parts(_full_year(match[4]), int(match[1]), int(match[3]), False, len(match[4]) == 2, _has_time(match))
    if (match := _DAY_NAMED.fullmatch(text)) and match[2].lower() in _MONTHS:
        month = _MONTHS[match[2].lower()]
        return _Parts(_full_year(match[3]), month, int(match[1]), True, len(match[3]) == 2, _has_time(match))
    if (match := _NAMED_DAY.fullmatch(text)) and match[1].lower() in _MONTHS:
        return _Parts(int(match[3]), _MONTHS[match[1].lower()], int(match[2]), True, False, _has_time(match))
    if _MONTH_ONLY.fullmatch(text):
        return "names a month, not a day"
    if re.fullmatch(r"[2-6]\d{4}(?:\.\d+)?", text):
        return "is a spreadsheet's day number; format the column as a date before saving"
    return "is not a date"


def _has_time(match: re.Match[str]) -> bool:
    return bool(re.search("[1-9]", match["time"] or ""))


def _full_year(year: str) -> int:
    return int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 50 else 1900)


def _day(parts: _Parts, order: str) -> date | str:
    month_then_day = parts.in_order or order == MONTH_FIRST
    month, day = (parts.first, parts.second) if month_then_day else (parts.second, parts.first)
    try:
        return date(parts.year, month, day)
    except ValueError:
        other_order = not parts.in_order and month > 12 >= day
        return (
            f"is not a date with the {order} first, as the column is written"
            if other_order
            else "is not a day of the calendar"
        )
