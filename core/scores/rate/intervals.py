"""How far what comes back may lie from what is expected: of one loan, and of a sum of loans. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np

from core.scores.measures.clustered import design_effect
from core.segments.features import Numbers

BINS = 10
FEWEST_IN_BIN = 50
LEVELS = (0.80, 0.95)
LOAN_LEVEL = 0.80
"""What is shown of one loan: the outcomes of single loans are so wide that 95 % would say nearly nothing."""

SUM_LEVEL = 0.95
FEWEST_IN_SUM = 30
"""A sum of fewer loans gets no interval: so few outcomes are not spread like a bell."""


def fit_intervals(predicted: Numbers, realised: Numbers, balance: Numbers, groups: Numbers) -> dict[str, Any]:
    """What the loans learned from tell of the spread, in bins of equal mass of what was predicted out of fold.

    Args:
        predicted, realised: rates out of fold and as they came (not clipped), a row each.
        balance: currency; groups: the borrower of each row.

    Returns:
        edges between bins; of each bin n, spread (mean squared gap of rates) and the ends of the middle 80 and 95 % of
        what its loans brought (order statistics between which the next loan lies that often, whatever the spread looks
        like); together: how much more the loans of one borrower go wrong together; learned_from: the rows.

    References:
        Vovk (2012), Conditional validity of inductive conformal predictors, PMLR 25, 475-490 (within bins); Lei et al.
        (2018), Distribution-free predictive inference for regression, JASA 113, 1094-1111.
    """
    bins = max(1, min(BINS, len(predicted) // FEWEST_IN_BIN))
    edges = np.unique(np.quantile(predicted, np.arange(1, bins) / bins, method="higher")) if bins > 1 else np.zeros(0)
    edges = edges[edges > predicted.min()]  # so that no bin is empty
    place = np.searchsorted(edges, predicted, side="right")
    told = [_bin(predicted[place == each], realised[place == each]) for each in range(len(edges) + 1)]
    return {
        "edges": edges.tolist(), "bins": told, "together": design_effect((realised - predicted) * balance, groups),
        "learned_from": len(predicted),
    }  # fmt: skip


def _bin(predicted: Numbers, realised: Numbers) -> dict[str, Any]:
    ends = {level: _middle(realised, level) for level in LEVELS}
    return {
        "n": len(realised), "spread": float(np.mean((realised - predicted) ** 2)),
        **{f"low_{round(level * 100)}": low for level, (low, _) in ends.items()},
        **{f"high_{round(level * 100)}": high for level, (_, high) in ends.items()},
    }  # fmt: skip


def loan_interval(intervals: Mapping[str, Any], rate: Numbers, level: float = LOAN_LEVEL) -> tuple[Numbers, Numbers]:
    """Low and high share of the balance for one loan of each rate: the middle `level` (0.80 or 0.95) of what the loans
    of its bin brought, the rate itself inside; NaN where the rate is."""
    low, high = (_of_bin(intervals, rate, f"{end}_{round(level * 100)}") for end in ("low", "high"))
    return np.fmin(low, rate) + 0 * rate, np.fmax(high, rate) + 0 * rate


def loan_variance(intervals: Mapping[str, Any], rate: Numbers, balance: Numbers) -> Numbers:
    """What each loan's outcome adds to the variance of a sum (currency squared); NaN where the rate is."""
    return np.asarray(balance**2 * _of_bin(intervals, rate, "spread") * intervals["together"] + 0 * rate, dtype=float)


def sum_interval(
    expected: float, variance: float, loans: int, *, of_day: int, learned_from: int, level: float = SUM_LEVEL
) -> tuple[float, float]:
    """Low and high of what a sum of loans brings, never below 0; NaN for fewer than 30 loans.

    Two things go wrong: the outcomes themselves, and the rate. The rate of a group is taken to be known no better than
    from the group's own part of the loans learned from, as large as its part of the day: then its error is that of
    outcomes, (loans of the day / loans learned from) times over. That holds for any group the facts make, and is
    somewhat wide for one that a model sees through the facts of others. What changes between then and now is not in it.

    Args:
        expected: the sum of expected recoveries (currency); variance: the sum of `loan_variance`; loans: how many.
        of_day: loans whose expectation the model told that day; learned_from: loans it learned from.
    """
    if loans < FEWEST_IN_SUM or learned_from < 1 or not np.isfinite(expected + variance):
        return float("nan"), float("nan")
    half = NormalDist().inv_cdf(0.5 + level / 2) * float(np.sqrt(variance * (1 + of_day / learned_from)))
    return max(0.0, expected - half), expected + half


def _of_bin(intervals: Mapping[str, Any], rate: Numbers, name: str) -> Numbers:
    place = np.searchsorted(np.asarray(intervals["edges"]), rate, side="right")
    return np.asarray([each[name] for each in intervals["bins"]], dtype=float)[place]


def _middle(values: Numbers, level: float) -> tuple[float, float]:
    """The order statistics between which the next value lies with probability `level` or more, where there are enough."""
    ordered, n = np.sort(values), len(values)
    below = max(int(np.floor((n + 1) * (1 - level) / 2 + 1e-9)), 1)
    return float(ordered[below - 1]), float(ordered[n - below])
