"""Is it getting better? The newest placement cohort beside the earlier ones at the same age, and whether it differs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from core.metrics.recovery import MARKS, CohortSize, cohort_recovery
from core.metrics.spread import student

FEWEST_EARLIER = 3
"""With fewer earlier cohorts nothing shows how much cohorts differ anyway, and no difference is called clear."""
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class SameAge:
    """The newest cohort at an age, next to the earlier ones: `age` in months, rates 0-1 and above.

    `low` and `high` are where another cohort like the earlier ones would come to lie, 95 times in 100 (see
    `usual_range`); NaN where they cannot tell.
    """

    age: int
    cohort: str
    rate: float
    loans: int
    earlier_cohorts: int
    earlier_rate: float
    earlier_loans: int
    low: float = math.nan
    high: float = math.nan

    @property
    def change(self) -> float:
        """By how much the newest cohort recovers more (above 0) or less, in shares."""
        return self.rate - self.earlier_rate

    @property
    def is_judged(self) -> bool:
        """Whether the earlier cohorts show how much cohorts differ anyway."""
        return not math.isnan(self.low)

    @property
    def is_clear(self) -> bool:
        """Whether the newest cohort differs by more than cohorts do anyway."""
        return self.rate < self.low or self.rate > self.high


def usual_range(rates: Sequence[float], balances: Sequence[float], *, among: int = 1) -> tuple[float, float]:
    """Where the rate of one more cohort would lie if it were like the earlier ones: a 95 % prediction interval.

    Around their pooled rate p, with s the spread of their rates about it (k - 1 degrees of freedom):
    p +/- t x s x sqrt(1 + 1/k). It takes cohorts as draws of the same kind and, whatever their size, of the same
    spread, so it is for telling a plain difference from none, not for small ones.

    Args:
        rates: of the earlier cohorts, shares; balances: what was placed in each, currency.
        among: how many such comparisons are looked at together; each then has to be clearer (Bonferroni).

    Returns:
        The lower end, not below 0 unless p is, and the upper end; NaN with fewer than FEWEST_EARLIER cohorts, nothing
        placed, or no difference between them.

    References:
        Hahn & Meeker (1991), Statistical Intervals, chapter 4: one future observation. Dunn (1961), "Multiple
        comparisons among means", JASA 56, 52-64.

    >>> [round(end, 3) for end in usual_range([0.2, 0.3, 0.25, 0.25], [100.0] * 4)]
    [0.105, 0.395]
    """
    k, rate, weight = len(rates), np.asarray(rates, dtype=float), np.asarray(balances, dtype=float)
    if k < FEWEST_EARLIER or not weight.sum() > 0:
        return math.nan, math.nan
    pooled = float((rate * weight).sum() / weight.sum())
    spread = math.sqrt(float(((rate - pooled) ** 2).sum()) / (k - 1))
    if spread <= 1e-9 * max(abs(pooled), 1e-9):
        return math.nan, math.nan
    half = student(k - 1, (1 - LEVEL) / 2 / among) * spread * math.sqrt(1 + 1 / k)
    return max(pooled - half, min(pooled, 0.0)), pooled + half


def same_age_change(cohorts: pd.DataFrame, marks: Sequence[int] = MARKS, *, among: int = 1) -> SameAge | None:
    """Is it getting better? The newest cohort that reached an age, next to all earlier ones pooled at that age.

    Args:
        cohorts: cohort, loans, balance and a rate of every mark ("rate_3"), oldest first: from
            `core.metrics.recovery.cohort_recovery` or `core.metrics.vintages.vintage_table`.
        marks: ages in months; the first that at least two cohorts have reached is taken.
        among: as for `usual_range`.

    Returns:
        The comparison; None where no age was reached by two cohorts.

    References:
        Pooled liquidation, only cohorts observed at m: ../../README.md, "How the numbers are defined".
    """
    for mark in marks:
        reached = cohorts[cohorts[f"rate_{mark}"].notna()]
        if len(reached) >= 2:
            newest, earlier = reached.iloc[-1], reached.iloc[:-1]
            rates, balances = earlier[f"rate_{mark}"].astype(float), earlier["balance"].astype(float)
            return SameAge(
                mark, str(newest["cohort"]), float(newest[f"rate_{mark}"]), int(newest["loans"]), len(earlier),
                float((rates * balances).sum() / balances.sum()), int(earlier["loans"].sum()),
                *usual_range(rates.tolist(), balances.tolist(), among=among),
            )  # fmt: skip
    return None


def same_age_by(placed: pd.DataFrame, cash: pd.DataFrame, as_of: date, by: str, whole: SameAge) -> pd.DataFrame:
    """The comparison of `same_age_change`, for each group: the same newest cohort, the same age.

    Args:
        placed, cash, as_of: as for `core.metrics.recovery.cohort_recovery`, with the column `by`; cohorts are of the
            size `whole` has.
        whole: the comparison of all groups together.

    Returns:
        `by`, loans, rate (of the newest cohort), earlier_loans, earlier_rate (pooled), change (rate - earlier_rate),
        is_clear (the group's own earlier cohorts differ less, all groups looked at together); largest fall first.
        Groups that lack the newest cohort or any earlier one are absent.
    """
    size: CohortSize = "quarter" if "Q" in whole.cohort else "month"
    groups = placed.groupby(by, sort=True)
    rows = []
    for group, members in groups:
        cohorts = cohort_recovery(members, cash[cash[by] == group], as_of, size=size, marks=(whole.age,))
        same = same_age_change(cohorts[cohorts["cohort"] <= whole.cohort], (whole.age,), among=len(groups))
        if same is not None and same.cohort == whole.cohort:
            told = (same.loans, same.rate, same.earlier_loans, same.earlier_rate, same.change, same.is_clear)
            rows.append((group, *told))
    columns = [by, "loans", "rate", "earlier_loans", "earlier_rate", "change", "is_clear"]
    frame = pd.DataFrame(rows, columns=columns).astype({"is_clear": bool})
    return frame.sort_values("change", kind="stable", ignore_index=True)
