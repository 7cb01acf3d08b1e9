"""Sentences about means by strategy: what a loan recovers, costs and leaves, and whether an effect changed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import format as show
from dashboard.components.table import BELOW
from dashboard.text_effects import is_told, level

HEADS = ("Strategy", "Recovers", "as it happened", "Costs a loan", "Leaves a loan", "n")
SUBTITLE = (
    "Mean a loan were every loan under the strategy, adjusted, with its 95 % interval; what it leaves is what the cash is worth today, "
    "less fees and costs"
)
RATES = ("recovery_rate", "recovered_share")


def level_rows(content: Mapping[str, Any], currency: str) -> list[list[str]]:
    """A row a strategy; no rows where none was measured."""
    levels = content.get("levels") or ()
    by_name = {(each["outcome"] in RATES, each["strategy"]): each for each in levels}
    names = [name for name in content.get("strategies") or () if (True, name) in by_name or (False, name) in by_name]
    rows = []
    for name in names:
        rate, net = by_name.get((True, name), {}), by_name.get((False, name), {})
        n = rate.get("n") or net.get("n") or 0
        cost = show.money(net["cost"], currency) if is_told(net.get("cost")) else show.UNDEFINED
        rows.append(
            [name, _with_interval(rate, "recovery_rate", ""), level(rate.get("naive"), "recovery_rate"), cost,
             _with_interval(net, "net_value", currency), show.number(n)]
        )  # fmt: skip
    return rows


def _with_interval(told: Mapping[str, Any], outcome: str, currency: str) -> str:
    value = level(told.get("adjusted"), outcome, currency)
    low, high = told.get("ci_low"), told.get("ci_high")
    return f"{value}{BELOW}{level(low, outcome)} to {level(high, outcome)}" if is_told(low) and is_told(high) else value


def levels_title(content: Mapping[str, Any], currency: str) -> str:
    """Which one recovers most, and which one leaves most: they need not be the same."""
    first = {}
    for outcome in ("recovery_rate", "net_value"):
        told = [
            each for each in content.get("levels") or () if each["outcome"] == outcome and is_told(each.get("adjusted"))
        ]
        if len(told) > 1:
            best = max(told, key=lambda each: float(each["adjusted"]))
            first[outcome] = (str(best["strategy"]), level(best["adjusted"], outcome, currency), _beside(best, told))
    if not first:
        return "What a loan recovers, costs and leaves"
    if len(first) == 1:
        ((outcome, (name, value, near)),) = first.items()
        return f"{name} {'recovers' if outcome == 'recovery_rate' else 'leaves'} most: {value} a loan{near}"
    (most, rate, near), (dearest, net, near_net) = first["recovery_rate"], first["net_value"]
    if most == dearest:
        return f"{most} recovers most ({rate}{near}) and leaves most ({net} a loan{near_net})"
    return f"{most} recovers most ({rate}{near}), {dearest} leaves most ({net} a loan{near_net})"


def _beside(best: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> str:
    """Which others might recover as much: those whose difference to the best is within 1.96 of its standard errors."""
    others = [each for each in told if each is not best and is_told(each.get("se")) and is_told(best.get("se"))]
    near = [
        str(each["strategy"])
        for each in others
        if float(best["adjusted"]) - float(each["adjusted"]) < 1.96 * math.hypot(float(best["se"]), float(each["se"]))
    ]
    return f", not told apart from {' and '.join(near)}" if near else ""


def levels_note(content: Mapping[str, Any]) -> str:
    """Why there is no net value, where there is none."""
    outcomes = {each["outcome"] for each in content.get("levels") or () if is_told(each.get("naive"))}
    if not outcomes or "net_value" in outcomes:
        return ""
    told = (
        content.get("net_refused")
        or "no costs were told: load actions with Cost, Strategy_Cost, or state them with --limits"
    )
    return f"What it costs and leaves is {show.UNDEFINED}, because {told}."


def changes_words(changes: Sequence[Mapping[str, Any]]) -> list[str]:
    """The effects that changed, in the words of core.strategies.refinement.changes."""
    return [str(each["words"]) for each in changes if each.get("words") and each.get("changed", True)]
