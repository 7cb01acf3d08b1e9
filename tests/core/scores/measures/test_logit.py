import numpy as np
import pytest

from core.scores.measures import logit as asked
from core.scores.measures.logit import fit_logit, fit_logits, sigmoid

RNG = np.random.default_rng(4)
X = RNG.standard_normal((400, 5)) * [1.0, 1.0, 2.0, 0.5, 1.0]
KEPT = RNG.random((12, 5)) < 0.7


def alone(outcomes):
    lines = np.zeros((outcomes.shape[1], X.shape[1] + 1))
    for line, outcome, kept in zip(lines, outcomes.T, KEPT, strict=False):
        line[np.append(True, kept)] = fit_logit(X[:, kept], outcome, ridge=2.0)
    return lines


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_many_outcomes_at_once_give_what_each_gives_alone_whatever_they_begin_from(share, monkeypatch):
    outcomes = (RNG.random((400, 12)) < share).astype(float)
    expected = alone(outcomes)
    monkeypatch.setattr(asked, "fit_logit", None)  # outcomes without a signal need no help
    found = fit_logits(X, outcomes, ridge=2.0, kept=KEPT)
    assert np.abs(found - expected).max() < 1e-9
    begun = fit_logits(X, outcomes, ridge=2.0, kept=KEPT, begin=found + RNG.standard_normal(found.shape) / 10)
    assert np.abs(begun - expected).max() < 1e-9


def test_an_outcome_that_the_rows_tell_much_of_is_fitted_by_itself_among_many():
    outcomes = (RNG.random((400, 12)) < 0.3).astype(float)
    outcomes[:, 3] = X[:, np.flatnonzero(KEPT[3])[0]] > 1
    assert np.abs(fit_logits(X, outcomes, ridge=2.0, kept=KEPT) - alone(outcomes)).max() < 1e-9


def test_the_probability_of_a_margin_is_exact_at_both_ends():
    assert sigmoid(np.array([-800.0, -50.0, 0.0, 800.0])) == pytest.approx([0.0, np.exp(-50.0), 0.5, 1.0], rel=1e-14)
    assert sigmoid(np.float64(2.0)) == pytest.approx(1 / (1 + np.exp(-2.0)))
    margin = np.array([1.0, -1.0])
    sigmoid(margin)
    assert margin.tolist() == [1.0, -1.0]
