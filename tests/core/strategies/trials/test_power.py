"""How many loans: published vectors, statsmodels where it is there, and what chance says."""

import math

import numpy as np
import pytest

from core.strategies.trials.looks import boundaries, crossing, inflation
from core.strategies.trials.power import (
    Test as Planned,
)
from core.strategies.trials.power import (
    detectable_difference,
    detectable_rate,
    dunnett,
    loans_for_amounts,
    loans_for_rates,
)


@pytest.mark.parametrize(("before", "after", "loans"), [(0.20, 0.22, 6_507), (0.40, 0.45, 1_531), (0.40, 0.42, 9_490)])
def test_rates_need_what_the_formula_says(before, after, loans):
    assert loans_for_rates(before, after) == (loans, loans)


@pytest.mark.parametrize(
    ("cv", "lift", "r2", "loans"),
    [(1.5, 0.10, 0.0, 3_533), (1.5, 0.10, 0.4, 2_120), (2.5, 0.10, 0.0, 9_812), (1.5, 0.05, 0.0, 14_129)],
)
def test_amounts_need_what_the_formula_says(cv, lift, r2, loans):
    """Within one loan: the vectors were worked with z rounded to 1.96 and .8416."""
    assert abs(loans_for_amounts(cv, lift, Planned(r2=r2))[0] - loans) <= 1


def test_it_agrees_with_statsmodels():
    power = pytest.importorskip("statsmodels.stats.power")
    for cv, lift, ratio in ((1.5, 0.1, 1.0), (2.5, 0.1, 0.5), (1.5, 0.2, 3.0)):
        theirs = power.NormalIndPower().solve_power(effect_size=lift / cv, alpha=0.05, power=0.8, ratio=ratio)
        assert loans_for_amounts(cv, lift, Planned(ratio=ratio))[0] == math.ceil(theirs)


def test_unequal_shares_put_the_same_evidence_elsewhere():
    assert loans_for_amounts(1.0, 0.1, Planned(ratio=3.0)) == (1_047, 3_140)
    before, after = loans_for_rates(0.4, 0.45, Planned(ratio=0.25))
    spread = 0.24 / before + 0.2475 / after
    assert 0.05 / math.sqrt(spread) == pytest.approx(Planned().z, abs=2e-3)


def test_loans_of_one_borrower_several_challengers_and_looks_cost_more_and_a_score_less():
    plain = loans_for_amounts(1.5, 0.1)[0]
    assert loans_for_amounts(1.5, 0.1, Planned(cluster=1.5, alike=0.4))[0] == pytest.approx(1.2 * plain, abs=1)
    assert loans_for_amounts(1.5, 0.1, Planned(inflation=inflation(12)))[0] == pytest.approx(1.04 * plain, rel=0.01)
    assert loans_for_amounts(1.5, 0.1, Planned(challengers=3))[0] > 1.3 * plain


def test_what_can_be_found_is_the_other_side_of_what_is_needed():
    for test in (Planned(), Planned(ratio=2.0, r2=0.3), Planned(challengers=2, cluster=1.4, alike=0.5)):
        assert detectable_difference(1.5, loans_for_amounts(1.5, 0.1, test)[0], test) == pytest.approx(0.1, rel=1e-3)
        assert detectable_rate(0.3, loans_for_rates(0.3, 0.34, test)[0], test) == pytest.approx(0.04, rel=1e-3)
    assert math.isnan(detectable_rate(0.9, 5))


def test_the_chance_to_find_it_is_the_one_planned_for():
    loans = loans_for_rates(0.30, 0.40)[0]
    rng = np.random.default_rng(1)
    one, two = (rng.binomial(loans, share, 20_000) / loans for share in (0.30, 0.40))
    z = (two - one) / np.sqrt((one * (1 - one) + two * (1 - two)) / loans)
    assert (np.abs(z) > 1.959964).mean() == pytest.approx(0.80, abs=0.012)


def test_dunnett_is_between_one_comparison_and_bonferroni():
    rng = np.random.default_rng(2)
    shared = rng.standard_normal(400_000)
    apart = np.sqrt(0.5) * (shared[:, None] + rng.standard_normal((400_000, 3)))
    assert (np.abs(apart).max(axis=1) > dunnett(3)).mean() == pytest.approx(0.05, abs=0.0015)
    assert 1.96 < dunnett(3) < 2.394


def test_power_of_looks_is_that_of_one_look_with_the_inflation():
    fractions = [place / 12 for place in range(1, 13)]
    drift = Planned().z * math.sqrt(inflation(12))
    assert crossing(drift, fractions, boundaries(fractions, 1.0)) == pytest.approx(0.80, abs=1e-4)


@pytest.mark.parametrize(
    "wrong", [{"power": 1.0}, {"alpha": 0.0}, {"challengers": 0}, {"ratio": 0.0}, {"r2": 1.0}, {"alike": 2.0}]
)
def test_a_test_that_cannot_be_is_no_test(wrong):
    with pytest.raises(ValueError, match="No trial can be planned"):
        Planned(**wrong)


def test_nothing_tells_apart_what_is_equal():
    with pytest.raises(ValueError, match="No number of loans tells"):
        loans_for_rates(0.2, 0.2)
    with pytest.raises(ValueError, match="No number of loans finds"):
        loans_for_amounts(1.5, 0.0)
    with pytest.raises(ValueError, match="none to improve on"):
        detectable_rate(1.0, 10)
    with pytest.raises(ValueError, match="tells no difference"):
        detectable_difference(1.0, 0)
