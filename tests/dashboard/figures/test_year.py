"""The lines of the year."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from dashboard.figures.year import year_lines

MONTHS = ["2026-01-31", "2026-02-28"]
THIS = pd.DataFrame({"month": MONTHS, "to_date": [1_000_000.0, 2_500_000.0]})
LAST = pd.DataFrame({"month": ["2025-01-31", "2025-02-28"], "to_date": [900_000.0, 2_400_000.0]})
BUDGET = pd.DataFrame({"month": MONTHS, "to_date": [1_200_000.0, math.nan]})
NONE = BUDGET.assign(to_date=math.nan)


def test_the_lines_share_one_scale_and_the_months_of_any_year():
    drawn = year_lines(THIS, LAST, BUDGET, "light", height=250)
    assert [line["name"] for line in drawn["data"]] == ["budget", "last year", "this year"]
    assert [line["y"] for line in drawn["data"]] == [[1.2, None], pytest.approx([0.9, 2.4]), pytest.approx([1.0, 2.5])]
    assert all(line["x"] == ["Jan", "Feb"] for line in drawn["data"])
    assert drawn["layout"]["yaxis"]["ticksuffix"] == " M"
    assert drawn["layout"]["yaxis"]["range"][0] == 0
    assert drawn["data"][2]["hovertext"][1] == "<b>this year</b>, to Feb 2026<br>2.50 M"


def test_the_names_at_the_ends_keep_apart():
    notes = year_lines(THIS, LAST, BUDGET, "dark", height=250)["layout"]["annotations"]
    places = sorted(note["y"] for note in notes)
    assert len(places) == 3
    assert places[2] - places[1] > 0.2


def test_without_last_year_and_budget_there_is_one_line():
    drawn = year_lines(THIS.head(1), LAST.head(0), NONE, "light", height=250)
    assert [line["name"] for line in drawn["data"]] == ["this year"]
    assert drawn["data"][0]["mode"] == "lines+markers"


def test_more_taken_back_than_came_is_below_zero():
    assert (
        year_lines(THIS.assign(to_date=[-50.0, -10.0]), LAST.head(0), NONE, "light", height=250)["layout"]["yaxis"][
            "range"
        ][0]
        == -50.0
    )
