"""The cash of the months after a snapshot."""

from __future__ import annotations

from datetime import date

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.metrics.outcome import cash_within, months_between

NO_CASH = pd.DataFrame({"loan_id": [], "effective_on": [], "amount": []}).astype({"effective_on": "str"})


def cash(*rows: tuple[int, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["loan_id", "effective_on", "amount"])


def shots(*rows: tuple[int, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["loan_id", "as_of"])


def test_the_window_opens_after_the_day_and_closes_with_the_last_day_of_the_month_twelve_on():
    paid = cash((1, "2025-02-28", 1.0), (1, "2025-03-01", 10.0), (1, "2026-02-28", 100.0), (1, "2026-03-01", 1000.0))
    assert cash_within(shots((1, "2025-02-28")), paid, 12).tolist() == [110.0]


def test_the_end_of_february_in_a_leap_year_is_twelve_months_after_the_end_of_february():
    assert cash_within(shots((1, "2023-02-28")), cash((1, "2024-02-29", 5.0)), 12).tolist() == [5.0]


def test_a_day_within_a_month_closes_on_the_same_day():
    paid = cash((1, "2026-01-15", 1.0), (1, "2026-01-16", 10.0))
    assert cash_within(shots((1, "2025-01-15")), paid, 12).tolist() == [1.0]


def test_another_loans_cash_is_not_counted_and_a_reversal_is():
    paid = cash((2, "2025-06-01", 999.0), (1, "2025-06-01", 50.25), (1, "2025-06-01", -0.25))
    assert cash_within(shots((1, "2025-05-31"), (3, "2025-05-31")), paid, 12).tolist() == [50.0, 0.0]


def test_without_cash_every_loan_paid_nothing():
    assert cash_within(shots((1, "1969-05-31")), NO_CASH, 12).tolist() == [0.0]
    assert cash_within(shots(), NO_CASH, 12).tolist() == []


def test_a_month_counts_when_it_is_whole():
    days = pd.Series(["2026-01-31", "2026-01-30", "2026-02-28", "2026-03-01", "2025-02-28"])
    assert months_between(days, date(2026, 2, 28)).tolist() == [1, 1, 0, -1, 12]
    assert months_between(pd.Series(["2026-01-20"]), date(2026, 2, 19)).tolist() == [0]


DAYS = st.dates(date(1965, 1, 1), date(2035, 12, 31)).map(date.isoformat)


@given(
    st.lists(st.tuples(st.integers(1, 3), DAYS), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(1, 3), DAYS, st.integers(-500, 500)), max_size=12),
)
def test_the_sum_is_that_of_looking_at_every_payment(snapshots, payments):
    paid = pd.DataFrame(payments, columns=["loan_id", "effective_on", "amount"]) if payments else NO_CASH
    found = cash_within(shots(*snapshots), paid, 1)
    for (loan_id, as_of), amount in zip(snapshots, found, strict=True):
        day = pd.Timestamp(as_of)
        end = day + (pd.offsets.MonthEnd(1) if day.is_month_end else pd.DateOffset(months=1))
        expected = sum(a for loan, on, a in payments if loan == loan_id and day < pd.Timestamp(on) <= end)
        assert amount == expected
