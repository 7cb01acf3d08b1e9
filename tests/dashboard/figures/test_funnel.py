"""The funnel as data."""

from __future__ import annotations

import math

import pandas as pd

from dashboard.figures.funnel import funnel_bars
from dashboard.theme import LIGHT

NAN = math.nan
STEPS = pd.DataFrame(
    [
        ("inventory", 1000, "", NAN, NAN, NAN),
        ("workable", 800, "inventory", 0.8, 0.75, 0.85),
        ("reached", 0, "workable", 0.0, 0.0, 0.01),
        ("promised", 4, "reached", NAN, NAN, NAN),
        ("paying", 200, "workable", 0.25, 0.2, 0.3),
    ],
    columns=["step", "loans", "before", "share_of_before", "low", "high"],
)


def texts(made):
    return [note["text"] for note in made["layout"]["annotations"]]


def test_each_step_is_a_bar_of_its_loans_from_zero():
    made = funnel_bars(STEPS, "light", height=300)
    bars = made["data"][0]
    assert (bars["y"][0], bars["x"]) == ("inventory", [1000, 800, 0, 4, 200])
    assert made["layout"]["xaxis"]["range"][0] == 0
    assert bars["customdata"] == STEPS["step"].tolist()


def test_names_and_numbers_stand_above_and_shares_say_of_what():
    assert texts(funnel_bars(STEPS, "light", height=300)) == [
        "<b>Inventory</b>  1,000", "<b>Workable</b>  800", "<b>Right party reached</b>  0", "<b>Promised</b>  4", "<b>Paying</b>  200",
        "80 % of all", "0 % of workable", "25 % of workable",
    ]  # fmt: skip


def test_the_interval_of_a_share_is_drawn_in_loans_of_the_step_it_is_a_share_of():
    whiskers = funnel_bars(STEPS, "light", height=300)["data"][1]
    assert whiskers["x"] == [750.0, 850.0, None, 0.0, 8.0, None, 160.0, 240.0, None]
    assert whiskers["y"] == ["workable", "workable", None, "reached", "reached", None, "paying", "paying", None]
    assert whiskers["line"]["color"] == LIGHT.ink


def test_the_pointer_tells_n_share_and_interval():
    told = funnel_bars(STEPS, "light", height=300)["data"][0]["hovertext"]
    assert told[1] == "<b>Workable</b><br>800 loans<br>80 % of all<br>95 % interval 75.0 % to 85.0 %"
    assert told[3] == "<b>Promised</b><br>4 loans"


def test_a_whisker_longer_than_every_bar_still_fits():
    wide = STEPS.iloc[:2].assign(loans=[1000, 990], high=[NAN, 1.2])
    assert funnel_bars(wide, "light", height=300)["layout"]["xaxis"]["range"][1] > 1200


def test_a_share_of_a_step_that_is_not_drawn_has_no_whisker():
    """A book without actions has no step between workable and paying; neither may the line hang in the air."""
    lone = STEPS.iloc[[4]]
    made = funnel_bars(lone, "light", height=300)
    assert made["data"][1]["x"] == []
    assert texts(made) == ["<b>Paying</b>  200", "25 % of workable"]


def test_a_funnel_of_nobody_has_bars_of_nothing_and_one_without_steps_has_none():
    nobody = STEPS.assign(loans=0, share_of_before=NAN, low=NAN, high=NAN)
    assert funnel_bars(nobody, "dark", height=300)["layout"]["xaxis"]["range"] == [0, 1]
    assert funnel_bars(STEPS[:0], "dark", height=300)["data"] == []
