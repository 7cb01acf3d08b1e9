"""The tracks a loan may be under, as data, and the names the world uses for them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from core.columns import plain
from core.errors import Refused

HOLD = "Hold"
NONE = "None"
"""Two proposals that are no strategy: nobody may work the loan, and there is nothing left to work."""
NO_ACTION = "No action"
"""A third: the loan may be worked, but whatever is done costs more than it brings, or nothing is left to do it with."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """One track, as data.

    Attributes:
        name: the name on screen and in the store.
        what: what is done, one sentence.
        cost: currency a loan put under it; a planning assumption until `--limits` states the lender's own.
        fee_share: share of the cash that goes to whoever collects it (0-1).
        npv_factor: what one unit of cash is worth today, given how long the track takes to bring it (0-1).
        hours: hours of an officer a loan.
        capacity_share: largest share of the workable loans it can take (0-1); None for no limit.
        capacity_count: largest number of loans it can take; None for no limit.
        needs_person: a person must confirm it before anything happens.
    """

    name: str
    what: str
    cost: float
    fee_share: float
    npv_factor: float
    hours: float
    capacity_share: float | None = None
    capacity_count: int | None = None
    needs_person: bool = False


CATALOGUE: tuple[Strategy, ...] = (
    Strategy("Standard", "Automated reminders and account monitoring", 20.0, 0.0, 0.985, 0.02),
    Strategy("Settlement", "Settlement offers and flexible repayment plans", 80.0, 0.0, 0.97, 0.5),
    Strategy("Legal", "Legal notices and the intensive recovery team", 650.0, 0.0, 0.93, 3.0, needs_person=True),
)
"""The shipped tracks, from the lightest to the heaviest."""


def net_value_basis(strategy: Strategy, *, learned: bool = False) -> str:
    """What an expected net value takes for granted about a strategy, in a sentence for whoever reads the value.

    Args:
        strategy: with its figures. learned: they are those a policy was learned with, and nobody stated others since.

    >>> net_value_basis(CATALOGUE[0])
    "Net value takes Standard at 20.00 a loan, 0 of the cash as fee and 0.985 for each unit of it (the catalogue's planning figures)"
    """
    given = "its cost as the policy was learned with" if learned else "as your limits state"
    whose = "the catalogue's planning figures" if strategy in CATALOGUE else given
    return (
        f"Net value takes {strategy.name} at {strategy.cost:.2f} a loan, {strategy.fee_share:g} of the cash as fee "
        f"and {strategy.npv_factor:g} for each unit of it ({whose})"
    )


STRATEGY_NAMES: tuple[str, ...] = tuple(strategy.name for strategy in CATALOGUE)

ALIASES: dict[str, str] = {
    plain(alias): name
    for name, aliases in {
        "Standard": ("standard", "call", "calls", "reminder", "reminders", "automated reminder", "automated reminders",
                     "automated follow-up", "automated follow-ups", "account monitoring"),
        "Settlement": ("settlement", "settlement offer", "settlement offers", "repayment plan", "repayment plans",
                       "flexible repayment"),
        "Legal": ("legal", "legal notice", "legal notices", "debt collector", "debt collectors",
                  "intensive recovery team"),
    }.items()
    for alias in aliases
}  # fmt: skip
"""What a name in data means, compared through `core.columns.plain`."""


def resolve_strategy(name: str) -> str | None:
    """The strategy a name in data stands for, or None where nobody has said.

    >>> resolve_strategy("Settlement Offer"), resolve_strategy("smoke signals")
    ('Settlement', None)
    """
    return ALIASES.get(plain(name))


@dataclass(frozen=True, slots=True)
class Limits:
    """What the lender can afford: its own figures for each strategy, officer hours and money.

    Attributes:
        strategies: the catalogue with the lender's figures in it, lightest first.
        officer_hours: hours available in all; None for no limit.
        budget: currency available in all; None for no limit.
        stated: names of the strategies whose cost the lender states; the costs of all others are planning assumptions.
    """

    strategies: tuple[Strategy, ...] = CATALOGUE
    officer_hours: float | None = None
    budget: float | None = None
    stated: frozenset[str] = frozenset()

    def strategy(self, name: str) -> Strategy:
        """One strategy by its own name. Raises Refused for a name that is none."""
        for strategy in self.strategies:
            if strategy.name == name:
                return strategy
        raise Refused(f"There is no strategy '{name}'", remedy=f"Use one of {', '.join(STRATEGY_NAMES)}.")

    @classmethod
    def from_json(cls, text: str) -> Limits:
        """Limits as `--limits` states them; absent keys keep the catalogue's figure, or no limit.

        Raises:
            Refused: not JSON, an unknown key or strategy, or a figure out of bounds; names it and says what to write.
        """
        try:
            given = json.loads(text)
        except json.JSONDecodeError as wrong:
            raise Refused(
                "The limits are not JSON",
                where=(f"line {wrong.lineno}, column {wrong.colno}: {wrong.msg}",),
                remedy='Write {"strategies": {"Legal": {"capacity_count": 50}}}.',
            ) from None
        _only_keys(given, ("strategies", "officer_hours", "budget"), "the limits")
        chosen: dict[str, Strategy] = {strategy.name: strategy for strategy in CATALOGUE}
        stated = given.get("strategies") or {}
        _only_keys(stated, None, "strategies")
        costed = set[str]()
        for name, figures in stated.items():
            known = resolve_strategy(name)
            if known is None:
                raise Refused(
                    f"The limits name a strategy '{name}' that does not exist",
                    remedy=f"Use one of {', '.join(STRATEGY_NAMES)}.",
                )
            chosen[known] = _with_figures(chosen[known], figures)
            if figures.get("cost") is not None:
                costed.add(known)
        return cls(
            strategies=tuple(chosen.values()),
            officer_hours=_figure(given, "officer_hours", "the limits", high=math.inf),
            budget=_figure(given, "budget", "the limits", high=math.inf),
            stated=frozenset(costed),
        )


_Figure = Literal["cost", "fee_share", "npv_factor", "hours", "capacity_share", "capacity_count"]
_HIGHEST: dict[_Figure, float] = {
    "cost": math.inf, "fee_share": 1.0, "npv_factor": 1.0, "hours": math.inf,
    "capacity_share": 1.0, "capacity_count": math.inf,
}  # fmt: skip


def _with_figures(strategy: Strategy, figures: Any) -> Strategy:
    _only_keys(figures, tuple(_HIGHEST), strategy.name)
    changed: dict[str, Any] = {}
    for key, high in _HIGHEST.items():
        value = _figure(figures, key, strategy.name, high=high)
        if value is not None:
            changed[key] = int(value) if key == "capacity_count" else value
    return replace(strategy, **changed)


def _figure(given: Mapping[str, Any], key: str, place: str, *, high: float) -> float | None:
    value = given.get(key)
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    whole = key != "capacity_count" or (is_number and float(value).is_integer())
    if not (is_number and whole and 0 <= value <= high):
        kind = "a whole number" if key == "capacity_count" else "a number"
        bound = f"from 0 to {high:g}" if math.isfinite(high) else "of 0 or more"
        raise Refused(f"{place}: {key} is {value!r}", remedy=f"Write {kind} {bound}, or leave it out.")
    return float(value)


def _only_keys(given: Any, known: tuple[str, ...] | None, place: str) -> None:
    if not isinstance(given, dict):
        raise Refused(f"{place} must be a JSON object, not {given!r}", remedy="Write it between { and }.")
    unknown = [key for key in given if known is not None and key not in known]
    if unknown:
        raise Refused(
            f"{place} has a key that is not understood",
            where=[f"'{key}'" for key in unknown],
            remedy=f"Use {', '.join(known or ())}.",
        )
