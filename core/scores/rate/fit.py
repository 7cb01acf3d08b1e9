"""How one part of a recovery rate is learned: a bent line, then as many small trees as held-out borrowers ask for.

Imports LightGBM: worker only.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import lightgbm
import numpy as np

from core.scores.measures.logit import fit_logit
from core.scores.rate.design import ridge_of
from core.segments.features import Numbers

SEED = 20_261
RIDGES = (3.0, 10.0, 30.0, 100.0)
ROUNDS = (0, 15, 30, 60, 120, 240)
CLOSE_ENOUGH = 1e-6


@dataclass(frozen=True, slots=True)
class Learned:
    """One part: what the artifact holds of it, and its margins of all rows by fits that did not see their borrower."""

    content: dict[str, Any]
    out_of_fold: Numbers


@dataclass(frozen=True, slots=True)
class Rows:
    """What all parts are learned from: `values` (the matrix), `lines` (the design of it), `fold` a row."""

    values: Numbers
    lines: Numbers
    design: dict[str, Any]
    fold: np.ndarray


def learn_part(rows: Rows, share: Numbers, asked: np.ndarray) -> Learned:
    """Learn a share (0-1) from the rows where `asked` is true; all rows get margins.

    The fit that leaves a fold out takes the shrinkage and the number of trees at which the other folds did best, so
    that no row has a say in how it is predicted.

    References:
        Papke & Wooldridge (1996), Journal of Applied Econometrics 11, 619-632 (shares by a logistic mean); Friedman
        (2001), Greedy function approximation, Annals of Statistics 29, 1189-1232.
    """
    folds = range(int(rows.fold.max()) + 1)
    lines = [[_line(rows, share, asked & (rows.fold != fold), ridge) for ridge in RIDGES] for fold in folds]
    margins = np.asarray([[_along(rows.lines, line) for line in each] for each in lines])
    loss = np.asarray([_losses(margins[fold], share, asked & (rows.fold == fold)) for fold in folds])
    grown = np.empty((len(ROUNDS), len(share)))
    losses = np.empty((len(folds), len(ROUNDS)))
    for fold in folds:
        held, start = rows.fold == fold, margins[fold, _others_best(loss, fold)]
        grown[:, held] = _grown(rows.values, share, asked & ~held, start)[:, held]
        losses[fold] = _losses(grown, share, asked & held)
    best = np.asarray([_others_best(losses, fold) for fold in folds])
    ridge, rounds = RIDGES[int(loss.sum(axis=0).argmin())], ROUNDS[int(losses.sum(axis=0).argmin())]
    line = _line(rows, share, asked, ridge)
    booster = _trees(rows.values[asked], share[asked], _along(rows.lines[asked], line), rounds) if rounds else None
    content = {
        "intercept": float(line[0]),
        "coefficients": line[1:].tolist(),
        "ridge": ridge,
        "trees": _stored(booster),
    }
    return Learned(content, grown[best[rows.fold], np.arange(len(share))])


def _others_best(loss: Numbers, fold: int) -> int:
    return int((loss.sum(axis=0) - loss[fold]).argmin())


def _losses(margins: Numbers, share: Numbers, rows: np.ndarray) -> Numbers:
    told = margins[:, rows]
    return np.asarray((np.logaddexp(0.0, told) - told * share[rows]).sum(axis=1), dtype=float)


def _along(lines: Numbers, line: Numbers) -> Numbers:
    return np.asarray(line[0] + lines @ line[1:], dtype=float)


def _line(rows: Rows, share: Numbers, chosen: np.ndarray, ridge: float) -> Numbers:
    """The logistic mean of a share, each column shrunk by its own ridge; intercept first."""
    shrunk = ridge_of(rows.design, ridge)
    return fit_logit(rows.lines[chosen], share[chosen], ridge=shrunk, close_enough=CLOSE_ENOUGH)


def _grown(values: Numbers, share: Numbers, chosen: np.ndarray, start: Numbers) -> Numbers:
    """Margins of all rows at each number of trees of ROUNDS."""
    booster = _trees(values[chosen], share[chosen], start[chosen], ROUNDS[-1])
    margins, told = [start], start
    for before, until in pairwise(ROUNDS):
        more = booster.predict(
            values, raw_score=True, start_iteration=before, num_iteration=until - before, num_threads=1
        )
        told = told + np.asarray(more, dtype=float)
        margins.append(told)
    return np.asarray(margins)


def _trees(values: Numbers, share: Numbers, start: Numbers, rounds: int) -> lightgbm.Booster:
    settings: dict[str, Any] = {
        "objective": "cross_entropy", "num_threads": 1, "deterministic": True, "force_row_wise": True, "seed": SEED,
        "verbosity": -1, "learning_rate": 0.05, "num_leaves": 4, "lambda_l2": 5.0, "feature_fraction": 0.7,
        "bagging_fraction": 0.7, "bagging_freq": 1, "min_data_in_leaf": max(15, min(50, len(share) // 50)),
    }  # fmt: skip
    return lightgbm.train(
        settings, lightgbm.Dataset(values, share, init_score=start), num_boost_round=rounds, keep_training_booster=True
    )


def _stored(booster: lightgbm.Booster | None) -> dict[str, Any]:
    """All trees in one list of nodes; a leaf leads to itself, so that a walk of `depth` steps ends in it."""
    flat: dict[str, Any] = {name: [] for name in ("root", "column", "threshold", "left", "right", "value")}
    depths = [0]

    def add(node: dict[str, Any], depth: int) -> int:
        number = len(flat["column"])
        is_leaf = "split_feature" not in node
        flat["column"].append(0 if is_leaf else int(node["split_feature"]))
        flat["threshold"].append(0.0 if is_leaf else float(node["threshold"]))
        flat["value"].append(float(node["leaf_value"]) if is_leaf else 0.0)
        for side in ("left", "right"):
            flat[side].append(number)
        if is_leaf:
            depths.append(depth)
            return number
        for side in ("left", "right"):
            flat[side][number] = add(node[f"{side}_child"], depth + 1)
        return number

    for tree in booster.dump_model()["tree_info"] if booster is not None else []:
        flat["root"].append(add(tree["tree_structure"], 0))
    return flat | {"depth": max(depths)}
