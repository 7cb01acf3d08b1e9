"""Liquidation curves: by hand, against the cohorts of the recovery page, and over any book."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import TooLittleData
from core.metrics.recovery import cohort_recovery
from core.metrics.vintages import (
    between_cohorts,
    liquidation,
    liquidation_measures,
    matured,
    no_interval_because,
    pooled,
    up_to_age,
    vintage_table,
)
from core.selection import Selection
from tests.core.metrics.stub_reader import StubReader, a_book

MONTHS = [str(day.date()) for day in pd.date_range("2024-11-30", "2026-10-31", freq="ME")]
OCTOBER = date(2026, 10, 31)


def placed(*rows: tuple[str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["cohort", "loans", "balance"])


def cash(*rows: tuple[str, str, float]) -> pd.DataFrame:
    """(cohort, month, cash), counted back as posted."""
    frame = pd.DataFrame(rows, columns=["cohort", "month", "cash_effective"])
    return frame.assign(cash=frame["cash_effective"], payments=1)


def three_months() -> tuple[pd.DataFrame, pd.DataFrame]:
    """July 100 of 1000 placed, August 30 of 100, September 0 of 300; the bystander's cash was placed nowhere."""
    return (
        placed(("2026-07-31", 5, 1000.0), ("2026-08-31", 1, 100.0), ("2026-09-30", 2, 300.0)),
        cash(
            ("2026-07-31", "2026-07-31", 40.0),
            ("2026-07-31", "2026-09-30", 50.0),
            ("2026-07-31", "2026-10-31", 10.0),
            ("2026-08-31", "2026-09-30", 30.0),
            ("2026-05-31", "2026-09-30", 999.0),
        ),
    )


def test_a_curve_adds_up_the_cash_of_its_own_cohort_month_by_month():
    curves = liquidation(*three_months(), OCTOBER)
    july = curves[curves["cohort"] == "2026-07"]
    assert july["age"].tolist() == [0, 1, 2, 3]
    assert july["cash"].tolist() == [40.0, 40.0, 90.0, 100.0]
    assert july["rate"].tolist() == [0.04, 0.04, 0.09, 0.10]
    assert july["loans"].tolist() == [5] * 4
    assert curves.groupby("cohort")["age"].max().to_dict() == {"2026-07": 3, "2026-08": 2, "2026-09": 1}
    assert curves["reached"].all()
    assert curves.groupby("cohort")["cash"].max().sum() == 130.0


def test_a_month_that_is_not_over_is_shown_as_not_reached():
    curves = liquidation(*three_months(), date(2026, 10, 30))
    unreached = curves[~curves["reached"]]
    assert unreached[["cohort", "age"]].to_numpy().tolist() == [["2026-07", 3], ["2026-08", 2], ["2026-09", 1]]


def test_a_quarter_has_reached_an_age_only_with_its_last_month_and_shows_the_rest_as_not_reached():
    curves = liquidation(*three_months(), OCTOBER, "quarter")
    assert curves["cohort"].unique().tolist() == ["2026 Q3"]
    assert curves["age"].tolist() == [0, 1, 2, 3]
    assert curves["cash"].tolist() == [40.0, 70.0, 120.0, 130.0]
    assert curves["balance"].tolist() == [1400.0] * 4
    assert curves["reached"].tolist() == [True, True, False, False]


def test_a_reversal_counts_back_to_its_payment():
    told = cash(("2026-07-31", "2026-08-31", 0.0), ("2026-07-31", "2026-10-31", 0.0)).assign(cash=[50.0, -50.0])
    assert liquidation(placed(("2026-07-31", 1, 100.0)), told, OCTOBER)["cash"].tolist() == [0.0] * 4


def test_where_nothing_was_placed_the_rate_is_undefined_and_above_one_it_is_kept():
    curves = liquidation(
        placed(("2026-09-30", 1, 0.0), ("2026-10-31", 1, 10.0)), cash(("2026-10-31", "2026-10-31", 13.0)), OCTOBER
    )
    assert [math.isnan(rate) for rate in curves["rate"]] == [True, True, False]
    assert curves["rate"].iloc[2] == 1.3


def test_no_placement_is_no_curve_no_pool_and_no_table():
    curves = liquidation(placed(), cash(), OCTOBER)
    assert list(curves.columns) == ["cohort", "age", "loans", "balance", "cash", "rate", "reached"]
    assert curves.empty
    assert pooled(curves).empty
    assert vintage_table(curves).empty


def test_the_pool_holds_only_cohorts_that_reached_the_age_above_and_below_the_line():
    together = pooled(liquidation(*three_months(), OCTOBER)).set_index("age")
    assert together["cohorts"].to_dict() == {0: 3, 1: 3, 2: 2, 3: 1}
    assert together["loans"].to_dict() == {0: 8, 1: 8, 2: 6, 3: 5}
    assert together.loc[1, ["cash", "balance", "rate"]].tolist() == [70.0, 1400.0, 0.05]
    assert together.loc[2, ["cash", "balance"]].tolist() == [120.0, 1100.0]
    assert together.loc[3, "rate"] == 0.10


def test_the_interval_between_three_cohorts_worked_by_hand():
    """r = 70 / 1000; without each cohort 30/600, 40/700 and 70/700; two degrees of freedom: t = 4.303."""
    moves = [30 / 600 - 0.07, 40 / 700 - 0.07, 70 / 700 - 0.07]
    half = 4.303 * math.sqrt(2 / 3 * sum(move**2 for move in moves))
    three = pd.Series([40.0, 30.0, 0.0]), pd.Series([400.0, 300.0, 300.0])
    assert between_cohorts(*three) == pytest.approx((0.07 - half, 0.07 + half), abs=0.0015)
    assert between_cohorts(*three, lowest=0.0)[0] == 0.0
    assert no_interval_because(*three) == ""


@pytest.mark.parametrize(
    ("amounts", "balances", "reason"),
    [
        ([10.0, 30.0], [100.0, 100.0], "fewer than 3 cohorts"),
        ([10.0, 30.0, 9.0], [100.0, 300.0, 199.0], "one cohort holds more than half"),
        ([10.0, 20.0, 15.0], [100.0, 200.0, 150.0], "do not differ"),
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], "do not differ"),
    ],
)
def test_cohorts_that_cannot_show_how_sure_they_are_have_no_interval_and_a_reason(amounts, balances, reason):
    pair = pd.Series(amounts), pd.Series(balances)
    assert reason in no_interval_because(*pair)
    assert all(math.isnan(end) for end in between_cohorts(*pair))


def test_the_pool_says_at_each_age_why_it_has_no_interval():
    together = pooled(liquidation(*three_months(), OCTOBER)).set_index("age")
    assert together[["low", "high"]].isna().all(axis=None)
    assert "more than half" in together.loc[1, "why"]
    assert "fewer than 3" in together.loc[2, "why"]


@pytest.mark.parametrize(("share_of_first", "at_most"), [(0.0, 0.97), (0.3, 0.98), (0.49, 0.99)])
def test_the_interval_holds_the_rate_that_cohorts_come_from_about_19_times_in_20(share_of_first, at_most):
    """Months share a luck of their own. Where one month weighs most the interval is rather too wide."""
    rng = np.random.default_rng(20)
    worlds, cohorts, truth = 2_000, 12, 0.2
    balance = rng.uniform(500, 1_500, (worlds, cohorts))
    if share_of_first:
        balance[:, 0] = balance[:, 1:].sum(axis=1) * share_of_first / (1 - share_of_first)
    amount = balance * truth * rng.gamma(10, 0.1, (worlds, cohorts))
    ends = [between_cohorts(pd.Series(a), pd.Series(b)) for a, b in zip(amount, balance, strict=True)]
    held = np.mean([low <= truth <= high for low, high in ends])
    assert 0.925 <= held <= at_most


def test_the_table_reads_the_curves_at_their_marks():
    table = vintage_table(liquidation(*three_months(), OCTOBER), marks=(1, 3))
    assert table["cohort"].tolist() == ["2026-07", "2026-08", "2026-09"]
    assert table["age"].tolist() == [3, 2, 1]
    assert table["rate_1"].tolist() == [0.04, 0.30, 0.0]
    assert table["rate_3"].iloc[0] == 0.10
    assert table["rate_3"].iloc[1:].isna().all()
    assert vintage_table(liquidation(*three_months(), date(2026, 9, 29)))["age"].tolist() == [1, 0, -1]


def test_rows_can_be_kept_by_what_has_reached_an_age_and_by_what_came_up_to_it():
    loans, paid = three_months()
    assert matured(loans, OCTOBER, 2)["cohort"].tolist() == ["2026-07-31", "2026-08-31"]
    assert matured(loans, date(2026, 10, 30), 2)["cohort"].tolist() == ["2026-07-31"]
    assert up_to_age(paid, 2)["cash_effective"].tolist() == [40.0, 50.0, 30.0]


books = st.lists(
    st.tuples(st.integers(0, 23), st.integers(0, 23), st.integers(0, 10**7).map(lambda cents: cents / 100)), max_size=25
)
cohort_sets = st.sets(st.integers(0, 23), min_size=1, max_size=12)


def a_world(cohorts: set[int], payments: list[tuple[int, int, float]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    return (
        placed(*((MONTHS[at], at % 4 + 1, 100.0 * (at + 1)) for at in sorted(cohorts))),
        cash(*((MONTHS[min(a, b)], MONTHS[max(a, b)], amount) for a, b, amount in payments)),
    )


@settings(deadline=None, max_examples=25)
@given(cohort_sets, books, st.sampled_from(["month", "quarter"]), st.sampled_from([OCTOBER, date(2026, 10, 30)]))
def test_the_curves_pass_through_the_cohorts_of_the_recovery_page(cohorts, payments, size, as_of):
    world = a_world(cohorts, payments)
    curves = liquidation(*world, as_of, size)
    told = cohort_recovery(*world, as_of, size=size, marks=(0, 3, 6, 12))
    read = vintage_table(curves, marks=(0, 3, 6, 12))
    columns = ["cohort", "loans", "balance", "age", "rate_0", "rate_3", "rate_6", "rate_12"]
    pd.testing.assert_frame_equal(read[columns], told[columns], check_dtype=False)


@settings(deadline=None, max_examples=25)
@given(cohort_sets, books)
def test_without_reversals_a_curve_never_falls(cohorts, payments):
    curves = liquidation(*a_world(cohorts, payments), OCTOBER)
    assert (curves.groupby("cohort")["cash"].diff().dropna() >= 0).all()


@settings(deadline=None, max_examples=25)
@given(cohort_sets, books, st.integers(0, 12))
def test_cash_of_a_cohort_that_is_too_young_changes_nothing_at_that_age(cohorts, payments, age):
    loans, paid = a_world(cohorts, payments)
    as_of = date(2026, 10, 30)
    old = set(matured(loans, as_of, age)["cohort"])
    more = paid.assign(cash_effective=paid["cash_effective"].where(paid["cohort"].isin(old), 1e6))
    extra = cash(*((cohort, cohort, 5e5) for cohort in set(loans["cohort"]) - old))
    before, after = (pooled(liquidation(loans, told, as_of)) for told in (paid, pd.concat([more, extra])))
    columns = ["rate", "cohorts", "loans", "balance", "cash", "low", "high"]
    pd.testing.assert_frame_equal(before.loc[before["age"] == age, columns], after.loc[after["age"] == age, columns])


@settings(deadline=None, max_examples=25)
@given(cohort_sets, books)
def test_the_pool_is_the_sum_of_the_cash_over_the_sum_of_the_balance(cohorts, payments):
    curves = liquidation(*a_world(cohorts, payments), date(2026, 10, 30))
    together = pooled(curves)
    for row in together.itertuples():
        members = curves[(curves["age"] == row.age) & curves["reached"]]
        assert row.rate == pytest.approx(members["cash"].sum() / members["balance"].sum())
        assert row.rate == pytest.approx(np.average(members["rate"], weights=members["balance"]))
        assert row.cohorts == len(members)


@settings(deadline=None, max_examples=25)
@given(cohort_sets, books, books)
def test_two_halves_of_the_cash_add_up_to_the_whole(cohorts, one, other):
    halves = [pooled(liquidation(*a_world(cohorts, payments), OCTOBER))["cash"] for payments in (one, other)]
    whole = pooled(liquidation(*a_world(cohorts, [*one, *other]), OCTOBER))["cash"]
    assert (halves[0] + halves[1]).to_numpy() == pytest.approx(whole.to_numpy())


def test_the_measures_pool_what_has_matured_and_count_the_rest_as_left_out():
    reader = StubReader(a_book(date(2026, 10, 31)), **dict(zip(("placed", "cash"), three_months(), strict=True)))
    measures = liquidation_measures(reader, Selection(known_on=date(2026, 11, 3)))
    three = measures["liquidation_3m"]
    assert (three.value, three.numerator, three.denominator, three.n, three.excluded) == (0.10, 100.0, 1000.0, 5, 3)
    assert (three.unit, three.of) == ("share", "placements")
    assert "have not reached 3 months are left out" in three.why
    assert "no interval" in three.why
    assert math.isnan(three.low)
    assert set(measures) == {"liquidation_3m", "liquidation_6m", "liquidation_12m", "liquidation_24m"}
    six = measures["liquidation_6m"]
    assert (six.is_defined, six.excluded, six.why) == (False, 8, "no month of placements has reached 6 months")
    assert reader.known_on == date(2026, 11, 3)
    assert {selection.as_of for selection in reader.selections} == {OCTOBER}


def test_with_enough_months_a_measure_carries_the_interval_between_them():
    loans = placed(*((month, 1, 100.0) for month in MONTHS[:10]))
    paid = cash(*((month, month, float(at)) for at, month in enumerate(MONTHS[:10])))
    measure = liquidation_measures(StubReader(a_book(OCTOBER), placed=loans, cash=paid), Selection())["liquidation_12m"]
    assert (measure.value, measure.n, measure.excluded, measure.why) == (0.045, 10, 0, "")
    assert measure.interval == "between 10 months of placements"
    assert 0 <= measure.low < 0.045 < measure.high


def test_without_payments_or_placements_the_measures_say_so():
    loans, paid = three_months()
    silent = liquidation_measures(StubReader(a_book(OCTOBER, payments=False), placed=loans, cash=paid[:0]), Selection())
    assert {measure.why for measure in silent.values()} == {"this book has no payments"}
    empty = liquidation_measures(StubReader(a_book(OCTOBER), placed=placed(), cash=cash()), Selection())
    assert {measure.why for measure in empty.values()} == {"no loan was placed yet"}
    nothing_owed = StubReader(a_book(OCTOBER), placed=placed(("2026-07-31", 2, 0.0)), cash=paid)
    assert not liquidation_measures(nothing_owed, Selection())["liquidation_3m"].is_defined
    with pytest.raises(TooLittleData, match="holds no loans yet"):
        liquidation_measures(StubReader(a_book()), Selection())
