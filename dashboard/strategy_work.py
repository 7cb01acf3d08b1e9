"""Work about strategies asked for on a page: a measurement, a policy put to work, a trial, a word on a suggestion. The work is the worker's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import Refused
from core.workflows.reasons import whole_reason
from dashboard.at_work import is_busy
from dashboard.services import Services

MEASURE = "effects"
DECISIONS = ("accept-suggestion", "refuse-suggestion", "crown-policy", "rollback-policy", "plan-trial", "decide-trial")
JOBS = (MEASURE, *DECISIONS)
"""Jobs about strategies, of which one runs at a time."""
SAY_WHY = "Say why first: it stands in the log with your name."
BUSY = "Another job about strategies is at work: wait until it is done."


def start_measuring(services: Services) -> int:
    """Queue a measurement of what works. Returns the job.

    Raises:
        Refused: the book is empty, or a job about strategies waits or runs already.
    """
    if services.reader().book().is_empty:
        raise Refused("There is nothing to measure yet", remedy="Load a portfolio file first.")
    if is_busy(services, JOBS):
        raise Refused(
            "A job about strategies is on its way already", remedy="Wait until it is done, or stop it on Batches."
        )
    return services.jobs.add(MEASURE, {}, services.settings.who)


def decide(services: Services, kind: str, payload: Mapping[str, Any], because: str | None) -> str:
    """Queue a decision with its reason. Returns what is wrong, in words; "" where it was asked for."""
    try:
        words = whole_reason(because)
    except Refused as refusal:
        return str(refusal)
    if not words:
        return SAY_WHY
    if is_busy(services, JOBS):
        return BUSY
    services.jobs.add(kind, {**payload, "because": words}, services.settings.who)
    return ""
