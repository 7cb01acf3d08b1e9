"""The regression behind the stated precision, against numbers worked by hand and against the formula's own case."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.synthetic.precision import mean_and_error, ranking_power, slopes


def test_a_slope_without_covariates_is_the_difference_of_means_with_its_robust_error() -> None:
    outcome = np.array([1.0, 3.0, 4.0, 8.0])
    treated = np.array([[0.0], [0.0], [1.0], [1.0]])
    slope, error = slopes(outcome, treated, np.empty((4, 0)))
    # means 2 and 6; residuals -1 1 -2 2; variance 2/4 + 8/4 = 2.5, times 4 / (4 - 2)
    assert slope[0] == pytest.approx(4.0)
    assert error[0] == pytest.approx(math.sqrt(5.0))


def test_rows_told_twice_in_one_cluster_do_not_make_it_more_precise() -> None:
    rng = np.random.default_rng(1)
    outcome, treated = rng.normal(size=200), (rng.random((200, 1)) < 0.5).astype(float)
    once = slopes(outcome, treated, np.empty((200, 0)))
    twice = [np.concatenate([values, values]) for values in (outcome, treated)]
    again = slopes(twice[0], twice[1], np.empty((400, 0)), cluster=np.tile(np.arange(200), 2))
    assert again[0] == pytest.approx(once[0])
    assert again[1] == pytest.approx(once[1], rel=0.01)


def test_too_few_rows_or_a_treatment_that_does_not_vary_give_nan() -> None:
    assert np.isnan(slopes(np.ones(2), np.array([[0.0], [1.0]]), np.ones((2, 3)))).all()
    assert np.isnan(slopes(np.arange(9.0), np.ones((9, 1)), np.arange(9.0)[:, None])).all()
    assert np.isnan(mean_and_error(np.array([1.0]))).all()
    assert np.isnan(ranking_power(np.array([1.0, 2.0]), np.array([True, True]))).all()


def test_mean_and_ranking_power_of_five_numbers() -> None:
    assert mean_and_error(np.array([1.0, 2.0, 3.0])) == (2.0, pytest.approx(1 / math.sqrt(3)))
    # pairs (event, other): 3>1, 3>2, 5>1, 5>2, 1.5>1, 1.5<2: five of six in order
    area, error = ranking_power(np.array([3, 5, 1.5, 1, 2]), np.array([True, True, True, False, False]))
    assert area == pytest.approx(5 / 6)
    assert 0 < error < 1
