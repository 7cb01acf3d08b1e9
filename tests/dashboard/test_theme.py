"""The colours: one source for charts and pages, readable, and told apart."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pytest

from dashboard.theme import DARK, LIGHT, Palette, palette, segment_colours, strategy_colour

CSS = (Path(__file__).resolve().parents[2] / "assets" / "recoup.css").read_text(encoding="utf-8")


def tokens(mode: str) -> dict[str, str]:
    block = re.search(rf'html\[data-bs-theme="{mode}"\] \{{(.*?)\n\}}', CSS, re.DOTALL)
    assert block
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9A-F]{6})", block.group(1)))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("mode", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_the_stylesheet_and_the_charts_share_every_colour(mode: str, colours: Palette):
    css = tokens(mode)
    plain = {name: value for name, value in asdict(colours).items() if isinstance(value, str)}
    assert {name: css[name] for name in plain} == plain
    assert {name: css[name.lower()] for name, _ in colours.strategies} == dict(colours.strategies)
    assert tuple(css[f"segment-{place}"] for place in range(1, 9)) == colours.segments


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_text_is_readable_on_its_surface(colours: Palette):
    for name in ("ink", "muted", "accent", "good", "bad"):
        assert contrast(getattr(colours, name), colours.surface) >= 4.5, name


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_marks_stand_out_and_no_segment_looks_like_a_strategy(colours: Palette):
    strategies = {colour for _, colour in colours.strategies}
    assert not strategies & set(colours.segments)
    assert len(set(colours.segments)) == 8
    for colour in (*strategies, *colours.segments, colours.series):
        assert contrast(colour, colours.surface) >= 3.0, colour


def test_a_strategy_keeps_its_colour_and_an_unknown_one_is_grey():
    assert strategy_colour("Legal", "light") == "#8B5FB0"
    assert strategy_colour("Legal", "dark") == "#B08AD6"
    assert strategy_colour("Letters only", "light") == LIGHT.faint


def test_segments_keep_their_colour_by_place_and_the_unstated_takes_none():
    found = segment_colours(["not stated", "A", "B"], "light")
    assert found == {"not stated": LIGHT.faint, "A": LIGHT.segments[0], "B": LIGHT.segments[1]}


def test_anything_but_dark_is_light():
    assert palette(None) is LIGHT
    assert palette("dark") is DARK
