"""One target as a person writes it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.intake.target_values import metric_named, read_value, take_apart_values, value_of
from core.metrics.targets import TARGET_METRICS

CASH, NET = TARGET_METRICS["cash_month"], TARGET_METRICS["net_recovery"]
RATE, REACH = TARGET_METRICS["recovery_rate"], TARGET_METRICS["penetration"]


@pytest.mark.parametrize(
    ("metric", "text", "value"),
    [
        (CASH, "1200", 1200.0), (CASH, "1,200.50", 1200.5), (CASH, "1.200,50", 1200.5), (CASH, "1 200 000", 1.2e6),
        (CASH, "500,000", 5e5), (CASH, "EUR 12.5", 12.5), (CASH, "0", 0.0), (NET, "-20", -20.0), (NET, "(20.00)", -20.0),
        (RATE, "35 %", 0.35), (RATE, "35%", 0.35), (RATE, "32,5 %", 0.325), (RATE, "0.35", 0.35), (RATE, "1", 1.0),
        (RATE, "105 %", 1.05), (REACH, "100 %", 1.0), (RATE, "1.234 %", 0.01234),
    ],
)  # fmt: skip
def test_amounts_and_shares_are_read_as_written(metric, text, value):
    assert read_value(metric, text, currency="EUR") == (value, "")


@pytest.mark.parametrize(
    ("metric", "text", "why"),
    [
        (CASH, "", "is missing; write 125000 or 1250.50"), (CASH, "n/a", "is missing; write 125000 or 1250.50"),
        (RATE, "", "is missing; write 0.35 or 35 %"), (CASH, "soon", "is not a number; write 125000 or 1250.50"), (CASH, "inf", "is infinite; write 125000 or 1250.50"),
        (CASH, "1.234", "can be read as thousands or with three decimals; write 1234 or 1.23"),
        (CASH, "12.3456", "has more than two decimals; round it to hundredths"), (CASH, "1e-5", "has more than two decimals; round it to hundredths"),
        (CASH, "-1", "is not between 0 and 10,000,000,000,000; check its sign and its unit"),
        (CASH, "1e14", "is not between 0 and 10,000,000,000,000; check its sign and its unit"),
        (NET, "-1e14", "is not between -10,000,000,000,000 and 10,000,000,000,000; check its sign and its unit"),
        (CASH, "35 %", "is a percentage; cash_month is an amount, write 125000 or 1250.50"), (CASH, "USD 5", "is not in EUR, the currency of the book; convert it"),
        (CASH, "1.2.3,4.5", "is not a number with '.' as its decimal mark, as the column is written"),
        (RATE, "35", "is above 1; write a share as 0.35 or 35 %"), (RATE, "-3 %", "is not between 0 % and 1,000 %; write a share as 0.35 or 35 %"),
        (RATE, "1001 %", "is not between 0 % and 1,000 %; write a share as 0.35 or 35 %"), (REACH, "101 %", "is not between 0 % and 100 %; write a share as 0.35 or 35 %"),
        (RATE, "EUR 0.3", "is an amount of money; recovery_rate is a share, write 0.35 or 35 %"), (RATE, "1e999 %", "is not between 0 % and 1,000 %; write a share as 0.35 or 35 %"),
    ],
)  # fmt: skip
def test_what_is_no_target_is_refused_with_the_reason(metric, text, why):
    value, said = read_value(metric, text, currency="EUR")
    assert math.isnan(value)
    assert said == why


def test_a_column_shows_one_decimal_mark_to_all_its_cells():
    values = take_apart_values(["12,5 %", "1.234"])
    assert value_of(CASH, "1.234", values) == (1234.0, "")
    assert value_of(RATE, "12,5 %", values) == (0.125, "")
    told = value_of(CASH, "1.5", take_apart_values(["1.5", "3,5", "4,5"]))[1]
    assert told == "is not a number with ',' as its decimal mark, as the column is written"


def test_any_currency_is_taken_where_the_book_has_none():
    assert read_value(CASH, "USD 5") == (5.0, "")


@pytest.mark.parametrize("text", ["cash_month", "Cash Month", "CASH-MONTH", "Cash this month", "monthly budget"])
def test_a_metric_is_found_by_its_name_or_by_its_label(text):
    assert metric_named(text) is CASH


def test_a_metric_without_a_target_is_none():
    assert metric_named("loans") is None
    assert metric_named("") is None


@given(st.integers(0, 10**12))
def test_every_amount_to_the_hundredth_comes_back_exactly(hundredths):
    assert read_value(CASH, f"{hundredths / 100:,.2f}") == (hundredths / 100, "")


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_and_never_breaks(text):
    value, why = read_value(RATE, text)
    assert math.isnan(value) == bool(why)
