"""Liquidation curves as data."""

from __future__ import annotations

import json
import math
from itertools import combinations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.vintages import MOST_LABELS, NARROW_PX, _apart, liquidation_curves
from dashboard.theme import LIGHT

NAN = math.nan


def cohort(name, rates, reached, loans=100):
    """Rates by age, of which the first `reached` are wholly reached."""
    return pd.DataFrame(
        {"cohort": name, "age": range(len(rates)), "loans": loans, "balance": 1000.0, "rate": rates,
         "cash": [rate * 1000 for rate in rates], "reached": [age < reached for age in range(len(rates))]}
    )  # fmt: skip


CURVES = pd.concat(
    [
        cohort("2026-01", [0.0, 0.10, 0.20, 0.30, 0.40, 0.41], reached=5),
        cohort("2026-02", [0.0, 0.05, 0.10, 0.15, 0.16], reached=4),
        cohort("2026-05", [0.0, 0.01, 0.01], reached=2),
        cohort("2026-06", [0.003], reached=0),
    ]
)
POOLED = pd.DataFrame(
    {"age": [0, 1, 2, 3, 4], "rate": [0.0, 0.08, 0.15, 0.22, 0.40], "cohorts": [3, 3, 3, 2, 1], "loans": [300, 300, 300, 200, 100],
     "balance": 1000.0, "low": [0.0, 0.05, 0.1, NAN, NAN], "high": [0.0, 0.1, 0.2, NAN, NAN]}
)  # fmt: skip
TARGET = pd.DataFrame({"age_months": [0, 3, 5, 12], "value": [0.0, 0.25, 0.35, 0.6]})


def traces_of(made, name):
    return [trace for trace in made["data"] if trace["name"] == name]


def words(made):
    return [note["text"] for note in made["layout"]["annotations"]]


def draw(curves=CURVES, pooled=POOLED, target=TARGET, mode="light", height=320):
    return liquidation_curves(curves, pooled, target, mode, height=height)


def test_ages_that_were_not_wholly_reached_go_on_grey_and_dotted_from_the_last_that_was():
    unreached, reached = traces_of(draw(), "2026-01")
    assert (reached["x"], reached["y"]) == ([0, 1, 2, 3, 4], [0.0, 10.0, 20.0, 30.0, 40.0])
    assert (unreached["x"], unreached["y"]) == ([4, 5], [40.0, 41.0])
    assert (unreached["line"]["color"], unreached["line"]["dash"]) == (LIGHT.faint, "dot")
    assert "not every loan is that old" in unreached["hovertemplate"]
    assert "not every loan" not in reached["hovertemplate"]


def test_a_cohort_that_reached_no_age_is_grey_from_its_first_day():
    (only,) = traces_of(draw(), "2026-06")
    assert (only["x"], only["mode"], only["marker"]["color"]) == ([0], "markers", LIGHT.faint)


def test_the_newest_cohort_with_three_months_behind_it_stands_out_on_top():
    made = draw()
    strong = traces_of(made, "2026-02")[1]
    thin = traces_of(made, "2026-01")[1]
    assert strong["line"]["color"] == LIGHT.accent
    assert strong["line"]["width"] > 2 * thin["line"]["width"]
    names = [trace["name"] for trace in made["data"]]
    assert names.index("2026-02") > names.index("all") > names.index("2026-01")
    assert "Feb 2026 15 %" in words(made)


def test_where_no_cohort_is_three_months_old_the_newest_with_a_line_stands_out():
    young = pd.concat([cohort("2026-08", [0.0, 0.1, 0.2], reached=3), cohort("2026-09", [0.0, 0.1], reached=2)])
    made = draw(young, POOLED[:3])
    assert traces_of(made, "2026-09")[-1]["line"]["color"] == LIGHT.accent


def test_all_together_are_thick_with_a_band_only_where_there_is_an_interval():
    made = draw()
    (whole,) = traces_of(made, "all")
    assert whole["y"] == [0.0, 8.0, 15.0, 22.0, 40.0]
    assert whole["line"]["width"] >= 3
    (area,) = traces_of(made, "interval")
    assert sorted(set(area["x"])) == [0, 1, 2]
    assert (
        whole["hovertext"][2]
        == "<b>All cohorts that old</b>, month 2: 15.0 %<br>n 300, 3 cohorts<br>interval 10.0 % to 20.0 %"
    )
    assert "interval" not in whole["hovertext"][3]


def test_the_target_is_dashed_and_ends_with_the_curves():
    (aim,) = traces_of(draw(), "target")
    assert (aim["x"], aim["y"], aim["line"]["dash"]) == ([0, 3, 5], [0.0, 25.0, 35.0], "dash")
    assert "target 35 %" in words(draw())


def test_without_a_target_nothing_is_said_of_one():
    made = draw(target=TARGET[:0])
    assert traces_of(made, "target") == []
    assert not any("target" in text for text in words(made))


def test_the_scale_starts_at_zero_and_holds_the_highest_end():
    made = draw(pooled=POOLED.assign(high=[0.0, 0.1, 0.9, NAN, NAN]))
    low, top = made["layout"]["yaxis"]["range"]
    assert low == 0
    assert top > 90


def test_cash_that_was_taken_back_is_seen_below_zero():
    assert draw(cohort("2026-01", [0.0, -0.02, 0.1, 0.1], reached=4), POOLED[:0])["layout"]["yaxis"]["range"][0] == -2.0


def test_a_point_is_known_by_its_cohort_and_age():
    assert traces_of(draw(), "2026-01")[1]["customdata"][3] == "2026-01|3"
    assert traces_of(draw(), "all")[0]["customdata"][3] == "all|3"


def test_the_pointer_names_a_quarter_by_its_own_name_with_its_n():
    made = draw(cohort("2026 Q1", [0.0, 0.1], reached=2, loans=1234), POOLED[:2])
    assert traces_of(made, "2026 Q1")[0]["hovertemplate"].startswith("<b>2026 Q1</b>, month %{x}")
    assert "n 1,234" in traces_of(made, "2026 Q1")[0]["hovertemplate"]


def test_a_cohort_in_which_nothing_was_placed_has_no_line_and_no_name():
    made = draw(pd.concat([cohort("2025-12", [NAN, NAN, NAN], reached=3), CURVES]))
    assert traces_of(made, "2025-12")[0]["y"] == [None, None, None]
    assert "Dec 2025" not in words(made)
    json.dumps(made, allow_nan=False)


def test_no_cohorts_draw_nothing():
    made = draw(CURVES[:0], POOLED[:0], TARGET[:0])
    assert (made["data"], made["layout"]["annotations"]) == ([], [])


def boxes(kept, ends, scale):
    """Where the names stand, in px: left, right, bottom, top (names of eight letters at 11 px, the drawing's own line height)."""
    found = []
    for name, below in kept.items():
        x, y = ends[name]["age"] * scale[0], ends[name]["rate"] * scale[1]
        found.append((x, x + 45, y - 13, y) if below else (x - 45, x, y, y + 13))
    return found


@given(
    st.lists(st.tuples(st.integers(1, 24), st.floats(0, 0.6)), min_size=1, max_size=30, unique_by=lambda end: end[0])
)
def test_names_at_the_ends_of_lines_never_meet_and_are_eight_at_most(places):
    ends = {
        f"20{10 + place // 12}-{place % 12 + 1:02d}": pd.Series({"age": age, "rate": rate})
        for place, (age, rate) in enumerate(places)
    }
    scale = (NARROW_PX / 24, 400.0)
    newest = list(ends)[-1]
    kept = _apart(ends, newest, [], scale)
    assert newest in kept
    assert len(kept) <= MOST_LABELS
    for one, other in combinations(boxes(kept, ends, scale), 2):
        assert not (one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3])


def test_a_name_that_would_cover_the_pooled_line_goes_to_the_other_side_or_away():
    ends = {"2026-01": pd.Series({"age": 12, "rate": 0.3})}
    scale = (NARROW_PX / 24, 400.0)
    assert _apart(ends, "", [], scale) == {"2026-01": True}
    below = (13.0, 0.3 - 6 / 400)
    above = (11.0, 0.3 + 6 / 400)
    assert _apart(ends, "", [below], scale) == {"2026-01": False}
    assert _apart(ends, "", [below, above], scale) == {}
    assert _apart(ends, "2026-01", [below, above], scale) == {"2026-01": True}
    late = {"2026-01": pd.Series({"age": 23, "rate": 0.3})}
    assert _apart(late, "2026-01", [(22.0, 0.3 + 6 / 400)], scale) == {"2026-01": False}


def test_the_names_on_the_right_edge_do_not_meet():
    near = draw(target=pd.DataFrame({"age_months": [0, 4], "value": [0.0, 0.401]}))
    whole, aim = (note["y"] for note in near["layout"]["annotations"][-2:])
    low, top = near["layout"]["yaxis"]["range"]
    assert abs(whole - aim) >= (top - low) * 16 / (320 - 60)


def test_a_cohort_that_has_only_reached_its_first_month_is_no_line_and_has_no_name():
    young = pd.concat([CURVES, cohort("2026-07", [0.3, 0.31], reached=1)])
    assert traces_of(draw(young), "2026-07")[1]["x"] == [0]
    assert "Jul 2026" not in words(draw(young))
    assert "Jan 2026" in words(draw(young))
