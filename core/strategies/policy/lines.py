"""Logistic lines whose coefficients are shrunk by as much as the data themselves ask for. NumPy only.

Coefficients come in groups (a fact, the same fact within one strategy, ...). Each group has a spread of its own, estimated
with the line: a group that carries nothing is shrunk to nothing, one that carries much is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.strategies.observed import Codes, Numbers

ROUNDS = 40
CLOSE_ENOUGH = 0.01
FIRST_SPREAD = 0.15
LOWEST, HIGHEST = 1e-6, 4.0
"""Bounds of a squared spread; a group at the lowest is left out."""
UNSHRUNK = 1e-4
FREE = -1
"""The group of the intercept: it is not shrunk."""


@dataclass(frozen=True, slots=True)
class Line:
    """A fitted line: the intercept first, then one coefficient a column.

    Attributes:
        beta: (q + 1,) log-odds.
        covariance: (q + 1, q + 1) of the coefficients given the spreads (posterior).
        spreads: (G,) the standard deviation each group's coefficients were drawn from, as estimated.
        dispersion: variance of the outcome over that of a coin with the same mean.
    """

    beta: Numbers
    covariance: Numbers
    spreads: Numbers
    dispersion: float


@dataclass(frozen=True, slots=True)
class Prior:
    """What is taken for granted of the spreads: an inverse-gamma of their squares, unless a group's spread is stated.

    Attributes:
        group: (q,) of each column. weight: how many coefficients it counts as. spread: its typical size, log-odds.
        stated: (G,) a spread that is not estimated; NaN where it is.
    """

    group: Codes
    weight: float
    spread: float
    stated: Numbers


def sigmoid(margin: Numbers) -> Numbers:
    """The probability of a log-odds margin, without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * margin)))


def fit_line(x: Numbers, y: Numbers, prior: Prior) -> Line:
    """The logistic mean of a share, with the spread of each group of coefficients estimated from the same rows.

    Args:
        x: (n, q) standardised columns. y: (n,) from 0 to 1. prior: of the columns.

    The spreads maximise the marginal likelihood of the linearised model (Laplace), by MacKay's fixed point.

    References:
        MacKay (1992), Bayesian interpolation, Neural Computation 4, 415-447, eqs. (3.17)-(3.19); Breslow & Clayton (1993),
        Approximate inference in generalized linear mixed models, JASA 88, 9-25 (the quasi-likelihood); McCullagh & Nelder
        (1989), Generalized Linear Models, 4.5.2 (the dispersion).
    """
    rows = np.column_stack([np.ones(len(x)), x])
    group = np.append(FREE, prior.group)
    shrunk = group != FREE
    size = np.bincount(group[shrunk], minlength=len(prior.stated))
    squared = np.where(np.isnan(prior.stated), FIRST_SPREAD, np.nan_to_num(prior.stated)) ** 2
    beta, dispersion, live = _level(y, rows.shape[1]), 1.0, np.ones(rows.shape[1], dtype=bool)
    for at in range(ROUNDS):
        precision = np.where(shrunk, 1.0 / squared[np.maximum(group, 0)], UNSHRUNK)
        for _ in range(1 if at else 4):
            beta[live], covariance = _newton(rows[:, live], y, beta[live], precision[live], dispersion)
        variance = np.where(shrunk, squared[np.maximum(group, 0)], 0.0)
        variance[live] = np.diag(covariance)
        dispersion = _dispersion(rows[:, live] @ beta[live], y, float((1.0 - variance * precision)[live].sum()))
        sums = np.bincount(group[shrunk], weights=beta[shrunk] ** 2, minlength=len(size))
        left = np.bincount(group[shrunk], weights=variance[shrunk], minlength=len(size)) / squared
        told = (sums + prior.weight * prior.spread**2) / (np.maximum(size - left, 1e-6) + prior.weight)
        told = np.where(np.isnan(prior.stated), told.clip(LOWEST, HIGHEST), squared)
        moved, squared = float(np.abs(np.sqrt(told) - np.sqrt(squared)).max(initial=0.0)), told
        gone = shrunk & (squared[np.maximum(group, 0)] <= 2 * LOWEST)
        live, beta[gone] = live & ~gone, 0.0
        if at > 4 and moved < CLOSE_ENOUGH:
            break
    whole = np.zeros((len(beta), len(beta)))
    precision = np.where(shrunk, 1.0 / squared[np.maximum(group, 0)], UNSHRUNK)
    beta[live], whole[np.ix_(live, live)] = _newton(rows[:, live], y, beta[live], precision[live], dispersion)
    return Line(beta, whole, np.sqrt(squared), dispersion)


def _level(y: Numbers, columns: int) -> Numbers:
    beta, mean = np.zeros(columns), float(np.clip(y.mean(), 1e-3, 1 - 1e-3))
    beta[0] = np.log(mean / (1 - mean))
    return beta


def _newton(rows: Numbers, y: Numbers, beta: Numbers, precision: Numbers, dispersion: float) -> tuple[Numbers, Numbers]:
    """One step, and the inverse of the curvature where it was taken."""
    p = sigmoid(rows @ beta)
    weight = np.maximum(p * (1 - p), 1e-6) / dispersion
    inverse = np.asarray(np.linalg.inv((rows * weight[:, None]).T @ rows + np.diag(precision)), dtype=float)
    step = inverse @ (rows.T @ (y - p) / dispersion - precision * beta)
    return beta + step * min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-9)), inverse


def _dispersion(margin: Numbers, y: Numbers, used_up: float) -> float:
    p = sigmoid(margin)
    squares = float(((y - p) ** 2 / np.maximum(p * (1 - p), 1e-6)).sum())
    return float(np.clip(squares / max(len(y) - used_up, 10.0), 0.02, 3.0))
