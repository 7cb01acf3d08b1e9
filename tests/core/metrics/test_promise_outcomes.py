"""Which payment keeps which promise, and from when on: by hand and by its laws."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.metrics.contacts import CANCELLED_RESULTS, REACHED_RESULTS
from core.metrics.promise_outcomes import GRACE_DAYS, OUTCOME_FIELDS, Cash, net_of_reversals, promise_outcomes

PROMISE = ["promise_id", "loan_id", "promised_on", "due_on", "amount", "cancelled_on"]
CASH = ["loan_id", "payment_id", "paid_on", "amount", "reverses_id"]


def promises(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=PROMISE, dtype=object)


def payments(*rows: tuple) -> pd.DataFrame:
    return cash(*((*row, None) for row in rows))


def cash(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=CASH, dtype=object)


def fates(made: pd.DataFrame, paid: pd.DataFrame) -> list[tuple]:
    """Per promise how it stands in the end, once everything has been posted."""
    found = promise_outcomes(made, paid)
    newest = found.groupby("promise_id", sort=False).agg({"fate": "last", "kept": "sum", "kept_amount": "sum"})
    assert (newest["kept"] == (newest["fate"] == "kept")).all()
    return [(row.Index, row.fate, row.kept_amount) for row in newest.itertuples()]


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
    found = promise_outcomes(made, paid)
    assert (found["told_on"].fillna("") == found["resolved_on"].fillna("")).all()
    assert (found["kept"] == (found["fate"] == "kept")).all()
    assert found.drop(columns=["told_on", "kept"]).fillna({"resolved_on": ""}).values.tolist() == [
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


def left(*rows: tuple, until: str = "2026-12-31") -> list[tuple]:
    return [tuple(row)[:3] for row in net_of_reversals([Cash(*row) for row in rows], until)]


def test_a_reversal_takes_from_the_payment_it_names_else_from_the_newest_before_it():
    rows = (
        ("2026-01-02", 1, 5_000, None), ("2026-01-03", 2, 3_000, None), ("2026-01-09", 3, 7_000, None),
        ("2026-02-01", 4, -1_000, 1),  # names the first, a month later
        ("2026-01-04", 5, -4_000, None),  # names none: all of the second, then 1,000 of the first
        ("2026-01-01", 6, -9_999, None),  # before any payment: nobody's
    )  # fmt: skip
    assert left(*rows) == [("2026-01-02", 1, 3_000), ("2026-01-09", 3, 7_000)]
    assert left(*rows[::-1]) == left(*rows)
    assert left(*rows, until="2026-01-31") == [("2026-01-02", 1, 4_000), ("2026-01-09", 3, 7_000)]
    assert left(*rows, until="2026-01-03")[1] == ("2026-01-03", 2, 3_000)


def test_a_reversal_of_more_than_the_payment_or_of_an_unknown_one():
    first = ("2026-01-02", 1, 5_000, None)
    assert left(first, ("2026-01-03", 2, 100, None), ("2026-01-04", 3, -6_000, 1)) == [("2026-01-03", 2, 100)]
    assert left(first, ("2026-01-04", 3, -2_000, 99)) == [("2026-01-02", 1, 3_000)]
    assert left() == []


FIRST = (1, 10, "2026-01-05", "2026-01-10", 10_000, None)


def told(made: pd.DataFrame, *paid: tuple) -> list[tuple]:
    found = promise_outcomes(made, cash(*paid))
    return [tuple(row) for row in found.drop(columns=["loan_id", "resolved_on"]).itertuples(index=False)]


def test_a_reversal_changes_a_promise_from_the_day_it_is_posted():
    """Promise 2 is the bystander: of another loan, kept, and nothing is taken back there."""
    made = promises(FIRST, (2, 20, "2026-01-05", "2026-01-10", 5_000, None))
    paid = [(10, 1, "2026-01-08", 10_000, None), (20, 2, "2026-01-08", 5_000, None)]
    bystander = (2, "2026-01-13", "kept", 1, 5_000)
    assert told(made, *paid) == [(1, "2026-01-13", "kept", 1, 10_000), bystander]
    by_then = told(made, *paid, (10, 3, "2026-01-13", -10_000, 1))
    assert by_then == [(1, "2026-01-13", "broken", 0, 0), bystander]
    later = told(made, *paid, (10, 3, "2026-01-14", -10_000, 1))
    assert later == [(1, "2026-01-13", "kept", 1, 10_000), (1, "2026-01-14", "broken", -1, -10_000), bystander]
    a_little = told(made, *paid, (10, 3, "2026-01-14", -100, 1), (10, 4, "2026-01-20", -1, 1))
    assert a_little == [
        (1, "2026-01-13", "kept", 1, 10_000), (1, "2026-01-14", "kept", 0, -100), (1, "2026-01-20", "broken", -1, -1), bystander
    ]  # fmt: skip
    assert told(made, *paid, (20, 3, "2026-03-01", -1, None))[0] == (1, "2026-01-13", "kept", 1, 10_000)


def test_a_reversal_posted_before_its_payment_waits_for_it_and_takes_nothing_else():
    made = promises(FIRST, (2, 10, "2026-01-14", "2026-01-20", 5_000, None))
    paid = [(10, 1, "2026-01-08", 10_000, None), (10, 2, "2026-01-16", 5_000, None), (10, 3, "2026-01-09", -5_000, 2)]
    assert told(made, *paid) == [(1, "2026-01-13", "kept", 1, 10_000), (2, "2026-01-23", "broken", 0, 0)]


def test_what_was_taken_back_leaves_its_promise_to_the_next_payment():
    """Of two promises the earlier due was kept by the first payment; as that came back, the second payment is its."""
    made = promises(FIRST, (2, 10, "2026-01-05", "2026-01-12", 10_000, None))
    paid = [(10, 1, "2026-01-08", 10_000, None), (10, 2, "2026-01-09", 10_000, None)]
    assert told(made, *paid, (10, 3, "2026-02-02", -10_000, 1)) == [
        (1, "2026-01-13", "kept", 1, 10_000),
        (2, "2026-01-15", "kept", 1, 10_000),
        (2, "2026-02-02", "broken", -1, -10_000),
    ]
    over = [
        (10, 1, "2026-01-08", 9_900, None),
        (10, 2, "2026-01-09", 12_000, None),
    ]  # what is over 99 % goes to promise 2
    assert told(made, *over, (10, 3, "2026-02-02", -9_900, 1)) == [
        (1, "2026-01-13", "kept", 1, 9_900), (1, "2026-02-02", "kept", 0, 100),
        (2, "2026-01-15", "kept", 1, 10_000), (2, "2026-02-02", "broken", -1, -10_000),
    ]  # fmt: skip


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
    more = [(loan, 50, _day(day), amount, None), (loan, 51, _day(day), -amount, 50 if named else None)]
    assert promise_outcomes(made, pd.concat([paid, cash(*more)])).equals(promise_outcomes(made, paid))


@given(
    books(),
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 60), st.integers(1, 900), st.integers(0, 9)), max_size=4),
)
def test_sums_up_to_a_day_are_as_if_nothing_had_been_posted_after_it(book, back):
    """A reversal that was posted before the payment it names takes nothing back until that has come."""
    made, paid = book
    number = {
        place: (loan, each) for place, (loan, each) in enumerate(zip(paid["loan_id"], paid["payment_id"], strict=True))
    }
    rows = [
        (loan, 60 + place, _day(day), -amount, number[of][1] if of in number and number[of][0] == loan else None)
        for place, (loan, day, amount, of) in enumerate(back)
    ]
    everything = pd.concat([paid, cash(*rows)])
    came_on = everything.set_index("payment_id")["paid_on"]
    counts_from = everything["paid_on"].where(
        everything["reverses_id"].isna(),
        everything["reverses_id"].map(came_on).fillna("").combine(everything["paid_on"], max),
    )
    whole = promise_outcomes(made, everything)
    for day in (_day(offset) for offset in range(0, 70, 3)):
        by_then = promise_outcomes(made, everything[counts_from <= day])
        sums = [
            found[found["told_on"].notna() & (found["told_on"].fillna("") <= day)]
            .groupby("promise_id")[["kept", "kept_amount"]]
            .sum()
            for found in (whole, by_then)
        ]
        assert sums[0].equals(sums[1])


@given(books())
def test_a_promise_that_is_kept_stays_kept_when_more_is_paid_afterwards(book):
    made, paid = book
    later = payments(*((loan, 100 + loan, _day(60), 5_000) for loan in (1, 2, 3)))
    assert fates(made, pd.concat([paid, later])) == fates(made, paid)


def test_grace_is_three_days():
    made = promises((1, 10, "2026-02-20", "2026-02-27", 100, None))
    assert promise_outcomes(made, payments())["resolved_on"].tolist() == ["2026-03-02"]
    assert GRACE_DAYS == 3
