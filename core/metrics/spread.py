"""How sure is a ratio of two sums, such as cash / balance placed? Its standard error and its interval."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np


def ratio_error(n: float, base: float, amount: float, *, base_sq: float, amount_sq: float, base_amount: float) -> float:
    """The standard error of amount / base, from sums over the units it was added up from.

    With r = amount / base, each unit misses the line by e = its amount - r x its base. The e add up to 0, and to first
    order the ratio of another draw of n units misses r by their sum / base. So
    var(r) = n / (n - 1) x sum(e x e) / base^2, and sum(e x e) = amount_sq - 2 r base_amount + r^2 base_sq.

    Args:
        n: how many units (placements, cohorts) there are. They are taken as independent draws.
        base, amount: the sums of the denominator and of the numerator over them.
        base_sq, amount_sq, base_amount: the sums of the squares and of the products over them.

    Returns:
        The standard error in the unit of the ratio. NaN with fewer than two units, where the base is 0 or below, and
        where no unit misses the line: an error of 0 would claim a certainty that so few payments cannot give.

    References:
        Cochran (1977), Sampling Techniques, 3rd ed., section 2.11 and chapter 6: the ratio estimate in large samples.

    >>> cash, placed = [10.0, 0.0, 50.0], [100.0, 100.0, 200.0]
    >>> round(ratio_error(3, 400, 60, base_sq=60_000, amount_sq=2_600, base_amount=11_000), 4)
    0.0781
    """
    if n < 2 or base <= 0:
        return math.nan
    rate = amount / base
    misses = amount_sq - 2 * rate * base_amount + rate**2 * base_sq
    noise = 1e-12 * (amount_sq + rate**2 * base_sq)
    return math.sqrt(n / (n - 1) * misses) / base if misses > noise else math.nan


def jackknife_error(amounts: np.ndarray, bases: np.ndarray) -> float:
    """The standard error of sum of amounts / sum of bases over a few units of very unequal size.

    Each unit is left out once, and the error is how far the ratio moves: var(r) = (k - 1) / k x sum((r_without - r)^2).
    `ratio_error` is too small where one unit holds most of the base, because the ratio then follows that unit; this
    error is not, and rather errs on the wide side.

    Args:
        amounts, bases: one a unit, of the numerator and of the denominator. Units are taken as independent draws.

    Returns:
        The standard error in the unit of the ratio. NaN with fewer than two units, where a base without some unit is 0
        or below, and where no unit moves the ratio.

    References:
        Tukey (1958), "Bias and confidence in not-quite large samples", Ann. Math. Stat. 29, 614; Efron & Stein (1981),
        "The jackknife estimate of variance", Ann. Stat. 9, 586-596: it is not too small on average.

    >>> round(jackknife_error(np.array([10.0, 0.0, 50.0]), np.array([100.0, 100.0, 200.0])), 4)
    0.0923
    """
    k, rest = len(bases), bases.sum() - bases
    if k < 2 or rest.min() <= 0:
        return math.nan
    rate = amounts.sum() / bases.sum()
    moves = (amounts.sum() - amounts) / rest - rate
    error = math.sqrt((k - 1) / k * float((moves**2).sum()))
    return error if error > 1e-9 * abs(rate) else math.nan


def effective_number(base: float, base_sq: float) -> float:
    """How many units of equal size would carry as much evidence: base^2 / base_sq; NaN where there is no base.

    Args:
        base, base_sq: the sum of the units' sizes and of their squares.

    References:
        Kish (1965), Survey Sampling, section 11.7: the loss from unequal weights.

    >>> effective_number(400.0, 40_000.0 + 3 * 10_000.0 + 10_000.0)
    2.0
    """
    return base**2 / base_sq if base_sq > 0 else math.nan


def interval_around(
    rate: float, error: float, freedom: float = math.inf, *, lowest: float = -math.inf
) -> tuple[float, float]:
    """The 95 % interval of a ratio that has a standard error.

    Args:
        rate: the ratio.
        error: its standard error.
        freedom: the degrees of freedom behind the error; without an end for many units.
        lowest: what the ratio can hardly fall below (0 for a recovery rate): the lower end stops there, unless the
            ratio itself lies below. There is no highest: a recovery rate above 1 is possible.

    Returns:
        The lower and upper end; NaN where the error or the ratio is.
    """
    if math.isnan(error) or math.isnan(rate):
        return math.nan, math.nan
    half = error * student_975(freedom)
    return (rate - half if rate < lowest else max(rate - half, lowest)), rate + half


def student_975(freedom: float) -> float:
    """The quantile of Student's t that leaves 2.5 % above it: `student(freedom, 0.025)`.

    >>> [round(student_975(freedom), 2) for freedom in (3, 10, math.inf)]
    [3.18, 2.23, 1.96]
    """
    return student(freedom, 0.025)


def student(freedom: float, above: float) -> float:
    """The quantile of Student's t that leaves a share above it.

    Args:
        freedom: degrees of freedom, at least 2; infinity gives the normal quantile.
        above: the share, 0.005 to 0.5.

    Returns:
        The quantile, too small: for 2.5 % above by less than 1 % for 2 degrees of freedom and by less than 0.2 % from 3
        on; for 0.5 % above by less than 5 % and 1 %.

    Raises:
        ValueError: fewer than 2 degrees of freedom.

    References:
        Abramowitz & Stegun (1964), Handbook of Mathematical Functions, 26.7.5.
    """
    if freedom < 2:
        raise ValueError(f"Student's t needs at least 2 degrees of freedom, not {freedom}")
    z = NormalDist().inv_cdf(1 - above)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return sum(term / freedom**power for power, term in enumerate(terms))
