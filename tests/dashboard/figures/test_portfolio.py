"""Bars of the Portfolio page as data."""

from __future__ import annotations

import pandas as pd

from dashboard import format as show
from dashboard.address import Why
from dashboard.figures.portfolio import marks, move_bars, stuck_bars
from dashboard.theme import LIGHT

GROUPS = pd.DataFrame(
    {
        "product": ["Auto", "Home"],
        "arrears_balance": [3_000_000.0, 1_000_000.0],
        "share": [0.75, 0.25],
        "arrears_loans": [1_200, 1],
        "why": [Why("in_arrears", {"product": "Auto"}), None],
    }
)
ROWS = pd.DataFrame(
    {
        "label": ["Volume", "Auto"], "amount": [120.0, -300.0], "tone": ["muted", "bad"], "hover": ["more of it", "rate falls"],
        "why": [Why("bridge_cash"), Why("bridge_cash", {"product": "Auto"})],
    }
)  # fmt: skip


def moved(rows: pd.DataFrame = ROWS, **more) -> dict:
    return move_bars(rows, "light", height=300, word=lambda amount: show.signed(show.money(amount)), **more)


def test_bars_of_the_stock_start_at_zero_in_the_scale_that_reads_best():
    made = stuck_bars(GROUPS, "light", by="product", height=300)
    (bar,) = made["data"]
    assert bar["x"] == [3.0, 1.0]
    assert bar["text"] == ["<b>3.00 M</b>", "<b>1.00 M</b>"]
    assert bar["customdata"] == ["why:why=in_arrears&cell=product~Auto", None]
    assert made["layout"]["xaxis"]["range"][0] == 0
    assert made["layout"]["xaxis"]["ticksuffix"] == " M"
    assert made["layout"]["yaxis"]["ticktext"] == ["<b>Auto</b><br>75 %, 1,200 loans", "<b>Home</b><br>25 %, 1 loan"]


def test_loans_are_counted_one_by_one():
    (bar,) = stuck_bars(GROUPS, "light", by="product", height=300, amount="arrears_loans")["data"]
    assert bar["x"] == [1200.0, 1.0]
    assert bar["text"] == ["<b>1,200</b>", "<b>1</b>"]


def test_a_long_name_is_cut_on_the_axis_but_not_in_the_data():
    name = "A very long name of a branch in the north"
    made = stuck_bars(GROUPS.assign(product=[name, "Home"]), "light", by="product", height=300)
    assert made["data"][0]["y"][0] == name
    assert made["layout"]["yaxis"]["ticktext"][0].startswith("<b>A very long name of a bra…</b>")


def test_movements_go_to_both_sides_of_zero_with_sign_colour_and_address():
    made = moved()
    (bar,) = made["data"]
    assert bar["x"] == [120.0, -300.0]
    assert bar["text"] == ["<b>+120</b>", "<b>−300</b>"]
    assert bar["marker"]["color"] == [LIGHT.muted, LIGHT.bad]
    assert bar["customdata"] == marks(ROWS["why"])
    assert bar["customdata"][1] == "why:why=bridge_cash&cell=product~Auto"
    low, high = made["layout"]["xaxis"]["range"]
    assert low == -high < -300


def test_a_name_stands_on_the_side_its_bar_leaves_free():
    names = {
        note["text"]: note["xanchor"]
        for note in moved()["layout"]["annotations"]
        if "y" in note and note["y"] in ("Volume", "Auto")
    }
    assert names == {"Volume": "right", "Auto": "left"}


def test_a_long_name_is_broken_after_its_comma():
    long = moved(ROWS.assign(label=["Volume", "Small balance, comfortable budget"]))
    assert "Small balance,<br>comfortable budget" in [note["text"] for note in long["layout"]["annotations"]]


def test_the_ends_are_said_where_there_are_any():
    said = [note["text"] for note in moved(head="<b>1 M</b> before", foot="<b>2 M</b> after")["layout"]["annotations"]]
    assert {"<b>1 M</b> before", "<b>2 M</b> after"} <= set(said)
    assert all(note["text"] for note in moved()["layout"]["annotations"])


def test_nothing_that_moved_is_drawn_around_zero():
    made = moved(ROWS.assign(amount=0.0))
    assert made["data"][0]["x"] == [0.0, 0.0]
    assert made["layout"]["xaxis"]["range"] == [-1.75, 1.75]
    assert moved(ROWS.head(0))["data"][0]["x"] == []
