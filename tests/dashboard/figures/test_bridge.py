"""The bridge of the stock as data."""

from __future__ import annotations

import pandas as pd
import pytest

from dashboard.figures.bridge import WORDS, stock_bridge
from dashboard.theme import LIGHT

LINES = pd.DataFrame(
    [
        ("opening", 41_800_000.0, 8120),
        ("new", 0.0, 0),
        ("fell_behind", 6_900_000.0, 1200),
        ("cured", -3_600_000.0, 800),
        ("cash", -2_900_000.0, 8120),
        ("written_off", -1_100_000.0, 90),
        ("reclassified", 250_000.0, -3),
        ("other", 0.001, 8120),
        ("closing", 41_350_000.0, 8300),
    ],
    columns=["line", "amount", "loans"],
)


def notes(made):
    return {note["text"]: note for note in made["layout"]["annotations"]}


def test_each_movement_is_a_bar_on_its_side_of_zero_in_the_bridges_order_and_lines_of_zero_are_left_out():
    (bars,) = stock_bridge(LINES, "light", height=300)["data"]
    assert bars["y"] == ["fell_behind", "cured", "cash", "written_off", "reclassified"]
    assert bars["x"] == pytest.approx([6.9, -3.6, -2.9, -1.1, 0.25])
    assert "base" not in bars
    assert bars["customdata"] == bars["y"]


def test_zero_is_in_the_middle_and_both_sides_have_the_same_scale():
    made = stock_bridge(LINES, "light", height=300)
    low, high = made["layout"]["xaxis"]["range"]
    assert low == -high < -6.9
    assert [(line["x0"], line["x1"]) for line in made["layout"]["shapes"]] == [(0, 0)]


def test_up_and_down_are_told_by_sign_and_by_word():
    made = stock_bridge(LINES, "light", height=300)
    assert made["data"][0]["text"][:2] == ["<b>+6.90 M</b>", "<b>−3.60 M</b>"]
    words = notes(made)
    assert (words["← less"]["xanchor"], words["more →"]["xanchor"]) == ("right", "left")


def test_a_name_stands_on_the_side_its_bar_leaves_free():
    words = notes(stock_bridge(LINES, "light", height=300))
    assert (words["New in arrears"]["y"], words["New in arrears"]["xanchor"]) == ("fell_behind", "right")
    assert (words["Cured"]["y"], words["Cured"]["xanchor"]) == ("cured", "left")


def test_the_totals_are_said_above_and_below_with_the_change_between_them():
    words = notes(stock_bridge(LINES, "light", height=300, opening="30 Sep 2026", closing="31 Oct 2026"))
    assert words["<b>30 Sep 2026 41.8 M</b>, 8,120 loans"]["y"] == 1
    assert words["<b>31 Oct 2026 41.4 M</b>, −450 k, 8,300 loans"]["y"] == 0


def test_what_came_in_is_good_what_grew_is_bad_and_what_was_given_up_is_neither():
    (bars,) = stock_bridge(LINES, "light", height=300)["data"]
    assert bars["marker"]["color"] == [LIGHT.bad, LIGHT.good, LIGHT.good, LIGHT.muted, LIGHT.bad]


def test_growth_of_the_whole_stock_is_not_bad_by_itself():
    (bars,) = stock_bridge(LINES, "light", height=300, more_is_bad=False)["data"]
    assert bars["marker"]["color"][0] == LIGHT.series
    assert bars["marker"]["color"][1] == LIGHT.good


def test_cash_that_was_taken_back_is_not_good():
    back = LINES.assign(amount=LINES["amount"].where(LINES["line"] != "cash", 5000.0))
    (bars,) = stock_bridge(back, "light", height=300)["data"]
    assert bars["marker"]["color"][2] == LIGHT.bad


def test_the_pointer_tells_the_amount_to_the_cent_and_whose_loans_are_counted():
    (bars,) = stock_bridge(LINES, "light", height=300)["data"]
    assert bars["hovertext"][1] == "<b>Cured</b><br>−3,600,000.00<br>800 loans"
    assert bars["hovertext"][2] == "<b>Cash</b><br>−2,900,000.00<br>over all 8,120 loans there"
    assert bars["hovertext"][4].endswith("<br>3 loans")


def test_a_movement_without_words_of_its_own_keeps_its_name():
    odd = LINES.replace({"line": {"cured": "sent_home"}})
    assert "Sent home" in notes(stock_bridge(odd, "light", height=300))


def test_a_month_in_which_nothing_moved_has_its_totals_and_no_bars():
    still = LINES[LINES["line"].isin(["opening", "closing"])].assign(amount=5.0)
    made = stock_bridge(still, "light", height=300)
    assert made["data"][0]["x"] == []
    assert list(notes(made)) == ["<b>Opening 5</b>, 8,120 loans", "<b>Closing 5</b>, 0, 8,300 loans"]


def test_every_line_of_the_metric_has_words():
    from core.metrics.bridge import LINES as NAMES

    assert set(WORDS) == set(NAMES) - {"opening", "closing"}
