"""From what each strategy is expected to bring to one strategy a borrower, within the limits. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.strategies.catalogue import Limits, Strategy
from core.strategies.observed import Codes, Numbers
from core.strategies.policy.prices import Allocation, allocate
from core.strategies.policy.value import net_values


@dataclass(frozen=True, slots=True)
class Decision:
    """What was chosen.

    Attributes:
        choice: (n,) of each loan, an index into the strategies; NOTHING where nothing is done (-1).
        values: (m, K) net value of each borrower, currency.
        allocation: of the borrowers, with the prices of the limits.
    """

    choice: Codes
    values: Numbers
    allocation: Allocation


def decide(
    rates: Numbers, balance: Numbers, borrower: Codes, strategies: Sequence[Strategy], limits: Limits, *,
    workable: int | None = None, acts: np.ndarray | None = None,
) -> Decision:  # fmt: skip
    """The strategy of each loan that makes the total net value largest, all loans of a borrower under one.

    Args:
        rates: (n, K) expected under each strategy; NaN where a strategy may not be had.
        balance: (n,) currency.
        borrower: (n,) a number each.
        strategies: K, with their capacities. limits: officer hours and budget.
        workable: what capacity shares are shares of; None for the loans given.
        acts: (K,) strategies the policy may give; None for all.
    """
    _, place = np.unique(borrower, return_inverse=True)
    values = in_all(net_values(rates, balance, strategies), place)
    if acts is not None:
        values = np.where(acts, values, np.nan)
    sizes = np.bincount(place, minlength=len(values)).astype(float)
    told = allocate(values, sizes, strategies, limits, len(rates) if workable is None else workable)
    return Decision(told.choice[place] if len(place) else np.zeros(0, dtype=np.int64), values, told)


def in_all(values: Numbers, place: Codes) -> Numbers:
    """(m, K) the values of each borrower's loans together; NaN where one of them is."""
    borrowers = int(place.max(initial=-1)) + 1
    columns = [np.bincount(place, weights=values[:, kind], minlength=borrowers) for kind in range(values.shape[1])]
    return np.column_stack(columns)


def scaled(limits: Limits, share: float) -> Limits:
    """The limits of a share of the book: counts, hours and budget in proportion; capacity shares stay shares."""
    strategies = tuple(
        each
        if each.capacity_count is None
        else replace(each, capacity_count=int(np.floor(each.capacity_count * share + 1e-9)))
        for each in limits.strategies
    )
    hours, budget = (None if each is None else each * share for each in (limits.officer_hours, limits.budget))
    return Limits(strategies, officer_hours=hours, budget=budget)


def same_for_all(count: int, kind: int = 0) -> Codes:
    """(n,) one strategy for every loan."""
    return np.full(count, kind, dtype=np.int64)
