"""Borrowers rather than loans, and one borrower's loans together."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd

from core.metrics.customers import borrower_summary, customer_measures
from core.selection import Selection
from tests.core.metrics.stub_reader import StubReader, a_book
from tests.fakes import FakePortfolioReader

OCTOBER = date(2026, 10, 31)


def reader(borrowers: int, late: int, loans: int) -> StubReader:
    return StubReader(
        a_book(OCTOBER),
        borrowers=pd.DataFrame({"borrowers": [borrowers], "arrears_borrowers": [late]}),
        stock=pd.DataFrame({"loans": [loans], "balance": [1.0]}),
    )


def test_people_are_counted_once_and_loans_are_held_against_them():
    stub = reader(4, 3, 6)
    measures = customer_measures(stub, Selection(known_on=OCTOBER))
    assert measures["borrowers"].value == 4
    late = measures["borrowers_in_arrears"]
    assert (late.value, late.n, late.excluded, late.of, late.unit) == (3, 3, 1, "borrowers", "count")
    assert late.why == "borrowers whose loans are all current are left out"
    each = measures["loans_per_borrower"]
    assert (each.value, each.numerator, each.denominator, each.unit, each.n) == (1.5, 6, 4, "ratio", 4)
    assert {selection.as_of for selection in stub.selections} == {OCTOBER}
    assert stub.known_on == OCTOBER


def test_from_loans_a_bystander_without_an_open_loan_is_no_borrower_here():
    """Three open loans of two borrowers, one of whom is behind with one; BYSTANDER's only loan was paid, while 60 days late."""
    loans = pd.DataFrame(
        [
            ("L1", "ANNA", 40, 100.0, "open"), ("L2", "ANNA", 0, 50.0, "open"), ("L3", "BEN", 0, 70.0, "open"),
            ("L4", "BYSTANDER", 60, 900.0, "paid"),
        ],
        columns=["loan_ref", "borrower_ref", "dpd", "balance", "status"],
    ).assign(as_of=OCTOBER.isoformat())  # fmt: skip
    found = customer_measures(FakePortfolioReader(loans), Selection())
    assert (found["borrowers"].value, found["borrowers_in_arrears"].value) == (2, 1)
    assert (found["borrowers_in_arrears"].excluded, found["loans_per_borrower"].value) == (1, 1.5)


def test_where_nobody_is_current_nobody_is_left_out():
    assert customer_measures(reader(2, 2, 2), Selection())["borrowers_in_arrears"].why == ""


def test_where_there_is_no_borrower_there_is_no_ratio():
    each = customer_measures(reader(0, 0, 0), Selection())["loans_per_borrower"]
    assert math.isnan(each.value)
    assert each.why == "no borrower has an open loan here"


FIELDS = ["loan_ref", "status", "balance", "dpd", "bucket", "product", "hold"]


def loans(*rows: tuple[str, str, float, int, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=FIELDS)


def test_a_borrowers_loans_are_added_up_and_the_worst_of_them_is_named():
    """LN4 left the stock at 130 days: it is told of and owes nothing here. LN9's cash is somebody else's."""
    own = loans(
        ("LN1", "open", 100.10, 0, "Current", "Personal", "not stated"),
        ("LN2", "open", 200.20, 95, "90-119", "Auto", "dispute"),
        ("LN3", "open", 300.30, 12, "1-29", "Auto", "not stated"),
        ("LN4", "charged off", 400.40, 130, "120+", "Home", "not stated"),
    )
    told = borrower_summary(own, pd.DataFrame({"loan_ref": ["LN1", "LN4", "LN9"], "cash": [10.05, 5.0, 999.0]}))
    assert (told.loans, told.open_loans, told.balance) == (4, 3, 600.60)
    assert (told.loans_in_arrears, told.arrears_balance) == (2, 500.50)
    assert (told.worst_bucket, told.worst_dpd) == ("90-119", 95)
    assert told.products == ("Auto", "Personal")
    assert (told.holds, told.held_loans) == (("dispute",), 1)
    assert told.cash == 15.05


def test_a_hold_about_the_person_binds_every_open_loan():
    own = loans(
        ("LN1", "open", 100.0, 0, "Current", "Auto", "not stated"),
        ("LN2", "paid", 0.0, 0, "Current", "Auto", "vulnerable"),
        ("LN3", "open", 100.0, 3, "1-29", "Auto", "dispute"),
    )
    told = borrower_summary(own)
    assert (told.holds, told.held_loans) == (("dispute", "vulnerable"), 2)


def test_an_absent_hold_is_none_however_it_is_written():
    own = loans(
        ("LN1", "open", 100.0, 0, "Current", "Auto", "not stated"), ("LN2", "open", 1.0, 0, "Current", "Auto", "")
    )
    assert borrower_summary(own.assign(hold=["not stated", None])).holds == ()


def test_loans_that_all_left_the_book_are_no_stock_and_keep_their_products():
    told = borrower_summary(loans(("LN1", "paid", 0.0, 0, "Current", "Home", "not stated")))
    assert (told.loans, told.open_loans, told.balance, told.worst_bucket, told.worst_dpd) == (1, 0, 0.0, "", 0)
    assert told.products == ("Home",)


def test_cash_that_was_not_asked_for_is_unknown_and_not_0():
    own = loans(("LN1", "open", 100.0, 0, "Current", "Auto", "not stated"))
    assert math.isnan(borrower_summary(own).cash)
    assert borrower_summary(own, pd.DataFrame({"loan_ref": [], "cash": []})).cash == 0.0


def test_a_borrower_nobody_knows_has_nothing():
    told = borrower_summary(loans())
    assert (told.loans, told.balance, told.products, told.holds, told.held_loans) == (0, 0.0, (), (), 0)
