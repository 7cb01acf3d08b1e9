"""Sentences about the measurement itself: when it was made, what came since; and about decisions that were logged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.records import StrategyEvent, StrategyRun
from core.workflows.policies import is_decision
from dashboard import format as show
from dashboard.components.head import sentence

FIRST, AGAIN = "Measure what works", "Measure again"
LOG_HEADS = ("When", "What", "Of what", "Who", "Why", "Resting on")
LOG_NOTE = "With what was measured and learned meanwhile. Nothing here can be changed or taken away."
NOT_YET = (
    "**What works was not measured yet.** It compares loans that were alike when their strategies began, takes up to a minute and goes on "
    "when this page is closed. Nothing is decided by it."
)
WHAT = {
    "accepted": "Suggestion accepted", "measured": "Measured",
    "promoted": "Policy put to work", "crowned": "Policy put to work", "returned": "Policy put back to work", "withdrawn": "Policy taken out of use", "retired": "Policy retired",
    "refused": "Policy refused", "learned": "Policy learned", "trained": "Policy learned", "won": "Trial won",
}  # fmt: skip


def state(run: StrategyRun | None, came: int) -> list[Any]:
    """When it was measured, on what, and whether files came since.

    Args:
        came: files that came since.
    """
    if run is None:
        return sentence(NOT_YET)
    seconds = sum(float(each) for each in (run.content.get("seconds") or {}).values())
    took = f", in {show.number(seconds)} seconds" if seconds else ""
    said = (
        f"Measured on **{show.day(run.at[:10])}** by {run.who or 'nobody named'} from **{show.count(int(run.content.get('n') or 0), 'loans')}** "
        f"whose outcome is known{took}."
    )
    since = f" **{show.count(came, 'files')} came since:** outcomes may have ripened; measure again." if came else ""
    return sentence(said + since)


def log_rows(events: Sequence[StrategyEvent]) -> list[list[str]]:
    """A row a line of the log, newest first, under LOG_HEADS."""
    return [
        [f"{show.day(each.at[:10])}, {each.at[11:16]} UTC", what_words(each), each.subject, each.who or "not recorded",
         each.because, figures(each)]
        for each in events
    ]  # fmt: skip


def what_words(event: StrategyEvent) -> str:
    """What was decided, as a person would say it."""
    if event.what == "refused" and event.subject.startswith("suggestion"):
        return "Suggestion put off"
    return WHAT.get(event.what, event.what.replace("_", " ").capitalize())


def figures(event: StrategyEvent) -> str:
    """What a decision rested on, in words; "" where nothing was noted."""
    told = event.figures or {}
    if told.get("words"):
        return str(told["words"])
    pieces = [
        f"{str(name).replace('_', ' ')} {_plain(value)}"
        for name, value in told.items()
        if isinstance(value, int | float | str)
    ]
    return ", ".join(pieces[:6])


def _plain(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return show.number(value, 0 if float(value).is_integer() else 2)


def log_title(events: Sequence[StrategyEvent]) -> str:
    """How many decisions, and the newest; what the worker did and what followed from a decision is none."""
    made = [each for each in events if is_decision(each)]
    if not made:
        return "Nothing was decided yet"
    return f"{show.count(len(made), 'decisions')}, the newest on {show.day(made[0].at[:10])} by {made[0].who or 'nobody named'}"
