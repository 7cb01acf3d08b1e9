import numpy as np
import pytest

from core.scores.measures.calibration import (
    apply_calibration,
    calibration_slope,
    expected_calibration_error,
    fit_platt,
    log_loss,
)
from core.scores.measures.logit import fit_logit, logit, sigmoid


def drawn(seed=1, n=20_000, stretch=1.0):
    draw = np.random.default_rng(seed)
    margin = draw.normal(-0.5, 1.2, n)
    return (draw.random(n) < sigmoid(margin)).astype(float), margin * stretch


def test_logit_and_sigmoid_are_each_other_s_inverse():
    assert sigmoid(logit(np.array([0.01, 0.5, 0.99]))) == pytest.approx([0.01, 0.5, 0.99])
    assert np.isfinite(logit(np.array([0.0, 1.0]))).all()
    assert sigmoid(np.array([-1e4, 1e4])).tolist() == [0.0, 1.0]


def test_newton_finds_the_coefficients_that_made_the_data():
    outcome, margin = drawn()
    intercept, slope = fit_logit(margin[:, None], outcome, ridge=0.0)
    assert intercept == pytest.approx(0, abs=0.05)
    assert slope == pytest.approx(1, abs=0.05)


def test_a_ridge_shrinks_and_separated_classes_stay_finite():
    x, y = np.array([[-1.0], [-0.5], [0.5], [1.0]]), np.array([0.0, 0.0, 1.0, 1.0])
    strong, weak = fit_logit(x, y, ridge=10.0)[1], fit_logit(x, y, ridge=0.1)[1]
    assert 0 < strong < weak < 20


def test_a_score_too_sure_of_itself_has_a_slope_under_one_and_platt_mends_it():
    outcome, margin = drawn(stretch=2.0)
    assert calibration_slope(outcome, sigmoid(margin)) == pytest.approx(0.5, abs=0.03)
    mended = apply_calibration(fit_platt(outcome, margin), margin)
    assert calibration_slope(outcome, mended) == pytest.approx(1.0, abs=0.03)
    assert log_loss(outcome, mended).mean() < log_loss(outcome, sigmoid(margin)).mean()


def test_a_slope_needs_both_outcomes_and_scores_that_vary():
    assert np.isnan(calibration_slope(np.array([0.0, 1.0]), np.array([0.3, 0.3])))
    assert np.isnan(calibration_slope(np.array([1.0, 1.0]), np.array([0.3, 0.4])))


def test_ece_by_hand_over_two_bins_of_equal_mass():
    outcome, probability = np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.1, 0.3, 0.6, 0.8])
    assert expected_calibration_error(outcome, probability, bins=2) == pytest.approx((0.3 + 0.3) / 2)
    assert np.isnan(expected_calibration_error(outcome[:0], probability[:0]))


def test_isotonic_steps_are_interpolated_and_flat_outside():
    steps = {"method": "isotonic", "margins": [0.0, 1.0], "probabilities": [0.2, 0.4]}
    assert apply_calibration(steps, np.array([-5.0, 0.5, 9.0])).tolist() == pytest.approx([0.2, 0.3, 0.4])
    assert apply_calibration({"method": "none"}, np.array([0.0])).tolist() == [0.5]
