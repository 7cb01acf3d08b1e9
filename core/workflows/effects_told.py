"""A measurement of strategies for whoever asked on the command line: one JSON object, or sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.wording import counted
from core.workflows.effects_content import NAMES, NET


def told(result: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """What a measurement says.

    Args:
        result: the content of a run with `sentence`, and `run` (its number) where it was stored.

    Returns:
        The same as JSON (run None where nothing was stored), and as text: what happened beside what was caused, who was left
        out, what was not adjusted for, and what to do.
    """
    as_json = {"run": None, **{name: value for name, value in result.items() if name != "waiting"}}
    lines = [result["sentence"], f"Outcome: {result['outcome_words']}."]
    lines += [_effect(each) for each in result["effects"]]
    lines += [f"Left out: {counted(each['loans'], 'loan')}: {each['why']}." for each in result["excluded"]]
    if result["changed_later"]:
        lines.append(
            f"{counted(result['changed_later'], 'loan')} came under another strategy within the window and count for their first."
        )
    lines.append(f"Adjusted for: {', '.join(result['facts']) or 'nothing: the file states no facts'}.")
    lines += [f"Not adjusted for {each['column']}: {each['why'].rstrip('.')}." for each in result["refused_facts"]]
    lines += _policy(result)
    lines += [f"{each['words']}." for each in result["suggestions"]]
    lines += [each["words"] for each in result["changes"] if each["changed"]]
    return as_json, "\n".join(lines)


def _policy(result: Mapping[str, Any]) -> list[str]:
    """What became of learning a policy: against what proposes now, then against the thresholds where another proposes."""
    policy = result["policy"]
    if policy.get("refused"):
        return [f"{policy['refused']}."]
    name = f"Policy {policy['id']}" if "id" in policy else "The policy learned"
    return [f"{name} against {each['whom']}: {each['why']}." for each in result["challenges"]]


def _effect(each: Mapping[str, Any]) -> str:
    digits = 2 if each["outcome"] == NET else 3
    what = f"{NAMES[each['outcome']]}, {each['strategy']} against {each['reference']}: "
    happened = _figure(each["naive"], digits)
    if each["adjusted"] is None:
        return f"{what}{each['verdict']}; as it happened {happened}, n = {each['n']:,} and {each['n_reference']:,}. {each['why']}"
    low, high = _figure(each["ci_low"], digits), _figure(each["ci_high"], digits)
    bound = f"{_figure(each['bound_low'], digits)} to {_figure(each['bound_high'], digits)}"
    return (
        f"{what}{each['verdict']} {_figure(each['adjusted'], digits)} ({low} to {high}; {bound} with what nobody recorded), "
        f"as it happened {happened}, n = {each['n']:,} and {each['n_reference']:,}. {each['why']}"
    )


def _figure(value: float | None, digits: int) -> str:
    return "n/a" if value is None else f"{value:+,.{digits}f}"
