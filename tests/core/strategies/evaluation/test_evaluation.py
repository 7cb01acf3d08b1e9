"""Held-out values are worked by hand, cross-fitted by borrower, honest about what may challenge, and never the policy's own promise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.errors import Refused
from core.strategies.catalogue import CATALOGUE
from core.strategies.effects.aipw import Estimate
from core.strategies.effects.nuisance import fit_nuisances
from core.strategies.evaluation.challenge import may_challenge
from core.strategies.evaluation.cross import cross_evaluate
from core.strategies.evaluation.held_out import chances_of, comparable, difference, net_scores, scores_of, value_of
from core.strategies.policy.prices import NOTHING
from tests.bench_policy import LIMITS
from tests.worlds.observed import observed_of
from tests.worlds.world import draw

GAMMA = np.array([[1.0, 4.0], [2.0, 0.0], [3.0, 8.0], [4.0, 2.0]])


def test_the_score_of_a_choice_is_the_score_of_what_it_gives_and_nothing_is_worth_nothing():
    policy = chances_of(np.array([1, 0, NOTHING, 1]), 2)
    assert policy.tolist() == [[0, 1], [1, 0], [0, 0], [0, 1]]
    assert scores_of(policy, GAMMA).tolist() == [4, 2, 0, 2]


def test_chances_weigh_the_scores():
    assert scores_of(np.array([[0.5, 0.5]]), GAMMA[:1]).tolist() == [2.5]


def test_the_value_is_the_mean_and_a_borrowers_loans_count_together():
    policy = chances_of(np.zeros(4, dtype=np.int64), 2)
    apart, together = (value_of(policy, GAMMA, np.array(c)) for c in ([0, 1, 2, 3], [0, 0, 1, 1]))
    assert apart.value == together.value == 2.5
    assert apart.n == 4
    assert together.se == pytest.approx(np.sqrt((2.0**2 + 2.0**2) * 2) / 4)
    assert together.se > apart.se


def test_a_policy_does_not_differ_from_itself():
    policy = chances_of(np.array([0, 1, 1, 0]), 2)
    assert difference(policy, policy, GAMMA, np.arange(4)).to_json() == {
        "value": 0,
        "se": 0,
        "low": 0,
        "high": 0,
        "n": 4,
    }


def test_a_strategy_nobody_knows_is_refused():
    with pytest.raises(Refused, match="too little is known"):
        value_of(np.array([[0.0, 1.0]]), np.array([[1.0, np.nan]]), np.zeros(1))
    assert value_of(np.array([[1.0, 0.0]] * 2), np.array([[1.0, np.nan]] * 2), np.arange(2)).value == 1.0


def test_net_scores_follow_the_limits_figures():
    told = net_scores(np.array([[0.5, 0.5]]), np.array([1_000.0]), CATALOGUE[:2])
    assert told.tolist() == [[pytest.approx(0.985 * 500 - 20), pytest.approx(0.97 * 500 - 80)]]


def test_a_choice_is_compared_where_its_outcomes_are_known_and_differ():
    """Three strategies: the second returned nothing from anybody, the third was given too seldom to be learned."""
    loans = observed_of(draw(300, 4))
    loans = replace(loans, rate=np.where(loans.strategy == 1, 0.0, loans.rate))
    choice = np.array([0, 1, 2, NOTHING, -2] * 60)
    told = comparable(choice, loans, np.array([True, True, False]))
    assert told.tolist() == [True, False, False, True, False] * 60


@pytest.fixture(scope="module")
def paired():
    return replace(observed_of(draw(1_200, 4)), cluster=np.arange(1_200) // 2)


@pytest.fixture(scope="module")
def nuisances(paired):
    return fit_nuisances(paired)


@pytest.fixture(scope="module")
def held_out(paired, nuisances):
    return paired, cross_evaluate(paired, nuisances, LIMITS, champion=np.zeros(1_200, dtype=np.int64))


def test_every_loan_is_held_out_once_within_capacity(held_out):
    _, told = held_out
    assert told.n == 1_200
    assert told.folds == 5
    assert (told.choice >= NOTHING).all()
    assert (told.choice == 2).sum() <= 0.08 * 1_200
    assert np.isfinite(told.rates).all()


def test_what_is_told_is_the_scores_of_the_held_out_choice(held_out, nuisances):
    observed, told = held_out
    gamma = net_scores(nuisances.gamma_rate, observed.balance, CATALOGUE)
    again = value_of(chances_of(told.choice, 3), gamma, observed.cluster)
    assert told.value.value == pytest.approx(again.value)
    assert told.against_champion == told.against_reference
    assert told.champion_against_reference.value == 0.0
    assert told.value.value != pytest.approx(told.promised, rel=1e-3)


def test_a_borrowers_loans_never_teach_the_policy_that_is_judged_on_the_others(paired, nuisances):
    observed, fold = paired, nuisances.fold
    assert all(len(np.unique(fold[observed.cluster == each])) == 1 for each in range(50))


def told_with(held_out, low, high, n=1_000):
    estimate = Estimate((low + high) / 2, (high - low) / 4, low, high, n)
    return replace(held_out[1], against_champion=estimate)


def test_only_a_lower_bound_above_the_champion_may_challenge(held_out):
    assert may_challenge(told_with(held_out, 5.0, 95.0)).may
    assert may_challenge(told_with(held_out, 5.0, 95.0)).why == (
        "It may be tried against the champion: on 1,000 loans that did not teach it the policy brings 50 a loan more than the "
        "champion (from 5 to 95)"
    )
    assert (
        "brings 50 a loan less than the champion (from -95 to -5)"
        in may_challenge(told_with(held_out, -95.0, -5.0)).why
    )
    not_yet = may_challenge(told_with(held_out, -5.0, 95.0))
    assert not not_yet.may
    assert not_yet.why.startswith("Not yet")
    assert may_challenge(told_with(held_out, -95.0, -5.0)).why.startswith("It loses")
    assert "Only 50 loans" in may_challenge(told_with(held_out, 5.0, 95.0, n=50)).why
    assert "cannot be told" in may_challenge(told_with(held_out, np.nan, np.nan)).why
    assert "the reference for all" in may_challenge(replace(held_out[1], against_champion=None)).why


def test_an_unknown_choice_of_the_champion_is_left_out_of_the_comparison():
    observed = observed_of(draw(400, 4))
    champion = np.zeros(400, dtype=np.int64)
    champion[:70] = -2
    told = cross_evaluate(observed, fit_nuisances(observed), LIMITS, champion=champion)
    assert told.against_champion.n == 330
    assert told.against_reference.n == 400
