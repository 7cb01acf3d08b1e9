"""Rows are asked about by models that never saw their borrower; calibration and choice need evidence to depart from plain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.scores.learning import crossfit
from core.scores.learning.candidates import Candidate, Fitted
from core.scores.learning.crossfit import OutOfFold, Sample, out_of_fold, simplest_good, worse_by
from core.scores.measures.calibration import calibration_slope, log_loss
from core.scores.rows.features import Matrix
from core.scores.rows.folds import FOLDS


def sample(outcome, margin, *, asked=None):
    """Rows whose only column is the true margin, one borrower each."""
    n = len(outcome)
    matrix = Matrix(np.asarray(margin, dtype=float)[:, None], np.zeros(1, dtype=np.int64), ())
    every = np.ones(n, dtype=bool) if asked is None else asked
    return Sample(
        matrix, matrix, np.asarray(outcome, dtype=float), np.arange(float(n)), np.arange(n) % FOLDS, [0], every
    )


def scaled(factor: float) -> Candidate:
    """A way to learn that answers the margin times a factor, and remembers what it saw."""
    return Candidate("scaled", *[lambda x, y, monotone, groups: Fitted(lambda rows: factor * rows[:, 0], dict)] * 2)


def drawn(n: int, seed: int = 1):
    rng = np.random.default_rng(seed)
    margin = rng.standard_normal(n)
    return margin, (rng.random(n) < 1 / (1 + np.exp(-margin))).astype(float)


def test_no_row_is_asked_of_a_model_that_saw_it():
    _, outcome = drawn(200)
    asked = sample(outcome, np.arange(200.0))
    seen: list[set[float]] = []

    def fit(x, y, monotone, groups):
        seen.append(set(x[:, 0]))
        mine = seen[-1]
        return Fitted(lambda rows: np.asarray([1.0 if row in mine else 0.0 for row in rows[:, 0]]), dict)

    assert out_of_fold(Candidate("memory", fit, fit), asked).reference.max() == 0.0
    assert [len(each) for each in seen] == [160] * FOLDS


@pytest.mark.parametrize(("factor", "method"), [(1.0, "none"), (3.0, "platt"), (0.3, "platt")])
def test_calibration_is_mended_only_where_it_is_wrong(factor, method):
    margin, outcome = drawn(900)
    found = out_of_fold(scaled(factor), sample(outcome, margin))
    assert found.calibration["method"] == method
    assert calibration_slope(outcome, found.measured) == pytest.approx(1.0, abs=0.15)


def test_isotonic_calibration_needs_a_thousand_rows_and_a_bend():
    margin, _ = drawn(6_000)
    bent = np.where(margin > 0, 0.75, 0.1)
    outcome = (np.random.default_rng(2).random(6_000) < bent).astype(float)
    assert out_of_fold(scaled(1.0), sample(outcome, margin)).calibration["method"] == "isotonic"
    few = out_of_fold(scaled(1.0), sample(outcome[:900], margin[:900]))
    assert few.calibration["method"] in ("none", "platt")


def test_calibration_is_learned_on_the_rows_it_is_for():
    margin, outcome = drawn(2_000)
    outcome[:1_000] = 1.0  # rows under another strategy, where everybody is lost
    told = out_of_fold(scaled(1.0), sample(outcome, margin, asked=np.arange(2_000) >= 1_000))
    misled = out_of_fold(scaled(1.0), sample(outcome, margin))
    assert told.measured[1_000:].mean() == pytest.approx(outcome[1_000:].mean(), abs=0.03)
    assert misled.measured[1_000:].mean() > 0.65


def tried(kind, surprise):
    nothing = np.zeros(len(surprise))
    plain = Candidate(kind, *[lambda x, y, m, g: Fitted(lambda rows: rows[:, 0], dict)] * 2)
    return OutOfFold(plain, nothing, nothing, {}, nothing, nothing, 0.0, 0.0, np.asarray(surprise))


def test_the_simpler_is_taken_unless_the_better_is_better_by_more_than_one_standard_error():
    rng = np.random.default_rng(3)
    base, noise = rng.random(400), rng.standard_normal(400)
    close = [tried("simple", base), tried("complex", base - 0.01 + 0.3 * noise - 0.3 * noise.mean())]
    clear = [tried("simple", base), tried("complex", base - 0.01 + 0.05 * noise - 0.05 * noise.mean())]
    assert worse_by(*close)[0] == pytest.approx(0.01)
    assert simplest_good(close).candidate.kind == "simple"
    assert simplest_good(clear).candidate.kind == "complex"
    assert simplest_good(clear[::-1]).candidate.kind == "complex"


def test_what_is_hard_for_both_does_not_blur_which_is_better():
    """The same rows surprise both; only their difference has an error."""
    base = np.random.default_rng(4).exponential(5.0, 400)
    assert simplest_good([tried("simple", base), tried("complex", base - 0.001)]).candidate.kind == "complex"


def test_a_part_keeps_what_belongs_to_its_rows():
    margin, outcome = drawn(50)
    whole = replace(sample(outcome, margin), monotone=[1])
    part = whole.part(np.arange(50) < 10)
    assert part.outcome.tolist() == outcome[:10].tolist()
    assert part.actual.values[:, 0].tolist() == margin[:10].tolist()
    assert (part.groups.tolist(), part.fold.tolist(), part.monotone) == (list(range(10)), list(np.arange(10) % 5), [1])


def test_log_loss_of_the_measured_probabilities_is_what_candidates_are_compared_by():
    margin, outcome = drawn(300)
    found = out_of_fold(scaled(1.0), sample(outcome, margin))
    assert np.allclose(found.surprise, log_loss(outcome, found.measured))
    assert crossfit.mean_and_error(np.array([1.0, 3.0])) == (2.0, pytest.approx(1.0))
