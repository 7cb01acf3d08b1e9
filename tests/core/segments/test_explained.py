import numpy as np
import pytest

from core.segments.explained import as_far_as_it_pays, explained

RNG = np.random.default_rng(7)
GROUPS = np.repeat([0, 1, 2, 3], 150)
MEANS = np.array([0.1, 0.3, 0.6, 0.8])
NOISE = RNG.normal(0, 0.1, 600)


def test_what_lies_between_segments_is_found_with_its_interval_and_n():
    recovery = MEANS[GROUPS] + NOISE
    true = MEANS[GROUPS].var() / recovery.var()
    told = explained(GROUPS, recovery)
    assert told["share"] == pytest.approx(true, abs=0.02)
    assert told["low"] < true < told["high"]
    assert told["n"] == 600


def test_segments_that_mean_nothing_explain_nothing_on_loans_held_out():
    told = explained(RNG.permutation(GROUPS), MEANS[GROUPS] + NOISE)
    assert told["share"] < 0.01
    assert told["low"] < 0


def test_loans_whose_outcome_is_not_known_do_not_count():
    recovery = MEANS[GROUPS] + NOISE
    bystanders = np.concatenate([recovery, np.full(50, np.nan)])
    assert explained(np.append(GROUPS, np.zeros(50, dtype=int)), bystanders) == explained(GROUPS, recovery)


def test_too_few_outcomes_or_equal_ones_explain_nothing_that_can_be_said():
    few = explained(GROUPS[:199], NOISE[:199])
    assert np.isnan(few["share"])
    assert few["n"] == 199
    assert np.isnan(explained(GROUPS, np.full(600, 0.5))["share"])
    assert as_far_as_it_pays({2: GROUPS[:199], 3: GROUPS[:199]}, NOISE[:199]) is None


def test_more_segments_are_taken_only_as_far_as_they_tell_more():
    recovery = MEANS[GROUPS] + NOISE
    halves, idle = GROUPS // 2, GROUPS * 2 + RNG.integers(0, 2, 600)
    assert as_far_as_it_pays({2: halves, 4: GROUPS, 8: idle}, recovery) == 4
    assert as_far_as_it_pays({2: halves, 4: GROUPS, 8: idle}, NOISE) == 2
