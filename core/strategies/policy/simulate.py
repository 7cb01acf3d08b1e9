"""What would a rule bring: within which limits, at what cost, for whom something else than now, and how sure is that?

NumPy only, fast enough for a slider: `core.strategies.policy.prices` finds who gets what, and what the limits are worth.
The same prices, applied to loans whose outcome is known, make a rule of facts alone, so that its value is estimated
doubly robustly from what came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from core.strategies.catalogue import Limits, Strategy
from core.strategies.effects.aipw import mean_of_amounts
from core.strategies.observed import Codes, Numbers
from core.strategies.policy.by_risk import chosen_by_risk
from core.strategies.policy.prices import NOTHING, Allocation, allocate, places
from core.strategies.policy.value import net_values


@dataclass(frozen=True, slots=True)
class Prices:
    """What one more of each limit is worth, currency: (K,) places, 0 where some are left and inf where there are none at
    all; an hour of an officer; a unit of budget, beyond itself. 0 where a limit does not bind, NaN where there is none."""

    places: Numbers
    hour: float
    money: float

    def toll(self, limits: Limits) -> Numbers:
        """(K,) what a loan under each strategy takes from the others; inf where it may not be had."""
        hour, money = (0.0 if np.isnan(each) else each for each in (self.hour, self.money))
        spent = [
            (each.hours * hour if each.hours else 0.0) + (each.cost * money if each.cost else 0.0)
            for each in limits.strategies
        ]
        return np.asarray(self.places + np.asarray(spent), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Rule:
    """How a strategy is chosen: by value within the limits, or by edges of the risk (the tutorials' way)."""

    kind: Literal["value", "thresholds"] = "value"
    edges: tuple[float, ...] = (0.50, 0.75)


@dataclass(frozen=True, slots=True)
class Work:
    """The loans that may be worked on a day.

    Attributes:
        unit: (n,) the borrower of each loan, 0 to m - 1: all loans of a borrower are under one strategy.
        balance: (n,) currency.
        risk: (n,) 0-1, NaN where no score is known.
        rates: (n, K) share of the balance each strategy is expected to bring; NaN where that cannot be told.
        now: (n,) index of the strategy proposed now; NOTHING where it is none of the K.
        acts: strategies a choice by value may give, because evidence carries them; () for all.
    """

    unit: Codes
    balance: Numbers
    risk: Numbers
    rates: Numbers
    now: Codes
    acts: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """Loans whose outcome is known, none of which taught what is said of it here (cross-fitted).

    Attributes:
        balance: (n,) currency. risk: (n,) as of then, NaN where unknown. cluster: (n,) the borrower.
        rates: (n, K) predicted by models that did not see the loan's borrower; NaN for strategies that these would not give.
        scores: (n, K) doubly robust scores of the recovery rate under each strategy: their mean over loans is what
            the strategy would bring if all of them had it.
    """

    balance: Numbers
    risk: Numbers
    cluster: Codes
    rates: Numbers
    scores: Numbers


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a choice comes to for the loans of the day: `loans` (K,), and in all hours, cost, recovered and net value as predicted.

    `loans` of every strategy and `nothing` add up to the workable loans; recovered and net are NaN where a rate is not known.
    """

    loans: Numbers
    nothing: int
    hours: float
    cost: float
    recovered: float
    net: float


@dataclass(frozen=True, slots=True)
class Held:
    """A mean difference a loan between two rules, on loans whose outcome is known: currency, with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a rule would do.

    Attributes:
        workable: loans.
        rule, now, lightest: outcomes of the rule, of what is proposed now, and of the lightest strategy for everybody.
        moves: (K + 1, K + 1) loans by what is proposed now (row) and by the rule (column); the last of each: nothing.
        prices: what one more place, hour and unit of money is worth; None for thresholds.
        edges: from which risk each heavier track is reached within the limits, for thresholds; () for values.
        held: by outcome ("net", "recovered") and by what it is held against ("champion", "lightest"): see Held.
    """

    workable: int
    rule: Outcome
    now: Outcome
    lightest: Outcome
    moves: Codes
    prices: Prices | None
    edges: tuple[float, ...]
    held: dict[tuple[str, str], Held]


def simulate(
    work: Work, past: Past | None, limits: Limits, rule: Rule, champion: Rule, used: Limits | None = None
) -> Simulated:
    """What `rule` would do within `limits`, against what is proposed now and against the lightest strategy for everybody.

    Args:
        work: loans of the day; rates in the order of `limits.strategies`.
        past: loans with known outcomes, in the same order; None where there are none: nothing is then held.
        limits: the strategies' figures and limits as simulated.
        rule: what is simulated. champion: the rule in use, for the loans of the past.
        used: the limits in use today; by default those simulated. The champion is held within them, at the simulated costs.

    References:
        Dudik, Langford & Li (2011), Doubly robust policy evaluation and learning, ICML, eq. 3, for the value of a rule that
        was not followed; clustered standard errors as in Liang & Zeger (1986).
    """
    strategies = limits.strategies
    choice, prices, edges = _decided(work, limits, rule)
    moves = np.zeros((len(strategies) + 1,) * 2, dtype=np.int64)
    np.add.at(moves, (work.now, choice), 1)
    held: dict[tuple[str, str], Held] = {}
    if past is not None and len(past.balance):
        of_rule = _on_past(past, limits, rule, prices, edges)
        other = used or limits
        _, other_prices, other_edges = _decided(work, _costs_of(other, limits), champion)
        against = {
            "champion": _on_past(past, limits, champion, other_prices, other_edges),
            "lightest": np.zeros(len(past.balance), dtype=np.int64),
        }
        held = _held(past, strategies, of_rule, against)
    return Simulated(
        len(work.balance), _outcome(work, strategies, choice), _outcome(work, strategies, work.now),
        _outcome(work, strategies, np.zeros_like(work.now)), moves, prices, edges, held,
    )  # fmt: skip


def _decided(work: Work, limits: Limits, rule: Rule) -> tuple[Codes, Prices | None, tuple[float, ...]]:
    """The choice for each loan, and what it follows from: prices or edges."""
    count = int(work.unit.max()) + 1 if len(work.unit) else 0
    sizes = np.bincount(work.unit, minlength=count).astype(float)
    if rule.kind == "thresholds":
        weight = np.where(np.isfinite(work.risk), np.maximum(work.balance, 0.01), 0.0)
        total = np.bincount(work.unit, weight, count)
        summed = np.bincount(work.unit, weight * np.nan_to_num(work.risk), count)
        risk = np.divide(summed, total, out=np.full(count, np.nan), where=total > 0)
        choice, edges = chosen_by_risk(risk, sizes, rule.edges, limits, len(work.balance))
        return choice[work.unit], None, edges
    of_loans = net_values(work.rates, work.balance, limits.strategies)
    values = np.column_stack([np.bincount(work.unit, column, count) for column in of_loans.T]).astype(np.float64)
    told = allocate(_given(values, work), sizes, limits.strategies, limits, len(work.balance))
    return told.choice[work.unit], _prices_of(told, limits, len(work.balance)), ()


def _prices_of(told: Allocation, limits: Limits, workable: int) -> Prices:
    """Prices that a rule for other loans can go by: what cannot be had at all is beyond any price."""
    shut = np.asarray([places(each, workable) <= 0 for each in limits.strategies])
    return Prices(
        np.where(shut, np.inf, told.places),
        np.inf if limits.officer_hours is not None and limits.officer_hours <= 0 else told.hour,
        np.inf if limits.budget is not None and limits.budget <= 0 else told.money,
    )


def _given(values: Numbers, work: Work) -> Numbers:
    """Values, NaN for strategies that a choice by value may not give."""
    return np.where(np.asarray(work.acts), values, np.nan) if work.acts else values


def _on_past(past: Past, limits: Limits, rule: Rule, prices: Prices | None, edges: tuple[float, ...]) -> Codes:
    """What the rule, with the prices or edges it has today, would have chosen for loans of the past."""
    if prices is None:
        return np.searchsorted(np.asarray(edges), np.nan_to_num(past.risk, nan=-1.0), side="right").astype(np.int64)
    after = net_values(past.rates, past.balance, limits.strategies) - prices.toll(limits)
    best = np.where(np.isfinite(after), after, -np.inf)
    choice = best.argmax(axis=1)
    return np.where(best[np.arange(len(best)), choice] > 0, choice, NOTHING).astype(np.int64)


def _held(
    past: Past, strategies: Sequence[Strategy], rule: Codes, against: dict[str, Codes]
) -> dict[tuple[str, str], Held]:
    cash = past.scores * past.balance[:, None]
    worth = {"net": net_values(past.scores, past.balance, strategies), "recovered": cash}
    told = {}
    for outcome, scores in worth.items():
        mine = _of_choice(scores, rule)
        for name, choice in against.items():
            told[outcome, name] = _mean(mine - _of_choice(scores, choice), past.cluster)
    return told


def _of_choice(scores: Numbers, choice: Codes) -> Numbers:
    """(n,) the score of what was chosen; 0 where that is nothing."""
    return np.where(choice == NOTHING, 0.0, scores[np.arange(len(choice)), np.maximum(choice, 0)])


def _mean(differences: Numbers, cluster: Codes) -> Held:
    """The mean and its 95 % interval, as the evaluation of a policy tells them. NaN where a score is not known."""
    told = mean_of_amounts(differences, cluster)
    return Held(told.value, told.low, told.high, told.n)


def _outcome(work: Work, strategies: Sequence[Strategy], choice: Codes) -> Outcome:
    kinds = len(strategies)
    loans = np.bincount(np.where(choice == NOTHING, kinds, choice), minlength=kinds + 1).astype(float)
    taken = np.where(choice == NOTHING, 0.0, work.rates[np.arange(len(choice)), np.maximum(choice, 0)])
    worth = np.asarray([*(each.npv_factor * (1.0 - each.fee_share) for each in strategies), 0.0])
    cash = taken * work.balance
    cost = float(loans[:kinds] @ [each.cost for each in strategies])
    return Outcome(
        loans[:kinds], int(loans[kinds]), float(loans[:kinds] @ [each.hours for each in strategies]), cost,
        float(cash.sum()), float((cash * worth[choice]).sum()) - cost,
    )  # fmt: skip


def _costs_of(limits: Limits, simulated: Limits) -> Limits:
    """Today's limits with the simulated figures of a loan."""
    strategies = tuple(
        replace(other, capacity_share=each.capacity_share, capacity_count=each.capacity_count)
        for each, other in zip(limits.strategies, simulated.strategies, strict=True)
    )
    return Limits(strategies, limits.officer_hours, limits.budget)
