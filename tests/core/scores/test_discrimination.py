import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from core.scores.discrimination import auc, auc_interval, ks, midranks, permutation_p

OUTCOME = np.array([0.0, 0.0, 0.0, 1.0, 1.0])
SCORE = np.array([0.1, 0.2, 0.6, 0.6, 0.9])


def test_ties_count_half():
    assert auc(OUTCOME, SCORE) == pytest.approx((1 + 1 + 0.5 + 1 + 1 + 1) / 6)
    assert midranks(np.array([5.0, 1.0, 5.0])).tolist() == [2.5, 1.0, 2.5]


def test_one_class_has_no_auc_no_interval_and_no_ks():
    ones = np.ones(4)
    assert np.isnan(auc(ones, SCORE[:4]))
    assert np.isnan(auc_interval(ones, SCORE[:4])).all()
    assert np.isnan(ks(ones, SCORE[:4]))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=4, max_size=40))
def test_auc_is_that_of_scikit_learn(pairs):
    outcome = np.array([float(event) for event, _ in pairs])
    score = np.array([float(value) for _, value in pairs])
    if 0 < outcome.sum() < len(outcome):
        assert auc(outcome, score) == pytest.approx(roc_auc_score(outcome, score), abs=1e-12)


def test_the_interval_covers_the_truth_nineteen_times_in_twenty():
    draw = np.random.default_rng(3)
    truth = 0.7602  # of two normals one standard deviation apart
    hits = 0
    for _ in range(400):
        outcome = (draw.random(200) < 0.3).astype(float)
        low, high = auc_interval(outcome, draw.normal(outcome))
        hits += low <= truth <= high
    assert 0.92 <= hits / 400 <= 0.98


def test_a_perfect_score_has_a_ks_of_one_and_an_interval_at_one():
    assert ks(OUTCOME, OUTCOME) == 1.0
    assert auc_interval(OUTCOME, OUTCOME) == (1.0, 1.0)


def test_chance_is_rejected_for_a_signal_and_not_for_noise():
    draw = np.random.default_rng(5)
    outcome = (draw.random(300) < 0.4).astype(float)
    assert permutation_p(outcome, outcome + draw.normal(0, 1, 300)) == 1 / 2000
    noise = [permutation_p(outcome, draw.normal(0, 1, 300), draws=199, seed=turn) for turn in range(60)]
    assert 0.35 < np.mean(noise) < 0.65
