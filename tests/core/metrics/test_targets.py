"""What may have a target, what is set for a month, the curve between ages, and the distance to it."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.metrics.measure import Measure, amount
from core.metrics.targets import BUDGET, LIQUIDATION, TARGET_METRICS, against_target, liquidation_target, target_of


def targets(*rows: tuple[str, str | None, float | None, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["metric", "month", "age_months", "value"])
    return frame.astype({"metric": "str", "month": "str", "age_months": float, "value": float})


SET = targets(
    ("cash_month", None, None, 1000.0),
    ("cash_month", "2026-09-30", None, 1200.5),
    ("penetration", "2026-10-31", None, 0.8),
    ("liquidation", None, 6, 0.3),
)


def test_the_metrics_that_may_have_a_target_are_the_ten_of_the_contract():
    assert set(TARGET_METRICS) == {
        "outstanding", "in_arrears", "recovery_rate", "cash_month", "cost_month", "cost_to_collect", "net_recovery",
        "promises_kept_rate", "penetration", "liquidation",
    }  # fmt: skip
    assert [name for name, metric in TARGET_METRICS.items() if metric.by_age] == [LIQUIDATION]
    assert BUDGET in TARGET_METRICS
    assert {metric.name for metric in TARGET_METRICS.values() if metric.better == "down"} == {
        "in_arrears", "cost_month", "cost_to_collect",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "day", "value"),
    [
        ("cash_month", date(2026, 9, 1), 1200.5),  # the month's own, on any day of it
        ("cash_month", date(2026, 9, 30), 1200.5),
        ("cash_month", date(2026, 10, 1), 1000.0),  # what holds always
        ("penetration", date(2026, 10, 15), 0.8),
    ],
)
def test_a_month_has_its_own_target_or_the_one_that_holds_always(metric, day, value):
    assert target_of(SET, metric, day) == value


@pytest.mark.parametrize(("metric", "month"), [("penetration", 11), ("outstanding", 10), ("liquidation", 10)])
def test_without_a_target_there_is_none_and_no_other_month_age_or_metric_lends_its_own(metric, month):
    assert math.isnan(target_of(SET, metric, date(2026, month, 1)))


def test_the_liquidation_target_is_a_straight_line_between_ages_from_nothing_at_placement():
    curve = liquidation_target(
        targets((LIQUIDATION, None, 4, 0.20), (LIQUIDATION, None, 2, 0.16), ("penetration", None, None, 0.9))
    )
    assert curve["age_months"].tolist() == [0, 1, 2, 3, 4]
    assert curve["value"].tolist() == pytest.approx([0.0, 0.08, 0.16, 0.18, 0.20])


def test_a_target_for_the_placement_month_itself_is_where_the_line_begins():
    curve = liquidation_target(targets((LIQUIDATION, None, 0, 0.02), (LIQUIDATION, None, 2, 0.10)))
    assert curve["value"].tolist() == pytest.approx([0.02, 0.06, 0.10])


def test_without_an_age_there_is_no_curve():
    curve = liquidation_target(targets(("penetration", None, None, 0.9)))
    assert (list(curve.columns), len(curve)) == (["age_months", "value"], 0)


@given(st.dictionaries(st.integers(0, 60), st.floats(0, 2), min_size=1))
def test_the_curve_passes_through_every_age_set_and_never_leaves_their_range(points):
    curve = liquidation_target(targets(*((LIQUIDATION, None, age, value) for age, value in points.items())))
    by_age = dict(zip(curve["age_months"], curve["value"], strict=True))
    assert list(by_age) == list(range(max(points) + 1))
    assert {age: by_age[age] for age in points} == pytest.approx(points)
    assert curve["value"].between(min(0, *points.values()) - 1e-12, max(points.values()) + 1e-12).all()


def test_the_distance_is_number_less_target_in_its_unit():
    assert against_target(amount(1100.10, n=3), 1200.30) == -100.20
    assert against_target(Measure(0.42, 42.0, 100.0, 9, "share"), 0.40) == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("measure", "target"),
    [(amount(10.0, n=1), np.nan), (Measure.undefined("there is no cash", unit="currency"), 5.0),
     (Measure.undefined("nothing was placed", unit="share"), 0.3)],
)  # fmt: skip
def test_an_undefined_number_or_an_absent_target_has_no_distance(measure, target):
    assert math.isnan(against_target(measure, target))
