"""The words of the drawer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from core.errors import SelectionRefused
from core.metrics.answers import NOUNS
from core.metrics.catalogue import definition
from core.metrics.definitions import FACT_MEASURES, Behind
from core.metrics.facts import FACT_FIELDS
from core.metrics.measure import Measure, amount, ratio
from core.records import FactPage
from core.selection import Selection
from dashboard import text_why as say
from dashboard.address import CELL_COLUMNS, Why

VIEW = Selection(as_of=date(2026, 10, 31))
CASH = Behind("cash", "cash", "Cash")


def page(total: float, n: int = 3) -> FactPage:
    return FactPage(pd.DataFrame(), None, n, total)


def test_every_field_cell_sum_and_kind_has_its_word():
    assert {name for fields in FACT_FIELDS.values() for name in fields} <= say.FIELDS.keys()
    assert set(CELL_COLUMNS) <= say.FIELDS.keys()
    assert {name for sums in FACT_MEASURES.values() for name in sums} <= say.SUMS.keys()
    assert say.KINDS.keys() == NOUNS.keys() == FACT_FIELDS.keys()


@pytest.mark.parametrize(
    ("cell", "words"),
    [({}, "Recovery rate"), ({"month": "2026-09-30", "product": "Auto"}, "Recovery rate, Sep 2026, Auto"),
     ({"cohort": "2025-03-31"}, "Recovery rate, placed in Mar 2025"), ({"cohort": "none"}, "Recovery rate, none"),
     ({"cohort": "2025 Q1"}, "Recovery rate, placed in 2025 Q1"),
     ({"month": "2026-01-31..2026-03-31"}, "Recovery rate, Jan 2026 to Mar 2026"), ({"cohort": "..2025-03-31", "age": "..12"}, "Recovery rate, up to month 12, placed by Mar 2025"),
     ({"cohort": "2025-03-31..2025-03-31"}, "Recovery rate, placed in Mar 2025"), ({"state": "paid|Current"}, "Recovery rate, to paid or Current"),
     ({"move": "cure"}, "Recovery rate, to Current or paid"), ({"workable": "no"}, "Recovery rate, on hold"), ({"month": "a..b"}, "Recovery rate, a to b"),
     ({"age": "2..4"}, "Recovery rate, months 2 to 4"), ({"cohort": "2025-03-31.."}, "Recovery rate, placed from Mar 2025"),
     ({"origin": "30-59", "state": "paid"}, "Recovery rate, from 30-59, to paid"), ({"as_of": "2026-10-31"}, "Recovery rate, 31 Oct 2026")],
)  # fmt: skip
def test_a_cell_is_told_in_words(cell, words):
    assert say.label_of(Why("recovery_rate", cell)) == words


def test_a_sum_is_called_by_what_is_added_up():
    assert say.label_of(Why("flows:written_off", {"origin": "new"})) == "Written off, from new"
    assert say.sum_formula("flows", "due") == "Instalments due, added up over loans between adjacent month-ends."


def test_the_audit_of_a_rate_names_both_sides_and_what_was_left_out():
    rate = ratio(
        30.0, 120.0, n=7, of="placements", excluded=2, excluded_of="payments", why="waivers never count", when_zero=""
    )
    known = replace(VIEW.only(product="Auto"), known_on=date(2026, 9, 1))
    told = dict(say.facts(rate, definition("recovery_rate"), known, "EUR"))
    assert told == {
        "Numerator": "Cash: 30.00", "Denominator": "Balance placed: 120.00", "n": "7 placements", "Left out": "2 payments",
        "Note": "waivers never count", "Interval": "none is computed", "Unit": "a share of one, shown in percent",
        "Direction": "higher is better", "As of": "31 Oct 2026", "Known on": "what was received by 1 Sep 2026", "Only": "Product Auto",
    }  # fmt: skip


def test_an_interval_is_told_in_the_unit_of_its_number_with_its_method():
    rate = Measure(0.2, 20.0, 100.0, 100, "share", low=0.13, high=0.29, interval="Wilson")
    assert dict(say.facts(rate, None, VIEW, ""))["Interval"] == "13.0 % to 29.0 %, Wilson"
    money = replace(amount(5e6, n=4), low=4e6, high=6e6)
    assert dict(say.facts(money, None, VIEW, "EUR"))["Interval"] == "4.00 M to 6.00 M"
    assert dict(say.facts(money, None, VIEW, "EUR"))["Unit"] == "money, EUR"


def test_an_undefined_number_claims_nothing():
    told = dict(say.facts(Measure.undefined("there is none", unit="currency"), definition("cash_month"), VIEW, ""))
    assert told["n"] == "none"
    assert {"To the hundredth", "Left out", "Interval"}.isdisjoint(told)
    rate = dict(say.facts(Measure.undefined("x", unit="share", numerator=3.0), definition("recovery_rate"), VIEW, ""))
    assert (rate["Numerator"], rate["Denominator"]) == ("Cash: 3.00", "Balance placed: n/a")


def test_a_value_is_exact_in_its_unit():
    assert say.exact(1234567.891, "currency") == "1,234,567.89"
    assert say.exact(1234, "count") == "1,234"
    assert say.exact(0.12345, "share") == "12.35 %"


@pytest.mark.parametrize(
    ("expected", "ends"),
    [(100.0, "100.00, as in the number."), (-100.0, "100.00, as in the number, with the other sign."), (100.004, "as in the number."),
     (104.0, "; the number was computed from 104.00, 4.00 apart."), (None, "cash comes to 100.00."), (float("nan"), "cash comes to 100.00.")],
)  # fmt: skip
def test_rows_say_whether_they_come_to_the_number(expected, ends):
    note = say.rows_note(page(100.0), CASH, expected)
    assert note.startswith("3 payments, newest first; cash comes to ")
    assert note.endswith(ends)


def test_a_computed_side_has_its_own_name_and_value_and_no_rows_are_told_apart():
    some = replace(CASH, computed="Cash after fees", how="each payment less its fee")
    assert say.rows_note(page(100.0), some, 4.0) == (
        "3 payments, newest first; cash comes to 100.00. Cash after fees (4.00) is computed from these rows: each payment less its fee."
    )
    assert say.rows_note(page(0.0, 0), CASH, 4.0).startswith("No row stands behind it: payments and reversals")


def test_rows_of_some_months_that_are_compared_are_loan_months_for_a_loan_is_there_once_a_month():
    compared = Behind("flows", "opening", "Opening balance in arrears", window="after")
    assert say.rows_note(page(100.0, 12), compared, 100.0).startswith("12 loan-months, newest first; ")
    assert say.rows_note(page(100.0, 12), replace(compared, window=""), 100.0).startswith("12 loans, newest first; ")


def test_a_refusal_says_where():
    error = SelectionRefused("It is not there", where=("cell",), remedy="Look again.")
    assert say.refusal(error) == "It is not there (cell). Look again."


def test_a_change_is_called_after_its_group_and_the_two_sides_it_compares():
    months = {"after": "2026-05-31..2026-10-31", "before": "2025-11-30..2026-04-30"}
    assert say.label_of(Why("cash_performance", {"product": "Auto", **months})) == (
        "Cash on arrears, performance, Auto, May 2026 to Oct 2026, against Nov 2025 to Apr 2026"
    )
    assert (
        say.label_of(Why("arrears_mix", {"by": "segment", "before": "2026-09-30"}))
        == "In arrears, mix, by segment, against 30 Sep 2026"
    )
    assert say.narrowing({"by": "origin"}) == ", by arrears"
    sides = definition("cash_performance").sides
    names = [say.side_name(side, behind, definition("cash_performance")) for side, behind in sides.items()]
    assert names[1] == "Opening balance in arrears, later (denominator)"
    assert names[2] == "Cash, earlier (numerator)"
