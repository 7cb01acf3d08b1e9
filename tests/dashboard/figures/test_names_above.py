"""Long names stand above their rows, short ones beside them."""

from __future__ import annotations

import pandas as pd

from dashboard.figures.canvas import names_above, too_long
from dashboard.figures.recovery import rate_lines, same_age_dots
from dashboard.figures.strategies import outcome_bars
from dashboard.theme import LIGHT

LONG = "Small balance, comfortable budget"


def test_one_name_too_long_moves_all_of_them():
    assert too_long(["Auto", LONG])
    assert not too_long(["Auto", "x" * 18])


def test_a_name_stands_on_the_upper_edge_of_its_bar():
    (note,) = names_above({"a": "a, n 3"}, "light", rows=4, height=200, depth=0.5)
    assert (note["y"], note["yshift"], note["text"]) == ("a", 12, "a, n 3")  # 200 / 4 = 50 px a row, half of half of it


def test_outcomes_of_long_named_groups_keep_their_n():
    mix = pd.DataFrame({"segment": [LONG], "recovery_status": ["Written Off"], "loans": [4], "share": [1.0], "n": [4]})
    made = outcome_bars(mix, "light", by="segment", height=300)
    assert [note["text"] for note in made["layout"]["annotations"]] == [f"{LONG}, n = 4"]
    assert made["data"][0]["marker"]["color"] == LIGHT.bad


def test_a_change_that_reads_zero_is_neither_good_nor_bad():
    groups = pd.DataFrame(
        {"product": ["Card", "Auto"], "loans": 5, "rate": [0.1, 0.1], "earlier_loans": 9, "earlier_rate": [0.1004, 0.2], "is_clear": True,
         "change": [-0.0004, -0.1]}
    )  # fmt: skip
    made = same_age_dots(groups, "light", by="product", height=300)
    assert made["data"][-1]["marker"]["color"] == [LIGHT.muted, LIGHT.bad]


def test_lines_carry_the_beginning_of_a_name_where_it_tells_them_apart():
    whole = pd.DataFrame({"month": ["2026-10-31"], "loans": 1, "balance": 1.0, "cash": 0.5, "rate": 0.5})
    names = [LONG, "Reachable, keeps promises"]
    groups = pd.concat([whole.assign(segment=name) for name in names])
    made = rate_lines(whole, groups, "light", by="segment", colours=dict.fromkeys(names, "#000000"), height=300)
    assert [note["text"] for note in made["layout"]["annotations"]] == [
        "Small balance 50 %",
        "Reachable 50 %",
        "all 50 %",
    ]
