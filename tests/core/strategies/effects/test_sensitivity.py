"""What a cause nobody recorded could do: by hand, by DoubleML's formulas, and on worlds that have one."""

import numpy as np
import pytest

from core.strategies.effects.measure import measure_effects
from core.strategies.effects.nuisance import fit_nuisances
from core.strategies.effects.sensitivity import (
    FLOOR,
    Spread,
    Strength,
    benchmarks,
    largest_bias,
    robustness_value,
    sensitivity_of,
    spread_of,
)
from tests.core.strategies.effects.loans import small
from tests.worlds.observed import observed_of, true_effects
from tests.worlds.world import Coefficients, draw

SPREAD = Spread(residual=0.04, weight=9.0)


def test_the_bound_by_hand():
    """Root of .04 x 9 is .6; strengths of .5 and .2 give root of .5 x .25."""
    assert largest_bias(SPREAD, 0.5, 0.2) == pytest.approx(0.6 * np.sqrt(0.125))


def test_a_cause_as_strong_as_the_robustness_value_explains_the_effect_away():
    for effect in (-0.3, 0.01, 0.1):
        strength = robustness_value(effect, SPREAD)
        assert 0 < strength < 1
        assert largest_bias(SPREAD, strength, strength) == pytest.approx(abs(effect))
    assert robustness_value(0.0, SPREAD) == 0.0
    assert np.isnan(robustness_value(0.1, Spread(0.0, 9.0)))


def test_the_benchmark_counts_from_the_floor_on():
    weak = sensitivity_of(0.1, 0.01, SPREAD, Strength("age", 0.01, 0.2))
    assert (weak.outcome, weak.choice) == (FLOOR, 0.2)
    assert weak.bound == pytest.approx(largest_bias(SPREAD, FLOOR, 0.2))
    assert weak.low == pytest.approx(0.1 - weak.bound - 1.96 * 0.01, abs=1e-4)
    none = sensitivity_of(0.1, 0.01, SPREAD, None)
    assert (none.outcome, none.choice, none.to_json()["benchmark"]) == (FLOOR, FLOOR, None)
    sure = sensitivity_of(0.1, 0.01, SPREAD, Strength("rule", 1.0, 1.0))
    assert np.isfinite(sure.bound)


def test_spread_by_hand():
    observed = small(4, strategy=np.array([0, 0, 1, 1]), rate=np.array([0.5, 0.7, 0.2, 0.6]))
    told = spread_of(observed, observed.rate, np.full((4, 2), 0.5), np.full((4, 2), 0.5), 1)
    assert told.residual == pytest.approx((0 + 0.04 + 0.09 + 0.01) / 4)
    assert told.weight == pytest.approx(4.0)


def test_the_strongest_fact_is_the_one_that_moves_outcome_and_choice():
    drawn = draw(1_500, 4, Coefficients(dpd=-1.5, missed=0.0, kept=0.1))
    observed = observed_of(drawn)
    told = benchmarks(observed, fit_nuisances(observed))
    assert set(told) == {(name, kind) for name in ("recovery_rate", "net_value") for kind in (1, 2)}
    assert told["recovery_rate", 2].fact == "days past due (log)"
    assert 0.2 < told["recovery_rate", 2].outcome < 0.8


def test_without_a_learned_strategy_there_is_nothing_to_benchmark():
    observed = small(100, strategy=np.zeros(100, dtype=np.int64))
    assert benchmarks(observed, fit_nuisances(observed)) == {}


def test_the_bound_holds_the_truth_where_something_was_hidden():
    drawn = draw(1_500, 6, Coefficients(hidden=0.5))
    told = measure_effects(observed_of(drawn))
    truth = true_effects(drawn)["Settlement"]
    bound = told.effect("Settlement").sensitivity
    assert bound.low < truth < bound.high
