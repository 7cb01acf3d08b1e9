"""A policy learned from a world captures much of what is there, is stored as plain numbers, and says no where it must."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from core.errors import Refused, TooLittleData
from core.strategies.effects.nuisance import fit_nuisances
from core.strategies.policy.learn import learn_policy
from core.strategies.policy.value import net_values, rates_under, spreads_under
from tests.bench_policy import LIMITS, chosen, learned, new_loans
from tests.worlds.observed import observed_of
from tests.worlds.world import draw


@pytest.fixture(scope="module")
def policy():
    return learned("plain", 2_000, 1)


def test_from_two_thousand_outcomes_most_of_the_uplift_is_captured(policy):
    asked = new_loans("plain", 5_000)
    share = asked.share(chosen(policy, asked))
    assert share > 0.6
    assert share > 2 * asked.thresholds


def test_the_artifact_survives_json_and_tells_the_same(policy):
    facts = new_loans("plain", 5_000).observed.facts[:50]
    again = json.loads(json.dumps(policy.artifact, allow_nan=False))
    np.testing.assert_array_equal(rates_under(again, facts), rates_under(policy.artifact, facts))
    json.dumps(policy.card, allow_nan=False)
    assert policy.card["hash"] == policy.artifact["hash"]
    assert policy.card["held_out"] is None


def test_the_same_loans_teach_the_same_policy():
    assert learned("plain", 300, 2).artifact["hash"] == learned("plain", 300, 2).artifact["hash"]
    assert learned("plain", 300, 2).artifact["hash"] != learned("plain", 300, 3).artifact["hash"]


def test_rates_are_shares_and_errors_fall_with_more_loans(policy):
    facts = new_loans("plain", 5_000).observed.facts[:500]
    rates, spreads = rates_under(policy.artifact, facts), spreads_under(policy.artifact, facts)
    assert ((rates >= 0) & (rates <= policy.artifact["highest"])).all()
    assert (spreads[:, 0] == 0).all()
    assert (spreads[:, 1:] > 0).all()
    few = spreads_under(learned("plain", 500, 1).artifact, facts)
    assert few[:, 2].mean() > spreads[:, 2].mean()


def test_no_loans_get_no_rates(policy):
    assert rates_under(policy.artifact, np.zeros((0, len(policy.artifact["facts"])))).shape == (0, 3)


def test_net_value_is_what_is_left_of_the_cash_after_time_fees_and_cost():
    strategies = (replace(LIMITS.strategies[0], npv_factor=0.9, fee_share=0.5, cost=20.0),)
    assert net_values(np.array([[0.4]]), np.array([1000.0]), strategies).tolist() == [[pytest.approx(160.0)]]


def test_other_facts_than_it_learned_from_are_refused(policy):
    with pytest.raises(Refused, match="learned from"):
        rates_under(policy.artifact, np.zeros((2, 3)))
    with pytest.raises(Refused, match="not whole"):
        rates_under({"facts": []}, np.zeros((2, 0)))


def test_one_strategy_only_is_too_little():
    observed = observed_of(draw(300, 1))
    only = observed.rows(observed.strategy == 0)
    with pytest.raises(TooLittleData, match="Only Standard"):
        learn_policy(only, fit_nuisances(only), LIMITS)


def test_a_strategy_of_ten_loans_is_left_out_by_name():
    observed = observed_of(draw(600, 1))
    kept = np.ones(600, dtype=bool)
    kept[np.flatnonzero(observed.strategy == 2)[10:]] = False
    few = observed.rows(kept)
    policy = learn_policy(few, fit_nuisances(few), LIMITS)
    assert policy.artifact["strategies"] == ["Standard", "Settlement"]
    assert policy.card["left_out"] == ["Legal"]


def test_without_enough_of_the_reference_nothing_is_learned():
    observed = observed_of(draw(600, 1))
    kept = np.ones(600, dtype=bool)
    kept[np.flatnonzero(observed.strategy == 0)[10:]] = False
    with pytest.raises(TooLittleData, match="nothing to hold other strategies against"):
        learn_policy(observed.rows(kept), fit_nuisances(observed.rows(kept)), LIMITS)


@pytest.mark.filterwarnings("ignore")
def test_where_nothing_ever_came_in_nothing_is_learned():
    observed = observed_of(draw(400, 1))
    silent = replace(observed, rate=np.zeros(400))
    with pytest.raises(TooLittleData, match="brought anything"):
        learn_policy(silent, fit_nuisances(silent), LIMITS)
