"""Sentences about how an effect was come by: why this number, and what all of them rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.records import StrategyRun
from dashboard import format as show
from dashboard.text_effects import Effect, because, direction, is_told, size


def why_lines(effect: Effect, content: Mapping[str, Any]) -> list[str]:
    """Why this number: how it was come by, how many stand behind it, how alike they are, and what could still be wrong."""
    reference, name = content["reference"], effect["strategy"]
    if direction(effect) == "unknown":
        lines = [f"No number is given: {because(effect)}."]
    elif effect["verdict"] == "randomised":
        lines = [
            f"Mean of the loans a trial gave {name}, less the mean of those it gave {reference}, both adjusted for chance differences between them."
        ]
    else:
        lines = [
            f"For every loan its outcome under {name} and under {reference} is predicted from what was known when its strategy began, by models that "
            "did not see it; what it really brought corrects the prediction, weighted by how unlikely its strategy was (doubly robust, cross-fitted). "
            f"The effect is the mean of the differences, for {effect.get('estimand') or 'all loans'}."
        ]
    lines.append(
        f"n: {show.count(int(effect['n']), 'loans')} under {name}, {show.number(effect['n_reference'])} under {reference}; after weighting those under "
        f"{name} are worth {_number(effect.get('ess'))} (effective n), the largest weight is {_number(effect.get('max_weight'), 1)}, and "
        f"{_share(effect.get('near_zero_share'))} of all loans had next to no chance of {name}."
    )
    lines.append(
        f"Alike: the groups differed by up to {_number(effect.get('max_smd_before'), 2)} standard deviations before, {_number(effect.get('max_smd'), 2)} "
        f"after weighting ({effect.get('smd_fact') or 'no fact named'})."
    )
    if is_told(effect.get("sensitivity_bound")):
        lines.append(_bound_line(effect))
    return lines


def _bound_line(effect: Effect) -> str:
    known = effect.get("benchmark") or {}
    strength = f", as strong as {known['fact']} is" if known.get("fact") else ""
    value = effect.get("robustness_value")
    all_of_it = (
        f" It would have to explain {_share(value)} of what is left both of the choice and of the outcome to make all of it."
        if is_told(value)
        else ""
    )
    return (
        f"What nobody recorded: such a fact{strength} could move it by {size(effect['sensitivity_bound'], effect['outcome'])} either way."
        f"{all_of_it}"
    )


def rest_facts(run: StrategyRun | None) -> dict[str, str]:
    """What all of it rests on, fact by fact; {} where nothing was measured."""
    if run is None:
        return {}
    content = run.content
    out = [f"{show.count(int(each['loans']), 'loans')}: {each['why']}" for each in content.get("excluded") or ()]
    barred = [f"{each['column']} ({each['why']})" for each in content.get("refused_facts") or ()]
    changed = int(content.get("changed_later") or 0)
    return {
        "loans": f"{show.count(int(content.get('n') or 0), 'loans')}, first worked {_days(content)}; {content.get('outcome_words') or ''}".rstrip("; "),
        "excluded": "; ".join(out) or "none",
        "changed": f"{show.count(changed, 'loans')} got another strategy within the window; each counts for the one it was first given",
        "facts": ", ".join(content.get("facts") or ()) or "none",
        "refused": "; ".join(barred) or "none",
        "made": f"{run.who or 'nobody named'}, {show.day(run.at[:10])}; rows SHA-256 {str(content.get('sha256') or 'not recorded')[:16]}",
    }  # fmt: skip


REST = (
    ("loans", "Loans behind it"), ("excluded", "Left out"), ("changed", "Changed later"), ("facts", "Adjusted for"),
    ("refused", "Not adjusted for"), ("made", "Measured by"),
)  # fmt: skip


def _days(content: Mapping[str, Any]) -> str:
    first, last = content.get("first_day"), content.get("last_day")
    return f"{show.day(first)} to {show.day(last)}" if first and last else "on days not recorded"


def _number(value: Any, decimals: int = 0) -> str:
    return show.number(value, decimals) if is_told(value) else show.UNDEFINED


def _share(value: Any) -> str:
    return show.percent(value) if is_told(value) else show.UNDEFINED
