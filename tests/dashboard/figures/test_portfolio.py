"""Bars of the Portfolio page as data."""

from __future__ import annotations

import pandas as pd

from dashboard.figures.portfolio import change_bars, stuck_bars
from dashboard.theme import LIGHT

GROUPS = pd.DataFrame(
    {
        "product": ["Auto", "Home"],
        "arrears_balance": [3_000_000.0, 1_000_000.0],
        "share": [0.75, 0.25],
        "arrears_loans": [12, 1],
    }
)
PARTS = pd.DataFrame(
    {"product": ["Auto", "Home"], "before": [100.0, 900.0], "after": [400.0, 800.0], "change": [300.0, -100.0]}
)


def test_bars_of_the_stock_start_at_zero_in_the_scale_that_reads_best():
    made = stuck_bars(GROUPS, "light", by="product", height=300)
    (bar,) = made["data"]
    assert bar["x"] == [3.0, 1.0]
    assert bar["text"] == ["<b>3.00 M</b>", "<b>1.00 M</b>"]
    assert made["layout"]["xaxis"]["range"][0] == 0
    assert made["layout"]["xaxis"]["ticksuffix"] == " M"
    assert made["layout"]["yaxis"]["ticktext"] == ["<b>Auto</b><br>75 %, 12 loans", "<b>Home</b><br>25 %, 1 loan"]


def test_a_long_name_is_cut_on_the_axis_but_not_in_the_data():
    name = "A very long name of a branch in the north"
    made = stuck_bars(GROUPS.assign(product=[name, "Home"]), "light", by="product", height=300)
    assert made["data"][0]["y"][0] == name
    assert made["layout"]["yaxis"]["ticktext"][0].startswith("<b>A very long name of a bra…</b>")


def test_bars_of_a_change_go_both_ways_with_sign_and_colour():
    made = change_bars(PARTS, "light", by="product", height=300)
    (bar,) = made["data"]
    assert bar["x"] == [300.0, -100.0]
    assert bar["text"] == ["<b>+300</b>", "<b>−100</b>"]
    assert bar["marker"]["color"] == [LIGHT.bad, LIGHT.good]
    low, high = made["layout"]["xaxis"]["range"]
    assert low < -100
    assert high > 300


def test_a_change_of_nothing_is_drawn_around_zero():
    made = change_bars(PARTS.assign(change=0.0), "light", by="product", height=300)
    assert made["data"][0]["x"] == [0.0, 0.0]
    assert made["layout"]["xaxis"]["range"] == [0.0, 0.42]
