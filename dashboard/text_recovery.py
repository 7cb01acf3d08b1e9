"""The sentences of the Recovery page."""

from __future__ import annotations

import math

import pandas as pd

from core.metrics.measure import Measure
from core.metrics.portfolio import NO_PAYMENTS
from core.metrics.recovery import SameAge
from dashboard import format as show

NO_PAYMENTS_WHY = f"{show.UNDEFINED}, because {NO_PAYMENTS}."
NO_TWO_COHORTS = "no two placement cohorts have run three months yet"
FORMULAS = {
    "recovery_rate": "Cash net of reversals since placement, by balance placed; waivers never count.",
    "balance_placed": "Balance of each loan on the first figures at or after its placement.",
    "cash_to_date": "Cash net of reversals since placement, in the month it was posted.",
    "cash_month": "Cash net of reversals received in the month.",
}


def recovery_answer(rate: Measure, same: SameAge | None, fallen: pd.DataFrame | None, by: str, currency: str) -> str:
    """What came back, and whether newer cohorts bring more.

    Args:
        rate: the recovery rate to date.
        same: the newest cohort beside the earlier ones; None where the book is too short.
        fallen: the comparison by `by`, largest fall first; None or empty where there is none.
    """
    if not rate.is_defined:
        return f"Recovery is {show.UNDEFINED}, because {rate.why}."
    back = (
        f"**{show.percent(rate.value)} of what was placed has come back**: {show.money(rate.numerator, currency)} "
        f"of {show.money(rate.denominator)}"
    )
    if same is None:
        return f"{back}. Whether it gets better cannot be said yet: {NO_TWO_COHORTS}."
    verdict = same_age_words(same)
    if fallen is None or fallen.empty:
        return f"{back}. {verdict}."
    first = fallen.iloc[0] if same.change < 0 else fallen.iloc[-1]
    if (first["change"] < 0) != (same.change < 0):
        return f"{back}. {verdict}."
    return (
        f"{back}. {verdict}; {first[by]} {'fell' if same.change < 0 else 'rose'} most, {show.points(first['change'])}."
    )


def same_age_words(same: SameAge) -> str:
    """The newest cohort against the earlier ones, in words."""
    moved = "as much as" if abs(same.change) < 0.0005 else "less than" if same.change < 0 else "more than"
    return (
        f"**The cohort of {same.cohort} brought {moved} earlier ones**: {show.percent(same.rate)} after "
        f"{same.age} months, against {show.percent(same.earlier_rate)}"
    )


def trend_title(latest: pd.DataFrame, by: str) -> str:
    """Who recovers most and least.

    Args:
        latest: `by`, rate; groups without a rate are ignored.
    """
    known = latest[latest["rate"].notna()].sort_values("rate", kind="stable")
    if len(known) < 2:
        return "Recovery rate to date"
    low, high = known.iloc[0], known.iloc[-1]
    return f"{high[by]} recovers most, {show.percent(high['rate'])}; {low[by]} least, {show.percent(low['rate'])}"


def cash_title(cash: pd.DataFrame) -> str:
    """The newest month beside the mean of those before it, from the first payment on."""
    newest, before = cash.iloc[-1], cash.iloc[:-1]
    before = before[before["payments"].cumsum() > 0].tail(3)
    said = f"{show.money(newest['cash'])} came in over {show.month(newest['month'])}"
    usual = float(before["cash"].mean()) if len(before) else math.nan
    if not usual > 0:
        return said
    change = show.signed(show.percent(newest["cash"] / usual - 1, 0))
    return f"{said}, {change} on the mean of {show.count(len(before), 'months')} before"


def cohort_title(same: SameAge | None) -> str:
    """The finding of the cohort table."""
    if same is None:
        return "No two cohorts can be compared yet"
    side = "as much as" if abs(same.change) < 0.0005 else "less than" if same.change < 0 else "more than"
    return (
        f"After {same.age} months {same.cohort} brought {side} the {show.count(same.earlier_cohorts, 'cohorts')} before"
    )


def groups_title(groups: pd.DataFrame, by: str) -> str:
    """Which group moved most, down first."""
    first, last = groups.iloc[0], groups.iloc[-1]
    if first["change"] < -0.0005:
        return f"{first[by]} fell most: {show.points(first['change'])}"
    if last["change"] > 0.0005:
        return f"No {by} fell; {last[by]} rose most: {show.points(last['change'])}"
    return f"No {by} moved"
