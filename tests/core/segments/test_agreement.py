import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from core.segments.agreement import adjusted_rand, best_jaccard, overlaps


def test_overlaps_count_loans_in_each_pair_of_groups():
    assert overlaps(np.array([0, 0, 1, 2]), np.array([1, 1, 1, 0])).tolist() == [[0, 2], [0, 1], [1, 0]]


def test_the_adjusted_rand_index_is_the_one_of_the_textbook():
    rng = np.random.default_rng(1)
    for _ in range(20):
        ours, theirs = rng.integers(0, 4, 60), rng.integers(0, 3, 60)
        assert adjusted_rand(overlaps(ours, theirs)) == pytest.approx(adjusted_rand_score(ours, theirs), abs=1e-12)
    whole = np.zeros(5, dtype=int)
    assert adjusted_rand(overlaps(whole, whole)) == 1.0
    assert adjusted_rand(overlaps(np.arange(5), np.arange(5))) == 1.0
    assert adjusted_rand(overlaps(whole, np.array([0, 0, 0, 1, 1]))) == 0.0


def test_each_group_is_held_against_the_one_most_like_it():
    ours = np.array([0, 0, 0, 0, 1, 1])
    theirs = np.array([2, 2, 2, 0, 0, 0])
    assert best_jaccard(overlaps(ours, theirs)).tolist() == [3 / 4, 2 / 3]


def test_numbers_of_groups_mean_nothing():
    ours = np.array([0, 0, 1, 1, 2])
    both = overlaps(ours, np.array([2, 2, 0, 0, 1]))
    assert adjusted_rand(both) == 1.0
    assert best_jaccard(both).tolist() == [1, 1, 1]
