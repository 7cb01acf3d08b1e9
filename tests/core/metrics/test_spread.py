"""The error of a ratio of two sums: by hand, against the spread it claims to be, and against another program."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t

from core.metrics.spread import effective_number, interval_around, jackknife_error, ratio_error, student_975


def error_of(base, amount) -> float:
    base, amount = np.asarray(base, float), np.asarray(amount, float)
    return ratio_error(
        len(base), base.sum(), amount.sum(),
        base_sq=base @ base, amount_sq=amount @ amount, base_amount=base @ amount,
    )  # fmt: skip


def test_the_error_worked_by_hand():
    """r = 60 / 400 = .15; the units miss by -5, -15 and 20; 3/2 x 650 / 400^2 = .00609375."""
    assert error_of([100, 100, 200], [10, 0, 50]) == pytest.approx(math.sqrt(0.00609375))


def test_of_units_of_one_size_it_is_the_error_of_a_mean():
    amounts = [3.0, 0.0, 7.0, 2.0, 9.0]
    assert error_of([1] * 5, amounts) == pytest.approx(np.std(amounts, ddof=1) / math.sqrt(5))


def test_it_is_the_spread_of_the_ratio_over_many_draws():
    rng = np.random.default_rng(5)
    base = rng.lognormal(8, 0.8, (3_000, 200))
    amount = base * rng.beta(0.4, 1.2, base.shape) * (rng.random(base.shape) < 0.5)
    ratios = amount.sum(axis=1) / base.sum(axis=1)
    claimed = np.mean([error_of(*world) for world in zip(base, amount, strict=True)])
    assert claimed == pytest.approx(np.std(ratios), rel=0.06)


def test_the_unit_of_money_does_not_matter():
    base, amount = [100.0, 250.0, 75.5], [10.0, 80.0, 0.0]
    cents = error_of([100 * value for value in base], [100 * value for value in amount])
    assert error_of(base, amount) == pytest.approx(cents)


@pytest.mark.parametrize(
    ("base", "amount"), [([100], [10]), ([0, 0], [1, 2]), ([100, 300], [0, 0]), ([100.1, 300.3], [10.01, 30.03])]
)
def test_where_nothing_spreads_there_is_no_error_rather_than_an_error_of_0(base, amount):
    assert math.isnan(error_of(base, amount))


def test_leaving_each_unit_out_worked_by_hand():
    """r = .15; without each unit 50/300, 60/300 and 10/200: it moves by 1/60, 1/20 and -1/10."""
    moves = (1 / 60) ** 2 + 0.05**2 + 0.1**2
    assert jackknife_error(np.array([10.0, 0.0, 50.0]), np.array([100.0, 100.0, 200.0])) == pytest.approx(
        math.sqrt(2 / 3 * moves)
    )


def test_of_many_units_of_like_size_both_errors_agree():
    rng = np.random.default_rng(6)
    base = rng.uniform(50, 150, 500)
    amount = base * rng.beta(1, 4, 500)
    assert jackknife_error(amount, base) == pytest.approx(error_of(base, amount), rel=0.01)


def test_where_one_unit_holds_most_only_the_jackknife_keeps_its_error():
    base, amount = [9_000.0, 500.0, 500.0], [2_700.0, 50.0, 100.0]
    assert jackknife_error(np.array(amount), np.array(base)) > 5 * error_of(base, amount)


@pytest.mark.parametrize(
    ("base", "amount"), [([100.0], [10.0]), ([100.0, 0.0], [1.0, 0.0]), ([100.1, 300.3], [10.01, 30.03])]
)
def test_a_jackknife_that_moves_nothing_has_no_error(base, amount):
    assert math.isnan(jackknife_error(np.array(amount), np.array(base)))


def test_units_of_one_size_count_fully_and_a_giant_counts_alone():
    assert effective_number(500.0, 5 * 100.0**2) == 5
    assert effective_number(1_000_004.0, 1_000_000.0**2 + 4) == pytest.approx(1, abs=1e-4)
    assert math.isnan(effective_number(0.0, 0.0))


@pytest.mark.parametrize("freedom", [2, 3, 4, 7, 11, 29, 200])
def test_the_quantile_is_that_of_another_program(freedom):
    assert student_975(freedom) == pytest.approx(t.ppf(0.975, freedom), rel=0.01 if freedom == 2 else 0.002)


def test_one_degree_of_freedom_is_a_fault():
    with pytest.raises(ValueError, match="at least 2 degrees of freedom"):
        student_975(1)


def test_an_interval_lies_around_its_rate_and_stops_where_it_is_told_to():
    assert interval_around(0.5, 0.1) == pytest.approx((0.304, 0.696), abs=0.0005)
    assert interval_around(0.1, 0.1)[0] == pytest.approx(-0.096, abs=0.0005)
    assert interval_around(0.1, 0.1, lowest=0.0)[0] == 0.0
    assert interval_around(1.1, 0.1, lowest=0.0)[1] == pytest.approx(1.296, abs=0.0005)


def test_a_rate_below_its_lowest_keeps_its_whole_interval():
    assert interval_around(-0.1, 0.05, lowest=0.0) == pytest.approx((-0.198, -0.002), abs=0.0005)


def test_fewer_degrees_of_freedom_widen_an_interval():
    assert interval_around(0.5, 0.1, 3)[1] > interval_around(0.5, 0.1, 30)[1] > interval_around(0.5, 0.1)[1]


@pytest.mark.parametrize("pair", [(math.nan, 0.1), (0.1, math.nan)])
def test_without_a_rate_or_an_error_there_is_no_interval(pair):
    assert all(math.isnan(end) for end in interval_around(*pair, lowest=0.0))
