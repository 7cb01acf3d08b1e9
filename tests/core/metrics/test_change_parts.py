"""One bar of "what changed": the part, the four sums it is made of, and addresses that compare nothing refused."""

from __future__ import annotations

from datetime import date
from math import isnan

import pandas as pd
import pytest

from core.errors import SelectionRefused
from core.metrics.answers import answer, scope_of
from core.metrics.catalogue import definition
from core.metrics.cells import several
from core.metrics.change_parts import CHANGES
from core.metrics.delinquency import ARREARS
from core.selection import Selection
from tests.fakes import FakePortfolioReader

SEPTEMBER, OCTOBER = "2026-09-30", "2026-10-31"
MONTHS = {"before": f"{SEPTEMBER}..{SEPTEMBER}", "after": f"{OCTOBER}..{OCTOBER}"}
NOW = Selection(as_of=date(2026, 10, 31))


def book() -> FakePortfolioReader:
    """Three month-ends. Two Auto loans and a Home loan late all along, and a bystander that is never late but pays.

    Opening balances of September: Auto 100 + 100, Home 300; of October: Auto 100 + 150, Home 300. Cash of September: Auto
    20 (a rate of 10 %), Home 30 (10 %); of October: Auto 10 (4 %), Home 30 (10 %).
    """
    balances = {
        "A1": (100.0, 100.0, 90.0),
        "A2": (100.0, 150.0, 150.0),
        "H1": (300.0, 300.0, 270.0),
        "B1": (900.0, 900.0, 900.0),
    }
    loans = [
        {"loan_ref": ref, "borrower_ref": ref, "as_of": day, "balance": balance, "dpd": 0 if ref == "B1" else 45,
         "product": "Home" if ref == "H1" else "Auto", "currency": "EUR"}
        for ref, told in balances.items()
        for day, balance in zip(("2026-08-31", SEPTEMBER, OCTOBER), told, strict=True)
    ]  # fmt: skip
    paid = [
        ("A1", "2026-09-15", 20.0),
        ("H1", "2026-09-15", 30.0),
        ("A1", "2026-10-15", 10.0),
        ("H1", "2026-10-15", 30.0),
        ("B1", "2026-10-15", 70.0),
    ]
    payments = [
        {"loan_ref": ref, "paid_on": day, "amount": amount, "payment_kind": "cash", "payment_ref": f"{ref}{day}"}
        for ref, day, amount in paid
    ]
    return FakePortfolioReader(pd.DataFrame(loans), pd.DataFrame(payments), name="own")


@pytest.mark.parametrize(
    ("number", "cell", "value", "sums"),
    [
        # 250 x (10/250 - 20/200) and 300 x (30/300 - 30/300)
        ("cash_performance", {"product": "Auto"}, -15.0, (10.0, 250.0, 20.0, 200.0)),
        ("cash_performance", {"product": "Home"}, 0.0, (30.0, 300.0, 30.0, 300.0)),
        ("cash_performance", {"origin": "30-59"}, -15.0, (40.0, 550.0, 50.0, 500.0)),  # 550 x (40/550 - 50/500)
        # 20 x (550/500 - 1) + 30 x (550/500 - 1)
        ("cash_volume", {"by": "product"}, 5.0, (40.0, 550.0, 50.0, 500.0)),
        # 550 x (250/550 - 200/500) x .1 + 550 x (300/550 - 300/500) x .1
        ("cash_mix", {"by": "product"}, 0.0, (40.0, 550.0, 50.0, 500.0)),
        ("cash_change", {"product": "Auto"}, -10.0, (10.0, 20.0)),
        # two of two workable Auto loans, one paid in each month
        ("payers_performance", {"product": "Auto"}, 0.0, (1.0, 2.0, 1.0, 2.0)),
    ],
)
def test_a_part_of_the_cash_and_the_sums_of_both_windows(number, cell, value, sums):
    told = answer(book(), NOW, number, {**cell, **MONTHS})
    assert told.value == told.numerator == value
    assert tuple(amount for _, amount in told.sums) == sums


def test_parts_of_all_groups_and_the_groups_performances_come_to_the_change():
    whole = {"by": "product", **MONTHS}
    volume, mix, performance, change = (
        answer(book(), NOW, f"cash_{part}", whole).value for part in ("volume", "mix", "performance", "change")
    )
    assert (volume, mix, performance, change) == (5.0, 0.0, -15.0, -10.0)
    assert volume + mix + performance == change


def test_the_stock_of_two_days_is_compared_with_the_day_the_address_names():
    told = answer(book(), NOW, "arrears_change", {"product": "Auto", "before": "2026-08-31"})
    assert (told.value, told.sums) == (40.0, (("numerator", 240.0), ("numerator_before", 200.0)))
    rate = answer(book(), NOW, "arrears_performance", {"product": "Auto", "before": "2026-08-31"})
    assert rate.value == round(1_140 * (240 / 1_140 - 200 / 1_100), 2)  # of Auto's balance, the bystander's 900 with it
    assert rate.n == 3


def test_a_group_neither_side_has_is_undefined():
    told = answer(book(), NOW, "cash_performance", {"origin": "1-29", **MONTHS})
    assert (isnan(told.value), told.why) == (True, "neither side has a loan of it")


def test_months_the_book_does_not_hold_leave_it_undefined_with_the_reason():
    told = answer(
        book(), NOW, "cash_change", {"by": "product", "after": MONTHS["after"], "before": "2025-10-31..2025-10-31"}
    )
    assert isnan(told.value)
    assert told.why.startswith("this book holds no loans of 30 Sep 2025 and 31 Oct 2025")


@pytest.mark.parametrize(
    ("number", "cell", "says"),
    [
        ("cash_mix", {"by": "product"}, "'' is no month-end"),
        ("cash_mix", {"by": "product", "after": "x", "before": "y"}, "'x' is no month-end"),
        ("cash_mix", {"by": "product", **MONTHS, "before": "2026-09-15..2026-09-15"}, "'2026-09-15' is no month-end"),
        (
            "cash_mix",
            {"by": "product", **MONTHS, "before": "2026-08-31..2026-09-30"},
            "1 months cannot be compared with 2",
        ),
        (
            "cash_mix",
            {"by": "product", "after": "0001-01-31..9999-12-31", "before": "0001-01-31..9999-12-31"},
            "months cannot be compared",
        ),
        ("cash_mix", {"by": "colour", **MONTHS}, "one group or of all groups of one kind"),
        ("cash_performance", MONTHS, "found 0"),
        ("cash_performance", {"product": "Auto", "region": "North", **MONTHS}, "found 2"),
        ("cash_performance", {"by": "region", "product": "Auto", **MONTHS}, "found 2"),
        ("arrears_change", {"by": "product"}, "no figures for ''"),
        ("arrears_change", {"by": "product", "before": "2026-09-29"}, "no figures for '2026-09-29'"),
    ],
)
def test_an_address_that_compares_nothing_is_refused(number, cell, says):
    with pytest.raises(SelectionRefused, match=says):
        answer(book(), NOW, number, cell)


def test_each_side_lists_the_rows_of_its_own_window():
    sides = definition("cash_performance").sides
    assert list(sides) == ["numerator", "denominator", "numerator_before", "denominator_before"]
    scopes = {name: scope_of(book().book(), NOW, side, {"product": "Auto", **MONTHS}) for name, side in sides.items()}
    assert {name: cell for name, (_, cell) in scopes.items()} == {
        name: {"month": MONTHS["before" if "before" in name else "after"], "origin": several(*ARREARS)}
        for name in sides
    }
    assert all(selection.filters == {"product": ("Auto",)} for selection, _ in scopes.values())
    earlier = definition("arrears_change").sides["numerator_before"]
    assert scope_of(book().book(), NOW, earlier, {"bucket": "30-59", "before": SEPTEMBER})[0].as_of == date(2026, 9, 30)


def test_every_number_has_words_for_what_it_is():
    assert len(CHANGES) == 16
    assert all(each.formula.endswith(".") and each.name == name for name, each in CHANGES.items())
