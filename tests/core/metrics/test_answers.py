"""Any number by its name, narrowed to a cell of a chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from core.errors import SelectionRefused
from core.metrics.answers import answer, day_of, narrowed, rows_behind, scope_of, sum_of
from core.metrics.catalogue import definition
from core.metrics.measure import Measure
from core.metrics.portfolio import portfolio_measures
from core.records import Book, FactPage
from core.selection import Selection
from tests.contract.book import fake
from tests.core.metrics.stub_reader import a_book

OCTOBER = Selection(as_of=date(2026, 10, 31))
BOOK = fake().book()


class Sums:
    """A reader that only adds up rows, and remembers what it was asked."""

    def __init__(self, **totals: tuple[float, int]) -> None:
        self.totals = totals
        self.asked: list[tuple[str, dict[str, str], str]] = []
        self.held = a_book(date(2026, 10, 31), until=date(2026, 11, 5))

    def book(self, known_on: date | None = None) -> Book:
        return self.held

    def facts(
        self, kind: str, selection: Selection, cell: Mapping[str, str] = {}, *, measure: str = "", **_
    ) -> FactPage:
        self.asked.append((kind, dict(cell), measure))
        total, n = self.totals[kind]
        return FactPage(pd.DataFrame(), None, n, total)


def test_a_filter_in_a_cell_narrows_the_whole_number():
    asked = answer(fake(), OCTOBER, "recovery_rate", {"product": "Auto"})
    assert asked == portfolio_measures(fake(), OCTOBER.only(product="Auto"))["recovery_rate"]
    assert asked != portfolio_measures(fake(), OCTOBER)["recovery_rate"]


def test_a_clock_in_a_cell_is_answered_from_the_rows():
    reader = Sums(cash=(250.0, 9), placed=(1000.0, 4))
    rate = answer(reader, OCTOBER, "recovery_rate", {"cohort": "2026-03-31", "product": "Auto"})
    assert (rate.value, rate.numerator, rate.denominator, rate.n, rate.of) == (0.25, 250.0, 1000.0, 4, "placements")
    assert reader.asked == [("cash", {"cohort": "2026-03-31"}, "cash"), ("placed", {"cohort": "2026-03-31"}, "balance")]


def test_a_difference_and_a_sum_come_from_the_rows_too():
    reader = Sums(cash=(250.0, 9), costs=(30.0, 6), activity=(30.0, 6))
    net = answer(reader, OCTOBER, "net_recovery", {"month": "2026-08-31"})
    assert (net.value, net.n, net.of) == (220.0, 9, "payments")
    assert {cell["month"] for _, cell, _ in reader.asked} == {"2026-08-31"}  # and not the month of the day
    assert answer(reader, OCTOBER, "contacts_month", {"month": "2026-08-31"}) == Measure(
        30.0, 30.0, 1.0, 6, "count", of="actions"
    )


def test_a_month_that_no_file_can_have_told_is_undefined_and_not_the_sum_of_no_rows():
    reader, unknown = Sums(cash=(0.0, 0), activity=(0.0, 0), placed=(5.0, 1)), {"month": "2026-12-31"}
    for name, source in (("cash_month", "payments"), ("contacts_month", "actions")):
        found = answer(reader, OCTOBER, name, unknown)
        assert (found.is_defined, found.why) == (
            False, f"{source} are known up to 5 Nov 2026: no file can have told those of Dec 2026",
        )  # fmt: skip
        assert answer(reader, OCTOBER, name, {"month": "2026-11-30"}).value == 0.0
    with pytest.raises(SelectionRefused, match="'soon' is not a day"):
        answer(reader, OCTOBER, "cash_month", {"month": "soon"})


def test_nothing_to_divide_by_is_undefined():
    rate = answer(Sums(cash=(0.0, 0), placed=(0.0, 0)), OCTOBER, "recovery_rate", {"cohort": "2026-03-31"})
    assert not rate.is_defined
    assert rate.why == "there is nothing to divide by"


def test_a_number_of_which_not_every_row_counts_is_not_told_by_a_clock():
    with pytest.raises(SelectionRefused, match="Realised loss given default cannot be told by cohort"):
        answer(Sums(), OCTOBER, "lgd_12m", {"cohort": "2026-03-31"})


def test_a_cell_of_the_roll_matrix_is_a_share_of_all_that_stood_in_its_bucket():
    reader = Sums(flows=(40.0, 4))
    rate = answer(reader, OCTOBER, "roll_share_loans", {"month": "2026-10-31", "origin": "30-59", "state": "paid"})
    assert (rate.value, rate.n, rate.interval) == (1.0, 4, "Wilson")
    assert reader.asked == [
        ("flows", {"month": "2026-10-31", "origin": "30-59", "state": "paid"}, "loans"),
        ("flows", {"month": "2026-10-31", "origin": "30-59"}, "loans"),
    ]


def test_a_cohort_at_an_age_divides_the_cash_up_to_it_by_all_that_was_placed():
    reader = Sums(cash=(30.0, 3), placed=(120.0, 2))
    assert answer(reader, OCTOBER, "liquidation_at", {"cohort": "2026-08-31", "age": "..2"}).value == 0.25
    assert [cell for _, cell, _ in reader.asked] == [{"cohort": "2026-08-31", "age": "..2"}, {"cohort": "2026-08-31"}]


def test_rows_are_looked_at_no_later_than_the_files_can_have_told():
    told = replace(BOOK, payments_until=date(2026, 8, 20), has_costs=False)
    chosen, cell = scope_of(told, OCTOBER, definition("liquidation_3m").numerator, {})
    assert (chosen.as_of, cell) == (date(2026, 8, 20), {"cohort": "..2026-04-30", "age": "..3"})
    placed = scope_of(told, OCTOBER, definition("balance_placed").numerator, {})
    assert placed == (OCTOBER, {})


def test_a_number_its_family_does_not_have_is_undefined_in_its_unit():
    absent = answer(fake(), OCTOBER, "npv", families={})
    assert (absent.is_defined, absent.unit) == (False, "currency")


def test_the_rows_of_a_side_are_read_in_its_own_month():
    reader = Sums(costs=(30.0, 6))
    page = rows_behind(reader, OCTOBER, definition("cost_month").numerator, {})
    assert reader.asked == [("costs", {"month": "2026-10-31"}, "cost")]
    assert sum_of(page, "costs", "cost").value == 30.0


def test_filters_and_clocks_of_a_cell_part():
    selection, rest = narrowed(OCTOBER.only(region="North"), {"product": "Auto", "origin": "30-59"})
    assert (selection.filters, rest) == ({"region": ("North",), "product": ("Auto",)}, {"origin": "30-59"})
    chosen, cell = scope_of(BOOK, OCTOBER, definition("bridge_cured").numerator, {"bucket": "30-59"})
    assert chosen.filters == {"bucket": ("30-59",)}
    assert cell == {"month": "2026-10-31", "state": "Current"}


def test_a_cell_may_name_a_day():
    assert day_of({"as_of": "2026-09-30", "product": "Auto"}) == (date(2026, 9, 30), {"product": "Auto"})
    assert day_of({"product": "Auto"}) == (None, {"product": "Auto"})
    with pytest.raises(SelectionRefused, match="'soon' is not a day"):
        day_of({"as_of": "soon"})
