"""Effects as they are drawn."""

from __future__ import annotations

import pytest

from dashboard.figures.effects import effect_forest, group_forest, love_plot
from dashboard.theme import LIGHT, strategy_colour

ROW = {"strategy": "Legal", "naive": -0.158, "adjusted": 0.059, "ci_low": 0.035, "ci_high": 0.083, "bound_low": 0.022, "bound_high": 0.096,
       "n": 812, "words": "Legal in words"}  # fmt: skip
REFUSED = {"strategy": "Settlement", "naive": -0.1, "adjusted": None, "ci_low": None, "ci_high": None, "bound_low": None, "bound_high": None,
           "n": 12, "words": "refused", "note": "n/a: not comparable"}  # fmt: skip


def test_what_happened_is_hollow_what_was_caused_filled_with_interval_inside_the_bound():
    drawn = effect_forest([ROW], "light", height=300, money=False)
    naive, bound, interval, caused = drawn["data"]
    assert (naive["name"], caused["name"]) == ("as it happened", "caused")
    assert naive["marker"]["color"] == LIGHT.surface
    assert caused["marker"]["color"] == strategy_colour("Legal", "light")
    assert interval["x"] == pytest.approx([3.5, 8.3])
    assert bound["x"] == pytest.approx([2.2, 9.6])
    assert bound["line"]["width"] < interval["line"]["width"]
    assert [shape["x0"] for shape in drawn["layout"]["shapes"]] == [0]


def test_a_refused_effect_has_its_words_in_place_of_a_dot():
    drawn = effect_forest([REFUSED], "dark", height=300, money=False)
    assert [trace["name"] for trace in drawn["data"]] == ["as it happened"]
    assert "n/a: not comparable" in [note["text"] for note in drawn["layout"]["annotations"]]


def test_amounts_share_one_scale_and_zero_is_always_in_sight():
    rows = [
        {
            **ROW,
            "naive": -3900.0,
            "adjusted": 1240.0,
            "ci_low": 430.0,
            "ci_high": 2040.0,
            "bound_low": None,
            "bound_high": None,
        }
    ]
    drawn = effect_forest(rows, "light", height=300, money=True)
    assert drawn["layout"]["xaxis"]["title"]["text"] == "k a loan"
    low, high = drawn["layout"]["xaxis"]["range"]
    assert low < -3.9 < 0 < 2.04 < high


def test_groups_stand_in_rows_with_each_strategys_n_beside_its_dot():
    rows = [{"group": group, "strategy": name, "raw": 0.02, "adjusted": None if group == "Home" and name == "Legal" else 0.03, "ci_low": 0.01,
             "ci_high": 0.05, "n": 40, "words": "x"} for group in ("Auto", "Home") for name in ("Settlement", "Legal")]  # fmt: skip
    drawn = group_forest(rows, "light", height=400, money=False)
    said = [note["text"] for note in drawn["layout"]["annotations"]]
    assert said.count("Settlement, n = 40") == 2
    assert "Legal: n/a, n = 40" in said
    assert sum(trace["name"] == "caused" for trace in drawn["data"]) == 3


def test_the_love_plot_draws_absolute_differences_and_the_line_of_what_may_remain():
    rows = [{"fact": "days past due", "strategy": "Legal", "before": -0.54, "after": 0.02}]
    drawn = love_plot(rows, "light", height=300)
    assert [trace["x"] for trace in drawn["data"]] == [[0.54], [0.02]]
    assert drawn["layout"]["shapes"][0]["x0"] == 0.1
