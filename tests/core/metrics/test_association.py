"""Which columns move together, and which groups differ."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, spearmanr

from core.metrics.association import differs_beyond_chance, outcome_shares, rank_correlations, rank_interval


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=30, max_size=60))
def test_the_rank_correlation_is_spearmans_with_ties(pairs):
    frame = pd.DataFrame(pairs, columns=["a", "b"])
    found = rank_correlations(frame, ["a", "b"]).iloc[0]
    if frame["a"].nunique() > 1 and frame["b"].nunique() > 1:
        assert found["rho"] == pytest.approx(spearmanr(frame["a"], frame["b"]).statistic, abs=1e-6)
    else:
        assert np.isnan(found["rho"])


def test_a_pair_counts_only_the_rows_that_state_both():
    frame = pd.DataFrame({"a": [1.0] * 10 + list(range(30)), "b": [np.nan] * 10 + list(range(30)), "c": [np.nan] * 40})
    told = rank_correlations(frame, ["a", "b", "c", "not there"]).set_index(["left", "right"])
    assert told.loc[("a", "b")].tolist() == [1.0, 30]
    assert told.loc[("a", "c"), "n"] == 0
    assert np.isnan(told.loc[("a", "c"), "rho"])
    assert len(told) == 3


def test_twenty_nine_rows_are_too_few():
    frame = pd.DataFrame({"a": range(29), "b": range(29)})
    assert np.isnan(rank_correlations(frame, ["a", "b"])["rho"].iloc[0])


def test_shares_add_up_within_each_group():
    frame = pd.DataFrame({"by": ["x", "x", "x", "y"], "outcome": ["paid", "paid", "lost", "lost"]})
    told = outcome_shares(frame, "by")
    assert told.to_dict("records") == [
        {"by": "x", "outcome": "lost", "loans": 1, "n": 3, "share": pytest.approx(1 / 3)},
        {"by": "x", "outcome": "paid", "loans": 2, "n": 3, "share": pytest.approx(2 / 3)},
        {"by": "y", "outcome": "lost", "loans": 1, "n": 1, "share": 1.0},
    ]


@given(st.lists(st.tuples(st.integers(20, 200), st.floats(0.05, 0.95)), min_size=2, max_size=8))
def test_groups_differ_where_pearsons_chi_square_says_so(groups):
    n = np.array([size for size, _ in groups])
    loans = np.array([round(size * share) for size, share in groups])
    total = loans.sum() / n.sum()
    statistic = ((loans - n * total) ** 2 / (n * total * (1 - total))).sum()
    edge = chi2.ppf(0.95, len(n) - 1)
    found = differs_beyond_chance(pd.DataFrame({"loans": loans, "n": n}))
    if abs(statistic - edge) > 0.02 * edge + 0.1:
        assert found == (statistic > edge)


@pytest.mark.parametrize("loans", [[0, 0], [50, 50]])
def test_where_nobody_or_everybody_has_the_outcome_nothing_differs(loans):
    assert not differs_beyond_chance(pd.DataFrame({"loans": loans, "n": [50, 50]}))


def test_one_group_alone_cannot_differ():
    assert not differs_beyond_chance(pd.DataFrame({"loans": [5, 0], "n": [50, 0]}))


def test_the_interval_of_a_rank_correlation_holds_it_19_times_in_20():
    """Normal pairs with correlation .5 have Spearman's 6 / pi x asin(.25) = .4826."""
    rng = np.random.default_rng(3)
    held = []
    for _ in range(1_000):
        x = rng.normal(size=60)
        y = 0.5 * x + math.sqrt(0.75) * rng.normal(size=60)
        low, high = rank_interval(float(spearmanr(x, y).statistic), 60)
        held.append(low <= 6 / math.pi * math.asin(0.25) <= high)
    assert 0.93 <= np.mean(held) <= 0.97


def test_of_many_pairs_each_interval_is_wider_and_a_perfect_order_has_none():
    alone, among = rank_interval(-0.3, 60), rank_interval(-0.3, 60, among=28)
    assert alone[1] < 0 < among[1]
    assert among[0] < alone[0]
    assert np.isnan(rank_interval(1.0, 60)).all()
    assert np.isnan(rank_interval(float("nan"), 3)).all()
