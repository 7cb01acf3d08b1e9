"""Could luck have found a score as good as this one?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.scores.gate import HIGHEST_P
from core.scores.learning.candidates import Candidate
from core.scores.learning.crossfit import OutOfFold, Sample
from core.scores.measures.discrimination import auc, permutation_p, shuffler
from core.scores.rows.folds import FOLDS
from core.segments.features import Numbers

REFITS = 200
ROWS_FOR_REFITS, ROWS_FOR_REFITS_OF_TREES = 5_000, 1_000
AT_ONCE = 20
SEED = 20_261


def chance(chosen: OutOfFold, tried: Sequence[OutOfFold], sample: Sample, progress: Callable[[float], None]) -> float:
    """The larger p of two tests of no signal: outcomes shuffled against the out-of-fold scores of every candidate (the
    best of them counts, because the chosen one was chosen), and, where that rejects, up to 200 refits of the chosen way
    to learn, over the same folds, to shuffled outcomes.

    The refits are of at most 5,000 rows
    (trees: 1,000, and fewer of them), and end as soon as shuffled outcomes gave a score as good as the one observed.

    Args:
        chosen: the candidate taken, out of fold; tried: all of them.
        sample: what it learned from.
        progress: told the part of the refits that is done (0-1).

    References:
        Ojala & Garriga (2010), Permutation tests for studying classifier performance, JMLR 11, 1833-1863; Besag &
        Clifford (1991), Sequential Monte Carlo p-values, Biometrika 78, 301-304.
    """
    others = [each.reference for each in tried if each is not chosen]
    p_value = permutation_p(sample.outcome, chosen.reference, *others, groups=sample.groups)
    if p_value > HIGHEST_P:
        return p_value
    draw, candidate = np.random.default_rng(SEED), chosen.candidate
    most = ROWS_FOR_REFITS if candidate.kind == "logistic" else ROWS_FOR_REFITS_OF_TREES
    part = sample.part(np.sort(draw.permutation(len(sample.fold))[:most]))
    observed, shuffled = _refitted_aucs(candidate, part, part.outcome[:, None])[0], shuffler(part.outcome, part.groups)
    at_once = AT_ONCE if candidate.fit_many else 1
    for done in range(0, REFITS, at_once):
        outcomes = np.column_stack([shuffled(draw) for _ in range(at_once)])
        for turn, area in enumerate(_refitted_aucs(candidate, part, outcomes), start=done + 1):
            progress(turn / REFITS)
            if area >= observed:
                return max(p_value, 2 / (turn + 1))
    return max(p_value, 1 / (REFITS + 1))


def _refitted_aucs(candidate: Candidate, sample: Sample, outcomes: Numbers) -> list[float]:
    """The AUC of each outcome (a column) by margins out of fold; of one that is the same in all it learned from, by 0."""
    margin = np.zeros(outcomes.shape)
    for each in range(FOLDS):
        held = sample.fold == each
        varies = np.flatnonzero(np.ptp(outcomes[~held], axis=0))
        margin[np.ix_(held, varies)] = _margins(candidate, sample, outcomes[:, varies], held)
    return [auc(*both) for both in zip(outcomes.T, margin.T, strict=True)]


def _margins(candidate: Candidate, sample: Sample, outcomes: Numbers, held: np.ndarray) -> Numbers:
    rows, told, asked = sample.actual.values[~held], outcomes[~held], sample.reference.values[held]
    if candidate.fit_many:
        return candidate.fit_many(rows, told, sample.monotone)(asked)
    margins = np.empty((int(held.sum()), outcomes.shape[1]))
    for each, outcome in enumerate(told.T):
        fitted = candidate.fit_small(rows, outcome, sample.monotone, sample.groups[~held])
        margins[:, each] = fitted.margin(asked)
    return margins
