"""Recovery by strategy and age as it is drawn."""

from __future__ import annotations

import math

import pandas as pd

from dashboard.figures.curves import strategy_curves
from dashboard.theme import strategy_colour


def test_a_line_a_strategy_in_its_colour_with_a_band_where_there_is_an_interval():
    rows = pd.DataFrame(
        [("Standard", age, 0.1 * age, 3, 40, low, low + 0.1) for age, low in ((0, math.nan), (1, 0.05), (2, 0.15))]
        + [("Legal", 1, 0.2, 1, 9, math.nan, math.nan)],
        columns=["strategy", "age", "rate", "cohorts", "loans", "low", "high"],
    )
    drawn = strategy_curves(rows, "light", height=300)
    assert [trace["name"] for trace in drawn["data"]] == ["interval", "Standard", "Legal"]
    assert drawn["data"][1]["line"]["color"] == strategy_colour("Standard", "light")
    assert drawn["data"][2]["mode"] == "markers"
    assert [note["text"] for note in drawn["layout"]["annotations"]] == ["Standard", "Legal"]
    assert "n 40 placements of 3 months" in drawn["data"][1]["hovertext"][2]
