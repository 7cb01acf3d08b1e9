"""Doubly robust scores, what they say of a strategy's mean, and differences to the reference."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.metrics.spread import student_975
from core.strategies.observed import Codes, Numbers

Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its standard error and its 95 % interval; all NaN where undefined.

    `n` counts the loans it averages over.
    """

    value: float
    se: float
    low: float
    high: float
    n: int

    def to_json(self) -> dict[str, float | int | None]:
        """Plain JSON; None for undefined."""
        told = {"value": self.value, "se": self.se, "low": self.low, "high": self.high}
        return {**{name: number(each) for name, each in told.items()}, "n": self.n}


def number(value: float) -> float | None:
    """A float for JSON: None where it is no number."""
    return float(value) if np.isfinite(value) else None


def weights_of(strategy: Codes, propensity: Numbers) -> Numbers:
    """(n,) how many loans each loan stands for within its strategy, before dividing by their number.

    Normalised (Hajek): the weights of a strategy sum to the number of all loans. A strategy without loans gives none.
    """
    rows = np.arange(len(strategy))
    weight = 1.0 / propensity[rows, strategy]
    totals = np.bincount(strategy, weights=weight, minlength=propensity.shape[1])
    return np.asarray(weight * len(strategy) / totals[strategy])


def scores(outcome: Numbers, strategy: Codes, mu: Numbers, propensity: Numbers) -> Numbers:
    """(n, K) doubly robust scores: what each loan says of the mean outcome had all loans been given a strategy.

    Args:
        outcome: (n,) what came of each loan.
        strategy: (n,) what it was given.
        mu: (n, K) cross-fitted means of the outcome under each strategy; NaN where a strategy was not learned.
        propensity: (n, K) cross-fitted chances, above 0.

    Returns:
        Gamma[i, k] = mu[i, k] + 1{strategy_i = k} w_i (outcome_i - mu[i, k]), NaN where mu is.

    References:
        Robins, Rotnitzky, Zhao (1994), JASA 89, 846; Chernozhukov et al. (2018), Econometrics Journal 21, C1, eq. (5.3);
        Hajek (1971) for the normalised weights.

    >>> import numpy as np
    >>> scores(np.array([1.0, 0.0]), np.array([0, 1]), np.array([[0.5, 0.25], [0.5, 0.25]]), np.full((2, 2), 0.5)).tolist()
    [[1.5, 0.25], [0.5, -0.25]]
    """
    rows = np.arange(len(strategy))
    gamma = mu.copy()
    gamma[rows, strategy] += weights_of(strategy, propensity) * (outcome - mu[rows, strategy])
    return gamma


def mean_of(values: Numbers, cluster: Codes) -> Estimate:
    """The mean of scores with a standard error that counts the rows of one borrower together.

    Args:
        values: (n,) scores, or differences of two columns of them.
        cluster: (n,) the borrower of each row.

    Returns:
        NaN with fewer than two borrowers, or where a score is undefined.

    References:
        Liang, Zeger (1986), Biometrika 73, 13: sums over clusters, times C / (C - 1).
    """
    n = len(values)
    if n == 0 or not np.isfinite(values).all():
        return Estimate(np.nan, np.nan, np.nan, np.nan, n)
    mean = float(values.mean())
    _, place = np.unique(cluster, return_inverse=True)
    sums = np.bincount(place, weights=values - mean)
    borrowers = len(sums)
    if borrowers < 2:
        return Estimate(mean, np.nan, np.nan, np.nan, n)
    se = float(np.sqrt((sums**2).sum() * borrowers / (borrowers - 1)) / n)
    return Estimate(mean, se, mean - Z95 * se, mean + Z95 * se, n)


def mean_of_amounts(values: Numbers, cluster: Codes) -> Estimate:
    """`mean_of` for amounts that a few large loans carry: its interval is Student's, with the freedom their spread has.

    Args:
        values: (n,) scores in currency. cluster: (n,) the borrower of each row.

    Returns:
        As `mean_of`, with low and high at the quantile for 2 C / (kurtosis - 1) degrees of freedom over C borrowers, at least
        2: so well is the standard error itself known.

    References:
        Satterthwaite (1946), An approximate distribution of estimates of variance components, Biometrics Bulletin 2,
        110-114, with the variance of a sample variance, (kurtosis - 1) / C of its square (Kendall & Stuart, 10.8).

    >>> import numpy as np
    >>> told = mean_of_amounts(np.append(np.zeros(99), 100.0), np.arange(100))
    >>> round((told.high - told.value) / told.se, 1)
    4.2
    """
    told = mean_of(values, cluster)
    if not told.se > 0:
        return told
    _, place = np.unique(cluster, return_inverse=True)
    squares = np.bincount(place, weights=values - told.value) ** 2
    kurtosis = float((squares**2).mean() / squares.mean() ** 2)
    half = student_975(max(2.0, 2 * len(squares) / (kurtosis - 1))) * told.se if kurtosis > 1 else Z95 * told.se
    return replace(told, low=told.value - half, high=told.value + half)


def contrast(gamma: Numbers, strategy: int, cluster: Codes, *, reference: int = 0) -> Estimate:
    """What giving all loans a strategy instead of the reference changes on average."""
    return mean_of(gamma[:, strategy] - gamma[:, reference], cluster)
