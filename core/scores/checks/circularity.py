"""Is the target an outcome at all, or a rule over the very facts a model would learn from? Imports LightGBM: worker only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np

from core.columns import by_field
from core.scores.measures.discrimination import auc
from core.scores.rows.features import EXTRA, SOURCES, STRATEGY, fit_inputs, matrix_of
from core.scores.rows.folds import FOLDS, grouped_folds
from core.scores.rows.target import Target
from core.segments.features import Numbers

DEFINED_FROM = 0.94
"""No outcome is known this well beforehand: collections scores reach 0.7 to 0.85."""
MOST_NAMED = 5
SHARE_NAMED = 0.90
ROUNDS = 80
MOST_ROWS = 10_000
SEED = 20_261
_TREES = {
    "objective": "binary", "num_threads": 1, "deterministic": True, "force_row_wise": True, "seed": SEED, "verbosity": -1,
    "learning_rate": 0.15, "num_leaves": 12, "min_data_in_leaf": 5, "lambda_l2": 1.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Definition:
    """Facts that give the target away together: their names, those that tell most first, and how well they do."""

    names: tuple[str, ...]
    auc: float

    @property
    def why(self) -> str:
        """The refusal in one sentence, without a full stop."""
        told = " and ".join([", ".join(self.names[:-1]), self.names[-1]] if len(self.names) > 1 else self.names)
        return (
            f"The outcome can be told from {told} alone (AUC {self.auc:.3f} on loans not learned from), so it was computed "
            "from them or they were written with it: a score would repeat that rule and say nothing of what will be paid"
        )


def defined_by(target: Target, extras: Sequence[str], barred: frozenset[str]) -> Definition | None:
    """The facts that define the target, or None where no facts do.

    Small boosted trees, five folds grouped by borrower, on at most 10,000 rows: they follow any threshold, and any border
    between clusters, over the columns a model may read. From an AUC of 0.94 on the target is called defined.

    Args:
        target: rows and outcomes.
        extras: unknown columns admitted.
        barred: contract columns quarantined. Where the outcome is what was paid after the snapshot no fact can define
            it, so they are leaks and left aside; a stated outcome may have been computed from them, so they are asked too.
    """
    chosen = np.sort(np.random.default_rng(SEED).permutation(len(target.rows))[:MOST_ROWS])
    left_out = barred if target.column == "payments" else frozenset()
    rows = target.rows.drop(columns=[name for name in (*left_out, STRATEGY) if name in target.rows])
    rows = rows.iloc[chosen].reset_index(drop=True)
    inputs = fit_inputs(rows, extras, left_out)
    matrix, outcome = matrix_of(inputs, rows), target.outcome[chosen]
    if not inputs:
        return None
    reached = _out_of_fold_auc(matrix.values, outcome, grouped_folds(target.groups[chosen], outcome))
    if not reached >= DEFINED_FROM:
        return None
    gain = _grown(matrix.values, outcome).feature_importance("gain")
    by_input = np.bincount(matrix.owner, weights=gain, minlength=len(inputs))
    order = np.argsort(-by_input, kind="stable")
    enough = int(np.searchsorted(by_input[order].cumsum(), SHARE_NAMED * by_input.sum())) + 1
    return Definition(tuple(_named(inputs[place]["name"]) for place in order[: min(enough, MOST_NAMED)]), reached)


def _out_of_fold_auc(x: Numbers, outcome: Numbers, fold: np.ndarray) -> float:
    score = np.zeros(len(outcome))
    for each in range(FOLDS):
        held = fold == each
        if held.any() and np.ptp(outcome[~held]) > 0:
            score[held] = _grown(x[~held], outcome[~held]).predict(x[held], raw_score=True, num_threads=1)
    return auc(outcome, score)


def _grown(x: Numbers, outcome: Numbers) -> lightgbm.Booster:
    rows = lightgbm.Dataset(x, outcome)
    return lightgbm.train(dict(_TREES), rows, num_boost_round=ROUNDS, keep_training_booster=True)


def _named(name: str) -> str:
    """An input as the file calls it where it is one column, else in words."""
    source = next((each for each in SOURCES if each.name == name), None)
    if source is None:
        return name.removeprefix(EXTRA)
    return by_field("portfolio")[source.fields[0]].header if len(source.fields) == 1 else source.name
