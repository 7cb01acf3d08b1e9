"""Books simulated loan by loan from known movements, told as flows and stock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from core.metrics.delinquency import BUCKETS
from core.metrics.flows import LEFT, ORIGINS

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
    flows, stock, used = [], [_stock(state, balance)], loans
    for _ in days[1:]:
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
        rows = np.concatenate([open_now, new])
        origin = np.concatenate([origin, np.full(len(new), len(BUCKETS))])
        closing = np.where(state[rows] < PAID, balance[rows], 0)
        nothing = np.zeros(len(new))
        sums = [None, np.append(opening, nothing), closing, np.append(paid, nothing)]
        cells = len(ORIGINS) * len(STATES)
        flows.append([np.bincount(origin * len(STATES) + state[rows], amount, cells).round(2) for amount in sums])
        stock.append(_stock(state, balance))
    return FlowWorld(_flows(days[1:], np.array(flows)), _stocks(days, np.array(stock)), days)


def _flows(months: list[str], sums: np.ndarray) -> pd.DataFrame:
    """Rows of (month, loans or amount, origin x state), without those of no loan."""
    told = pd.DataFrame(
        {
            "month": np.repeat(months, len(ORIGINS) * len(STATES)),
            "origin": np.tile(np.repeat(ORIGINS, len(STATES)), len(months)),
            "state": np.tile(STATES, len(months) * len(ORIGINS)),
        }
        | {name: sums[:, number].ravel() for number, name in enumerate(("loans", "opening", "closing", "cash"))}
    )
    return told[told["loans"] > 0].astype({"loans": int}).reset_index(drop=True)


def _stocks(days: list[str], sums: np.ndarray) -> pd.DataFrame:
    labels = {"as_of": np.repeat(days, len(BUCKETS)), "bucket": np.tile(BUCKETS, len(days))}
    return pd.DataFrame(labels | {"loans": sums[:, 0].ravel().astype(int), "balance": sums[:, 1].ravel()})


def _stock(state: np.ndarray, balance: np.ndarray) -> list[np.ndarray]:
    there = (state >= 0) & (state < PAID)
    return [np.bincount(state[there], amount, len(BUCKETS)).round(2) for amount in (None, balance[there])]
