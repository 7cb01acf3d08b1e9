"""How propensities and outcomes are learned: lines that bend, small trees, and as much of either as held-out loans ask for."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
from sklearn.linear_model import LogisticRegression

from core.strategies.observed import Codes, Numbers

INVERSE_RIDGE = 0.3
RIDGES = (1.0, 10.0, 100.0, 1000.0)
TREES: dict[str, Any] = {
    "num_leaves": 8, "learning_rate": 0.08, "min_data_in_leaf": 20, "lambda_l2": 5.0, "max_bin": 63, "num_threads": 1,
    "deterministic": True, "force_row_wise": True, "verbose": -1,
}  # fmt: skip
CHANCE_ROUNDS = 40
MEAN_ROUNDS = 100
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of the trees that are tried where two learners are mixed."""


def chances_by_lines(matrix: Numbers, strategy: Codes, asked: Numbers, strategies: int) -> Numbers:
    """(m, K) multinomial logistic chances at `asked`, learned at `matrix`; 0 for a strategy that was not seen."""
    if len(np.unique(strategy)) == 1:
        return _certain(strategy, len(asked), strategies)
    model = LogisticRegression(C=INVERSE_RIDGE, max_iter=200, tol=1e-3)
    return _in_columns(model.fit(matrix, strategy).predict_proba(asked), model.classes_, strategies)


def chances_by_trees(facts: Numbers, strategy: Codes, asked: Numbers, strategies: int, seed: int) -> Numbers:
    """The same by small boosted trees on the facts themselves."""
    classes, place = np.unique(strategy, return_inverse=True)
    if len(classes) == 1:
        return _certain(strategy, len(asked), strategies)
    params = TREES | {"objective": "multiclass", "num_class": len(classes), "seed": seed}
    told = _grown(params, lightgbm.Dataset(facts, place), CHANCE_ROUNDS).predict(asked)
    return _in_columns(np.asarray(told), classes, strategies)


def means_by_lines(matrix: Numbers, outcome: Numbers, asked: Numbers) -> Numbers:
    """(m,) ridge regression; its strength by generalised cross-validation.

    References:
        Golub, Heath, Wahba (1979), Technometrics 21, 215, eq. (1.4).
    """
    center, mean = matrix.mean(axis=0), outcome.mean()
    left, size, right = np.linalg.svd(matrix - center, full_matrices=False)
    told, n = left.T @ (outcome - mean), len(outcome)
    total, best, chosen = float(((outcome - mean) ** 2).sum()), np.inf, np.zeros(matrix.shape[1])
    for ridge in RIDGES:
        kept = size**2 / (size**2 + ridge)
        squares = total - float((told**2 * (1 - (1 - kept) ** 2)).sum())
        loss = squares / max(n - 1 - float(kept.sum()), 1e-9) ** 2
        if loss < best:
            best, chosen = loss, right.T @ (told * np.divide(kept, size, out=np.zeros_like(size), where=size > 1e-9))
    return np.asarray(mean + (asked - center) @ chosen)


def means_by_trees(
    facts: Numbers, strategy: Codes, outcome: Numbers, asked: Numbers, strategies: int, seed: int
) -> Numbers:
    """(m, K) means by small boosted trees that learn from all strategies at once: a rare one borrows what all share."""
    which = np.eye(strategies)
    params = TREES | {"objective": "l2", "seed": seed}
    model = _grown(params, lightgbm.Dataset(np.hstack([facts, which[strategy]]), outcome), MEAN_ROUNDS)
    under = [np.hstack([asked, np.tile(which[kind], (len(asked), 1))]) for kind in range(strategies)]
    return np.column_stack([np.asarray(model.predict(each)) for each in under])


def _grown(params: dict[str, Any], rows: lightgbm.Dataset, rounds: int) -> lightgbm.Booster:
    """Grown as it is: LightGBM would else write each model as text and read it again."""
    return lightgbm.train(params, rows, rounds, keep_training_booster=True)


def _certain(strategy: Codes, asked: int, strategies: int) -> Numbers:
    return _in_columns(np.ones((asked, 1)), strategy[:1], strategies)


def _in_columns(told: Numbers, classes: Codes, strategies: int) -> Numbers:
    chances = np.zeros((len(told), strategies))
    chances[:, classes] = told
    return chances
