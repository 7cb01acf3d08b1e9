"""What to do differently: found where it was planted, silent where nothing was, and never a contradiction."""

import numpy as np
import pytest

from core.strategies.effects.aipw import Estimate, mean_of
from core.strategies.effects.subgroups import GroupEffect, group_effects
from core.strategies.observed import Observed
from core.strategies.refinement.suggestions import Suggestion, passing, suggested

SECURITY, BALANCE, BOTH = "security", "balance", "security / balance"


def loans(n: int = 4_000, seed: int = 1) -> Observed:
    """Half secured, half small, half under either strategy, by chance."""
    rng = np.random.default_rng(seed)
    secured = np.where(rng.random(n) < 0.5, "secured", "unsecured").astype(object)
    size = np.where(rng.random(n) < 0.5, "under 4,000", "4,000 or more").astype(object)
    both = np.asarray([f"{one} / {other}" for one, other in zip(secured, size, strict=True)], dtype=object)
    region = rng.choice([f"R{place}" for place in range(12)], n).astype(object)
    return Observed(
        facts=np.zeros((n, 0)), columns=(), strategy=(rng.random(n) < 0.5).astype(np.int64), strategies=("Standard", "Legal"),
        balance=np.ones(n), rate=np.zeros(n), net=np.zeros(n), cluster=np.arange(n), probability=np.full(n, 0.5),
        groups={SECURITY: secured, BALANCE: size, BOTH: both, "region": region},
    )  # fmt: skip


def effects(observed: Observed, gain: np.ndarray, *, noise: float = 1_000.0, seed: int = 2, outcome: str = "net_value"):
    """Group effects where Legal gains so much a loan."""
    rng = np.random.default_rng(seed)
    gamma = rng.normal(0, noise, (len(observed), 2))
    gamma[:, 1] += gain
    overall = mean_of(gamma[:, 1] - gamma[:, 0], observed.cluster)
    return group_effects(observed, gamma, np.full(len(observed), 2.0), 1, overall, outcome)


def test_a_planted_misuse_is_named_first_with_its_cost_and_how_many_loans_it_rests_on():
    observed = loans()
    gain = np.where(observed.groups[BOTH] == "unsecured / under 4,000", -600.0, 300.0)
    first = suggested(observed, effects(observed, gain))[0]
    assert (first.action, first.strategy, dict(first.where)) == (
        "stop", "Legal", {"security": "unsecured", "balance": "under 4,000"},
    )  # fmt: skip
    assert first.low < -600 < first.high
    n = int(((observed.groups[BOTH] == "unsecured / under 4,000") & (observed.strategy == 1)).sum())
    half = (first.high - first.low) / 2
    assert first.words == (
        f"Stop Legal for unsecured loans under 4,000: it costs more than it returns: {first.value:+,.0f} +/- {half:,.0f} "
        f"a loan against Standard, n = {n}"
    )
    assert first.strength == "strong"
    assert first.to_json()["where"] == {"security": "unsecured", "balance": "under 4,000"}


def test_a_strategy_that_pays_somewhere_is_to_be_given_more_often_there():
    observed = loans()
    found = suggested(observed, effects(observed, np.where(observed.groups[SECURITY] == "secured", 700.0, 0.0)))
    assert next((each.action, dict(each.where)) for each in found) == ("more", {"security": "secured"})
    assert "Give Legal more often to secured loans: it returns more than it costs: +" in found[0].words


def test_where_nothing_differs_nearly_nothing_is_suggested():
    observed = loans(2_000)
    said = [bool(suggested(observed, effects(observed, np.zeros(2_000), seed=seed))) for seed in range(60)]
    assert np.mean(said) <= 0.10


def test_a_group_is_left_out_where_others_have_said_it_or_where_its_loans_differ():
    observed = loans()
    gain = np.where(observed.groups[SECURITY] == "secured", 900.0, -900.0)
    found = suggested(observed, effects(observed, gain))
    told = {(each.action, *each.where.items()) for each in found}
    assert ("more", ("security", "secured")) in told
    assert ("stop", ("security", "unsecured")) in told
    assert not any("region" in each.where or set(each.where) == {"balance"} for each in found)
    masks = [
        (each.action, observed.groups[" / ".join(each.where)] == " / ".join(each.where.values())) for each in found
    ]
    for action, loans_of in masks:
        against = [other for act, other in masks if act != action]
        assert not any((loans_of & other).any() for other in against)


def test_of_two_names_for_the_same_loans_the_one_that_says_more_is_taken():
    observed = loans()
    unsecured = observed.groups[SECURITY] == "unsecured"
    only = np.where(unsecured, observed.groups[BALANCE], "4,000 or more").astype(object)
    both = np.asarray([f"{a} / {b}" for a, b in zip(observed.groups[SECURITY], only, strict=True)], dtype=object)
    narrowed = observed.rows(np.arange(len(observed)))
    groups = {SECURITY: observed.groups[SECURITY], BALANCE: only, BOTH: both}
    narrowed = Observed(
        **{name: getattr(narrowed, name) for name in narrowed.__dataclass_fields__ if name != "groups"}, groups=groups
    )
    gain = np.where(only == "under 4,000", -900.0, 0.0)
    first = suggested(narrowed, effects(narrowed, gain))[0]
    assert dict(first.where) == {"security": "unsecured", "balance": "under 4,000"}


def one(value: float, se: float, **changed) -> GroupEffect:
    own = Estimate(value, se, value - 2 * se, value + 2 * se, 100)
    told = {"grouping": SECURITY, "group": "unsecured", "outcome": "net_value", "strategy": "Legal", "n": 900, "n_strategy": 300,
            "n_reference": 600, "own": own, "value": value, "low": own.low, "high": own.high, "why": ""}  # fmt: skip
    return GroupEffect(**{**told, **changed})


@pytest.mark.parametrize(
    "changed",
    [{"n_strategy": 29}, {"n_reference": 29}, {"own": None}, {"outcome": "recovery_rate"}, {"low": np.nan, "high": np.nan}],
)  # fmt: skip
def test_too_few_loans_what_cannot_be_compared_and_recovery_alone_suggest_nothing(changed):
    assert suggested(loans(500), [one(-500.0, 10.0)])
    assert suggested(loans(500), [one(-500.0, 10.0, **changed)]) == ()


def test_many_looks_ask_for_more_than_one_does():
    p_of_one = one(-196.0, 90.0)
    assert suggested(loans(500), [p_of_one])
    assert suggested(loans(500), [p_of_one, *[one(1.0, 90.0, group="secured")] * 20]) == ()


def test_the_line_of_benjamini_and_hochberg_worked_by_hand():
    p = np.array([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216])
    assert passing(p, 0.05).tolist() == [True, True] + [False] * 8
    assert passing(np.array([]), 0.05).tolist() == []
    assert passing(np.array([0.04, 0.05]), 0.05).tolist() == [True, True]


def test_a_fair_suggestion_is_not_called_strong():
    [told] = suggested(loans(500), [one(-200.0, 80.0)])
    assert isinstance(told, Suggestion)
    assert told.strength == "fair"
