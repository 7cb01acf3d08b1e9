"""Which strategy each borrower gets within what the lender can afford, and what one more place, hour or unit of money is worth.

NumPy only: the web process allocates too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.strategies.catalogue import Limits, Strategy
from core.strategies.observed import Codes, Numbers
from core.strategies.policy.interior import solve
from core.strategies.policy.rounding import one_each

NOTHING = -1
"""The choice of a unit for which nothing is done: it costs and brings nothing."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """Who gets what, and what the limits are worth.

    Attributes:
        choice: (n,) index into the strategies; NOTHING where nothing is done.
        total: net value in all, currency.
        bound: what no allocation within the limits can exceed; `total` is below it by what cannot be split.
        places: (K,) what one more place of each strategy would add, currency; 0 where places are left.
        hour: what one more hour of an officer would add; NaN where hours are not limited.
        money: what one more unit of budget would add, beyond itself; NaN where there is no budget.
        units: (K,) loans under each strategy.
        hours: spent in all. cost: spent in all.
    """

    choice: Codes
    total: float
    bound: float
    places: Numbers
    hour: float
    money: float
    units: Numbers
    hours: float
    cost: float

    def toll(self, strategies: Sequence[Strategy]) -> Numbers:
        """What a loan under each strategy takes from the others, at these prices: (K,) currency."""
        hour, money = np.nan_to_num(self.hour), np.nan_to_num(self.money)
        return np.asarray(
            [place + each.hours * hour + each.cost * money for place, each in zip(self.places, strategies, strict=True)]
        )


@dataclass(frozen=True, slots=True)
class _Limited:
    """The limits as rows: what a unit of size 1 takes under each option (the last one: nothing), and how much there is."""

    uses: Numbers
    most: Numbers

    def rows(self, chosen: np.ndarray) -> _Limited:
        return _Limited(self.uses[chosen], self.most[chosen])


def places(strategy: Strategy, workable: int) -> float:
    """How many loans a strategy can take: the smaller of its count and its share of the workable loans; inf for no limit."""
    count = np.inf if strategy.capacity_count is None else float(strategy.capacity_count)
    share = np.inf if strategy.capacity_share is None else np.floor(strategy.capacity_share * workable + 1e-9)
    return float(min(count, share))


def allocate(
    values: Numbers, sizes: Numbers, strategies: Sequence[Strategy], limits: Limits, workable: int
) -> Allocation:
    """The strategy of each unit that makes the total net value largest within capacities, officer hours and budget.

    Solves the linear program whose prices split the decision unit by unit (each takes its best after paying the prices),
    then settles the few units at the edge so that every limit is kept.

    Args:
        values: (n, K) net value of each strategy for each unit, currency; NaN where it may not be had.
        sizes: (n,) loans of the unit, 1 or more: each takes a place, hours and cost.
        strategies: the K strategies, in the order of the columns.
        limits: officer hours and budget; capacities are read from `strategies`.
        workable: loans that capacity shares are shares of.

    Returns:
        An allocation that keeps every limit. No unit: totals of 0, prices of 0.

    References:
        Everett (1963), Generalized Lagrange multiplier method, Operations Research 11, 399-417; Sinha & Zoltners (1979),
        The multiple-choice knapsack problem, Operations Research 27, 503-515.
    """
    told = _limited(strategies, limits, workable)
    count, known = len(values), np.isfinite(values)
    sizes = np.asarray(sizes, dtype=float)
    need = sizes[:, None, None] * told.uses.T[None, : len(strategies), :]
    known = known & (need <= told.most + 1e-9).all(axis=2)
    never = -1.0 - float(np.abs(values[np.isfinite(values)]).mean() if np.isfinite(values).any() else 0.0)
    offered = np.column_stack([np.where(known, np.nan_to_num(values), never), np.zeros(count)])
    most_used = told.uses.max(axis=1) * float(sizes.sum())
    binds = (told.most > 0) & (told.most < most_used)
    held = told.rows(binds)
    found, bound = solve(offered, sizes, held.uses, held.most)
    choice = one_each(offered, sizes, held.uses, held.most, found, bound)
    choice = np.where(offered[np.arange(count), choice] < 0, len(strategies), choice).astype(np.int64)
    prices = np.zeros(len(told.most))
    prices[binds] = found
    _price_what_is_shut(prices, told, values, sizes)
    return _told(choice, offered, sizes, strategies, limits, prices, bound)


def _limited(strategies: Sequence[Strategy], limits: Limits, workable: int) -> _Limited:
    uses = np.vstack(
        [np.eye(len(strategies)), [each.hours for each in strategies], [each.cost for each in strategies]]
    )  # fmt: skip
    most = [places(each, workable) for each in strategies]
    most += [np.inf if each is None else float(each) for each in (limits.officer_hours, limits.budget)]
    return _Limited(np.column_stack([uses, np.zeros(len(uses))]), np.asarray(most, dtype=float))


def _price_what_is_shut(prices: Numbers, told: _Limited, values: Numbers, sizes: Numbers) -> None:
    """The price of a limit of 0: the most that a loan would gain by the first of it, the other limits as they are."""
    shut = told.most <= 0
    if not shut.any() or not len(values):
        return
    uses = told.uses[:, :-1]
    a_loan = np.where(np.isfinite(values), values, -np.inf) / sizes[:, None] - prices @ uses
    closed_by = (uses[shut] > 0).sum(axis=0)
    open_best = np.where(closed_by[None, :] > 0, -np.inf, a_loan).max(axis=1, initial=0.0)
    for row in np.flatnonzero(shut):
        only = (uses[row] > 0) & (closed_by == 1)
        if only.any():
            gain = (a_loan[:, only] - open_best[:, None]) / uses[row, only]
            prices[row] = max(0.0, float(gain.max()))


def _told(
    choice: Codes, offered: Numbers, sizes: Numbers, strategies: Sequence[Strategy], limits: Limits, prices: Numbers,
    bound: float,
) -> Allocation:  # fmt: skip
    kinds = len(strategies)
    units = np.asarray(np.bincount(choice, weights=sizes, minlength=kinds + 1)[:kinds], dtype=float)
    prices = np.where(prices > 1e-7 * max(1.0, float(np.abs(prices).max())), prices, 0.0)
    return Allocation(
        choice=np.where(choice == kinds, NOTHING, choice).astype(np.int64),
        total=float(offered[np.arange(len(choice)), choice].sum()),
        bound=bound,
        places=prices[:kinds],
        hour=float("nan") if limits.officer_hours is None else float(prices[kinds]),
        money=float("nan") if limits.budget is None else float(prices[kinds + 1]),
        units=units,
        hours=float(units @ [each.hours for each in strategies]),
        cost=float(units @ [each.cost for each in strategies]),
    )
