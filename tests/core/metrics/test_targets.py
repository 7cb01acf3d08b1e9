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
from core.metrics.targets import (
    BUDGET,
    LIQUIDATION,
    MONTH_NOT_OVER,
    MONTH_TOLD_IN_PART,
    NO_TARGET,
    NO_TARGET_POSSIBLE,
    OF_THE_WHOLE_BOOK,
    TARGET_METRICS,
    Target,
    against_target,
    liquidation_target,
    target_for,
    target_of,
)
from core.records import Book
from core.selection import Selection


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


WHOLE, AUTO = Selection(), Selection(filters={"product": ("Auto",)})
END, WITHIN = date(2026, 10, 31), date(2026, 10, 30)
RULES = targets(
    ("cash_month", None, None, 1000.0),
    ("cost_to_collect", "2026-10-31", None, 0.2),
    ("in_arrears", None, None, 500.0),
    ("in_arrears", "2026-09-30", None, 450.0),
    ("outstanding", None, None, 900.0),
    ("recovery_rate", "2026-10-31", None, 0.3),
    ("promises_kept_rate", None, None, 0.6),
    ("penetration", "2026-09-30", None, 0.8),
    ("penetration", "2026-10-31", None, 0.9),
    ("liquidation", None, 6, 0.24),
)


@pytest.mark.parametrize(
    ("name", "day", "value", "why"),
    [
        ("cash_month", END, 1000.0, ""),
        ("cash_month", WITHIN, None, MONTH_NOT_OVER),  # though it holds always: of each whole month
        ("cost_to_collect", WITHIN, None, MONTH_NOT_OVER),
        ("cost_to_collect", date(2026, 9, 30), None, NO_TARGET),
        ("in_arrears", WITHIN, 500.0, ""),  # holds always, and so on any day
        ("in_arrears", date(2026, 9, 29), None, MONTH_NOT_OVER),  # September has its own, which is about its end
        ("in_arrears", date(2026, 9, 30), 450.0, ""),
        ("recovery_rate", END, 0.3, ""),
        ("recovery_rate", WITHIN, None, MONTH_NOT_OVER),
        ("promises_kept_rate", WITHIN, 0.6, ""),
        ("penetration", END, 0.9, ""),
        ("penetration", WITHIN, 0.8, ""),  # it is of September, the newest month that is over
        ("liquidation_6m", WITHIN, 0.24, ""),
        ("liquidation_3m", WITHIN, 0.12, ""),
        ("liquidation_12m", END, None, NO_TARGET),
        ("liquidation_xm", END, None, NO_TARGET_POSSIBLE),
        ("liquidation", END, None, NO_TARGET_POSSIBLE),
        ("loans_in_arrears", END, None, NO_TARGET_POSSIBLE),
        ("cure_rate", END, None, NO_TARGET_POSSIBLE),
        ("forecast_cash_next_month", date(2026, 11, 30), 1000.0, ""),
        ("forecast_arrears_next_month", date(2026, 9, 30), 450.0, ""),
    ],
)
def test_a_number_is_held_against_the_target_of_its_own_whole_month_or_age(name, day, value, why):
    found = target_for(RULES, name, WHOLE, day)
    assert (found.value if value is not None else None, found.why) == (
        pytest.approx(value) if value is not None else None,
        why,
    )
    assert found.is_defined == (value is not None)


@pytest.mark.parametrize("name", ["cash_month", "in_arrears", "outstanding", "forecast_cash_next_month"])
def test_an_amount_of_the_whole_book_is_not_held_against_a_part(name):
    assert target_for(RULES, name, AUTO, END) == Target(why=OF_THE_WHOLE_BOOK)


@pytest.mark.parametrize("name", ["recovery_rate", "promises_kept_rate", "liquidation_6m"])
def test_a_rate_stands_beside_that_of_a_part_which_neither_meets_nor_misses_it(name):
    whole, part = (target_for(RULES, name, selection, END) for selection in (WHOLE, AUTO))
    assert (part.value, part.of_whole_book, whole.of_whole_book) == (whole.value, True, False)
    below = Measure(0.01, 1.0, 100.0, 9, "share")
    assert (whole.met_by(below), part.met_by(below)) == (False, None)


@pytest.mark.parametrize(
    ("name", "value", "met"),
    [
        ("cash_month", 1000.0, True), ("cash_month", 1000.01, True), ("cash_month", 999.99, False),
        ("in_arrears", 500.0, True), ("in_arrears", 500.01, False), ("in_arrears", 499.99, True),
        ("outstanding", 901.0, None), ("outstanding", 900.0, None),  # more of it is neither better nor worse
        ("forecast_cash_next_month", 5.0, None),
    ],
)  # fmt: skip
def test_the_better_side_meets_a_target_and_without_one_nothing_does(name, value, met):
    assert target_for(RULES, name, WHOLE, END).met_by(amount(value, n=3)) is met


def test_nothing_meets_an_absent_target_and_an_undefined_number_meets_none():
    assert target_for(RULES, "net_recovery", WHOLE, END).met_by(amount(5.0, n=1)) is None
    assert target_for(RULES, "cash_month", WHOLE, END).met_by(Measure.undefined("no", unit="currency")) is None


def test_a_target_stands_where_an_earlier_day_would_without_an_interval_of_its_own():
    now = Measure(0.2, 2.0, 10.0, 10, "share", low=0.1, high=0.3, interval="Wilson")
    beside = target_for(RULES, "promises_kept_rate", WHOLE, END).beside(now)
    assert (beside.value, math.isnan(beside.low), beside.interval) == (0.6, True, "")
    absent = target_for(RULES, "net_recovery", WHOLE, END).beside(amount(1.0, n=1))
    assert (absent.is_defined, absent.why, absent.unit) == (False, NO_TARGET, "currency")


@pytest.mark.parametrize(
    ("name", "payments", "actions", "why"),
    [
        ("cash_month", date(2026, 10, 31), None, ""),
        ("cash_month", date(2026, 10, 30), date(2026, 11, 5), MONTH_TOLD_IN_PART),
        ("cash_month", date(2026, 11, 2), date(2026, 10, 5), ""),  # its payments are told, whatever of the actions
        ("cost_to_collect", date(2026, 11, 2), date(2026, 10, 5), MONTH_TOLD_IN_PART),
        ("net_recovery", date(2026, 10, 5), date(2026, 11, 2), NO_TARGET),
        (
            "recovery_rate",
            date(2026, 10, 5),
            date(2026, 10, 5),
            "",
        ),  # of the day, and its note says up to when it is known
        ("forecast_cash_next_month", date(2026, 10, 5), None, ""),
    ],
)
def test_a_month_that_the_files_told_in_part_is_held_against_nothing(name, payments, actions, why):
    book = Book("own", 1, (END,), "", 1, True, True, True, False, True, None, False, payments, actions)
    assert target_for(RULES, name, WHOLE, END, book).why == why
