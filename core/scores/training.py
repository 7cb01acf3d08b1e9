"""From outcomes to a model that earned its place, or to a plain no. Imports LightGBM and scikit-learn: worker only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.scores.checks.admission import Admission
from core.scores.fairness.audit import Audited, fairness_of
from core.scores.gate import Verdict, enough_events, verdict
from core.scores.learning.candidates import CANDIDATES, Candidate
from core.scores.learning.chance import chance
from core.scores.learning.crossfit import OutOfFold, Sample, out_of_fold, simplest_good, worse_by
from core.scores.learning.importance import importance_of
from core.scores.learning.out_of_time import Later, out_of_time
from core.scores.learning.tutorial_recipe import tutorial_recipe
from core.scores.measures.calibration import apply_calibration
from core.scores.measures.discrimination import auc_interval
from core.scores.measures.evidence import evidence_of, figures_of
from core.scores.rate.training import train_rate
from core.scores.rows.features import REFERENCE, fit_inputs, matrix_of
from core.scores.rows.folds import FOLDS, grouped_folds
from core.scores.rows.known import require_known_by_snapshot
from core.scores.rows.target import Target
from core.scores.scoring.bulk import margins_in_bulk
from core.scores.scoring.evaluate import FORMAT, artifact_of, sha256_of
from core.scores.scoring.rule_score import rule_score
from core.segments.features import Numbers


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training gave: `artifact` is "" unless the verdict is "usable"; `used` are out-of-fold
    probabilities and `margins` their log-odds before calibration, both as if under the reference strategy; `measured` are
    out-of-fold probabilities under the strategy each loan had; `later` the answers of the fit that knew only earlier loans,
    None where the dates do not allow one."""

    kind: str
    verdict: Verdict
    artifact: str
    sha256: str
    card: Mapping[str, Any]
    used: Numbers
    margins: Numbers
    measured: Numbers
    later: Later | None


def train_model(target: Target, admission: Admission, *, progress: Callable[[float], None] = lambda _: None) -> Trained:
    """Train the candidates, choose the simplest within one standard error of the best, and put it to the test.

    Five folds grouped by borrower, boosting choosing its trees inside each (nested cross-validation). AUC is that of
    the score as it is used (everybody under the reference strategy); calibration is measured on cross-fitted
    probabilities under the strategy each loan had. Where the dates allow, the chosen candidate is also asked about
    later loans than it learned from, and that interval must lie above 0.5 too.

    Args:
        target: rows and outcomes, with at least 50 of each (see `core.scores.gate.enough_events`).
        admission: what passed the gate.
        progress: told the part done (0-1).
    """
    rows = target.rows.drop(columns=[name for name in admission.barred_fields if name in target.rows])
    inputs = fit_inputs(rows, admission.extras, admission.barred_fields)
    require_known_by_snapshot(inputs, admission.extras, rows)
    sample = _sample(inputs, rows, target)
    tried: list[OutOfFold] = []
    for candidate in CANDIDATES:
        tried.append(out_of_fold(candidate, sample))
        progress(0.6 * len(tried) / len(CANDIDATES))
    chosen = simplest_good(tried)
    later = out_of_time(chosen.candidate, sample, rows["as_of"])
    progress(0.7)
    p_value = chance(chosen, tried, sample, lambda done: progress(0.7 + 0.25 * done))
    low, _ = auc_interval(target.outcome, chosen.reference, groups=target.groups)
    said = verdict(auc_low=low if later is None else min(low, later.card["auc_ci"][0]), p_value=p_value)
    card = {
        "verdict": said, "p_value": p_value, "target": target.name, "outcome_column": target.column,
        **figures_of(target.outcome, target.groups, chosen.reference, chosen.actual, chosen.measured), "out_of_time": later.card if later else None,
        "evidence": evidence_of(target.outcome, chosen.reference, chosen.measured, target.groups),
        "candidates": {each.candidate.kind: _tried(each, min(tried, key=_surprise)) for each in tried},
        "calibration": chosen.calibration["method"], "folds": FOLDS, "reference_strategy": REFERENCE,
        "conditional_on_strategy": any(each["kind"] == "strategy" for each in inputs),
        "inputs": [each["name"] for each in inputs],
        **admission.as_json(), "recipe": tutorial_recipe(target),
        "data": {"first_day": str(rows["as_of"].min()), "last_day": str(rows["as_of"].max()), "loans": len(rows), "immature": target.immature,
                 "borrowers": len(np.unique(target.groups))},
    }  # fmt: skip
    rate = train_rate(target, rows, inputs) if said == "usable" else None
    artifact = _artifact(chosen, sample, inputs, rate.content) if rate else ""
    card["rate"] = rate.card if rate else None
    card["importance"] = importance_of(json.loads(artifact), chosen.candidate, sample, rows) if artifact else None
    card["fairness"] = fairness_of(_audited(chosen, target, artifact), sample)
    progress(1.0)
    return Trained(
        chosen.candidate.kind, said, artifact, sha256_of(artifact), card, chosen.used, chosen.reference, chosen.measured, later
    )  # fmt: skip


def _sample(inputs: list[dict[str, Any]], rows: Any, target: Target) -> Sample:
    actual, reference = matrix_of(inputs, rows, under="actual"), matrix_of(inputs, rows)
    owner = actual.owner
    is_value = [place == 0 or owner[place - 1] != each for place, each in enumerate(owner)]  # else a missing flag
    monotone = [inputs[each]["monotone"] if value else 0 for each, value in zip(owner, is_value, strict=True)]
    fold = grouped_folds(target.groups, target.outcome)
    as_used = (actual.values == reference.values).all(axis=1)
    asked = as_used if enough_events(target.outcome[as_used]) else np.ones(len(as_used), dtype=bool)
    return Sample(actual, reference, target.outcome, target.groups, fold, monotone, asked)


def _audited(chosen: OutOfFold, target: Target, artifact: str) -> Audited:
    """The score that will order the work: the model's, or the rule's where there is none to be used."""
    if not artifact:
        by_rule = rule_score(target.rows)["risk_score"].to_numpy(dtype=float)
        return Audited(target.rows, target.outcome, None, by_rule, "rule", lambda rows: rule_score(rows)["risk_score"])
    model = artifact_of(json.loads(artifact))

    def score(rows: pd.DataFrame) -> pd.Series:
        margin = margins_in_bulk(model, matrix_of(model.inputs, rows))
        return pd.Series(apply_calibration(model.content["calibration"], margin).round(6), index=rows.index)

    return Audited(target.rows, target.outcome, chosen.measured, chosen.used, "model", score)


def _tried(one: OutOfFold, best: OutOfFold) -> dict[str, Any]:
    worse, error = worse_by(one, best)
    return {"auc": one.auc_mean, "se": one.auc_se, "log_loss": _surprise(one), "worse_by": worse, "worse_by_se": error}


def _surprise(one: OutOfFold) -> float:
    return float(one.surprise.mean())


def _artifact(chosen: OutOfFold, sample: Sample, inputs: list[dict[str, Any]], rate: Mapping[str, Any] | None) -> str:
    candidate: Candidate = chosen.candidate
    fitted = candidate.fit(sample.actual.values, sample.outcome, sample.monotone, sample.groups)
    content = {"format": FORMAT, "kind": candidate.kind, "inputs": inputs, "calibration": chosen.calibration}
    content |= {"rate": rate} if rate else {}
    return json.dumps(content | fitted.content, sort_keys=True, separators=(",", ":"))
