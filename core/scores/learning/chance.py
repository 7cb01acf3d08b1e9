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
    observed, shuffled = _refitted_auc(candidate, part, part.outcome), shuffler(part.outcome, part.groups)
    for turn in range(REFITS):
        progress((turn + 1) / REFITS)
        if _refitted_auc(candidate, part, shuffled(draw)) >= observed:
            return max(p_value, 2 / (turn + 2))
    return max(p_value, 1 / (REFITS + 1))


def _refitted_auc(candidate: Candidate, sample: Sample, outcome: Numbers) -> float:
    margin = np.empty(len(outcome))
    for each in range(FOLDS):
        held = sample.fold == each
        learned = ~held
        if np.ptp(outcome[learned]) == 0:
            margin[held] = 0.0
            continue
        fitted = candidate.fit_small(
            sample.actual.values[learned], outcome[learned], sample.monotone, sample.groups[learned]
        )
        margin[held] = fitted.margin(sample.reference.values[held])
    return auc(outcome, margin)
