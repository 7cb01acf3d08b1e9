"""What each way to learn promises of itself."""

from __future__ import annotations

import numpy as np
import pytest

from core.scores.learning.candidates import CANDIDATES, ROUNDS
from core.scores.measures.discrimination import auc

BY_KIND = {candidate.kind: candidate for candidate in CANDIDATES}


def rows(n: int, seed: int = 1):
    """Column 0 raises the risk in a straight line, column 1 beyond a threshold, column 2 is noise."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 3))
    margin = 1.0 * x[:, 0] + 2.0 * (x[:, 1] > 1.0) - 0.4
    return x, (rng.random(n) < 1 / (1 + np.exp(-margin))).astype(float), margin


def test_a_direction_the_field_is_sure_of_is_never_reversed_by_chance():
    rng = np.random.default_rng(5)
    signal = rng.standard_normal(1_000)
    x = np.column_stack([signal, signal + 0.5 * rng.standard_normal(1_000)])
    y = (rng.random(1_000) < 1 / (1 + np.exp(-(2.0 * x[:, 0] - 1.0 * x[:, 1])))).astype(float)
    free = BY_KIND["logistic"].fit(x, y, [0, 0], np.arange(1_000.0)).content["linear"]["coefficients"]
    bound = BY_KIND["logistic"].fit(x, y, [1, 1], np.arange(1_000.0)).content["linear"]["coefficients"]
    assert free[1] < -0.2
    assert bound[1] == 0.0
    assert bound[0] > 0.5


def test_boosting_finds_the_threshold_that_a_straight_line_misses():
    x, y, _ = rows(4_000)
    asked, _, truth = rows(4_000, seed=2)
    outcome = (np.random.default_rng(3).random(4_000) < 1 / (1 + np.exp(-truth))).astype(float)
    groups = np.arange(4_000.0)
    line = BY_KIND["logistic"].fit(x, y, [1, 1, 0], groups).margin(asked)
    boosted = BY_KIND["gradient_boosting"].fit(x, y, [1, 1, 0], groups)
    assert auc(outcome, boosted.margin(asked)) > auc(outcome, line) + 0.003
    assert auc(outcome, boosted.margin(asked)) > auc(outcome, truth) - 0.01
    assert len(boosted.content["trees"]) in ROUNDS


def test_boosting_begins_with_the_line_and_takes_few_trees_where_a_straight_line_is_the_truth():
    rng = np.random.default_rng(8)
    x = rng.standard_normal((500, 4))
    y = (rng.random(500) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    content = BY_KIND["gradient_boosting"].fit(x, y, [0] * 4, np.arange(500.0)).content
    assert content["linear"]["coefficients"][0] > 0.5
    assert len(content["trees"]) <= ROUNDS[1]


@pytest.mark.parametrize("kind", BY_KIND)
def test_the_small_fit_ranks_like_the_whole_one(kind):
    x, y, _ = rows(800)
    groups = np.arange(800.0)
    whole = BY_KIND[kind].fit(x, y, [1, 1, 0], groups).margin(x)
    small = BY_KIND[kind].fit_small(x, y, [1, 1, 0], groups).margin(x)
    assert np.corrcoef(np.argsort(np.argsort(whole)), np.argsort(np.argsort(small)))[0, 1] > 0.9


def test_a_line_for_each_of_many_outcomes_is_the_one_it_gets_alone():
    rng = np.random.default_rng(6)
    x = rng.standard_normal((300, 4)) + rng.standard_normal((300, 1))
    outcomes = (rng.random((300, 30)) < 0.3).astype(float)
    logistic, monotone, groups = BY_KIND["logistic"], [1, -1, 1, 0], np.arange(300.0)
    together = logistic.fit_many(x, outcomes, monotone)(x)
    alone = np.column_stack([logistic.fit(x, outcome, monotone, groups).margin(x) for outcome in outcomes.T])
    assert np.abs(together - alone).max() < 1e-9
    left_out = {
        tuple(weight == 0 for weight in logistic.fit(x, outcome, monotone, groups).content["linear"]["coefficients"])
        for outcome in outcomes.T
    }
    assert len(left_out) > 3
