"""The charts of a model's evidence: what is drawn is what was computed, with its intervals, in both colour modes."""

from __future__ import annotations

import json

import pytest

from dashboard.figures.models import calibration_dots, decile_bars, gains_line, roc_curve
from dashboard.figures.models_rate import rate_dots
from dashboard.figures.models_reasons import risk_shapes
from dashboard.theme import palette
from tests.dashboard.models_book import RATE

ROC = {"points": [[0, 0], [0, 0.5], [0.5, 0.5], [0.5, 1], [1, 1]],
       "ks": {"value": 0.5, "ci": [0.2, 0.8], "at": [0, 0.5], "n": 4, "events": 2}}  # fmt: skip
BINS = [
    {"predicted": 0.1, "observed": 0.12, "low": 0.05, "high": 0.2, "n": 50, "events": 6},
    {"predicted": 0.4, "observed": 0.3, "low": 0.2, "high": 0.45, "n": 51, "events": 15},
]
TENTHS = [
    {"share": 0.6, "low": 0.5, "high": 0.7, "lift": 2.0, "lift_ci": [1.7, 2.3], "n": 100, "events": 60, "captured": 0.6,
     "captured_ci": [0.5, 0.69], "loans_share": 0.5},
    {"share": 0.4, "low": 0.3, "high": 0.5, "lift": 0.7, "lift_ci": [0.5, 0.9], "n": 100, "events": 40, "captured": 1.0,
     "captured_ci": [0.96, 1.0], "loans_share": 1.0},
]  # fmt: skip
DRAWN = {
    "roc": lambda mode: roc_curve(ROC, mode, height=300),
    "calibration": lambda mode: calibration_dots(BINS, mode, height=300),
    "lift": lambda mode: decile_bars(TENTHS, 0.3, mode, height=300),
    "gains": lambda mode: gains_line(TENTHS, mode, height=300),
    "rate": lambda mode: rate_dots(RATE["deciles"], mode, height=300),
}


def trace(figure, name):
    return next(each for each in figure["data"] if each["name"] == name)


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_plain_small_and_wears_the_colours_of_its_mode(name):
    light, dark = DRAWN[name]("light"), DRAWN[name]("dark")
    assert len(json.dumps(light, allow_nan=False)) < 16_000
    assert palette("dark").surface in json.dumps(dark)
    assert palette("light").surface not in json.dumps(dark)


def test_the_curve_is_the_points_in_percent_and_its_largest_gap_says_its_interval():
    figure = DRAWN["roc"]("light")
    assert trace(figure, "score")["x"] == [0, 0, 50, 50, 100]
    assert trace(figure, "score")["y"] == [0, 50, 50, 100, 100]
    gap = trace(figure, "largest gap")
    assert (gap["x"], gap["y"]) == ([0], [50])
    assert gap["hovertext"] == ["<b>KS 0.500</b><br>95 % interval 0.200 to 0.800<br>n = 4"]


def test_bins_are_dots_with_their_intervals_and_n():
    dots = trace(DRAWN["calibration"]("light"), "observed")
    assert dots["x"] == pytest.approx([10, 40])
    assert dots["y"] == pytest.approx([12, 30])
    assert dots["error_y"]["array"] == pytest.approx([8, 15])
    assert dots["error_y"]["arrayminus"] == pytest.approx([7, 10])
    assert "n = 51" in dots["hovertext"][1]


def test_the_drawing_of_calibration_holds_every_interval():
    wide = [BINS[0] | {"high": 0.97}]
    assert calibration_dots(wide, "light", height=300)["layout"]["yaxis"]["range"] == [0, 100.0]


def test_tenths_are_bars_from_zero_with_intervals_and_the_share_of_all_as_a_line():
    figure = DRAWN["lift"]("light")
    assert trace(figure, "not recovered")["y"] == pytest.approx([60, 40])
    assert trace(figure, "not recovered")["error_y"]["array"] == pytest.approx([10, 10])
    assert figure["layout"]["yaxis"]["range"][0] == 0
    assert figure["layout"]["shapes"][0]["y0"] == pytest.approx(30)
    assert figure["layout"]["annotations"][0]["text"] == "all loans 30.0 %"


def test_gains_begin_at_nothing_and_end_with_everything():
    line = trace(DRAWN["gains"]("light"), "score")
    assert (line["x"], line["y"]) == ([0, 50, 100], [0, 60, 100])
    assert "95 % interval 50.0 % to 69.0 %" in line["hovertext"][1]
    assert trace(DRAWN["gains"]("light"), "interval")["fill"] == "toself"


def test_of_shares_three_ticks_are_drawn_that_have_room_on_a_phone():
    def shape(*values):
        return {"field": "x", "points": [{"value": at, "risk": 0.3, "low": 0.2, "high": 0.4, "n": 40} for at in values]}

    drawn = risk_shapes([shape(0.1, 0.3, 0.5, 0.7, 0.9), shape(1, 30, 120)], ["A", "B"], "light", height=300)
    assert drawn["layout"]["xaxis"]["tickvals"] == [0.1, 0.5, 0.9]
    assert "tickvals" not in drawn["layout"]["xaxis2"]
    assert [each["text"] for each in drawn["layout"]["annotations"]] == ["A", "B"]
