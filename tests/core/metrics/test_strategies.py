"""What strategies were given, brought back and cost, worked by hand."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd

from core.metrics.strategies import in_own_order, outcome_mix, proposals, strategy_results
from core.selection import Selection
from tests.contract.book import fake

ORDER = ("Standard", "Settlement", "Legal", "Hold")
GIVEN = pd.DataFrame({"strategy": ["Legal", "Standard"], "loans": [3, 10], "balance": [900.0, 1000.0]})
PLACED = pd.DataFrame({"strategy": ["Legal", "Standard"], "loans": [2, 8], "balance": [600.0, 800.0]})
CASH = pd.DataFrame({"strategy": ["Legal", "Standard"], "payments": [1, 5], "cash": [60.0, 200.0]})
WORK = pd.DataFrame({"strategy": ["Legal", "not stated"], "cost": [75.5, 3.0], "costed": [2, 1]})


def test_each_strategy_has_its_rate_its_cost_of_cash_and_what_remains():
    results = strategy_results(GIVEN, PLACED, CASH, WORK, order=ORDER).set_index("strategy")
    assert list(results.index) == ["Standard", "Legal", "not stated"]
    legal = results.loc["Legal"]
    assert (legal["given_loans"], legal["placed_loans"], legal["rate"]) == (3, 2, 0.1)
    assert legal["cost_share"] == 75.5 / 60
    assert legal["net"] == -15.5
    assert results.loc["Standard", ["cost", "cost_share", "net"]].tolist() == [0.0, 0.0, 200.0]


def test_cost_without_cash_and_cash_without_placement_have_no_ratio():
    stray = strategy_results(GIVEN, PLACED, CASH, WORK, order=ORDER).set_index("strategy").loc["not stated"]
    assert math.isnan(stray["rate"])
    assert math.isnan(stray["cost_share"])
    assert stray["net"] == -3.0
    assert stray["given_loans"] == 0


def test_a_book_without_payments_or_costs_leaves_those_undefined_and_counts_what_was_given():
    results = strategy_results(GIVEN, PLACED, None, None, order=ORDER)
    assert results["given_loans"].tolist() == [10, 3]
    assert results[["cash", "rate", "cost", "cost_share", "net"]].isna().all(axis=None)


def test_the_parts_by_segment_add_up_to_the_whole_of_the_eight_loans():
    reader, selection = fake(), Selection(as_of=date(2026, 10, 31))

    def results(by: list[str]) -> pd.DataFrame:
        return strategy_results(
            reader.given(selection, by), reader.placed(selection, by), reader.cash(selection, by), reader.costs(selection, by), by
        )  # fmt: skip

    whole, parts = results(["strategy"]), results(["strategy", "segment"])
    for measure in ("cash", "cost", "net", "placed_balance"):
        assert round(parts[measure].sum(), 2) == round(whole[measure].sum(), 2)
    assert (round(whole["cash"].sum(), 2), whole["cost"].sum()) == (1650.33, 122.00)
    assert whole.set_index("strategy")["cost"].to_dict() == {
        "Standard": 2.0, "Settlement": 0.0, "Legal": 120.0,
    }  # fmt: skip
    assert whole.set_index("strategy")["cash"].to_dict() == {
        "Standard": 1500.33, "Settlement": 100.0, "Legal": 50.0,
    }  # fmt: skip


def test_outcomes_are_shares_of_their_group_best_first_and_strange_words_last():
    told = pd.DataFrame(
        {
            "strategy": ["Legal", "Legal", "Standard", "Legal"],
            "recovery_status": ["Written Off", "Fully Recovered", "Written Off", "Abandoned"],
            "loans": [1, 2, 5, 1],
            "balance": 1.0,
            "recovered_loans": 0,
            "recovered": 0.0,
        }
    )
    mix = outcome_mix(told, order=ORDER)
    assert mix[["strategy", "recovery_status", "share", "n"]].to_numpy().tolist() == [
        ["Standard", "Written Off", 1.0, 5],
        ["Legal", "Fully Recovered", 0.5, 4],
        ["Legal", "Written Off", 0.25, 4],
        ["Legal", "Abandoned", 0.25, 4],
    ]
    assert outcome_mix(told[:0]).empty


def test_outcomes_by_another_dimension_keep_the_order_of_their_groups():
    told = pd.DataFrame(
        {"region": ["South", "North"], "recovery_status": "Written Off", "loans": [1, 3], "balance": 1.0, "recovered_loans": 0, "recovered": 0.0}
    )  # fmt: skip
    assert outcome_mix(told, "region")["region"].tolist() == ["North", "South"]


def test_proposals_come_in_the_order_of_the_tracks_and_hold_after_them():
    stock = pd.DataFrame(
        {
            "proposed": ["Hold", "Legal", "Standard", "not stated"], "loans": [1, 2, 6, 1], "balance": 1.0,
            "arrears_loans": 1, "workable_loans": 1,
        }
    )  # fmt: skip
    told = proposals(stock, ORDER)
    assert told["proposed"].tolist() == ["Standard", "Legal", "Hold", "not stated"]
    assert told["share"].tolist() == [0.6, 0.2, 0.1, 0.1]
    assert proposals(stock[:0]).empty


def test_strategies_of_the_lenders_own_stand_between_hold_and_not_stated():
    names = pd.DataFrame({"strategy": ["not stated", "Field visit", "Hold", "Settlement"]})
    assert in_own_order(names, "strategy", ORDER)["strategy"].tolist() == [
        "Settlement",
        "Hold",
        "Field visit",
        "not stated",
    ]
