"""A challenger made from the model in use: the same margins, so the same order of loans, with probabilities set anew.

Where a score still ranks but promises too many or too few, an intercept and a slope mend it; what the model reads and how
it weighs that stays. Imports scikit-learn by the fairness audit: worker only.

References:
    Platt (1999), Probabilistic outputs for support vector machines; Steyerberg (2019), Clinical Prediction Models, 20.2
    (updating a model: recalibration before refitting).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from core.errors import Refused
from core.records import Model
from core.scores.fairness.audit import Audited, fairness_of
from core.scores.gate import enough_events
from core.scores.learning.crossfit import Sample
from core.scores.measures.calibration import apply_calibration, calibration_slope, fit_platt
from core.scores.measures.discrimination import auc, auc_interval, permutation_p
from core.scores.measures.evidence import evidence_of, figures_of
from core.scores.registry.promotion import Asked, groups_of, recalibration_judged
from core.scores.rows.features import matrix_of
from core.scores.rows.folds import FOLDS, grouped_folds
from core.scores.rows.target import WINDOW_MONTHS, Target
from core.scores.scoring.evaluate import Artifact, artifact_of, load_artifact, margins_of, sha256_of
from core.segments.features import Numbers


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """A model with new probabilities: its artifact, its card (with `comparison`), and the margins under the reference
    strategy of the loans it was recalibrated on."""

    kind: str
    artifact: str
    sha256: str
    card: Mapping[str, Any]
    margins: Numbers


def since(champion: Model, target: Target) -> Target:
    """The loans placed after the last day a model learned from; none where its card does not say which that was."""
    last = str(champion.card.get("data", {}).get("last_day", ""))
    new = (target.rows["as_of"].astype(str).to_numpy() > last) & bool(last)
    return replace(
        target, rows=target.rows[new].reset_index(drop=True), outcome=target.outcome[new], groups=target.groups[new]
    )


def recalibrated(champion: Model, fresh: Target) -> Recalibrated:
    """Learn intercept and slope on loans new to the model, and hold both models against each other on them.

    Each loan is judged with numbers learned from other borrowers (five folds); what is stored is learned from all. As in
    training they are learned on loans under the reference strategy, where those are 50 of each outcome.

    Args:
        champion: the model in use.
        fresh: `since`, with at least 50 loans of each outcome.

    Raises:
        Refused: the model cannot be read, or its order of these loans is not better than chance.
    """
    artifact = load_artifact(champion.artifact, champion.sha256)
    sample = _sample(artifact, fresh)
    actual, reference = (margins_of(artifact, each) for each in (sample.actual, sample.reference))
    area = auc(fresh.outcome, reference)
    low, high = auc_interval(fresh.outcome, reference, groups=fresh.groups)
    calibration = fit_platt(fresh.outcome[sample.calibrated_on], actual[sample.calibrated_on])
    if low <= 0.5 or calibration["slope"] <= 0:
        found = f"AUC {area:.3f}, 95 % interval {low:.3f} to {high:.3f}, n = {len(reference):,}"
        raise Refused(
            f"Model {champion.id} no longer tells these loans apart ({found}), which no recalibration mends",
            remedy="Train again on newer outcomes.",
        )
    measured, used = _crossed(sample, actual, reference)
    content = {**artifact.content, "calibration": calibration}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    before = apply_calibration(artifact.content["calibration"], actual)
    theirs = Asked(before, reference)
    comparison = recalibration_judged(fresh.outcome, fresh.groups, Asked(measured, used), theirs, groups_of(fresh.rows))
    days = fresh.rows["as_of"].astype(str)
    learned = champion.card.get("data", {})
    card = {
        **champion.card, "verdict": "usable", **figures_of(fresh.outcome, fresh.groups, reference, actual, measured),
        "p_value": permutation_p(fresh.outcome, reference, groups=fresh.groups),
        "evidence": evidence_of(fresh.outcome, reference, measured, fresh.groups),
        "fairness": fairness_of(_audited(text, fresh, measured, used), sample), "calibration": "platt",
        "out_of_time": {
            "first_day": days.min(), "n": len(days), "events": int(fresh.outcome.sum()), "auc": area, "auc_ci": [low, high],
            "learned_from": learned.get("loans"), "windows_apart": _apart(str(learned["last_day"]), days.min()),
        },
        "recalibrated": {
            "from": champion.id, "intercept": calibration["intercept"], "slope": calibration["slope"],
            "loans": int(sample.calibrated_on.sum()), "first_day": days.min(), "last_day": days.max(),
            "slope_before": calibration_slope(fresh.outcome, before), "learned": dict(learned),
        },
        "data": {"immature": fresh.immature},
        "comparison": {**comparison, "on": "new", "against": champion.id, "recalibration": True},
    }  # fmt: skip
    return Recalibrated(champion.kind, text, sha256_of(text), card, reference)


def _sample(artifact: Artifact, fresh: Target) -> Sample:
    actual, reference = matrix_of(artifact.inputs, fresh.rows, under="actual"), matrix_of(artifact.inputs, fresh.rows)
    as_used = (actual.values == reference.values).all(axis=1)
    asked = as_used if enough_events(fresh.outcome[as_used]) else np.ones(len(as_used), dtype=bool)
    fold = grouped_folds(fresh.groups, fresh.outcome)
    return Sample(actual, reference, fresh.outcome, fresh.groups, fold, [0] * actual.values.shape[1], asked)


def _crossed(sample: Sample, actual: Numbers, reference: Numbers) -> tuple[Numbers, Numbers]:
    """Probabilities under the strategy each loan had and under the reference one, by numbers of other borrowers."""
    measured, used = np.empty(len(actual)), np.empty(len(actual))
    for each in range(FOLDS):
        held = sample.fold == each
        seen = ~held & sample.calibrated_on
        fitted = fit_platt(sample.outcome[seen], actual[seen])
        measured[held], used[held] = (apply_calibration(fitted, margin[held]) for margin in (actual, reference))
    return measured, used


def _audited(text: str, fresh: Target, measured: Numbers, used: Numbers) -> Audited:
    model = artifact_of(json.loads(text))

    def score(rows: pd.DataFrame) -> pd.Series:
        margin = margins_of(model, matrix_of(model.inputs, rows))
        return pd.Series(apply_calibration(model.content["calibration"], margin).round(6), index=rows.index)

    return Audited(fresh.rows, fresh.outcome, measured, used, "model", score)


def _apart(last_learned: str, first_asked: str) -> bool:
    """Whether the outcomes the order was learned from were complete before the first loan asked about came."""
    return pd.Timestamp(last_learned) + pd.DateOffset(months=WINDOW_MONTHS) <= pd.Timestamp(first_asked)
