"""The value policy proposes: for every loan a track by what it is expected to bring, in the thresholds' place. NumPy and pandas only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.strategies.catalogue import HOLD, NO_ACTION, NONE, Limits, Strategy
from core.strategies.observed import Numbers
from core.strategies.policy.decide import in_all
from core.strategies.policy.hysteresis import margins, staying
from core.strategies.policy.prices import NOTHING, Allocation, allocate, places
from core.strategies.policy.value import net_values
from core.strategies.policy.words import Weighed, reason_of
from core.strategies.workable import said_first, state_of

MONITORED = "Standard"
NAME = "Value within limits"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the policy expects of each loan, on the frame's index with a column a strategy.

    Attributes:
        rates: share of the balance under each strategy; NaN where it cannot be told.
        spreads: standard error of the effect against the reference (the first column); None where not known.
        present: (n,) the name of the strategy each loan is under now, None where there is none; None for no hysteresis.
        acts: strategies the policy may give; None for all.
    """

    rates: pd.DataFrame
    spreads: pd.DataFrame | None = None
    present: Sequence[str | None] | None = None
    acts: Sequence[str] | None = None


def propose_by_value(
    frame: pd.DataFrame, expected: Expected, limits: Limits | None = None, *, name: str = NAME
) -> pd.DataFrame:
    """A strategy for every loan, one track for all open loans of a borrower.

    Args:
        frame: as for `core.strategies.thresholds.propose`. expected: of its loans. limits: None for the catalogue without any.
        name: of the policy.

    Returns:
        proposed, policy, needs_confirmation, reasons, risk and by_person, as the thresholds' `propose`; `proposed` may also
        be "No action", where every strategy would cost more than it brings or nothing is left to spend.

    Rules, first that applies: those of the thresholds (closed, hold, nothing past due, a person's decision); a borrower of
    whom nothing is expected stays on the reference; the others get what brings most within what is left of the limits. A
    borrower's value adds up its loans in arrears, less the cost of every loan that carries the track. A strategy that
    needs a person waits for one, whoever proposed it.
    """
    limits = limits or Limits()
    strategies = tuple(limits.strategy(each) for each in expected.rates.columns)
    state = state_of(frame)
    borrowers, values, spreads = _borrowers(state, expected, strategies)
    told = _allocated(borrowers, values, spreads, limits, strategies, int(state["workable"].sum()))
    state = state.join(borrowers[["track", "decided", "risk"]], on="household")
    said = borrowers.index.get_indexer(pd.Index(state["household"]))
    proposed = np.select(
        [state["closed"], state["held"], state["track"].isna()], [NONE, HOLD, MONITORED], state["track"]
    ).astype(object)
    waits = [each.name for each in limits.strategies if each.needs_person]
    rows = state.to_dict("records")
    return pd.DataFrame(
        {
            "proposed": proposed,
            "policy": name,
            "needs_confirmation": np.isin(proposed, waits) & (state["confirmed"].to_numpy(dtype=object) != proposed),
            "reasons": [
                [said_first(row) or reason_of(told, int(place))] for row, place in zip(rows, said, strict=True)
            ],
            "risk": state["risk"],
            "by_person": state["decided"].eq(True),
        },
        index=frame.index,
    )  # fmt: skip


def _borrowers(
    state: pd.DataFrame, expected: Expected, strategies: Sequence[Strategy]
) -> tuple[pd.DataFrame, Numbers, Numbers]:
    """One row a borrower with workable loans (track and decided to be settled), with the values and their errors (m, K)."""
    work = state[state["workable"]]
    places_of, index = pd.factorize(work["household"], sort=True)
    carrying = state[~state["closed"] & ~state["held"]].groupby("household").size().reindex(index).to_numpy(dtype=float)
    balance = work["balance"].to_numpy(dtype=float)
    free = tuple(replace(each, cost=0.0) for each in strategies)
    rates = expected.rates.loc[work.index].to_numpy(dtype=float)
    values = in_all(net_values(rates, balance, free), places_of)
    values = values - carrying[:, None] * np.asarray([each.cost for each in strategies])
    spreads = np.zeros_like(values)
    if expected.spreads is not None:
        errors = expected.spreads.loc[work.index].to_numpy(dtype=float)
        spreads = in_all(net_values(errors, balance, free), places_of)
    names = [each.name for each in strategies]
    margin = margins(spreads, np.ones(len(spreads)), np.arange(len(spreads)), free)
    present = None if expected.present is None else pd.Series(list(expected.present), index=state.index, dtype=object)
    now = None if present is None else present.loc[work.index].groupby(work["household"]).first().reindex(index)
    if expected.acts is not None:
        values = np.where(np.isin(names, list(expected.acts)), values, np.nan)
    ranks = (
        work["confirmed"]
        .map({each: rank for rank, each in enumerate(names)})
        .groupby(work["household"])
        .max()
        .reindex(index)
    )
    weight = work["balance"].where(work["balance"] > 0, 0.01).where(work["risk_score"].notna(), 0.0)
    sums = (work["risk_score"].fillna(0.0) * weight).groupby(work["household"]).sum().reindex(index)
    total = weight.groupby(work["household"]).sum().reindex(index)
    borrowers = pd.DataFrame(
        {
            "rank": ranks, "decided": ranks.notna(), "loans": carrying, "track": None, "margin": margin,
            "risk": (sums / total.where(total > 0)).round(9),
            "now": NOTHING if now is None else [names.index(each) if each in names else NOTHING for each in now],
        }, index=pd.Index(index)
    )  # fmt: skip
    return borrowers, values, spreads


def _allocated(
    borrowers: pd.DataFrame,
    values: Numbers,
    spreads: Numbers,
    limits: Limits,
    strategies: tuple[Strategy, ...],
    workable: int,
) -> Weighed:
    """Fills `track`: decided by a person, unknown on the reference, the others within what these leave."""
    decided = borrowers["decided"].to_numpy(dtype=bool)
    unknown = ~decided & ~np.isfinite(values).any(axis=1)
    choice = np.where(decided, borrowers["rank"].fillna(0), 0).astype(np.int64)
    sizes = borrowers["loans"].to_numpy(dtype=float)
    free = ~decided & ~unknown
    taken = np.asarray(np.bincount(choice[~free], weights=sizes[~free], minlength=len(strategies)), dtype=float)
    left, capacities = _left(limits, strategies, taken, workable)
    stay = staying(values, borrowers["now"].to_numpy(dtype=np.int64), borrowers["margin"].to_numpy(dtype=float))
    told: Allocation = allocate(stay[free], sizes[free], capacities, left, workable)
    choice[free] = told.choice
    names = np.asarray([*(each.name for each in strategies), NO_ACTION], dtype=object)
    borrowers["track"] = names[np.where(choice == NOTHING, len(strategies), choice)]
    return Weighed(choice, values, spreads, sizes, unknown, borrowers["now"].to_numpy(dtype=np.int64), told, strategies)


def _left(
    limits: Limits, strategies: tuple[Strategy, ...], taken: Numbers, workable: int
) -> tuple[Limits, tuple[Strategy, ...]]:
    """What is left of the limits after loans that are not free to choose."""
    capacities = []
    for each, loans in zip(strategies, taken, strict=True):
        room = places(each, workable)
        count = None if np.isinf(room) else int(max(room - loans, 0.0))
        capacities.append(replace(each, capacity_count=count, capacity_share=None))
    hours, money = (float(taken @ [getattr(each, what) for each in strategies]) for what in ("hours", "cost"))
    left = Limits(
        tuple(capacities),
        officer_hours=None if limits.officer_hours is None else max(limits.officer_hours - hours, 0.0),
        budget=None if limits.budget is None else max(limits.budget - money, 0.0),
    )
    return left, tuple(capacities)
