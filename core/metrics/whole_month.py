"""Which month do the flows of a selection belong to, and does the book hold both of its ends?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from core.metrics.portfolio import month_end, newest_day
from core.ports import PortfolioReader
from core.records import Book
from core.selection import Selection
from core.wording import dated


@dataclass(frozen=True, slots=True)
class WholeMonth:
    """Two adjacent calendar month-ends.

    `why` says why the book cannot tell what happened between them; "" where it can.
    """

    opening: date
    closing: date
    why: str = ""

    @property
    def words(self) -> str:
        """The month as a note beside a number."""
        return f"from {dated(self.opening)} to {dated(self.closing)}"


def newest_whole_month(book: Book, selection: Selection) -> WholeMonth:
    """The newest month that is over on the selection's day.

    The day is the newest one of the book up to `selection.as_of`, as for the stock: a month-end ends its own month, a
    day inside a month leaves the month before. An older month is never taken instead of one the book lacks.

    Args:
        book: the book as known on the selection's day of knowledge; its days are those of its snapshots.
        selection: its `as_of` may be None (the newest day).

    Raises:
        TooLittleData: the book is empty and the selection names no day.
    """
    day = newest_day(book, selection)
    day = max((each for each in book.days if each <= day), default=day)
    closing = whole_month_before(day)
    opening = _month_end_before(closing)
    absent = [dated(each) for each in (opening, closing) if each not in book.days]
    why = f"this book holds no loans of {' and '.join(absent)}, and a month is known by both its ends" if absent else ""
    return WholeMonth(opening, closing, why)


def flows_of_month(
    reader: PortfolioReader, selection: Selection, month: WholeMonth, by: Sequence[str] = ()
) -> pd.DataFrame:
    """The flows of that month: `by` + core.metrics.flows.FLOW_MEASURES; empty where it has none."""
    flows = reader.flows(selection, ["month", *by])
    return flows[flows["month"] == month.closing.isoformat()].drop(columns="month").reset_index(drop=True)


def whole_month_before(day: date) -> date:
    """The end of the newest month that is over on a day.

    >>> whole_month_before(date(2026, 10, 31)), whole_month_before(date(2026, 10, 30))
    (datetime.date(2026, 10, 31), datetime.date(2026, 9, 30))
    """
    return day if day == month_end(day) else _month_end_before(day)


def _month_end_before(day: date) -> date:
    return day.replace(day=1) - timedelta(days=1)
