"""How much more often one group than another: ratios of shares with intervals, plain and within bands of risk."""

from __future__ import annotations

from math import exp, log, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

from core.scores.measures.clustered import design_effect
from core.segments.features import Numbers

FEWEST_CHOSEN = 10
"""Chosen loans on both sides together before a ratio says anything."""


def share_ratio(
    chosen: int, n: int, others: int, of: int, level: float = 0.95, effect: float = 1.0
) -> tuple[float, float, float]:
    """(chosen / n) / (others / of) and its interval on the log scale; NaN where a side has none or both have under 10.

    Args:
        effect: how many times the variance is that of independent loans (`ratio_effect`).

    References:
        Katz, Baptista, Azen & Pike (1978), Obtaining confidence intervals for the risk ratio, Biometrics 34, 469-474.

    >>> [round(each, 2) for each in share_ratio(20, 100, 10, 100)]
    [2.0, 0.99, 4.05]
    """
    if min(chosen, others) < 1 or chosen + others < FEWEST_CHOSEN:
        return float("nan"), float("nan"), float("nan")
    return _around(log(chosen / n * of / others), sqrt(effect * (1 / chosen - 1 / n + 1 / others - 1 / of)), level)


def ratio_effect(chosen: np.ndarray, member: np.ndarray, other: np.ndarray, groups: Numbers) -> float:
    """The design effect of the logarithm of a ratio of shares; 1 where a side has none.

    What a loan adds to it: (chosen - share) / (n x share) of its side, with the other sign for the others. Squared loan by
    loan and added up, that is Katz's variance.

    Args:
        chosen, member, other: true or false a row, nobody on both sides; groups: the borrower of each row.
    """
    adds = np.zeros(len(chosen))
    for side, sign in ((member, 1.0), (other, -1.0)):
        count = float((chosen & side).sum())
        if not count:
            return 1.0
        adds[side] = sign * (chosen[side] - count / side.sum()) / count
    both = member | other
    return design_effect(adds[both], groups[both])


def ratio_within(
    chosen: np.ndarray, member: np.ndarray, band: np.ndarray, level: float = 0.95, groups: Numbers | None = None
) -> tuple[float, float, float]:
    """The ratio of shares chosen, members to others, of loans in the same band: Mantel and Haenszel's, with its interval.

    Args:
        chosen, member: true or false a row; band: the band of each row.
        groups: the borrower of each row; the variance is widened by what their loans share (`design_effect`).

    Returns:
        ratio, low, high; NaN where no band holds chosen loans on both sides, or under 10 are chosen in all.

    References:
        Greenland & Robins (1985), Estimation of a common effect parameter from sparse follow-up data, Biometrics 41, 55-68.
    """
    above = below = spread = 0.0
    over, under = np.zeros(len(chosen)), np.zeros(len(chosen))
    for each in np.unique(band):
        inside = band == each
        n1, n0 = int((inside & member).sum()), int((inside & ~member).sum())
        if not n1 or not n0:
            continue
        a, c, total = int((inside & member & chosen).sum()), int((inside & ~member & chosen).sum()), n1 + n0
        above, below = above + a * n0 / total, below + c * n1 / total
        spread += ((a + c) * n1 * n0 - a * c * total) / total**2
        mine, others = inside & member, inside & ~member
        over[mine] = (chosen[mine] - a / n1) * n0 / total
        under[others] = (chosen[others] - c / n0) * n1 / total
    if not above or not below or int(chosen.sum()) < FEWEST_CHOSEN:
        return float("nan"), float("nan"), float("nan")
    effect = design_effect(over / above - under / below, groups)
    return _around(log(above / below), sqrt(effect * max(spread, 0.0) / (above * below)), level)


def mean_difference(one: Numbers, other: Numbers, groups: Numbers | None = None) -> dict[str, Any]:
    """Standardised difference of two means, in pooled standard deviations, with its 95 % interval.

    Args:
        groups: the borrowers, those of `one` first; None where every loan stands for itself.

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
    effect = design_effect(np.concatenate([(one - one.mean()) / n1, (other.mean() - other) / n0]), groups)
    half = NormalDist().inv_cdf(0.975) * sqrt(effect * ((n1 + n0) / (n1 * n0) + d * d / (2 * (n1 + n0))))
    return {"value": d, "ci": [d - half, d + half]}


def _around(at: float, error: float, level: float) -> tuple[float, float, float]:
    half = NormalDist().inv_cdf(0.5 + level / 2) * error
    return exp(at), exp(at - half), exp(at + half)
