import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.scores.rows.folds import grouped_folds


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=5, max_size=120))
def test_no_borrower_stands_on_both_sides(rows):
    groups = np.array([float(group) for group, _ in rows])
    fold = grouped_folds(groups, np.array([float(event) for _, event in rows]))
    for group in np.unique(groups):
        assert len(np.unique(fold[groups == group])) == 1


def test_events_are_dealt_out_evenly_and_the_same_way_each_time():
    outcome = np.array([1.0] * 50 + [0.0] * 203)
    fold = grouped_folds(np.arange(253.0), outcome)
    assert np.bincount(fold[outcome == 1]).tolist() == [10] * 5
    assert np.bincount(fold).max() - np.bincount(fold).min() <= 1
    assert np.array_equal(fold, grouped_folds(np.arange(253.0), outcome))
