"""The figures behind the charts of a model, on scores worked by hand and on scores of known truth."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.metrics.intervals import wilson
from core.scores.measures.discrimination import auc, ks
from core.scores.measures.evidence import calibration_of, deciles_of, evidence_of, roc_of
from core.scores.measures.logit import sigmoid


def drawn(n: int, *, seed: int = 1, signal: float = 1.0, stretch: float = 1.0):
    """Outcomes with known probabilities, and margins that are `stretch` times too sure of themselves."""
    draw = np.random.default_rng(seed)
    margin = -0.8 + signal * draw.normal(size=n)
    return (draw.random(n) < sigmoid(margin)).astype(float), margin * stretch


def test_the_curve_of_four_loans_by_hand():
    told = roc_of(np.array([0, 0, 1, 1.0]), np.array([0.1, 0.4, 0.35, 0.8]))
    assert told["points"] == [[0, 0], [0, 0.5], [0.5, 0.5], [0.5, 1], [1, 1]]
    assert told["ks"]["value"] == 0.5
    assert told["ks"]["at"] == [0, 0.5]
    assert (told["ks"]["n"], told["ks"]["events"]) == (4, 2)


def test_loans_of_one_score_are_one_step():
    assert roc_of(np.array([0, 1, 0, 1.0]), np.full(4, 0.3))["points"] == [[0, 0], [1, 1]]


def test_the_curve_keeps_its_area_and_its_largest_gap_with_at_most_101_points():
    outcome, margin = drawn(3000)
    told = roc_of(outcome, margin)
    across, up = np.array(told["points"]).T
    assert len(told["points"]) <= 101
    assert (np.diff(across) >= 0).all()
    assert (np.diff(up) >= 0).all()
    assert np.trapezoid(up, across) == pytest.approx(auc(outcome, margin), abs=0.002)
    assert told["ks"]["value"] == pytest.approx(ks(outcome, margin), abs=1e-12)
    assert (up - across).max() == pytest.approx(told["ks"]["value"], abs=1e-4)


def test_the_interval_of_the_largest_gap_holds_the_truth_as_often_as_it_says():
    truth = 0.3829249  # of two normal scores one standard deviation apart: 2 Phi(1/2) - 1
    held = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        outcome = (draw.random(600) < 0.3).astype(float)
        low, high = roc_of(outcome, draw.normal(size=600) + outcome)["ks"]["ci"]
        held += low <= truth <= high
    assert held >= 34


def test_tenths_by_hand_begin_with_the_riskiest():
    outcome = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0, 0] * 2, dtype=float)
    score = np.arange(20, 0, -1.0)
    outcome = np.sort(outcome)[::-1]  # the eight events have the eight highest scores
    rows = deciles_of(outcome, score)
    assert [row["n"] for row in rows] == [2] * 10
    assert [row["events"] for row in rows] == [2, 2, 2, 2, 0, 0, 0, 0, 0, 0]
    assert [row["captured"] for row in rows][:5] == [0.25, 0.5, 0.75, 1.0, 1.0]
    assert rows[0]["lift"] == pytest.approx(2.5)
    assert (rows[0]["low"], rows[0]["high"]) == wilson(2, 2)
    assert rows[1]["captured_ci"] == list(wilson(4, 8))
    assert rows[9]["loans_share"] == 1.0
    assert rows[4]["lift_ci"][1] == pytest.approx(wilson(0, 2)[1] / 0.4)


def test_a_number_of_loans_that_ten_does_not_divide_loses_none():
    outcome, margin = drawn(1007)
    rows = deciles_of(outcome, margin)
    assert sum(row["n"] for row in rows) == 1007
    assert sum(row["events"] for row in rows) == outcome.sum()
    assert rows[-1]["captured"] == 1.0


def test_bins_hold_what_was_promised_beside_what_happened():
    probability = np.repeat([0.1, 0.3], 50)
    outcome = np.zeros(100)
    outcome[[0, 1, 2, 3, 4]] = 1  # 5 of 50 at 0.1
    outcome[50:60] = 1  # 10 of 50 at 0.3, promised 15
    told = calibration_of(outcome, probability)
    assert [each["predicted"] for each in told["bins"]] == pytest.approx([0.1] * 5 + [0.3] * 5)
    assert sum(each["n"] for each in told["bins"]) == 100
    assert sum(each["events"] for each in told["bins"]) == 15
    first = told["bins"][0]
    assert (first["observed"], first["low"], first["high"]) == (0.5, *wilson(5, 10))


def test_a_calibrated_score_lies_within_its_noise_and_its_slope_holds_one():
    outcome, margin = drawn(4000)
    told = calibration_of(outcome, sigmoid(margin))
    assert 0.003 < told["ece_of_chance"]["mean"] < told["ece_of_chance"]["high"]
    assert told["ece"] <= told["ece_of_chance"]["high"]
    assert told["slope_ci"][0] < 1 < told["slope_ci"][1]


def test_a_score_too_sure_of_itself_stands_beyond_its_noise_with_a_slope_under_one():
    outcome, margin = drawn(4000, stretch=2.0)
    told = calibration_of(outcome, sigmoid(margin))
    assert told["ece"] > 3 * told["ece_of_chance"]["high"]
    assert told["slope_ci"][1] < 0.7


def test_noise_falls_with_the_number_of_loans():
    few, many = (calibration_of(outcome, sigmoid(margin)) for outcome, margin in (drawn(400), drawn(6400)))
    assert few["ece_of_chance"]["mean"] > 3 * many["ece_of_chance"]["mean"]


def test_one_probability_for_all_has_no_slope():
    told = calibration_of(np.array([0, 1.0] * 60), np.full(120, 0.5))
    assert (told["slope"], told["slope_ci"]) == (None, None)


def test_the_evidence_is_plain_json_without_undefined_numbers_and_small():
    outcome, margin = drawn(800)
    told = evidence_of(outcome, margin, sigmoid(margin))
    assert len(json.dumps(told, allow_nan=False)) < 10_000
    assert (told["n"], told["events"]) == (800, int(outcome.sum()))


def test_evidence_told_twice_by_the_same_borrowers_is_no_surer():
    outcome, margin = drawn(500)
    who = np.arange(500.0)
    once, single = evidence_of(outcome, margin, sigmoid(margin)), evidence_of(outcome, margin, sigmoid(margin), who)
    assert single == once
    doubled = [np.repeat(each, 2) for each in (outcome, margin, sigmoid(margin), who)]
    twice, naive = evidence_of(*doubled), evidence_of(*doubled[:3])

    def width(told, *path):
        for each in path:
            told = told[each]
        return told[1] - told[0]

    for path in (
        ("roc", "ks", "ci"),
        ("calibration", "slope_ci"),
        ("deciles", 2, "captured_ci"),
        ("deciles", 2, "lift_ci"),
    ):
        assert width(twice, *path) == pytest.approx(width(once, *path), rel=0.12), path
        assert width(naive, *path) < 0.8 * width(twice, *path), path
