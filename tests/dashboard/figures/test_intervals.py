"""Bands and gaps: nothing is drawn where nothing is known."""

from __future__ import annotations

import math

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.intervals import band, plain, spelled, with_gaps

NAN = math.nan


def test_a_band_goes_out_along_its_lower_line_and_back_along_its_upper_one():
    made = band([0, 1], [1.0, 2.0], [5.0, 6.0], "rgba(0,0,0,0.1)")
    assert (made["x"], made["y"]) == ([0, 1, 1, 0], [1.0, 2.0, 6.0, 5.0])
    assert (made["fill"], made["hoverinfo"]) == ("toself", "skip")


def test_a_band_breaks_where_either_end_is_unknown():
    made = band([0, 1, 2, 3], [1.0, NAN, 1.0, 1.0], [2.0, 2.0, NAN, 2.0], "rgba(0,0,0,0.1)", yaxis="y2")
    assert made["x"] == [0, 0, None, 3, 3]
    assert made["y"] == [1.0, 2.0, None, 1.0, 2.0]
    assert made["yaxis"] == "y2"


def test_a_band_of_part_of_a_frame_takes_its_rows_by_place_not_by_label():
    rows = pd.DataFrame({"low": [1.0, 2.0, 3.0], "high": [4.0, 5.0, 6.0]}).iloc[1:]
    assert band(["b", "c"], rows["low"], rows["high"], "red")["y"] == [2.0, 3.0, 6.0, 5.0]


@given(
    st.lists(st.tuples(st.one_of(st.just(NAN), st.floats(0, 1)), st.one_of(st.just(NAN), st.floats(1, 2))), max_size=9)
)
def test_a_band_holds_every_known_place_twice_and_no_other(ends):
    low, high = [end for end, _ in ends], [end for _, end in ends]
    known = [place for place, pair in enumerate(ends) if not any(math.isnan(end) for end in pair)]
    drawn = [place for place in band(range(len(ends)), low, high, "red")["x"] if place is not None]
    assert sorted(drawn) == sorted(known * 2)


def test_missing_months_become_empty_rows_in_order():
    rows = pd.DataFrame({"month": ["2026-04-30", "2026-01-31"], "value": [4.0, 1.0]})
    made = with_gaps(rows)
    assert made["month"].tolist() == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]
    assert made["value"].isna().tolist() == [False, True, True, False]


def test_a_day_inside_a_month_keeps_its_place():
    made = with_gaps(pd.DataFrame({"month": ["2026-01-31", "2026-02-12"], "value": [1.0, 2.0]}))
    assert made["month"].tolist() == ["2026-01-31", "2026-02-12"]


def test_one_month_and_none_stay_as_they_are():
    one = pd.DataFrame({"month": ["2026-01-31"], "value": [1.0]})
    assert with_gaps(one).equals(one)
    assert with_gaps(one[:0]).empty


def test_an_interval_is_said_in_its_own_unit_or_not_at_all():
    assert spelled(1_000_000, 1_500_000, 0.8, money=True) == "<br>80 % interval 1.00 M to 1.50 M"
    assert spelled(NAN, 0.5) == spelled(0.5, NAN) == ""


def test_undefined_numbers_are_left_out_of_a_trace():
    assert plain([0.25, NAN], 100) == [25.0, None]
