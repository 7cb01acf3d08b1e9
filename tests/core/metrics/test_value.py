"""Net present value, netback and loss given default: published vectors, by hand, and over any stream."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.metrics.value import (
    discount,
    lgd,
    lgd_by_cohort,
    lgd_measure,
    netback,
    netback_by_strategy,
    netback_measure,
    npv,
    npv_measure,
    value_measures,
)
from core.selection import Selection
from tests.core.metrics.stub_reader import StubReader, a_book

OCTOBER = date(2026, 10, 31)
FEES = {"Standard": 0.0, "Settlement": 0.25, "Legal": 0.50}


def stream(name: str = "cash", **months: float) -> pd.DataFrame:
    """Amounts by month-end, keys like `m2026_10_31`."""
    days = [key[1:].replace("_", "-") for key in months]
    return pd.DataFrame({"month": pd.Series(days, dtype="str"), name: pd.Series(list(months.values()), dtype=float)})


def placed(*rows: tuple[str, str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["strategy", "cohort", "loans", "balance"])


def cash(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["strategy", "cohort", "month", "cash_effective"])
    return frame.assign(cash=frame["cash_effective"], payments=1)


def spent(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["cohort", "month", "cost"]).assign(costed=1)


BEFORE_PLACEMENT = spent(("none", "2025-06-30", 9.0))


def test_a_year_away_is_worth_a_year_of_discount_less():
    """110 in 365 days at 10 % is 100; over the 366 days of a leap year a little less."""
    assert npv(stream(m2027_10_31=110.0), None, OCTOBER, 0.10) == pytest.approx(100.0)
    assert npv(stream(m2024_12_31=110.0), None, date(2023, 12, 31), 0.10) == pytest.approx(100 * 1.1 ** (-1 / 365))


def test_costs_are_discounted_from_their_own_month():
    """1000 after 365 days and 500 after 730, less 200 at once: 1000 / 1.2 + 500 / 1.44 - 200 = 980.56."""
    brought = stream(m2027_10_31=1000.0, m2028_10_30=500.0)
    assert npv(brought, stream("cost", m2026_10_31=200.0), OCTOBER, 0.20) == pytest.approx(980.5556, abs=1e-4)


def test_an_empty_stream_is_worth_nothing():
    assert npv(stream(), stream("cost"), OCTOBER, 0.10) == 0.0


@pytest.mark.parametrize("rate", [-1.0, -1.5])
def test_a_discount_that_takes_all_is_a_fault(rate):
    with pytest.raises(ValueError, match="above -1"):
        discount(np.array([1]), rate)


amounts = st.lists(st.integers(-(10**6), 10**6).map(lambda cents: cents / 100), min_size=1, max_size=12)


@settings(deadline=None, max_examples=25)
@given(amounts, st.floats(0.0, 1.0))
def test_value_adds_up_and_without_discount_it_is_the_plain_sum(values, rate):
    months = [str(day.date()) for day in pd.date_range("2025-11-30", periods=len(values), freq="ME")]
    whole = pd.DataFrame({"month": months, "cash": values})
    assert npv(whole, None, OCTOBER, 0.0) == pytest.approx(sum(values), abs=1e-6)
    parts = [npv(whole.iloc[part], None, date(2025, 10, 31), rate) for part in (slice(0, 3), slice(3, None))]
    assert sum(parts) == pytest.approx(npv(whole, None, date(2025, 10, 31), rate), abs=1e-6)
    as_costs = whole.rename(columns={"cash": "cost"})
    assert npv(whole, as_costs, date(2025, 10, 31), rate) == pytest.approx(0.0, abs=1e-9)


def test_the_net_present_value_counts_the_12_months_up_to_the_day_and_none_before():
    """t0 is 31 October 2025: the cash of that month is the bystander."""
    paid = pd.concat(
        [cash(("Standard", "2025-08-31", month, value)) for month, value in
         (("2025-10-31", 999.0), ("2026-04-30", 500.0), ("2026-10-31", 110.0))]
    )  # fmt: skip
    costs = spent(("2025-08-31", "2025-10-31", 77.0), ("2025-08-31", "2026-10-31", 11.0))
    early = spent(("none", "2025-10-31", 6.0), ("none", "2025-12-31", 5.0), ("2025-08-31", "2026-10-31", 11.0))
    reader = StubReader(a_book(date(2025, 9, 30), OCTOBER), cash=paid, costs=costs, activity=early)
    measure = npv_measure(reader, Selection(), 0.10)
    assert measure.value == round(500 * 1.1 ** (-181 / 365) + 99 / 1.1, 2)
    assert (measure.n, measure.of, measure.unit) == (2, "payments", "currency")
    assert "12 months from 31 Oct 2025" in measure.why
    assert "cash 610.00 less costs 11.00" in measure.why
    assert "left out: 1 action before a placement, cost 5.00" in measure.why
    assert "the book begins" not in measure.why


def test_a_day_within_a_month_has_the_window_of_its_month():
    paid = cash(("Standard", "2025-08-31", "2025-10-31", 999.0), ("Standard", "2025-08-31", "2026-10-31", 110.0))
    reader = StubReader(a_book(OCTOBER), cash=paid, costs=spent(), activity=spent())
    assert npv_measure(reader, Selection(as_of=date(2026, 10, 15)), 0.10).value == 100.0


def test_without_costs_the_value_is_gross_and_says_so_and_so_does_a_book_that_is_younger_than_the_window():
    paid = cash(("Standard", "2026-08-31", "2026-10-31", 110.0))
    reader = StubReader(a_book(date(2026, 8, 31), OCTOBER, costs=False), cash=paid)
    measure = npv_measure(reader, Selection())
    assert measure.value == 100.0
    assert "this book has no costs, so none are taken off" in measure.why
    assert "the book begins on 31 Aug 2026" in measure.why


def test_the_published_netbacks():
    assert netback(0.30, 0.50) == pytest.approx(0.150)
    assert netback(0.18, 0.25) == pytest.approx(0.135)


@pytest.mark.parametrize("fee", [-0.1, 1.1, 25, math.nan])
def test_a_fee_in_percent_is_a_fault(fee):
    with pytest.raises(ValueError, match="between 0 and 1"):
        netback(0.3, fee)


def a_year_of_strategies() -> tuple[pd.DataFrame, pd.DataFrame]:
    """October 2025 has reached 12 months and November has not: its row and all its cash are bystanders."""
    return (
        placed(
            ("Legal", "2025-10-31", 3, 1000.0),
            ("Settlement", "2025-10-31", 2, 500.0),
            ("Settlement", "2025-09-30", 2, 500.0),
            ("not stated", "2025-10-31", 4, 800.0),
            ("Legal", "2025-11-30", 7, 9000.0),
        ),
        cash(
            ("Legal", "2025-10-31", "2026-10-31", 300.0),
            ("Settlement", "2025-10-31", "2025-12-31", 100.0),
            ("Settlement", "2025-09-30", "2026-09-30", 80.0),
            ("Settlement", "2025-09-30", "2026-10-31", 55.0),
            ("not stated", "2025-10-31", "2025-11-30", 400.0),
            ("Legal", "2025-11-30", "2025-12-31", 8000.0),
        ),
    )


def test_each_strategy_keeps_what_its_fee_leaves_at_12_months():
    """30 % at a fee of 50 % and 18 % at 25 %: the cheaper one brings back less gross and not much less net."""
    rows = netback_by_strategy(*a_year_of_strategies(), OCTOBER, FEES)
    assert rows["strategy"].tolist() == ["Settlement", "Legal", "not stated"]
    assert rows["cash"].tolist() == [180.0, 300.0, 400.0]
    assert rows["liquidation"].tolist() == [0.18, 0.30, 0.50]
    assert rows["netback"].tolist()[:2] == pytest.approx([0.135, 0.150])
    assert math.isnan(rows["netback"].iloc[2])


def test_no_placement_old_enough_has_no_netback():
    rows = netback_by_strategy(*a_year_of_strategies(), date(2026, 8, 31), FEES)
    assert rows.empty
    assert list(rows.columns) == ["strategy", "loans", "balance", "cash", "liquidation", "fee_share", "netback"]


def test_the_netback_of_the_book_pools_the_strategies_whose_fee_is_known():
    """(300 x .5 + 180 x .75) / 2000 = .1425; four placements have no strategy, seven are too young."""
    loans, paid = a_year_of_strategies()
    measure = netback_measure(StubReader(a_book(OCTOBER), placed=loans, cash=paid), Selection(), FEES)
    assert (measure.value, measure.numerator, measure.denominator) == (0.1425, 285.0, 2000.0)
    assert (measure.n, measure.excluded, measure.of) == (7, 11, "placements")
    assert "left out: 7 placements not yet 12 months old" in measure.why
    assert "left out: 4 placements under no strategy with a known fee" in measure.why


def test_where_every_fee_is_nothing_the_netback_says_that_it_is_the_liquidation():
    loans, paid = a_year_of_strategies()
    reader = StubReader(a_book(OCTOBER), placed=loans, cash=paid)
    said = "no fees are stated, so netback equals liquidation"
    assert said in netback_measure(reader, Selection(), dict.fromkeys(FEES, 0.0)).why
    assert said not in netback_measure(reader, Selection(), FEES).why


def test_where_nobody_stated_a_fee_the_netback_is_undefined_and_not_gross():
    loans, paid = a_year_of_strategies()
    measure = netback_measure(StubReader(a_book(OCTOBER), placed=loans, cash=paid), Selection(), {})
    assert not measure.is_defined
    assert (measure.n, measure.excluded) == (0, 18)
    assert "11 placements under no strategy with a known fee" in measure.why


def test_the_loss_given_default_is_what_was_owed_and_spent_less_what_came_back():
    assert lgd(1000.0, 50.0, 400.0) == 0.65
    assert lgd(1000.0, 0.0, 1100.0) == pytest.approx(-0.1)
    assert math.isnan(lgd(0.0, 10.0, 0.0))


def a_year_of_losses() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """October 2025: 110 after a year and a cost of 22 then; 10 at once; what comes later or is too young stands by."""
    return (
        placed(("Standard", "2025-10-31", 2, 1000.0), ("Standard", "2025-12-31", 1, 5000.0)),
        cash(
            ("Standard", "2025-10-31", "2025-10-31", 10.0),
            ("Standard", "2025-10-31", "2026-10-31", 110.0),
            ("Standard", "2025-10-31", "2026-11-30", 700.0),
            ("Standard", "2025-12-31", "2026-01-31", 4000.0),
        ),
        spent(("2025-10-31", "2026-10-31", 22.0), ("2025-12-31", "2026-01-31", 3.0)),
    )


def test_a_cohorts_loss_is_discounted_to_its_month_of_placement():
    """(1000 + 22 / 1.1 - 10 - 110 / 1.1) / 1000 = .91"""
    rows = lgd_by_cohort(*a_year_of_losses(), date(2026, 11, 30), 0.10)
    assert rows["cohort"].tolist() == ["2025-10-31"]
    assert rows.iloc[0][["loans", "ead"]].tolist() == [2, 1000.0]
    assert rows.iloc[0][["costs", "recoveries", "loss", "lgd"]].tolist() == pytest.approx([20.0, 110.0, 910.0, 0.91])


def test_without_discount_or_costs_the_loss_is_what_liquidation_leaves():
    loans, paid, _ = a_year_of_losses()
    rows = lgd_by_cohort(loans, paid, None, date(2026, 12, 31), 0.0)
    assert rows["lgd"].tolist() == pytest.approx([1 - 120 / 1000, 1 - 4000 / 5000])


def test_the_loss_of_the_book_says_what_it_leaves_out():
    loans, paid, costs = a_year_of_losses()
    reader = StubReader(a_book(OCTOBER), placed=loans, cash=paid, costs=costs, activity=BEFORE_PLACEMENT)
    measure = lgd_measure(reader, Selection())
    assert (measure.value, measure.numerator, measure.denominator) == (0.91, 910.0, 1000.0)
    assert (measure.n, measure.excluded, measure.of, measure.unit) == (2, 1, "placements", "share")
    assert "left out: 1 placement not yet 12 months old" in measure.why
    assert "left out: 1 action before a placement, cost 9.00" in measure.why


def test_a_loss_without_costs_says_so():
    loans, paid, _ = a_year_of_losses()
    measure = lgd_measure(StubReader(a_book(OCTOBER, costs=False), placed=loans, cash=paid), Selection())
    assert measure.value == 0.89
    assert "this book has no costs, so none are added" in measure.why


def test_costs_of_placements_alone_leave_nothing_to_name():
    loans, paid, costs = a_year_of_losses()
    measure = lgd_measure(
        StubReader(a_book(OCTOBER), placed=loans, cash=paid, costs=costs, activity=costs), Selection()
    )
    assert "before a placement" not in measure.why
    assert "no interval, because fewer than 3 cohorts are old enough" in measure.why
    assert math.isnan(measure.low)


def test_a_loss_below_0_keeps_an_interval_below_0():
    """Five months that recovered more than was owed: no floor hides it."""
    months = [str(day.date()) for day in pd.date_range("2025-01-31", periods=5, freq="ME")]
    loans = placed(*(("Standard", month, 1, 100.0) for month in months))
    paid = cash(*(("Standard", month, month, 110.0 + at) for at, month in enumerate(months)))
    measure = lgd_measure(StubReader(a_book(OCTOBER, costs=False), placed=loans, cash=paid), Selection())
    assert measure.value == pytest.approx(-0.12)
    assert measure.low < -0.12 < measure.high < 0
    assert measure.interval == "between 5 months of placements"


def test_the_three_values_come_together_and_a_book_without_payments_has_none():
    loans, paid, costs = a_year_of_losses()
    reader = StubReader(a_book(OCTOBER), placed=loans, cash=paid, costs=costs, activity=BEFORE_PLACEMENT)
    measures = value_measures(reader, Selection(), FEES)
    assert list(measures) == ["npv", "netback", "lgd_12m"]
    assert all(measure.is_defined for measure in measures.values())
    assert {selection.as_of for selection in reader.selections} == {OCTOBER}
    silent = value_measures(StubReader(a_book(OCTOBER, payments=False)), Selection(), FEES)
    assert {measure.why for measure in silent.values()} == {"this book has no payments"}
    assert [measure.unit for measure in silent.values()] == ["currency", "share", "share"]


def test_a_book_where_nothing_was_placed_has_no_netback_and_no_loss():
    reader = StubReader(a_book(OCTOBER), placed=placed(), cash=cash(), costs=spent(), activity=spent())
    assert netback_measure(reader, Selection(), FEES).why == "no loan was placed yet"
    assert lgd_measure(reader, Selection()).why == "no loan was placed yet"
