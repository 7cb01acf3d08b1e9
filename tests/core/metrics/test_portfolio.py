"""The headline numbers, worked by hand, and the share of the arrears that is on hold."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from core.metrics.intervals import wilson
from core.metrics.portfolio import portfolio_measures, portfolio_trend
from core.selection import Selection
from tests.fakes import FakePortfolioReader

DAY = date(2026, 10, 31)


def book(*rows: tuple[str, str, int, str | None]) -> FakePortfolioReader:
    loans = pd.DataFrame(rows, columns=["loan_ref", "borrower_ref", "dpd", "hold"])
    return FakePortfolioReader(loans.assign(as_of=DAY.isoformat(), balance=100.0))


HELD = book(
    ("A", "1", 30, "dispute"),
    ("B", "2", 5, None),
    ("C", "3", 90, None),
    ("D", "4", 1, None),
    ("E", "5", 0, "dispute"),  # bystander: on hold, but not in arrears
)


def test_loans_in_arrears_on_hold_are_a_share_of_those_in_arrears():
    found = portfolio_measures(HELD, Selection(as_of=DAY))["on_hold_share"]
    assert (found.value, found.numerator, found.denominator, found.n) == (0.25, 1.0, 4.0, 4)
    assert (found.low, found.high) == wilson(1, 4)


def test_without_arrears_there_is_no_share():
    found = portfolio_measures(book(("A", "1", 0, "dispute")), Selection(as_of=DAY))["on_hold_share"]
    assert not found.is_defined
    assert found.why == "no loan is in arrears"


def test_the_trend_knows_the_share_of_each_day():
    assert portfolio_trend(HELD, Selection(as_of=DAY))["on_hold_share"].tolist() == pytest.approx([0.25])
    assert portfolio_trend(book(("A", "1", 0, None)), Selection(as_of=DAY))["on_hold_share"].isna().all()


def test_what_is_left_out_is_said_only_where_something_is():
    some, none = (portfolio_measures(held, Selection(as_of=DAY)) for held in (HELD, book(("B", "2", 5, None))))
    assert (some["workable"].excluded, some["workable"].why) == (1, "loans on hold are left out")
    assert (some["in_arrears"].excluded, some["in_arrears"].why) == (1, "loans that are current are left out")
    assert (none["workable"].excluded, none["workable"].why) == (0, "")
    assert (none["in_arrears"].excluded, none["in_arrears"].why) == (0, "")


SEPTEMBER = date(2026, 9, 30)


def five_loans() -> FakePortfolioReader:
    """A and D were placed in September with 1,000 and 2,000, B in October with 480; C and E never were."""
    loans = [
        ("A", SEPTEMBER, 1000.0, 10, None, "open"), ("A", DAY, 900.0, 40, None, "open"),
        ("B", SEPTEMBER, 500.0, 0, None, "open"), ("B", DAY, 480.0, 5, None, "open"),
        ("C", SEPTEMBER, 300.0, 0, None, "open"), ("C", DAY, 300.0, 0, None, "open"),  # bystander: current throughout
        ("D", SEPTEMBER, 2000.0, 65, "dispute", "open"), ("D", DAY, 2000.0, 95, "dispute", "open"),
        ("E", SEPTEMBER, 700.0, 0, None, "open"), ("E", DAY, 999.0, 0, None, "sold"),  # bystander: no stock any more
    ]  # fmt: skip
    paid = [
        ("A", "2026-10-10", 100.0, "cash", "P1", None),
        ("A", "2026-10-12", 50.0, "waiver", "P2", None),  # a waiver is no cash
        ("A", "2026-10-15", 30.0, "cash", "P3", None),
        ("A", "2026-10-20", 30.0, "reversal", "P4", "P3"),
        ("A", "2026-11-05", 40.0, "cash", "P5", None),  # bystander: after the day
        ("B", "2026-10-05", 20.0, "cash", "P6", None),  # before B was placed
        ("C", "2026-10-11", 77.0, "cash", "P7", None),  # bystander: C was never placed
    ]  # fmt: skip
    work = [("A", "2026-09-29", 9.0), ("A", "2026-10-09", 12.5), ("D", "2026-10-09", 2.5), ("C", "2026-11-01", 66.0)]
    return FakePortfolioReader(
        pd.DataFrame(loans, columns=["loan_ref", "as_of", "balance", "dpd", "hold", "status"]).assign(
            as_of=lambda rows: rows["as_of"].map(date.isoformat), borrower_ref=lambda rows: rows["loan_ref"]
        ),
        pd.DataFrame(paid, columns=["loan_ref", "paid_on", "amount", "payment_kind", "payment_ref", "reverses_ref"]),
        pd.DataFrame(work, columns=["loan_ref", "acted_on", "cost"]).assign(action="call", result="no answer"),
    )


@pytest.mark.parametrize(
    ("name", "value", "above", "below", "n", "excluded"),
    [
        ("outstanding", 3680.0, 3680.0, 1.0, 4, 0),
        ("in_arrears", 3380.0, 3380.0, 1.0, 3, 1),
        ("loans", 4, 4, 1, 4, 0),
        ("loans_in_arrears", 3, 3, 1, 3, 0),
        ("workable", 2, 2, 1, 2, 1),
        ("balance_placed", 3480.0, 3480.0, 1.0, 3, 0),
        ("cash_to_date", 100.0, 100.0, 1.0, 2, 2),
        ("recovery_rate", 100 / 3480, 100.0, 3480.0, 3, 2),
        ("cash_month", 100.0, 100.0, 1.0, 2, 2),
        ("cost_month", 15.0, 15.0, 1.0, 2, 0),
        ("cost_to_date", 15.0, 15.0, 1.0, 2, 1),  # the 9.00 of 29 September came before A was placed
        ("cost_to_collect", 0.15, 15.0, 100.0, 2, 2),
        ("cost_to_collect_to_date", 0.15, 15.0, 100.0, 2, 2),
        ("net_recovery", 85.0, 85.0, 1.0, 2, 2),
        ("net_recovery_to_date", 85.0, 85.0, 1.0, 2, 2),
    ],
)
def test_every_headline_number_worked_by_hand(name, value, above, below, n, excluded):
    found = portfolio_measures(five_loans(), Selection(as_of=DAY))[name]
    assert found.value == pytest.approx(value)
    assert (found.numerator, found.denominator, found.n, found.excluded) == (above, below, n, excluded)
