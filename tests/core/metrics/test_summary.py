"""The figures of the one-page summary, from their families, and their months."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from core.metrics.catalogue import definition
from core.metrics.funnel import funnel_measures
from core.metrics.promises import promise_measures
from core.metrics.roll import roll_measures
from core.metrics.summary import (
    COUNTER_FIGURES,
    KEY_FIGURES,
    kept_over_a_year,
    monthly_moves,
    summary_before,
    summary_measures,
    summary_trend,
)
from core.selection import Selection
from tests.contract.book import fake
from tests.core.metrics.flow_rows import flow, flows

OCTOBER = Selection(as_of=date(2026, 10, 31))


def test_there_are_eight_figures_and_three_that_show_their_price():
    found = summary_measures(fake(), OCTOBER)
    assert (len(KEY_FIGURES), len(COUNTER_FIGURES)) == (8, 3)
    for name in (*KEY_FIGURES, *COUNTER_FIGURES):
        assert found[name].unit == definition(name).unit, name


def test_each_figure_is_its_familys():
    reader, found = fake(), summary_measures(fake(), OCTOBER)
    rolls = roll_measures(reader, OCTOBER)
    expected = {
        "roll_forward_rate": rolls["roll_forward_rate"], "redefault_rate": rolls["redefault_rate"],
        "promises_kept_rate": promise_measures(reader, OCTOBER)["promises_kept_rate"],
        "intensity": funnel_measures(reader, OCTOBER)["intensity"],
    }  # fmt: skip
    assert {name: found[name].as_json() for name in expected} == {
        name: measure.as_json() for name, measure in expected.items()
    }


def test_months_that_are_not_over_are_not_compared():
    before = summary_before(fake(), OCTOBER.at(date(2026, 9, 30)), OCTOBER.at(date(2026, 10, 15)))
    assert "not over" in before["cash_month"].why
    assert before["outstanding"].is_defined


def test_the_trend_ends_with_the_figures_of_the_day():
    reader = fake()
    trend, now = summary_trend(reader, OCTOBER), summary_measures(reader, OCTOBER)
    newest = trend.iloc[-1]
    assert newest["as_of"] == "2026-10-31"
    for name in ("outstanding", "on_hold_share", "roll_forward_rate", "intensity", "promises_kept_rate"):
        assert newest[name] == pytest.approx(now[name].value, nan_ok=True), name


def test_what_rolled_and_how_often_loans_were_worked_month_by_month():
    found = monthly_moves(
        flows(
            flow("1-29", "30-59", 25.0, attempts=6, worked=2),
            flow("1-29", "1-29", 75.0),
            flow("Current", "30-59", 900.0),  # bystander: was not in arrears
            flow("new", "1-29", attempts=9, worked=9),  # bystander: nobody could work it at the opening
            flow("1-29", "charged off", 10.0, month="2026-09-30"),
        )
    )
    assert found["roll_forward_rate"].to_dict() == {"2026-09-30": 1.0, "2026-10-31": 0.25}
    assert found["intensity"].dropna().to_dict() == {"2026-10-31": 3.0}


def test_promises_are_taken_over_twelve_months_with_empty_ones_inside():
    told = pd.DataFrame({"month": ["2025-10-31", "2026-10-31"], "promises": [10, 4], "kept": [10, 1]})
    kept = kept_over_a_year(told)
    assert (kept["2025-10-31"], kept["2026-09-30"], kept["2026-10-31"]) == (1.0, 1.0, 0.25)
    assert kept_over_a_year(told.head(0)).empty
    assert kept_over_a_year(told, date(2026, 11, 12))["2026-11-30"] == 0.25
    assert kept_over_a_year(told, date(2026, 8, 1)).index[-1] == "2026-10-31"
