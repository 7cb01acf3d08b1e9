"""Sentences about what the loans that can be worked should bring."""

from __future__ import annotations

from core.records import Model
from core.scores.rate.intervals import SUM_LEVEL
from core.scores.rate.sums import Expected
from core.strategies.catalogue import NO_ACTION
from dashboard import format as show
from dashboard.components.table import BELOW

HEADS = ("Of", "Can be worked", "Balance of those", "Expected in 12 months", "Net of costs")
NAMES = {"proposed": "proposed", "product": "product"}


def title(whole: Expected, currency: str) -> str:
    """The sum with its interval."""
    if not whole.told:
        return "What they should bring"
    amount = f"Expected in 12 months: {show.money(whole.recovery, currency)}"
    return amount if whole.why else f"{amount} ({_ends(whole.low, whole.high)})"


def subtitle(whole: Expected, model: Model | None, left_aside: bool, policy: int | None = None) -> str:
    """Whose it is, what it rests on, and why there is no interval where there is none.

    Args:
        policy: the learned policy that proposes; None for the thresholds.
    """
    if not whole.told:
        return f"{show.UNDEFINED}, because {whole.why}."
    said = (
        f"{show.count(whole.loans, 'loans')} that can be worked, {show.number(whole.told)} of them with an expectation"
    )
    aside = " The lasso and the search are left aside." if left_aside else ""
    if whole.why:
        return f"{said}. No interval, because {whole.why}.{aside}"
    told = f", told by model {model.id} under the proposed strategy" if model else ""
    return (
        f"{said}{told}. In brackets: {show.percent(SUM_LEVEL, 0)} interval of outcomes and rate, not of what changes until then. "
        f"Net: after {_costs(policy)}, fees and discount, which are planning assumptions.{aside}"
    )


def _costs(policy: int | None) -> str:
    return "the catalogue's costs" if policy is None else f"the costs that policy {policy} was learned with"


def row(by: str, group: Expected, currency: str) -> list[str]:
    """A row of the table; what follows BELOW stands small below."""
    name = f"{group.group}{BELOW}{NAMES[by]}" if by else "All"
    told = show.money(group.recovery, currency) if group.told else show.UNDEFINED
    known = f"n = {show.number(group.told)}"
    if group.why and by == "proposed" and group.group == NO_ACTION:
        cells = (name, show.number(group.loans), show.money(group.balance, currency))
        return [*cells, f"{show.UNDEFINED}{BELOW}nothing is told of loans that are not worked", show.UNDEFINED]
    if group.why:
        return [
            name,
            show.number(group.loans),
            show.money(group.balance, currency),
            f"{told}{BELOW}{known}; no interval: {group.why}",
            show.UNDEFINED,
        ]
    return [
        name, show.number(group.loans), show.money(group.balance, currency),
        f"{told}{BELOW}{_ends(group.low, group.high)}, {known}",
        f"{show.money(group.net, currency)}{BELOW}{_ends(group.net_low, group.net_high)}",
    ]  # fmt: skip


def _ends(low: float, high: float) -> str:
    return f"{show.percent(SUM_LEVEL, 0)}: {show.money(low)} to {show.money(high)}"
