"""A fixed part of what `tests.bench_effects` measures: the truth of drawn worlds, as it is found, missed and refused."""

import numpy as np
import pytest

from core.strategies.effects.aipw import contrast
from core.strategies.effects.measure import measure_effects
from core.strategies.effects.nuisance import fit_nuisances
from core.strategies.effects.verdict import NOT_COMPARABLE
from tests.bench_effects import WORLDS
from tests.worlds.histories import HISTORIES, history
from tests.worlds.world import COEFFICIENTS


def test_adjusted_effects_are_near_the_truth_where_the_comparison_as_it_happened_has_the_wrong_sign():
    off, held, naive = [], [], []
    for seed, name in enumerate(COEFFICIENTS, start=1_000):
        observed, rate, _ = WORLDS[name](1_500, seed)
        told = fit_nuisances(observed)
        for kind in (1, 2):
            estimate = contrast(told.gamma_rate, kind, observed.cluster)
            truth = (rate[:, kind] - rate[:, 0]).mean()
            off.append(estimate.value - truth)
            held.append(estimate.low <= truth <= estimate.high)
            naive.append(
                observed.rate[observed.strategy == kind].mean() - observed.rate[observed.strategy == 0].mean() - truth
            )
    assert abs(np.mean(off)) < 0.02
    assert np.mean(held) >= 0.75
    assert max(naive) < -0.05


@pytest.mark.parametrize("world", ["confounding 3", "court above 180", "rule above 1"])
def test_what_cannot_be_compared_is_refused(world):
    observed, _, _ = WORLDS[world](2_000, 1_000)
    told = measure_effects(observed)
    assert {each.verdict for each in told.effects} == {NOT_COMPARABLE}
    assert all("cannot be compared from this history" in each.why and "Run a test" in each.why for each in told.effects)


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_is_what_it_says(name):
    """The truth is the mean of what came where chance decided, and the loans of a borrower share their strategy."""
    told = HISTORIES[name]
    observed, rate = history(30_000, 1, told)
    assert rate.shape == (30_000, len(told.effects) + 1)
    for kind in range(rate.shape[1]):
        had = observed.strategy == kind
        assert observed.rate[had].mean() == pytest.approx(rate[had, kind].mean(), abs=0.03)
    if told.loans_each > 1:
        assert (observed.strategy[0::3] == observed.strategy[1::3]).all()
