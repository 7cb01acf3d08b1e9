import json
import math
from itertools import pairwise

import numpy as np
import pytest

from core.metrics.intervals import wilson
from core.monitoring.calibration_watch import actual_by_expected, by_decile, fell_by, plain, ranking, slope
from core.scores.measures.logit import sigmoid


def test_with_equal_chances_the_interval_is_wilsons():
    ratio = actual_by_expected(np.array([1.0] * 30 + [0.0] * 70), np.full(100, 0.4))
    assert (ratio.actual, ratio.n, ratio.expected, ratio.value) == (30, 100, pytest.approx(40.0), pytest.approx(0.75))
    assert (ratio.low * 0.4, ratio.high * 0.4) == pytest.approx(wilson(30, 100), abs=1e-9)
    moved = 40 / 60 * math.exp(ratio.intercept)
    assert moved / (1 + moved) == pytest.approx(0.3)


def test_no_outcome_or_only_outcomes_have_one_open_end():
    none, all_ = actual_by_expected(np.zeros(50), np.full(50, 0.1)), actual_by_expected(np.ones(50), np.full(50, 0.1))
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high * 0.1 == pytest.approx(wilson(0, 50)[1], abs=1e-9)
    assert all_.high == pytest.approx(10.0)
    assert math.isnan(none.intercept)
    assert math.isnan(actual_by_expected(np.zeros(0), np.zeros(0)).value)


def test_the_interval_holds_the_truth_where_chances_differ():
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(200):
        p = rng.beta(0.5, 0.5, 80).clip(0.01, 0.99)
        ratio = actual_by_expected((rng.random(80) < p).astype(float), p)
        held += ratio.low <= 1 <= ratio.high
    assert 180 <= held <= 200


def test_deciles_are_of_equal_size_from_low_to_high_and_add_up():
    rng = np.random.default_rng(2)
    p = rng.random(95)
    outcome = (rng.random(95) < p).astype(float)
    parts = by_decile(outcome, p)
    assert [each["n"] for each in parts] == [10] * 5 + [9] * 5
    assert sum(each["actual"] for each in parts) == outcome.sum()
    assert sum(each["expected"] for each in parts) == pytest.approx(p.sum())
    assert all(one["to"] <= other["from"] for one, other in pairwise(parts))
    json.dumps(parts, allow_nan=False)


def test_the_slope_of_a_right_score_is_one_and_of_one_too_sure_of_itself_is_half():
    rng = np.random.default_rng(3)
    margin = rng.normal(0, 1.2, 4000)
    outcome = (rng.random(4000) < sigmoid(margin)).astype(float)
    value, low, high = slope(outcome, sigmoid(margin))
    assert low < 1 < high
    assert high - low < 0.2
    assert slope(outcome, sigmoid(2 * margin))[0] == pytest.approx(value / 2)


def test_ranking_and_slope_are_not_told_of_a_rare_outcome():
    outcome, score = np.array([1.0] * 19 + [0.0] * 200), np.linspace(0.1, 0.9, 219)
    assert all(math.isnan(each) for each in (*ranking(outcome, score), *slope(outcome, score)))
    assert ranking(np.append(outcome, 1.0), np.append(score, 0.2))[0] < 0.1


def test_a_fall_is_a_difference_of_two_estimates_with_its_interval():
    drop, low, high = fell_by((0.75, 0.72, 0.78), (0.68, 0.64, 0.72))
    assert (drop, low, high) == pytest.approx((0.07, 0.02, 0.12))


def test_what_is_undefined_is_none_in_json():
    assert plain({"a": math.nan, "b": math.inf, "c": 1.0, "d": 2}) == {"a": None, "b": None, "c": 1.0, "d": 2}


def test_what_came_of_the_same_borrowers_twice_is_no_surer_than_once():
    rng = np.random.default_rng(7)
    p = rng.beta(2, 3, 300).clip(0.01, 0.99)
    outcome, who = (rng.random(300) < p).astype(float), np.arange(300.0)
    once = actual_by_expected(outcome, p)
    assert actual_by_expected(outcome, p, who) == once
    twice = actual_by_expected(*(np.repeat(each, 2) for each in (outcome, p, who)))
    naive = actual_by_expected(np.repeat(outcome, 2), np.repeat(p, 2))
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high), abs=2e-3)
    assert naive.high - naive.low < 0.75 * (once.high - once.low)
    for measure in (ranking, slope):
        assert measure(outcome, p, who) == measure(outcome, p)
        doubled = measure(*(np.repeat(each, 2) for each in (outcome, p, who)))
        assert doubled == pytest.approx(measure(outcome, p), abs=5e-3)
    assert by_decile(outcome, p, who) == by_decile(outcome, p)
