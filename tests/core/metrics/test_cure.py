"""Cures that last are counted once their time is over, and not a month before."""

from __future__ import annotations

import math
from datetime import date

import pytest

from core.metrics.cure import CURED, REDEFAULTED, SUSTAINED, cure_history, lasting_measures, matured_months
from core.metrics.intervals import wilson
from tests.core.metrics.flow_rows import flow, flows

CLOSING = date(2026, 10, 31)


def cures(month: str, cured: int = 10, **followed: int) -> dict:
    return flow("1-29", "Current", 10.0, loans=cured, month=month, cured=cured, **followed)


def test_months_old_enough_are_the_twelve_up_to_three_before():
    months = matured_months(CLOSING, 3)
    assert (len(months), months[0], months[-1]) == (12, "2025-08-31", "2026-07-31")
    assert matured_months(date(2024, 5, 31), 3)[-1] == "2024-02-29"


def test_a_sustained_cure_is_counted_over_months_that_can_tell_only():
    told = flows(
        cures("2026-07-31", seen_3=8, sustained_3=6),
        cures("2025-08-31", seen_3=10, sustained_3=9),
        cures("2026-08-31", seen_3=10, sustained_3=10),  # known by now, but its three months were not over then
        cures("2025-07-31", seen_3=10, sustained_3=0),  # older than the window
        flow("1-29", "30-59", 10.0, month="2026-07-31"),  # no cure
    )
    rate = lasting_measures(told, CLOSING)["sustained_cure_rate"]
    assert (rate.value, rate.numerator, rate.denominator, rate.n, rate.of) == (15 / 18, 15, 18, 18, "cures")
    assert (rate.low, rate.high) == wilson(15, 18)
    assert rate.excluded == 2
    assert rate.why == (
        "cures of the months ended 31 Aug 2025 to 31 Jul 2026; left out: 2 that the book lost sight of before (sold, "
        "recalled, missing, or months it lacks)"
    )


def test_a_redefault_waits_six_months():
    told = flows(
        cures("2026-04-30", seen_6=10, redefaulted_6=4),
        cures("2026-05-31", seen_6=10, redefaulted_6=10),
    )
    rate = lasting_measures(told, CLOSING)["redefault_rate"]
    assert (rate.value, rate.n, rate.excluded) == (0.4, 10, 0)
    assert rate.why == "cures of the months ended 31 May 2025 to 30 Apr 2026"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (flows(), "there are no cures of the months ended 31 Aug 2025 to 31 Jul 2026"),
        (flows(cures("2026-09-30", seen_3=10, sustained_3=10)), "there are no cures of the months ended"),
        (
            flows(cures("2026-07-31")),
            "the book lacks the month-ends that would tell, or the loan on them, for 10 cures",
        ),
        (
            flows(cures("2026-07-31", cured=1)),
            "the book lacks the month-ends that would tell, or the loan on them, for 1 cure of the months ended 31 Aug 2025",
        ),
    ],
)
def test_without_a_cure_that_can_tell_the_rate_is_undefined(told, why):
    rate = lasting_measures(told, CLOSING)["sustained_cure_rate"]
    assert math.isnan(rate.value)
    assert math.isnan(rate.low)
    assert rate.why.startswith(why)


def test_the_history_says_each_month_who_was_cured_and_only_old_cures_whether_they_lasted():
    told = flows(
        cures("2026-07-31", cured=2, seen_3=2, sustained_3=1, seen_6=2, redefaulted_6=2),
        cures("2026-04-30", cured=4, seen_3=4, sustained_3=3, seen_6=4, redefaulted_6=1),
        flow("30-59", "paid", 10.0, month="2026-07-31"),  # a cure, but nothing to last
        flow("1-29", "30-59", 10.0, loans=3, month="2026-07-31"),
        flow("Current", "Current", 10.0, loans=50, month="2026-07-31"),  # nothing to cure: the bystander
        flow("1-29", "sold", 10.0, month="2026-10-31"),
    )
    history = cure_history(told, CLOSING)
    assert history[["name", "month", "share", "numerator", "n"]].values.tolist() == [
        [CURED, "2026-04-30", 1.0, 4, 4],
        [CURED, "2026-07-31", 0.5, 3, 6],
        [CURED, "2026-10-31", 0.0, 0, 1],
        [SUSTAINED, "2026-04-30", 0.75, 3, 4],
        [SUSTAINED, "2026-07-31", 0.5, 1, 2],
        [REDEFAULTED, "2026-04-30", 0.25, 1, 4],
    ]
    assert tuple(history.loc[1, ["low", "high"]]) == wilson(3, 6)


def test_the_history_of_a_book_without_flows_or_without_arrears_is_empty():
    assert cure_history(flows(), CLOSING).empty
    assert cure_history(flows(flow("Current", "1-29", 10.0)), CLOSING).empty


def test_the_newest_month_of_the_history_is_the_cure_rate_by_loans():
    told = flows(flow("1-29", "Current", 10.0, loans=3), flow("60-89", "charged off", 10.0, loans=2))
    newest = cure_history(told, CLOSING).iloc[-1]
    assert (newest["share"], newest["n"]) == (0.6, 5)
