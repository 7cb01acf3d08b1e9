"""Lines, bars and tables of the Recovery page as data."""

from __future__ import annotations

import math
from itertools import pairwise

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.recovery import cash_bars, cohort_table, rate_lines, same_age_dots, spread
from dashboard.theme import DARK, LIGHT

MONTHS = ["2026-09-30", "2026-10-31"]
WHOLE = pd.DataFrame(
    {"month": MONTHS, "loans": [2, 3], "balance": [100.0, 400.0], "cash": [0.0, 60.0], "rate": [math.nan, 0.15]}
)
COHORTS = pd.DataFrame(
    {
        "cohort": ["2026 Q2", "2026 Q3"],
        "loans": [9, 1],
        "rate": [0.4, 0.0],
        "rate_3": [0.25, math.nan],
        "rate_6": [math.nan, math.nan],
    }
)


def test_lines_carry_percent_leave_undefined_months_out_and_are_named_at_their_ends():
    groups = WHOLE.assign(product="Auto", rate=[0.1, 0.3])
    made = rate_lines(WHOLE, groups, "light", by="product", colours={"Auto": LIGHT.bad}, height=300)
    auto, whole = made["data"]
    assert auto["y"] == [10.0, 30.0]
    assert whole["y"] == [None, 15.0]
    assert auto["line"]["color"] == LIGHT.bad
    assert [(label["text"], label["font"]["color"]) for label in made["layout"]["annotations"]] == [
        ("Auto 30 %", LIGHT.bad),
        ("all 15 %", LIGHT.ink),
    ]
    assert made["layout"]["yaxis"]["range"][0] == 0.0
    assert whole["customdata"][1] == ["all|2026-10-31", "15.0 %", "60", "400", "3 placements"]


def test_a_faint_line_has_a_name_that_can_be_read():
    made = rate_lines(
        WHOLE, WHOLE.assign(region="North"), "dark", by="region", colours={"North": DARK.faint}, height=300
    )
    assert made["data"][0]["line"]["color"] == DARK.faint
    assert made["layout"]["annotations"][0]["font"]["color"] == DARK.muted


def test_a_single_month_is_a_point_and_not_a_line_of_nothing():
    one = WHOLE.tail(1)
    made = rate_lines(one, one[:0].assign(product="Auto"), "light", by="product", colours={}, height=300)
    assert [(trace["mode"], trace["y"]) for trace in made["data"]] == [("markers", [15.0])]


def test_cash_bars_start_at_zero_and_the_newest_stands_out():
    cash = pd.DataFrame(
        {
            "month": MONTHS,
            "payments": [3, 1],
            "cash": [2_000_000.0, 1_500_000.0],
            "cash_effective": [1_900_000.0, 1_500_000.0],
        }
    )
    made = cash_bars(cash, "light", height=300)
    (bar,) = made["data"]
    assert bar["y"] == [2.0, 1.5]
    assert made["layout"]["yaxis"]["ticksuffix"] == " M"
    assert made["layout"]["yaxis"]["rangemode"] == "tozero"
    assert bar["marker"]["color"][1] == LIGHT.series != bar["marker"]["color"][0]
    assert bar["customdata"][0] == ["2026-09-30", "2,000,000.00", "3 payments", "1,900,000.00"]


def test_a_cohort_that_has_not_run_so_long_is_grey_and_says_so():
    made = cohort_table(COHORTS, "light", marks=(3, 6), height=300)
    known, grey, to_date = made["data"]
    assert known["z"] == [[25.0, None, None], [None, None, None]]
    assert grey["text"] == [["", "not yet", ""], ["not yet", "not yet", ""]]
    assert to_date["text"] == [["", "", "40.0 %"], ["", "", "0.0 %"]]
    assert known["y"] == ["<b>2026 Q2</b><br>9 loans", "<b>2026 Q3</b><br>1 loan"]


def test_a_cell_knows_its_cohort_and_age_and_only_once():
    known, grey, to_date = cohort_table(COHORTS, "dark", marks=(3, 6), height=300)["data"]
    assert known["customdata"] == [["2026 Q2|3", None, None], [None, None, None]]
    assert grey["customdata"][1] == ["2026 Q3|3", "2026 Q3|6", None]
    assert to_date["customdata"] == [[None, None, "2026 Q2|"], [None, None, "2026 Q3|"]]


def test_a_clear_fall_is_bad_a_clear_rise_is_good_an_unclear_one_is_neither_and_the_ring_is_what_was_before():
    groups = pd.DataFrame(
        {
            "product": ["Auto", "Card", "Home"], "loans": [20, 5, 30], "rate": [0.10, 0.12, 0.30], "earlier_loans": [200, 9, 300],
            "earlier_rate": [0.15, 0.16, 0.25], "change": [-0.05, -0.04, 0.05], "is_clear": [True, False, True],
        }
    )  # fmt: skip
    made = same_age_dots(groups, "light", by="product", height=300)
    *_, ring, dots = made["data"]
    assert (ring["x"], dots["x"]) == ([15.0, 16.0, 25.0], [10.0, 12.0, 30.0])
    assert dots["marker"]["color"] == [LIGHT.bad, LIGHT.muted, LIGHT.good]
    assert dots["customdata"][0][:2] == ["Auto", "Auto"]
    assert ring["marker"]["color"] == LIGHT.surface
    assert [label["text"] for label in made["layout"]["annotations"]] == ["−5.0 pts", "−4.0 pts", "+5.0 pts"]
    assert [label["font"]["color"] for label in made["layout"]["annotations"]] == [LIGHT.bad, LIGHT.muted, LIGHT.good]


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.floats(0, 2), max_size=8), st.floats(0.1, 10))
def test_labels_never_overlap_and_keep_the_order_of_their_values(values, gap):
    places = spread(values, gap)
    ordered = [places[name] for name in sorted(values, key=lambda name: values[name])]
    assert places.keys() == values.keys()
    assert all(second - first >= gap - 1e-4 for first, second in pairwise(ordered))
