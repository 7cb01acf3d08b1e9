"""A policy's worth and its moves as they are drawn."""

from __future__ import annotations

import pytest

from dashboard.figures.policy import move_matrix, value_forest


def test_gains_have_intervals_names_and_the_line_of_no_gain():
    row = {
        "words": "the rule in use",
        "value": 1820.0,
        "ci_low": 1016.0,
        "ci_high": 2624.0,
        "n": 2660,
        "outcome": "net_value",
    }
    drawn = value_forest([row], "light", height=200)
    interval, dot = drawn["data"]
    assert interval["x"] == pytest.approx([1.016, 2.624])
    assert dot["x"] == pytest.approx([1.82])
    assert "n = 2,660" in drawn["layout"]["annotations"][0]["text"]
    low, high = drawn["layout"]["xaxis"]["range"]
    assert low < 0 < 2.624 < high


def test_shares_are_drawn_in_points():
    row = {"words": "x", "value": 0.02, "ci_low": 0.01, "ci_high": 0.03, "n": 10, "outcome": "recovery_rate"}
    assert value_forest([row], "dark", height=200)["data"][1]["x"] == pytest.approx([2.0])


def test_who_stays_is_pale_who_moves_tinted_and_nobody_has_no_label():
    drawn = move_matrix([[10, 5], [0, 85]], ["Standard", "Legal"], "light", height=300)
    assert [note["text"] for note in drawn["layout"]["annotations"]] == [
        "<b>10</b><br>stay",
        "<b>5</b><br>5.0 %",
        "<b>85</b><br>stay",
    ]
    fills = [shape["fillcolor"] for shape in drawn["layout"]["shapes"]]
    assert fills[0] == fills[3] != fills[1]
    assert drawn["data"][0]["hovertext"][1] == "Standard now, Legal then: 5 loans"
