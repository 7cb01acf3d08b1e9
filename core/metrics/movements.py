"""How the stock moves on, as arrays: its months so far, its expected course, and futures that are as likely.

The arithmetic under core.metrics.forecast, which says what it is good for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from core.errors import TooLittleData
from core.metrics.delinquency import BUCKETS
from core.metrics.flows import NEW
from core.wording import dated

LEARNED_MONTHS = 12
"""Newest months the movements are learned from."""
HALF_LIFE_MONTHS = 6
"""A month this much older counts half."""
CASH = len(BUCKETS)
"""Where cash stands on an axis of buckets and cash."""

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Movements:
    """Monthly movements, oldest first: opening (month, bucket); out (month, bucket, closing bucket or cash; cash on loans
    in arrears only); beside (month, closing bucket of new loans or cash on all other loans). Currency."""

    months: tuple[str, ...]
    opening: Floats
    out: Floats
    beside: Floats

    @classmethod
    def of(cls, flows: pd.DataFrame, cash: pd.DataFrame | None = None) -> Movements:
        """Movements from `core.metrics.flows` by month, origin and state.

        Args:
            cash: month, cash: all cash of each month that counts (a month it lacks had none); None for that of the flows.
        """
        months = sorted(flows["month"].astype(str).unique())
        month, origin, state = _places(flows["month"], months), _places(flows["origin"]), _places(flows["state"])
        opening = np.zeros((len(months), len(BUCKETS)))
        out = np.zeros((len(months), len(BUCKETS), len(BUCKETS) + 1))
        beside = np.zeros((len(months), len(BUCKETS) + 1))
        money = {name: flows[name].to_numpy(dtype=float) for name in ("opening", "closing", "cash")}
        old, stays, late = origin >= 0, state >= 0, origin > 0
        arrived = (flows["origin"] == NEW).to_numpy() & stays
        np.add.at(opening, (month[old], origin[old]), money["opening"][old])
        np.add.at(out[:, :, CASH], (month[late], origin[late]), money["cash"][late])
        rows = old & stays
        np.add.at(out, (month[rows], origin[rows], state[rows]), money["closing"][rows])
        np.add.at(beside, (month[arrived], state[arrived]), money["closing"][arrived])
        told = flows if cash is None else cash
        all_cash = told["cash"].astype(float).groupby(told["month"].astype(str)).sum()
        beside[:, CASH] = all_cash.reindex(months, fill_value=0.0).to_numpy() - out[:, :, CASH].sum(axis=1)
        return cls(tuple(months), opening, out, beside)

    def until(self, day: str) -> Movements:
        """The newest LEARNED_MONTHS up to and including a month-end."""
        end = int(np.searchsorted(self.months, day, side="right"))
        kept = slice(max(0, end - LEARNED_MONTHS), end)
        return Movements(self.months[kept], self.opening[kept], self.out[kept], self.beside[kept])

    def weights(self) -> Floats:
        """How much each month counts, adding up to 1: half for every HALF_LIFE_MONTHS it lies before the newest, by the
        calendar, so that a gap in the book makes the months before it no younger."""
        number = np.array([int(month[:4]) * 12 + int(month[5:7]) for month in self.months])
        weight = 0.5 ** ((number[-1:] - number) / HALF_LIFE_MONTHS)
        return np.asarray(weight / weight.sum())

    def knows(self, month: str, days: StockDays) -> bool:
        """Whether what came in that month is known: its movements and the stock at its end."""
        return month in self.months and month in days.days

    def cash(self, month: str) -> float:
        """What came in over a month."""
        place = self.months.index(month)
        return float(self.out[place, :, CASH].sum() + self.beside[place, CASH])


@dataclass(frozen=True, slots=True)
class StockDays:
    """The stock: balances (day, bucket) in currency, days oldest first."""

    days: tuple[str, ...]
    balances: Floats

    @classmethod
    def of(cls, stock: pd.DataFrame) -> StockDays:
        days = sorted(stock["as_of"].astype(str).unique())
        balances = np.zeros((len(days), len(BUCKETS)))
        place = _places(stock["as_of"], days), _places(stock["bucket"])
        np.add.at(balances, place, stock["balance"].to_numpy(dtype=float))
        return cls(tuple(days), balances)

    def on(self, day: str) -> Floats:
        """The balances of a day by bucket."""
        return np.asarray(self.balances[self.days.index(day)])

    def month_ends(self) -> list[str]:
        """Those of the days that end a month."""
        return [day for day in self.days if is_month_end(day)]

    def newest_month_end(self, as_of: date) -> str:
        """The newest of them up to a day. Raises TooLittleData where there is none."""
        ends = [day for day in self.month_ends() if day <= as_of.isoformat()]
        if not ends:
            raise TooLittleData(
                f"This book has no month-end up to {dated(as_of)}",
                where=[dated(day) for day in self.days],
                remedy="Load the portfolio file of a month-end.",
            )
        return ends[-1]


def expected_course(moves: Movements, start: Floats, horizon: int) -> Floats:
    """Balance by bucket and cash at each step, (step, bucket or cash), with the shares of all months, newer ones weighing more."""
    shares, beside = _learned(moves, moves.weights())
    steps = np.empty((horizon, CASH + 1))
    balance = start
    for step in range(horizon):
        steps[step] = balance @ shares + beside
        balance = steps[step, :CASH]
    return steps


def simulated_futures(moves: Movements, start: Floats, horizon: int, paths: int, rng: np.random.Generator) -> Floats:
    """The same for each simulated future, (path, step, bucket or cash).

    Months are drawn as often as they weigh. What is learned from unequal weights is as unsure as from fewer months that
    weigh alike, 1 / sum of weights squared (Kish 1965, Survey Sampling, section 11.7).
    """
    weights = moves.weights()
    shares, beside = _learned(moves, weights)
    root = np.sqrt(moves.opening)[:, :, None]
    swing = np.divide(
        moves.out - moves.opening[:, :, None] * shares, root, out=np.zeros_like(moves.out), where=root > 0
    )
    worth = 1 / float((weights**2).sum())
    spread = np.sqrt(worth / rng.chisquare(worth - 1, size=paths))[:, None]
    times = rng.multinomial(round(worth), weights, size=paths).astype(float)
    drawn = _shares_of(times @ moves.opening, np.tensordot(times, moves.out, axes=1), shares)
    steady = times @ moves.beside / times.sum(axis=1, keepdims=True)
    luck = rng.choice(len(weights), p=weights, size=(horizon, paths))
    futures = np.empty((paths, horizon, CASH + 1))
    balance = np.broadcast_to(start, (paths, CASH))
    for step in range(horizon):
        moved = balance[:, None, :] @ drawn + (spread * np.sqrt(balance))[:, None, :] @ swing[luck[step]]
        came = steady + spread * (moves.beside - beside)[luck[step]]
        came[:, :CASH] = np.maximum(came[:, :CASH], 0.0)
        futures[:, step] = moved[:, 0, :] + came
        balance = np.maximum(futures[:, step, :CASH], 0.0)
        futures[:, step, :CASH] = balance
    return futures


def _learned(moves: Movements, weights: Floats) -> tuple[Floats, Floats]:
    """The shares of the opening balance that move, and what comes beside them in a month."""
    opening, out = weights @ moves.opening, np.tensordot(weights, moves.out, axes=1)
    return _shares_of(opening, out), weights @ moves.beside


def _shares_of(opening: Floats, out: Floats, otherwise: Floats | None = None) -> Floats:
    """`out` as shares of `opening`, (..., bucket, bucket or cash); without opening: `otherwise`, or all of it stays."""
    if otherwise is None:
        otherwise = np.eye(CASH, CASH + 1)
    stood = opening[..., None] > 0
    divided = np.divide(out, opening[..., None], out=np.zeros_like(out), where=np.broadcast_to(stood, out.shape))
    return np.where(stood, divided, otherwise)


def _places(labels: pd.Series, known: Sequence[str] = BUCKETS) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Where each label stands among the known ones; -1 where it is none of them."""
    return pd.Index(list(known)).get_indexer(pd.Index(labels.astype(str)))


def is_month_end(day: str) -> bool:
    """Whether a day (ISO) is the last of its month.

    >>> is_month_end("2024-02-28"), is_month_end("2024-02-29")
    (False, True)
    """
    return (date.fromisoformat(day) + timedelta(days=1)).day == 1
