"""Were promises kept, and how much of the money promised came in? What became of each: core.metrics.promise_outcomes."""

from __future__ import annotations

from datetime import date

import pandas as pd

from core.metrics.intervals import wilson
from core.metrics.measure import Measure, ratio
from core.metrics.portfolio import NO_PAYMENTS, month_end, newest_day
from core.metrics.ripeness import noted, partly, ripe_day, unripe
from core.ports import PortfolioReader
from core.selection import Selection

WINDOW_MONTHS = 12

PROMISE_MEASURES: tuple[str, ...] = (
    "promises",  # promises whose due day plus grace has passed, that state a due day and an amount and were not cancelled
    "promised",  # their amount
    "kept",  # of them: cash in [day promised, due day + grace] of at least (1 - tolerance) x amount
    "kept_amount",  # min(cash allocated, amount), kept or not
    "unstated",  # promises without a due day or an amount, by the month-end they were made in: they cannot be judged
    "cancelled",  # promises cancelled by their due day plus grace, by the month-end of the day they were cancelled
)

NO_ACTIONS = "this book has no actions"
NOTHING_RESOLVED = "no promise fell due in the twelve months"


def promise_measures(reader: PortfolioReader, selection: Selection) -> dict[str, Measure]:
    """How many promises are kept, and how much of the money promised comes in?

    Returns:
        promises_kept_rate: kept / promises resolved in the 12 calendar months that end with the month of the day, or of
            the day up to which payments and actions are known where that is earlier: no promise is judged after it (a
            month cut short counts up to the day). Share, with its Wilson interval.
        promises_kept_value_rate: cash that kept them, at most each amount / amount promised. Share.
        promises_open: promises made by the day that are not due yet, with grace, nor cancelled. Count.

    `excluded` counts unstated and cancelled promises of the same months. Undefined numbers are NaN with the reason.

    A payment that a reversal took back by the day keeps no promise; one that was taken back later still does, as of the
    day.

    References:
        Kept promises: ../../README.md, "How the numbers are defined". Interval: Wilson (1927), see core.metrics.intervals.
    """
    book = reader.book(selection.known_on)
    if not book.has_actions:
        unknown = Measure.undefined(NO_ACTIONS, unit="count", of="promises")
        return _undefined_rates(NO_ACTIONS) | {"promises_open": unknown}
    day = newest_day(book, selection)
    waiting = _open(reader.activity(selection.at(day)), reader.promises(selection.at(day), ["month"]))
    told = {"promises_open": noted(waiting, partly(book, day, "actions"))}
    why = NO_PAYMENTS if not book.has_payments else unripe(book, day, "payments", "actions")
    if why:
        return _undefined_rates(why) | told
    ripe, note = ripe_day(book, day, "payments", "actions"), partly(book, day, "payments", "actions")
    of_months = reader.promises(selection.at(ripe), ["month"])
    kept = _kept_rates(of_months[of_months["month"] >= _first_month(ripe)])
    return {name: noted(measure, note) for name, measure in kept.items()} | told


def kept_by_month(resolved: pd.DataFrame) -> pd.DataFrame:
    """Of the promises that fell due in each month, which share was kept?

    Args:
        resolved: month (month-end, ISO) and PROMISE_MEASURES, one row a month.

    Returns:
        One row a month with promises, oldest first: month, share (kept / promises, 0-1), numerator (kept), n (promises),
        low, high (95 % Wilson), value_share (kept_amount / promised). Months without a resolved promise are absent.

    >>> resolved = pd.DataFrame([("2026-10-31", 4, 400.0, 1, 100.0, 0, 0)], columns=["month", *PROMISE_MEASURES])
    >>> kept_by_month(resolved)[["month", "share", "n", "value_share"]].values.tolist()
    [['2026-10-31', 0.25, 4, 0.25]]
    """
    told = resolved[resolved["promises"] > 0].sort_values("month", kind="stable", ignore_index=True)
    ends = [wilson(int(kept), int(n)) for kept, n in zip(told["kept"], told["promises"], strict=True)]
    return pd.DataFrame(
        {
            "month": told["month"], "share": told["kept"] / told["promises"], "numerator": told["kept"], "n": told["promises"],
            "low": [low for low, _ in ends], "high": [high for _, high in ends],
            "value_share": told["kept_amount"] / told["promised"],
        }
    )  # fmt: skip


def _kept_rates(resolved: pd.DataFrame) -> dict[str, Measure]:
    """The two rates over months of PROMISE_MEASURES."""
    sums = resolved[list(PROMISE_MEASURES)].sum()
    n, unstated, cancelled = (int(sums[name]) for name in ("promises", "unstated", "cancelled"))
    if n == 0:
        return _undefined_rates(NOTHING_RESOLVED)
    excluded = unstated + cancelled
    why = f"left out: {unstated} without a due day or an amount, {cancelled} cancelled" if excluded else ""
    low, high = wilson(int(sums["kept"]), n)
    rate = int(sums["kept"]) / n
    cash, promised = round(float(sums["kept_amount"]), 2), round(float(sums["promised"]), 2)
    return {
        "promises_kept_rate": Measure(
            rate, float(sums["kept"]), float(n), n, "share", "promises", excluded, why, low, high, "Wilson"
        ),
        "promises_kept_value_rate": ratio(
            cash, promised, n=n, of="promises", excluded=excluded, why=why, when_zero=NOTHING_RESOLVED
        ),
    }


def _open(made: pd.DataFrame, of_months: pd.DataFrame) -> Measure:
    settled = of_months[["promises", "unstated", "cancelled"]].sum()
    n = int(made["promises"].iloc[0]) - int(settled.sum())
    excluded = int(settled["unstated"])
    why = f"left out: {excluded} without a due day or an amount" if excluded else ""
    return Measure(float(n), float(n), 1.0, n, "count", of="promises", excluded=excluded, why=why)


def _undefined_rates(why: str) -> dict[str, Measure]:
    names = ("promises_kept_rate", "promises_kept_value_rate")
    return {name: Measure.undefined(why, unit="share", of="promises") for name in names}


def _first_month(day: date) -> str:
    """The month-end of the first of the WINDOW_MONTHS months that end with the month of `day`.

    >>> _first_month(date(2026, 10, 31)), _first_month(date(2026, 12, 5))
    ('2025-11-30', '2026-01-31')
    """
    months = day.year * 12 + day.month - WINDOW_MONTHS
    return month_end(date(months // 12, months % 12 + 1, 1)).isoformat()
