"""Balances and days past due follow from what was due and what was paid, to the cent."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.synthetic import SampleBook
from core.synthetic.calendar import Calendar
from core.synthetic.dynamics import course_probabilities, first_falling_month
from core.synthetic.loans import days_past_due, willingness


def after_placement(book: SampleBook) -> np.ndarray:
    return np.arange(len(book.calendar))[:, None] > book.loans["placed"].to_numpy()


def test_every_balance_is_the_one_before_plus_interest_less_cash_net_of_reversals_less_waivers(
    book: SampleBook,
) -> None:
    path = book.path
    moved = path.balance[:-1] + path.interest[1:] - path.cash[1:] + path.taken_back[1:] - path.waived[1:]
    later = after_placement(book)[1:]
    assert (path.balance[1:][later] == moved[later]).all()
    assert path.balance.min() == 0
    assert path.cash.min() >= 0
    assert path.cash[~after_placement(book)].sum() == 0


def test_what_bounces_is_taken_back_in_the_same_month_or_the_next(book: SampleBook) -> None:
    path = book.path
    assert path.taken_back.sum() == path.bounced.sum() > 0
    assert (path.taken_back.cumsum(axis=0) <= path.bounced.cumsum(axis=0)).all()
    waiting = (path.bounced - path.taken_back).cumsum(axis=0)
    assert (waiting <= path.bounced).all()


def test_interest_is_a_twelfth_of_the_yearly_rate_on_the_opening_balance_of_open_loans(book: SampleBook) -> None:
    path, rates = book.path, book.loans["interest_rate"].to_numpy()
    charged = path.interest[1:] > 0
    opening = np.where(charged, path.balance[:-1], 0)
    assert np.abs(path.interest[1:] - opening * rates / 1200).max() <= 0.5


def test_days_past_due_count_from_the_oldest_unpaid_instalment() -> None:
    #  nothing due; one due 12 days ago; one more the month before that; four with 29 days
    got = days_past_due(np.array([0, 1, 2, 4]), np.array([12, 12, 12, 29]))
    assert got.tolist() == [0, 12, 42, 120]


def test_a_month_without_payment_adds_an_instalment_to_the_arrears(book: SampleBook) -> None:
    path, emi = book.path, book.loans["emi"].to_numpy()
    still_open = (path.state[:-1] == 1) & (path.state[1:] == 1) & (path.cash[1:] == 0) & (path.taken_back[1:] == 0)
    grown = np.minimum(path.arrears[:-1] + emi, path.balance[1:])
    assert still_open.sum() > 10_000
    assert (path.arrears[1:][still_open] == grown[still_open]).all()
    assert (path.dpd[1:][still_open] >= path.dpd[:-1][still_open]).all()
    assert (path.missed[1:][still_open] >= path.missed[:-1][still_open]).all()


def test_current_means_nothing_is_due(book: SampleBook) -> None:
    path = book.path
    shown = path.state == 1
    assert ((path.dpd == 0) == (path.arrears == 0))[shown].all()


def test_loans_cure_themselves_and_some_default_again(book: SampleBook) -> None:
    seen = pd.concat(book.portfolio.values()).sort_values(["Loan_ID", "Snapshot_Date"])
    current = seen["Days_Past_Due"].eq(0) & seen["Account_Status"].eq("open")
    same = seen["Loan_ID"].eq(seen["Loan_ID"].shift())
    cures = (current & ~current.shift(fill_value=False) & same).sum()
    defaults_again = (~current & current.shift(fill_value=False) & same & seen["Account_Status"].eq("open")).sum()
    assert cures > 1000
    assert 0.1 < defaults_again / cures < 0.9


def test_age_and_gender_change_nothing(book: SampleBook) -> None:
    other = book.loans.assign(age=book.loans["age"].to_numpy()[::-1], gender="Male")
    assert willingness(other).equals(willingness(book.loans))
    strategy = book.loans["strategy"].to_numpy()
    assert (course_probabilities(other, strategy) == course_probabilities(book.loans, strategy)).all()


def test_the_last_five_months_fall_and_a_short_book_has_no_fall() -> None:
    assert first_falling_month(24) == 19
    assert first_falling_month(11) == 11


@pytest.mark.parametrize(
    ("last", "first"), [(date(2026, 10, 31), date(2024, 11, 30)), (date(2024, 2, 29), date(2022, 3, 31))]
)
def test_a_calendar_holds_consecutive_month_ends(last: date, first: date) -> None:
    calendar = Calendar.ending(last, 24)
    assert (calendar.month_ends[0], calendar.month_ends[-1], len(calendar)) == (first, last, 24)
    assert calendar.received_on(23).day == 3
