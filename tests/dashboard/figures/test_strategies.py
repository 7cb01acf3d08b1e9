"""Tables, lines and bars of the Strategies page as data."""

from __future__ import annotations

import math

import pandas as pd

from dashboard.address import Why
from dashboard.figures.strategies import outcome_bars, proposal_bars, segment_matrix, strategy_lines
from dashboard.theme import LIGHT, strategy_colour

RESULTS = pd.DataFrame(
    {
        "segment": ["steady", "steady", "stretched"],
        "strategy": ["Standard", "Legal", "Legal"],
        "net": [100.0, -50.0, math.nan],
        "why": [Why("loans"), Why("workable"), None],
    }
)


def test_the_matrix_shows_a_number_and_its_n_in_every_cell_and_grey_where_there_is_none():
    made = segment_matrix(
        RESULTS, "light", value="net", texts=["100", "−50", "n/a"], counts=["n = 3", "n = 2", "n = 1"], height=300
    )
    known, grey = made["data"]
    assert known["x"] == ["Standard", "Legal"]
    assert known["z"] == [[100.0, -50.0], [None, None]]
    assert (known["zmin"], known["zmax"]) == (-100.0, 100.0)
    assert grey["z"] == [[None, None], [1, 1]]
    assert known["customdata"] == [["why:why=loans", "why:why=workable"], [None, None]]
    assert (known["hoverinfo"], grey["hoverinfo"]) == ("none", "skip")  # what is skipped hears no click
    assert [label["text"] for label in made["layout"]["annotations"]][1] == "<b>−50</b><br>n = 2"


def test_a_segments_name_stands_whole_above_its_row_of_cells():
    made = segment_matrix(
        RESULTS.assign(segment="Small balance, early arrears"),
        "light",
        value="net",
        texts=["a"] * 3,
        counts=["b"] * 3,
        height=300,
    )
    name = made["layout"]["annotations"][-1]
    assert (name["text"], name["xref"], name["yanchor"]) == ("Small balance, early arrears", "paper", "bottom")
    assert made["data"][0]["y"] == [name["y"]]
    assert made["layout"]["yaxis"]["showticklabels"] is False


def test_many_segments_have_the_number_and_its_n_on_one_line():
    many = pd.DataFrame({"segment": [f"s{place}" for place in range(7)], "strategy": "Legal", "net": 1.0, "why": None})
    made = segment_matrix(many, "light", value="net", texts=["1"] * 7, counts=["n = 2"] * 7, height=400)
    assert made["layout"]["annotations"][0]["text"] == "<b>1</b>  n = 2"


def test_lines_have_the_strategies_own_colours_and_a_shared_scale():
    history = pd.DataFrame(
        {
            "strategy": ["Standard", "Standard", "Legal", "Legal"], "month": ["2026-09-30", "2026-10-31"] * 2,
            "value": [1000.0, 3000.0, 0.0, -500.0], "why": [Why("loans"), Why("workable"), None, None],
        }
    )  # fmt: skip
    made = strategy_lines(history, "light", value="value", kind="currency", height=300)
    assert [trace["y"] for trace in made["data"]] == [[1.0, 3.0], [0.0, -0.5]]
    assert [trace["line"]["color"] for trace in made["data"]] == [
        strategy_colour(name, "light") for name in ("Standard", "Legal")
    ]
    assert [trace["customdata"] for trace in made["data"]] == [["why:why=loans", "why:why=workable"], [None, None]]
    assert made["layout"]["yaxis"]["ticksuffix"] == " k"
    assert made["layout"]["yaxis"]["range"][0] == -0.5
    assert [label["text"] for label in made["layout"]["annotations"]] == ["Standard", "Legal"]


def test_a_share_is_drawn_in_percent_and_an_undefined_month_left_out():
    history = pd.DataFrame(
        {"strategy": "Legal", "month": ["2026-09-30", "2026-10-31"], "value": [math.nan, 0.25], "why": None}
    )
    made = strategy_lines(history, "light", value="value", kind="share", height=300)
    assert made["data"][0]["y"] == [None, 25.0]
    assert made["data"][0]["hovertext"] == ["n/a", "25.0 %"]


def test_proposals_are_bars_from_zero_and_hold_says_what_it_means():
    proposed = pd.DataFrame(
        {
            "proposed": ["Legal", "Hold"],
            "loans": [30, 10],
            "balance": [3000.0, 10.0],
            "share": [0.75, 0.25],
            "why": [Why("loans"), Why("workable")],
        }
    )
    made = proposal_bars(proposed, "light", height=200)
    (bar,) = made["data"]
    assert bar["x"] == [30, 10]
    assert bar["customdata"] == ["why:why=loans", "why:why=workable"]
    assert bar["text"] == ["<b>30</b>  75 %", "<b>10</b>  25 %"]
    assert bar["marker"]["color"] == [strategy_colour("Legal", "light"), LIGHT.faint]
    assert made["layout"]["xaxis"]["range"][0] == 0
    assert made["layout"]["yaxis"]["ticktext"] == ["Legal", "Hold (nobody<br>may work)"]


def test_outcomes_fill_the_bar_of_their_group_and_small_parts_carry_no_text():
    mix = pd.DataFrame(
        {
            "strategy": ["Legal", "Legal"], "recovery_status": ["Fully Recovered", "Written Off"], "loans": [95, 5],
            "share": [0.95, 0.05], "n": [100, 100],
        }
    )  # fmt: skip
    made = outcome_bars(mix, "light", by="strategy", height=200)
    assert [(trace["name"], trace["x"], trace["text"]) for trace in made["data"]] == [
        ("Fully Recovered", [95.0], ["95 %"]),
        ("Written Off", [5.0], [""]),
    ]
    assert made["data"][0]["y"] == ["<b>Legal</b><br>n = 100"]
    assert made["layout"]["barmode"] == "stack"
