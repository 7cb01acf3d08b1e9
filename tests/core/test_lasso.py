"""A lasso holds what is inside it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.lasso import inside
from core.selection import Lasso

SQUARE = Lasso("dpd", "balance", ((0, 0), (4, 0), (4, 4), (0, 4)))
HORSESHOE = Lasso("dpd", "balance", ((0, 0), (6, 0), (6, 6), (4, 6), (4, 2), (2, 2), (2, 6), (0, 6)))


def test_a_point_between_the_arms_of_a_horseshoe_is_outside():
    assert inside(HORSESHOE, [1, 3, 3, 5], [5, 5, 1, 5]).tolist() == [True, False, True, True]


def test_a_point_without_a_coordinate_is_nowhere():
    assert inside(SQUARE, [np.nan, 1, 1], [1, np.nan, 1]).tolist() == [False, False, True]


def test_no_points_have_no_answers():
    assert inside(SQUARE, [], []).tolist() == []


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=1))
def test_a_square_holds_what_lies_strictly_between_its_sides(points):
    x, y = np.array(points).T
    strictly = (x > 0) & (x < 4) & (y > 0) & (y < 4)
    beyond = (x < 0) | (x > 4) | (y < 0) | (y > 4)
    held = inside(SQUARE, x, y)
    assert held[strictly].all()
    assert not held[beyond].any()
    turned = Lasso("dpd", "balance", SQUARE.corners[2:] + SQUARE.corners[:2])
    assert (inside(turned, x, y)[strictly | beyond] == held[strictly | beyond]).all()
