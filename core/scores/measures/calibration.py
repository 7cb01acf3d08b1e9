"""Whether 0.3 means three in ten: measuring it, and mending it."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np

from core.scores.measures.clustered import design_effect
from core.scores.measures.logit import fit_logit, logit, sigmoid
from core.segments.features import Numbers

BINS = 10


def apply_calibration(calibration: Mapping[str, Any], margin: Numbers) -> Numbers:
    """Probabilities of margins: method "none", "platt" (slope, intercept) or "isotonic" (margins, probabilities)."""
    if calibration["method"] == "platt":
        return sigmoid(calibration["intercept"] + calibration["slope"] * margin)
    if calibration["method"] == "isotonic":
        return np.asarray(np.interp(margin, calibration["margins"], calibration["probabilities"]), dtype=float)
    return sigmoid(margin)


def fit_platt(outcome: Numbers, margin: Numbers) -> dict[str, Any]:
    """Platt's two numbers, with his targets that keep certainty out of reach.

    References:
        Platt (1999), Probabilistic outputs for support vector machines, eq. (2.1) and targets after it.
    """
    events = float(outcome.sum())
    soft = np.where(outcome == 1, (events + 1) / (events + 2), 1 / (len(outcome) - events + 2))
    intercept, slope = fit_logit(margin[:, None], soft, ridge=1e-9)
    return {"method": "platt", "intercept": float(intercept), "slope": float(slope)}


def log_loss(outcome: Numbers, probability: Numbers) -> Numbers:
    """Surprise of each outcome, in nats."""
    inside = np.clip(probability, 1e-12, 1 - 1e-12)
    return np.asarray(-(outcome * np.log(inside) + (1 - outcome) * np.log1p(-inside)), dtype=float)


def calibration_slope(outcome: Numbers, probability: Numbers) -> float:
    """Slope of the outcome's log-odds on the score's: 1 is right, under 1 the score is too sure of itself.

    References:
        Cox (1958), Biometrika 45, 562-565.
    """
    margin = logit(probability)
    if np.ptp(margin) < 1e-9 or np.ptp(outcome) == 0:
        return float("nan")
    return float(fit_logit(margin[:, None], outcome, ridge=1e-9)[1])


def slope_interval(
    outcome: Numbers, probability: Numbers, groups: Numbers | None = None, *, level: float = 0.95
) -> tuple[float, float, float]:
    """The calibration slope with Wald's interval, widened by what a borrower's loans share; NaN where scores or outcomes
    do not differ.

    Args:
        groups: the borrower of each loan; None where every loan stands for itself.

    References:
        Cox (1958), as above; Hastie, Tibshirani & Friedman (2009), ESL, 4.4.1 (covariance by the Hessian); Liang & Zeger
        (1986), Biometrika 73, 13-22 (sums of the score a cluster, here as a design effect).
    """
    margin = logit(probability)
    if np.ptp(margin) < 1e-9 or np.ptp(outcome) == 0:
        return float("nan"), float("nan"), float("nan")
    intercept, slope = fit_logit(margin[:, None], outcome, ridge=1e-9)
    fitted = sigmoid(intercept + slope * margin)
    design = np.column_stack([np.ones(len(margin)), margin])
    covariance = np.linalg.inv(design.T @ (design * (fitted * (1 - fitted))[:, None]))
    adds = np.asarray((outcome - fitted) * (design @ covariance[1]), dtype=float)
    reach = NormalDist().inv_cdf(0.5 + level / 2) * float(np.sqrt(covariance[1, 1] * design_effect(adds, groups)))
    return float(slope), float(slope) - reach, float(slope) + reach


def expected_calibration_error(outcome: Numbers, probability: Numbers, *, bins: int = BINS) -> float:
    """Mean gap between promised and observed share over bins of equal mass; NaN without rows.

    References:
        Roelofs et al. (2022), Mitigating bias in calibration error estimation, AISTATS (ECE by equal mass).
    """
    if not len(outcome):
        return float("nan")
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [abs(outcome[part].mean() - probability[part].mean()) * len(part) for part in parts]
    return float(sum(gaps) / len(outcome))
