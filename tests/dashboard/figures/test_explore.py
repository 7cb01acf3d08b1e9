"""Outcomes as bars: each in its colour, and the share in it can be read."""

from __future__ import annotations

import pandas as pd
import pytest

from dashboard.figures.explore import outcome_colours, stacked_shares
from dashboard.theme import DARK, LIGHT
from tests.dashboard.test_theme import contrast

OUTCOMES = ("Fully Recovered", "Partially Recovered", "Written Off", "Sold on")


@pytest.mark.parametrize(("mode", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_the_share_in_a_part_can_be_read_on_every_colour(mode, palette):
    shares = pd.DataFrame(
        {"history": ["Missed"] * 4, "outcome": OUTCOMES, "share": [0.4, 0.3, 0.2, 0.1], "loans": [40, 30, 20, 10], "n": [100] * 4}
    )  # fmt: skip
    made = stacked_shares(shares, mode, by="history", groups=["Missed"], outcomes=OUTCOMES)["data"]
    assert [(part["name"], part["text"][0]) for part in made[:3]] == [
        ("Fully Recovered", "40 %"), ("Partially Recovered", "30 %"), ("Written Off", "20 %"),
    ]  # fmt: skip
    for part in made:
        assert contrast(part["marker"]["color"], part["insidetextfont"]["color"]) >= 4.5, part["name"]
    assert made[0]["marker"]["color"] == palette.good


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_kind_of_outcome_has_a_colour_of_its_own(mode):
    assert len(set(outcome_colours(OUTCOMES, mode).values())) == len(OUTCOMES)
