"""The choice of every unit of a large book in a fraction of a second: prices from a sample, each its best at them, then
within the limits, then filled up. What it loses against an exact allocation is small; a bench and a test say how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.strategies.catalogue import Limits
from core.strategies.observed import Codes, Numbers
from core.strategies.policy.interior import solve
from core.strategies.policy.prices import NOTHING, places

SAMPLE = 2_000
"""Units whose allocation sets the prices; a book with no more of them is taken as a whole."""
ROUNDS = 24
SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Prices:
    """What one more of each limit is worth, currency: (K,) places, 0 where some are left and inf where there are none at
    all; an hour of an officer; a unit of budget, beyond itself. 0 where a limit does not bind, NaN where there is none."""

    places: Numbers
    hour: float
    money: float

    def toll(self, limits: Limits) -> Numbers:
        """(K,) what a loan under each strategy takes from the others."""
        hour, money = (0.0 if np.isnan(each) else each for each in (self.hour, self.money))
        spent = [each.hours * hour + each.cost * money if each.hours + each.cost else 0.0 for each in limits.strategies]
        return np.asarray(self.places + np.asarray(spent), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Rows:
    """The limits as rows: what one loan takes under each option (the last: nothing), and how much there is of it."""

    uses: Numbers
    most: Numbers


def rows_of(limits: Limits, workable: int) -> Rows:
    """A row a strategy's places, then officer hours, then budget; inf where there is no limit."""
    strategies = limits.strategies
    uses = np.vstack(
        [np.eye(len(strategies)), [each.hours for each in strategies], [each.cost for each in strategies]]
    )  # fmt: skip
    most = [places(each, workable) for each in strategies]
    most += [np.inf if each is None else float(each) for each in (limits.officer_hours, limits.budget)]
    return Rows(np.column_stack([uses, np.zeros(len(uses))]), np.asarray(most, dtype=float))


def prices_of(values: Numbers, sizes: Numbers, limits: Limits, workable: int) -> Prices:
    """What the limits are worth, from a sample of the units with its share of every limit.

    Args:
        values: (m, K) currency, NaN where a strategy may not be had. sizes: (m,) loans.
        workable: loans that capacity shares are shares of.

    References:
        Sinha & Zoltners (1979), The multiple-choice knapsack problem, Operations Research 27, 503-515.
    """
    rows, kinds = rows_of(limits, workable), len(limits.strategies)
    some = np.arange(len(values))
    if len(values) > SAMPLE:
        some = np.random.default_rng(0).choice(len(values), SAMPLE, replace=False)
    share = float(sizes[some].sum() / sizes.sum()) if len(values) else 1.0
    most, shut = rows.most * share, np.asarray(rows.most <= 0)
    offered = np.where(np.isfinite(values[some]), values[some], -1e12)
    offered[:, np.flatnonzero((rows.uses[shut, :kinds] > 0).any(axis=0))] = -1e12
    offered = np.column_stack([offered, np.zeros(len(some))])
    binds = ~shut & (most < rows.uses.max(axis=1) * float(sizes[some].sum()))
    found = np.zeros(len(most))
    found[binds], _ = solve(offered, sizes[some], rows.uses[binds], most[binds])
    found[found <= 1e-7 * max(1.0, float(np.abs(found).max()))] = 0.0
    found[shut] = np.inf
    hour, money = (
        np.nan if limit is None else float(price)
        for limit, price in zip((limits.officer_hours, limits.budget), found[kinds:], strict=True)
    )
    return Prices(found[:kinds], hour, money)


def settled(values: Numbers, sizes: Numbers, limits: Limits, workable: int, prices: Prices) -> Codes:
    """The choice of each unit at these prices, brought within every limit, and what is left given to those who gain most.

    Args:
        values: (m, K) currency, NaN where a strategy may not be had. sizes: (m,) loans. prices: from `prices_of`.
        workable: loans that capacity shares are shares of.

    Returns:
        (m,) index into the strategies, NOTHING where none is worth its price or none fits.
    """
    rows, kinds = rows_of(limits, workable), len(limits.strategies)
    open_values = np.column_stack([np.where(np.isfinite(values), values, -np.inf), np.zeros(len(values))])
    reduced = open_values - sizes[:, None] * np.append(prices.toll(limits), 0.0)
    choice = reduced.argmax(axis=1)
    choice = _within(choice, reduced, sizes, rows.uses, rows.most)
    choice = _filled(choice, open_values, sizes, rows.uses, rows.most)
    return np.where(choice == kinds, NOTHING, choice).astype(np.int64)


def _used(choice: Codes, sizes: Numbers, uses: Numbers) -> Numbers:
    return np.asarray(uses @ np.bincount(choice, weights=sizes, minlength=uses.shape[1]))


def _within(choice: Codes, reduced: Numbers, sizes: Numbers, uses: Numbers, most: Numbers) -> Codes:
    """While a limit is broken, units that lose least for what they free of it move to what uses less of every full limit."""
    for _ in range(ROUNDS):
        over = _used(choice, sizes, uses) - most * (1 + SLACK)
        if not (over > 0).any():
            return choice
        worst = int((over / np.where(np.isfinite(most), np.maximum(most, 1e-9), 1.0)).argmax())
        full = over > -SLACK * np.maximum(most, 1.0)
        rows = np.flatnonzero(uses[worst][choice] > 0)
        now = choice[rows]
        lighter = (uses[full][:, None, :] <= uses[full][:, now][:, :, None]).all(axis=0)
        frees = uses[worst][now][:, None] - uses[worst][None, :]
        able = lighter & (frees > 0)
        loss = np.where(able, (reduced[rows, now][:, None] - reduced[rows]) / np.where(able, frees, 1.0), np.inf)
        to = loss.argmin(axis=1)
        best = loss[np.arange(len(rows)), to] / sizes[rows]
        order = np.argsort(best, kind="stable")
        freed = np.cumsum(frees[order, to[order]] * sizes[rows[order]])
        count = int(np.searchsorted(freed, over[worst] - SLACK)) + 1
        choice[rows[order[:count]]] = to[order[:count]]
    return np.full(len(choice), uses.shape[1] - 1)


def _filled(choice: Codes, values: Numbers, sizes: Numbers, uses: Numbers, most: Numbers) -> Codes:
    """What is left of the limits, to the units that gain most by it, as many at once as surely fit."""
    rows = np.arange(len(choice))
    for _ in range(4):
        left = np.maximum(most - _used(choice, sizes, uses), 0.0)
        gain = values - values[rows, choice][:, None]
        roomy = np.asarray([(uses[:, kind] <= left + SLACK).all() for kind in range(uses.shape[1])])
        gain[:, ~roomy] = -np.inf
        to = gain.argmax(axis=1)
        found = gain[rows, to]
        able = np.flatnonzero(found > 1e-9)
        if not len(able):
            break
        order = able[np.argsort(-found[able], kind="stable")]
        needs = np.maximum(sizes[order] * (uses[:, to[order]] - uses[:, choice[order]]), 0.0).cumsum(axis=1)
        count = int((needs <= left[:, None] + SLACK * np.maximum(most, 1.0)[:, None]).all(axis=0).sum())
        if not count:
            break
        choice[order[:count]] = to[order[:count]]
    return choice
