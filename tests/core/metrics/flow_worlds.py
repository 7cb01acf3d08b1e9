"""Books simulated loan by loan from known movements, told as flows and stock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from core.metrics.delinquency import BUCKETS
from core.metrics.flows import LEFT, NEW

PAID, CHARGED_OFF = len(BUCKETS), len(BUCKETS) + 1
STATES = (*BUCKETS, *LEFT[:2])
MOVES = np.array(
    [
        [0.93, 0.06, 0.00, 0.00, 0.00, 0.00, 0.01, 0.00],
        [0.35, 0.35, 0.28, 0.00, 0.00, 0.00, 0.02, 0.00],
        [0.15, 0.15, 0.25, 0.44, 0.00, 0.00, 0.01, 0.00],
        [0.07, 0.03, 0.05, 0.25, 0.59, 0.00, 0.01, 0.00],
        [0.04, 0.02, 0.02, 0.02, 0.20, 0.69, 0.01, 0.00],
        [0.02, 0.00, 0.00, 0.00, 0.01, 0.90, 0.02, 0.05],
    ]
)
"""Chance of each state a month later (buckets, paid, charged off), one row a bucket."""
PAYS = np.array([0.03, 0.04, 0.03, 0.02, 0.02, 0.01])
"""Mean share of the balance paid in a month, by bucket."""


@dataclass(frozen=True)
class FlowWorld:
    """A book: flows by month, origin and state; stock by as_of and bucket; its month-ends; chance of rolling by bucket."""

    flows: pd.DataFrame
    stock: pd.DataFrame
    days: list[str]
    rolls: dict[str, float] = field(
        default_factory=lambda: {
            bucket: float(MOVES[row, [*range(row + 1, len(BUCKETS)), CHARGED_OFF]].sum())
            for row, bucket in enumerate(BUCKETS)
        }
    )

    def day(self, back: int) -> date:
        """The month-end `back` months before the newest."""
        return date.fromisoformat(self.days[-1 - back])


def simulate(seed: int, *, months: int = 16, loans: int = 300, arrive: int = 6) -> FlowWorld:
    """Loans that move by MOVES, pay by PAYS (now and then a half at once), earn one percent, and arrive at random."""
    rng = np.random.default_rng(seed)
    size = loans + 3 * arrive * months
    balance, state = np.exp(rng.normal(8.5, 1.0, size)), np.full(size, -1)
    state[:loans] = rng.choice(len(BUCKETS), loans, p=[0.50, 0.12, 0.08, 0.07, 0.06, 0.17])
    days = pd.date_range("2024-01-31", periods=months + 1, freq="ME").strftime("%Y-%m-%d").tolist()
    flows, stock, used = [], [_stock(days[0], state, balance)], loans
    for day in days[1:]:
        open_now = np.flatnonzero((state >= 0) & (state < PAID))
        origin, opening = state[open_now], balance[open_now]
        drawn = (rng.random(len(open_now))[:, None] > MOVES[origin].cumsum(axis=1)).sum(axis=1)
        state[open_now] = np.minimum(drawn, CHARGED_OFF)
        paid = opening * np.minimum(PAYS[origin] * rng.exponential(size=len(open_now)), 1)
        paid = np.where(rng.random(len(open_now)) < 0.01, opening / 2, paid)
        paid = np.where(state[open_now] == PAID, opening, paid)
        balance[open_now] = (opening - paid) * 1.01
        new = np.arange(used, used + min(rng.poisson(arrive), size - used))
        used += len(new)
        state[new] = rng.choice(3, len(new), p=[0.6, 0.3, 0.1])
        flows.append(_flows(day, origin, state[open_now], opening, balance[open_now], paid))
        flows.append(_arrivals(day, state[new], balance[new]))
        stock.append(_stock(day, state, balance))
    return FlowWorld(pd.concat(flows, ignore_index=True), pd.concat(stock, ignore_index=True), days)


def _flows(
    day: str, origin: np.ndarray, state: np.ndarray, opening: np.ndarray, closing: np.ndarray, cash: np.ndarray
) -> pd.DataFrame:
    cell, cells = origin * len(STATES) + state, len(BUCKETS) * len(STATES)
    sums = {
        "loans": np.bincount(cell, minlength=cells),
        "opening": np.bincount(cell, opening, cells).round(2),
        "closing": np.bincount(cell, np.where(state < PAID, closing, 0), cells).round(2),
        "cash": np.bincount(cell, cash, cells).round(2),
    }
    labels = {"month": day, "origin": np.repeat(BUCKETS, len(STATES)), "state": np.tile(STATES, len(BUCKETS))}
    told = pd.DataFrame(labels | sums)
    return told[told["loans"] > 0]


def _arrivals(day: str, state: np.ndarray, closing: np.ndarray) -> pd.DataFrame:
    sums = {
        "loans": np.bincount(state, minlength=len(BUCKETS)),
        "closing": np.bincount(state, closing, len(BUCKETS)).round(2),
    }
    told = pd.DataFrame({"month": day, "origin": NEW, "state": BUCKETS, "opening": 0.0, "cash": 0.0} | sums)
    return told[told["loans"] > 0]


def _stock(day: str, state: np.ndarray, balance: np.ndarray) -> pd.DataFrame:
    there = (state >= 0) & (state < PAID)
    sums = {
        "loans": np.bincount(state[there], minlength=len(BUCKETS)),
        "balance": np.bincount(state[there], balance[there], len(BUCKETS)).round(2),
    }
    return pd.DataFrame({"as_of": day, "bucket": BUCKETS} | sums)
