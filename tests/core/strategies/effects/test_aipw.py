"""The doubly robust scores, by hand."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.strategies.effects.aipw import Z95, contrast, mean_of, mean_of_amounts, scores, weights_of


def test_weights_make_every_strategy_stand_for_all_loans():
    strategy = np.array([0, 0, 1, 1, 1])
    propensity = np.array([[0.5, 0.5], [0.25, 0.75], [0.5, 0.5], [0.2, 0.8], [0.9, 0.1]])
    weights = weights_of(strategy, propensity)
    assert weights[:2] == pytest.approx([5 * 2 / 6, 5 * 4 / 6])
    assert weights[strategy == 1].sum() == pytest.approx(5)
    assert weights[4] / weights[2] == pytest.approx(10 / 2)


def test_scores_by_hand():
    """Four loans, chances of one half: each loan's weight is 2, its own residual counts twice."""
    outcome, strategy = np.array([0.4, 0.6, 0.9, 0.1]), np.array([0, 0, 1, 1])
    mu = np.array([[0.5, 0.6], [0.5, 0.6], [0.3, 0.7], [0.3, 0.7]])
    gamma = scores(outcome, strategy, mu, np.full((4, 2), 0.5))
    assert gamma.tolist() == [
        pytest.approx([0.5 - 0.2, 0.6]), pytest.approx([0.5 + 0.2, 0.6]),
        pytest.approx([0.3, 0.7 + 0.4]), pytest.approx([0.3, 0.7 - 1.2]),
    ]  # fmt: skip
    assert contrast(gamma, 1, np.arange(4)).value == pytest.approx((0.6 * 2 + 1.1 - 0.5) / 4 - (0.3 + 0.7 + 0.6) / 4)


def test_without_models_of_the_outcome_scores_are_the_weighted_mean():
    rng = np.random.default_rng(1)
    strategy, outcome = rng.integers(0, 2, 200), rng.random(200)
    chance = rng.uniform(0.2, 0.8, 200)
    propensity = np.column_stack([1 - chance, chance])
    gamma = scores(outcome, strategy, np.zeros((200, 2)), propensity)
    had = strategy == 1
    assert gamma[:, 1].mean() == pytest.approx(np.average(outcome[had], weights=1 / chance[had]))


def test_a_strategy_that_was_not_learned_has_no_score():
    gamma = scores(np.ones(3), np.array([0, 0, 1]), np.array([[0.5, np.nan]] * 3), np.full((3, 2), 0.5))
    assert np.isnan(gamma[:, 1]).all()
    assert contrast(gamma, 1, np.arange(3)).to_json() == {"value": None, "se": None, "low": None, "high": None, "n": 3}
    json.dumps(contrast(gamma, 1, np.arange(3)).to_json(), allow_nan=False)


def test_the_error_of_a_mean_of_independent_loans_is_the_textbook_one():
    values = np.array([1.0, 2.0, 4.0, 9.0])
    told = mean_of(values, np.arange(4))
    assert (told.value, told.se) == pytest.approx((4.0, values.std(ddof=1) / 2))
    assert (told.low, told.high) == pytest.approx((4 - Z95 * told.se, 4 + Z95 * told.se))


@given(st.lists(st.floats(-10, 10), min_size=3, max_size=12), st.integers(2, 4))
def test_loans_told_twice_carry_no_more_than_once(values, times):
    once = mean_of(np.array(values), np.arange(len(values)))
    again = mean_of(np.tile(values, times), np.tile(np.arange(len(values)), times))
    assert again.value == pytest.approx(once.value, abs=1e-9)
    assert again.se == pytest.approx(once.se, abs=1e-9)


def test_no_loans_or_one_borrower_have_no_interval():
    assert np.isnan(mean_of(np.empty(0), np.empty(0, dtype=int)).value)
    one = mean_of(np.array([1.0, 2.0]), np.array([7, 7]))
    assert one.value == 1.5
    assert np.isnan([one.se, one.low, one.high]).all()


def test_amounts_that_few_loans_carry_have_the_wider_interval_that_their_error_deserves():
    """A hundred loans alike are as good as normal; with one that carries all, the error is known by few."""
    rng = np.random.default_rng(0)
    alike, borrowers = rng.normal(5.0, 1.0, 2_000), np.arange(2_000)
    told = mean_of_amounts(alike, borrowers)
    assert (told.value, told.se) == (mean_of(alike, borrowers).value, mean_of(alike, borrowers).se)
    assert (told.high - told.value) / told.se == pytest.approx(Z95, rel=2e-3)
    carried = np.where(borrowers == 7, 5_000.0, alike)
    assert (mean_of_amounts(carried, borrowers).high - carried.mean()) / mean_of(carried, borrowers).se > 4
    halves = np.repeat([-1.0, 1.0], 50)
    assert mean_of_amounts(halves, np.arange(100)).high == pytest.approx(mean_of(halves, np.arange(100)).high)


@pytest.mark.parametrize("values", [np.empty(0), np.array([1.0]), np.array([1.0, np.nan]), np.ones(5)])
def test_where_a_mean_has_no_error_amounts_have_none_of_their_own(values):
    told, plain = mean_of_amounts(values, np.arange(len(values))), mean_of(values, np.arange(len(values)))
    np.testing.assert_array_equal([told.low, told.high], [plain.low, plain.high])


def test_means_of_very_skewed_amounts_are_held_by_their_intervals():
    """Log-normal amounts of 1.5 a loan, 300 loans: normal intervals hold the mean in fewer of 2,000 books."""
    mean, rng = np.exp(1.125), np.random.default_rng(1)
    books = [
        (mean_of(x, np.arange(300)), mean_of_amounts(x, np.arange(300))) for x in rng.lognormal(0, 1.5, (2_000, 300))
    ]
    plain, wide = (np.mean([each[place].low <= mean <= each[place].high for each in books]) for place in (0, 1))
    assert wide > plain + 0.015
    assert 0.90 < wide < 0.96
