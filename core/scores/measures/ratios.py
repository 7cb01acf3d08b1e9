"""How much more often one group than another: ratios of shares with intervals, plain and within bands of risk."""

from __future__ import annotations

from math import exp, log, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

from core.segments.features import Numbers

FEWEST_CHOSEN = 10
"""Chosen loans on both sides together before a ratio says anything."""


def share_ratio(chosen: int, n: int, others: int, of: int, level: float = 0.95) -> tuple[float, float, float]:
    """(chosen / n) / (others / of) and its interval on the log scale; NaN where a side has none or both have under 10.

    References:
        Katz, Baptista, Azen & Pike (1978), Obtaining confidence intervals for the risk ratio, Biometrics 34, 469-474.

    >>> [round(each, 2) for each in share_ratio(20, 100, 10, 100)]
    [2.0, 0.99, 4.05]
    """
    if min(chosen, others) < 1 or chosen + others < FEWEST_CHOSEN:
        return float("nan"), float("nan"), float("nan")
    return _around(log(chosen / n * of / others), sqrt(1 / chosen - 1 / n + 1 / others - 1 / of), level)


def ratio_within(
    chosen: np.ndarray, member: np.ndarray, band: np.ndarray, level: float = 0.95
) -> tuple[float, float, float]:
    """The ratio of shares chosen, members to others, of loans in the same band: Mantel and Haenszel's, with its interval.

    Args:
        chosen, member: true or false a row; band: the band of each row.

    Returns:
        ratio, low, high; NaN where no band holds chosen loans on both sides, or under 10 are chosen in all.

    References:
        Greenland & Robins (1985), Estimation of a common effect parameter from sparse follow-up data, Biometrics 41, 55-68.
    """
    above = below = spread = 0.0
    for each in np.unique(band):
        inside = band == each
        n1, n0 = int((inside & member).sum()), int((inside & ~member).sum())
        if not n1 or not n0:
            continue
        a, c, total = int((inside & member & chosen).sum()), int((inside & ~member & chosen).sum()), n1 + n0
        above, below = above + a * n0 / total, below + c * n1 / total
        spread += ((a + c) * n1 * n0 - a * c * total) / total**2
    if not above or not below or int(chosen.sum()) < FEWEST_CHOSEN:
        return float("nan"), float("nan"), float("nan")
    return _around(log(above / below), sqrt(max(spread, 0.0) / (above * below)), level)


def mean_difference(one: Numbers, other: Numbers) -> dict[str, Any]:
    """Standardised difference of two means, in pooled standard deviations, with its 95 % interval.

    Returns:
        value and ci; None where a side has fewer than two values or nothing varies.

    References:
        Hedges & Olkin (1985), Statistical methods for meta-analysis, 5.2 (large-sample variance of d).
    """
    n1, n0 = len(one), len(other)
    if min(n1, n0) < 2:
        return {"value": None, "ci": None}
    pooled = sqrt(((n1 - 1) * one.var(ddof=1) + (n0 - 1) * other.var(ddof=1)) / (n1 + n0 - 2))
    if pooled == 0:
        return {"value": None, "ci": None}
    d = float((one.mean() - other.mean()) / pooled)
    half = NormalDist().inv_cdf(0.975) * sqrt((n1 + n0) / (n1 * n0) + d * d / (2 * (n1 + n0)))
    return {"value": d, "ci": [d - half, d + half]}


def _around(at: float, error: float, level: float) -> tuple[float, float, float]:
    half = NormalDist().inv_cdf(0.5 + level / 2) * error
    return exp(at), exp(at - half), exp(at + half)
