"""A score that luck could have found is not told from luck."""

from __future__ import annotations

import numpy as np
import pytest

from core.scores.learning import candidates
from core.scores.learning.candidates import CANDIDATES
from core.scores.learning.chance import REFITS, chance
from core.scores.learning.crossfit import out_of_fold
from core.scores.measures.discrimination import permutation_p
from tests.core.scores.learning.test_crossfit import drawn, sample

BY_KIND = {candidate.kind: candidate for candidate in CANDIDATES}


def of(kind, asked):
    return out_of_fold(BY_KIND[kind], asked)


@pytest.mark.parametrize("kind", BY_KIND)
def test_a_signal_is_told_from_chance_by_every_refit(kind, monkeypatch):
    """Of trees a few are enough here: it is all 200 refits that count, not how good each is."""
    monkeypatch.setattr(candidates, "ROUNDS", (3, 6))
    monkeypatch.setattr(candidates, "TREES_OF_FOREST", 12)
    margin, outcome = drawn(300)
    told, asked = [], sample(outcome, 1.5 * margin)
    found = of(kind, asked)
    assert chance(found, [found], asked, told.append) == pytest.approx(1 / (REFITS + 1))
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_no_signal_is_refused_before_any_refit():
    margin, outcome = drawn(300)
    asked = sample(outcome[::-1], margin)
    found = of("logistic", asked)
    told: list[float] = []
    assert chance(found, [found], asked, told.append) > 0.005
    assert told == []


def test_refits_end_at_the_first_shuffle_that_does_as_well():
    """A score that looks sure beside one that refits cannot confirm: the out-of-fold margins are the outcomes themselves."""
    _, outcome = drawn(300)
    noise = np.random.default_rng(9).standard_normal(300)
    asked = sample(outcome, noise)
    found = of("logistic", asked)
    sure = type(found)(**{name: getattr(found, name) for name in found.__slots__} | {"reference": outcome})
    told: list[float] = []
    assert chance(sure, [sure], asked, told.append) > 0.005
    assert 1 <= len(told) < REFITS


def test_the_more_was_tried_the_more_a_good_score_must_show():
    rng = np.random.default_rng(2)
    outcome = (rng.random(200) < 0.4).astype(float)
    score = outcome * 0.3 + rng.standard_normal(200)
    others = [rng.standard_normal(200) for _ in range(6)]
    alone, among = permutation_p(outcome, score), permutation_p(outcome, score, *others)
    assert alone < among < 7 * alone + 0.01
