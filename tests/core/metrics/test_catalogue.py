"""The catalogue: every number the book gives has its words, and every word leads to rows there are."""

from __future__ import annotations

from datetime import date

import pytest

from core.errors import SelectionRefused
from core.metrics import bridge, forecast, vintages
from core.metrics.answers import FAMILIES
from core.metrics.catalogue import CATALOGUE, definition
from core.metrics.definitions import FACT_MEASURES, IN_ARREARS, Behind, whole_month
from core.metrics.facts import FACT_FIELDS
from core.metrics.flows import FLOW_MEASURES
from core.metrics.portfolio import portfolio_measures
from core.metrics.promises import PROMISE_MEASURES
from core.metrics.restatement import RESTATED
from core.selection import Selection
from tests.contract.book import fake

OCTOBER = Selection(as_of=date(2026, 10, 31))
DEFINED = list(CATALOGUE.values())
NAMED = pytest.mark.parametrize("meant", DEFINED, ids=lambda meant: meant.name)


def test_every_headline_number_has_its_definition_in_its_own_unit():
    for name, measure in portfolio_measures(fake(), OCTOBER).items():
        assert definition(name).unit == measure.unit, name
        assert definition(name).family == "portfolio"


def test_the_names_the_families_give_are_defined():
    lines = {f"bridge_{line}" for line in bridge.LINES if line not in ("rolled_in", "rolled_out")}
    marks = {f"liquidation_{mark}m" for mark in vintages.MARKS}
    assert lines | marks | set(forecast._UNITS) <= CATALOGUE.keys()
    assert {f"bridge_{line}" for line in ("rolled_in", "rolled_out")}.isdisjoint(CATALOGUE)


def test_every_family_has_its_function():
    known = {meant.family for meant in DEFINED}
    assert known - FAMILIES.keys() == {"value"}
    assert FAMILIES.keys() <= known


def test_an_unknown_name_is_refused():
    with pytest.raises(SelectionRefused, match="no number called 'profit'"):
        definition("profit")


@NAMED
def test_a_definition_is_a_plain_sentence_without_signs(meant):
    assert meant.formula[0].isupper()
    assert meant.formula.endswith(".")
    assert not set("%€$") & set(meant.formula + meant.label)
    assert meant.source
    assert len(meant.formula) < 260


@NAMED
def test_every_side_names_facts_the_reader_has(meant):
    assert meant.denominator is None or meant.less is None
    assert (meant.unit in ("share", "ratio")) == (meant.denominator is not None)
    for side in meant.sides.values():
        assert side.measure in FACT_MEASURES[side.kind]
        assert set(side.buckets) <= {"Current", *IN_ARREARS}
        assert bool(side.computed) == bool(side.how)
        assert not side.how.endswith(".")


def test_the_sums_of_each_kind_are_those_of_the_contract():
    assert FACT_MEASURES.keys() == FACT_FIELDS.keys()
    assert set(FACT_MEASURES["flows"]) == set(FLOW_MEASURES)
    assert set(FACT_MEASURES["promises"]) == set(PROMISE_MEASURES)
    assert FACT_MEASURES["flows"]["cured"] == "count"
    assert FACT_MEASURES["flows"]["opening"] == "currency"


def test_a_sum_watched_for_restatements_is_the_one_behind_its_number():
    for name, (kind, measure) in RESTATED.items():
        assert (definition(name).numerator.kind, definition(name).numerator.measure) == (kind, measure)


@pytest.mark.parametrize(
    ("clock", "as_of", "month", "stock"),
    [("", "2026-10-31", None, "2026-10-31"), ("month", "2026-10-15", "2026-10-31", "2026-10-15"),
     ("whole month", "2026-10-31", "2026-10-31", "2026-10-31"), ("whole month", "2026-10-15", "2026-09-30", "2026-09-30"),
     ("month before", "2026-03-31", "2026-02-28", "2026-02-28"), ("month before", "2026-03-15", "2026-01-31", "2026-01-31")],
)  # fmt: skip
def test_each_clock_means_its_own_part_of_time(clock, as_of, month, stock):
    day = date.fromisoformat(as_of)
    flows = Behind("flows", "opening", "x", clock, fixed=(("origin", "new"),))
    assert flows.cell(day) == ({"month": month} if month else {}) | {"origin": "new"}
    assert flows.narrowed(Selection(as_of=day)).as_of == day
    assert Behind("stock", "balance", "x", clock).narrowed(Selection(as_of=day)).as_of == date.fromisoformat(stock)
    assert Behind("stock", "balance", "x", clock).cell(day) == {}


def test_the_whole_month_of_a_day_is_over():
    assert whole_month(date(2026, 2, 28)) == date(2026, 2, 28)
    assert whole_month(date(2026, 3, 1)) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("name", "side", "cell"),
    [("liquidation_3m", "numerator", {"cohort": "..2026-06-30", "age": "..3"}), ("liquidation_3m", "denominator", {"cohort": "..2026-06-30"}),
     ("promises_kept_rate", "numerator", {"month": "2025-10-31..2026-09-30"}), ("on_hold_share", "numerator", {"workable": "no"}),
     ("sustained_cure_rate", "denominator", {"month": "2025-07-31..2026-06-30"}), ("redefault_rate", "numerator", {"month": "2025-04-30..2026-03-31"}),
     ("cure_rate", "numerator", {"month": "2026-09-30", "move": "cure", "origin": "1-29|30-59|60-89|90-119|120+"})],
)  # fmt: skip
def test_the_rows_that_count_are_told_by_the_day(name, side, cell):
    assert definition(name).sides[side].cell(date(2026, 9, 30)) == cell


def test_a_side_narrows_the_buckets_chosen_and_brings_none_back():
    side = Behind("flows", "opening", "x", buckets=("1-29", "30-59"))
    assert side.narrowed(OCTOBER).filters == {"bucket": ("1-29", "30-59")}
    assert side.narrowed(OCTOBER.only(bucket=["30-59", "120+"], product="Auto")).filters == {
        "bucket": ("30-59",), "product": ("Auto",),
    }  # fmt: skip
    assert side.narrowed(OCTOBER.only(bucket="Current")).filters == {"bucket": ("none",)}


def test_the_same_rows_are_shown_once():
    assert list(definition("forecast_coverage").sides) == ["numerator"]
    assert list(definition("cei").sides) == ["numerator", "denominator", "more"]
    assert list(definition("recovery_rate").sides) == ["numerator", "denominator"]
    assert list(definition("net_recovery").sides) == ["numerator", "less"]
