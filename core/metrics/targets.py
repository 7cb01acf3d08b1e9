"""What should be reached? Which metrics may have a target, and what is set for a month or an age."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from core.metrics.measure import Measure, Unit
from core.metrics.portfolio import month_end

Better = Literal["up", "down", "neither"]
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
    """

    name: str
    label: str
    unit: Unit
    better: Better
    low: float = 0.0
    high: float = 1e13
    by_age: bool = False


TARGET_METRICS: dict[str, TargetMetric] = {
    metric.name: metric
    for metric in (
        TargetMetric(BUDGET, "Cash this month", "currency", "up"),
        TargetMetric("cost_month", "Cost this month", "currency", "down"),
        TargetMetric("net_recovery", "Net recovery", "currency", "up", low=-1e13),
        TargetMetric("cost_to_collect", "Cost to collect", "share", "down", high=10.0),
        TargetMetric("recovery_rate", "Recovery rate", "share", "up", high=10.0),
        TargetMetric("in_arrears", "In arrears", "currency", "down"),
        TargetMetric("outstanding", "Outstanding", "currency", "neither"),
        TargetMetric("promises_kept_rate", "Kept promises", "share", "up", high=1.0),
        TargetMetric("penetration", "Penetration", "share", "up", high=1.0),
        TargetMetric(LIQUIDATION, "Liquidation", "share", "up", high=10.0, by_age=True),
    )
}
"""The metrics that may have a target, in the order a page lists them. Rates may be above 1 where cash may exceed the
balance placed, or costs the cash; ten times is the most, to catch a missing percent sign."""


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
