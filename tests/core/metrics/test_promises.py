"""How many promises are kept, from sums of their outcomes."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import pytest

from core.metrics.intervals import wilson
from core.metrics.promises import PROMISE_MEASURES, kept_by_month, promise_measures
from core.selection import Selection

KNOWN, DAYS = date(2026, 11, 5), (date(2025, 10, 31), date(2026, 10, 31))


class Book:
    """A reader of one book's promises, by month."""

    def __init__(self, months=(), *, made=0, has_actions=True, has_payments=True, paid=KNOWN, acted=KNOWN, days=DAYS):
        self.rows = pd.DataFrame(months, columns=["month", *PROMISE_MEASURES])
        self.made, self.has_actions, self.has_payments = made, has_actions, has_payments
        self.days, self.is_empty, self.payments_until, self.actions_until = days, False, paid, acted

    def book(self, known_on=None):
        return self

    def promises(self, selection, by=()):
        assert selection.as_of is not None
        return self.rows[self.rows["month"] <= selection.as_of.isoformat()]

    def activity(self, selection, by=()):
        return pd.DataFrame({"promises": [self.made]})


MONTHS = [
    ("2025-10-31", 90, 900.0, 90, 900.0, 7, 7),  # the bystander: twelve months and a day ago
    ("2025-11-30", 4, 400.0, 1, 150.5, 1, 0),
    ("2026-10-31", 6, 600.0, 4, 520.0, 1, 2),
]


def test_the_rates_are_of_the_last_twelve_months_with_interval_and_exclusions():
    found = promise_measures(Book(MONTHS, made=130), Selection())
    rate, value = found["promises_kept_rate"], found["promises_kept_value_rate"]
    assert (rate.value, rate.numerator, rate.denominator, rate.n, rate.unit) == (0.5, 5.0, 10.0, 10, "share")
    assert (rate.low, rate.high) == wilson(5, 10)
    assert (rate.excluded, rate.of) == (4, "promises")
    assert rate.why == "left out: 2 without a due day or an amount, 2 cancelled"
    assert (value.value, value.numerator, value.denominator, value.n) == (670.5 / 1000, 670.5, 1000.0, 10)
    assert (value.excluded, value.why, math.isnan(value.low)) == (4, rate.why, True)


def test_open_promises_are_those_made_less_those_resolved_cancelled_or_unstated():
    waiting = promise_measures(Book(MONTHS, made=130), Selection())["promises_open"]
    assert (waiting.value, waiting.n, waiting.unit) == (12.0, 12, "count")  # 130 - 100 - 9 - 9
    assert (waiting.excluded, waiting.why) == (9, "left out: 9 without a due day or an amount")


@pytest.mark.parametrize(
    ("book", "why", "waiting"),
    [
        (Book(has_actions=False), "this book has no actions", math.nan),
        (Book(MONTHS, made=130, has_payments=False), "this book has no payments", 12.0),
        (Book(MONTHS[:1], made=110), "no promise fell due in the twelve months", 6.0),
    ],
)
def test_what_the_book_cannot_say_is_undefined_with_the_reason(book, why, waiting):
    found = promise_measures(book, Selection())
    for name in ("promises_kept_rate", "promises_kept_value_rate"):
        assert (found[name].is_defined, found[name].why, found[name].unit) == (False, why, "share")
    assert found["promises_open"].value == pytest.approx(waiting, nan_ok=True)


def test_no_promise_is_judged_after_the_day_up_to_which_payments_and_actions_are_known():
    in_time = Book(MONTHS, made=130, paid=date(2026, 9, 30))  # the six of October came due after it
    found = promise_measures(in_time, Selection())
    rate = found["promises_kept_rate"]
    assert (rate.value, rate.numerator, rate.denominator, rate.excluded) == (
        91 / 94,
        91.0,
        94.0,
        15,
    )  # a window that ends in September
    assert rate.why == "left out: 8 without a due day or an amount, 7 cancelled; payments are known up to 30 Sep 2026"
    assert (found["promises_open"].value, found["promises_open"].why) == (
        12.0,
        "left out: 9 without a due day or an amount",
    )

    late = promise_measures(Book(MONTHS, made=130, acted=date(2026, 10, 12)), Selection())
    assert late["promises_kept_rate"].why.endswith("; actions are known up to 12 Oct 2026")
    assert late["promises_open"].why.endswith("; actions are known up to 12 Oct 2026")


def test_payments_that_end_before_the_book_begins_judge_no_promise():
    found = promise_measures(Book(MONTHS, made=130, paid=date(2025, 10, 30)), Selection())
    why = "payments are known up to 30 Oct 2025, and the book begins on 31 Oct 2025"
    assert [(each.is_defined, each.why) for name, each in found.items() if "kept" in name] == [(False, why)] * 2
    assert found["promises_open"].value == 12.0


def test_each_month_has_its_own_share_and_a_month_of_unstated_promises_only_is_absent():
    resolved = pd.DataFrame(
        [
            ("2026-10-31", 4, 400.0, 1, 130.0, 0, 0),
            ("2026-08-31", 2, 100.0, 2, 100.0, 0, 3),
            ("2026-09-30", 0, 0.0, 0, 0.0, 5, 0),
        ],
        columns=["month", *PROMISE_MEASURES],
    )
    by_month = kept_by_month(resolved)
    assert by_month[["month", "share", "numerator", "n", "value_share"]].values.tolist() == [
        ["2026-08-31", 1.0, 2, 2, 1.0],
        ["2026-10-31", 0.25, 1, 4, 0.325],
    ]
    assert tuple(by_month.loc[1, ["low", "high"]]) == wilson(1, 4)
    assert kept_by_month(resolved[:0]).empty
