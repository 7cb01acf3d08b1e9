"""The interval of a share, against a published vector and another program."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from core.metrics.intervals import can_be_judged, difference_is_clear, wilson, with_wilson
from core.metrics.measure import Measure, ratio


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


def test_a_share_of_counted_things_is_given_its_interval() -> None:
    share = with_wilson(ratio(3, 8, n=8, when_zero="nothing"))
    assert ((share.low, share.high), share.interval) == (wilson(3, 8), "Wilson")


@pytest.mark.parametrize(("above", "below"), [(1, 0), (9, 8), (-1, 8)])
def test_what_is_no_share_is_left_as_it_is(above: float, below: float) -> None:
    measure = ratio(above, below, n=8, when_zero="nothing")
    assert with_wilson(measure) is measure


def shares(successes: float, n: int) -> Measure:
    return with_wilson(Measure(successes / n, successes, n, n, "share"))


# Newcombe (1998), table II, method 10: 56/70 against 48/80 gives 0.0524 to 0.3339, 5/56 against 0/29 gives -0.0381 to 0.1926.
@pytest.mark.parametrize(
    ("one", "other", "clear"),
    [((56, 70), (48, 80), True), ((48, 80), (56, 70), True), ((5, 56), (0, 29), False), ((7, 10), (7, 10), False)],
)
def test_a_difference_is_clear_where_newcombes_interval_leaves_out_nothing(one, other, clear):
    assert difference_is_clear(shares(*one), shares(*other)) is clear


def test_a_share_without_an_interval_is_never_clear_and_a_sum_is_exact():
    bare, more = Measure(0.5, 1, 2, 2, "share"), Measure(0.9, 9, 10, 10, "share")
    assert not difference_is_clear(more, bare)
    assert not difference_is_clear(more, shares(1, 2))
    assert not can_be_judged(more, bare)
    cash, less = Measure(7.0, 7.0, 1.0, 2, "currency"), Measure(6.99, 6.99, 1.0, 2, "currency")
    assert difference_is_clear(cash, less)
    assert not can_be_judged(cash, replace(less, low=6.0, high=8.0))  # a sum that is estimated on one side only
    assert difference_is_clear(replace(cash, low=6.9, high=7.1), replace(less, low=5.0, high=6.995)) is False
