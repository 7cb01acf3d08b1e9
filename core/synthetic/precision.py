"""How precisely an analyst could find what was planted: regressions given what the officers saw.

References:
    White (1980), Econometrica 48: heteroskedasticity-robust standard errors;
    Liang & Zeger (1986), Biometrika 73: the same by cluster;
    Hanley & McNeil (1982), Radiology 143: standard error of an area under the ROC curve.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd


def known_at_placement(loans: pd.DataFrame) -> pd.DataFrame:
    """What an adjusted comparison may use: numbers of each loan at placement, centred, products and work as 0/1."""
    numbers = pd.DataFrame(
        {
            "dpd": loans["dpd"] / 30,
            "missed": loans["missed"],
            "log_balance": np.log(loans["balance"]),
            "debt_to_income": ((loans["emi"] + loans["other_emi"]) / loans["monthly_income"]).clip(upper=1.5),
            "cover": loans["collateral_value"] / loans["balance"],
            "promise_kept": loans["promise_kept"],
            "contact_rate": loans["contact_rate"],
        }
    ).astype(float)
    kinds = pd.get_dummies(loans[["product", "employment_type"]], drop_first=True, dtype=float)
    both = pd.concat([numbers, kinds], axis=1)
    return both - both.mean()


def slopes(
    outcome: np.ndarray, treated: np.ndarray, given: np.ndarray, cluster: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Least-squares slopes of `outcome` on the columns of `treated` given `given`, with robust standard errors.

    Args:
        outcome: n numbers. treated: n x k. given: n x p, without a constant.
        cluster: n labels of rows that are not independent; None where all are.

    Returns:
        k slopes and k standard errors; NaN where there are fewer rows than columns, or a treatment does not vary.
    """
    design = np.column_stack([treated, np.ones(len(outcome)), given])
    rows, columns = design.shape
    wanted = treated.shape[1]
    if rows <= columns:
        return np.full(wanted, math.nan), np.full(wanted, math.nan)
    bread = np.linalg.pinv(design.T @ design)
    fit = bread @ design.T @ outcome
    pull = design * (outcome - design @ fit)[:, None]
    if cluster is not None:
        codes = pd.factorize(cluster)[0]
        summed = np.zeros((codes.max() + 1, columns))
        np.add.at(summed, codes, pull)
        pull = summed
    spread = bread @ (pull.T @ pull) @ bread * rows / (rows - columns)
    error = np.sqrt(np.maximum(np.diag(spread)[:wanted], 0.0))
    known = np.ptp(treated, axis=0) > 0
    return np.where(known, fit[:wanted], math.nan), np.where(known, error, math.nan)


def mean_and_error(values: np.ndarray) -> tuple[float, float]:
    """Mean and its standard error; NaN where there are fewer than two values."""
    if len(values) < 2:
        return math.nan, math.nan
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


def ranking_power(score: np.ndarray, event: np.ndarray) -> tuple[float, float]:
    """Area under the ROC curve of a score for an event, and its standard error; NaN where one class is empty."""
    events, others = int(event.sum()), int((~event).sum())
    if not events or not others:
        return math.nan, math.nan
    ranks = pd.Series(score).rank().to_numpy()
    area = (ranks[event].sum() - events * (events + 1) / 2) / (events * others)
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (events - 1) * (one - area**2) + (others - 1) * (two - area**2)
    return float(area), math.sqrt(spread / (events * others))
