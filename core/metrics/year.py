"""What did the calendar year bring so far: cash, beside the same months of last year, and what was written off?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from core.metrics.comparison import year_before
from core.metrics.measure import Measure, amount
from core.metrics.portfolio import NO_PAYMENTS, month_end, newest_day
from core.metrics.ripeness import told_in_time
from core.metrics.targets import BUDGET, target_of
from core.metrics.whole_month import newest_whole_month
from core.ports import PortfolioReader
from core.records import Book
from core.selection import Selection
from core.wording import dated

CHARGED_OFF = "charged off"


def year_measures(reader: PortfolioReader, selection: Selection) -> dict[str, Measure]:
    """The sums of the calendar year of a day, from 1 January on. Unit currency.

    Returns:
        cash_year: cash net of reversals posted up to the day, on placed loans; n payments.
        cash_year_before: the same up to the same day of the year before; a month-end stays one.
        written_off_month: what was left of the loans charged off in the newest whole month; n those loans.
        written_off_year: the same over the months of its year up to it.

    A year whose newest month no payments file can have told is undefined too. A year whose beginning the book does not hold is undefined, with the reason: a part of it would read as the whole.
    """
    book = reader.book(selection.known_on)
    return _cash(reader, selection, book) | _written_off(reader, selection, book)


def cash_by_month(cash: pd.DataFrame, day: date) -> pd.DataFrame:
    """The cash of each month of the calendar year of a day, up to it, and what it had come to by then.

    Args:
        cash: month (month-end, ISO), payments (count), cash (currency), read as of `day` or a later month-end.
        day: the last day that counts.

    Returns:
        month, payments, cash, to_date (currency); every month from January to that of the day, those without cash as 0.

    >>> cash = pd.DataFrame({"month": ["2025-12-31", "2026-02-28"], "payments": [9, 1], "cash": [900.0, 10.0]})
    >>> cash_by_month(cash, date(2026, 3, 31))[["month", "to_date"]].values.tolist()
    [['2026-01-31', 0.0], ['2026-02-28', 10.0], ['2026-03-31', 10.0]]
    """
    months = months_of_year(day)
    of_year = cash.set_index("month")[["payments", "cash"]].reindex(months).fillna(0.0)
    return of_year.rename_axis("month").reset_index().assign(to_date=of_year["cash"].cumsum().round(2).to_numpy())


def months_of_year(day: date) -> list[str]:
    """The month-ends of the calendar year of a day, January to its own month (ISO).

    >>> months_of_year(date(2026, 2, 3))
    ['2026-01-31', '2026-02-28']
    """
    return [month_end(date(day.year, month, 1)).isoformat() for month in range(1, day.month + 1)]


def budget_by_month(targets: pd.DataFrame, day: date) -> pd.DataFrame:
    """The budget of each month of the calendar year of a day, and what it comes to.

    Args:
        targets: from `PortfolioReader.targets`.

    Returns:
        month (ISO), budget, to_date (currency); from the first month without a budget on, `to_date` is NaN.
    """
    months = months_of_year(day)
    budgets = pd.Series([target_of(targets, BUDGET, date.fromisoformat(month)) for month in months], dtype=float)
    return pd.DataFrame({"month": months, "budget": budgets, "to_date": budgets.cumsum(skipna=False).round(2)})


def unheld(book: Book, year: int) -> str:
    """Why the book does not hold a calendar year from its beginning; "" where it does."""
    if book.days and book.days[0] <= date(year - 1, 12, 31):
        return ""
    return (
        f"the book begins on {dated(book.days[0])} and the year on {dated(date(year, 1, 1))}"
        if book.days
        else "the book is empty"
    )


def _cash(reader: PortfolioReader, selection: Selection, book: Book) -> dict[str, Measure]:
    day = newest_day(book, selection)
    sums = {}
    for name, until in (("cash_year", day), ("cash_year_before", year_before(day))):
        why = unheld(book, until.year) if book.has_payments else NO_PAYMENTS
        if why:
            sums[name] = Measure.undefined(why, unit="currency", of="payments")
            continue
        cash = cash_by_month(reader.cash(selection.at(until), ["month"]), until)
        words = f"posted from {dated(date(until.year, 1, 1))} to {dated(until)}"
        came = amount(float(cash["cash"].sum()), n=int(cash["payments"].sum()), of="payments", why=words)
        sums[name] = told_in_time(came, book, until, "payments")
    return sums


def _written_off(reader: PortfolioReader, selection: Selection, book: Book) -> dict[str, Measure]:
    month = newest_whole_month(book, selection)
    flows = reader.flows(selection, ["month", "state"])
    lost = flows[flows["state"] == CHARGED_OFF]
    since = f"{month.closing.year - 1}-12-31"
    of_year = months_of_year(month.closing)
    absent = [day for day in (since, *of_year) if date.fromisoformat(day) not in book.days]
    more = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
    gap = (
        f"the book holds no loans of {dated(absent[0])}{more}, and a month is known by both its ends" if absent else ""
    )
    return {
        "written_off_month": _lost(lost, [month.closing.isoformat()], month.why, month.words),
        "written_off_year": _lost(lost, of_year, gap, f"from {dated(since)} to {dated(month.closing)}"),
    }


def _lost(lost: pd.DataFrame, months: Sequence[str], why_not: str, words: str) -> Measure:
    if why_not:
        return Measure.undefined(why_not, unit="currency")
    rows = lost[lost["month"].isin(list(months))]
    return amount(float(rows["written_off"].sum()), n=int(rows["loans"].sum()), why=words)
