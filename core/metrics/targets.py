"""What should be reached? Which metrics may have a target, what is set for a month or an age, and which number is held
against which target.

One rule, for every page:

1. Targets are of the whole book. An amount's target is not held against a part of it. A rate's is shown beside the rate
   of a part, for a rate has no size, but a part neither meets nor misses it: its loans are not the book's.
2. A target is of a whole month. What a month brought is held against it once the month is over and the files can have
   told all of it, and a target set for one month is about that month's end; on a day within a month only what holds always is held against stocks and rates.
3. A forecast neither meets nor misses a target, and neither does a number that has no better side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from core.metrics.measure import Measure, Unit
from core.metrics.portfolio import month_end
from core.metrics.ripeness import SOURCES, Source, partly
from core.metrics.whole_month import whole_month_before
from core.records import Book
from core.selection import Selection

Better = Literal["up", "down", "neither"]
Of = Literal["day", "month", "whole month"]
TARGET_FIELDS: tuple[str, ...] = ("metric", "month", "age_months", "value", "set_on", "who")
BUDGET = "cash_month"
"""The monthly budget is the target of this metric."""
LIQUIDATION = "liquidation"
"""The one metric whose target is set by age of a cohort, not by month."""
OLDEST_AGE_MONTHS = 120


@dataclass(frozen=True, slots=True)
class TargetMetric:
    """A metric that may have a target.

    Attributes:
        name: its word, as in `core.metrics.portfolio`.
        label: its word on screen, also understood in files.
        unit: currency, or share (0-1).
        better: the direction that is good, or "neither".
        low, high: the least and the most a target may be, inclusive.
        by_age: set for an age in months since placement, else for a month or for every month.
        of: what the number is of: the day ("day": stocks, and what is counted up to it), the month of the day ("month"),
            or the newest month that is over ("whole month").
        told_by: the files that must have told the month; () for what is of no month.
    """

    name: str
    label: str
    unit: Unit
    better: Better
    low: float = 0.0
    high: float = 1e13
    by_age: bool = False
    of: Of = "day"
    told_by: tuple[Source, ...] = ()


TARGET_METRICS: dict[str, TargetMetric] = {
    metric.name: metric
    for metric in (
        TargetMetric(BUDGET, "Cash this month", "currency", "up", of="month", told_by=("payments",)),
        TargetMetric("cost_month", "Cost this month", "currency", "down", of="month", told_by=("actions",)),
        TargetMetric("net_recovery", "Net recovery", "currency", "up", low=-1e13, of="month", told_by=SOURCES),
        TargetMetric("cost_to_collect", "Cost to collect", "share", "down", high=10.0, of="month", told_by=SOURCES),
        TargetMetric("recovery_rate", "Recovery rate", "share", "up", high=10.0),
        TargetMetric("in_arrears", "In arrears", "currency", "down"),
        TargetMetric("outstanding", "Outstanding", "currency", "neither"),
        TargetMetric("promises_kept_rate", "Kept promises", "share", "up", high=1.0),
        TargetMetric("penetration", "Penetration", "share", "up", high=1.0, of="whole month"),
        TargetMetric(LIQUIDATION, "Liquidation", "share", "up", high=10.0, by_age=True),
    )
}
"""The metrics that may have a target, in the order a page lists them. Rates may be above 1 where cash may exceed the
balance placed, or costs the cash; ten times is the most, to catch a missing percent sign."""


FORECASTS: dict[str, str] = {
    "forecast_cash_next_month": BUDGET,
    "forecast_arrears_next_month": "in_arrears",
}
"""Whose target a forecast is held against: that of the month it is about."""

NO_TARGET = "no target is set"
NO_TARGET_POSSIBLE = "it takes no target"
OF_THE_WHOLE_BOOK = "the target is of the whole book, and this is a part of it"
MONTH_NOT_OVER = "the target is of a whole month, and this one is not over"
MONTH_TOLD_IN_PART = "the target is of a whole month, and of this one only a part is known"


@dataclass(frozen=True, slots=True)
class Target:
    """What a number is held against.

    Attributes:
        value: currency or share; NaN where nothing can be held against it.
        why: the reason for NaN, "" otherwise.
        better: the side of the target that is good; "neither" where it can be neither met nor missed.
        of_whole_book: the number is of a part of the book, and the target is not.
    """

    value: float = math.nan
    why: str = ""
    better: Better = "neither"
    of_whole_book: bool = False

    @property
    def is_defined(self) -> bool:
        return not math.isnan(self.value)

    def met_by(self, now: Measure) -> bool | None:
        """Whether a number reaches it; None where there is nothing to meet or miss."""
        gap = against_target(now, self.value)
        if math.isnan(gap) or self.better == "neither":
            return None
        return gap == 0 or (gap > 0) == (self.better == "up")

    def beside(self, now: Measure) -> Measure:
        """The target as a measure in the number's unit, to stand where an earlier day would; undefined with the reason."""
        if not self.is_defined:
            return Measure.undefined(self.why, unit=now.unit)
        return replace(now, value=self.value, low=math.nan, high=math.nan, interval="")


def target_for(targets: pd.DataFrame, name: str, selection: Selection, day: date, book: Book | None = None) -> Target:
    """The target a number is held against, by the rule above; the one way in for every page.

    Args:
        targets: from `PortfolioReader.targets`.
        name: a metric of the catalogue: one of TARGET_METRICS, "liquidation_12m" and its like, or one of FORECASTS.
        selection: what the number is of; with filters it is a part of the book.
        day: the day the number is of; of a forecast the month-end it is about.
        book: as known on the selection's day of knowledge, to say up to when payments and actions are known; not needed
            for what is not of a month.

    >>> targets = pd.DataFrame({"metric": ["cash_month", "recovery_rate"], "month": [np.nan] * 2, "age_months": [np.nan] * 2,
    ...                         "value": [90.0, 0.3]})
    >>> auto = Selection(filters={"product": ("Auto",)})
    >>> [target_for(targets, name, auto, date(2026, 10, 31)).value for name in ("cash_month", "recovery_rate")]
    [nan, 0.3]
    """
    metric = TARGET_METRICS.get(FORECASTS.get(name, LIQUIDATION if _age_of(name) is not None else name))
    if metric is None or (metric.by_age and _age_of(name) is None):
        return Target(why=NO_TARGET_POSSIBLE)
    part = bool(selection.filters)
    value, why = _aged(targets, name) if metric.by_age else _of_month(targets, metric, day)
    if not why and book is not None and name not in FORECASTS and partly(book, day, *metric.told_by):
        why = MONTH_TOLD_IN_PART
    if part and metric.unit == "currency" and why != NO_TARGET:
        why = OF_THE_WHOLE_BOOK
    if why:
        return Target(why=why)
    return Target(value, "", "neither" if part or name in FORECASTS else metric.better, part)


def _age_of(name: str) -> int | None:
    """The age in "liquidation_12m"; None for any other name."""
    age = name.removeprefix(f"{LIQUIDATION}_").removesuffix("m")
    return int(age) if name == f"{LIQUIDATION}_{age}m" and age.isdecimal() else None


def _aged(targets: pd.DataFrame, name: str) -> tuple[float, str]:
    curve = liquidation_target(targets)
    of_age = curve.loc[curve["age_months"] == _age_of(name), "value"]
    return (float(of_age.iloc[0]), "") if len(of_age) else (math.nan, NO_TARGET)


def _of_month(targets: pd.DataFrame, metric: TargetMetric, day: date) -> tuple[float, str]:
    """The target of the month a number of that day belongs to, and why there is none."""
    asked = whole_month_before(day) if metric.of == "whole month" else day
    value = target_of(targets, metric.name, asked)
    if math.isnan(value):
        return value, NO_TARGET
    own = targets["month"] == month_end(asked).isoformat()
    of_one_month = bool((own & (targets["metric"] == metric.name)).any())
    if asked != month_end(asked) and (metric.of == "month" or of_one_month):
        return math.nan, MONTH_NOT_OVER
    return value, ""


def target_of(targets: pd.DataFrame, metric: str, month: date) -> float:
    """The target of a metric for the month of a day: what was set for that month, else what holds always.

    A month's own target says nothing about the months after it.

    Args:
        targets: from `PortfolioReader.targets`.
        metric: a name of `TARGET_METRICS` that is set by month.
        month: any day of the month.

    Returns:
        Currency or share (0-1); NaN where none is set.

    >>> targets = pd.DataFrame({"metric": ["cash_month"] * 2, "month": [np.nan, "2026-09-30"],
    ...                         "age_months": [np.nan] * 2, "value": [90.0, 120.0]})
    >>> [target_of(targets, "cash_month", date(2026, month, 1)) for month in (9, 10)]
    [120.0, 90.0]
    """
    of_metric = targets[(targets["metric"] == metric) & targets["age_months"].isna()]
    own = of_metric.loc[of_metric["month"] == month_end(month).isoformat(), "value"]
    always = of_metric.loc[of_metric["month"].isna(), "value"]
    found = own if len(own) else always
    return float(found.iloc[-1]) if len(found) else math.nan


def liquidation_target(targets: pd.DataFrame) -> pd.DataFrame:
    """The liquidation curve to reach: a share of the balance placed at each whole age up to the oldest one set.

    Between the ages set the curve is a straight line. It begins with 0 in the placement month (age 0), because a loan
    is placed at a month-end where the file states no other day; a target set for age 0 takes its place. Nothing is
    said beyond the oldest age.

    Args:
        targets: from `PortfolioReader.targets`; rows of other metrics are left alone.

    Returns:
        age_months (whole, 0 first), value (share 0-1 and above). Empty where no age has a target.

    >>> targets = pd.DataFrame({"metric": ["liquidation"] * 2, "month": [np.nan] * 2, "age_months": [4.0, 2.0], "value": [0.2, 0.16]})
    >>> liquidation_target(targets)["value"].round(4).tolist()
    [0.0, 0.08, 0.16, 0.18, 0.2]
    """
    chosen = targets[(targets["metric"] == LIQUIDATION) & targets["age_months"].notna()]
    points = {0: 0.0} | {
        int(age): float(value) for age, value in zip(chosen["age_months"], chosen["value"], strict=True)
    }
    known = sorted(points)
    ages = np.arange(known[-1] + 1 if len(chosen) else 0, dtype=np.int64)
    values = np.interp(ages, known, [points[age] for age in known]) if len(ages) else np.array([], dtype=float)
    return pd.DataFrame({"age_months": ages, "value": values})


def against_target(measure: Measure, target: float) -> float:
    """How far a number is from its target: number - target, in the number's unit.

    Args:
        measure: the number.
        target: currency or share; NaN where none is set.

    Returns:
        The difference, rounded to hundredths for currency; NaN where the number is undefined or no target is set.
        Whether it is good is for `TargetMetric.better` to say.

    >>> against_target(Measure(0.31, 31.0, 100.0, 4, "share"), 0.35) < 0
    True
    """
    difference = measure.value - target
    return round(difference, 2) if measure.unit == "currency" else difference
