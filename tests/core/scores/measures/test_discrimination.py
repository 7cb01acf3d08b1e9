import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from core.scores.measures.discrimination import (
    auc,
    auc_difference_error,
    auc_interval,
    ks,
    midranks,
    permutation_p,
    shuffler,
)

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


def test_with_one_loan_a_borrower_the_clustered_interval_is_delong_s():
    draw = np.random.default_rng(1)
    outcome = (draw.random(150) < 0.4).astype(float)
    score = draw.normal(outcome)
    plain = auc_interval(outcome, score)
    assert auc_interval(outcome, score, groups=np.arange(150.0)) == plain
    paired = np.concatenate([np.arange(149.0), [0.0]])
    assert auc_interval(outcome, score, groups=paired) == pytest.approx(plain, abs=0.005)


def test_the_same_loans_told_three_times_make_an_interval_no_narrower():
    draw = np.random.default_rng(1)
    outcome = (draw.random(200) < 0.4).astype(float)
    score, who = draw.normal(outcome), np.arange(200.0)
    once = auc_interval(outcome, score)
    thrice = auc_interval(np.tile(outcome, 3), np.tile(score, 3), groups=np.tile(who, 3))
    naive = auc_interval(np.tile(outcome, 3), np.tile(score, 3))
    assert thrice == pytest.approx(once, abs=1e-3)
    assert np.ptp(naive) < 0.6 * np.ptp(once)


def test_the_clustered_interval_covers_the_truth_where_loans_of_a_borrower_go_together():
    draw, hits, naive_hits = np.random.default_rng(3), 0, 0
    who = np.repeat(np.arange(60.0), 5)
    for _ in range(300):
        outcome = np.repeat((draw.random(60) < 0.4).astype(float), 5)
        score = np.repeat(draw.normal(0, 1, 60), 5) + outcome + draw.normal(0, 0.3, 300)
        truth = 0.7506  # two normals one apart, each of variance 1.09
        low, high = auc_interval(outcome, score, groups=who)
        hits += low <= truth <= high
        low, high = auc_interval(outcome, score)
        naive_hits += low <= truth <= high
    assert 0.90 <= hits / 300 <= 0.99
    assert naive_hits / 300 < 0.75


def test_shuffles_move_whole_borrowers_to_others_of_as_many_loans():
    groups = np.array([5.0, 1.0, 5.0, 2.0, 2.0, 3.0, 7.0])
    outcome = np.array([1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0])
    shuffled, draw = shuffler(outcome, groups), np.random.default_rng(1)
    seen = {tuple(shuffled(draw).tolist()) for _ in range(200)}
    for moved in seen:
        assert moved[0] == moved[2] != moved[3] == moved[4]
        assert sum(moved[place] for place in (1, 5, 6)) == 1
    assert len(seen) == 6
    assert outcome.tolist() == [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0]


def test_what_only_borrowers_share_is_no_signal():
    """Scores and outcomes that each go together within a borrower, and not with each other."""
    draw = np.random.default_rng(8)
    who = np.repeat(np.arange(40.0), 6)
    told = {"clustered": 0, "row by row": 0}
    for turn in range(60):
        outcome, score = np.repeat((draw.random(40) < 0.5).astype(float), 6), np.repeat(draw.normal(0, 1, 40), 6)
        told["clustered"] += permutation_p(outcome, score, draws=199, seed=turn, groups=who) <= 0.05
        told["row by row"] += permutation_p(outcome, score, draws=199, seed=turn) <= 0.05
    assert told["clustered"] <= 6
    assert told["row by row"] >= 12


def test_the_error_of_a_difference_of_two_scores_sums_a_borrower_before_it_squares():
    # placements of the first score: events 1, 1/2, others 1, 1/2; of the second: events 1/2, 1, others 1/2, 1
    outcome, who = np.array([1.0, 1, 0, 0]), np.array([1, 2, 1, 3.0])
    score, other = np.array([4.0, 2, 1, 3]), np.array([2.0, 4, 3, 1])
    # differences: events 1/2, -1/2 (borrowers 1, 2), others -1/2 + 1 ... of 1 and 3: worked by hand below
    above, below = np.array([0.5, -0.5]), np.array([0.5, -0.5])
    crossed = 2 * above[0] * below[0] * 3 / 2 / (2 * 2)  # only borrower 1 holds both; three borrowers in all
    squares = (above**2).sum() * 2 / 2**2 + (below**2).sum() * 2 / 2**2  # two clusters of two on either side
    assert auc_difference_error(outcome, score, other, who) == pytest.approx(np.sqrt(squares + crossed))
    assert auc_difference_error(outcome, score, other, np.arange(4.0)) == auc_difference_error(outcome, score, other)


def test_a_difference_told_three_times_by_the_same_borrowers_is_told_once():
    draw = np.random.default_rng(8)
    outcome = (draw.random(300) < 0.4).astype(float)
    score, other = draw.normal(size=300) + outcome, draw.normal(size=300) + 0.7 * outcome
    thrice = [np.tile(each, 3) for each in (outcome, score, other, np.arange(300.0))]
    once = auc_difference_error(outcome, score, other)
    assert auc_difference_error(*thrice) == pytest.approx(once, rel=0.01)
    assert auc_difference_error(*thrice[:3]) < 0.62 * once
