"""The small trend: its points, its gaps, its end."""

from __future__ import annotations

import math
import re
from base64 import b64decode

from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.sparkline import HEIGHT, WIDTH, sparkline
from dashboard.theme import DARK


def svg_of(source: str) -> str:
    return b64decode(source.removeprefix("data:image/svg+xml;base64,")).decode()


def test_a_line_runs_from_the_first_to_the_last_value_and_ends_in_a_dot():
    svg = svg_of(sparkline([1.0, 3.0, 2.0], "dark"))
    assert 'd="M3.0 23.0L65.0 3.0L127.0 13.0"' in svg
    assert 'cx="127.0" cy="13.0"' in svg
    assert DARK.series in svg


def test_what_is_not_known_leaves_a_gap():
    assert 'd="M3.0 23.0M127.0 3.0"' in svg_of(sparkline([1.0, math.nan, 2.0], "light"))


def test_fewer_than_two_known_values_are_no_trend():
    assert sparkline([], "light") == sparkline([1.0], "light") == sparkline([1.0, math.nan], "light") == ""


@given(st.lists(st.floats(min_value=-1e12, max_value=1e12), min_size=2, max_size=40))
def test_every_point_stays_inside_the_picture(values):
    numbers = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", svg_of(sparkline(values, "light")))
    assert len(numbers) == len(values)
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in numbers)
