"""The one-page summary: the key figures of a day, and what it took from the borrowers to reach them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from core.metrics.delinquency import ARREARS
from core.metrics.flows import NEW
from core.metrics.funnel import funnel_measures
from core.metrics.measure import Measure
from core.metrics.portfolio import measures_before, month_end, newest_day, portfolio_measures, portfolio_trend
from core.metrics.promises import WINDOW_MONTHS, promise_measures
from core.metrics.ripeness import SOURCES, partly, ripe_day, unripe
from core.metrics.roll import direction, roll_measures
from core.metrics.whole_month import newest_whole_month
from core.ports import PortfolioReader
from core.selection import Selection

KEY_FIGURES: tuple[str, ...] = (
    "outstanding",
    "in_arrears",
    "recovery_rate",
    "cash_month",
    "net_recovery",
    "cost_to_collect",
    "roll_forward_rate",
    "promises_kept_rate",
)
COUNTER_FIGURES: tuple[str, ...] = ("redefault_rate", "intensity", "on_hold_share")
"""What a lender can push the key figures up with, at the borrowers' cost: cures that do not last, and being contacted
more and more often. Who is on hold is spared both, and is neither good nor bad."""


def summary_measures(reader: PortfolioReader, selection: Selection) -> dict[str, Measure]:
    """The figures of the summary, and the rest of `portfolio_measures`, of a selection on one day.

    Returns:
        KEY_FIGURES and COUNTER_FIGURES (see their families), and everything `portfolio_measures` has. Undefined numbers
        are NaN with the reason.
    """
    return {**portfolio_measures(reader, selection), **_others(reader, selection)}


def summary_before(reader: PortfolioReader, before: Selection, selection: Selection) -> dict[str, Measure]:
    """The same on the day compared with; numbers of a month that is not over are undefined, as in `measures_before`.

    Args:
        before: the selection on the earlier day, its `as_of` stated.
        selection: the one on the later day, its `as_of` stated.
    """
    assert selection.as_of is not None
    measures = {**measures_before(reader, before, selection.as_of), **_others(reader, before)}
    book = reader.book(selection.known_on)
    part = partly(book, newest_whole_month(book, selection).closing, "actions")
    if part and measures["intensity"].is_defined:
        measures["intensity"] = Measure.undefined(part, unit="ratio")
    return measures


def summary_trend(reader: PortfolioReader, selection: Selection) -> pd.DataFrame:
    """The figures on every day of the book up to the selection's.

    Returns:
        The columns of `portfolio_trend`, and on month-ends roll_forward_rate, intensity (of the month that ends) and
        promises_kept_rate (of the 12 months that end, or of those to the day up to which payments and actions are known);
        NaN on other days and where undefined. How cures lasted is known for months long past only and has no column.
        Empty for an empty book.
    """
    trend = portfolio_trend(reader, selection)
    moved = monthly_moves(reader.flows(selection, ["month", "origin", "state"]))
    days = trend["as_of"]
    told = {name: days.map(values).astype(float) for name, values in moved.items()}
    return trend.assign(**told, promises_kept_rate=_kept_on(reader, selection, days))


def _kept_on(reader: PortfolioReader, selection: Selection, days: pd.Series) -> pd.Series:
    """Kept promises by promises due, of the year to each of some days (ISO), as `promise_measures` tells it then."""
    book = reader.book(selection.known_on)
    if days.empty or not book.has_payments or unripe(book, newest_day(book, selection), *SOURCES):
        return pd.Series(np.nan, index=days.index)
    ripe = ripe_day(book, newest_day(book, selection), *SOURCES)
    kept = kept_over_a_year(reader.promises(selection.at(ripe), ["month"]), ripe)
    judged = days.where(days <= ripe.isoformat(), month_end(ripe).isoformat())
    return judged.map(kept).astype(float)


def monthly_moves(flows: pd.DataFrame) -> Mapping[str, pd.Series]:
    """The share of the arrears that rolled forward and the actions a worked loan, month by month.

    Args:
        flows: month, origin, state, opening, attempts, worked (see core.metrics.flows), any number of rows.

    Returns:
        roll_forward_rate, intensity: a series over month-ends (ISO); NaN where there is nothing to divide by.
    """
    late = flows[flows["origin"].isin(ARREARS)]
    rolls = [direction(*pair) == "forward" for pair in zip(late["origin"], late["state"], strict=True)]
    forward = late["opening"].where(np.array(rolls, dtype=bool), 0.0)
    rolled = (
        pd.DataFrame({"month": late["month"], "forward": forward, "opening": late["opening"]}).groupby("month").sum()
    )
    work = flows[flows["origin"] != NEW].groupby("month")[["attempts", "worked"]].sum()
    return {
        "roll_forward_rate": (rolled["forward"] / rolled["opening"]).where(rolled["opening"] > 0),
        "intensity": (work["attempts"] / work["worked"]).where(work["worked"] > 0),
    }


def kept_over_a_year(promises: pd.DataFrame, until: date | None = None) -> pd.Series:
    """Kept promises by promises due, over the 12 months that end with each month.

    Args:
        promises: month (ISO), promises, kept (counts), one row a month; may be empty.
        until: a day of the last month wanted, where that is after the last with a promise.

    Returns:
        A series over month-ends (ISO), from the first month with a promise to the last (or to `until`), months without
        one included; NaN where none fell due.

    >>> kept_over_a_year(pd.DataFrame({"month": ["2026-08-31", "2026-10-31"], "promises": [4, 4], "kept": [1, 3]})).to_dict()
    {'2026-08-31': 0.25, '2026-09-30': 0.25, '2026-10-31': 0.5}
    """
    if promises.empty:
        return pd.Series(dtype=float)
    months = pd.PeriodIndex(promises["month"], freq="M")
    counts = promises[["promises", "kept"]].set_axis(months).sort_index()
    last = months.max() if until is None else max(months.max(), pd.Period(until, "M"))
    every = counts.reindex(pd.period_range(months.min(), last), fill_value=0)
    sums = every.rolling(WINDOW_MONTHS, min_periods=1).sum()
    rate = (sums["kept"] / sums["promises"]).where(sums["promises"] > 0)
    return rate.set_axis([month.end_time.date().isoformat() for month in every.index])


def _others(reader: PortfolioReader, selection: Selection) -> dict[str, Measure]:
    rolls, promises = roll_measures(reader, selection), promise_measures(reader, selection)
    return {
        "roll_forward_rate": rolls["roll_forward_rate"],
        "promises_kept_rate": promises["promises_kept_rate"],
        "redefault_rate": rolls["redefault_rate"],
        "intensity": funnel_measures(reader, selection)["intensity"],
    }
