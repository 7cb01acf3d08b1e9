"""Which parts of a book loans keep to while they live, decided for every dimension, and said in words."""

from __future__ import annotations

import pytest

from core.metrics.foreseeable import KEPT, MOVING, unforeseeable
from core.selection import DIMENSIONS, Lasso, Selection

LASSO = Lasso("dpd", "balance", ((0, 0), (1, 0), (1, 1)))


def test_every_dimension_is_kept_or_moves():
    assert sorted([*KEPT, *MOVING]) == sorted(DIMENSIONS)


def test_the_whole_book_and_what_a_loan_keeps_can_be_foreseen():
    assert unforeseeable(Selection()) == ""
    assert unforeseeable(Selection(filters=dict.fromkeys(KEPT, ("any",)))) == ""


@pytest.mark.parametrize(
    ("selection", "moves"),
    [
        (Selection(filters={"band": ("high",)}), "loans move between risk bands, and those"),
        (Selection(filters={"hold": ("dispute",), "product": ("Auto",)}), "loans move on hold and off it, and those"),
        (
            Selection(filters={"agency": ("A",), "bucket": ("30-59",)}),
            "loans move between arrears buckets and between agencies, and those",
        ),
        (Selection(lasso=LASSO), "loans move into what was drawn, and those"),
        (Selection(search="A1"), "loans move into what is searched for, and those"),
    ],
)
def test_what_moves_is_named_with_what_can_be_told(selection: Selection, moves: str):
    why = unforeseeable(selection)
    assert why.startswith(moves)
    assert why.endswith(
        "will come are not among the chosen ones today; it can be told by product, region or branch, which a loan keeps"
    )
