"""The linear program of an allocation, solved by an interior-point method whose every step is a few sums. NumPy only.

Every unit is given one of K options (shares of options are allowed here), and what they use up in all stays within m
limits. What a unit uses is its size times what the option takes, so a step needs one K x K matrix whatever the number of units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.strategies.observed import Codes, Numbers

STEPS = 80
CLOSE_ENOUGH = 1e-8
SAMPLE = 2_000
NEAR_ENOUGH = 1e-4
"""How closely a sample is solved: its prices only tell which units are near the edge."""
SHORT_OF_THE_EDGE = 0.995


@dataclass(frozen=True, slots=True)
class _Point:
    """Shares x and what is left s, with the prices y of units and of limits, and the slack z of options."""

    x: Numbers
    s: Numbers
    y: Numbers
    prices: Numbers
    z: Numbers


def solve(values: Numbers, sizes: Numbers, uses: Numbers, limits: Numbers) -> tuple[Numbers, float]:
    """The largest total value within the limits, and what one more unit of each limit would add.

    Args:
        values: (n, K) value of each option for each unit, currency; one option uses nothing.
        sizes: (n,) above 0.
        uses: (m, K) what an option takes of each limit for a unit of size 1; 0 and above.
        limits: (m,) above 0.

    Returns:
        The price of each limit, (m,) currency, and the value that no allocation within the limits can exceed.

    References:
        Mehrotra (1992), On the implementation of a primal-dual interior point method, SIAM Journal on Optimization 2,
        575-601; Nocedal & Wright (2006), Numerical Optimization, chapter 14.
    """
    if not len(limits) or not len(values):
        return np.zeros(len(limits)), float(values.max(axis=1).sum()) if len(values) else 0.0
    money = max(float(np.abs(values).mean()), 1e-12)
    widest = uses.max(axis=1)
    prices = _prices(values / money, sizes, uses / widest[:, None], limits / widest) * money / widest
    reduced = values - sizes[:, None] * (prices @ uses)
    return prices, float(reduced.max(axis=1).sum() + prices @ limits)


def _prices(v: Numbers, sizes: Numbers, a: Numbers, b: Numbers) -> Numbers:
    """The prices of the limits. A large book is solved among the units near the edge, all others taking their best.

    Which units are near is told by the prices of a sample; where the others turn out to matter, more of them are looked at.
    """
    count = len(v)
    if count <= SAMPLE * 3:
        return _settled(v, sizes, a, b).prices
    some = np.random.default_rng(count).permutation(count)[:SAMPLE]
    prices = _settled(v[some], sizes[some], a, b * (float(sizes[some].sum()) / float(sizes.sum())), NEAR_ENOUGH).prices
    width = 2 * SAMPLE
    while width < count:
        near, best = _near(v, sizes, a, prices, width)
        others = np.ones(count, dtype=bool)
        others[near] = False
        left = b - a @ np.bincount(best[others], weights=sizes[others], minlength=v.shape[1])
        width *= 2
        if (left <= 0).any():
            continue
        at = _settled(v[near], sizes[near], a, left)
        prices = at.prices
        bound = float((v - sizes[:, None] * (prices @ a)).max(axis=1).sum() + prices @ b)
        if bound - float((at.x * v[near]).sum() + v[others, best[others]].sum()) < 10 * CLOSE_ENOUGH * abs(bound):
            return prices
    return _settled(v, sizes, a, b).prices


def _near(v: Numbers, sizes: Numbers, a: Numbers, prices: Numbers, width: int) -> tuple[Codes, Codes]:
    """The units whose best option the smallest change of prices would change, and the best option of all."""
    reduced = v - sizes[:, None] * (prices @ a)
    best = reduced.argmax(axis=1)
    floor = np.maximum(prices, 0.05 * float(prices.max()))
    apart = np.abs(a.T[best][:, None, :] - a.T[None, :, :]) @ floor
    with np.errstate(divide="ignore", invalid="ignore"):
        change = (reduced.max(axis=1)[:, None] - reduced) / (sizes[:, None] * apart)
    change[np.arange(len(v)), best] = np.inf
    return np.argpartition(np.nan_to_num(change, nan=0.0).min(axis=1), width)[:width], best


def _settled(v: Numbers, sizes: Numbers, a: Numbers, b: Numbers, close_enough: float = CLOSE_ENOUGH) -> _Point:
    at = _start(v, sizes, a, b)
    for _ in range(STEPS):
        gap = _gap(at)
        if gap * at.x.size < close_enough * max(1.0, float(np.abs((at.x * v).sum()))):
            break
        at = _step(at, v, sizes, a, b, gap)
    return at


def _start(v: Numbers, sizes: Numbers, a: Numbers, b: Numbers) -> _Point:
    x = np.full(v.shape, 1.0 / v.shape[1])
    prices = np.ones(len(b))
    toll = sizes[:, None] * (prices @ a)
    y = -(v - toll).max(axis=1) - 1.0
    return _Point(x, np.maximum(b - a @ (sizes @ x), 0.1 * b), y, prices, toll - v - y[:, None])


def _gap(at: _Point) -> float:
    """The mean product of what is paired: shares with slacks, what is left with its price."""
    return (float((at.x * at.z).sum()) + float(at.s @ at.prices)) / (at.x.size + len(at.s))


def _step(at: _Point, v: Numbers, sizes: Numbers, a: Numbers, b: Numbers, gap: float) -> _Point:
    """One predictor and corrector step."""
    units = 1.0 - at.x.sum(axis=1)
    limits = b - a @ (sizes @ at.x) - at.s
    slack = -v - at.y[:, None] + sizes[:, None] * (at.prices @ a) - at.z
    ratio = at.x / at.z
    in_all = ratio.sum(axis=1)
    weighted = ratio * sizes[:, None]
    mixed = np.diag((weighted * sizes[:, None]).sum(axis=0)) - weighted.T @ (weighted / in_all[:, None])
    normal = a @ mixed @ a.T + np.diag(at.s / at.prices)

    def direction(rc: Numbers, rs: Numbers) -> _Point:
        part = rc / at.z - ratio * slack
        free = (units - part.sum(axis=1)) / in_all
        moved = part + ratio * free[:, None]
        prices = np.linalg.solve(normal, a @ (sizes @ moved) + rs / at.prices - limits)
        toll = sizes[:, None] * (prices @ a)
        y = free + (ratio * toll).sum(axis=1) / in_all
        z = slack - y[:, None] + toll
        return _Point((rc - at.x * z) / at.z, (rs - at.s * prices) / at.prices, y, prices, z)

    ahead = direction(-at.x * at.z, -at.s * at.prices)
    reach, reach_dual = _reach(at, ahead)
    left = float(((at.x + reach * ahead.x) * (at.z + reach_dual * ahead.z)).sum())
    left += float((at.s + reach * ahead.s) @ (at.prices + reach_dual * ahead.prices))
    centre = (left / (at.x.size + len(b)) / gap) ** 3 * gap
    way = direction(centre - at.x * at.z - ahead.x * ahead.z, centre - at.s * at.prices - ahead.s * ahead.prices)
    reach, reach_dual = (SHORT_OF_THE_EDGE * each for each in _reach(at, way))
    return _Point(
        at.x + reach * way.x, at.s + reach * way.s, at.y + reach_dual * way.y,
        at.prices + reach_dual * way.prices, at.z + reach_dual * way.z,
    )  # fmt: skip


def _reach(at: _Point, way: _Point) -> tuple[float, float]:
    """How far one may go before a share, a slack or a price would fall below 0; at most a whole step."""
    return (
        min(_until_zero(at.x, way.x), _until_zero(at.s, way.s)),
        min(_until_zero(at.z, way.z), _until_zero(at.prices, way.prices)),
    )


def _until_zero(value: Numbers, way: Numbers) -> float:
    falls = np.where(way < 0, way, -1e-300)
    with np.errstate(over="ignore"):
        return min(1.0 / SHORT_OF_THE_EDGE, float((-value / falls).min()))
