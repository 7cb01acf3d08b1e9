"""A plan is written down whole, or refused with everything that is wrong with it."""

import itertools
from datetime import date

import pytest

from core.errors import Refused
from core.strategies.trials.design import Arm, Eligible, Plan, checked, derived_plan, plan_of, registered

SAID = {
    "name": "Tone", "arms": [{"name": "A", "share": 0.5, "what": "Standard"}, {"name": "B", "share": 0.5, "what": "Softer words"}],
    "starts_on": "2026-01-01", "planned_n": 400,
}  # fmt: skip


def test_a_plan_has_what_was_said_and_the_defaults_of_the_house():
    plan = plan_of(SAID)
    assert (plan.champion, plan.challengers, plan.shares) == ("A", ("B",), (0.5, 0.5))
    assert (plan.ends_on, plan.window_days, plan.looks, plan.holdout) == (date(2026, 12, 31), 90, 12, 0.05)
    assert plan.outcome == "cash_over_balance"


def test_a_plan_survives_its_way_through_json():
    said = SAID | {
        "eligible": {"strategies": ["Standard"], "dpd_to": 89}, "counters": [{"name": "complaints", "limit": 0.01}],
        "balance_edges": [1000, 5000], "effect": 0.02,
    }  # fmt: skip
    plan = plan_of(said)
    assert plan_of(plan.as_json()) == plan
    assert plan.eligible == Eligible(strategies=("Standard",), dpd_to=89)


def test_looks_are_evenly_spread_and_the_last_waits_for_the_last_loan():
    days = plan_of(SAID).look_days()
    assert len(days) == 12
    assert days[-1] == date(2027, 3, 31)
    assert {(after - before).days for before, after in itertools.pairwise(days)} == {30, 31}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"arms": SAID["arms"][:1]}, "1 arm: there is nothing to compare with"),
        ({"arms": [SAID["arms"][0], {"name": "a", "share": 0.5}]}, "every arm needs a name of its own"),
        ({"arms": [{"name": "A", "share": 0.5}, {"name": "B", "share": 0.4}]}, "add up to 0.9, not to 1"),
        ({"arms": [{"name": "A", "share": 1.0}, {"name": "B", "share": 0.0}]}, "a share above 0 and below 1"),
        ({"holdout": 0.6}, "a holdout of 0.6 is not between 0 and 0.5"),
        ({"outcome": "smiles"}, "outcome 'smiles' is none of"),
        ({"window_days": 3}, "a window of 3 days"),
        ({"looks": 0}, "0 looks are not between"),
        ({"planned_n": 12}, "12 loans an arm carry no interval"),
        ({"ends_on": "2025-12-31"}, "not after its start"),
        ({"counters": [{"name": "smiles", "limit": 0.1}]}, "counter-metric 'smiles' is none of"),
        ({"counters": [{"name": "contacts", "limit": -1}]}, "the limit of contacts is -1.0"),
        ({"balance_edges": [5, 1]}, "the edges of bands rise"),
        ({"effect": 0}, "the effect hoped for is 0.0"),
        ({"unit": "branch"}, "the unit dealt out is 'branch'"),
        ({"name": "x" * 121}, "a name has 1 to 120 characters"),
        ({"name": "Tone\ud800"}, "a character that cannot be printed"),
        ({"name": "To\x00ne"}, "a character that cannot be printed"),
        ({"arms": [{"name": "holdout", "share": 0.5}, {"name": "B", "share": 0.5}]}, "an arm is called Holdout"),
        (
            {"arms": [{"name": "A" * 121, "share": 0.5}, {"name": "B", "share": 0.5}]},
            "the name of an arm has more than 120",
        ),
        ({"planned_n": 10**40}, "more than 1,000,000,000 loans an arm"),
        ({"starts_on": "9999-12-01", "ends_on": "9999-12-31"}, "it ends on 9999-12-31, after the year 9989"),
        ({"effect": float("inf")}, "the effect hoped for is inf"),
        ({"dpd_edges": [float("nan")]}, "the edges of bands rise, and end"),
        ({"balance_edges": [1, float("inf")]}, "the edges of bands rise, and end"),
        ({"eligible": {"dpd_to": 10**30}}, "days past due are not between 0 and 36,525"),
    ],
)
def test_what_cannot_be_carried_out_is_refused_in_words(change, words):
    with pytest.raises(Refused, match="cannot be run as planned") as refusal:
        plan_of(SAID | change)
    assert any(words in each for each in refusal.value.where)


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(Refused) as refusal:
        plan_of(SAID | {"planned_n": 1, "looks": 0, "holdout": 2})
    assert len(refusal.value.where) == 3


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (SAID | {"colour": "red"}, "unknown keys .'colour'"),
        ({"name": "Tone"}, "keys missing .'arms'"),
        (SAID | {"planned_n": "many"}, "cannot be read"),
        (SAID | {"arms": [{"name": "A"}]}, "cannot be read: 'share'"),
        (SAID | {"eligible": {"age": 30}}, "eligible has the unknown key 'age'"),
        (SAID | {"starts_on": "soon"}, "cannot be read"),
        (SAID | {"planned_n": float("inf")}, "cannot be read"),
        (SAID | {"window_days": float("inf")}, "cannot be read"),
        (SAID | {"eligible": {"dpd_to": float("inf")}}, "cannot be read"),
        (SAID | {"eligible": {"strategies": "Standard"}}, "strategies is a list of names: write .'Standard'."),
        (SAID | {"name": {"a": 1}}, "a name is text"),
    ],
)
def test_what_is_no_plan_is_refused(said, words):
    with pytest.raises(Refused, match=words):
        plan_of(said)


def test_a_trial_is_registered_with_its_reason():
    plan = plan_of(SAID)
    with pytest.raises(Refused, match="registered with its reason"):
        registered(plan, who="Ana", why=" ")
    assert (registered(plan, who="Ana", why="Softer words").who, registered(plan, who="Ana", why="x ").why) == (
        "Ana",
        "x",
    )


def test_a_plan_made_from_a_file_says_so_and_takes_the_stated_chances_as_shares():
    plan = derived_plan("Old", ["A", "B"], [0.3, 0.3], first=date(2026, 1, 31), last=date(2026, 12, 31), smallest=700)
    assert plan.derived
    assert (plan.shares, plan.looks, plan.planned_n) == ((0.5, 0.5), 12, 700)
    assert checked(plan) == plan


def test_a_trial_of_one_day_has_one_look():
    plan = derived_plan("Old", ["A", "B"], None, first=date(2026, 1, 31), last=date(2026, 1, 31), smallest=7)
    assert (plan.looks, plan.planned_n) == (1, 50)
    assert checked(plan) == plan


def test_who_takes_part_is_said_in_words():
    assert (
        Eligible(products=("Auto", "Home"), segments=("S1",), dpd_from=None).words()
        == "loans of product Auto or Home in segment S1"
    )
    assert Plan("T", (Arm("A", 0.5), Arm("B", 0.5)), date(2026, 1, 1), date(2026, 2, 1), 50).planned_of(1) == 50
