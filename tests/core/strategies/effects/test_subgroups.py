"""Effects by group: own, drawn towards the overall one, or none with the count."""

from dataclasses import replace

import numpy as np
import pytest

from core.strategies.effects.aipw import Estimate
from core.strategies.effects.measure import measure_effects
from core.strategies.effects.subgroups import FEWEST_IN_GROUP, shrunk
from tests.core.strategies.effects.loans import EFFECT, small

OVERALL = Estimate(0.05, 0.005, 0.04, 0.06, 1_000)


def of(value, se):
    return Estimate(value, se, value - 1.96 * se, value + 1.96 * se, 100)


def test_groups_that_differ_by_chance_alone_are_drawn_to_the_overall_effect():
    own = [of(0.05 + away, 0.05) for away in (-0.03, 0.02, 0.0, 0.04, -0.02, 0.01)]
    for each, (value, low, high) in zip(own, shrunk(own, OVERALL), strict=True):
        assert abs(value - 0.05) <= 0.5 * abs(each.value - 0.05)
        assert low < value < high
        assert high - low < each.high - each.low


def test_groups_that_truly_differ_keep_their_own():
    own = [of(value, 0.01) for value in (-0.3, 0.4, 0.0, 0.2, -0.1)]
    for each, (value, _, _) in zip(own, shrunk(own, OVERALL), strict=True):
        assert value == pytest.approx(each.value, abs=0.01)


def test_the_less_a_group_knows_the_further_it_is_drawn():
    own = [of(0.15, 0.02), of(0.15, 0.10), of(0.0, 0.02), of(0.08, 0.03), of(-0.03, 0.03)]
    drawn = shrunk(own, OVERALL)
    assert drawn[1][0] < drawn[0][0] < 0.15


def test_a_group_with_few_loans_is_told_its_count_and_nothing_else():
    observed = small(600)
    labels = np.where(np.arange(600) < 40, "few", np.where(np.arange(600) < 300, "Auto", "Home")).astype(object)
    labels[-5:] = None
    told = measure_effects(replace(observed, groups={"product": labels}))
    groups = {each.group: each for each in told.groups if each.outcome == "recovery_rate"}
    assert groups.keys() == {"Auto", "Home", "few"}
    assert groups["Home"].n == 295
    assert groups["few"].own is None
    assert np.isnan(groups["few"].value)
    assert f"too few to tell ({FEWEST_IN_GROUP} are needed)" in groups["few"].why
    assert groups["few"].to_json()["value"] is None
    for each in (groups["Auto"], groups["Home"]):
        assert each.low < EFFECT < each.high
        assert each.n_strategy + each.n_reference == each.n


def test_nothing_is_said_of_groups_where_nothing_is_said_of_all():
    observed = small(600, groups={"product": np.full(600, "Auto", dtype=object)})
    strategy = np.where(observed.facts[:, 0] > 0, 1, 0)
    assert measure_effects(replace(observed, strategy=strategy)).groups == ()
