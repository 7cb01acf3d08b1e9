"""Cures that last are counted once their time is over, and not a month before."""

from __future__ import annotations

import math
from datetime import date

import pytest

from core.metrics.cure import lasting_measures, matured_months
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
        "cures of the months to 2025-08-31 to 2026-07-31; 2 that the book cannot follow so long are left out"
    )


def test_a_redefault_waits_six_months():
    told = flows(
        cures("2026-04-30", seen_6=10, redefaulted_6=4),
        cures("2026-05-31", seen_6=10, redefaulted_6=10),
    )
    rate = lasting_measures(told, CLOSING)["redefault_rate"]
    assert (rate.value, rate.n, rate.excluded) == (0.4, 10, 0)
    assert rate.why == "cures of the months to 2025-05-31 to 2026-04-30"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (flows(), "there are no cures of the months to 2025-08-31 to 2026-07-31"),
        (flows(cures("2026-09-30", seen_3=10, sustained_3=10)), "there are no cures of the months to"),
        (
            flows(cures("2026-07-31")),
            "the book lacks the month-ends that would tell, or the loan on them, for 10 cures",
        ),
    ],
)
def test_without_a_cure_that_can_tell_the_rate_is_undefined(told, why):
    rate = lasting_measures(told, CLOSING)["sustained_cure_rate"]
    assert math.isnan(rate.value)
    assert math.isnan(rate.low)
    assert rate.why.startswith(why)
