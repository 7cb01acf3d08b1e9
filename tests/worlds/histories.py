"""Histories of strategies whose truth is known, unlike the drawn worlds: other facts, other numbers of strategies, other outcomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.strategies.observed import Fact, Observed

NAMES = ("Standard", "Settlement", "Legal", "Visit", "Agency", "Plan")


@dataclass(frozen=True)
class History:
    """How a history comes about.

    `effects` are added to the log-odds of paying under each strategy after the reference; `spread` moves them by facts;
    `thresholds` makes outcome and choice jump and multiply facts; `confounding` is how strongly the worst accounts got
    the later strategies; `hidden` the same for what nobody recorded; `nothing` is the share that pays nothing whatever is
    done; `tail` the standard deviation of the log balance; `loans_each` how many loans a borrower has, under one strategy and paying together;
    `rule` sends every loan whose first fact lies above it to the last strategy; `trial` is the share decided by chance.
    """

    effects: tuple[float, ...] = (0.2, 0.4)
    spread: float = 0.3
    thresholds: float = 0.0
    confounding: float = 1.0
    hidden: float = 0.0
    nothing: float = 0.0
    tail: float = 0.7
    loans_each: int = 1
    rule: float | None = None
    trial: float = 0.0
    rarity: float = 0.9


HISTORIES: dict[str, History] = {
    "harmful": History(effects=(-0.3, -0.6)),
    "two strategies": History(effects=(0.3,)),
    "five strategies": History(effects=(0.1, 0.3, -0.2, 0.0), rarity=0.4),
    "thresholds": History(thresholds=1.0),
    "mostly nothing": History(nothing=0.6),
    "heavy balances": History(tail=1.6),
    "three loans each": History(loans_each=3),
}


def history(n: int, seed: int, told: History) -> tuple[Observed, np.ndarray]:
    """Loans and their true mean rate under every strategy (n, K); the same ones for the same seed."""
    rng = np.random.default_rng([seed, n, 5])
    borrowers = -(-n // told.loans_each)
    cluster = np.repeat(np.arange(borrowers), told.loans_each)[:n]
    per = rng.standard_normal((borrowers, 6))
    numbers = np.column_stack(
        [per[:, 0], np.exp(0.6 * per[:, 1]), 0.6 * per[:, 0] + 0.8 * per[:, 2], per[:, 3:5], per[:, 5] ** 2]
    )
    kind = rng.integers(0, 4, borrowers)
    facts = np.column_stack([numbers, *(kind == each for each in (1, 2, 3))])[cluster].astype(float)
    hidden = rng.standard_normal(borrowers)[cluster]
    columns = (*(Fact(f"number {place}", f"number {place}", True) for place in range(6)),
               *(Fact(f"kind: {each}", "kind", False) for each in (1, 2, 3)))  # fmt: skip
    x, kinds = facts[:, :6], len(told.effects) + 1
    index = (
        0.2 - 0.6 * x[:, 0] + 0.4 * np.log(x[:, 1]) - 0.3 * x[:, 2] + 0.3 * x[:, 3] - 0.15 * x[:, 5] + 0.4 * facts[:, 6] - 0.3 * facts[:, 8]
        + told.thresholds * (-0.9 * (x[:, 0] > 1) + 0.7 * (x[:, 3] > 0) * (x[:, 1] > 1) - 0.4 * np.maximum(x[:, 2], 0) * np.maximum(x[:, 0], 0))
    )  # fmt: skip
    outcome = index + told.hidden * hidden
    mean = np.empty((n, kinds))
    for place in range(kinds):
        extra = 0.0 if place == 0 else told.effects[place - 1] + told.spread * x[:, 2 + place % 3]
        mean[:, place] = 0.8 / (1 + np.exp(-(outcome + extra)))
    strategy, probability = _given(rng, kinds, index, hidden, facts, told, cluster)
    paying = mean[np.arange(n), strategy]
    pays = rng.random(borrowers)[cluster] < 0.25 + 0.75 * paying
    rate = np.where(pays, rng.gamma(4, 1, n) / 4 * paying / (0.25 + 0.75 * paying), 0.0)
    alive = rng.random(n) >= told.nothing
    balance = np.exp(8 + told.tail * rng.standard_normal(borrowers)[cluster] + 0.2 * rng.standard_normal(n))
    factor, cost = 1 - 0.02 * np.arange(kinds), 40.0 * np.arange(kinds)
    net = factor[strategy] * rate * alive * balance - cost[strategy]
    told_facts = np.column_stack([facts, np.log(balance)])
    observed = Observed(
        facts=told_facts, columns=(*columns, Fact("balance (log)", "balance (log)", True)), strategy=strategy,
        strategies=NAMES[:kinds], balance=balance, rate=rate * alive, net=net, cluster=cluster, probability=probability,
        groups={"kind": np.asarray([f"kind {each}" for each in kind[cluster]], dtype=object)},
    )  # fmt: skip
    return observed, mean * (1 - told.nothing)


def _given(
    rng: np.random.Generator, kinds: int, index: np.ndarray, hidden: np.ndarray, facts: np.ndarray, told: History,
    cluster: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    steps = np.arange(kinds) / max(kinds - 1, 1)
    worse = told.confounding * (0.2 - index)[:, None] - told.hidden * hidden[:, None]
    weights = np.exp(-told.rarity * np.arange(kinds) + 0.8 * steps * worse)
    chances = weights / weights.sum(axis=1, keepdims=True)
    borrowers = cluster.max() + 1
    even = rng.random(borrowers)[cluster] < told.trial
    chances[even] = 1 / kinds
    strategy = (rng.random(borrowers)[cluster][:, None] > chances.cumsum(axis=1)[:, :-1]).sum(axis=1)
    if told.rule is not None:
        strategy = np.where((facts[:, 0] > told.rule) & ~even, kinds - 1, strategy)
    return strategy.astype(np.int64), np.where(even, 1 / kinds, np.nan)
