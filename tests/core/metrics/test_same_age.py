"""The newest cohort beside the earlier ones: at which age, and whether it differs by more than cohorts do anyway."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.metrics.recovery import cohort_recovery
from core.metrics.same_age import SameAge, same_age_by, same_age_change, usual_range
from tests.core.metrics.test_recovery import MONTHS, cash, placed


def test_no_cohort_compares_to_nothing():
    assert same_age_change(cohort_recovery(placed(), cash(), date(2026, 7, 31))) is None


def three_cohorts(product: str = "Auto", last: float = 5.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Months 1, 2 and 4; the first two recovered 20 of 100 and 60 of 200 within three months, the last `last` of 50."""
    return (
        placed((MONTHS[0], 1, 100.0), (MONTHS[1], 2, 200.0), (MONTHS[3], 3, 50.0), product=product),
        cash(
            (MONTHS[0], MONTHS[1], 20.0),
            (MONTHS[1], MONTHS[2], 60.0),
            (MONTHS[3], MONTHS[4], last),
            product=product,
        ),
    )


def test_the_newest_cohort_is_held_against_all_earlier_ones_pooled():
    cohorts = cohort_recovery(*three_cohorts(), date(2026, 7, 31), size="month")
    same = same_age_change(cohorts)
    assert same is not None
    assert (same.age, same.cohort, same.loans, same.earlier_cohorts, same.earlier_loans) == (3, "2026-04", 3, 2, 3)
    assert same.rate == 0.1
    assert same.earlier_rate == pytest.approx(80 / 300)
    assert same.change == pytest.approx(0.1 - 80 / 300)


def test_one_cohort_alone_is_no_comparison():
    cohorts = cohort_recovery(*three_cohorts(), date(2026, 4, 30), size="month")
    assert same_age_change(cohorts) is None


def test_groups_are_compared_at_the_age_and_cohort_of_the_whole_largest_fall_first():
    auto, home = three_cohorts(), three_cohorts("Home", last=40.0)
    lone = placed((MONTHS[3], 9, 900.0), product="new")
    both = [pd.concat(pair, ignore_index=True) for pair in zip(auto, home, strict=True)]
    whole = same_age_change(cohort_recovery(*three_cohorts(), date(2026, 7, 31), size="month"))
    assert whole is not None
    groups = same_age_by(pd.concat([both[0], lone]), both[1], date(2026, 7, 31), "product", whole)
    assert groups["product"].tolist() == ["Auto", "Home"]
    assert groups["rate"].tolist() == [0.1, 0.8]
    assert groups["loans"].tolist() == [3, 3]
    assert groups["change"].round(4).tolist() == [round(0.1 - 80 / 300, 4), round(0.8 - 80 / 300, 4)]


def cohorts(*rates: float, balance: float = 100.0) -> pd.DataFrame:
    names = [f"2025-{place:02d}" for place in range(1, len(rates) + 1)]
    return pd.DataFrame({"cohort": names, "loans": 2, "balance": balance, "rate_3": rates})


def judged(*rates: float) -> SameAge:
    same = same_age_change(cohorts(*rates), (3,))
    assert same is not None
    return same


# Four earlier cohorts of 20, 30, 25 and 25 %: 25 % together, spread sqrt(0.005 / 3) = 4.08 points, Student's t for three
# degrees of freedom 3.182, so one more like them lies within 3.182 x 4.08 x sqrt(1 + 1/4) = 14.5 points of 25 %.
@pytest.mark.parametrize(("newest", "clear"), [(0.11, False), (0.10, True), (0.39, False), (0.40, True), (0.25, False)])
def test_a_difference_is_clear_outside_where_another_cohort_like_them_would_lie(newest, clear):
    same = judged(0.2, 0.3, 0.25, 0.25, newest)
    assert (same.low, same.high) == pytest.approx((0.1047, 0.3953), abs=3e-4)
    assert (same.is_judged, same.is_clear) == (True, clear)


def test_fewer_than_three_earlier_cohorts_or_ones_that_are_all_alike_judge_nothing():
    for rates in ((0.2, 0.3, 0.9), (0.25, 0.25, 0.25, 0.25, 0.9)):
        same = judged(*rates)
        assert (same.is_judged, same.is_clear) == (False, False)
    assert judged(0.2, 0.3, 0.25, 0.9).is_judged


def test_large_cohorts_set_the_middle_and_the_lower_end_is_not_below_nothing():
    low, high = usual_range([0.1, 0.1, 0.4], [100.0, 100.0, 400.0])
    assert (low + high) / 2 > 0.3 or low == 0.0
    assert low == 0.0
    # pooled 30 %, spread sqrt((0.04 + 0.04 + 0.01) / 2) = 21.2 points, t = 4.303 (within 1 %), x sqrt(4 / 3)
    assert high == pytest.approx(0.3 + 4.303 * 0.2121 * 1.1547, rel=0.01)
    assert usual_range([-0.1, -0.2, -0.3], [1.0, 1.0, 1.0])[0] < -0.2  # reversals beyond the cash


def test_nothing_placed_tells_nothing():
    assert all(math.isnan(end) for end in usual_range([0.1, 0.2, 0.3], [0.0, 0.0, 0.0]))


def test_groups_looked_at_together_have_to_be_clearer():
    alone, together = (usual_range([0.2, 0.3, 0.25, 0.25], [1.0] * 4, among=among) for among in (1, 5))
    assert together[0] < alone[0]
    # t for 3 degrees of freedom with 0.5 % above it is 5.841
    assert together[1] == pytest.approx(0.25 + 5.841 * 0.040825 * math.sqrt(1.25), rel=0.01)


def test_one_more_cohort_of_the_same_kind_is_called_different_about_once_in_twenty():
    random, seen = np.random.default_rng(7), []
    for _ in range(4000):
        rates = random.normal(0.25, 0.04, size=6)
        seen.append(judged(*rates).is_clear)
    assert np.mean(seen) == pytest.approx(0.05, abs=0.012)


def test_a_group_is_clear_by_its_own_earlier_cohorts():
    months = MONTHS[:4]
    loans = [placed(*((month, 1, 100.0) for month in months), product=name) for name in ("Auto", "Home")]
    rates = {"Auto": (30.0, 31.0, 30.0, 5.0), "Home": (30.0, 10.0, 50.0, 20.0)}
    paid = [cash(*((m, m, c) for m, c in zip(months, rates[name], strict=True)), product=name) for name in rates]
    day = date(2026, 7, 31)
    whole = replace(judged(0.3, 0.2, 0.4, 0.1), cohort="2026-04", age=3)
    groups = same_age_by(pd.concat(loans), pd.concat(paid), day, "product", whole)
    assert groups[["product", "is_clear"]].values.tolist() == [["Auto", True], ["Home", False]]
