"""Which payment keeps which promise, by hand and by its laws."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.metrics.contacts import CANCELLED_RESULTS, REACHED_RESULTS
from core.metrics.intervals import wilson
from core.metrics.promises import (
    GRACE_DAYS,
    OUTCOME_FIELDS,
    PROMISE_MEASURES,
    kept_by_month,
    net_of_reversals,
    promise_measures,
    promise_outcomes,
)
from core.selection import Selection

PROMISE = ["promise_id", "loan_id", "promised_on", "due_on", "amount", "cancelled_on"]
PAYMENT = ["loan_id", "payment_id", "paid_on", "amount"]
CASH = [*PAYMENT, "reverses_id"]


def promises(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=PROMISE, dtype=object)


def payments(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=PAYMENT, dtype=object)


def cash(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=CASH, dtype=object)


def fates(made: pd.DataFrame, paid: pd.DataFrame) -> list[tuple]:
    found = promise_outcomes(made, paid)
    return [tuple(row) for row in found[["promise_id", "fate", "kept_amount"]].itertuples(index=False)]


def test_a_table_worked_by_hand():
    made = promises(
        (1, 10, "2026-01-05", "2026-01-10", 10_000, None),  # two parts, the second on the last day of grace
        (2, 10, "2026-01-05", "2026-01-20", 5_000, None),  # what came while 1 was not met went to 1
        (3, 20, "2026-01-05", "2026-01-10", 10_000, None),  # a cent short of what the tolerance leaves
        (4, 30, "2026-01-05", "2026-01-10", 10_000, "2026-01-13"),  # cancelled on the last day of grace
        (5, 40, "2026-01-05", "2026-01-10", 10_000, "2026-01-14"),  # cancelled too late to count
        (6, 50, "2026-01-05", None, 10_000, None),
        (7, 50, "2026-01-05", "2026-01-10", None, None),
        (8, 50, "2026-01-05", "2026-01-10", 0, None),
        (9, 50, "2026-01-05", "2026-01-04", 10_000, None),
        (10, 60, "2026-01-05", "2026-01-10", 10_000, None),  # paid the day before it was made, and a day too late
    )
    paid = payments(
        (10, 1, "2026-01-06", 4_000), (10, 2, "2026-01-13", 6_000), (10, 3, "2026-01-14", 4_949),
        (20, 4, "2026-01-10", 9_899), (30, 5, "2026-01-06", 10_000), (40, 6, "2026-01-06", 10_000),
        (50, 7, "2026-01-06", 10_000), (60, 8, "2026-01-04", 10_000), (60, 9, "2026-01-14", 10_000),
        (70, 10, "2026-01-06", 10_000),  # the bystander: a loan that promised nothing
    )  # fmt: skip
    assert promise_outcomes(made, paid).fillna({"resolved_on": ""}).values.tolist() == [
        [1, 10, "2026-01-13", "kept", 10_000],
        [2, 10, "2026-01-23", "broken", 4_949],
        [3, 20, "2026-01-13", "broken", 9_899],
        [4, 30, "2026-01-13", "cancelled", 0],
        [5, 40, "2026-01-13", "kept", 10_000],
        [6, 50, "", "unstated", 0],
        [7, 50, "", "unstated", 0],
        [8, 50, "", "unstated", 0],
        [9, 50, "", "unstated", 0],
        [10, 60, "2026-01-13", "broken", 0],
    ]


@pytest.mark.parametrize(("got", "fate"), [(9_900, "kept"), (9_899, "broken"), (10_000, "kept"), (25_000, "kept")])
def test_one_in_a_hundred_may_be_lacking_and_no_more_than_the_amount_counts(got, fate):
    made = promises((1, 10, "2026-01-05", "2026-01-10", 10_000, None))
    assert fates(made, payments((10, 1, "2026-01-06", got))) == [(1, fate, min(got, 10_000))]


def test_the_tolerance_is_exact_to_the_cent():
    amounts = list(range(100, 100_000, 777))
    made = promises(*((n, n, "2026-01-05", "2026-01-10", amount, None) for n, amount in enumerate(amounts)))
    least = [-(-99 * amount // 100) for amount in amounts]
    enough = payments(*((n, n, "2026-01-06", got) for n, got in enumerate(least)))
    lacking = payments(*((n, n, "2026-01-06", got - 1) for n, got in enumerate(least)))
    assert set(promise_outcomes(made, enough)["fate"]) == {"kept"}
    assert set(promise_outcomes(made, lacking)["fate"]) == {"broken"}


def test_a_payment_goes_whole_to_the_earliest_due_and_of_two_due_at_once_to_the_one_made_first():
    made = promises(
        (1, 10, "2026-01-07", "2026-01-12", 3_000, None),
        (2, 10, "2026-01-06", "2026-01-12", 3_000, None),
        (3, 10, "2026-01-06", "2026-01-11", 3_000, None),
    )
    one = payments((10, 1, "2026-01-08", 9_000))
    assert fates(made, one) == [(1, "broken", 0), (2, "broken", 0), (3, "kept", 3_000)]
    three = payments((10, 2, "2026-01-08", 3_000), (10, 1, "2026-01-08", 9_000), (10, 3, "2026-01-13", 2_000))
    assert fates(made, three) == [(1, "broken", 2_000), (2, "kept", 3_000), (3, "kept", 3_000)]


def test_nothing_was_promised():
    found = promise_outcomes(promises(), payments((10, 1, "2026-01-06", 5_000)))
    assert (found.columns.tolist(), len(found)) == (list(OUTCOME_FIELDS), 0)
    assert promise_outcomes(promises((1, 10, "2026-01-05", "2026-01-10", 5, None)), payments())["fate"].tolist() == [
        "broken"
    ]


def test_a_reversal_takes_from_the_payment_it_names_else_from_the_newest_before_it():
    rows = cash(
        (10, 1, "2026-01-02", 5_000, None), (10, 2, "2026-01-03", 3_000, None), (10, 3, "2026-01-09", 7_000, None),
        (10, 4, "2026-02-01", -1_000, 1),  # names the first, a month later
        (10, 5, "2026-01-04", -4_000, None),  # names none: all of the second, then 1,000 of the first
        (10, 6, "2026-01-01", -9_999, None),  # before any payment: nobody's
        (20, 7, "2026-01-03", 8_000, None),  # the bystander
    )  # fmt: skip
    assert net_of_reversals(rows).values.tolist() == [
        [10, 1, "2026-01-02", 3_000],
        [20, 7, "2026-01-03", 8_000],
        [10, 3, "2026-01-09", 7_000],
    ]


def test_a_reversal_of_more_than_the_payment_or_of_an_unknown_one():
    named = cash((10, 1, "2026-01-02", 5_000, None), (10, 2, "2026-01-03", 100, None), (10, 3, "2026-01-04", -6_000, 1))
    assert net_of_reversals(named)["payment_id"].tolist() == [2]
    unknown = cash((10, 1, "2026-01-02", 5_000, None), (10, 3, "2026-01-04", -2_000, 99))
    assert net_of_reversals(unknown)["amount"].tolist() == [3_000]
    assert net_of_reversals(cash()).columns.tolist() == PAYMENT


def test_no_result_both_reaches_somebody_and_cancels_a_promise():
    assert set(CANCELLED_RESULTS).isdisjoint(REACHED_RESULTS)
    assert all(word == word.strip().lower() for word in CANCELLED_RESULTS)


def _day(offset: int) -> str:
    return (date(2026, 1, 1) + timedelta(days=offset)).isoformat()


@st.composite
def books(draw):
    loans = st.integers(1, 3)
    made = draw(st.lists(st.tuples(loans, st.integers(0, 20), st.integers(-2, 12), st.integers(0, 900), st.integers(0, 40)), max_size=8))  # fmt: skip
    paid = draw(st.lists(st.tuples(loans, st.integers(0, 40), st.integers(1, 900)), max_size=10))
    told = [
        (number, loan, _day(day), _day(day + wait), amount or None, _day(cancelled) if cancelled < 5 else None)
        for number, (loan, day, wait, amount, cancelled) in enumerate(made, start=1)
    ]
    return promises(*told), payments(
        *((loan, number, _day(day), amount) for number, (loan, day, amount) in enumerate(paid, start=1))
    )


@given(books())
def test_no_payment_counts_twice_and_no_promise_gets_more_than_its_amount(book):
    made, paid = book
    found = promise_outcomes(made, paid).merge(made, on=["promise_id", "loan_id"])
    kept = found.groupby("loan_id")["kept_amount"].sum()
    for loan, amount in kept.items():
        assert amount <= paid.loc[paid["loan_id"] == loan, "amount"].sum()
    judged = found[found["fate"].isin(["kept", "broken"])]
    assert (judged["kept_amount"] <= judged["amount"]).all()
    assert (found.loc[~found["fate"].isin(["kept", "broken"]), "kept_amount"] == 0).all()
    assert len(found) == len(made)


@given(books(), books())
def test_other_loans_and_the_order_of_the_rows_change_nothing(book, other):
    made, paid = book
    strangers = other[0].assign(loan_id=other[0]["loan_id"] + 100, promise_id=other[0]["promise_id"] + 100)
    theirs = other[1].assign(loan_id=other[1]["loan_id"] + 100, payment_id=other[1]["payment_id"] + 100)
    alone = fates(made, paid)
    both = fates(pd.concat([strangers, made[::-1]]), pd.concat([theirs, paid[::-1]]))
    assert sorted(row for row in both if row[0] <= 100) == alone


@given(books(), st.integers(1, 3), st.integers(0, 40), st.integers(1, 900), st.booleans())
def test_a_reversal_undoes_its_payment(book, loan, day, amount, named):
    made, paid = book
    told = paid.assign(reverses_id=None)
    more = [(loan, 50, _day(day), amount, None), (loan, 51, _day(day), -amount, 50 if named else None)]
    undone = net_of_reversals(pd.concat([told, cash(*more)]))
    assert fates(made, undone) == fates(made, net_of_reversals(told)) == fates(made, paid)


@given(books())
def test_a_promise_that_is_kept_stays_kept_when_more_is_paid_afterwards(book):
    made, paid = book
    later = payments(*((loan, 100 + loan, _day(60), 5_000) for loan in (1, 2, 3)))
    assert fates(made, pd.concat([paid, later])) == fates(made, paid)


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


def test_grace_is_three_days():
    made = promises((1, 10, "2026-02-20", "2026-02-27", 100, None))
    assert promise_outcomes(made, payments())["resolved_on"].tolist() == ["2026-03-02"]
    assert GRACE_DAYS == 3


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
