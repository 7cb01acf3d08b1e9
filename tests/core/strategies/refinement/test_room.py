"""More room is suggested where a limit binds and is worth it, with its basis and n, and never as an effect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.strategies.catalogue import Limits, Strategy
from core.strategies.policy.prices import allocate
from core.strategies.refinement.room import MATERIAL_SHARE, room_wanted

STANDARD, LEGAL = Strategy("Standard", "", 0.0, 0.0, 1.0, 0.0), Strategy("Legal", "", 50.0, 0.0, 1.0, 2.0)
GAINS = np.arange(10, 0, -1) * 100.0  # of ten loans, what Legal brings more than the 1,000 of Standard
DAY = "2026-10-31"


def wanted(*, legal=LEGAL, gains=GAINS, **limits):
    strategies = (STANDARD, legal)
    given = Limits(strategies, **limits)
    values = np.column_stack([np.full(len(gains), 1_000.0), 1_000.0 + gains])
    told = allocate(values, np.ones(len(gains)), strategies, given, len(gains))
    return room_wanted(told, strategies, given, workable=len(gains), day=DAY)


def test_places_that_are_all_taken_are_worth_what_the_next_loan_would_gain():
    room = wanted(legal=replace(LEGAL, capacity_count=3))
    assert (room.kind, room.strategy, room.limit, room.n) == ("place", "Legal", 3.0, 10)
    assert 700.0 <= room.price <= 800.0
    assert room.words == (
        f"Make room for Legal: all 3 places are taken, and one more is worth {room.price:,.0f} of net value, as the learned policy "
        "expects it of the 10 loans that may be worked on 31 Oct 2026; not a measured effect"
    )


@pytest.mark.parametrize("limit", [{}, {"capacity_count": 10}, {"capacity_count": 0}])
def test_where_nothing_binds_or_there_is_no_place_at_all_nothing_is_suggested(limit):
    assert wanted(legal=replace(LEGAL, **limit)) is None


@pytest.mark.parametrize(("times", "is_said"), [(1.05, True), (0.95, False)])
def test_a_price_that_is_small_beside_what_a_loan_is_worth_is_left_out(times, is_said):
    gains = np.full(10, 1_000.0 * MATERIAL_SHARE * times)  # a loan is worth 1,000 and a little
    assert (wanted(legal=replace(LEGAL, capacity_count=1), gains=gains * 1.02) is not None) is is_said


def test_hours_and_money_are_told_in_their_own_words():
    hours = wanted(officer_hours=6.0)
    assert (hours.kind, hours.limit) == ("hour", 6.0)
    assert 350.0 <= hours.price <= 400.0  # two hours a loan
    assert "Find more officer hours: all 6 are used" in hours.words
    money = wanted(budget=150.0)
    assert (money.kind, money.limit) == ("money", 150.0)
    assert "Raise the budget: all 150 is spent, and each unit more brings" in money.words


def test_of_several_the_one_of_which_a_tenth_more_brings_most_is_said():
    both = wanted(legal=replace(LEGAL, capacity_count=3), officer_hours=1_000.0)
    assert both.kind == "place"
    alone = allocate(np.zeros((0, 2)), np.zeros(0), (STANDARD, LEGAL), Limits((STANDARD, LEGAL)), 0)
    assert room_wanted(alone, (STANDARD, LEGAL), Limits((STANDARD, LEGAL)), workable=0, day=DAY) is None


def test_as_json_it_has_the_price_and_its_basis_and_neither_value_nor_interval():
    told = wanted(legal=replace(LEGAL, capacity_count=3)).to_json()
    assert (told["kind"], told["strategy"], told["of"], told["n"], told["limit"], told["day"]) == (
        "room",
        "Legal",
        "place",
        10,
        3.0,
        DAY,
    )
    assert told["basis"] == "expected by the learned policy"
    assert not {"value", "ci_low", "ci_high"} & set(told)
