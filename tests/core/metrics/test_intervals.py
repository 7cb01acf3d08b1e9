"""The interval of a share, against a published vector and another program."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from core.metrics.intervals import wilson


@given(st.integers(1, 5_000), st.floats(0, 1), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_it_is_the_interval_that_scipy_gives(n: int, share: float, level: float) -> None:
    successes = round(n * share)
    other = binomtest(successes, n).proportion_ci(confidence_level=level, method="wilson")
    assert wilson(successes, n, level) == pytest.approx((other.low, other.high), abs=1e-9)


def test_the_published_vector_of_81_in_263() -> None:
    """Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I: .2553 to .3662."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@given(st.integers(0, 200), st.integers(0, 200))
def test_it_holds_the_share_seen_and_stays_within_0_and_1(successes: int, failures: int) -> None:
    n = successes + failures
    low, high = wilson(successes, n)
    if n == 0:
        assert math.isnan(low)
        assert math.isnan(high)
    else:
        assert 0 <= low <= successes / n <= high <= 1


@given(st.integers(0, 100), st.integers(1, 100))
def test_failures_are_successes_seen_from_the_other_side(successes: int, failures: int) -> None:
    n = successes + failures
    low, high = wilson(successes, n)
    assert wilson(failures, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


def test_no_trials_say_nothing() -> None:
    assert all(math.isnan(end) for end in wilson(0, 0))


@pytest.mark.parametrize(("successes", "n"), [(5, 4), (-1, 4), (0, -1), (math.nan, 4)])
def test_more_successes_than_trials_are_a_fault(successes: float, n: float) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        wilson(successes, n)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_in_percent_is_a_fault(level: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        wilson(1, 4, level)
