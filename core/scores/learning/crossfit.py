"""Margins of rows by models that never saw their borrower, what calibrates them, and which candidate to take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.isotonic import IsotonicRegression

from core.scores.learning.candidates import Candidate
from core.scores.measures.calibration import apply_calibration, fit_platt, log_loss
from core.scores.measures.discrimination import auc
from core.scores.rows.features import Matrix
from core.scores.rows.folds import FOLDS
from core.segments.features import Numbers

ROWS_FOR_ISOTONIC = 1_000


@dataclass(frozen=True, slots=True)
class Sample:
    """What a candidate learns from: rows as they were treated and as if under the reference strategy.

    `monotone` has one direction a column; `fold` and `groups` one number a row; `calibrated_on` says which rows
    calibration is learned from and chosen by.
    """

    actual: Matrix
    reference: Matrix
    outcome: Numbers
    groups: Numbers
    fold: np.ndarray
    monotone: Sequence[int]
    calibrated_on: np.ndarray

    def part(self, chosen: np.ndarray) -> Sample:
        """The rows where `chosen` is true."""
        actual, reference = (
            Matrix(matrix.values[chosen], matrix.owner, matrix.left_out) for matrix in (self.actual, self.reference)
        )
        return Sample(
            actual, reference, self.outcome[chosen], self.groups[chosen], self.fold[chosen], self.monotone,
            self.calibrated_on[chosen],
        )  # fmt: skip

    def margins(self, candidate: Candidate, chosen: np.ndarray) -> Callable[[Numbers], Numbers]:
        """The candidate fitted on the rows where `chosen` is true."""
        rows = self.actual.values[chosen]
        return candidate.fit(rows, self.outcome[chosen], self.monotone, self.groups[chosen]).margin


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """A candidate as it does on rows it did not learn from.

    Attributes:
        candidate: which one.
        reference, actual: margins under the reference strategy and under the one each loan had.
        calibration: what turns margins into probabilities, fitted on all of `actual`.
        measured, used: cross-fitted probabilities under the actual strategy (to be measured) and the reference (as used).
        auc_mean, auc_se: over the folds, of the score as used.
        surprise: log-loss of each row (nats) by `measured`.
    """

    candidate: Candidate
    reference: Numbers
    actual: Numbers
    calibration: Mapping[str, Any]
    measured: Numbers
    used: Numbers
    auc_mean: float
    auc_se: float
    surprise: Numbers


def out_of_fold(candidate: Candidate, sample: Sample) -> OutOfFold:
    """Five fits, each asked about the fold it did not see; then calibration, cross-fitted over the same folds."""
    outcome, fold = sample.outcome, sample.fold
    under_reference, under_actual = np.empty(len(outcome)), np.empty(len(outcome))
    areas = []
    for each in range(FOLDS):
        held = fold == each
        margin = sample.margins(candidate, ~held)
        under_reference[held] = margin(sample.reference.values[held])
        under_actual[held] = margin(sample.actual.values[held])
        areas.append(auc(outcome[held], under_reference[held]))
    calibration, measured, used = _calibrated(sample, under_actual, under_reference)
    known = np.asarray(areas)[~np.isnan(areas)]
    return OutOfFold(
        candidate, under_reference, under_actual, calibration, measured, used,
        auc_mean=float(known.mean()) if len(known) else float("nan"),
        auc_se=float(known.std(ddof=1) / np.sqrt(len(known))) if len(known) > 1 else float("nan"),
        surprise=log_loss(outcome, measured),
    )  # fmt: skip


def simplest_good(tried: Sequence[OutOfFold]) -> OutOfFold:
    """The first candidate whose log-loss is within one standard error of the best one's.

    The error is that of the difference, row by row: candidates are asked about the same loans, so that what is hard for
    all of them does not blur which is better.

    References:
        Hastie, Tibshirani & Friedman (2009), ESL, 7.10 (one-standard-error rule).
    """
    best = min(tried, key=lambda each: float(each.surprise.mean()))
    return next(each for each in tried if worse_by(each, best)[0] <= worse_by(each, best)[1])


def worse_by(one: OutOfFold, other: OutOfFold) -> tuple[float, float]:
    """By how many nats a row one candidate predicts worse than another, and the standard error of that."""
    return mean_and_error(one.surprise - other.surprise)


def mean_and_error(values: Numbers) -> tuple[float, float]:
    """Mean and its standard error; the error is 0 for fewer than two values."""
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0


def _calibrated(sample: Sample, actual: Numbers, reference: Numbers) -> tuple[Mapping[str, Any], Numbers, Numbers]:
    """None, unless Platt's (or, from 1,000 rows on, isotonic) calibration is better by more than one standard error."""
    outcome, asked = sample.outcome, sample.calibrated_on
    methods: dict[str, Callable[[Numbers, Numbers], dict[str, Any]]] = {"none": _as_it_is, "platt": fit_platt}
    if asked.sum() >= ROWS_FOR_ISOTONIC:
        methods["isotonic"] = fit_isotonic
    crossed = {name: _crossed(fit, sample, actual, reference) for name, fit in methods.items()}
    surprise = {name: log_loss(outcome, measured)[asked] for name, (measured, _) in crossed.items()}
    best = min(methods, key=lambda name: float(surprise[name].mean()))
    gain, error = mean_and_error(surprise["none"] - surprise[best])
    chosen = best if gain > error else "none"
    return methods[chosen](outcome[asked], actual[asked]), *crossed[chosen]


def _crossed(
    fit: Callable[[Numbers, Numbers], dict[str, Any]], sample: Sample, actual: Numbers, reference: Numbers
) -> tuple[Numbers, Numbers]:
    measured, used = np.empty(len(actual)), np.empty(len(actual))
    for each in range(FOLDS):
        held = sample.fold == each
        seen = ~held & sample.calibrated_on
        fitted = fit(sample.outcome[seen], actual[seen])
        measured[held] = apply_calibration(fitted, actual[held])
        used[held] = apply_calibration(fitted, reference[held])
    return measured, used


def _as_it_is(outcome: Numbers, margin: Numbers) -> dict[str, Any]:
    return {"method": "none"}


def fit_isotonic(outcome: Numbers, margin: Numbers) -> dict[str, Any]:
    """The step function of probabilities that never falls, kept off 0 and 1.

    References:
        Zadrozny & Elkan (2002), Transforming classifier scores into accurate multiclass probability estimates, KDD.
    """
    edge = 1 / (len(outcome) + 2)
    fitted = IsotonicRegression(out_of_bounds="clip", y_min=edge, y_max=1 - edge).fit(margin, outcome)
    return {
        "method": "isotonic",
        "margins": fitted.X_thresholds_.tolist(),
        "probabilities": fitted.y_thresholds_.tolist(),
    }
