"""Loans of one borrower are no independent evidence: how much wider that makes an interval."""

from __future__ import annotations

import numpy as np

from core.metrics.intervals import wilson
from core.segments.features import Numbers


def design_effect(off: Numbers, groups: np.ndarray | None) -> float:
    """How many times the variance of a sum is that of as many independent loans; 1 where every borrower has one loan.

    The squares of what each borrower adds, over the squares of what each loan adds (with the usual factor for few
    borrowers); never below 1, for that loans of one borrower balance each other is not to be relied upon. Where nothing
    varies, so that nothing is told, loans of a borrower count as one: the squares of their numbers over the number of loans.

    Args:
        off: what each loan adds to the error of the sum or mean (its deviation, or its influence), adding up to about 0.
        groups: the borrower of each loan; None where every loan stands for itself.

    References:
        Liang & Zeger (1986), Longitudinal data analysis using generalized linear models, Biometrika 73, 13-22 (sums a
        cluster); Kish (1965), Survey Sampling, 5.4 and 8.2 (design effect).

    >>> design_effect(np.array([1.0, 1, -1, -1]), np.array([0, 0, 1, 1])), design_effect(np.array([1.0, -1]), np.array([0, 1]))
    (3.0, 1.0)
    """
    n = len(off)
    if groups is None or n < 2:
        return 1.0
    names, of_row = np.unique(groups, return_inverse=True)
    if len(names) == n:
        return 1.0
    sizes = np.bincount(of_row).astype(float)
    alone = float((off**2).sum())
    if len(names) == 1 or alone <= 1e-12:
        return float((sizes**2).sum() / n)
    few = len(names) / (len(names) - 1) * (n - 1) / n
    return max(1.0, float((np.bincount(of_row, weights=off) ** 2).sum()) / alone * few)


def share_interval(happened: np.ndarray, groups: np.ndarray | None, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a share of loans, of as many as are worth that many independent ones; NaN without loans.

    Args:
        happened: true or 1 where it did, a row a loan; groups: their borrowers, None where each stands for itself.

    References:
        Korn & Graubard (1998), Confidence intervals for proportions with small expected number of positive counts estimated
        from survey data, Survey Methodology 24, 193-201 (effective sample size); Wilson (1927), JASA 22, 209-212.

    >>> [round(end, 3) for end in share_interval(np.array([1.0] * 8 + [0.0] * 2), None)]
    [0.49, 0.943]
    """
    told = np.asarray(happened, dtype=float)
    if not len(told):
        return float("nan"), float("nan")
    share = float(told.mean())
    worth = len(told) / design_effect(np.asarray(told - share, dtype=float), groups)
    return wilson(min(share * worth, worth), worth, level)
