"""The three ways to learn, simplest first; each turns a matrix into margins and into JSON. Imports LightGBM."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np

from core.scores.measures.logit import fit_logit, fit_logits
from core.scores.rows.folds import grouped_folds
from core.segments.features import Numbers

SEED = 20_261
RIDGE = 10.0
"""Shrinkage of the logistic score: at 500 rows it keeps the calibration slope near 1; at 20,000 nothing is felt of it."""
RIDGE_UNDER_TREES = 20.0
ROUNDS = (15, 30, 60, 120, 240)
"""Numbers of trees that boosting chooses from, by the log-loss of borrowers held out inside its own rows."""
INNER_FOLDS = 4


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted candidate: margins of a matrix, and the part of the artifact that is its own.

    It is written down when it is asked for: most fits only answer for a fold they did not see, and writing trees takes
    about as long as growing them.
    """

    margin: Callable[[Numbers], Numbers]
    write: Callable[[], dict[str, Any]]

    @property
    def content(self) -> dict[str, Any]:
        """The part of the artifact that is its own, made anew at each asking."""
        return self.write()


Begun = tuple[Callable[[Numbers], Numbers], dict[str, Any]]
"""A line: its margins of a matrix, and its part of the artifact."""
Start = Callable[[Numbers, Numbers, Sequence[int]], Begun]
Fit = Callable[[Numbers, Numbers, Sequence[int], Numbers], Fitted]
FitMany = Callable[[Numbers, Numbers, Sequence[int]], Callable[[Numbers], Numbers]]
"""From rows, many outcomes of them (a column each) and directions to margins: asked rows by outcomes."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to learn: kind as stored, fit(x, y, monotone a column, group a row), and the same in small (fewer trees, none
    of them chosen) for the hundreds of refits that a test of chance needs, to many outcomes at once where that is quicker."""

    kind: str
    fit: Fit
    fit_small: Fit
    fit_many: FitMany | None = None


def _logistic(x: Numbers, y: Numbers, monotone: Sequence[int], groups: Numbers) -> Fitted:
    margin, linear = _linear(x, y, monotone, RIDGE)
    return Fitted(margin, lambda: {"linear": linear})


def _linear(x: Numbers, y: Numbers, monotone: Sequence[int], ridge: float) -> Begun:
    """A logistic regression in which no column pulls against the direction the field is sure of: such a column is left
    out and the rest fitted again, until none does."""
    mean, scale = _scales(x)
    points, direction = (x - mean) / scale, np.asarray(monotone, dtype=float)
    weights, kept = np.zeros(x.shape[1]), np.ones(x.shape[1], dtype=bool)
    while True:
        intercept, *coefficients = fit_logit(points[:, kept], y, ridge=ridge)
        weights[:] = 0.0
        weights[kept] = coefficients
        against = weights * direction < 0
        if not against.any():
            break
        kept &= ~against
    linear = {
        "intercept": float(intercept),
        "coefficients": weights.tolist(),
        "mean": mean.tolist(),
        "scale": scale.tolist(),
    }
    return lambda rows: intercept + (rows - mean) / scale @ weights, linear


def _logistic_many(x: Numbers, outcomes: Numbers, monotone: Sequence[int]) -> Callable[[Numbers], Numbers]:
    """`_logistic` for each of many outcomes that the rows tell little of."""
    mean, scale = _scales(x)
    points, direction = (x - mean) / scale, np.asarray(monotone, dtype=float)
    kept = np.ones((outcomes.shape[1], x.shape[1]), dtype=bool)
    lines = fit_logits(points, outcomes, ridge=RIDGE, kept=kept)
    while True:
        against = lines[:, 1:] * direction < 0
        asked = against.any(axis=1)
        if not asked.any():
            break
        kept &= ~against
        begin = lines[asked]
        lines[asked] = fit_logits(points, outcomes[:, asked], ridge=RIDGE, kept=kept[asked], begin=begin)
    return lambda rows: lines[:, 0] + (rows - mean) / scale @ lines[:, 1:].T


def _scales(x: Numbers) -> tuple[Numbers, Numbers]:
    scale = x.std(axis=0)
    return x.mean(axis=0), np.where(scale > 0, scale, 1.0)


def _boosted(x: Numbers, y: Numbers, monotone: Sequence[int], groups: Numbers) -> Fitted:
    """Small trees, as many as held-out borrowers ask for, that begin where a logistic score ends or from nothing.

    What is linear needs no tree, and a tree for it would cost rows: on worlds of known truth beginning with the line was
    nearer to the truth at every size from 500 to 20,000 rows. Where a direction is sure but far from a line, trees that
    may only go up cannot mend the line: then those that begin from nothing are taken.
    """
    fold = grouped_folds(groups, y, folds=INNER_FOLDS)
    surprise = {start: np.zeros(len(ROUNDS)) for start in STARTS}
    for each in range(INNER_FOLDS):
        seen, held = fold != each, fold == each
        if not held.any() or np.ptp(y[seen]) == 0:
            continue
        for start, surprises in surprise.items():
            begin, _ = start(x[seen], y[seen], monotone)
            booster = _small_trees(x[seen], y[seen], monotone, begin(x[seen]), max(ROUNDS))
            for place, rounds in enumerate(ROUNDS):
                margin = begin(x[held]) + _raw(booster, x[held], rounds)
                surprises[place] += float((np.logaddexp(0.0, margin) - margin * y[held]).sum())
    chosen = min(STARTS, key=lambda start: float(surprise[start].min()))
    return _boosted_from(chosen, ROUNDS[int(surprise[chosen].argmin())], x, y, monotone)


def _boosted_from(start: Start, rounds: int, x: Numbers, y: Numbers, monotone: Sequence[int]) -> Fitted:
    begin, linear = start(x, y, monotone)
    booster = _small_trees(x, y, monotone, begin(x), rounds)
    return Fitted(
        lambda rows: begin(rows) + _raw(booster, rows, -1), lambda: {"linear": linear, **_stored(booster, False)}
    )


def _line(x: Numbers, y: Numbers, monotone: Sequence[int]) -> Begun:
    return _linear(x, y, monotone, RIDGE_UNDER_TREES)


def _level(x: Numbers, y: Numbers, monotone: Sequence[int]) -> Begun:
    """The log-odds of everybody, as a line without slope."""
    level = float(np.log(y.mean() / (1 - y.mean())))
    flat = {
        "intercept": level,
        "coefficients": [0.0] * x.shape[1],
        "mean": [0.0] * x.shape[1],
        "scale": [1.0] * x.shape[1],
    }
    return lambda rows: np.full(len(rows), level), flat


STARTS: tuple[Start, ...] = (_line, _level)


def again(candidate: Candidate, content: Mapping[str, Any]) -> Fit:
    """The candidate with the settings it chose for a stored model: to learn the same again from other rows, cheaply."""
    if candidate.kind != "gradient_boosting":
        return candidate.fit
    start = _line if any(content["linear"]["coefficients"]) else _level
    rounds = len(content["trees"])
    return lambda x, y, monotone, groups: _boosted_from(start, rounds, x, y, monotone)


def _small_trees(x: Numbers, y: Numbers, monotone: Sequence[int], start: Numbers, rounds: int) -> lightgbm.Booster:
    settings = {
        "learning_rate": 0.05, "num_leaves": 4, "lambda_l2": 5.0, "feature_fraction": 0.7, "bagging_fraction": 0.7,
        "bagging_freq": 1, "min_data_in_leaf": max(15, min(50, len(y) // 50)), "monotone_constraints": list(monotone),
    }  # fmt: skip
    return _trained(settings, lightgbm.Dataset(x, y, init_score=start), rounds)


def _boosted_small(x: Numbers, y: Numbers, monotone: Sequence[int], groups: Numbers) -> Fitted:
    return _boosted_from(_line, ROUNDS[1], x, y, monotone)


def _forest(x: Numbers, y: Numbers, monotone: Sequence[int], groups: Numbers) -> Fitted:
    """A random forest. LightGBM's monotone constraints are left out here: in its forests they cost .03 of AUC."""
    booster = _grown(x, y, TREES_OF_FOREST)
    return Fitted(lambda rows: _raw(booster, rows, -1) / booster.num_trees(), lambda: _stored(booster, True))


def _forest_small(x: Numbers, y: Numbers, monotone: Sequence[int], groups: Numbers) -> Fitted:
    booster = _grown(x, y, TREES_OF_FOREST // 3)
    return Fitted(lambda rows: _raw(booster, rows, -1), lambda: _stored(booster, True))


TREES_OF_FOREST = 150
_ALWAYS: dict[str, Any] = {
    "objective": "binary", "num_threads": 1, "deterministic": True, "force_row_wise": True, "seed": SEED, "verbosity": -1,
}  # fmt: skip


def _grown(x: Numbers, y: Numbers, trees: int) -> lightgbm.Booster:
    settings = {
        "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.632, "feature_fraction_bynode": 0.4,
        "num_leaves": 64, "max_depth": 8, "min_data_in_leaf": 10,
    }  # fmt: skip
    return _trained(settings, lightgbm.Dataset(x, y), trees)


def _trained(settings: Mapping[str, Any], rows: lightgbm.Dataset, rounds: int) -> lightgbm.Booster:
    """Grown as it is: LightGBM would else write each model as text and read it again."""
    return lightgbm.train({**_ALWAYS, **settings}, rows, num_boost_round=rounds, keep_training_booster=True)


def _raw(booster: lightgbm.Booster, rows: Numbers, rounds: int) -> Numbers:
    return np.asarray(booster.predict(rows, raw_score=True, num_iteration=rounds, num_threads=1), dtype=float)


def _stored(booster: lightgbm.Booster, averaged: bool) -> dict[str, Any]:
    trees = [_tree(each["tree_structure"]) for each in booster.dump_model()["tree_info"]]
    return {"trees": trees, "averaged": averaged, "lightgbm": booster.model_to_string()}


def _tree(root: dict[str, Any]) -> dict[str, list[Any]]:
    """LightGBM's nested dump as flat lists; a child below 0 is leaf `~child`."""
    flat: dict[str, list[Any]] = {
        key: [] for key in ("column", "threshold", "left", "right", "rows", "value", "leaf_rows")
    }

    def add(node: dict[str, Any]) -> int:
        if "split_feature" not in node:
            flat["value"].append(float(node["leaf_value"]))
            flat["leaf_rows"].append(int(node.get("leaf_count", 1)))
            return ~(len(flat["value"]) - 1)
        number = len(flat["column"])
        flat["column"].append(int(node["split_feature"]))
        flat["threshold"].append(float(node["threshold"]))
        flat["rows"].append(int(node["internal_count"]))
        flat["left"].append(0)
        flat["right"].append(0)
        flat["left"][number] = add(node["left_child"])
        flat["right"][number] = add(node["right_child"])
        return number

    add(root)
    return flat


CANDIDATES: tuple[Candidate, ...] = (
    Candidate("logistic", _logistic, _logistic, _logistic_many),
    Candidate("random_forest", _forest, _forest_small),
    Candidate("gradient_boosting", _boosted, _boosted_small),
)
