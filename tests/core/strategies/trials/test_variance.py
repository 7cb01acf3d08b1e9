"""The adjusted difference: worked by hand, unbiased, and as sure as it says, also for loans of one borrower."""

import math

import numpy as np
import pytest

from core.strategies.trials.variance import FEWEST, difference


def drawn(
    seed: int, n: int = 600, *, effect: float = 0.0, mates: int = 1
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng([seed, 9])
    people = n // mates
    who = np.repeat(np.arange(people), mates)
    arm = (rng.random(people) < 0.4)[who]
    score = rng.standard_normal(n)
    outcome = (
        np.exp(0.5 * score)
        + 0.8 * rng.standard_normal(people)[who]
        + 0.5 * rng.standard_normal(n)
        + effect * arm * (1 + score)
    )
    return outcome, arm, who, score[:, None]


def test_without_covariates_it_is_the_difference_of_means_with_welchs_error():
    outcome, arm, who, _ = drawn(1)
    found = difference(outcome, arm, who)
    sides = outcome[~arm], outcome[arm]
    assert found.value == pytest.approx(sides[1].mean() - sides[0].mean())
    assert found.se == pytest.approx(math.sqrt(sum(side.var(ddof=1) / len(side) for side in sides)))
    assert (found.plain, found.r2) == (pytest.approx(found.value), 0.0)


def test_with_a_covariate_it_is_the_regression_with_interactions():
    """Against least squares on (1, arm, x, arm x) with HC2, written out."""
    outcome, arm, who, score = drawn(2)
    x = (score[:, 0] - score.mean()) / score.std()
    design = np.column_stack([np.ones(len(x)), arm, x, arm * x])
    bread = np.linalg.inv(design.T @ design)
    beta = bread @ design.T @ outcome
    left = outcome - design @ beta
    leverage = np.einsum("ij,jk,ik->i", design, bread, design)
    meat = (design * (left**2 / (1 - leverage))[:, None]).T @ design
    found = difference(outcome, arm, who, score)
    assert found.value == pytest.approx(beta[1])
    assert found.se**2 == pytest.approx((bread @ meat @ bread)[1, 1] + beta[3] ** 2 / len(x), rel=1e-9)
    assert 0.15 < found.r2 < 0.5


def test_loans_of_one_borrower_are_not_as_many_borrowers():
    """Two equal loans each: as sure as one of them alone."""
    outcome, arm, who, _ = drawn(3, 400)
    alone = difference(outcome, arm, who)
    twice = difference(np.tile(outcome, 2), np.tile(arm, 2), np.tile(who, 2))
    assert twice.se == pytest.approx(alone.se, rel=0.003)
    assert twice.borrowers == alone.borrowers


@pytest.mark.parametrize("mates", [1, 2])
def test_its_intervals_hold_the_truth_as_often_as_they_say(mates):
    found = [difference(*drawn(seed, 400, effect=0.3, mates=mates)) for seed in range(250)]
    held = np.mean([abs(each.value - 0.3) <= 1.96 * each.se for each in found])
    assert 0.92 <= held <= 0.975
    assert np.mean([each.value for each in found]) == pytest.approx(0.3, abs=0.03)


def test_a_score_makes_it_surer_and_noise_does_it_no_harm():
    outcome, arm, who, score = drawn(4)
    noise = np.random.default_rng(1).standard_normal((len(outcome), 3))
    plain = difference(outcome, arm, who).se
    assert difference(outcome, arm, who, score).se < 0.93 * plain
    assert difference(outcome, arm, who, noise).se == pytest.approx(plain, rel=0.02)


def test_what_is_missing_constant_or_said_twice_adjusts_nothing():
    outcome, arm, who, score = drawn(5)
    more = np.column_stack([score, score * 2, np.ones(len(outcome)), np.full(len(outcome), np.nan)])
    assert difference(outcome, arm, who, more).value == pytest.approx(difference(outcome, arm, who, score).value)
    holed = np.where(np.arange(len(outcome))[:, None] % 5 == 0, np.nan, score)
    assert difference(outcome, arm, who, holed).is_told


def test_few_borrowers_or_nothing_that_varies_carry_no_error():
    outcome, arm, who, _ = drawn(6, 100)
    few = difference(outcome, arm, np.where(arm, who % 3, who))
    assert math.isnan(few.value)
    assert not few.is_told
    assert few.plain == pytest.approx(outcome[arm].mean() - outcome[~arm].mean())
    zero = difference(np.zeros(200), np.arange(200) % 2 == 0, np.arange(200))
    assert not zero.is_told
    assert math.isnan(zero.z)
    assert math.isnan(zero.r2)
    empty = difference(np.empty(0), np.empty(0, dtype=bool), np.empty(0, dtype=int))
    assert empty.loans == (0, 0)
    assert FEWEST == 50
