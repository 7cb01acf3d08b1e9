"""Segments on books whose truth is known; many seeds and sizes: tests/bench_segments.py."""

import numpy as np
import pytest

from core.segments.assign import assign
from core.segments.clustering import fit_segments
from core.segments.naming import names_of
from tests.bench_segments import eta_squared, measured
from tests.worlds.world import COEFFICIENTS, draw


@pytest.mark.no_cover  # every world fitted again: `test_clustering` covers one fit
def test_segments_hold_still_and_describe_recovery_in_every_world():
    told = measured(2_000, seed=3, refits=2)
    assert told["k"] >= 3
    assert told["ari"] >= 0.80
    assert told["jaccard"] >= 0.75
    assert told["kept"] >= 0.95
    assert min(told[kind] for kind in COEFFICIENTS) >= 0.45


def test_outcomes_decide_only_how_many_segments_there_are():
    world = draw(1_000, 5, "plain")
    outcomes = world.frame.assign(recovery=world.frame["cash_12m"] / world.frame["balance"])
    by_outcome = fit_segments(world.frame, outcomes=outcomes, redraws=4)
    same_number = fit_segments(world.frame, k=len(by_outcome["ids"]), redraws=4)
    assert by_outcome["centroids"] == same_number["centroids"]
    assert "held out" in by_outcome["chosen_by"]


def test_loans_that_pay_are_told_apart_from_loans_that_do_not_without_knowing_outcomes():
    world = draw(1_000, 6, "plain")
    content = fit_segments(world.frame.drop(columns="cash_12m"), redraws=4)
    segment = assign(content, names_of(content), world.frame)["segment"].to_numpy()
    truth = world.truth["rate_Standard"].to_numpy()
    shuffled = np.random.default_rng(1).permutation(segment)
    assert eta_squared(segment, truth) > 0.45
    assert eta_squared(shuffled, truth) == pytest.approx(0, abs=0.02)
