"""The roll matrix and its trend as data."""

from __future__ import annotations

import json
import math

import pandas as pd
import pytest

from dashboard.figures.roll import TINTS, roll_heat, roll_trend
from dashboard.theme import DARK, LIGHT, Palette
from tests.dashboard.test_theme import contrast

NAN = math.nan
COLUMNS = ["origin", "state", "share", "numerator", "denominator", "loans", "low", "high"]
MATRIX = pd.DataFrame(
    [
        ("Current", "Current", 0.9, 900.0, 1000.0, 10, NAN, NAN),
        ("Current", "1-29", 0.1, 100.0, 1000.0, 10, NAN, NAN),
        ("Current", "sold", 0.0, 0.0, 1000.0, 10, NAN, NAN),
        ("1-29", "Current", 0.004, 1.0, 250.0, 4, NAN, NAN),
        ("1-29", "1-29", 0.496, 124.0, 250.0, 4, NAN, NAN),
        ("1-29", "30-59", 0.3, 75.0, 250.0, 4, NAN, NAN),
        ("1-29", "paid", 0.1, 25.0, 250.0, 4, NAN, NAN),
        ("1-29", "charged off", 0.1, 25.0, 250.0, 4, NAN, NAN),
        ("1-29", "sold", 0.0, 0.0, 250.0, 4, NAN, NAN),
    ],
    columns=COLUMNS,
)
STATES = ["Current", "1-29", "30-59", "paid", "charged off"]


def shapes_of(made, kind):
    return [shape for shape in made["layout"]["shapes"] if shape["type"] == kind]


def test_rows_are_buckets_columns_are_states_and_a_state_nobody_reached_is_left_out():
    (cells,) = roll_heat(MATRIX, "light", weight="opening", height=300)["data"]
    assert (cells["y"], cells["x"]) == (["Current", "1-29"], STATES)
    assert cells["z"] == [[0.9, 0.1, None, None, None], [0.004, 0.496, 0.3, 0.1, 0.1]]


def test_a_share_below_half_a_percent_has_a_tint_but_no_number():
    (cells,) = roll_heat(MATRIX, "light", weight="opening", height=300)["data"]
    assert cells["text"] == [["90 %", "10 %", "", "", ""], ["", "50 %", "30 %", "10 %", "10 %"]]


def test_the_rows_say_how_many_loans_stand_behind_them():
    made = roll_heat(MATRIX, "light", weight="opening", height=300)
    assert made["layout"]["yaxis"]["ticktext"] == ["<b>Current</b><br>n 10", "<b>1-29</b><br>n 4"]


def test_every_cell_can_be_clicked_by_its_origin_and_state():
    (cells,) = roll_heat(MATRIX, "light", weight="opening", height=300)["data"]
    assert cells["customdata"][1] == [f"1-29|{state}" for state in STATES]


def test_the_pointer_tells_share_both_sums_n_and_what_the_move_means():
    (cells,) = roll_heat(MATRIX, "light", weight="opening", height=300)["data"]
    assert (
        cells["hovertext"][1][2] == "<b>1-29 to 30-59</b>: worse<br>30.0 % of the opening balance<br>75 of 250<br>n 4"
    )
    said = [text.split("</b>: ")[1].split("<br>")[0] for text in cells["hovertext"][1]]
    assert said == ["cured", "stays", "worse", "cured", "worse"]
    assert cells["hovertext"][0][2] == ""


def test_by_count_the_pointer_tells_loans_and_their_interval():
    counted = MATRIX.assign(numerator=3.0, denominator=4.0, low=0.1, high=0.6)
    (cells,) = roll_heat(counted, "light", weight="loans", height=300)["data"]
    assert cells["hovertext"][1][2].endswith("30.0 % of the loans<br>3 of 4<br>n 4<br>95 % interval 10.0 % to 60.0 %")


def test_what_stays_is_outlined_and_what_left_the_book_stands_behind_a_line():
    made = roll_heat(MATRIX, "light", weight="opening", height=300)
    boxes = [(box["x0"], box["x1"], box["y0"], box["y1"]) for box in shapes_of(made, "rect")]
    assert boxes == [(-0.5, 0.5, -0.5, 0.5), (0.5, 1.5, 0.5, 1.5)]
    assert [line["x0"] for line in shapes_of(made, "line")] == [2.5]


def test_a_bucket_without_stock_has_no_row_and_the_others_keep_their_outlines():
    """All were in arrears; some were cured: Current is a column and no row."""
    made = roll_heat(MATRIX[MATRIX["origin"] == "1-29"], "light", weight="opening", height=300)
    assert (made["data"][0]["y"], made["data"][0]["x"][:2]) == (["1-29"], ["Current", "1-29"])
    assert [(box["x0"], box["y0"]) for box in shapes_of(made, "rect")] == [(0.5, -0.5)]


def test_the_better_and_the_worse_side_are_told_in_words():
    words = {
        note["text"]: note for note in roll_heat(MATRIX, "light", weight="opening", height=300)["layout"]["annotations"]
    }
    assert (words["← better"]["x"], words["worse →"]["x"], words["left the book"]["x"]) == (-0.5, 2.5, 4.5)
    assert words["← better"]["font"]["color"] == LIGHT.good
    assert words["worse →"]["font"]["color"] == LIGHT.bad


def test_a_single_column_behind_the_line_has_a_label_that_fits():
    only_paid = MATRIX[MATRIX["state"] != "charged off"]
    made = roll_heat(only_paid, "light", weight="opening", height=300)
    assert "left" in [note["text"] for note in made["layout"]["annotations"]]


def test_where_nothing_left_there_is_neither_line_nor_label():
    stayed = MATRIX[MATRIX["state"].isin(["Current", "1-29", "30-59"])]
    made = roll_heat(stayed, "light", weight="opening", height=300)
    assert shapes_of(made, "line") == []
    assert not any("left" in note["text"] for note in made["layout"]["annotations"])


@pytest.mark.parametrize(("selected", "found"), [("1-29|30-59", 1), ("90-119|paid", 0), ("nonsense", 0), (None, 0)])
def test_the_chosen_cell_is_outlined_in_the_accent_and_an_unknown_one_is_not(selected, found):
    made = roll_heat(MATRIX, "dark", weight="opening", selected=selected, height=300)
    chosen = [box for box in shapes_of(made, "rect") if box["line"]["color"] == DARK.accent]
    assert [(box["x0"], box["y0"]) for box in chosen] == [(1.5, 0.5)] * found


def test_a_share_that_is_undefined_is_an_empty_cell():
    unknown = MATRIX.assign(share=MATRIX["share"].where(MATRIX["origin"] == "Current"))
    made = roll_heat(unknown, "light", weight="opening", height=300)
    assert made["data"][0]["z"][1] == [None, None]
    assert made["data"][0]["text"][1] == ["", ""]
    json.dumps(made, allow_nan=False)


def test_without_stock_there_is_no_matrix_and_no_words_about_one():
    made = roll_heat(MATRIX[:0], "light", weight="opening", height=300)
    assert (made["data"], made["layout"]["shapes"], made["layout"]["annotations"]) == ([], [], [])


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_numbers_can_be_read_on_every_tint_and_deeper_means_more(colours: Palette):
    def blended(depth: float) -> str:
        pairs = [(int(colours.series[at : at + 2], 16), int(colours.surface[at : at + 2], 16)) for at in (1, 3, 5)]
        return "#" + "".join(f"{round(over * depth + under * (1 - depth)):02X}" for over, under in pairs)

    assert [contrast(colours.ink, blended(depth)) >= 4.5 for _, depth in TINTS] == [True] * len(TINTS)
    assert list(TINTS) == sorted(TINTS)
    assert len({depth for _, depth in TINTS}) == len(TINTS)


TREND = pd.DataFrame(
    {
        "month": ["2026-07-31", "2026-08-31", "2026-10-31"], "origin": "1-29", "state": "30-59", "share": [0.2, 0.3, 0.25],
        "numerator": [20.0, 30.0, 25.0], "denominator": 100.0, "loans": [9, 8, 7], "low": [0.1, 0.2, 0.15], "high": [0.3, 0.4, 0.35],
    }
)  # fmt: skip


def test_a_month_that_is_missing_breaks_the_line_and_its_band():
    area, line = roll_trend(TREND, "light", height=200)["data"]
    assert line["x"] == ["2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31"]
    assert line["y"] == [20.0, 30.0, None, 25.0]
    assert area["x"].count(None) == 1
    assert line["hovertext"][2] == ""
    assert line["hovertext"][3] == "<b>Oct 2026</b><br>25.0 %, n 7<br>95 % interval 15.0 % to 35.0 %"
    assert line["customdata"][3] == "1-29|30-59|2026-10-31"


def test_a_panel_is_headed_by_its_cell_its_newest_share_and_n():
    made = roll_trend(TREND, "light", height=200)
    assert [note["text"] for note in made["layout"]["annotations"]] == ["<b>1-29 to 30-59</b>  25.0 %, n 7"]


def test_panels_share_one_scale_from_zero_and_do_not_touch():
    two = pd.concat([TREND, TREND.assign(origin="30-59", state="60-89", share=0.5, high=0.8)])
    layout = roll_trend(two, "light", height=300)["layout"]
    assert layout["yaxis"]["range"] == layout["yaxis2"]["range"] == [0, 92.0]
    assert layout["yaxis2"]["domain"][1] < layout["yaxis"]["domain"][0]
    assert layout["yaxis2"]["domain"][0] == 0


def test_shares_without_intervals_have_no_band_and_no_words_about_one():
    area, line = roll_trend(TREND.assign(low=NAN, high=NAN), "light", height=200)["data"]
    assert area["x"] == []
    assert line["hovertext"][0] == "<b>Jul 2026</b><br>20.0 %, n 9"


def test_a_cell_without_months_draws_nothing():
    assert roll_trend(TREND[:0], "light", height=200)["data"] == []
