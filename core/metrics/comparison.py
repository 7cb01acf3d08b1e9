"""With what is a day compared, and which months with which?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from core.errors import SelectionRefused
from core.metrics.change import cash_change, mix_and_performance
from core.metrics.delinquency import ARREARS
from core.metrics.portfolio import NO_PAYMENTS, day_before, month_end, newest_day
from core.metrics.ripeness import partly
from core.metrics.whole_month import newest_whole_month
from core.records import Book
from core.selection import Selection
from core.wording import dated

Against = Literal["month", "year"]
"""The day before in the book (or the one a selection names), or the same day a year before."""

WINDOWS: tuple[int, ...] = (6, 3, 1)
"""How many whole months are taken together against as many others, the usual number first. One month may hang on one
large payment; six show a fall that began about half a year ago whole, and a swing between them can be judged."""

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Window:
    """Whole months against as many others: month-ends (ISO), oldest first. `why` says why the book cannot compare them;
    "" where it can."""

    after: tuple[str, ...]
    before: tuple[str, ...]
    why: str = ""

    @property
    def months(self) -> int:
        """How many months stand on each side."""
        return len(self.after)


def day_compared(book: Book, selection: Selection, against: Against) -> date | None:
    """The earlier day a selection is compared with; None where the book does not hold it.

    Args:
        book: as known on the selection's day of knowledge.
        selection: its `as_of` may be None (the newest day).
        against: "month": its own `against`, else the book's day before. "year": the day a year before.
    """
    if against == "month":
        return day_before(book, selection)
    earlier = year_before(newest_day(book, selection))
    return earlier if earlier in book.days else None


def year_before(day: date) -> date:
    """The same day a year before; a month-end stays one.

    >>> year_before(date(2024, 2, 29)), year_before(date(2025, 2, 28))
    (datetime.date(2023, 2, 28), datetime.date(2024, 2, 29))
    """
    first = date(day.year - 1, day.month, 1)
    return month_end(first) if day == month_end(day) else first.replace(day=day.day)


def window(book: Book, selection: Selection, months: int, against: Against) -> Window:
    """The newest whole months up to a selection's day and those they are compared with.

    Args:
        book: as known on the selection's day of knowledge.
        selection: its `as_of` may be None (the newest day).
        months: how many stand on each side.
        against: "month": as many months just before them. "year": the same months a year before.
    """
    newest = pd.Period(newest_whole_month(book, selection).closing, "M")
    after = [newest - back for back in reversed(range(months))]
    return _window(book, after, [month - (months if against == "month" else _MONTHS) for month in after])


def window_of(book: Book, after: tuple[str, str], before: tuple[str, str]) -> Window:
    """The window of two spans of month-ends (ISO), first and last of each.

    Raises:
        SelectionRefused: an end is no month-end, or the sides are not equally many months, or more than a year.
    """
    sides = [[pd.Period(_month_end(end), "M") for end in ends] for ends in (after, before)]
    months = [(last - first).n + 1 for first, last in sides]
    if months[0] != months[1] or not 1 <= months[0] <= _MONTHS:
        raise SelectionRefused(
            f"{months[0]} months cannot be compared with {months[1]}", where=("after", "before"),
            remedy=f"Compare as many months with as many, up to {_MONTHS}.",
        )  # fmt: skip
    return _window(book, *([first + step for step in range(months[0])] for first, _ in sides))


def _month_end(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day != month_end(day):
        raise SelectionRefused(
            f"'{text[:20]}' is no month-end", where=("after", "before"), remedy="Open the number from its chart."
        )
    return day


def _window(book: Book, after: Sequence[pd.Period], before: Sequence[pd.Period]) -> Window:
    ends = {pd.Period(day, "M") for day in book.days if day == month_end(day)}
    needed = sorted({end for month in (*before, *after) for end in (month - 1, month)})
    absent = [dated(end.end_time.date()) for end in needed if end not in ends]
    shown = " and ".join(absent[:2]) + (f" and {len(absent) - 2} more" if len(absent) > 2 else "")
    why = f"this book holds no loans of {shown}, and a month is known by both its ends" if absent else ""
    return Window(_ends(after), _ends(before), why)


def widest_window(book: Book, selection: Selection, against: Against) -> Window:
    """The first of WINDOWS that the book can compare; the narrowest, with why it cannot, where there is none."""
    tried = [window(book, selection, months, against) for months in WINDOWS]
    return next((each for each in tried if not each.why), tried[-1])


def unpaid_because(book: Book, compared: Window) -> str:
    """Why the payments of both sides of a window cannot be compared; "" where they can.

    A month whose payments are known in part always falls short of a whole one.
    """
    if not book.has_payments:
        return NO_PAYMENTS
    closing = date.fromisoformat(compared.after[-1])
    part = partly(book, closing, "payments")
    return f"{part}, and the months compared end on {dated(closing)}" if part else ""


def cash_over(flows: pd.DataFrame, compared: Window, by: str) -> pd.DataFrame:
    """Why did the cash on loans in arrears change between the two sides of a window?

    Args:
        flows: month, origin, opening, cash, loans and `by` (see core.metrics.flows); other months are left out.
        compared: without a `why`.
        by: the dimension.

    Returns:
        As `core.metrics.change.cash_change`. Empty where neither side has a flow.
    """
    before, after = _of(flows, compared.before), _of(flows, compared.after)
    if before.empty and after.empty:
        return cash_change(before, after, by)
    example = pd.concat([before, after]).head(1)
    return cash_change(_whole(before, compared.before, example), _whole(after, compared.after, example), by)


def payers_over(flows: pd.DataFrame, compared: Window, by: str) -> pd.DataFrame:
    """The same by number: why did more or fewer loans pay? Of the workable loans (loan-months), those that paid.

    Args:
        flows: month, origin, workable, paying, loans and `by`; other months are left out.
        compared: without a `why`.
        by: the dimension.

    Returns:
        As `core.metrics.change.mix_and_performance` of `workable` and `paying`, in loan-months.
    """
    before, after = (_in_arrears(_of(flows, months)) for months in (compared.before, compared.after))
    return mix_and_performance(before, after, by, "workable", "paying")


def _ends(months: Sequence[pd.Period]) -> tuple[str, ...]:
    return tuple(month.end_time.date().isoformat() for month in months)


def _of(flows: pd.DataFrame, months: Sequence[str]) -> pd.DataFrame:
    return flows[flows["month"].isin(list(months))]


def _in_arrears(flows: pd.DataFrame) -> pd.DataFrame:
    return flows[flows["origin"].isin(ARREARS)]


def _whole(flows: pd.DataFrame, months: Sequence[str], example: pd.DataFrame) -> pd.DataFrame:
    """The flows with a row of nothing for each month in which these loans had none, so that every month counts."""
    absent = [month for month in months if month not in set(flows["month"])]
    nothing = example.assign(opening=0.0, cash=0.0, loans=0, origin=ARREARS[0])
    return pd.concat([flows, *(nothing.assign(month=month) for month in absent)], ignore_index=True)
