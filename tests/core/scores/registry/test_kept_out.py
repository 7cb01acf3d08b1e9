"""Whether a model reads what stays out by now."""

from core.records import Ruling
from core.scores.registry.kept_out import kept_out_by_now, reads_kept_out


def test_every_column_behind_an_input_counts_once_and_what_it_does_not_read_does_not():
    inputs = ["debt-to-income", "income (log)", "extra:grade"]
    assert reads_kept_out(inputs, {"Monthly_Income", "grade", "Collateral_Value"}) == ["Monthly_Income", "grade"]
    assert reads_kept_out(inputs, {"Loan_Type"}) == []


def test_a_column_of_the_file_is_not_taken_for_a_fact_of_the_same_name_and_the_strategy_is_none():
    assert reads_kept_out(["strategy", "tenure", "extra:Loan_Tenure2"], {"tenure", "strategy"}) == []


def test_what_stays_out_by_now_is_the_newest_gates_word_and_then_a_persons():
    cards = [
        {"verdict": "too little history"},
        {"recalibrated": {"from": 1}, "quarantined": [{"column": "OLD", "why": "an older gate"}]},
        {"quarantined": [{"column": "LEAK", "why": "too strong"}, {"column": "LET_IN", "why": "its name"}]},
        {"quarantined": [{"column": "OLD", "why": "an older gate"}]},
    ]
    rulings = [
        Ruling("LET_IN", True, "known before", "ana", "2026-11-20"), Ruling("ZONE", False, "who they are", "bob", "2026-11-21"),
        Ruling("LEAK", False, "filled in later", "bob", "2026-11-21"),
    ]  # fmt: skip
    assert kept_out_by_now(cards, rulings) == {
        "LEAK": "too strong", "ZONE": "kept out by bob on 21 Nov 2026: who they are",
    }  # fmt: skip
    assert kept_out_by_now([], []) == {}


def test_what_an_earlier_training_weighed_holds_on_where_a_later_one_had_too_little_to_weigh():
    cards = [
        {"verdict": "too little history", "quarantined": [{"column": "FEES", "why": "its name"}]},
        {"verdict": "usable", "quarantined": [{"column": "LEAK", "why": "too strong"}]},
        {"verdict": "usable", "quarantined": [{"column": "OLD", "why": "an older gate"}]},
    ]
    assert kept_out_by_now(cards, []) == {"FEES": "its name", "LEAK": "too strong"}
