"""Which arm is a borrower in? Chance decides, once and for ever, by a hash of the trial and the borrower."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.strategies.trials.design import HOLDOUT_ARM, Plan

_SCALE = float(1 << 53)


def uniform(key: str, borrower: str) -> float:
    """A number in [0, 1) that depends on the two texts and on nothing else: the first 53 bits of a SHA-256.

    The length of `key` stands before it, so that no two pairs are written alike.

    >>> uniform("Wording", "B1") == uniform("Wording", "B1"), uniform("Wording", "B1") == uniform("Tone", "B1")
    (True, False)
    """
    digest = hashlib.sha256(f"{len(key)}:{key}:{borrower}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / _SCALE


def in_holdout(borrower: str, share: float) -> bool:
    """Whether a borrower is kept out of every trial. No trial enters the hash: the same borrowers for all of them, and
    a larger share holds those of a smaller one."""
    return uniform("holdout", borrower) < share


def arm_of(trial: str, borrower: str, shares: Sequence[float]) -> int:
    """The arm of a borrower, an index into `shares`: the same for ever, in whatever order or process it is asked.

    Args:
        trial: the trial's name.
        borrower: the borrower's reference (a loan's where it has no borrower).
        shares: of the arms, in their planned order; they add up to 1.
    """
    edges = np.cumsum(shares)[:-1]
    return int(np.searchsorted(edges, uniform(f"trial:{trial}", borrower), side="right"))


def stratum_of(dpd: float, balance: float, plan: Plan) -> str:
    """Stage and balance band at assignment, for balance checks and adjustment.

    The stratum is not part of the hash: a borrower whose loan moves to another stage must keep the arm. Chance alone
    therefore balances the strata, and `core.strategies.trials.balance` looks whether it did.

    >>> from datetime import date
    >>> from core.strategies.trials.design import Arm
    >>> plan = Plan("T", (Arm("A", .5), Arm("B", .5)), date(2026, 1, 1), date(2026, 12, 31), 400, balance_edges=(1000.0,))
    >>> stratum_of(45, 800, plan), stratum_of(float("nan"), 2000, plan)
    ('30-89 days, balance band 1', 'days unknown, balance band 2')
    """
    band = int(np.searchsorted(plan.balance_edges, balance, side="right")) + 1
    return f"{_stage(dpd, plan.dpd_edges)}, balance band {band}"


def _stage(dpd: float, edges: Sequence[float]) -> str:
    if np.isnan(dpd):
        return "days unknown"
    place = int(np.searchsorted(edges, dpd, side="right"))
    low = int(edges[place - 1]) if place else 0
    return f"{low}-{int(edges[place]) - 1} days" if place < len(edges) else f"{low} days or more"


def balance_edges(balances: Sequence[float], bands: int = 3) -> tuple[float, ...]:
    """Edges that put as many of today's loans into each band; fewer where balances tie; none without loans."""
    known = np.asarray(balances, dtype=float)
    known = known[np.isfinite(known)]
    if not len(known):
        return ()
    edges = np.unique(np.quantile(known, [place / bands for place in range(1, bands)]))
    return tuple(float(edge) for edge in edges)


def eligible_rows(loans: pd.DataFrame, plan: Plan) -> pd.Series:
    """Which loans may take part, as a mask.

    Args:
        loans: strategy, segment, product, dpd, workable (bool); an absent category is NaN and matches no named one.
    """
    rule, chosen = plan.eligible, loans["workable"].astype(bool)
    for names, column in ((rule.strategies, "strategy"), (rule.segments, "segment"), (rule.products, "product")):
        if names:
            chosen &= loans[column].isin(names)
    if rule.dpd_from is not None:
        chosen &= loans["dpd"] >= rule.dpd_from
    if rule.dpd_to is not None:
        chosen &= loans["dpd"] <= rule.dpd_to
    return chosen


def assign(plan: Plan, loans: pd.DataFrame) -> pd.DataFrame:
    """The arms of a day's eligible loans.

    Args:
        plan: the trial.
        loans: one row a loan: loan_ref, borrower_ref (missing: the loan stands alone), dpd, balance, and the columns of
            `eligible_rows`.

    Returns:
        The eligible loans, in their order: loan_ref, borrower_ref, arm (a name, or HOLDOUT_ARM for borrowers that no
        trial touches), probability (of the arm among those who take part; of the holdout among all), stratum. Empty where nobody is eligible.
    """
    chosen = loans[eligible_rows(loans, plan)]
    person = chosen["borrower_ref"].where(chosen["borrower_ref"].notna(), "loan " + chosen["loan_ref"].astype(str))
    held = np.fromiter((in_holdout(str(who), plan.holdout) for who in person), dtype=bool, count=len(chosen))
    codes = np.fromiter((arm_of(plan.name, str(who), plan.shares) for who in person), dtype=int, count=len(chosen))
    names = np.asarray([arm.name for arm in plan.arms], dtype=object)
    chance = np.where(held, plan.holdout, np.asarray(plan.shares)[codes])
    return pd.DataFrame(
        {
            "loan_ref": chosen["loan_ref"].to_numpy(),
            "borrower_ref": chosen["borrower_ref"].to_numpy(),
            "arm": np.where(held, HOLDOUT_ARM, names[codes]),
            "probability": chance,
            "stratum": [
                stratum_of(float(dpd), float(balance), plan)
                for dpd, balance in zip(chosen["dpd"], chosen["balance"], strict=True)
            ],
        }
    )
