"""A newly learned policy is held against the one in use, by what that one proposes of the same loans, and against the thresholds."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from core.strategies.catalogue import Limits, Strategy
from core.strategies.effects.aipw import Estimate
from core.strategies.policy.prices import NOTHING
from core.workflows.effects_policy import evaluated
from core.workflows.held_against import UNKNOWN, InUse, Rival, by_policy, challenges, in_use_of, rival_of
from core.workflows.policies import may_challenge
from tests.plain_policy import plain_policy, stored

N = 400
NAMES = ("Standard", "Settlement")
FREE = Limits(tuple(Strategy(name, "", 0.0, 0.0, 1.0, 0.0) for name in NAMES))
SETTLES = stored(3)
"""Of every loan it expects 10 % under Standard and 30 % under Settlement, so it settles them all."""


def with_places(count: int) -> Limits:
    return Limits((FREE.strategies[0], replace(FREE.strategies[1], capacity_count=count)))


@pytest.fixture
def taken():
    balance = np.linspace(100.0, 8_000.0, N)
    came, had = np.tile([0.0, 0.6], N // 2), np.arange(N) // 200
    observed = SimpleNamespace(strategies=NAMES, balance=balance, cluster=np.arange(N), rate=came, strategy=had)
    rows = pd.DataFrame({"loan_id": np.arange(N), "balance": balance})
    return SimpleNamespace(for_policy=observed, came=SimpleNamespace(rows=rows))


@pytest.fixture
def nuisances(taken):
    """Settling brings 20 % of the balance more than Standard, of the last quarter of the loans 40 % less."""
    gain = np.where(np.arange(N) < 0.75 * N, 0.2, -0.4)
    gamma = np.column_stack([np.full(N, 0.3), 0.3 + gain])
    return SimpleNamespace(fold=np.arange(N) % 2, gamma_rate=gamma, learned=np.ones(2, dtype=bool))


def held(choice) -> SimpleNamespace:
    return SimpleNamespace(choice=np.asarray(choice), against_champion=None, against_reference=None)


def test_what_it_proposes_is_shared_out_within_the_limits_fold_by_fold(taken):
    fold = np.arange(N) % 2
    assert (by_policy(SETTLES, taken, fold, FREE, N) == 1).all()
    told = by_policy(SETTLES, taken, fold, with_places(40), N)
    assert [int((told[fold == each] == 1).sum()) for each in (0, 1)] == [20, 20]
    assert set(np.flatnonzero(told == 1)) == set(range(N - 40, N))  # the largest gain most by the same share
    assert (
        int((by_policy(SETTLES, taken, fold, with_places(40), 2 * N) == 1).sum()) == 20
    )  # half a book, half its places


def test_nothing_is_done_where_all_cost_more_and_what_the_book_never_gave_is_unknown(taken):
    fold = np.zeros(N, dtype=int)
    dear = Limits(tuple(replace(each, cost=900.0) for each in FREE.strategies))
    told = by_policy(SETTLES, taken, fold, dear, N)
    assert set(told[taken.for_policy.balance < 2_900]) == {NOTHING}
    assert set(told[taken.for_policy.balance > 3_100]) == {1}
    legal = plain_policy({"Standard": 0.1, "Legal": 0.3}, costs={"Legal": 0.0}, batches=[1])
    assert set(by_policy(stored(4, **legal), taken, fold, FREE, N)) == {UNKNOWN}


def test_the_gain_is_that_of_the_loans_on_which_the_two_differ(taken, nuisances):
    choice = np.where(np.arange(N) < 0.75 * N, 1, 0)  # the new one leaves the last quarter alone
    told = rival_of(InUse(SETTLES, frozenset()), held(choice), taken, nuisances, FREE, workable=N, fewest=200)
    last = taken.for_policy.balance[300:]
    assert told.gain.value == pytest.approx(0.4 * last.sum() / N)
    assert (told.gain.n, told.taught) == (N, 0)
    assert told.over_reference.value == pytest.approx(
        (0.2 * taken.for_policy.balance[:300].sum() - 0.4 * last.sum()) / N
    )


def test_nothing_is_told_over_a_policy_that_gives_what_never_returned_anything(taken, nuisances):
    taken.for_policy.rate[taken.for_policy.strategy == 1] = 0.0
    told = rival_of(
        InUse(SETTLES, frozenset()), held(np.zeros(N, dtype=int)), taken, nuisances, FREE, workable=N, fewest=200
    )
    assert told.gain is None


def test_loans_that_taught_the_one_in_use_are_left_out_where_enough_others_remain(taken, nuisances):
    choice, taught = np.where(np.arange(N) < 0.75 * N, 1, 0), InUse(SETTLES, frozenset(range(200)))
    told = rival_of(taught, held(choice), taken, nuisances, FREE, workable=N, fewest=200)
    assert (told.gain.n, told.taught) == (200, 0)
    few = rival_of(taught, held(choice), taken, nuisances, FREE, workable=N, fewest=201)
    assert (few.gain.n, few.taught) == (N, 200)
    nobody_knows = rival_of(InUse(SETTLES, None), held(choice), taken, nuisances, FREE, workable=N, fewest=1)
    assert nobody_knows.gain.n == N


def test_where_no_loan_can_be_compared_there_is_no_gain_and_it_may_not_be_tried(taken, nuisances):
    legal = stored(4, **plain_policy({"Standard": 0.1, "Legal": 0.3}, costs={"Legal": 0.0}, batches=[1]))
    told = rival_of(
        InUse(legal, frozenset()), held(np.ones(N, dtype=int)), taken, nuisances, FREE, workable=N, fewest=200
    )
    assert told.gain is None
    against = replaced(LOSES, told)
    assert (against["against"], against["allowed"]) == (4, False)
    assert against["why"] == "No loan can be told of under what policy 4 proposes"


def estimate(value: float, n: int = 600) -> Estimate:
    return Estimate(value, 10.0, value - 19.6, value + 19.6, n)


WINS, LOSES = (
    SimpleNamespace(n=600, against_champion=estimate(value), against_reference=estimate(5.0), champion_against_reference=estimate(1.0))
    for value in (80.0, -80.0)
)  # fmt: skip


def replaced(held_out, rival):
    return challenges(held_out, rival)[0]


def rival(value: float, taught: int = 0) -> Rival:
    return Rival(InUse(SETTLES, frozenset()), estimate(value, 450), estimate(3.0), taught)


def test_each_rule_is_named_and_the_one_in_use_comes_first():
    told = challenges(WINS, rival(-50.0))
    assert [(each["against"], each["whom"], each["allowed"]) for each in told] == [
        (3, "policy 3 (in use when measured)", False), (None, "the thresholds", True),
    ]  # fmt: skip
    assert "brings 50 a loan less than policy 3 (in use when measured)" in told[0]["why"]
    assert "on 450 loans" in told[0]["why"]
    assert "80 a loan more than the thresholds" in told[1]["why"]
    assert [each["against"] for each in challenges(WINS, None)] == [None]
    assert replaced(LOSES, rival(50.0))["allowed"]
    assert replaced(LOSES, rival(50.0, taught=120))["why"].endswith(
        "; 120 of these loans taught policy 3, which speaks for it"
    )


def test_loans_of_which_the_thresholds_cannot_be_valued_are_counted_and_without_any_other_it_may_not_be_tried():
    """A gain over Standard for all is none over the thresholds."""
    (some,) = challenges(SimpleNamespace(**{**vars(WINS), "n": 840}), None)
    assert some["allowed"]
    assert some["why"].endswith("; 240 more are left out, for what the thresholds give them cannot be valued")
    (none,) = challenges(SimpleNamespace(**{**vars(WINS), "against_champion": None}), None)
    assert not none["allowed"]
    assert none["why"] == "No loan can be told of under what the thresholds propose"
    assert [each["policy"] for each in evaluated(SimpleNamespace(**{**vars(WINS), "against_champion": None}), "Standard")] == [
        "value", "champion",
    ]  # fmt: skip


def test_the_values_tell_whom_they_are_against():
    told = evaluated(WINS, "Standard", rival(50.0))
    assert [(each["policy"], each["against"], each["whom"], each["value"]) for each in told] == [
        ("value", "champion", "policy 3 (in use when measured)", 50.0), ("value", "thresholds", "the thresholds", 80.0),
        ("value", "Standard for all", "Standard for all", 5.0), ("thresholds", "Standard for all", "Standard for all", 1.0),
        ("champion", "Standard for all", "Standard for all", 3.0),
    ]  # fmt: skip
    alone = evaluated(WINS, "Standard")
    assert [(each["policy"], each["against"], each["whom"]) for each in alone] == [
        ("value", "champion", "the thresholds"), ("value", "Standard for all", "Standard for all"),
        ("champion", "Standard for all", "Standard for all"),
    ]  # fmt: skip


@pytest.mark.parametrize(("against_in_use", "against_thresholds"), [(50.0, WINS), (-50.0, WINS), (50.0, LOSES)])
def test_what_proposes_now_decides_which_answer_counts(against_in_use, against_thresholds):
    told = challenges(against_thresholds, rival(against_in_use))
    policy = stored(5, card={"may_challenge": told[0], "challenges": told})
    assert may_challenge(policy, None, SETTLES)[0] is (against_in_use > 0)
    assert may_challenge(policy, None, None)[0] is (against_thresholds is WINS)
    damaged = replace(SETTLES, sha256="0")  # the thresholds propose beside it
    assert may_challenge(policy, None, damaged)[0] is (against_thresholds is WINS)
    allowed, why = may_challenge(policy, None, replace(SETTLES, id=9))
    assert not allowed
    assert (
        why
        == "it was held against policy 3 (in use when measured) and the thresholds, never against policy 9, which proposes now"
    )


def test_an_older_card_was_held_against_the_thresholds_only():
    policy = stored(2)
    assert may_challenge(policy, None, None)[0]
    allowed, why = may_challenge(policy, None, SETTLES)
    assert not allowed
    assert "held against the thresholds, never against policy 3" in why


def test_the_one_in_use_is_known_with_the_loans_that_taught_it_and_a_damaged_one_is_none():
    class Reader:
        def __init__(self, policy):
            self.policy = policy

        def policy_in_use(self):
            return self.policy

        def strategy_evidence(self, run):
            assert run == 7
            return {"loan_id": np.asarray([4, 5])}

    assert in_use_of(Reader(None)) is None
    assert in_use_of(Reader(replace(SETTLES, sha256="0"))) is None
    assert in_use_of(Reader(SETTLES)).taught is None
    assert in_use_of(Reader(replace(SETTLES, run=7))).taught == {4, 5}
