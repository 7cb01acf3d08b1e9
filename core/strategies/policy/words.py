"""Why a borrower gets a strategy, in words with figures. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.strategies.catalogue import NO_ACTION, Strategy
from core.strategies.observed import Codes, Numbers
from core.strategies.policy.prices import NOTHING, Allocation


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a decision rested on, one row a borrower: `unknown` where nothing is expected of it, `now` the strategy before."""

    choice: Codes
    values: Numbers
    spreads: Numbers
    sizes: Numbers
    unknown: np.ndarray
    now: Codes
    allocation: Allocation
    strategies: Sequence[Strategy]


def reason_of(told: Weighed, row: int) -> str:
    """The sentence for one borrower that the policy chose for."""
    names = [each.name for each in told.strategies]
    if told.unknown[row]:
        return f"Nothing is expected of this loan under any strategy yet: {names[0]} until there is"
    values, chosen = told.values[row], int(told.choice[row])
    if chosen == NOTHING:
        least = np.nanmax(values)
        return (
            f"Every strategy is expected to cost more than it brings, the best one {_money(-least)}: {NO_ACTION.lower()}"
            if least < 0
            else f"{names[int(np.nanargmax(values))]} is expected to bring {_money(least)}, but hours or budget are used up by more: "
            f"{NO_ACTION.lower()}"
        )
    toll = told.allocation.toll(told.strategies) * told.sizes[row]
    if chosen:
        said = f"{names[chosen]} is expected to bring {_more(values[chosen] - values[0], told.spreads[row, chosen], names[0])}"
    else:
        said = f"{names[0]} is expected to bring {_money(values[0])} after its cost"
    kept = values - toll
    better = np.where(np.isfinite(kept), kept, -np.inf)
    if int(told.now[row]) == chosen and better.max() > better[chosen] + 1e-9:
        other = names[int(better.argmax())]
        return f"{said}; {other} promises too little more for a change"
    richest = int(np.nanargmax(values))
    if richest != chosen:
        gain = values[richest] - values[chosen]
        return f"{said}; {names[richest]} would bring {_money(gain)} more, less than what it takes is worth elsewhere ({_money(toll[richest] - toll[chosen])})"
    place = told.allocation.places[chosen]
    return f"{said}; a place in {names[chosen]} is worth {_money(place)} today" if place > 0 else said


def _more(gain: float, error: float, reference: str) -> str:
    within = f" (+-{_money(1.96 * error)})" if np.isfinite(error) and error > 0 else ""
    word = "more" if gain >= 0 else "less"
    return f"{_money(abs(gain))} {word} than {reference} after its cost{within}"


def _money(amount: float) -> str:
    return f"{amount:,.0f}"
