"""A trial from its plan to its verdict: registered before it begins, assigned, told, closed."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from core.errors import Refused
from core.strategies.trials.assignment import arm_of, in_holdout
from core.strategies.trials.design import HOLDOUT_ARM
from core.workflows import trials as workflow
from core.workflows.trial_rows import COVARIATES, plan_from, rows_of
from core.workflows.trials import (
    assign_trial,
    decide_trial,
    listed,
    register_file,
    register_trial,
    told_in_words,
    trial_told,
    trials_told,
)
from tests.fake_models import FakeModelWriter
from tests.fakes import FakePortfolioReader
from tests.plain_policy import stored
from tests.trial_books import STORIES, TODAY, TRIAL, book_of

PLAN = {
    "name": "Letters", "arms": [{"name": "Now", "share": 0.5}, {"name": "Settle", "share": 0.5, "what": "Settlement"}],
    "starts_on": TODAY.isoformat(), "planned_n": 60, "eligible": {"strategies": ["Standard"], "dpd_to": 89}, "holdout": 0.1,
}  # fmt: skip


@pytest.fixture(scope="module")
def stories():
    return {story: trials_told(book_of(story), TODAY)[0] for story in STORIES}


def today_book(n: int = 300) -> FakePortfolioReader:
    rng = np.random.default_rng(2)
    return FakePortfolioReader(
        pd.DataFrame({
            "loan_ref": [f"L{row}" for row in range(n)], "borrower_ref": [f"B{row // 2}" for row in range(n)], "as_of": "2026-10-31",
            "balance": rng.uniform(100, 900, n).round(2), "dpd": np.where(np.arange(n) % 10 == 0, 200, 30), "status": "open",
            "strategy": np.where(np.arange(n) % 7 == 0, "Legal", "Standard"),
        })
    )  # fmt: skip


@pytest.fixture
def hands():
    reader = today_book()
    return {"reader": reader, "writer": FakeModelWriter(reader), "today": TODAY, "who": "ana"}


@pytest.mark.parametrize("story", STORIES)
def test_a_trial_known_from_files_gets_its_verdict(stories, story):
    told = stories[story]
    assert (told["name"], told["status"], told["verdict"]) == (TRIAL, "from files", story)
    assert any("made from the file afterwards" in words for words in told["words"]) or story == "invalid"
    json.dumps(told, allow_nan=False)


def test_what_is_told_is_whole(stories):
    told = stories["win"]
    assert told["plan"]["outcome_words"] == "cash over balance"
    assert [arm["name"] for arm in told["arms"]] == ["Firm", "Soft"]
    firm = told["arms"][0]
    assert firm["low"] < firm["mean"] < firm["high"]
    (against,) = told["against"]
    look = against["difference"]
    assert look == against["looks"][-1]
    assert look["crossed"] == 1
    assert look["low"] > 0
    assert look["always_low"] < look["value"] < look["always_high"]
    assert {each["name"] for each in against["apart"]} == set(COVARIATES.values())
    assert told["shares"]["is_invalid"] is False
    assert (told["next_look"], told["decided_by"], told["decided"]) == (None, None, None)


def test_where_it_is_invalid_no_outcome_is_told(stories):
    told = stories["invalid"]
    assert told["against"] == []
    assert [arm["mean"] for arm in told["arms"]] == [None, None]
    assert told["shares"]["is_invalid"] is True


def test_outcomes_that_are_not_known_yet_wait_with_the_day_up_to_which_they_are(stories):
    told = stories["not yet"]
    assert told["told_until"] < "2026-05-01"
    assert "0 of 360 loans have matured" in told["words"][0]
    assert any("Payments are known up to" in words for words in told["words"])
    assert told["next_look"] is not None


def test_a_book_without_payments_says_what_is_missing():
    told = trials_told(book_of("win", with_payments=False), TODAY)[0]
    assert (told["verdict"], told["told_until"]) == ("not yet", None)
    assert "No file tells payments: bring them, for they are the outcome." in told["words"]


def test_a_book_without_trials_has_none(hands):
    assert listed(hands["reader"], TODAY) == ({"trials": []}, "There is no trial: register one with `trial plan FILE`.")
    with pytest.raises(Refused, match="There is no trial 'Tone'"):
        trial_told(hands["reader"], "Tone", TODAY)


def test_loans_dealt_out_one_by_one_are_read_as_such_and_unstated_chances_are_unknown():
    frame = book_of("win").trial_rows(TRIAL, window_days=90)
    assert plan_from(TRIAL, frame)[0].unit == "borrower"
    mates = frame.assign(borrower_ref=[f"B{row // 2}" for row in range(len(frame))], probability=np.nan)
    plan, known = plan_from(TRIAL, mates)
    assert (plan.unit, known, plan.shares) == ("loan", False, (0.5, 0.5))


@pytest.mark.parametrize(
    ("names", "first"),
    [(("Champion", "Challenger"), "Champion"), (("control", "A new tone"), "control"), (("B", "A"), "A")],
)
def test_the_champion_is_known_by_its_name_before_the_alphabet(names, first):
    frame = book_of("win").trial_rows(TRIAL, window_days=90)
    arms = dict(zip(sorted(frame["arm"].dropna().unique()), names, strict=True))
    plan, _ = plan_from(TRIAL, frame.assign(arm=frame["arm"].map(arms)))
    assert (plan.arms[0].name, {each.name for each in plan.arms}) == (first, set(names))


def test_a_file_may_call_an_arm_of_its_own_holdout():
    reader = book_of("win")
    frame = reader.trial_rows(TRIAL, window_days=90)
    named = frame.assign(arm=frame["arm"].replace("Firm", HOLDOUT_ARM))
    rows = rows_of(plan_from(TRIAL, named)[0], named, reader.book())
    assert sorted(np.bincount(rows.arm)) == sorted(frame["arm"].value_counts())
    plan = plan_from(TRIAL, frame)[0]
    assert len(rows_of(plan, named, reader.book())) == (frame["arm"] == "Soft").sum()


def test_net_value_is_cash_less_costs_and_unknown_without_them():
    reader = book_of("win")
    frame = reader.trial_rows(TRIAL, window_days=90)
    plan = replace(plan_from(TRIAL, frame)[0], outcome="net_value")
    assert not np.isfinite(rows_of(plan, frame, reader.book()).outcome).any()
    told = rows_of(plan, frame.assign(cost_early=5.0), reader.book())
    assert told.outcome == pytest.approx(frame["cash_early"] - 5.0)


def test_a_trial_of_net_value_in_a_book_without_costs_says_what_is_missing(hands):
    register_trial(PLAN | {"outcome": "net_value"}, **hands, why="x")
    told = trial_told(hands["reader"], "Letters", TODAY)
    assert told["verdict"] == "not yet"
    assert told["words"][-1].startswith("No file tells costs, so net value is not known")


def test_a_plan_is_registered_with_who_and_why_and_what_it_can_find(hands):
    result = register_trial(PLAN, **hands, why="settle earlier")
    (trial,) = hands["reader"].trials()
    assert (trial.name, trial.who, trial.plan["why"]) == ("Letters", "ana", "settle earlier")
    assert len(trial.plan["balance_edges"]) == 2
    assert "With power 0.80 it finds a difference of" in result["sentence"]
    assert 0.5 < result["detectable_sd"] < 0.6
    assert [event.what for event in hands["reader"].strategy_events()] == ["trial registered"]
    told = trials_told(hands["reader"], TODAY)[0]
    assert (told["status"], told["verdict"]) == ("running", "not yet")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"starts_on": "2026-11-02"}, "would have begun on 2 Nov 2026, before it is registered"),
        ({"eligible": {"strategies": ["Nothing"]}}, "Nobody is eligible: no workable loans under Nothing"),
        ({"planned_n": 3}, "cannot be run as planned"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_nothing_is_stored(hands, change, words):
    with pytest.raises(Refused, match=words):
        register_trial(PLAN | change, **hands, why="x")
    with pytest.raises(Refused, match="registered with its reason"):
        register_trial(PLAN, **hands)
    assert hands["reader"].trials() == []


def test_an_arm_may_not_stand_for_a_policy_that_is_not_there_or_is_damaged(hands):
    def with_arm(what):
        return PLAN | {"arms": [{"name": "As now", "share": 0.5}, {"name": "By value", "share": 0.5, "what": what}]}

    policies = [stored(1, sha256="0"), stored(2)]
    hands["reader"].policies = lambda: policies
    with pytest.raises(Refused, match="There is no policy 7"):
        register_trial(with_arm("policy 7"), **hands, why="x")
    with pytest.raises(Refused, match="Policy 1 as stored is not what was learned"):
        register_trial(with_arm("policy 1"), **hands, why="x")
    assert hands["reader"].trials() == []
    register_trial(with_arm("policy 2"), **hands, why="x")
    assert [each.name for each in hands["reader"].trials()] == [PLAN["name"]]


def test_a_name_is_used_once(hands):
    register_trial(PLAN, **hands, why="x")
    with pytest.raises(Refused, match="There is a trial 'letters' already"):
        register_trial(PLAN | {"name": "letters"}, **hands, why="x")


def test_a_plan_is_json(hands):
    with pytest.raises(Refused, match="The plan is no JSON"):
        register_file("{", **hands)
    with pytest.raises(Refused, match="no JSON object"):
        register_file("[]", **hands)
    assert register_file(json.dumps(PLAN | {"why": "x"}), **hands)["name"] == "Letters"


def test_eligible_loans_are_assigned_by_borrower_and_kept_only_when_confirmed(hands):
    register_trial(PLAN, **hands, why="x")
    told, said = assign_trial("Letters", **hands, confirmed=False)
    assert "nothing is stored" in said
    assert hands["reader"].trial_names() == []
    assert "L0" not in set(told["Loan_ID"])  # under Legal
    for row in told.itertuples():
        held = in_holdout(row.Borrower_ID, 0.1)
        assert row.Arm == (HOLDOUT_ARM if held else ("Now", "Settle")[arm_of("Letters", row.Borrower_ID, (0.5, 0.5))])
    assert set(told.loc[told["Arm"] == "Settle", "Strategy"]) == {"Settlement"}
    assert set(told.loc[told["Arm"] == "Now", "Strategy"]) == {"Standard"}
    assert not told["Needs_Confirmation"].any()
    _, said = assign_trial("Letters", **hands, confirmed=True)
    assert "confirmed by ana" in said
    rows = hands["reader"].trial_rows("Letters", window_days=90)
    assert len(rows) == (told["Arm"] != HOLDOUT_ARM).sum()
    again, _ = assign_trial("Letters", **hands, confirmed=True)
    assert set(again["Arm"]) == {HOLDOUT_ARM}


def test_a_hold_about_the_person_keeps_all_loans_of_the_borrower_out_of_a_trial():
    book = pd.concat(list(today_book().snapshots(date(2026, 10, 31))), ignore_index=True)
    held = np.where(book["loan_ref"] == "L3", "bankruptcy", np.where(book["loan_ref"] == "L5", "dispute", None))
    reader = FakePortfolioReader(book.assign(hold=held))
    hands = {"reader": reader, "writer": FakeModelWriter(reader), "today": TODAY, "who": "ana"}
    register_trial(PLAN, **hands, why="x")
    dealt = set(assign_trial("Letters", **hands, confirmed=False)[0]["Loan_ID"])
    assert not {"L2", "L3", "L5"} & dealt  # L2 and L3 are of one borrower
    assert "L4" in dealt  # of the borrower of L5, whose dispute binds that loan only


def test_legal_arms_wait_for_a_person(hands):
    arms = [{"name": "Now", "share": 0.5}, {"name": "Court", "share": 0.5, "what": "Legal"}]
    register_trial(PLAN | {"arms": arms}, **hands, why="x")
    told, _ = assign_trial("Letters", **hands, confirmed=False)
    assert (told["Needs_Confirmation"] == (told["Arm"] == "Court")).all()


def test_nobody_comes_into_a_trial_outside_its_days_or_once_it_is_closed(hands):
    register_trial(PLAN | {"starts_on": "2026-12-01"}, **hands, why="x")
    assert trials_told(hands["reader"], TODAY)[0]["status"] == "planned"
    with pytest.raises(Refused, match="takes loans from 1 Dec 2026 to 30 Nov 2027"):
        assign_trial("Letters", **hands, confirmed=False)
    with pytest.raises(Refused, match="There is no registered trial 'Tone'"):
        assign_trial("Tone", **hands, confirmed=False)
    decide_trial("Letters", **hands, because="no budget", stop=True)
    with pytest.raises(Refused, match="The trial 'Letters' is stopped"):
        assign_trial("Letters", **hands, confirmed=False)


def test_a_trial_is_closed_with_a_reason_and_before_its_end_only_by_stopping_it(hands):
    register_trial(PLAN, **hands, why="x")
    with pytest.raises(Refused, match="closed with a reason"):
        decide_trial("Letters", **hands, because=" ")
    with pytest.raises(Refused, match="is not over: Not yet: no loan takes part"):
        decide_trial("Letters", **hands, because="bored")
    assert decide_trial("Letters", **hands, because="no budget", stop=True)["status"] == "stopped"
    told = trials_told(hands["reader"], TODAY)[0]
    assert (told["decided"]["because"], told["decided"]["verdict"]) == ("no budget", "not yet")
    with pytest.raises(Refused, match="is stopped already"):
        decide_trial("Letters", **hands, because="again")


def test_a_book_without_loans_has_nobody_to_assign():
    reader = FakePortfolioReader(pd.DataFrame({"loan_ref": [], "as_of": [], "balance": [], "dpd": []}))
    with pytest.raises(Refused, match="no loans yet"):
        register_trial(PLAN, reader=reader, writer=FakeModelWriter(reader), today=TODAY, who="ana", why="x")


def test_words_of_one_trial_name_arms_and_the_next_look(hands):
    register_trial(PLAN, **hands, why="x")
    told, words = told_in_words(hands["reader"], "Letters", TODAY)
    assert words.splitlines()[-1].startswith("Next look ")
    assert told["decided_by"] in told["look_days"]
    assert "Now: 0 loans, 0 matured" in words


def test_payments_that_end_long_ago_are_said_to(stories):
    assert workflow._late(TODAY - timedelta(40), TODAY) == [
        "Payments are known up to 24 Sep 2026; what came after is in no look yet."
    ]
    assert workflow._late(TODAY, TODAY) == []
    assert date.fromisoformat(stories["win"]["told_until"]) <= TODAY
