"""Lines find what is there, leave out what is not, and know how sure they are."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import TooLittleData
from core.strategies.catalogue import CATALOGUE, Limits
from core.strategies.observed import Fact
from core.strategies.policy.design import Columns, fit_columns
from core.strategies.policy.exact import allocate_exactly
from core.strategies.policy.lines import Prior, fit_line, sigmoid
from tests.bench_allocation import drawn

GROUPS = np.array([0, 1, 1, 2])


def rows_of(count, slope, seed=1):
    """Coins whose log-odds lean on the first column alone."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((count, 4))
    return x, (rng.random(count) < sigmoid(0.3 + slope * x[:, 0])).astype(float)


def prior(weight=0.0, stated=(np.nan, np.nan, np.nan)):
    return Prior(GROUPS, weight, 0.1, np.asarray(stated, dtype=float))


def test_what_is_there_is_found_and_what_is_not_is_left_out():
    line = fit_line(*rows_of(4_000, 0.8), prior())
    assert line.beta[0] == pytest.approx(0.3, abs=0.12)
    assert line.beta[1] == pytest.approx(0.8, abs=0.12)
    assert line.spreads[0] > 0.3
    assert np.abs(line.beta[2:]).max() < 0.05
    assert line.dispersion == pytest.approx(1.0, abs=0.05)


def test_the_error_told_is_the_error_made():
    found = [fit_line(*rows_of(500, 0.8, seed), prior()) for seed in range(60)]
    slopes = np.asarray([line.beta[1] for line in found])
    told = np.sqrt(np.mean([line.covariance[1, 1] for line in found]))
    assert slopes.std() == pytest.approx(told, rel=0.3)


def test_a_stated_spread_is_kept_and_shrinks():
    told = fit_line(*rows_of(200, 0.8), prior(stated=(0.1, np.nan, np.nan)))
    free = fit_line(*rows_of(200, 0.8), prior())
    assert told.spreads[0] == pytest.approx(0.1)
    assert 0 < told.beta[1] < free.beta[1]


def test_outcomes_all_alike_give_a_level_and_no_slopes():
    line = fit_line(rows_of(100, 0.0)[0], np.zeros(100), prior(weight=0.2))
    assert np.isfinite(line.beta).all()
    assert sigmoid(line.beta[:1])[0] < 0.05


def test_columns_survive_json_with_a_fact_that_never_varied():
    facts = np.column_stack([np.linspace(0, 1, 60), np.ones(60), (np.arange(60) % 3 == 0).astype(float)])
    columns = fit_columns(facts, [Fact("a", "a", True), Fact("b", "b", True), Fact("c: x", "c", False)])
    again = Columns.from_json(columns.to_json())
    np.testing.assert_array_equal(again.matrix(facts), columns.matrix(facts))
    assert np.isfinite(columns.matrix(facts)).all()
    assert len(columns.own) == 3
    rows = columns.under(columns.matrix(facts), np.arange(60) % 2, 2)
    assert (rows[::2, columns.matrix(facts).shape[1] :] == 0).all()
    group, levels = columns.groups(2, by_fact=True)
    assert len(group) == rows.shape[1]
    assert levels.tolist() == [2]


def test_an_exact_allocation_that_is_given_no_time_says_so():
    book = drawn(1_000, "all", 1)
    with pytest.raises(TooLittleData, match="No allocation was found in 0 seconds"):
        allocate_exactly(book.values, book.sizes, book.strategies, book.limits, book.workable, seconds=0.0)


def test_an_exact_allocation_of_nobody_is_empty():
    assert allocate_exactly(np.zeros((0, 3)), np.zeros(0), CATALOGUE, Limits(), 0)[1] == 0.0
