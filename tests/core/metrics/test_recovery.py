"""Recovery to date, by month, and of cohorts at the same age, worked by hand."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.metrics.portfolio import portfolio_measures, portfolio_trend
from core.metrics.recovery import (
    cash_by_month,
    cohort_months,
    cohort_name,
    cohort_recovery,
    recovery_history,
)
from core.selection import Selection
from tests.contract.book import fake

MONTHS = ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31"]


def placed(*rows: tuple[str, int, float], product: str = "Auto") -> pd.DataFrame:
    return pd.DataFrame([(product, *row) for row in rows], columns=["product", "cohort", "loans", "balance"])


def cash(*rows: tuple[str, str, float], product: str = "Auto", effective: float | None = None) -> pd.DataFrame:
    """(cohort, month, cash), counted back as posted."""
    frame = pd.DataFrame([(product, *row) for row in rows], columns=["product", "cohort", "month", "cash"])
    return frame.assign(payments=1, cash_effective=frame["cash"] if effective is None else effective)


def test_the_rate_to_date_counts_what_was_placed_and_paid_up_to_each_month():
    history = recovery_history(
        placed((MONTHS[0], 2, 100.0), (MONTHS[2], 1, 300.0)),
        cash((MONTHS[0], MONTHS[0], 10.0), (MONTHS[0], MONTHS[1], 15.0), (MONTHS[2], MONTHS[2], 35.0)),
        MONTHS[:3],
    )
    assert history.to_dict("list") == {
        "month": MONTHS[:3],
        "loans": [2, 2, 3],
        "balance": [100.0, 100.0, 400.0],
        "cash": [10.0, 25.0, 60.0],
        "rate": [0.10, 0.25, 0.15],
    }


def test_before_anything_was_placed_the_rate_is_undefined_and_not_zero():
    history = recovery_history(placed((MONTHS[1], 1, 50.0)), cash((MONTHS[1], MONTHS[1], 5.0)), MONTHS[:2])
    assert math.isnan(history["rate"][0])
    assert history["rate"][1] == 0.1


def test_each_group_keeps_its_own_cash_and_the_bystander_counts_for_none():
    both = pd.concat([placed((MONTHS[0], 1, 100.0)), placed((MONTHS[0], 1, 200.0), product="Home")])
    paid = pd.concat([cash((MONTHS[0], MONTHS[0], 10.0)), cash((MONTHS[0], MONTHS[0], 99.0), product="never placed")])
    history = recovery_history(both, paid, MONTHS[:1], ["product"])
    assert history[["product", "cash", "rate"]].to_numpy().tolist() == [["Auto", 10.0, 0.1], ["Home", 0.0, 0.0]]


def test_nothing_placed_is_an_empty_history_with_its_columns():
    history = recovery_history(placed(), cash(), MONTHS, ["product"])
    assert history.empty
    assert list(history.columns) == ["product", "month", "loans", "balance", "cash", "rate"]


def test_the_last_rate_is_the_headline_number():
    reader, selection = fake(), Selection(as_of=date(2026, 10, 31))
    months = ["2026-08-31", "2026-09-30", "2026-10-31"]
    history = recovery_history(reader.placed(selection, ["cohort"]), reader.cash(selection, ["month"]), months)
    headline = portfolio_measures(reader, selection)["recovery_rate"]
    assert history["cash"].iloc[-1] == headline.numerator == 1650.33
    assert history["balance"].iloc[-1] == headline.denominator == 19300.35
    assert history["rate"].tolist() == portfolio_trend(reader, selection)["recovery_rate"].tolist()


def test_a_reversal_moves_cash_between_months_and_the_sum_stays():
    told = pd.DataFrame(
        {"month": MONTHS[:2], "payments": [2, 0], "cash": [100.0, -40.0], "cash_effective": [60.0, 0.0]}
    )
    by_month = cash_by_month(told, MONTHS[:3])
    assert by_month["cash"].tolist() == [100.0, -40.0, 0.0]
    assert by_month["moved"].tolist() == [40.0, -40.0, 0.0]
    assert by_month["payments"].tolist() == [2, 0, 0]
    assert by_month["cash"].sum() == by_month["cash_effective"].sum() == 60.0


def test_a_cohort_is_shown_at_an_age_only_once_its_last_month_has_reached_it():
    quarter = placed((MONTHS[0], 1, 100.0), (MONTHS[2], 1, 100.0))
    paid = cash((MONTHS[0], MONTHS[3], 30.0), (MONTHS[0], MONTHS[4], 8.0), (MONTHS[2], MONTHS[5], 12.0))
    in_june = cohort_recovery(quarter, paid, date(2026, 6, 30)).iloc[0]
    assert (in_june["cohort"], in_june["loans"], in_june["age"]) == ("2026 Q1", 2, 3)
    assert in_june["rate_3"] == 0.21  # 30 and 12 of 200; the 8 came four months after placement
    assert math.isnan(in_june["rate_6"])
    assert in_june["rate"] == 0.25
    a_day_earlier = cohort_recovery(quarter, paid, date(2026, 6, 29)).iloc[0]
    assert math.isnan(a_day_earlier["rate_3"])
    assert a_day_earlier["age"] == 2


def test_at_an_age_a_reversal_counts_back_to_its_payment_and_to_date_it_counts_as_posted():
    paid = cash((MONTHS[0], MONTHS[1], 50.0), (MONTHS[0], MONTHS[6], -50.0))
    paid["cash_effective"] = [0.0, 0.0]
    cohort = cohort_recovery(placed((MONTHS[0], 1, 100.0)), paid, date(2026, 7, 31), size="month").iloc[0]
    assert (cohort["cohort"], cohort["rate_3"], cohort["rate_6"], cohort["rate"]) == ("2026-01", 0.0, 0.0, 0.0)


def test_a_rate_above_one_is_kept():
    cohort = cohort_recovery(placed((MONTHS[0], 1, 100.0)), cash((MONTHS[0], MONTHS[1], 130.0)), date(2026, 4, 30))
    assert cohort["rate_3"].tolist() == [1.3]


def test_no_placement_is_an_empty_table_of_cohorts():
    cohorts = cohort_recovery(placed(), cash(), date(2026, 7, 31))
    assert list(cohorts.columns)[:3] == ["cohort", "first", "last"]
    assert len(cohorts) == 0


cents = st.integers(0, 10**7).map(lambda value: value / 100)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), cents), min_size=1, max_size=12))
def test_cohorts_hold_every_cent_once_whatever_their_size(payments):
    paid = cash(*((MONTHS[min(a, b)], MONTHS[max(a, b)], amount) for a, b, amount in payments))
    loans = placed(*((month, 1, 1000.0) for month in MONTHS))
    for size in ("month", "quarter"):
        cohorts = cohort_recovery(loans, paid, date(2026, 7, 31), size=size)
        assert round(cohorts["cash"].sum(), 2) == round(sum(amount for *_, amount in payments), 2)
        assert cohorts["balance"].sum() == 7000.0
        assert (cohorts["rate_3"].isna() | (cohorts["rate_3"] <= cohorts["rate"] + 1e-9)).all()


def test_a_quarter_has_the_months_that_are_named_by_it_and_any_other_word_is_itself():
    months = [str(day.date()) for day in pd.date_range("2024-01-31", "2027-12-31", freq="ME")]
    assert all(month in cohort_months(cohort_name(month, "quarter")) for month in months)
    assert cohort_months("2024 Q1") == ("2024-01-31", "2024-02-29", "2024-03-31")
    assert [cohort_months(word) for word in ("2026 Q5", "none", "2026-05-31")] == [
        ("2026 Q5",),
        ("none",),
        ("2026-05-31",),
    ]
