"""The share of the arrears that is on hold."""

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
