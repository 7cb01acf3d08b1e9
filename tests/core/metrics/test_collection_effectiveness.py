"""The collection effectiveness index: its published example, and what it means for loans."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import pytest

from core.metrics.collection_effectiveness import cei, cei_measure
from core.metrics.flows import NEW
from core.selection import Selection
from tests.core.metrics.flow_rows import StubReader, flow, flows


def test_the_published_example_with_a_months_sales_and_with_all_of_them():
    assert round(cei(6200, 10890 / 3, 6340, 3590), 3) == 0.559
    assert round(cei(6200, 10890, 6340, 3590), 3) == 0.796


def test_collecting_everything_past_due_is_one_and_owing_more_is_below_zero():
    assert cei(1000, 100, 600, 600) == 1.0
    assert cei(1000, 0, 1100, 0) == pytest.approx(-0.1)


def test_nothing_to_collect_is_undefined():
    assert math.isnan(cei(1000, 0, 1000, 1000))


BOOK = flows(
    flow("Current", "Current", 2000.0, loans=4, cash=200.0, due=180.0, dated=3),
    flow("1-29", "Current", 1000.0, loans=2, cash=100.0, due=90.0, dated=2),
    flow("1-29", "30-59", 500.0, interest=10.0, due=30.0, dated=1),
    flow("120+", "paid", 300.0, cash=300.0, due=0.0),
    flow(NEW, "1-29", closing=9999.0, loans=9),  # the bystander: an arrival was not there to be collected from
)


def measure(told: pd.DataFrame = BOOK, **more):
    return cei_measure(StubReader(told, **more), Selection())


def test_for_loans_it_follows_those_of_the_opening():
    found = measure()
    # opening 3800, due 300, closing 1800 + 900 + 510 = 3210, of it current 2700
    assert found.value == cei(3800, 300, 3210, 2700) == 890 / 1400
    assert (found.numerator, found.denominator, found.n, found.unit) == (890.0, 1400.0, 8, "share")


def test_what_was_written_off_is_not_collected_and_what_left_is_left_out():
    told = pd.concat(
        [
            BOOK,
            flows(
                flow("120+", "charged off", 400.0, cash=50.0, written_off=350.0, due=10.0, dated=1),
                flow("90-119", "sold", 700.0, sold=700.0, dated=1),
                flow("1-29", "missing", 600.0, gone=600.0, dated=1),
                flow("1-29", "recalled", 500.0, sold=500.0),
            ),
        ]
    )
    found = measure(told)
    # opening 3800 + 400, due 300 + 10, owed 3210 and written off 350, current 2700: of the 410 more, 60 were collected
    assert (found.numerator, found.denominator) == (950.0, 1810.0)
    assert (found.n, found.excluded) == (9, 5)
    assert "left out: 3 loans sold, recalled or missing at its end" in found.why
    everything = flows(flow("1-29", "sold", 700.0, sold=700.0, dated=1))
    assert measure(everything).why == "every loan that was open on 30 Sep 2026 left the book"


def test_loans_without_an_instalment_are_counted_as_excluded():
    found = measure()
    assert found.excluded == 2
    assert found.why == (
        "from 30 Sep 2026 to 31 Oct 2026; nothing fell due on 2 loans without a Monthly_EMI; "
        "what was written off counts as not collected"
    )


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (BOOK.assign(dated=0, due=0.0), "no file states Monthly_EMI"),
        (flows(), "no loan was open on 30 Sep 2026"),
        (
            flows(flow("Current", "Current", 100.0, interest=10.0, due=10.0, dated=1)),
            "all that was owed or fell due is on loans that are current",
        ),
    ],
)
def test_where_it_cannot_be_computed_the_reason_is_said(told, why):
    found = measure(told)
    assert math.isnan(found.value)
    assert found.why == why


def test_without_adjacent_month_ends_the_reason_is_said():
    assert measure(days=(date(2026, 10, 31),)).why.startswith("this book holds no loans of 30 Sep 2026")
