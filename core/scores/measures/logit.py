"""Logistic regression by Newton's method: small, exact and free of the ML stack."""

from __future__ import annotations

import numpy as np

from core.segments.features import Numbers

STEPS = 50
CLOSE_ENOUGH = 1e-10


def sigmoid(margin: Numbers) -> Numbers:
    """Probability of a log-odds margin, without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * margin)), dtype=float)


def logit(probability: Numbers) -> Numbers:
    """Log-odds of a probability; 0 and 1 are taken as 1e-12 from the edge."""
    inside = np.clip(probability, 1e-12, 1 - 1e-12)
    return np.asarray(np.log(inside) - np.log1p(-inside), dtype=float)


def fit_logit(x: Numbers, y: Numbers, *, ridge: float | Numbers, close_enough: float = CLOSE_ENOUGH) -> Numbers:
    """Coefficients that maximise the log-likelihood less ridge / 2 x their squares; the intercept is not shrunk.

    Args:
        x: rows by columns, no NaN; standardise before shrinking.
        y: 0 or 1 (or targets between, as Platt's).
        ridge: 0 or more, one for all columns or one a column; above 0 wherever columns may repeat each other or separate
            the classes.
        close_enough: no coefficient moves by as much in the last step.

    Returns:
        Intercept first, then one coefficient a column.

    References:
        Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, 4.4.1 and 4.4.4.
    """
    design = np.column_stack([np.ones(len(x)), x])
    penalty = np.append(1e-9, np.broadcast_to(ridge, x.shape[1]))
    beta = np.zeros(design.shape[1])
    for _ in range(STEPS):
        p = sigmoid(design @ beta)
        gradient = design.T @ (y - p) - penalty * beta
        hessian = (design * (p * (1 - p))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        beta = beta + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < close_enough:
            break
    return beta
