"""From prices to one option a unit: the best at these prices, brought within the limits, filled up, and put right at the edge."""

from __future__ import annotations

import numpy as np

from core.strategies.observed import Codes, Numbers

ROUNDS = 200
AT_THE_EDGE = 40
SMALL, TRIES, WIDTH, NEAR = 400, 40, 0.15, 1e-4
"""On small books what cannot be split matters: other prices near the optimal ones are tried, too."""
NEAR_ENOUGH = 1e-5
SLACK = 1e-9


def one_each(values: Numbers, sizes: Numbers, uses: Numbers, limits: Numbers, prices: Numbers, bound: float) -> Codes:
    """One option a unit, within every limit, with a total value near `bound`.

    Args:
        values: (n, K); the last option uses nothing. sizes: (n,). uses: (m, K). limits: (m,).
        prices: (m,) of the linear program. bound: its value.
    """
    choice = _rounded(values, sizes, uses, limits, prices, bound)
    if len(values) > SMALL:
        return choice
    rows, rng = np.arange(len(values)), np.random.default_rng(len(values))
    best = float(values[rows, choice].sum())
    for _ in range(TRIES):
        if bound - best <= NEAR * abs(bound):
            break
        other = prices * np.exp(WIDTH * rng.standard_normal(len(prices)))
        tried = _rounded(values, sizes, uses, limits, other, bound, looks=0)
        if float(values[rows, tried].sum()) > best:
            choice, best = tried, float(values[rows, tried].sum())
    return choice


def _rounded(
    values: Numbers, sizes: Numbers, uses: Numbers, limits: Numbers, prices: Numbers, bound: float, looks: int = 30_000
) -> Codes:
    """The best at these prices, within the limits, filled up and put right where units are near to another option."""
    reduced = values - sizes[:, None] * (prices @ uses)
    choice = _within(reduced.argmax(axis=1), reduced, sizes, uses, limits)
    choice = _filled(choice, values, sizes, uses, limits)
    short = bound - float(values[np.arange(len(values)), choice].sum())
    if short <= NEAR_ENOUGH * abs(bound):
        return choice
    best = np.sort(reduced, axis=1)
    margin = best[:, -1] - best[:, -2]
    edge = np.argsort(margin, kind="stable")[:AT_THE_EDGE]
    edge = edge[margin[edge] <= short]
    choice = _paired(choice, edge, values, sizes, uses, limits)
    return _searched(choice, edge, values, sizes, uses, limits, prices, looks) if looks else choice


def used(choice: Codes, sizes: Numbers, uses: Numbers) -> Numbers:
    """What a choice takes of each limit: (m,)."""
    return np.asarray(uses @ np.bincount(choice, weights=sizes, minlength=uses.shape[1]), dtype=float)


def _allowed(limits: Numbers) -> Numbers:
    return limits + SLACK * np.maximum(1.0, limits)


def _within(choice: Codes, reduced: Numbers, sizes: Numbers, uses: Numbers, limits: Numbers) -> Codes:
    """Units that lose least for what they free get nothing for now, until every limit is kept."""
    choice, rows, nothing = choice.copy(), np.arange(len(choice)), uses.shape[1] - 1
    while True:
        over = used(choice, sizes, uses) - _allowed(limits)
        if not (over > 0).any():
            return choice
        worst = int((over / limits).argmax())
        frees = sizes[:, None] * (uses[worst][choice][:, None] - uses[worst][None, :])
        loss = (reduced[rows, choice][:, None] - reduced) / np.where(frees > 0, frees, 1.0)
        loss = np.where(frees > 0, loss, np.inf)
        to = loss.argmin(axis=1)
        order = np.argsort(loss[rows, to], kind="stable")
        order = order[np.isfinite(loss[order, to[order]])]
        count = int(np.searchsorted(np.cumsum(frees[order, to[order]]), over[worst])) + 1
        choice[order[:count]] = nothing


def _filled(choice: Codes, values: Numbers, sizes: Numbers, uses: Numbers, limits: Numbers) -> Codes:
    """What is left is given to the units that gain most, as many at once as surely fit."""
    choice, rows = choice.copy(), np.arange(len(choice))
    for _ in range(ROUNDS):
        left = _allowed(limits) - used(choice, sizes, uses)
        needs = sizes[None, :, None] * (uses[:, None, :] - uses[:, choice][:, :, None])
        fits = (needs <= np.maximum(left, 0.0)[:, None, None]).all(axis=0)
        gain = np.where(fits, values - values[rows, choice][:, None], -np.inf)
        to = gain.argmax(axis=1)
        gain = gain[rows, to]
        order = np.argsort(-gain, kind="stable")
        order = order[gain[order] > 1e-12]
        if not len(order):
            return choice
        takes = np.maximum(needs[:, order, to[order]], 0.0).cumsum(axis=1)
        count = max(1, int((takes <= left[:, None]).all(axis=0).sum()))
        choice[order[:count]] = to[order[:count]]
    return choice


def _paired(choice: Codes, edge: Codes, values: Numbers, sizes: Numbers, uses: Numbers, limits: Numbers) -> Codes:
    """As long as two units at the edge, given other options together, bring more within the limits: the best such pair."""
    choice, kinds = choice.copy(), values.shape[1]
    unit, to = np.repeat(edge, kinds), np.tile(np.arange(kinds), len(edge))
    for _ in range(ROUNDS):
        left = _allowed(limits) - used(choice, sizes, uses)
        gain = values[unit, to] - values[unit, choice[unit]]
        need = sizes[unit] * (uses[:, to] - uses[:, choice[unit]])
        both = gain[:, None] + gain[None, :]
        fits = (need[:, :, None] + need[:, None, :] <= left[:, None, None]).all(axis=0)
        both = np.where(fits & (unit[:, None] != unit[None, :]), both, -np.inf)
        if not len(edge) or both.max() <= 1e-9 * max(1.0, float(np.abs(gain).max())):
            return choice
        first, second = np.unravel_index(int(both.argmax()), both.shape)
        choice[unit[first]], choice[unit[second]] = to[first], to[second]
    return choice


def _searched(
    choice: Codes,
    edge: Codes,
    values: Numbers,
    sizes: Numbers,
    uses: Numbers,
    limits: Numbers,
    prices: Numbers,
    looks: int,
) -> Codes:
    """The units at the edge given anew, all others kept: branch and bound with the prices' bound, up to so many looks."""
    others = np.ones(len(choice), dtype=bool)
    others[edge] = False
    left = _allowed(limits) - used(choice[others], sizes[others], uses)
    reduced = values[edge] - sizes[edge][:, None] * (prices @ uses)
    hopes = np.append(reduced.max(axis=1)[::-1].cumsum()[::-1], 0.0)
    best, at = float(values[edge, choice[edge]].sum()), choice[edge].copy()
    ways = np.argsort(-reduced, axis=1, kind="stable")
    stack: list[tuple[int, float, Numbers, tuple[int, ...]]] = [(0, 0.0, left, ())]
    for _ in range(looks):
        if not stack:
            break
        depth, value, room, path = stack.pop()
        if value + float(prices @ room) + hopes[depth] <= best + 1e-9 * abs(best):
            continue
        if depth == len(edge):
            if value > best:
                best, at = value, np.asarray(path, dtype=np.int64)
            continue
        unit = edge[depth]
        for way in ways[depth][::-1]:
            after = room - sizes[unit] * uses[:, way]
            if (after >= 0).all():
                stack.append((depth + 1, value + float(values[unit, way]), after, (*path, int(way))))
    settled = choice.copy()
    settled[edge] = at
    return settled
