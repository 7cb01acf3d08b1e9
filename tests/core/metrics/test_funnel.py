"""How far the month's work reached, loan by loan."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import pytest

from core.metrics.flows import NEW
from core.metrics.funnel import STEPS, funnel, funnel_measures
from core.metrics.intervals import wilson
from core.selection import Selection
from tests.core.metrics.flow_rows import StubReader, flow, flows

WORK = {"workable": 20, "attempts": 36, "worked": 12, "contacted": 9, "reached": 6, "promised": 3, "paying": 5}
BOOK = flows(
    flow("Current", "Current", 900.0, loans=70),
    flow("1-29", "1-29", 100.0, loans=18, **{name: value / 2 for name, value in WORK.items()}),
    flow("120+", "120+", 100.0, loans=12, **{name: value / 2 for name, value in WORK.items()}),
    flow(
        NEW, "1-29", closing=50.0, loans=99, worked=50, contacted=50, reached=50
    ),  # the bystander: not there to be worked at the opening
)


def measures(told: pd.DataFrame = BOOK, **more):
    return funnel_measures(StubReader(told, **more), Selection())


def test_each_step_is_a_share_of_the_step_it_comes_from():
    steps = funnel(BOOK)
    assert steps[["step", "loans", "before"]].to_numpy().tolist() == [
        ["inventory", 100, ""],
        ["workable", 20, "inventory"],
        ["worked", 12, "workable"],
        ["contacted", 9, "worked"],
        ["reached", 6, "contacted"],
        ["promised", 3, "reached"],
        ["paying", 5, "workable"],  # loans pay unasked
    ]
    assert steps["share_of_before"].tolist()[1:] == [0.2, 0.6, 0.75, pytest.approx(2 / 3), 0.5, 0.25]
    assert math.isnan(steps["share_of_before"][0])
    assert (steps["low"][2], steps["high"][2]) == wilson(12, 20)


def test_a_step_nobody_came_to_has_no_share_after_it():
    steps = funnel(flows(flow("1-29", "1-29", 10.0, loans=4, workable=4))).set_index("step")
    assert steps.loc["worked", "share_of_before"] == 0.0
    assert math.isnan(steps.loc["contacted", "share_of_before"])


def test_promises_noted_without_a_conversation_can_exceed_the_reached_and_have_no_interval():
    told = flows(flow("1-29", "1-29", 10.0, loans=4, workable=4, worked=4, contacted=1, reached=1, promised=2))
    promised = funnel(told).set_index("step").loc["promised"]
    assert promised["share_of_before"] == 2.0
    assert math.isnan(promised["low"])
    rate = measures(told)["promise_rate"]
    assert rate.value == 2.0
    assert math.isnan(rate.high)


def test_steps_the_book_says_nothing_about_are_left_out_and_not_zero():
    assert funnel(BOOK, actions=False)["step"].tolist() == ["inventory", "workable", "paying"]
    assert funnel(BOOK, payments=False)["step"].tolist() == [step for step in STEPS if step != "paying"]


def test_no_flows_are_a_funnel_of_nothing():
    assert funnel(flows())["loans"].tolist() == [0] * len(STEPS)


def test_the_rates_of_the_newest_month_say_what_they_are_made_of():
    older = flows(flow("1-29", "1-29", 10.0, loans=500, month="2026-09-30", workable=500, worked=500))
    found = measures(pd.concat([BOOK, older]))
    assert {name: (rate.numerator, rate.denominator, rate.n) for name, rate in found.items()} == {
        "penetration": (12, 20, 20),
        "contact_rate": (9, 12, 12),
        "right_party_rate": (6, 12, 12),
        "promise_rate": (3, 6, 6),
        "paying_rate": (5, 20, 20),
        "intensity": (36, 12, 12),
    }
    assert (found["intensity"].value, found["intensity"].unit) == (3.0, "ratio")
    assert (found["penetration"].low, found["penetration"].high) == wilson(12, 20)
    assert found["penetration"].interval == "Wilson"


def test_loans_in_arrears_on_hold_are_named_as_left_out():
    penetration = measures()["penetration"]
    assert penetration.excluded == 10
    assert penetration.why == "from 30 Sep 2026 to 31 Oct 2026; left out: 10 loans in arrears on hold"
    assert measures()["contact_rate"].excluded == 0


def test_a_book_without_actions_knows_only_who_paid():
    found = measures(has_actions=False)
    assert {name for name, rate in found.items() if rate.is_defined} == {"paying_rate"}
    assert found["intensity"].why == "this book has no actions"
    assert measures(has_payments=False)["paying_rate"].why == "this book has no payments"


def test_what_no_file_can_have_told_of_the_month_is_undefined_and_told_in_part_it_says_so():
    found = measures(payments_until=date(2026, 9, 30), actions_until=date(2026, 10, 12))
    assert not found["paying_rate"].is_defined
    assert found["paying_rate"].why == "payments are known up to 30 Sep 2026: no file can have told those of Oct 2026"
    assert found["contact_rate"].value == 0.75
    assert found["contact_rate"].why == "from 30 Sep 2026 to 31 Oct 2026; actions are known up to 12 Oct 2026"
    assert measures(payments_until=date(2026, 10, 1))["paying_rate"].value == 0.25
    assert "known" not in measures(payments_until=date(2026, 10, 31))["paying_rate"].why
    assert not measures(actions_until=date(2026, 9, 30))["intensity"].is_defined


def test_a_month_in_which_nobody_was_worked_or_reached_says_so():
    found = measures(flows(flow("1-29", "1-29", 10.0, loans=4, workable=4)))
    assert found["penetration"].value == 0.0
    assert found["contact_rate"].why == "no loan was worked from 30 Sep 2026 to 31 Oct 2026"
    assert found["promise_rate"].why == "no borrower was reached from 30 Sep 2026 to 31 Oct 2026"
    assert found["intensity"].why == "no loan was worked from 30 Sep 2026 to 31 Oct 2026"
    assert measures(flows())["paying_rate"].why == "no loan could be worked from 30 Sep 2026 to 31 Oct 2026"


def test_without_adjacent_month_ends_the_reason_is_said():
    found = measures(flows(), days=(date(2026, 10, 31),))
    assert {rate.why for rate in found.values()} == {
        "this book holds no loans of 30 Sep 2026, and a month is known by both its ends"
    }
