"""The tabs of the Strategies page: a question each, and what was found, in a few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.records import StrategyEvent, StrategyRun
from core.workflows.policies import is_decision
from dashboard import format as show
from dashboard.text_effects import direction, main_outcome
from dashboard.text_groups import grouping

TABS: tuple[tuple[str, str], ...] = (
    ("works", "What works"), ("whom", "For whom"), ("brought", "What it brought"), ("next", "What to do next"), ("try", "Try it"),
    ("trials", "Trials"), ("decided", "Decided"),
)  # fmt: skip
BROUGHT = "As it happened, not adjusted"
TRY = "Limits, costs and thresholds as sliders"
NOT_MEASURED = "Not measured yet"


def works(run: StrategyRun | None) -> str:
    """How many effects were found, and how many cannot be told."""
    if run is None:
        return NOT_MEASURED
    effects = run.content.get("effects") or ()
    if not effects:
        return "Nothing to compare"
    outcome = main_outcome(effects)
    found = {
        word: [each["strategy"] for each in effects if each["outcome"] == outcome and direction(each) == word]
        for word in ("more", "less", "none", "unknown")
    }
    words = {"more": "brings more", "less": "brings less", "none": "no effect", "unknown": "not comparable"}
    told = [f"{', '.join(names)}: {words[word]}" for word, names in found.items() if names]
    return "; ".join(told)


def whom(content: Mapping[str, Any]) -> str:
    """By how many groupings."""
    kinds = list(dict.fromkeys(row["by"] for row in content.get("groups") or ()))
    return (
        f"By {', '.join(grouping(str(kind)) for kind in kinds[:3])}"
        if kinds
        else "No group is large enough"
        if content
        else NOT_MEASURED
    )


def following(run: StrategyRun | None, content: Mapping[str, Any], *, may_be_tried: bool) -> str:
    """How many suggestions there are, and whether a policy may be tried against what proposes now."""
    if run is None:
        return NOT_MEASURED
    told = len(content.get("suggestions") or ())
    waits = ", a policy may be tried" if may_be_tried else ""
    return f"{show.count(told, 'suggestions')}{waits}" if told else f"No suggestion{waits}"


def trials(told: Sequence[Mapping[str, Any]]) -> str:
    """How many there are, and the newest verdict."""
    if not told:
        return "None yet: plan one"
    return f"{show.count(len(told), 'trials')}, {told[0].get('verdict') or 'running'}"


def decided(events: Sequence[StrategyEvent]) -> str:
    """How many decisions there are."""
    made = sum(map(is_decision, events))
    return show.count(made, "decisions") if made else "Nothing yet"
