"""Which day and which months are compared, and that months without loans count as months."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from core.metrics.comparison import (
    WINDOWS,
    Window,
    cash_over,
    day_compared,
    payers_over,
    widest_window,
    window,
    year_before,
)
from core.selection import Selection
from tests.core.metrics.stub_reader import a_book

ENDS = tuple(pd.date_range("2025-09-30", "2026-10-31", freq="ME").date)
BOOK = a_book(*ENDS)
OCTOBER = Selection(as_of=date(2026, 10, 31))


def flows(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["month", "origin", "product", "opening", "cash", "loans", "workable", "paying"])


def test_a_day_is_compared_with_the_one_before_or_the_one_chosen():
    assert day_compared(BOOK, OCTOBER, "month") == date(2026, 9, 30)
    assert day_compared(BOOK, Selection(as_of=ENDS[-1], against=ENDS[3]), "month") == ENDS[3]
    assert day_compared(BOOK, OCTOBER.at(ENDS[0]), "month") is None


def test_a_year_ago_is_the_same_month_end_where_the_book_holds_it():
    assert day_compared(BOOK, OCTOBER, "year") == date(2025, 10, 31)
    assert day_compared(BOOK, Selection(), "year") == date(2025, 10, 31)
    assert day_compared(BOOK, OCTOBER.at(date(2026, 8, 31)), "year") is None
    assert year_before(date(2026, 10, 15)) == date(2025, 10, 15)


def test_six_months_stand_against_the_six_before():
    found = window(BOOK, OCTOBER, 6, "month")
    assert (found.after[0], found.after[-1]) == ("2026-05-31", "2026-10-31")
    assert (found.before[0], found.before[-1]) == ("2025-11-30", "2026-04-30")
    assert (found.months, found.why) == (6, "")


def test_the_same_months_a_year_before_need_their_own_ends():
    found = window(BOOK, OCTOBER, 1, "year")
    assert (found.before, found.after, found.why) == (("2025-10-31",), ("2026-10-31",), "")
    short = window(BOOK, OCTOBER, 3, "year")
    assert short.why == (
        "this book holds no loans of 31 Jul 2025 and 31 Aug 2025, and a month is known by both its ends"
    )


def test_a_missing_month_end_inside_is_named():
    gap = a_book(*(day for day in ENDS if day != date(2026, 7, 31)))
    assert "31 Jul 2026" in window(gap, OCTOBER, 3, "month").why
    assert not window(gap, OCTOBER, 1, "month").why


def test_many_missing_month_ends_are_counted():
    assert window(a_book(*ENDS[-2:]), OCTOBER, 6, "month").why.startswith(
        "this book holds no loans of 31 Oct 2025 and 30 Nov 2025 and 9 more,"
    )


def test_the_widest_window_the_book_can_compare_is_taken():
    assert widest_window(BOOK, OCTOBER, "month").months == WINDOWS[0]
    assert widest_window(a_book(*ENDS[-8:]), OCTOBER, "month").months == 3
    assert widest_window(a_book(*ENDS[-3:]), OCTOBER, "month").months == 1
    none = widest_window(a_book(*ENDS[-1:]), OCTOBER, "month")
    assert none.months == 1
    assert none.why


def test_a_day_inside_a_month_leaves_the_month_before_as_newest():
    book = a_book(*ENDS, date(2026, 11, 12))
    assert window(book, Selection(as_of=date(2026, 11, 12)), 1, "month").after == ("2026-10-31",)


TWO = Window(("2026-09-30", "2026-10-31"), ("2026-07-31", "2026-08-31"))


def test_a_month_without_loans_counts_as_a_month_without_cash():
    told = flows(
        [
            ("2026-07-31", "1-29", "Auto", 100.0, 10.0, 1, 1, 1),
            ("2026-09-30", "1-29", "Auto", 100.0, 10.0, 1, 1, 1),
            ("2026-10-31", "1-29", "Auto", 100.0, 4.0, 1, 1, 1),
            ("2026-06-30", "1-29", "Auto", 9e9, 9e9, 1, 1, 1),  # bystander: no month of the window
            ("2026-10-31", "Current", "Auto", 500.0, 50.0, 1, 0, 0),  # bystander: was not in arrears
        ]
    )
    (row,) = cash_over(told, TWO, "product").to_dict("records")
    assert (row["before"], row["after"], row["volume"], row["performance"]) == (10.0, 14.0, 10.0, -6.0)


@pytest.mark.parametrize("rows", [[], [("2026-10-31", "1-29", "Auto", 100.0, 4.0, 1, 1, 1)]])
def test_sides_without_flows_are_no_fault(rows):
    found = cash_over(flows(rows), TWO, "product")
    assert found["change"].sum() == sum(row[4] for row in rows)


def test_payers_are_counted_among_the_workable():
    told = flows(
        [
            ("2026-08-31", "1-29", "Auto", 1.0, 1.0, 10, 10, 5),
            ("2026-10-31", "1-29", "Auto", 1.0, 1.0, 20, 20, 4),
            ("2026-10-31", "Current", "Auto", 1.0, 1.0, 7, 7, 7),  # bystander
        ]
    )
    (row,) = payers_over(told, TWO, "product").to_dict("records")
    assert (row["before"], row["after"], row["volume"], row["performance"]) == (5.0, 4.0, 5.0, -6.0)
