"""Numbers and dates as text."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.metrics.measure import Measure, amount, ratio
from dashboard import format as show


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"), (999.4, "999"), (999.96, "1.00 k"), (1_234.0, "1.23 k"), (42_512_345.67, "42.5 M"), (170_000, "170 k"),
        (2.63e9, "2.63 bn"), (-45_100, "−45.1 k"), (-0.2, "0"), (math.nan, "n/a"), (math.inf, "n/a"),
    ],
)  # fmt: skip
def test_money_has_three_digits_a_unit_and_a_real_minus(value, said):
    assert show.money(value) == said


def test_the_currency_is_said_in_front_where_it_is_known():
    assert show.money(1_500.0, "EUR") == "EUR 1.50 k"
    assert show.measure(amount(12_345.0, n=2), "INR") == "INR 12.3 k"


@given(st.floats(min_value=-1e12, max_value=1e12))
def test_exact_money_keeps_every_hundredth(value):
    text = show.money_exact(round(value, 2))
    assert float(text.replace(",", "").replace("−", "-")) == pytest.approx(round(value, 2), abs=0.005)


def test_shares_become_percent_and_their_differences_points():
    assert show.percent(0.3141) == "31.4 %"
    assert show.percent(1.2, 0) == "120 %"
    assert show.percent(math.nan) == "n/a"
    assert show.points(0.03) == "+3.0 pts"
    assert show.points(-0.0001) == "0.0 pts"
    assert show.points(math.nan) == "n/a"


def test_a_sign_stands_only_before_what_is_above_zero():
    assert [show.signed(text) for text in ("1.2 M", "−1.2 M", "0.0", "n/a")] == ["+1.2 M", "−1.2 M", "0.0", "n/a"]


def test_days_and_months_are_words():
    assert show.day(date(2026, 10, 3)) == "3 Oct 2026"
    assert show.day("2026-10-31") == "31 Oct 2026"
    assert show.month("2026-02-28") == "Feb 2026"
    assert show.day_beside(date(2026, 9, 30), date(2026, 10, 31)) == "30 Sep"
    assert show.day_beside(date(2025, 10, 31), date(2026, 10, 31)) == "31 Oct 2025"


def test_a_count_agrees_with_its_noun():
    assert [show.count(n, "loans") for n in (0, 1, 6000)] == ["0 loans", "1 loan", "6,000 loans"]
    assert show.count(1, "batches") == "1 batch"


def test_a_measure_is_shown_in_its_own_unit():
    assert show.measure(ratio(1, 4, n=4, when_zero="nothing")) == "25.0 %"
    assert show.measure(Measure(1234, 1234, 1, 1234, "count")) == "1,234"
    assert show.measure(Measure(2.345, 2.345, 1, 9, "ratio")) == "2.35"
    assert show.measure(Measure.undefined("there is none", unit="share")) == "n/a"
