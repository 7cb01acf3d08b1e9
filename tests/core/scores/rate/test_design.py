import numpy as np
import pytest

from core.scores.rate.design import EXTRA_RIDGE, STRATEGY_RIDGE, design_of, fit_design, ridge_of
from core.scores.rows.features import Matrix

INPUTS = [
    {"name": "days", "kind": "number"},
    {"name": "few", "kind": "number"},
    {"name": "strategy", "kind": "strategy"},
]


def matrix():
    """Twelve rows: a number of twelve values, one of two, and who was under Legal."""
    values = np.column_stack([np.arange(12.0), np.arange(12.0) % 2, np.arange(12.0) >= 6])
    return Matrix(values, np.asarray([0, 1, 2]), ())


def test_a_number_bends_at_its_quartiles_and_every_fact_stands_again_within_each_strategy():
    design = fit_design(INPUTS, matrix())
    assert (design["bent"], design["plain"], design["strategies"]) == ([0], [0, 1], [2])
    assert design["knots"] == [[2.75, 5.5, 8.25]]
    made = design_of(design, matrix().values)
    assert made.shape == (12, 3 + 3 + 2)  # columns, bends of days, facts within Legal
    assert made.mean(axis=0) == pytest.approx(np.zeros(8), abs=1e-12)
    raw = made * design["scale"] + design["mean"]
    assert raw[10, 3:6] == pytest.approx([10 - 2.75, 10 - 5.5, 10 - 8.25])
    assert raw[0, 3:] == pytest.approx(np.zeros(5))  # before every bend, and under Standard


def test_what_is_no_straight_line_is_shrunk_more_and_a_strategy_s_own_level_less():
    design = fit_design(INPUTS, matrix())
    assert ridge_of(design, 2.0).tolist() == [2.0, 2.0, 2.0 * STRATEGY_RIDGE] + [2.0 * EXTRA_RIDGE] * 5


def test_a_column_that_does_not_vary_is_no_division_by_zero():
    design = fit_design(INPUTS, Matrix(np.ones((12, 3)), np.asarray([0, 1, 2]), ()))
    assert np.isfinite(design_of(design, matrix().values)).all()
