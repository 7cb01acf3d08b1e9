"""By how much one column lifts a score that the others make: what is too good to be known beforehand shows here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.scores.checks.suspicion import bins_of, shares_of_bins
from core.scores.measures.discrimination import auc
from core.scores.measures.logit import fit_logit
from core.scores.rows.features import fit_inputs, matrix_of
from core.scores.rows.folds import FOLDS, grouped_folds
from core.scores.rows.target import Target
from core.segments.features import Numbers

MOST_ROWS = 3_000
RIDGE = 10.0
SEED = 20_261


@dataclass(frozen=True, slots=True)
class Lift:
    """The cross-validated AUC of the others, and with the column added to them."""

    without: float
    added: float

    @property
    def by(self) -> float:
        return self.added - self.without


class Rest:
    """The columns that a new one is held against: facts of the snapshot that Recoup defines, then what was `kept`.

    A logistic score over five folds grouped by borrower, on at most 3,000 rows. An added column enters by the outcome
    shares of its bins, learned on the folds that are not asked about, so that it may have any shape.
    """

    def __init__(self, target: Target, barred: frozenset[str] = frozenset()) -> None:
        rows, outcome, groups = target.rows, target.outcome, target.groups
        chosen = np.sort(np.random.default_rng(SEED).permutation(len(rows))[:MOST_ROWS])
        self._chosen, self._outcome = chosen, outcome[chosen]
        self._fold = grouped_folds(groups[chosen], self._outcome)
        part = rows.iloc[chosen].reset_index(drop=True)
        self._inputs = fit_inputs(part, [], barred)
        matrix = matrix_of(self._inputs, part)
        self._owner, self._shared = matrix.owner, _standard(matrix.values)
        self._added: list[Numbers] = []
        self.auc = self._cross_validated(self._shared, [])

    def lift(self, values: pd.Series) -> Lift:
        """What a column would add to the rest."""
        return Lift(self.auc, self._cross_validated(self._shared, [*self._added, self._coded(values)]))

    def keep(self, values: pd.Series) -> None:
        """The column is one of the rest from now on."""
        self._added.append(self._coded(values))
        self.auc = self._cross_validated(self._shared, self._added)

    def lifts_of_known(self) -> dict[str, Lift]:
        """What each fact that Recoup defines adds to all others, by its name in a model."""
        found = {}
        for place, each in enumerate(self._inputs):
            others = self._shared[:, self._owner != place]
            found[str(each["name"])] = Lift(self._cross_validated(others, self._added), self.auc)
        return found

    def _coded(self, values: pd.Series) -> Numbers:
        """Rows by folds: the column as log-odds of its bins, learned without that fold."""
        bins = bins_of(values)[self._chosen]
        seen = [self._fold != each for each in range(FOLDS)]
        return np.column_stack([shares_of_bins(bins[rows], self._outcome[rows])[bins] for rows in seen])

    def _cross_validated(self, shared: Numbers, added: Sequence[Numbers]) -> float:
        margin = np.zeros(len(self._outcome))
        for each in range(FOLDS):
            held = self._fold == each
            points = np.column_stack([shared, *(_standard(coded[:, [each]]) for coded in added)])
            if np.ptp(self._outcome[~held]) == 0 or not held.any():
                continue
            intercept, *weights = fit_logit(points[~held], self._outcome[~held], ridge=RIDGE)
            margin[held] = intercept + points[held] @ np.asarray(weights)
        return auc(self._outcome, margin)


def _standard(values: Numbers) -> Numbers:
    scale = values.std(axis=0)
    return np.asarray((values - values.mean(axis=0)) / np.where(scale > 0, scale, 1.0))
