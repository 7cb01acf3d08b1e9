"""Does what the score said come true? Actual against expected, slope and ranking, on outcomes that have had their time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from core.scores.measures.calibration import slope_interval
from core.scores.measures.clustered import design_effect
from core.scores.measures.discrimination import auc, auc_interval
from core.scores.measures.logit import logit, sigmoid
from core.segments.features import Numbers

DECILES = 10
FEWEST_OF_OUTCOME = 20
"""Loans of either outcome before ranking and slope are told."""
_FARTHEST = 30.0


@dataclass(frozen=True, slots=True)
class Ratio:
    """Outcomes that came over outcomes that were promised.

    Attributes:
        actual: loans with the outcome; expected: the sum of their probabilities; n: loans.
        value: actual / expected, with its 95 % interval low to high; NaN without loans.
        intercept: by how much all log-odds would have to move for expected to equal actual, with its interval.
    """

    actual: int
    expected: float
    n: int
    value: float
    low: float
    high: float
    intercept: float
    intercept_low: float
    intercept_high: float


def actual_by_expected(
    outcome: Numbers, probability: Numbers, groups: Numbers | None = None, *, level: float = 0.95
) -> Ratio:
    """A/E with the interval of shifts that make what came no surprise.

    Every log-odds is moved by the same a; a is inside where |actual - sum p(a)| <= z sqrt(d sum p(a) (1 - p(a))): the
    variance of a sum of unequal chances, d times (`design_effect`) where borrowers hold several loans. With equal chances
    and d = 1 this is Wilson's interval.

    Args:
        outcome: 0 or 1 a loan; probability: as promised, above 0 and below 1.
        groups: the borrower of each loan; None where every loan stands for itself.

    References:
        Cox (1958), Two further applications of a model for binary regression, Biometrika 45, 562-565 (calibration in the
        large); Wilson (1927), JASA 22, 209-212 (inverting the score test).

    >>> ratio = actual_by_expected(np.array([1.0] * 8 + [0.0] * 2), np.full(10, 0.5))
    >>> [round(each / 2, 3) for each in (ratio.value, ratio.low, ratio.high)]
    [0.8, 0.49, 0.943]
    """
    n, actual, expected = len(outcome), int(outcome.sum()), float(probability.sum())
    if not n:
        return Ratio(0, 0.0, 0, *[math.nan] * 6)
    margin, z = logit(probability), NormalDist().inv_cdf((1 + level) / 2)

    def surprise(a: float) -> float:
        moved = sigmoid(margin + a)
        return (actual - float(moved.sum())) / math.sqrt(max(float((moved * (1 - moved)).sum()), 1e-300))

    at = math.nan if actual in (0, n) else _root(lambda a: actual - float(sigmoid(margin + a).sum()))
    off = np.zeros(n) if math.isnan(at) else outcome - sigmoid(margin + at)
    z *= math.sqrt(design_effect(off, groups))
    low = -math.inf if actual == 0 else _root(lambda a: surprise(a) - z)
    high = math.inf if actual == n else _root(lambda a: surprise(a) + z)
    ends = [float(sigmoid(margin + each).sum()) / expected if math.isfinite(each) else each for each in (low, high)]
    ends = [0.0 if ends[0] == -math.inf else ends[0], n / expected if ends[1] == math.inf else ends[1]]
    return Ratio(actual, expected, n, actual / expected, ends[0], ends[1], at, low, high)


def _root(falling: Callable[[float], float]) -> float:
    low, high = -_FARTHEST, _FARTHEST
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2


def by_decile(
    outcome: Numbers, probability: Numbers, groups: Numbers | None = None, *, parts: int = DECILES
) -> list[dict[str, Any]]:
    """A/E in parts of equal size, lowest probabilities first, each with `from` and `to` (probabilities)."""
    order = np.argsort(probability, kind="stable")
    found = []
    for rows in np.array_split(order, parts):
        if len(rows):
            ends = {"from": float(probability[rows[0]]), "to": float(probability[rows[-1]])}
            theirs = None if groups is None else groups[rows]
            found.append(ends | plain(asdict(actual_by_expected(outcome[rows], probability[rows], theirs))))
    return found


def slope(
    outcome: Numbers, probability: Numbers, groups: Numbers | None = None, *, level: float = 0.95
) -> tuple[float, float, float]:
    """`slope_interval`; NaN where one outcome is rare. 1 is right; under 1 the score is too sure of itself, 0 it says nothing."""
    if min(outcome.sum(), len(outcome) - outcome.sum()) < FEWEST_OF_OUTCOME:
        return math.nan, math.nan, math.nan
    return slope_interval(outcome, probability, groups, level=level)


def ranking(outcome: Numbers, score: Numbers, groups: Numbers | None = None) -> tuple[float, float, float]:
    """AUC with DeLong's interval, clustered by borrower where there are groups; NaN with fewer than 20 loans of either
    outcome."""
    if min(outcome.sum(), len(outcome) - outcome.sum()) < FEWEST_OF_OUTCOME:
        return math.nan, math.nan, math.nan
    return auc(outcome, score), *auc_interval(outcome, score, groups=groups)


def fell_by(before: tuple[float, float, float], now: tuple[float, float, float]) -> tuple[float, float, float]:
    """How much an AUC fell, with the interval of the difference by square-and-add; both come as value, low, high.

    References:
        Newcombe (1998), Statistics in Medicine 17, 873-890, method 10 (for two independent estimates).
    """
    drop = before[0] - now[0]
    return (
        drop,
        drop - math.hypot(before[0] - before[1], now[2] - now[0]),
        drop + math.hypot(before[2] - before[0], now[0] - now[1]),
    )


def plain(told: dict[str, Any]) -> dict[str, Any]:
    """The same with None for what is undefined: NaN and infinity are no JSON."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in told.items()
    }
