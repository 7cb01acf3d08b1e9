"""Groups are named as different only where they are so by more than chance."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from core.metrics.sites import site_comparison
from core.selection import NOT_STATED
from dashboard.text_apart import apart_title

GROUPS = pd.DataFrame(
    [("Auto", 90, 0.4, 0.2, 0.3, True), ("Home", 80, 0.1, 0.3, 0.05, True), ("Card", 70, 0.2, 0.25, 0.1, False),
     (NOT_STATED, 60, 0.9, 0.2, 0.8, True)],
    columns=["product", "loans", "rate", "others", "low", "differs"],
)  # fmt: skip


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        (GROUPS, "2 of 3 products differ from the others by more than chance: Auto more; Home less"),
        (GROUPS[1:], "Home recovers less than the others, by more than chance"),
        (GROUPS[2:3], "Card is the only product with a placement"),
        (GROUPS.assign(differs=False), "No product differs from the others by more than chance"),
        (GROUPS.assign(low=math.nan, differs=False), "Too little to tell products apart"),
        (GROUPS[3:], "Too little to tell products apart"),
    ],
)
def test_a_title_names_those_that_differ_and_nobody_else(groups: pd.DataFrame, said: str):
    assert apart_title(groups, "product") == said


def test_of_two_groups_of_40_the_one_that_pays_four_times_as_much_is_named_with_its_side():
    """40 loans of 100 each; in Auto 20 pay 80, in Home 20 pay 20: 40 % and 10 %, far beyond chance."""
    sums = [
        (name, 40, 4_000.0, 20 * paid, 40 * 100.0**2, 20 * paid**2, 20 * 100.0 * paid)
        for name, paid in (("Auto", 80.0), ("Home", 20.0))
    ]
    spread = pd.DataFrame(
        sums, columns=["product", "loans", "balance", "cash", "balance_sq", "cash_sq", "balance_cash"]
    )
    title = apart_title(site_comparison(spread, "product"), "product")
    assert title == "2 of 2 products differ from the others by more than chance: Auto more; Home less"
    alike = spread.assign(
        cash=spread["cash"].mean(), cash_sq=spread["cash_sq"].mean(), balance_cash=spread["balance_cash"].mean()
    )
    assert (
        apart_title(site_comparison(alike, "product"), "product")
        == "No product differs from the others by more than chance"
    )
