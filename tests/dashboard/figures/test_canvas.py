"""The figure factory: plain data, quiet axes, no template."""

from __future__ import annotations

import json

import pytest

from dashboard.figures.canvas import axis, figure, label_font
from dashboard.theme import DARK, LIGHT


@pytest.mark.parametrize(("mode", "colours"), [("light", LIGHT), ("dark", DARK), (None, LIGHT)])
def test_a_figure_is_plain_json_in_the_modes_colours(mode, colours):
    made = figure([{"type": "bar", "x": [1], "y": ["a"]}], mode, height=200, margin={"l": 40}, barmode="stack")
    assert json.loads(json.dumps(made)) == made
    layout = made["layout"]
    assert "template" not in layout
    assert (layout["height"], layout["margin"]["l"], layout["margin"]["t"], layout["barmode"]) == (200, 40, 8, "stack")
    assert layout["font"]["color"] == colours.muted
    assert layout["xaxis"]["gridcolor"] == colours.grid


def test_an_axis_says_its_unit_and_what_the_page_adds_wins():
    assert axis("number", "light", unit="M")["ticksuffix"] == " M"
    assert axis("percent", "light")["ticksuffix"] == " %"
    assert axis("number", "light", nticks=3)["nticks"] == 3
    assert axis("category", "light")["showgrid"] is False
    assert axis("category", "light", grid=True)["showgrid"] is True
    assert axis("none", "light")["visible"] is False
    assert axis("day", "light")["type"] == "date"


def test_a_strong_label_is_ink_and_a_quiet_one_muted():
    assert label_font("light", strong=True)["color"] == LIGHT.ink
    assert label_font("light")["color"] == LIGHT.muted
