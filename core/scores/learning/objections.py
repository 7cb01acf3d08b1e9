"""Why nothing is trained: one outcome only, too few, no fact that varies, or a target that its own facts define."""

from __future__ import annotations

from typing import Any

from core.scores.checks.admission import Admission
from core.scores.gate import FEWEST_EVENTS, Verdict, enough_events
from core.scores.rows.features import STRATEGY, fit_inputs
from core.scores.rows.target import Target
from core.wording import counted


def objection(target: Target, admission: Admission) -> dict[str, Any] | None:
    """The card of a refusal before any training, or None where a model may be tried.

    Returns:
        verdict, why (a sentence without a full stop), target, n, events and what the gate found; for a circular target
        also `circular`: the names of the facts that define it, and the AUC they reach.
    """
    if not enough_events(target.outcome):
        return _card("too little history", _too_few(target), target, admission)
    rows = target.rows.drop(columns=[name for name in admission.barred_fields if name in target.rows])
    if not any(each["kind"] != STRATEGY for each in fit_inputs(rows, admission.extras, admission.barred_fields)):
        barred = f"; {counted(len(admission.quarantined), 'column')} quarantined" if admission.quarantined else ""
        why = f"No fact known at the snapshot is stated and varies between these {counted(len(rows), 'loan')}{barred}"
        return _card("no usable signal", why, target, admission)
    from core.scores.checks.circularity import defined_by

    definition = defined_by(target, admission.extras, admission.barred_fields)
    if definition is None:
        return None
    told = {"names": list(definition.names), "auc": round(definition.auc, 4)}
    return _card("no usable signal", definition.why, target, admission) | {"circular": told}


def _too_few(target: Target) -> str:
    n, events = len(target.outcome), int(target.outcome.sum())
    rarer = min(events, n - events)
    if rarer == 0:
        became = "none was recovered" if events else "all were recovered"
        return f"Of {counted(n, 'loan')} with an outcome {became}: with one outcome only there is nothing to tell apart"
    return f"Only {rarer:,} of {counted(n, 'loan')} had the rarer outcome; {FEWEST_EVENTS} are needed"


def _card(verdict: Verdict, why: str, target: Target, admission: Admission) -> dict[str, Any]:
    return {
        "verdict": verdict, "why": why, "target": target.name, "outcome_column": target.column, "n": len(target.outcome),
        "events": int(target.outcome.sum()), **admission.as_json(),
    }  # fmt: skip
