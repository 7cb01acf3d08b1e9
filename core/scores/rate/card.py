"""How good a recovery rate is on borrowers it did not learn from, and whether it beats the pooled experience."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from core.metrics.delinquency import bucket_of
from core.scores.rows.folds import FOLDS, grouped_folds
from core.scores.scoring.expected import FEWEST_LOANS
from core.segments.features import Numbers, number

DECILES = 10
Z = NormalDist().inv_cdf(0.975)


def measured(rows: pd.DataFrame, predicted: Numbers, realised: Numbers, groups: Numbers) -> dict[str, Any]:
    """Figures for the card, each with its 95 % interval (borrowers as the unit).

    Args:
        rows: the loans learned from; predicted: rates out of fold; realised: rates as they came; groups: borrowers.

    Returns:
        n, promised, came and came_ci (shares of the balance: expected cash and cash over what was owed), r2 and r2_ci, mae
        (mean absolute error, shares), actual_expected and its _ci (cash over expected cash), gain and gain_ci (mean
        squared error of the pooled rate less the model's), pooled_by, deciles (n, predicted, realised, low, high: means
        over the loans of tenths by what was predicted).
    """
    balance, gap = number(rows, "balance"), (realised - predicted) ** 2
    spread = (realised - realised.mean()) ** 2
    lost, lost_low, lost_high = ratio_interval(gap, spread, groups)
    actual, low, high = ratio_interval(realised * balance, predicted * balance, groups)
    came, came_low, came_high = ratio_interval(realised * balance, balance, groups)
    pooled, pooled_by = _pooled(rows, realised, groups)
    gain, gain_low, gain_high = ratio_interval((realised - pooled) ** 2 - gap, np.ones(len(gap)), groups)
    return {
        "n": len(rows), "promised": float((predicted * balance).sum() / balance.sum()), "came": came,
        "came_ci": [came_low, came_high], "r2": 1 - lost, "r2_ci": [1 - lost_high, 1 - lost_low],
        "mae": float(np.abs(realised - predicted).mean()), "actual_expected": actual, "actual_expected_ci": [low, high],
        "gain": gain, "gain_ci": [gain_low, gain_high], "pooled_by": pooled_by,
        "deciles": _deciles(predicted, realised, groups),
    }  # fmt: skip


def worth_it(card: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether the rate beats the pooled experience of the bucket (the interval of the gain lies above 0), and why not."""
    low, high = card["gain_ci"]
    if low > 0:
        return True, ""
    return False, (
        "out of fold it does not clearly beat the pooled rate of the arrears bucket (squared error less by "
        f"{card['gain']:.4f}, 95 % interval {low:.4f} to {high:.4f})"
    )


def ratio_interval(above: Numbers, below: Numbers, groups: Numbers) -> tuple[float, float, float]:
    """A ratio of two sums with its 95 % interval, loans of one borrower taken together (linearised).

    References:
        Cochran (1977), Sampling Techniques, 6.3 and 9.

    >>> ratio_interval(np.array([2.0, 2.0]), np.array([4.0, 4.0]), np.array([0, 1]))
    (0.5, 0.5, 0.5)
    """
    total = float(below.sum())
    if total <= 0:
        return float("nan"), float("nan"), float("nan")
    ratio = float(above.sum()) / total
    _, of_row = np.unique(groups, return_inverse=True)
    off = np.bincount(of_row, weights=above - ratio * below)
    error = float(np.sqrt((off**2).sum() * len(off) / max(len(off) - 1, 1))) / total
    return ratio, ratio - Z * error, ratio + Z * error


def _pooled(rows: pd.DataFrame, realised: Numbers, groups: Numbers) -> tuple[Numbers, str]:
    """The rate of the loan's bucket on borrowers of other folds: by loan or by balance, whichever errs less here."""
    days = number(rows, "dpd")
    bucket = np.asarray(bucket_of(pd.Series(np.nan_to_num(days, nan=0.0)).astype(int)), dtype=object)
    balance, fold = number(rows, "balance"), grouped_folds(groups, (realised > 0).astype(float))
    told = {"loan": np.empty(len(rows)), "balance": np.empty(len(rows))}
    for each in range(FOLDS):
        held = fold == each
        for name, weight in (("loan", np.ones(len(rows))), ("balance", balance)):
            seen = pd.DataFrame({"bucket": bucket, "cash": realised * weight, "owed": weight, "loans": 1.0})[~held]
            sums = seen.groupby("bucket")[["cash", "owed", "loans"]].sum()
            rate = (sums["cash"] / sums["owed"]).where(sums["loans"] >= FEWEST_LOANS)
            everybody = seen["cash"].sum() / seen["owed"].sum()
            told[name][held] = pd.Series(bucket[held]).map(rate).fillna(everybody).to_numpy(dtype=float)
    best = min(told, key=lambda name: float(((realised - told[name]) ** 2).mean()))
    return told[best], best


def _deciles(predicted: Numbers, realised: Numbers, groups: Numbers) -> list[dict[str, Any]]:
    order = np.argsort(predicted, kind="stable")
    found = []
    for part in (part for part in np.array_split(order, DECILES) if len(part) > 1):
        mean, low, high = ratio_interval(realised[part], np.ones(len(part)), groups[part])
        found.append(
            {"n": len(part), "predicted": float(predicted[part].mean()), "realised": mean, "low": low, "high": high}
        )
    return found
