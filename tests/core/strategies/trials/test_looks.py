"""Boundaries of planned looks against published tables, and the always-valid sequence."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy.integrate import quad

from core.strategies.trials.looks import boundaries, chance_of_win, crossing, spent
from core.strategies.trials.sequence import reach

Z = NormalDist().inv_cdf(0.975)


def test_five_even_looks_are_the_published_ones():
    """Lan-DeMets with O'Brien-Fleming spending, two-sided .05, five even looks (as printed by the field's programs)."""
    assert boundaries([1, 2, 3, 4, 5], 5) == pytest.approx([4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=2e-4)


def test_one_look_is_the_fixed_test():
    assert boundaries([10], 10) == pytest.approx([Z], abs=1e-9)
    assert boundaries([7], 10, closed=True) == pytest.approx([Z], abs=1e-9)
    assert boundaries([], 10) == []


def test_the_second_boundary_uses_exactly_what_is_left():
    """By another way: the chance to be inside at .5 and outside at 1, by adaptive quadrature."""
    first, second = boundaries([1, 2], 2)
    normal = NormalDist()

    def outside(z: float) -> float:
        mean = z * math.sqrt(0.5)
        inside = normal.cdf((second - mean) / math.sqrt(0.5)) - normal.cdf((-second - mean) / math.sqrt(0.5))
        return normal.pdf(z) * (1 - inside)

    assert 2 * (1 - normal.cdf(first)) == pytest.approx(spent(0.5), rel=1e-6)
    assert quad(outside, -first, first)[0] == pytest.approx(0.05 - spent(0.5), rel=1e-5)


@pytest.mark.parametrize(
    "fractions", [[0.2, 0.9, 1.0], [0.05, 0.06, 0.5, 0.51, 1.0], [place / 24 for place in range(1, 25)]]
)
def test_all_looks_together_use_the_error_and_no_more(fractions):
    assert crossing(0.0, fractions, boundaries(fractions, 1.0)) == pytest.approx(0.05, abs=2e-5)


def test_a_walk_crosses_as_rarely_as_promised():
    rng = np.random.default_rng(3)
    steps = rng.standard_normal((40_000, 12)).cumsum(axis=1) / np.sqrt(np.arange(1, 13))
    crossed = (np.abs(steps) >= np.array(boundaries(list(range(1, 13)), 12))).any(axis=1)
    assert crossed.mean() == pytest.approx(0.05, abs=0.0035)


def test_early_looks_can_claim_nothing_and_fewer_loans_than_planned_end_with_what_is_left():
    assert boundaries([1], 1_000) == [math.inf]
    short = boundaries([1, 2, 3], 6, closed=True)
    assert short[-1] < boundaries([1, 2, 3], 6)[-1]
    assert crossing(0.0, [1 / 6, 2 / 6, 3 / 6], short) == pytest.approx(0.05, abs=2e-5)


def test_more_than_planned_uses_no_more_than_all():
    assert crossing(0.0, [0.5, 1.3], boundaries([0.5, 1.3], 1.0)) == pytest.approx(0.05, abs=2e-5)


@pytest.mark.parametrize("information", [[1, 1], [2, 1], [0, 1]])
def test_information_rises(information):
    with pytest.raises(ValueError, match="rises from above 0"):
        boundaries(information, 5)
    with pytest.raises(ValueError, match="rises from above 0"):
        boundaries([1], 0)


def test_the_chance_of_a_win_is_what_simulated_endings_give():
    rng = np.random.default_rng(4)
    ends = 0.5 * math.sqrt(0.4) + 2.8 * 0.6 + math.sqrt(0.6) * rng.standard_normal(200_000)
    assert chance_of_win(0.5, 0.4, 2.8, 1.97) == pytest.approx((ends >= 1.97).mean(), abs=0.004)
    assert (chance_of_win(2.0, 1.0, 0.0, 1.97), chance_of_win(1.9, 1.0, 0.0, 1.97)) == (1.0, 0.0)


def test_the_always_valid_interval_is_the_mixture_boundary():
    """Against the formula as printed, for a mean of 500 values with rho set for 2,000."""
    n, planned, alpha, sd = 500, 2_000, 0.05, 3.0
    rho = math.sqrt((-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / planned)
    printed = sd * math.sqrt(2 * (n * rho**2 + 1) / (n**2 * rho**2) * math.log(math.sqrt(n * rho**2 + 1) / alpha))
    assert reach(n, planned) * sd / math.sqrt(n) == pytest.approx(printed, rel=1e-12)


def test_watching_every_day_misses_no_more_often_than_promised():
    rng = np.random.default_rng(6)
    days = np.arange(20, 2_001)
    walks = rng.standard_normal((4_000, 2_000)).cumsum(axis=1)[:, 19:] / np.sqrt(days)
    limits = np.array([reach(float(day), 1_000) for day in days])
    missed = (np.abs(walks) > limits).any(axis=1).mean()
    peeked = (np.abs(walks) > Z).any(axis=1).mean()
    assert missed < 0.05
    assert peeked > 0.30
    assert reach(1_000, 1_000) < min(reach(1_000, 100), reach(1_000, 100_000))


def test_no_loans_carry_no_interval():
    with pytest.raises(ValueError, match="carry no interval"):
        reach(0, 100)
