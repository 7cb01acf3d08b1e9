"""What would change the recommendation, worked by hand on the rule score and held to the score itself on a model."""

import numpy as np
import pandas as pd
import pytest

from core.records import Model
from core.scores.scoring.risk import risk_of, risk_score_of
from core.scores.scoring.what_if import what_if
from core.strategies.thresholds import propose
from tests.core.scores.worlds import learned, world

WORST = {
    "loan_ref": "A", "borrower_ref": "X", "as_of": "2026-10-31", "status": "open", "hold": None, "confirmed": None,
    "dpd": 90, "missed_payments": 3, "emi": 300.0, "monthly_income": 1000.0, "collateral_value": 0.0, "balance": 400.0,
    "age": 40, "product": "Auto", "region": "North",
}  # fmt: skip
FIXED = ("age", "product", "region", "missed_payments", "emi", "balance", "loan_ref", "borrower_ref", "status", "hold")


def asked(*loans, champion=None):
    return what_if(pd.DataFrame([WORST | each for each in loans or ({},)]), champion=champion)


@pytest.fixture(scope="module")
def champion():
    trained = learned()
    return Model(7, trained.kind, "champion", "", trained.sha256, trained.card, trained.artifact)


def test_the_smallest_change_comes_first_and_each_says_to_what_it_would_lead():
    told = asked()
    assert (told.track, told.risk, told.source, told.tried) == ("Legal", 0.845, "rule", 11)
    assert [(each.changes, each.track, each.risk) for each in told.options] == [
        (("2 instalments caught up with, to 30 days past due",), "Settlement", 0.7225),
        (("security of 1.00 times the balance pledged",), "Settlement", 0.725),
    ]
    assert told.why == ""


def test_two_changes_together_are_tried_where_no_single_one_is_enough():
    told = asked({"dpd": 220, "missed_payments": 6, "emi": 600.0})
    assert (told.track, told.risk) == ("Legal", 1.0)
    assert [each.changes for each in told.options] == [
        ("6 instalments caught up with, to 40 days past due", "security of 1.00 times the balance pledged")
    ]
    assert told.options[0].risk == pytest.approx(0.35 * (0.5 + 0.35 / 6) + 0.25 + 0.2 + 0.08, abs=1e-6)


def test_nothing_that_can_change_is_an_answer():
    told = asked({"dpd": 400, "missed_payments": 6, "emi": 600.0})
    assert told.options == ()
    assert told.why == f"none of {told.tried} feasible changes and pairs of them would lead to a lighter track"


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"dpd": 5, "missed_payments": 0}, "the lightest track is proposed already"),
        ({"hold": "dispute"}, "nobody works this borrower now"),
        ({"status": "paid"}, "nobody works this borrower now"),
        ({"confirmed": "Legal"}, "Legal was decided by a person, and no fact changes that"),
        ({"risk_score": 0.5}, "the score kept on this day is not the one in use now"),
        (
            dict.fromkeys(("dpd", "missed_payments", "emi", "monthly_income", "collateral_value")),
            "nothing the score reads is known",
        ),
    ],
)
def test_where_there_is_nothing_to_ask_it_says_why(facts, why):
    told = asked(facts)
    assert (told.options, told.tried, told.why) == ((), 0, why)


def test_where_a_learned_policy_proposes_the_score_decides_nothing_and_no_change_of_it_is_named():
    assert asked().options  # by risk there would be some
    told = what_if(pd.DataFrame([WORST]), champion=None, proposed_by="Value policy 3")
    assert (told.options, told.tried) == ((), 0)
    assert told.why.startswith("Value policy 3 proposes by what each strategy is expected to bring, not by the score")


def test_a_loan_typed_in_without_a_day_is_asked_as_well():
    assert asked({"as_of": None}).options == asked().options


def test_what_is_not_stated_is_not_moved():
    told = asked({"collateral_value": None, "monthly_income": None})
    assert told.tried == 3  # the three instalments behind
    assert all("caught up" in change for each in told.options for change in each.changes)


def test_of_several_loans_each_may_be_caught_up_with_and_all_decide_together():
    told = asked(
        {"loan_ref": "A", "balance": 900.0}, {"loan_ref": "B", "balance": 100.0, "dpd": 30, "missed_payments": 1}
    )
    frame = pd.DataFrame([WORST | {"balance": 900.0}, WORST | {"balance": 100.0, "dpd": 30, "missed_payments": 1}])
    risk = risk_of(frame, None)[0]["risk_score"]
    assert told.risk == pytest.approx((900 * risk[0] + 100 * risk[1]) / 1000, abs=1e-6)
    assert told.options[0].changes == ("2 instalments caught up with on loan A, to 30 days past due",)
    assert not any("loan B" in change for each in told.options for change in each.changes)


def test_a_loan_on_hold_is_not_asked_to_change():
    told = asked({"balance": 10.0}, {"loan_ref": "B", "hold": "dispute", "balance": 9000.0})
    assert told.options
    assert all("loan B" not in change for each in told.options for change in each.changes)


def test_an_empty_collateral_is_read_as_the_book_read_it():
    stored = risk_of(pd.DataFrame([WORST]), None)[0]["risk_score"][0]
    told = asked({"collateral_value": None, "risk_score": stored})
    assert (told.risk, told.why) == (stored, "")


def test_every_option_is_what_the_score_of_a_book_says_of_those_facts(champion):
    """No promise of the search: the words are turned back into facts and scored as a book is."""
    frame = world(seed=21, loans=400).assign(confirmed=None, promise_kept_ratio=np.nan, contact_rate=np.nan)
    risk = risk_score_of(frame, champion)
    highest = frame[risk >= 0.5].head(12)
    checked = 0
    for row in highest.index:
        told = what_if(frame.loc[[row]], champion=champion)
        for option in told.options:
            facts = {}
            for change in option.changes:
                facts |= _facts(change, frame.loc[row])
            then = frame.loc[[row]].assign(**facts)
            scored, source = risk_of(then, champion)
            proposed = propose(then.assign(risk_score=scored["risk_score"]))["proposed"].iloc[0]
            assert (proposed, source) == (option.track, "model")
            assert ("Standard", "Settlement", "Legal").index(proposed) < ("Standard", "Settlement", "Legal").index(
                told.track
            )
            assert not set(facts) & set(FIXED)
            checked += 1
    assert checked >= 10


def _facts(change, row):
    if "caught up" in change:
        left = change.rsplit("to ", 1)[1].split()[0]
        return {"dpd": 0 if left == "nothing" else int(left)}
    if "security" in change:
        return {"collateral_value": round(float(change.split()[2]) * row["balance"], 2)}
    reached = float(change.split("an income of ")[1].split()[0].replace(",", ""))
    return {"monthly_income": next(round(row["monthly_income"] * (1 + step), 2) for step in (0.05, 0.1, 0.15, 0.2)
                                   if abs(row["monthly_income"] * (1 + step) - reached) < 1)}  # fmt: skip


def test_a_damaged_champion_is_asked_of_the_rule(champion):
    broken = Model(7, "logistic", "champion", "", "0" * 64, {}, champion.artifact)
    told = asked(champion=broken)
    assert (told.source, told.options) == ("rule", asked().options)
