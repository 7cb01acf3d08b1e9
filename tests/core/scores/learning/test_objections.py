import numpy as np
import pytest

from core.scores.gate import admit
from core.scores.learning.objections import objection
from core.scores.rows.target import non_recovery
from tests.core.scores.worlds import world


def card_of(frame, known=()):
    target = non_recovery(frame)
    return objection(target, admit(target, dict.fromkeys(known, "snapshot")))


@pytest.mark.parametrize(
    ("paid", "events", "why"),
    [
        (
            1.0,
            0,
            "Of 300 loans with an outcome all were recovered: with one outcome only there is nothing to tell apart",
        ),
        (
            0.0,
            300,
            "Of 300 loans with an outcome none was recovered: with one outcome only there is nothing to tell apart",
        ),
    ],
)
def test_one_outcome_only_is_too_little_history(paid, events, why):
    rows = world(loans=300)
    card = card_of(rows.assign(cash_12m=paid * rows["balance"], collection_attempts=3))
    assert (card["verdict"], card["why"], card["n"], card["events"]) == ("too little history", why, 300, events)
    assert card["quarantined"] == [
        {"column": "Collection_Attempts", "why": "It is written with the outcome, after the snapshot"}
    ]


def test_twenty_loans_are_too_little_history_and_no_column_is_suspected_by_chance():
    card = card_of(world(loans=20), ("NOISE", "LEAK"))
    assert card["verdict"] == "too little history"
    assert card["why"].startswith("Only ")
    assert card["why"].endswith(" of 20 loans had the rarer outcome; 50 are needed")
    assert card["quarantined"] == []


def test_a_book_in_which_no_fact_varies_has_no_usable_signal_and_says_which_say_nothing():
    rows = world(loans=300)[["loan_ref", "borrower_ref", "as_of", "status", "hold", "strategy"]]
    paid = np.tile([0.0, 50.0], 150)
    card = card_of(rows.assign(dpd=30, balance=100.0, product="Auto", monthly_income=np.nan, cash_12m=paid))
    assert card["verdict"] == "no usable signal"
    assert card["why"] == "No fact known at the snapshot is stated and varies between these 300 loans"
    assert {each["column"]: each["why"] for each in card["unused"]} == {
        "Days_Past_Due": "The same in every row", "Outstanding_Loan_Amount": "The same in every row",
        "Loan_Type": "The same in every row", "Monthly_Income": "Stated in no row",
    }  # fmt: skip


def test_a_circular_target_is_no_usable_signal_and_the_reason_names_the_facts():
    rows = world(loans=300).assign(cash_12m=np.nan)
    card = card_of(rows.assign(recovery_status=np.where(rows["dpd"] > 60, "Written Off", "Fully Recovered")))
    assert (card["verdict"], card["circular"]["names"]) == ("no usable signal", ["Days_Past_Due"])
    assert card["circular"]["auc"] > 0.99
    assert card["why"].startswith("The outcome can be told from Days_Past_Due alone")
    assert card["outcome_column"] == "recovery_status"


def test_a_book_that_may_be_tried_meets_no_objection():
    assert card_of(world(loans=300)) is None
