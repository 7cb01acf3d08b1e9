"""Shares month by month, as data."""

from __future__ import annotations

import math

import pandas as pd

from dashboard.figures.monthly import monthly_shares

SHARES = pd.DataFrame(
    [
        ("kept", "2026-08-31", 0.5, 4, 0.2, 0.8),
        ("kept", "2026-10-31", 0.25, 8, 0.1, 0.5),
        ("paid", "2026-10-31", 0.9, 10, math.nan, math.nan),
        ("bystander", "2026-10-31", 1.0, 1, 0.2, 1.0),
    ],
    columns=["name", "month", "share", "n", "low", "high"],
)
NAMES = {"paid": "Paid", "kept": "Kept", "asked": "Asked"}


def test_each_share_has_its_own_panel_from_zero_in_the_order_given_and_unnamed_ones_are_left_out():
    made = monthly_shares(SHARES, "light", names=NAMES, height=300)
    assert [trace["name"] for trace in made["data"]] == ["paid", "kept"]
    assert [note["text"] for note in made["layout"]["annotations"]] == [
        "<b>Paid</b>  90.0 %, n 10",
        "<b>Kept</b>  25.0 %, n 8",
    ]
    upper, lower = made["layout"]["yaxis"], made["layout"]["yaxis2"]
    assert upper["range"][0] == lower["range"][0] == 0
    assert upper["domain"][0] >= lower["domain"][1]


def test_a_missing_month_breaks_the_line_and_the_bar_through_a_dot_is_its_interval():
    _, kept = monthly_shares(SHARES, "dark", names=NAMES, height=300)["data"]
    assert kept["x"] == ["2026-08-31", "2026-09-30", "2026-10-31"]
    assert kept["y"] == [50.0, None, 25.0]
    assert kept["connectgaps"] is False
    assert [round(more) if more is not None else None for more in kept["error_y"]["array"]] == [30, None, 25]
    assert kept["hovertext"][0] == "<b>Aug 2026</b><br>50.0 %, n 4<br>95 % interval 20.0 % to 80.0 %"
    assert kept["hovertext"][1] == ""


def test_a_point_knows_which_share_and_month_it_is():
    paid, kept = monthly_shares(SHARES, "light", names=NAMES, height=300)["data"]
    assert (paid["customdata"], kept["customdata"][-1]) == (["paid|2026-10-31"], "kept|2026-10-31")


def test_the_whole_interval_is_inside_the_drawing_and_so_is_a_target():
    target = pd.DataFrame({"month": ["2026-09-30", "2026-10-31"], "value": [0.95, 0.95]})
    made = monthly_shares(SHARES, "light", names={"kept": "Kept"}, height=300, target=target)
    aim, dots = made["data"]
    assert (aim["name"], aim["y"]) == ("target", [95.0, 95.0])
    assert made["layout"]["yaxis"]["range"][1] > 95
    assert dots["name"] == "kept"


def test_without_rows_nothing_is_drawn():
    made = monthly_shares(SHARES[:0], "light", names=NAMES, height=300)
    assert (made["data"], made["layout"]["annotations"]) == ([], [])
