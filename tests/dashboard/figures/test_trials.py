"""Looks of a trial as they are drawn."""

from __future__ import annotations

import pytest

from dashboard.figures.trials import look_lines
from tests.strategy_book import look


def test_a_boundary_mirrors_itself_and_is_absent_where_nothing_can_be_claimed():
    looks = [look(1, "2026-08-01", 0.02, 0.02, limit=None), look(2, "2026-09-01", 0.01, 0.01)]
    drawn = look_lines(looks, "light", height=300, money=False, days=["2026-08-01", "2026-12-01"])
    _, above, below, line = drawn["data"]
    assert above["y"][0] is below["y"][0] is None
    assert above["y"][1] == pytest.approx(2.8)
    assert below["y"][1] == pytest.approx(-2.8)
    assert line["y"] == pytest.approx([2.0, 1.0])
    assert drawn["layout"]["xaxis"]["range"] == ["2026-07-24", "2026-12-09"]


def test_amounts_have_their_unit_and_a_look_without_a_value_is_left_out():
    looks = [look(1, "2026-08-01", 2_000.0, 900.0), {**look(2, "2026-09-01", 1.0, 1.0), "value": None}]
    drawn = look_lines(looks, "dark", height=300, money=True)
    assert drawn["data"][-1]["y"] == [2.0]
    assert drawn["layout"]["yaxis"]["ticksuffix"] == " k"


def test_a_look_without_an_interval_draws_none():
    drawn = look_lines(
        [look(1, "2026-08-01", 0.02, 0.02, low=None, high=None, always_low=None, always_high=None)],
        "light",
        height=300,
        money=False,
    )
    assert drawn["data"][-1]["error_y"]["array"] == [0.0]
    assert "interval" not in [trace["name"] for trace in drawn["data"]]
