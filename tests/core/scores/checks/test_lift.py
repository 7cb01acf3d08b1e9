import numpy as np
import pandas as pd
import pytest

from core.scores.checks.lift import Rest
from core.scores.rows.target import non_recovery
from tests.core.scores.worlds import world


@pytest.fixture(scope="module")
def rest_and_outcome():
    target = non_recovery(world(seed=4, loans=900, borrowers=500))
    return Rest(target), target.outcome


def test_noise_lifts_nothing_and_a_copy_of_the_outcome_lifts_to_the_top(rest_and_outcome):
    rest, outcome = rest_and_outcome
    noise = rest.lift(pd.Series(np.random.default_rng(1).normal(0, 1, len(outcome))))
    assert noise.without == rest.auc
    assert -0.02 < noise.by < 0.01
    assert rest.lift(pd.Series(outcome)).added > 0.99


def test_what_was_kept_is_one_of_the_rest_so_that_its_twin_lifts_nothing(rest_and_outcome):
    _, outcome = rest_and_outcome
    rest = Rest(non_recovery(world(seed=4, loans=900, borrowers=500)))
    rng = np.random.default_rng(2)
    clue = pd.Series(np.where(rng.random(len(outcome)) < 0.25, 1 - outcome, outcome))
    first, before = rest.lift(clue), rest.auc
    rest.keep(clue)
    assert first.by > 0.05
    assert rest.auc == first.added > before
    assert rest.lift(clue).by < 0.01


def test_each_fact_is_held_against_all_others(rest_and_outcome):
    lifts = rest_and_outcome[0].lifts_of_known()
    assert lifts["days past due (log)"].by > 0.05 > lifts["balance (log)"].by
    assert {each.added for each in lifts.values()} == {rest_and_outcome[0].auc}


def test_a_barred_fact_is_none_of_the_rest():
    target = non_recovery(world(seed=4, loans=400))
    assert "days past due (log)" not in Rest(target, frozenset({"dpd"})).lifts_of_known()


def test_large_books_are_asked_by_three_thousand_rows():
    target = non_recovery(world(seed=4, loans=4_000))
    assert len(Rest(target)._outcome) == 3_000
