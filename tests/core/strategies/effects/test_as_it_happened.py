"""The comparisons that the adjusted one stands beside, by hand."""

import numpy as np
import pytest

from core.strategies.effects.as_it_happened import naive, stratified

STRATEGY = np.array([0, 0, 0, 0, 1, 1, 1, 1])
OUTCOME = np.array([0.8, 0.6, 0.2, 0.4, 0.9, 0.7, 0.3, 0.1])
RISK = np.array([1.0, 2, 11, 12, 3, 4, 13, 14])
ALONE = np.arange(8)


def test_naive_is_the_difference_of_means_with_its_textbook_error():
    told = naive(OUTCOME, STRATEGY, 1, ALONE)
    assert told.value == pytest.approx(0.5 - 0.5)
    halves = [OUTCOME[each == STRATEGY].var() / 4 for each in (0, 1)]
    assert told.se == pytest.approx(np.sqrt(sum(halves) * 8 / 7))
    assert (told.n, told.low) == (8, pytest.approx(told.value - 1.96 * told.se, abs=1e-4))


def test_bands_compare_like_with_like():
    outcome = np.array([0.8, 0.8, 0.2, 0.2, 0.9, 0.3, 0.3, 0.3])
    risk = np.array([1.0, 1, 9, 9, 1, 9, 9, 9])
    strategy = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    two = stratified(np.tile(outcome, 2), np.tile(strategy, 2), 1, np.arange(16), np.tile(risk, 2), bands=2)
    assert naive(outcome, strategy, 1, ALONE).value == pytest.approx(-0.05)
    assert two.value > 0.05


def test_bands_by_hand():
    told = stratified(OUTCOME, STRATEGY, 1, ALONE, RISK, bands=2)
    assert told.value == pytest.approx(0.5 * (0.8 - 0.7) + 0.5 * (0.2 - 0.3))


def test_fewer_bands_are_made_until_each_holds_both():
    risk = np.where(STRATEGY == 1, 10.0, 0.0) + ALONE
    assert stratified(OUTCOME, STRATEGY, 1, ALONE, risk).value == pytest.approx(
        naive(OUTCOME, STRATEGY, 1, ALONE).value
    )


def test_a_strategy_without_loans_is_undefined():
    assert np.isnan(naive(OUTCOME, STRATEGY, 2, ALONE).value)


def test_loans_of_one_borrower_count_together():
    apart, together = (
        naive(OUTCOME, STRATEGY, 1, ALONE),
        naive(OUTCOME, STRATEGY, 1, np.array([0, 0, 1, 1, 2, 2, 3, 3])),
    )
    assert together.value == apart.value
    assert together.se > apart.se
