"""The rules for odd files, worked by hand; each with a bystander that must not count."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BookChangeRefused, FileRefused
from core.intake.plausibility import (
    FEWEST_LOANS,
    Size,
    book_change,
    currency_of_book,
    days_within_months,
    month_gaps,
    payments_above_balance,
    payments_before_loan,
    sizes,
    unknown_loans,
)

AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)
ROWS = pd.DataFrame({"line": [2, 3], "loan_ref": ["A", "B"]})


def size(loans: int, balance: float, day: date = OCTOBER) -> Size:
    return Size(day, loans, balance)


BEFORE = size(40, 4000.0, SEPTEMBER)

# --- the book's size ------------------------------------------------------------------------------------------------


def test_the_size_of_a_day_counts_open_loans_only_and_days_come_oldest_first():
    rows = pd.DataFrame(
        [("2026-10-31", 10.10, None), ("2026-10-31", 5.20, "open"), ("2026-10-31", 99.0, "paid"), ("2026-09-30", 7.0, "sold")],
        columns=["as_of", "balance", "status"],
    )  # fmt: skip
    assert sizes(rows) == [size(0, 0.0, SEPTEMBER), size(2, 15.30)]
    assert sizes(rows.drop(columns="status")) == [size(1, 7.0, SEPTEMBER), size(3, 114.30)]


@pytest.mark.parametrize(
    ("now", "how"),
    [
        (size(19, 3000.0), "less than half.*--partial"),
        (size(40, 1999.99), "less than half.*--partial"),
        (size(81, 16400.0), "more than double.*in another unit.*mend them"),
        (size(40, 8000.01), "more than double.*in another unit.*mend them"),
        (size(81, 100.0), "less than half.*--partial"),
        (size(0, 0.0), "less than half.*--partial"),
    ],
)
def test_a_book_that_is_halved_or_doubled_by_loans_or_by_balance_is_refused_with_what_to_do(now, how):
    with pytest.raises(BookChangeRefused, match=rf"b\.csv would take the book from 40 open loans.*30 Sep 2026 to .*{how}.*--accept-change"):  # fmt: skip
        book_change("b.csv", now, [BEFORE], is_right=False)


@pytest.mark.parametrize("now", [size(20, 2000.0), size(80, 8000.0), size(39, 4100.0)])
def test_exactly_half_and_exactly_double_pass_in_silence(now):
    assert book_change("b.csv", now, [BEFORE], is_right=False) == []


def test_a_change_the_analyst_calls_right_is_flagged_with_what_it_means():
    (shrunk,) = book_change("b.csv", size(10, 900.0), [BEFORE], is_right=True)
    assert shrunk == (
        "b.csv would take the book from 40 open loans and a balance of 4,000.00 on 30 Sep 2026 to 10 open loans and a balance of "
        "900.00 on 31 Oct 2026: less than half. Accepted, as you said that it is right; loans missing from it have left the "
        "book, and stock, roll rates and bridges show them as gone."
    )
    (grown,) = book_change("b.csv", size(40, 400000.0), [BEFORE], is_right=True)
    assert grown.endswith("check that its amounts are in the unit of the earlier files.")


def test_a_book_that_grows_by_loans_is_flagged_and_not_asked_about():
    (said,) = book_change("b.csv", size(3040, 304000.0), [BEFORE], is_right=False)
    assert "more than double. Accepted, as its loans grew with it; check that its amounts are in the unit" in said


def test_half_of_a_handful_of_loans_is_flagged_and_not_asked_about():
    few = size(FEWEST_LOANS - 1, 100.0, SEPTEMBER)
    (said,) = book_change("b.csv", size(2, 10.0), [few], is_right=False)
    assert "Accepted, as 19 loans are too few to judge by" in said
    with pytest.raises(BookChangeRefused, match="less than half"):
        book_change("b.csv", size(2, 10.0), [size(FEWEST_LOANS, 100.0, SEPTEMBER)], is_right=False)


def test_nothing_is_said_without_an_earlier_day_or_of_one_that_was_empty():
    assert book_change("b.csv", size(1, 1.0), [], is_right=False) == []
    assert book_change("b.csv", size(500, 1.0), [size(0, 0.0, SEPTEMBER)], is_right=False) == []


def test_a_correction_near_what_it_replaces_or_near_the_day_before_is_no_change_of_the_book():
    wrong = size(400, 40000.0)
    assert book_change("b.csv", size(41, 4100.0), [BEFORE, wrong], is_right=False) == []
    assert book_change("b.csv", size(410, 41000.0), [BEFORE, wrong], is_right=False) == []
    with pytest.raises(BookChangeRefused, match="less than half"):
        book_change("b.csv", size(4, 400.0), [BEFORE, wrong], is_right=False)


@given(st.integers(20, 1000), st.integers(0, 3000))
def test_who_is_asked_follows_from_the_shares_alone(was, now):
    far = now * 2 < was or now > was * 2
    assert size(now, 10.0 * now).is_far_from(size(was, 10.0 * was, SEPTEMBER)) is far


# --- currencies -------------------------------------------------------------------------------------------------------


def test_another_currency_than_the_books_is_refused_with_its_rows_and_what_to_do():
    with pytest.raises(FileRefused, match=r"b\.csv is in USD \(rows: 2, from line 2 on\) and this book is in EUR.*Convert its amounts to EUR"):  # fmt: skip
        currency_of_book("payments", {"USD"}, "EUR", ROWS, "b.csv")
    with pytest.raises(FileRefused, match=r"is in one of AUD, CAD, USD \(rows: 2"):
        currency_of_book("portfolio", {"USD", "CAD", "AUD"}, "EUR", ROWS, "b.csv")


@pytest.mark.parametrize(("stated", "of_book"), [({"EUR"}, "EUR"), ({"USD", "CAD"}, "USD"), ({"EUR"}, ""), (set(), "")])
def test_the_books_currency_a_sign_that_can_mean_it_and_a_first_word_pass(stated, of_book):
    assert currency_of_book("portfolio", stated, of_book, ROWS, "b.csv") == []


def test_a_portfolio_without_a_currency_takes_the_books_and_payments_never_state_one():
    (said,) = currency_of_book("portfolio", (), "EUR", ROWS, "b.csv")
    assert said == "The file states no currency: its amounts were taken as EUR, like the rest of the book."
    assert currency_of_book("payments", (), "EUR", ROWS, "b.csv") == []


# --- payments ---------------------------------------------------------------------------------------------------------


def test_cash_before_the_first_day_of_its_loan_is_counted_summed_and_shown():
    rows = pd.DataFrame(
        [("A", "2026-08-12", 10.10, "cash"), ("A", "2026-09-29", 0.20, "cash"), ("B", "2026-07-01", 5.0, "cash"),
         ("A", "2026-09-30", 99.0, "cash"), ("B", "2026-07-02", 99.0, "waiver"), ("C", "2020-01-01", 99.0, "cash")],
        columns=["loan_ref", "paid_on", "amount", "payment_kind"],
    )  # fmt: skip
    (said,) = payments_before_loan(rows, {"A": "2026-09-30", "B": "2026-08-31"})
    assert said.startswith(
        "3 payments of 15.30 in all on 2 loans are dated before the first day of their loans in this book"
    )
    assert "(such as A paid 12 Aug 2026, known from 30 Sep 2026; B paid 1 Jul 2026, known from 31 Aug 2026)" in said
    assert said.endswith("kept, but cash before placement belongs to no cohort and to no recovery rate.")
    assert payments_before_loan(rows[3:], {"A": "2026-09-30", "B": "2026-08-31"}) == []


PAID = pd.DataFrame(
    [
        ("A", "2026-10-02", 200.00, "cash"),
        ("A", "2026-10-03", 200.01, "cash"),
        ("A", "2026-10-04", 900.00, "waiver"),
        ("A", "2026-10-05", 900.00, "reversal"),
        ("B", "2026-10-06", 5000.00, "cash"),
        ("owed nothing", "2026-10-06", 7.00, "cash"),
        ("unknown", "2026-10-06", 7.00, "cash"),
    ],
    columns=["loan_ref", "paid_on", "amount", "payment_kind"],
)


def test_cash_far_above_what_its_loan_ever_owed_is_told_and_nothing_else():
    largest = {"A": 100.0, "B": 50.0, "owed nothing": 0.0}
    (said,) = payments_above_balance(PAID, largest)
    assert said.startswith(
        "2 payments of 5,200.01 in all on 2 loans are more than twice the largest balance of their loans"
    )
    assert "(such as A paid 200.01 on 3 Oct 2026, largest balance 100.00; B paid 5,000.00 on 6 Oct 2026" in said
    assert payments_above_balance(PAID, largest | {"A": 101.0, "B": 2500.0}) == []
    assert payments_above_balance(PAID, {}) == []
    assert "1 payment of 5,000.00 in all on 1 loan is more" in payments_above_balance(PAID[4:], largest)[0]


def test_rows_of_loans_the_book_does_not_hold_are_counted():
    rows = pd.DataFrame({"loan_ref": ["A", "X", "X", "Y"]})
    assert unknown_loans(rows, []) == []
    assert unknown_loans(rows, ["X", "Y"])[0].startswith(
        "3 rows are about 2 loans this book does not hold yet (such as X, Y): kept"
    )
    assert unknown_loans(rows[3:], ["Y"])[0].startswith("1 row is about 1 loan this book")


# --- days -------------------------------------------------------------------------------------------------------------


def test_a_left_out_month_end_is_named_with_what_cannot_be_computed():
    (said,) = month_gaps([OCTOBER], [AUGUST])
    assert said == (
        "The month-end 30 Sep 2026 is missing between 31 Aug 2026 and 31 Oct 2026: roll rates, cures and bridges need both ends of a "
        "month and are not computed across the gap."
    )
    assert month_gaps([date(2027, 2, 28)], [AUGUST])[0].startswith(
        "The month-ends 30 Sep 2026, 31 Oct 2026, 30 Nov 2026 and 2 more are missing"
    )


def test_a_gap_inside_the_file_and_one_before_the_book_are_told_and_an_old_one_is_not_told_again():
    assert len(month_gaps([AUGUST, OCTOBER], [])) == 1
    assert month_gaps([date(2026, 6, 30)], [AUGUST])[0].startswith("The month-end 31 Jul 2026 is missing")
    assert month_gaps([date(2026, 11, 30)], [AUGUST, OCTOBER]) == []


def test_a_file_that_fills_a_gap_says_so():
    (said,) = month_gaps([SEPTEMBER], [AUGUST, OCTOBER])
    assert said.startswith("30 Sep 2026 fills a gap between 31 Aug 2026 and 31 Oct 2026")


@pytest.mark.parametrize("held", [[], [SEPTEMBER], [AUGUST, SEPTEMBER], [OCTOBER], [date(2026, 10, 15), SEPTEMBER]])
def test_adjacent_month_ends_a_first_file_and_the_same_day_again_are_no_gap(held):
    assert month_gaps([OCTOBER], held) == []


@given(st.sets(st.dates(date(2020, 1, 1), date(2026, 12, 31)), min_size=1, max_size=8), st.integers(0, 7))
def test_a_gap_is_said_exactly_where_a_month_end_lies_inside_it(days, place):
    ordered = sorted(days)
    new = ordered[place % len(ordered)]
    around = [day for at, day in enumerate(ordered) if abs(at - place % len(ordered)) == 1]
    ends = {day for day in (min(days) + timedelta(days=n) for n in range(2600)) if (day + timedelta(days=1)).day == 1}
    lying = sum(any(min(new, other) < end < max(new, other) for end in ends) for other in around)
    said = [each for each in month_gaps([new], [day for day in ordered if day != new]) if "missing" in each]
    assert len(said) == lying


def test_days_within_a_month_are_told_once_the_book_has_several_days():
    middle = date(2026, 10, 15)
    (said,) = days_within_months([middle, OCTOBER], [SEPTEMBER])
    assert said.startswith("15 Oct 2026 is not the end of a month: balances and placements count")
    assert days_within_months([middle], []) == []
    assert days_within_months([OCTOBER], [middle]) == []
    assert days_within_months([middle], [middle, SEPTEMBER]) == []
