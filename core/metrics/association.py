"""How columns of a book move together, and how an outcome is spread over groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import pandas as pd

FEWEST_PAIRS = 30


def rank_correlations(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Spearman's rank correlation of every pair of columns.

    Args:
        frame: numbers, NaN where not stated.
        columns: which of its columns; those it lacks are left out.

    Returns:
        One row a pair, each pair once and a column with itself never: left, right, rho (-1 to 1, NaN where fewer than
        30 rows state both or one of them never varies there) and n (rows that state both).

    References:
        Spearman, C. (1904). The proof and measurement of association between two things. Am. J. Psych. 15, 72-101;
        ties by mean rank.

    >>> pair = pd.DataFrame({"dpd": range(30), "balance": range(30)})
    >>> rank_correlations(pair, ["dpd", "balance"]).to_dict("records")
    [{'left': 'dpd', 'right': 'balance', 'rho': 1.0, 'n': 30}]
    """
    known = [name for name in columns if name in frame]
    pairs = [(left, right) for place, left in enumerate(known) for right in known[place + 1 :]]
    told = [(left, right, *_rank_correlation(frame[left], frame[right])) for left, right in pairs]
    return pd.DataFrame(told, columns=["left", "right", "rho", "n"])


def _rank_correlation(left: pd.Series, right: pd.Series) -> tuple[float, int]:
    both = left.notna() & right.notna()
    n = int(both.sum())
    a, b = left[both].astype(float).rank().to_numpy(), right[both].astype(float).rank().to_numpy()
    if n < FEWEST_PAIRS or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan"), n
    return round(float(np.corrcoef(a, b)[0, 1]), 6), n


def rank_interval(rho: float, n: int, *, among: int = 1) -> tuple[float, float]:
    """The 95 % interval of a rank correlation.

    Args:
        rho: from `rank_correlations`; n: rows that state both, 4 or more.
        among: how many are looked at together; each interval is then wider (Bonferroni).

    Returns:
        Its ends, within -1 to 1; NaN where rho is, and for a perfect order, which this formula would call certain.

    References:
        Bonett & Wright (2000), "Sample size requirements for estimating Pearson, Kendall and Spearman correlations",
        Psychometrika 65, 23-28: Fisher's transformation with variance (1 + rho^2 / 2) / (n - 3).

    >>> [round(end, 3) for end in rank_interval(0.5, 50)]
    [0.241, 0.692]
    """
    if math.isnan(rho) or abs(rho) >= 1:
        return math.nan, math.nan
    half = NormalDist().inv_cdf(1 - 0.025 / among) * math.sqrt((1 + rho**2 / 2) / (n - 3))
    return math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half)


def outcome_shares(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """How the outcome is spread within each group.

    Args:
        frame: `by` and outcome (both stated), one row a loan.
        by: the grouping column.

    Returns:
        One row a group and outcome that occurs in it: `by`, outcome, loans, n (loans of the group), share (loans / n).
    """
    counts = frame.groupby([by, "outcome"], observed=True).size().rename("loans").reset_index()
    counts["n"] = counts.groupby(by, observed=True)["loans"].transform("sum")
    counts["share"] = counts["loans"] / counts["n"]
    return counts


def differs_beyond_chance(groups: pd.DataFrame) -> bool:
    """Whether groups differ in a share by more than chance gives one time in twenty.

    Args:
        groups: loans (with the outcome) and n (loans of the group), one row a group; groups without loans are left out.

    Returns:
        Pearson's chi-square of groups by (with, without) above its 95 % quantile; False with fewer than two groups or
        where nobody or everybody has the outcome.

    References:
        Pearson, K. (1900). Phil. Mag. 50, 157-175; the quantile by Wilson & Hilferty (1931), PNAS 17, 684-688.

    >>> differs_beyond_chance(pd.DataFrame({"loans": [10, 40], "n": [100, 100]}))
    True
    >>> differs_beyond_chance(pd.DataFrame({"loans": [10, 12], "n": [100, 100]}))
    False
    """
    known = groups[groups["n"] > 0]
    share = known["loans"].sum() / max(1, known["n"].sum())
    freedom = len(known) - 1
    if freedom < 1 or share in (0, 1):
        return False
    expected = known["n"] * share
    statistic = ((known["loans"] - expected) ** 2 / (expected * (1 - share))).sum()
    spread = 2 / (9 * freedom)
    return bool(statistic > freedom * (1 - spread + 1.6449 * spread**0.5) ** 3)
