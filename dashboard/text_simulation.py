"""Sentences about a simulated rule: what it would bring and cost, how sure that is, who would move, what the limits are worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.strategies.policy.simulate import Rule, Simulated
from core.workflows.simulate import Simulable
from dashboard import format as show
from dashboard.components.table import BELOW, NONE
from dashboard.text_effects import between, gain, is_told

HEADS = ("What", "This rule", "Proposed now", "Standard for all", "Nothing done")
TITLE, MOVES_TITLE = "What the rule would bring", "Who would move"
NOTHING_DONE = "nothing"


def nothing(why: str) -> str:
    """Why nothing is simulated."""
    return f"{show.UNDEFINED}, because {why[:1].lower()}{why[1:]}"


def title(found: Simulated, currency: str) -> str:
    """The net value against today's rule, checked on the past, in money for all loans."""
    held = found.held.get(("net", "champion"))
    if held is None or not is_told(held.value):
        return TITLE
    signed = f"{gain(held.value, 'net_value', currency)} a loan"
    if held.value == 0 and held.low == held.high:
        return "The same as today's rule"
    if not is_told(held.low):
        return f"{signed} against today's rule, with no interval"
    sure = "" if held.low > 0 or held.high < 0 else "No gain found: "
    return f"{sure}{signed} against today's rule ({between(held.low, held.high, 'net_value')})"


def subtitle(found: Simulated, rule: Rule, on: Simulable) -> str:
    """What was simulated, on which loans."""
    how = (
        "each borrower gets the strategy worth most to it within the limits; nothing is done where none is worth its cost"
        if rule.kind == "value"
        else "risk decides: " + ", ".join(f"{name} from {show.number(edge, 2)}" for name, edge in zip(on.names[1:], rule.edges, strict=False))
        + "; the lowest risks move down where a limit is met"
    )  # fmt: skip
    return (
        f"{show.count(found.workable, 'loans')} of the newest day that may be worked; {how}. Recovered and net are what the policy's models predict: "
        "a rule picks what its own predictions like best, so they run a little high. The interval in the title does not."
    )


def outcome_rows(found: Simulated, names: Sequence[str], currency: str) -> list[list[str]]:
    """The rule beside what is proposed now, the lightest strategy for all, and nothing done: loans, recovered, cost, net."""
    told = (found.rule, found.now, found.lightest)
    rows = [
        [f"{name}, loans", *(show.number(each.loans[place]) for each in told), NONE] for place, name in enumerate(names)
    ]
    if any(each.nothing for each in told):
        rows.append(["None of them, loans", *(show.number(each.nothing) for each in told), show.number(found.workable)])
    rows += [
        ["Recovered", *(show.money(each.recovered, currency) for each in told), f"{show.UNDEFINED}{BELOW}nobody was left alone"],
        ["Cost", *(show.money(each.cost, currency) for each in told), show.money(0.0, currency)],
        ["Officer hours", *(show.number(each.hours) for each in told), show.number(0)],
        ["Net value", *(show.money(each.net, currency) for each in told), show.UNDEFINED],
        [f"This rule against it{BELOW}net a loan, on past loans", NONE, _gained(found, "champion", currency), _gained(found, "lightest", currency),
         show.UNDEFINED],
    ]  # fmt: skip
    return rows


def note(found: Simulated, names: Sequence[str], currency: str) -> str:
    """What the limits are worth, in words; for thresholds the risks that were reached."""
    if found.prices is None:
        told = [
            f"{name} from {show.number(edge, 2)}" if np.isfinite(edge) else f"nobody gets {name}"
            for name, edge in zip(names[1:], found.edges, strict=False)
        ]
        return f"Within the limits: {', '.join(told)}. Legal waits for a person under any rule."
    told = []
    for name, price in zip(names, found.prices.places, strict=True):
        if np.isinf(price):
            told.append(f"{name} has no place at all")
        elif price > 0:
            told.append(f"one more place for {name} is worth {show.money(float(price), currency)}")
    for price, what in (
        (found.prices.hour, "one more officer hour"),
        (found.prices.money, "one more unit of budget, beyond itself,"),
    ):
        if np.isinf(price):
            told.append(f"there is none of it: {what.removeprefix('one more ').removesuffix(', beyond itself,')}")
        elif price > 0:
            told.append(
                f"{what} is worth {show.money(float(price), currency) if price >= 10 else show.number(float(price), 2)}"
            )
    words = "; ".join(told)
    return (
        f"{words[:1].upper()}{words[1:]}. Legal waits for a person under any rule."
        if told
        else "No limit binds. Legal waits for a person under any rule."
    )


def _gained(found: Simulated, against: str, currency: str) -> str:
    """What the rule gains a loan against another, with its interval and n; "n/a" where nothing is known of the past."""
    held = found.held.get(("net", against))
    if held is None or not is_told(held.value):
        return show.UNDEFINED
    interval = between(held.low, held.high, "net_value") or "no interval"
    return f"{gain(held.value, 'net_value', currency)}{BELOW}{interval}{BELOW}n = {show.number(held.n)}"


def of_all(found: Simulated, currency: str) -> str:
    """The gain against today's rule for all loans of the day; "" where it has no interval."""
    held = found.held.get(("net", "champion"))
    if held is None or not is_told(held.low) or held.low == held.high:
        return ""
    value, low, high = (show.signed(show.money(each * found.workable)) for each in (held.value, held.low, held.high))
    return (
        f"For all of today's loans {currency} {value} ({low} to {high}), if they are like those of the past. ".replace(
            "  ", " "
        )
    )


def choices(names: Sequence[str], found: Simulated) -> list[str]:
    """What stands on the axes of the moves: "nothing" only where it occurs."""
    last = len(names)
    any_nothing = bool(found.moves[last].sum() or found.moves[:, last].sum())
    return [*names, NOTHING_DONE] if any_nothing else list(names)


def moves_title(found: Simulated) -> str:
    """How many loans would get another strategy."""
    moved = int(found.moves.sum() - np.trace(found.moves))
    if not moved:
        return "No loan would get another strategy"
    return (
        f"{show.count(moved, 'loans')} would get another strategy ({show.percent(moved / max(found.workable, 1), 0)})"
    )


def moves_subtitle(found: Simulated) -> str:
    """What is drawn."""
    return f"Loans by what is proposed now and what the rule would propose, n = {show.number(found.workable)}; a proposal, not a decision"


def moves_summary(found: Simulated, names: Sequence[str]) -> str:
    """The moves in words, the largest first."""
    told = sorted(
        (
            (int(found.moves[at, to]), names[at], names[to])
            for at in range(len(names))
            for to in range(len(names))
            if at != to
        ),
        reverse=True,
    )
    said = [f"{show.number(count)} from {at} to {to}" for count, at, to in told if count]
    return f"Moves: {', '.join(said)}." if said else "Nobody moves."


def move_rows(found: Simulated, names: Sequence[str]) -> list[list[str]]:
    """The moves as a table."""
    rows = [["Proposed now", *(f"then {name}" for name in names)]]
    return rows + [
        [name, *(show.number(int(count)) for count in found.moves[at, : len(names)])] for at, name in enumerate(names)
    ]
