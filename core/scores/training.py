"""From outcomes to a model that earned its place, or to a plain no. Imports LightGBM and scikit-learn: worker only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.isotonic import IsotonicRegression

from core.scores.calibration import (
    apply_calibration,
    calibration_slope,
    expected_calibration_error,
    fit_platt,
)
from core.scores.candidates import CANDIDATES, Candidate
from core.scores.discrimination import auc, auc_interval, ks, permutation_p
from core.scores.evaluate import FORMAT, sha256_of
from core.scores.features import REFERENCE, fit_inputs, matrix_of
from core.scores.folds import FOLDS, grouped_folds
from core.scores.gate import HIGHEST_P, Admission, Verdict, verdict
from core.scores.logit import fit_logit
from core.scores.target import Target
from core.segments.features import Numbers

ROWS_FOR_ISOTONIC = 1_000
REFITS = 200
ROWS_FOR_REFITS = 5_000
SEED = 20_261


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training gave: `artifact` is "" unless the verdict is "usable"; `used` are out-of-fold probabilities."""

    kind: str
    verdict: Verdict
    artifact: str
    sha256: str
    card: Mapping[str, Any]
    used: Numbers


@dataclass(frozen=True, slots=True)
class _OutOfFold:
    """Margins of rows by models that never saw their borrower: under the reference strategy, and the actual one."""

    reference: Numbers
    actual: Numbers
    auc_mean: float
    auc_se: float


def train_model(target: Target, admission: Admission, *, progress: Callable[[float], None] = lambda _: None) -> Trained:
    """Train the candidates, choose the simplest within one standard error of the best, and put it to the test.

    Five folds grouped by borrower; AUC is that of the score as it is used (everybody under the reference strategy);
    calibration is measured on cross-fitted probabilities under the strategy each loan had. Chance is tested by
    shuffling outcomes against the out-of-fold score and, where a logistic model was chosen, by 200 refits of the whole
    five-fold procedure on shuffled outcomes; the larger p counts.

    Args:
        target: rows and outcomes, with at least 50 of each (see `core.scores.gate.enough_events`).
        admission: what passed the gate.
        progress: told the part done (0-1).

    References:
        Hastie, Tibshirani & Friedman (2009), ESL, 7.10 (one-standard-error rule); Ojala & Garriga (2010), JMLR 11.
    """
    rows = target.rows.drop(columns=[name for name in admission.barred_fields if name in target.rows])
    inputs = fit_inputs(rows, admission.extras)
    actual, reference = matrix_of(inputs, rows, under="actual"), matrix_of(inputs, rows)
    fold = grouped_folds(target.groups, target.outcome)
    monotone = [inputs[owner]["monotone"] if column_is_value else 0 for owner, column_is_value in _values(actual.owner)]
    tried: list[tuple[Candidate, _OutOfFold]] = []
    for place, candidate in enumerate(CANDIDATES):
        tried.append(
            (candidate, _out_of_fold(candidate, actual.values, reference.values, target.outcome, fold, monotone))
        )
        progress(0.7 * (place + 1) / len(CANDIDATES))
    candidate, scores = _simplest_good(tried)
    calibration, probability, used = _calibrate(target.outcome, scores, fold)
    low, high = auc_interval(target.outcome, scores.reference)
    p_value = _chance(candidate, actual.values, reference.values, target, fold, scores, progress)
    said = verdict(auc_low=low, p_value=p_value)
    card = {
        "verdict": said, "target": target.name, "outcome_column": target.column,
        "n": len(target.outcome), "events": int(target.outcome.sum()),
        "auc": auc(target.outcome, scores.reference), "auc_ci": [low, high], "p_value": p_value,
        "gini": 2 * auc(target.outcome, scores.reference) - 1, "ks": ks(target.outcome, scores.reference),
        "auc_under_actual_strategy": auc(target.outcome, scores.actual),
        "brier": float(np.mean((probability - target.outcome) ** 2)),
        "ece": expected_calibration_error(target.outcome, probability),
        "calibration_slope": calibration_slope(target.outcome, probability),
        "calibration": calibration["method"], "folds": FOLDS, "reference_strategy": REFERENCE,
        "conditional_on_strategy": any(each["kind"] == "strategy" for each in inputs),
        "candidates": {each.kind: {"auc": oof.auc_mean, "se": oof.auc_se} for each, oof in tried},
        "inputs": [each["name"] for each in inputs],
        "quarantined": [{"column": each.column, "why": each.why} for each in admission.quarantined],
        "data": {"first_day": str(rows["as_of"].min()), "last_day": str(rows["as_of"].max()), "loans": len(rows),
                 "borrowers": len(np.unique(target.groups))},
    }  # fmt: skip
    artifact = ""
    if said == "usable":
        fitted = candidate.fit(actual.values, target.outcome, monotone)
        content = {"format": FORMAT, "kind": candidate.kind, "inputs": inputs, "calibration": calibration}
        artifact = json.dumps(content | fitted.content, sort_keys=True, separators=(",", ":"))
    progress(1.0)
    return Trained(candidate.kind, said, artifact, sha256_of(artifact), card, used)


def _values(owner: np.ndarray) -> list[tuple[int, bool]]:
    """Each column's input, and whether it is the input's first column (its value) rather than a missing flag."""
    return [(int(each), place == 0 or owner[place - 1] != each) for place, each in enumerate(owner)]


def _out_of_fold(
    candidate: Candidate, actual: Numbers, reference: Numbers, outcome: Numbers, fold: np.ndarray, monotone: list[int]
) -> _OutOfFold:
    under_reference, under_actual = np.empty(len(outcome)), np.empty(len(outcome))
    areas = []
    for each in range(FOLDS):
        held = fold == each
        fitted = candidate.fit(actual[~held], outcome[~held], monotone)
        under_reference[held] = fitted.margin(reference[held])
        under_actual[held] = fitted.margin(actual[held])
        areas.append(auc(outcome[held], under_reference[held]))
    known = np.asarray(areas)[~np.isnan(areas)]
    se = float(known.std(ddof=1) / np.sqrt(len(known))) if len(known) > 1 else float("nan")
    return _OutOfFold(under_reference, under_actual, float(known.mean()) if len(known) else float("nan"), se)


def _simplest_good(tried: list[tuple[Candidate, _OutOfFold]]) -> tuple[Candidate, _OutOfFold]:
    best = max((oof for _, oof in tried), key=lambda oof: oof.auc_mean)
    return next(pair for pair in tried if pair[1].auc_mean >= best.auc_mean - best.auc_se)


def _calibrate(outcome: Numbers, scores: _OutOfFold, fold: np.ndarray) -> tuple[dict[str, Any], Numbers, Numbers]:
    """The calibration with the lowest cross-fitted Brier score, fitted on all rows; its cross-fitted probabilities under
    the actual strategy (to be measured) and under the reference (as used)."""
    methods: dict[str, Callable[[Numbers, Numbers], dict[str, Any]]] = {
        "none": lambda y, m: {"method": "none"},
        "platt": fit_platt,
    }
    if len(outcome) >= ROWS_FOR_ISOTONIC:
        methods["isotonic"] = _fit_isotonic
    crossed: dict[str, tuple[Numbers, Numbers]] = {}
    for name, fit in methods.items():
        measured, used = np.empty(len(outcome)), np.empty(len(outcome))
        for each in range(FOLDS):
            held = fold == each
            fitted = fit(outcome[~held], scores.actual[~held])
            measured[held] = apply_calibration(fitted, scores.actual[held])
            used[held] = apply_calibration(fitted, scores.reference[held])
        crossed[name] = measured, used
    chosen = min(methods, key=lambda name: float(np.mean((crossed[name][0] - outcome) ** 2)))
    return methods[chosen](outcome, scores.actual), *crossed[chosen]


def _fit_isotonic(outcome: Numbers, margin: Numbers) -> dict[str, Any]:
    edge = 1 / (len(outcome) + 2)
    fitted = IsotonicRegression(out_of_bounds="clip", y_min=edge, y_max=1 - edge).fit(margin, outcome)
    return {
        "method": "isotonic",
        "margins": fitted.X_thresholds_.tolist(),
        "probabilities": fitted.y_thresholds_.tolist(),
    }


def _chance(
    candidate: Candidate, actual: Numbers, reference: Numbers, target: Target, fold: np.ndarray, scores: _OutOfFold,
    progress: Callable[[float], None],
) -> float:  # fmt: skip
    p_value = permutation_p(target.outcome, scores.reference)
    if p_value > HIGHEST_P or candidate.kind != "logistic":
        return p_value
    draw = np.random.default_rng(SEED)
    chosen = np.sort(draw.permutation(len(fold))[:ROWS_FOR_REFITS])
    observed = _refitted_auc(actual[chosen], reference[chosen], target.outcome[chosen], fold[chosen])
    as_good = 0
    for turn in range(REFITS):
        as_good += (
            _refitted_auc(actual[chosen], reference[chosen], draw.permutation(target.outcome[chosen]), fold[chosen])
            >= observed
        )
        progress(0.7 + 0.25 * (turn + 1) / REFITS)
    return max(p_value, (as_good + 1) / (REFITS + 1))


def _refitted_auc(actual: Numbers, reference: Numbers, outcome: Numbers, fold: np.ndarray) -> float:
    mean, scale = actual.mean(axis=0), actual.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    seen, asked = (actual - mean) / scale, (reference - mean) / scale
    margin = np.empty(len(outcome))
    for each in range(FOLDS):
        held = fold == each
        beta = fit_logit(seen[~held], outcome[~held], ridge=3.0)
        margin[held] = beta[0] + asked[held] @ beta[1:]
    return auc(outcome, margin)
