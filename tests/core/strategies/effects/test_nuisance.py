"""Cross-fitted chances and means: who learned from whom, and what is used where chance is known."""

from dataclasses import replace

import numpy as np
import pytest

from core.strategies.effects import learners
from core.strategies.effects.aipw import contrast
from core.strategies.effects.nuisance import FEWEST_LOANS, LOWEST_CHANCE, fit_nuisances, folds_of
from core.strategies.observed import Fact
from tests.core.strategies.effects.loans import small
from tests.worlds.observed import observed_of, true_effects
from tests.worlds.world import Coefficients, draw


def test_a_planted_effect_is_found_where_the_comparison_as_it_happened_is_wrong():
    observed = small(2_000)
    naive = observed.rate[observed.strategy == 1].mean() - observed.rate[observed.strategy == 0].mean()
    told = contrast(fit_nuisances(observed).gamma_rate, 1, observed.cluster)
    assert naive < 0.05
    assert told.low < 0.1 < told.high
    assert told.se < 0.01


def test_rows_of_a_borrower_share_a_fold_and_strategies_are_spread_evenly():
    observed = small(300)
    observed = replace(observed, cluster=np.arange(300) // 2)
    fold = folds_of(observed, 5, seed=3)
    assert (fold[::2] == fold[1::2]).all()
    for kind in (0, 1):
        counts = np.bincount(fold[observed.strategy == kind], minlength=5)
        assert counts.min() > 0.6 * counts.max()
    assert (fold == folds_of(observed, 5, seed=3)).all()
    assert (fold != folds_of(observed, 5, seed=4)).any()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_no_loan_is_told_by_a_model_that_saw_it(monkeypatch, share):
    """Changing the outcome of one loan changes what is told of other folds only, by lines and by trees."""
    monkeypatch.setattr(learners, "SHARES", (share,))
    observed = small(300)
    before = fit_nuisances(observed)
    rate = observed.rate.copy()
    rate[7] = 5.0
    after = fit_nuisances(replace(observed, rate=rate))
    own = before.fold == before.fold[7]
    assert (before.mu_rate[own] == after.mu_rate[own]).all()
    assert (before.mu_rate[~own] != after.mu_rate[~own]).any()


def test_known_chances_replace_estimated_ones_and_the_rest_is_shared():
    observed = small(600)
    known = np.where(np.arange(600) < 300, np.where(observed.strategy == 1, 0.3, 0.7), np.nan)
    told = fit_nuisances(replace(observed, probability=known))
    rows = np.arange(300)
    assert told.propensity[rows, observed.strategy[:300]] == pytest.approx(known[:300])
    assert told.propensity[:300].sum(axis=1) == pytest.approx(1)
    assert told.propensity[300:] == pytest.approx(told.estimated[300:].clip(LOWEST_CHANCE))


def test_a_certain_strategy_was_no_chance():
    observed = small(300)
    told = fit_nuisances(replace(observed, probability=np.ones(300)))
    assert told.propensity == pytest.approx(fit_nuisances(observed).propensity)


def test_a_strategy_with_few_borrowers_is_not_learned():
    observed = small(400)
    strategy = observed.strategy.copy()
    strategy[: FEWEST_LOANS - 1] = 2
    told = fit_nuisances(replace(observed, strategy=strategy, strategies=("Standard", "Legal", "Visit")))
    assert told.learned.tolist() == [True, True, False]
    assert np.isnan(told.mu_rate[:, 2]).all()
    assert np.isnan(told.weight[: FEWEST_LOANS - 1]).all()
    assert np.isfinite(contrast(told.gamma_rate, 1, observed.cluster).value)


def test_one_strategy_only_is_a_mean_and_nothing_else():
    told = fit_nuisances(small(100, strategy=np.zeros(100, dtype=np.int64)))
    assert told.learned.tolist() == [True, False]
    assert told.propensity[:, 0] == pytest.approx(np.ones(100))
    assert np.isfinite(told.gamma_rate[:, 0]).all()


@pytest.mark.parametrize("rate", [np.zeros(200), np.full(200, 0.3)])
def test_outcomes_that_never_vary_and_facts_that_say_nothing_end_in_numbers(rate):
    observed = small(200, rate=rate, net=None)
    facts = np.column_stack([np.ones(200), observed.facts, observed.facts])
    columns = (Fact("constant", "constant", True), *observed.columns, Fact("again", "again", True))
    told = fit_nuisances(replace(observed, facts=facts, columns=columns))
    assert told.mu_rate == pytest.approx(np.broadcast_to(rate[:, None], (200, 2)))
    assert told.mu_net is None
    assert told.gamma_net is None


def test_net_value_is_the_rate_in_money_less_what_the_strategy_costs():
    observed = small(800)
    told = fit_nuisances(observed)
    expected = 0.9 * told.mu_rate * observed.balance[:, None] - np.array([0.0, 50.0])
    assert told.mu_net == pytest.approx(expected)


def test_trees_are_asked_where_a_rule_decided():
    """Everybody above a threshold went to court: smooth lines cannot say so, and chances near 0 must be seen."""
    rng = np.random.default_rng(3)
    observed = small(2_000)
    strategy = ((observed.facts[:, 0] > 0.8) | (rng.random(2_000) < 0.2)).astype(np.int64)
    told = fit_nuisances(replace(observed, strategy=strategy))
    assert told.tree_share > 0.5
    assert (told.estimated[observed.facts[:, 0] > 0.9, 0] < 0.05).mean() > 0.9


def test_of_a_drawn_world_the_truth_lies_in_the_intervals():
    drawn = draw(1_500, 11, Coefficients())
    observed = observed_of(drawn)
    told, parts = fit_nuisances(observed, progress=(parts := []).append), parts
    for kind, truth in enumerate(true_effects(drawn).values(), start=1):
        estimate = contrast(told.gamma_rate, kind, observed.cluster)
        assert estimate.low < truth < estimate.high
    assert parts == sorted(parts)
    assert parts[-1] == 1.0
