"""The worlds are what they say: one truth a loan, the same for the same seed, and outcomes drawn from it."""

from __future__ import annotations

import numpy as np
import pytest

from core.scores.measures.discrimination import auc
from tests.worlds.world import COEFFICIENTS, STRATEGIES, UNDER, Coefficients, draw, permuted


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_outcomes_are_draws_from_the_truth_under_the_strategy_each_loan_had(name):
    drawn = draw(20_000, 3, name)
    lost = (drawn.frame["cash_12m"] < UNDER * drawn.frame["balance"]).to_numpy()
    rate = (drawn.frame["cash_12m"] / drawn.frame["balance"]).to_numpy()
    for strategy in STRATEGIES:
        rows = (drawn.frame["strategy"] == strategy).to_numpy()
        assert rows.sum() > 1_000
        allowed = 4 / np.sqrt(rows.sum())
        assert abs(lost[rows].mean() - drawn.truth.loc[rows, f"p_{strategy}"].mean()) < 0.5 * allowed
        assert abs(rate[rows].mean() - drawn.truth.loc[rows, f"rate_{strategy}"].mean()) < 0.4 * allowed


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_the_truth_tells_outcomes_apart_as_collections_do(name):
    drawn = draw(20_000, 4, name)
    truth = drawn.truth["p_Standard"].to_numpy()
    outcome = (np.random.default_rng(1).random(len(truth)) < truth).astype(float)
    assert 0.78 < auc(outcome, truth) < 0.84
    assert 0.3 < truth.mean() < 0.45


def test_the_same_seed_gives_the_same_loans_and_another_seed_others():
    assert draw(50, 1).frame.equals(draw(50, 1).frame)
    assert not draw(50, 1).frame["balance"].equals(draw(50, 2).frame["balance"])


def test_officers_sent_the_worst_to_court_unless_chance_did():
    confounded, fair = draw(20_000, 5), draw(20_000, 5, Coefficients(randomised=True))
    for drawn, gap in ((confounded, 0.1), (fair, -0.02)):
        court = (drawn.frame["strategy"] == "Legal").to_numpy()
        difference = drawn.truth.loc[court, "p_Standard"].mean() - drawn.truth.loc[~court, "p_Standard"].mean()
        assert difference > gap
    assert abs(difference) < 0.02


def test_shuffled_outcomes_know_nothing_of_the_truth():
    drawn = permuted(draw(20_000, 6), 1)
    lost = (drawn.frame["cash_12m"] < UNDER * drawn.frame["balance"]).to_numpy(dtype=float)
    assert abs(auc(lost, drawn.truth["p_Standard"].to_numpy()) - 0.5) < 0.02
    assert lost.sum() == pytest.approx(
        (draw(20_000, 6).frame["cash_12m"] < UNDER * draw(20_000, 6).frame["balance"]).sum(), abs=5
    )
