"""The value policy keeps every rule the thresholds keep, and says in figures why it chose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.strategies.catalogue import CATALOGUE, Limits
from core.strategies.policy.hysteresis import share_moved, staying
from core.strategies.policy.propose import Expected, propose_by_value
from core.strategies.thresholds import propose
from tests.core.strategies.book import book

NAMES = ["Standard", "Settlement", "Legal"]


def expected(frame, *rates, **more):
    return Expected(pd.DataFrame(list(rates), columns=NAMES, index=frame.index), **more)


FRAME = book(("A", "b1", 10_000, 40), ("B", "b2", 10_000, 40), ("C", "b3", 10_000, 40))
RATES = ((0.30, 0.50, 0.40), (0.30, 0.31, 0.60), (0.30, 0.20, 0.10))


def test_everybody_gets_what_brings_most_and_court_waits_for_a_person():
    told = propose_by_value(FRAME, expected(FRAME, *RATES))
    assert told["proposed"].tolist() == ["Settlement", "Legal", "Standard"]
    assert told["needs_confirmation"].tolist() == [False, True, False]
    assert list(told.columns) == list(propose(FRAME).columns)
    assert told["reasons"][0] == ["Settlement is expected to bring 1,835 more than Standard after its cost"]
    assert told["reasons"][2] == ["Standard is expected to bring 2,935 after its cost"]


def test_errors_and_the_price_of_a_place_are_said():
    limits = Limits((*CATALOGUE[:2], replace(CATALOGUE[2], capacity_count=1)))
    rates = ((0.30, 0.20, 0.50), (0.30, 0.20, 0.70), (0.30, 0.20, 0.10))
    spreads = pd.DataFrame([[0, 0.01, 0.02]] * 3, columns=NAMES)
    told = propose_by_value(FRAME, expected(FRAME, *rates, spreads=spreads), limits)
    assert told["proposed"].tolist() == ["Standard", "Legal", "Standard"]
    assert told["reasons"][1][0].startswith(
        "Legal is expected to bring 2,925 more than Standard after its cost (+-365); a place in Legal is worth "
    )
    assert "Legal would bring 1,065 more, less than what it takes is worth elsewhere" in told["reasons"][0][0]


def test_rules_that_stand_before_any_policy_are_the_thresholds():
    frame = book(
        ("A", "b1", 10_000, 40, "paid"), ("B", "b2", 10_000, 40, "open", "dispute"), ("C", "b3", 10_000, 0),
        ("D", "b4", 10_000, 40, "open", None, 0.2, "Legal"), ("E", "b5", 10_000, 40, "open", None, 0.2, "Standard"),
        ("F", "b6", 10_000, 40, "open", "deceased"), ("G", "b6", 10_000, 40),
    )  # fmt: skip
    told = propose_by_value(frame, expected(frame, *[(0.3, 0.6, 0.1)] * 7))
    old = propose(frame)
    assert told["proposed"].tolist() == ["None", "Hold", "Standard", "Legal", "Standard", "Hold", "Hold"]
    assert told["proposed"].tolist() == old["proposed"].tolist()
    assert told["reasons"].tolist() == old["reasons"].tolist()
    assert told["by_person"].tolist() == old["by_person"].tolist()
    assert told["needs_confirmation"].tolist() == old["needs_confirmation"].tolist()


def test_one_track_a_borrower_by_all_its_loans_and_three_loans_take_three_places():
    frame = book(("A", "b1", 30_000, 40), ("B", "b1", 1_000, 40), ("C", "b1", 1_000, 0), ("D", "b2", 9_000, 40))
    rates = [(0.3, 0.2, 0.9), (0.9, 0.2, 0.1), (0.9, 0.2, 0.1), (0.3, 0.2, 0.9)]
    assert propose_by_value(frame, expected(frame, *rates))["proposed"].tolist() == ["Legal"] * 4
    limits = Limits((*CATALOGUE[:2], replace(CATALOGUE[2], capacity_count=2)))
    assert propose_by_value(frame, expected(frame, *rates), limits)["proposed"].tolist() == ["Standard"] * 3 + ["Legal"]


def test_places_that_a_person_gave_are_taken_first():
    frame = book(("A", "b1", 10_000, 40), ("B", "b2", 10_000, 40, "open", None, 0.2, "Legal"))
    limits = Limits((*CATALOGUE[:2], replace(CATALOGUE[2], capacity_count=1)))
    told = propose_by_value(frame, expected(frame, *[(0.3, 0.2, 0.9)] * 2), limits)
    assert told["proposed"].tolist() == ["Standard", "Legal"]


def test_nothing_is_done_only_where_every_strategy_loses():
    frame = book(("A", "b1", 50, 40), ("B", "b2", 10_000, 40))
    told = propose_by_value(frame, expected(frame, (0.1, 0.1, 0.1), (0.3, 0.3, 0.3)))
    assert told["proposed"].tolist() == ["No action", "Standard"]
    assert told["reasons"][0] == ["Every strategy is expected to cost more than it brings, the best one 15: no action"]


def test_without_any_budget_nothing_is_done_and_the_words_say_so():
    told = propose_by_value(FRAME, expected(FRAME, *RATES), Limits(budget=0.0))
    assert set(told["proposed"]) == {"No action"}
    assert "used up" in told["reasons"][0][0]


def test_a_borrower_of_whom_nothing_is_expected_stays_on_the_reference():
    told = propose_by_value(FRAME, expected(FRAME, (np.nan,) * 3, RATES[1], RATES[2]))
    assert told["proposed"].tolist() == ["Standard", "Legal", "Standard"]
    assert told["reasons"][0] == ["Nothing is expected of this loan under any strategy yet: Standard until there is"]


def test_a_strategy_without_evidence_is_not_given():
    told = propose_by_value(FRAME, expected(FRAME, *RATES, acts=("Standard", "Settlement")))
    assert told["proposed"].tolist() == ["Settlement", "Standard", "Standard"]


def test_a_loan_stays_unless_the_change_brings_more_than_its_error():
    spreads = pd.DataFrame([[0, 0.05, 0.05]] * 3, columns=NAMES)
    rates = ((0.30, 0.32, 0.1), (0.30, 0.40, 0.1), (0.30, 0.32, 0.1))
    now = ["Standard", "Standard", None]
    told = propose_by_value(FRAME, expected(FRAME, *rates, spreads=spreads, present=now))
    assert told["proposed"].tolist() == ["Standard", "Settlement", "Settlement"]
    assert "promises too little more for a change" in told["reasons"][0][0]


def test_no_loans_no_proposals():
    frame = FRAME.iloc[:0]
    told = propose_by_value(frame, Expected(pd.DataFrame(columns=NAMES, index=frame.index, dtype=float)))
    assert len(told) == 0


def test_staying_adds_the_margin_to_what_is_present_alone():
    told = staying(np.array([[1.0, 2.0], [1.0, 2.0]]), np.array([0, -1]), np.array([5.0, 5.0]))
    assert told.tolist() == [[6, 2], [1, 2]]


def test_the_share_moved_of_nobody_is_undefined():
    assert share_moved(np.array([0, 1]), np.array([0, 2])) == 0.5
    assert np.isnan(share_moved(np.zeros(0), np.zeros(0)))


@pytest.mark.parametrize("kinds", [1, 2])
def test_fewer_strategies_are_enough(kinds):
    rates = pd.DataFrame([each[:kinds] for each in RATES], columns=NAMES[:kinds])
    told = propose_by_value(FRAME, Expected(rates))
    assert set(told["proposed"]) <= set(NAMES[:kinds])
