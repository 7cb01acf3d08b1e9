"""Sites side by side as data."""

from __future__ import annotations

import json
import math

import pandas as pd

from dashboard.figures.sites import MOST, NO_INTERVAL, site_dots
from dashboard.theme import LIGHT

NAN = math.nan
SITES = pd.DataFrame(
    [
        ("North", 900, 4000.0, 1600.0, 0.40, 0.36, 0.44, True, ""),
        ("South", 12, 100.0, 45.0, 0.45, NAN, NAN, False, "fewer than 30 placements: no interval"),
        ("East", 400, 2000.0, 600.0, 0.30, 0.25, 0.35, False, ""),
        ("West", 500, 2000.0, 400.0, 0.20, 0.17, 0.23, True, ""),
        ("Moon", 0, 0.0, 0.0, NAN, NAN, NAN, False, ""),
    ],
    columns=["branch", "loans", "balance", "cash", "rate", "low", "high", "differs", "why"],
)


def draw(sites=SITES, overall=0.31, height=300, mode="light"):
    return site_dots(sites, mode, by="branch", overall=overall, height=height)


def rates(made):
    """The words at the right edge."""
    return [note["text"] for note in made["layout"]["annotations"] if note.get("xref") == "paper" and note["x"] == 1]


def test_each_site_with_a_rate_is_a_dot_in_the_order_given_with_its_interval():
    *whiskers, dots = draw()["data"]
    assert (dots["y"], dots["x"]) == (["North", "South", "East", "West"], [40.0, 45.0, 30.0, 20.0])
    assert [(line["y"][0], line["x"]) for line in whiskers] == [
        ("North", [36.0, 44.0]),
        ("East", [25.0, 35.0]),
        ("West", [17.0, 23.0]),
    ]


def test_a_site_without_an_interval_is_a_ring_and_the_pointer_says_why():
    dots = draw()["data"][-1]
    assert dots["marker"]["color"] == [LIGHT.accent, LIGHT.surface, LIGHT.muted, LIGHT.accent]
    assert dots["marker"]["line"]["color"][1] == LIGHT.muted
    assert (
        dots["hovertext"][1]
        == "<b>South</b><br>45.0 %: 45 of 100<br>12 placements<br>fewer than 30 placements: no interval"
    )
    assert draw(SITES.drop(columns="why"))["data"][-1]["hovertext"][1].endswith(f"<br>{NO_INTERVAL}")


def test_a_side_is_a_word_and_only_where_the_difference_is_more_than_chance():
    assert rates(draw()) == ["<b>40.0 %</b> above", "<b>45.0 %</b>", "<b>30.0 %</b>", "<b>20.0 %</b> below"]


def test_all_together_are_a_line_with_its_rate():
    layout = draw()["layout"]
    assert [(line["x0"], line["x1"], line["yref"]) for line in layout["shapes"]] == [(31.0, 31.0, "paper")]
    assert "all 31.0 %" in [note["text"] for note in layout["annotations"]]


def test_without_a_rate_of_all_there_is_no_line_and_nothing_differs_from_it():
    made = draw(overall=NAN)
    assert made["layout"]["shapes"] == []
    assert rates(made) == ["<b>40.0 %</b>", "<b>45.0 %</b>", "<b>30.0 %</b>", "<b>20.0 %</b>"]


def test_the_axis_holds_every_interval_and_the_line_of_all():
    low, high = draw(overall=0.6)["layout"]["xaxis"]["range"]
    assert low < 17.0
    assert high > 60.0


def test_names_stand_above_their_rows_with_n_and_take_no_width_from_the_intervals():
    layout = draw()["layout"]
    over = [note for note in layout["annotations"] if note.get("xref") == "paper" and note["x"] == 0]
    assert [note["text"] for note in over] == [
        "<b>North</b>  n 900", "<b>South</b>  n 12", "<b>East</b>  n 400", "<b>West</b>  n 500",
    ]  # fmt: skip
    assert {(note["xanchor"], note["yanchor"], note["yshift"] > 0) for note in over} == {("left", "bottom", True)}
    assert layout["yaxis"]["showticklabels"] is False
    assert layout["margin"]["l"] < 20


def test_no_more_than_fifteen_sites_are_drawn():
    many = pd.concat([SITES.iloc[[2]].assign(branch=f"B{place}") for place in range(MOST + 3)])
    dots = draw(many, height=600)["data"][-1]
    assert dots["y"] == [f"B{place}" for place in range(15)]


def test_no_site_with_a_rate_draws_no_dots():
    made = draw(SITES[SITES["branch"] == "Moon"], overall=NAN)
    assert (made["data"], made["layout"]["annotations"]) == ([], [])


def test_one_site_whose_rate_is_that_of_all_still_has_an_axis():
    made = draw(SITES[SITES["branch"] == "South"], overall=0.45)
    low, high = made["layout"]["xaxis"]["range"]
    assert low < 45.0 < high
    json.dumps(made, allow_nan=False)
