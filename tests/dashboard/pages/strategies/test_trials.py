"""Trials: their verdicts, looks against boundaries, and a form that says what a trial could find."""

from __future__ import annotations

import json

import pytest

from core.errors import Refused
from core.strategies.trials.design import plan_of
from core.workflows.policy_arms import policy_number
from dashboard import text_trials as say
from dashboard.pages.strategies import plan, trials
from dashboard.strategy_work import SAY_WHY
from tests.dashboard.pages.strategies.test_next import jobs_of
from tests.dashboard.pages.strategies.test_works import words
from tests.plain_policy import stored
from tests.strategy_book import CONTENT, TRIAL

OTHER = {**TRIAL, "name": "Court fees", "status": "from files", "verdict": "invalid", "who": "", "against": []}
FORM = ("Softer words", "Settlement", "cash_over_balance", "1200", "50", "2026-12-01")


def test_the_newest_trial_is_shown_with_verdict_arms_looks_and_until_when():
    told = trials.update_trials([TRIAL, OTHER], "", "light", "EUR")
    said = words(told["cards"][0])
    for part in (
        "Reminder wording",
        "not yet",
        "Next look in November",
        "decided by 1 May 2027",
        "As now",
        "12.5 %",
        "10.5 % to 14.5 %",
        "as planned (p 0.700)",
        "within the limit",
        "already differed in balance",
    ):
        assert part in said
    assert told["title"] == "2 trials"
    assert [each["value"] for each in told["options"]] == ["newest", "Court fees"]


def test_a_refused_interval_is_na():
    assert say.arm_rows(TRIAL, "EUR")[1][-1] == "n/a"


def test_a_trial_is_chosen_by_the_address_and_nonsense_is_the_newest():
    assert trials.trial_asked("?trial=Court+fees", [TRIAL, OTHER])["name"] == "Court fees"
    assert trials.trial_asked("?trial=x", [TRIAL, OTHER])["name"] == "Reminder wording"
    assert trials.trial_asked("", []) is None
    assert len(trials.update_trials([TRIAL, OTHER], "?trial=Court+fees", "light", "")["cards"]) == 1


def test_looks_are_drawn_with_interval_boundary_and_always_valid_band():
    drawn = trials._chart(TRIAL, TRIAL["against"][0], "light", "EUR")
    names = [trace["name"] for trace in drawn["figure"]["data"]]
    assert names == ["interval", "boundary", "boundary", "difference"]
    boundary = drawn["figure"]["data"][1]["y"]
    assert boundary[0] is None
    assert boundary[2] == pytest.approx(100 * 2.8 * 0.011)
    assert drawn["title"] == "Softer: +1.4 pts of the balance (−1.7 pts to +4.5 pts)"
    assert len(drawn["rows"]) == 4
    assert len(json.dumps(drawn)) < 64 * 1024


def test_before_the_first_look_the_newest_day_or_the_reason_stands_in():
    first = {**TRIAL["against"][0], "looks": [], "difference": None}
    assert len(trials._chart(TRIAL, first, "light", "")["rows"]) == 2
    none = {**first, "now": None, "words": ["Too few outcomes yet."]}
    assert trials._chart(TRIAL, none, "light", "")["absent"] == "Too few outcomes yet."


def test_no_trial_says_what_one_is_for():
    assert "Only chance can tell" in trials.update_trials([], "", "light", "")["title"]


def test_what_a_trial_could_find_is_worked_out_from_the_books_own_spread():
    """An sd of 0.25 (the reference's mean has a standard error of 0.0045 from 3,104 loans), two arms of 1,200."""
    level = {"outcome": "recovery_rate", "strategy": "Standard", "n": 3104, "naive_low": 0.4312, "naive_high": 0.4488}
    content = {**CONTENT, "levels": [level]}
    assert say.deviation(content, "recovery_rate") == pytest.approx(0.25, rel=0.01)
    said = say.effect_found(content, "cash_over_balance", "1,200", "50", "EUR")
    assert said.startswith("With 2,400 loans in all")
    assert "2.9 pts or more" in said or "3.0 pts or more" in said
    assert "standard deviations" in say.effect_found({}, "net_value", "1200", "50", "EUR")


@pytest.mark.parametrize(
    ("loans", "share"),
    [("", "50"), ("many", "50"), ("1200", "0"), ("1200", "100"), ("1200", None), ("1", "50"), ("9" * 12, "50")],
)
def test_a_form_that_is_not_filled_in_says_what_to_write(loans, share):
    assert say.effect_found(CONTENT, "net_value", loans, share, "EUR").startswith("Write how many loans")


def test_a_smaller_share_needs_more_loans_in_all():
    assert "With 6,000 loans in all" in say.effect_found(CONTENT, "net_value", "1200", "20", "EUR")


def test_the_form_makes_a_plan_that_the_engine_takes(shared):
    assert plan.start_trial(shared, FORM, "Softer words might keep people talking") == ""
    ((kind, payload, who),) = jobs_of(shared.services)
    assert (kind, who) == ("plan-trial", "analyst")
    made = plan_of(payload["plan"])
    assert [(arm.name, arm.share) for arm in made.arms] == [("As now", 0.5), ("Settlement", 0.5)]
    assert made.planned_n == 1200


def test_a_stored_policy_may_be_the_challenger_unless_it_is_damaged_refused_or_in_use(shared_with):
    kept = (
        stored(5),
        stored(4, "champion"),
        stored(3, sha256="0"),
        stored(2, "refused", artifact="", sha256=""),
        stored(1, "retired"),
    )
    shared = shared_with(policies=kept)
    offered = [each["value"] for each in plan.update_arms(shared.seen())]
    assert offered == ["Standard", "Settlement", "Legal", "policy 5", "policy 1"]
    assert plan.start_trial(shared, ("By value", "policy 5", *FORM[2:]), "It should bring more") == ""
    ((_, payload, _),) = jobs_of(shared.services)
    arms = plan_of(payload["plan"]).arms
    assert [(arm.name, arm.what, policy_number(arm.what)) for arm in arms] == [
        ("As now", "", None),
        ("Policy 5", "policy 5", 5),
    ]


@pytest.mark.parametrize("challenger", ["policy 3", "policy 99", "Anything", "", None])
def test_a_challenger_that_is_not_offered_is_not_queued(shared_with, challenger):
    shared = shared_with(policies=(stored(5), stored(3, sha256="0")))
    assert "no such challenger" in plan.start_trial(shared, ("By value", challenger, *FORM[2:]), "why")
    assert jobs_of(shared.services) == []


def test_a_plan_without_name_number_or_reason_is_not_queued(shared):
    assert "needs a name" in plan.start_trial(shared, ("", *FORM[1:]), "why")
    assert "number of loans" in plan.start_trial(shared, (*FORM[:3], "x", *FORM[4:]), "why")
    assert plan.start_trial(shared, FORM, "") == SAY_WHY
    assert jobs_of(shared.services) == []
    with pytest.raises(Refused, match="needs a name"):
        say.plan_of_form("x" * 61, *FORM[1:])


def test_a_running_trial_is_closed_with_its_verdict_or_stopped_before_it(shared, monkeypatch):
    monkeypatch.setattr(plan, "trials_of", lambda _: [TRIAL, OTHER])
    assert plan.close_trial(shared, "?trial=Court+fees", "why") == "There is no running trial to close."
    assert plan.close_trial(shared, "", "It costs too much") == ""
    assert jobs_of(shared.services) == [
        ("decide-trial", {"trial": "Reminder wording", "stop": True, "because": "It costs too much"}, "analyst")
    ]


def test_trials_are_read_from_the_book(shared):
    assert trials.trials_of(shared) == []
