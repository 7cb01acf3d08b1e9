"""The forecast as data."""

from __future__ import annotations

import json
import math

import pandas as pd
import pytest

from dashboard.figures.forecast import forecast_fan
from dashboard.theme import LIGHT

HISTORY = pd.DataFrame(
    {"month": ["2026-07-31", "2026-08-31", "2026-10-31"], "value": [2_000_000.0, 2_500_000.0, 3_000_000.0]}
)
FORECAST = pd.DataFrame(
    {"month": ["2026-11-30", "2026-12-31"], "value": [3_100_000.0, 3_200_000.0], "low": [2_900_000.0, 2_800_000.0],
     "high": [3_300_000.0, 3_600_000.0]}
)  # fmt: skip
BUDGET = pd.DataFrame({"month": ["2026-10-31", "2026-11-30"], "value": [3_000_000.0, 3_150_000.0]})
EARLIER = pd.DataFrame(
    {"month": ["2026-08-31", "2026-10-31"], "value": [2_400_000.0, 4_000_000.0], "low": [2_300_000.0, 3_900_000.0],
     "high": [2_600_000.0, 4_300_000.0], "inside": [True, False]}
)  # fmt: skip


def named(made):
    return {trace["name"]: trace for trace in made["data"]}


def test_the_actual_line_breaks_at_a_missing_month():
    actual = named(forecast_fan(HISTORY, FORECAST, "light", height=300))["actual"]
    assert actual["x"] == ["2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31"]
    assert actual["y"] == [2.0, 2.5, None, 3.0]


def test_the_forecast_and_its_band_open_from_the_newest_actual():
    made = named(forecast_fan(HISTORY, FORECAST, "light", height=300))
    assert made["forecast"]["y"] == pytest.approx([3.0, 3.1, 3.2])
    assert made["forecast"]["line"]["dash"] == "dot"
    assert made["interval"]["x"] == ["2026-10-31", "2026-11-30", "2026-12-31", "2026-12-31", "2026-11-30", "2026-10-31"]
    assert made["interval"]["y"] == pytest.approx([3.0, 2.9, 2.8, 3.6, 3.3, 3.0])


def test_the_pointer_tells_the_interval_and_its_level_but_none_for_what_happened():
    told = named(forecast_fan(HISTORY, FORECAST, "light", height=300))["forecast"]["hovertext"]
    assert told[0] == "<b>Oct 2026</b>, forecast<br>3.00 M"
    assert told[1] == "<b>Nov 2026</b>, forecast<br>3.10 M<br>80 % interval 2.90 M to 3.30 M"


def test_the_budget_is_dashed_steps():
    line = named(forecast_fan(HISTORY, FORECAST, "light", height=300, budget=BUDGET))["budget"]
    assert (line["line"]["shape"], line["line"]["dash"], line["y"]) == ("hvh", "dash", pytest.approx([3.0, 3.15]))


@pytest.mark.parametrize("budget", [None, BUDGET[:0]])
def test_without_a_budget_nothing_is_drawn_or_said_of_one(budget):
    made = forecast_fan(HISTORY, FORECAST, "light", height=300, budget=budget)
    assert "budget" not in named(made)
    assert not any("budget" in note["text"] for note in made["layout"]["annotations"])


def test_earlier_forecasts_that_held_are_rings_and_those_that_missed_are_crosses():
    made = named(forecast_fan(HISTORY, FORECAST, "light", height=300, earlier=EARLIER))
    assert (made["held"]["x"], made["held"]["y"], made["held"]["marker"]["symbol"]) == (
        ["2026-08-31"],
        [2.4],
        "circle-open",
    )
    assert (made["missed"]["x"], made["missed"]["marker"]["symbol"], made["missed"]["marker"]["color"]) == (
        ["2026-10-31"], "x-thin-open", LIGHT.bad,
    )  # fmt: skip
    assert made["held"]["error_y"]["array"] == pytest.approx([0.2])
    assert made["held"]["error_y"]["arrayminus"] == pytest.approx([0.1])
    assert made["missed"]["hovertext"] == [
        "<b>Oct 2026</b>, forecast a month before: missed<br>4.00 M<br>80 % interval 3.90 M to 4.30 M"
    ]


def test_the_scale_starts_at_zero_and_holds_every_band():
    tall = EARLIER.assign(high=[2_600_000.0, 6_000_000.0])
    low, top = forecast_fan(HISTORY, FORECAST, "light", height=300, earlier=tall)["layout"]["yaxis"]["range"]
    assert low == 0
    assert top > 6.0


def test_an_amount_below_zero_is_not_cut_off():
    fallen = HISTORY.assign(value=[2_000_000.0, -500_000.0, 1_000_000.0])
    assert forecast_fan(fallen, FORECAST, "light", height=300)["layout"]["yaxis"]["range"][0] == -0.5


def test_lines_are_named_with_their_amounts_at_their_ends_and_the_names_do_not_meet():
    made = forecast_fan(HISTORY, FORECAST, "light", height=300, budget=BUDGET)["layout"]
    forecast, budget, now = made["annotations"]
    assert (forecast["text"], budget["text"]) == ("<b>forecast</b><br>3.20 M", "<b>budget</b><br>3.15 M")
    assert now["text"] == "<b>Oct 2026</b> 3.00 M"
    assert [(line["x0"], line["x1"]) for line in made["shapes"]] == [("2026-10-31", "2026-10-31")]
    low, top = made["yaxis"]["range"]
    assert abs(forecast["y"] - budget["y"]) >= (top - low) * 34 / (300 - 68)


def test_a_book_without_known_months_shows_its_forecast_alone():
    made = forecast_fan(HISTORY.assign(value=math.nan), FORECAST, "dark", height=300)
    assert named(made)["forecast"]["x"] == FORECAST["month"].tolist()
    json.dumps(made, allow_nan=False)


def test_without_a_forecast_the_history_stands_alone():
    made = forecast_fan(HISTORY, FORECAST[:0], "dark", height=300)
    assert named(made)["actual"]["y"][-1] == 3.0
    assert [note["text"] for note in made["layout"]["annotations"]] == ["<b>Oct 2026</b> 3.00 M"]
    assert "forecast" not in named(made)


def test_points_are_known_by_what_they_are_and_their_month():
    made = named(forecast_fan(HISTORY, FORECAST, "light", height=300, earlier=EARLIER))
    assert made["forecast"]["customdata"][1] == "forecast|2026-11-30"
    assert made["actual"]["customdata"][0] == "actual|2026-07-31"
    assert made["held"]["customdata"] == ["earlier|2026-08-31"]


def test_the_newest_months_name_stands_where_there_is_room():
    long, short = (
        forecast_fan(rows, FORECAST, "light", height=300)["layout"]["annotations"][-1]
        for rows in (HISTORY, HISTORY.tail(1))
    )
    assert (long["xanchor"], short["xanchor"]) == ("right", "left")
