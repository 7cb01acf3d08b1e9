"""Arms that do not have their planned shares are found, and only those."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest, chisquare

from core.strategies.trials.balance import covariates_apart, moved_words, outcomes_missing, sample_ratio


def test_shares_are_tested_as_scipy_does():
    found = sample_ratio([820, 640, 540], [0.4, 0.35, 0.25], "ABC")
    assert found.p == pytest.approx(chisquare([820, 640, 540], [800, 700, 500]).pvalue)
    assert (found.how, found.is_invalid) == ("chi-square", False)
    assert (
        found.words
        == "Borrowers by arm: A 820 (planned 800), B 640 (planned 700), C 540 (planned 500); as planned (p 0.012, chi-square)."
    )


def test_few_are_tested_exactly():
    found = sample_ratio([9, 0], [0.5, 0.5], "AB")
    assert found.p == pytest.approx(binomtest(0, 9, 0.5).pvalue)
    assert found.how == "exact"
    three = sample_ratio([40, 30, 6], [0.5, 0.49, 0.01], "ABC")
    assert three.p == pytest.approx(3 * binomtest(6, 76, 0.01).pvalue)
    assert three.is_invalid
    assert "not the shares of the plan (p below 0.001, exact)" in three.words


def test_nobody_is_no_mismatch():
    found = sample_ratio([0, 0], [0.5, 0.5], "AB")
    assert math.isnan(found.p)
    assert not found.is_invalid


def test_a_mismatch_is_seldom_claimed_where_there_is_none_and_found_where_there_is():
    rng = np.random.default_rng(1)
    false = np.mean(
        [sample_ratio([k, 1_000 - k], [0.5, 0.5], "AB").is_invalid for k in rng.binomial(1_000, 0.5, 5_000)]
    )
    found = np.mean([sample_ratio([k, 4_000 - k], [0.5, 0.5], "AB").is_invalid for k in rng.binomial(4_000, 0.46, 500)])
    assert false <= 0.0025
    assert found > 0.9


def test_a_difference_before_the_trial_is_told_in_standard_deviations():
    values = np.column_stack([[1.0, 3, 2, 4, 9, 9], [5.0] * 6, [np.nan, 1, 1, np.nan, np.nan, np.nan]])
    side = np.array([False, False, True, True, True, True])
    borrower = np.array([1, 2, 3, 4, 5, 5])
    known, same, few = covariates_apart(values, ("days", "rate", "score"), side, borrower)
    assert (known.champion, known.challenger) == (2.0, 5.0)
    assert known.smd == pytest.approx(3 / math.sqrt((2 + 13) / 2))
    assert known.z == pytest.approx(known.smd / math.sqrt(1 / 2 + 1 / 3))
    assert math.isnan(same.smd)
    assert math.isnan(few.smd)
    assert not any(each.is_far for each in (known, same, few))


def test_outcomes_lost_in_one_arm_only_are_found():
    assert outcomes_missing([1_000, 1_000], [50, 120]) == pytest.approx(
        chisquare([50, 120, 950, 880], [85, 85, 915, 915], ddof=2).pvalue
    )
    assert math.isnan(outcomes_missing([1_000, 1_000], [0, 3]))
    assert math.isnan(outcomes_missing([0, 0], [0, 0]))
    assert math.isnan(outcomes_missing([50, 50], [50, 50]))


def test_who_was_in_both_arms_is_counted_in_words():
    assert moved_words(1, 1_200) == "1 borrower of 1,200 is in more than one arm: the arms were not kept apart"
