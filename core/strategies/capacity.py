"""Limits met by moving the lowest risks to the next lighter track."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.strategies.catalogue import Limits, Strategy


def within_limits(borrowers: pd.DataFrame, limits: Limits, *, workable: int, tracks: Sequence[str]) -> pd.DataFrame:
    """Keep every track within what the lender can afford.

    From the heaviest track down, borrowers are taken in the order: decided by a person, then highest risk. One whose
    loans no longer fit moves to the next lighter track, and is weighed there again. The lightest track refuses nobody:
    its own limits cannot be met by moving. Officer hours and budget are spent in the same order over all tracks but the
    lightest, after setting aside what everybody costs on the lightest.

    Args:
        borrowers: one row a borrower with track, risk, decided (bool), loans (count), moved (text).
        limits: capacities a track, officer hours and budget in all.
        workable: loans in arrears that may be worked; capacity shares are shares of it.
        tracks: strategies from the lightest to the heaviest.

    Returns:
        The same rows with `track` and `moved` (why, "" where nothing changed) settled.
    """
    if not _binding(limits):
        return borrowers
    settled = borrowers.copy()
    lightest = limits.strategy(tracks[0])
    everybody = float(settled["loans"].sum())
    hours = _left(limits.officer_hours, everybody * lightest.hours)
    money = _left(limits.budget, everybody * lightest.cost)
    for heavy, light in reversed(list(zip(tracks[1:], tracks[:-1], strict=True))):
        strategy = limits.strategy(heavy)
        room = _room(strategy, workable)
        extra_hours, extra_cost = strategy.hours - lightest.hours, strategy.cost - lightest.cost
        on_track = settled[settled["track"] == heavy].sort_values(["decided", "risk"], ascending=False, kind="stable")
        for borrower, loans in on_track["loans"].items():
            short = _what_is_short(loans, room, hours, money, extra_hours, extra_cost)
            if short and not settled.at[borrower, "decided"]:
                settled.at[borrower, "track"] = light
                settled.at[borrower, "moved"] = f"{short} for {heavy} is used up by higher risks: {light}"
                continue
            room, hours, money = room - loans, hours - loans * extra_hours, money - loans * extra_cost
    return settled


def _binding(limits: Limits) -> bool:
    stated = [limits.officer_hours, limits.budget]
    for strategy in limits.strategies:
        stated += [strategy.capacity_count, strategy.capacity_share]
    return any(value is not None for value in stated)


def _left(limit: float | None, spent: float) -> float:
    return np.inf if limit is None else limit - spent


def _room(strategy: Strategy, workable: int) -> float:
    count = np.inf if strategy.capacity_count is None else float(strategy.capacity_count)
    share = np.inf if strategy.capacity_share is None else np.floor(strategy.capacity_share * workable + 1e-9)
    return float(min(count, share))


def _what_is_short(loans: float, room: float, hours: float, money: float, extra_hours: float, extra_cost: float) -> str:
    if loans > room:
        return "the capacity"
    if extra_hours > 0 and loans * extra_hours > hours:
        return "the officers' time"
    if extra_cost > 0 and loans * extra_cost > money:
        return "the budget"
    return ""
