"""Champion v0: the tutorials' thresholds, as data. They propose; Legal always waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.strategies.capacity import within_limits
from core.strategies.catalogue import HOLD, NONE, Limits
from core.strategies.workable import said_first, state_of

MONITORED = "Standard"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which risk a track is proposed, lightest first; the first track has no lower edge.

    Attributes:
        tracks: strategies in the order of rising risk.
        edges: `edges[i]` is the lowest risk of `tracks[i + 1]`.
    """

    tracks: tuple[str, ...] = ("Standard", "Settlement", "Legal")
    edges: tuple[float, ...] = (0.50, 0.75)
    name: str = field(default="Thresholds 0.50 / 0.75")


CHAMPION_V0 = Thresholds()


def propose(frame: pd.DataFrame, limits: Limits | None = None, policy: Thresholds = CHAMPION_V0) -> pd.DataFrame:
    """A strategy for every loan, one track for all open loans of a borrower.

    Args:
        frame: loan_ref, borrower_ref, balance, dpd (NaN counts as in arrears), status, hold (None for none), risk_score (0-1 or NaN) and, where
            known, confirmed (what a person last confirmed, or None), as_of (each day by itself) and source ("rule": so say the reasons).
        limits: capacities; None for the catalogue without any.
        policy: the thresholds.

    Returns:
        proposed ("Hold" where nobody may work the loan, "None" where it has left the book), policy,
        needs_confirmation (bool), reasons (list of sentences), risk (that decided for the borrower, NaN where nothing of
        theirs can be worked) and by_person (bool: a person decided), on the frame's index.

    Rules, first that applies: a closed loan has no strategy; a hold stops its loan, a hold on the person every loan of
    the borrower; a borrower with nothing in arrears is monitored under Standard; what a person confirmed for a loan in
    arrears stays, and is the borrower's track; else the balance-weighted mean risk of the borrower's workable loans
    decides, and limits move the lowest risks to the next lighter track.
    """
    limits = limits or Limits()
    state = state_of(frame)
    borrowers = _borrowers(state, policy)
    borrowers = within_limits(borrowers, limits, workable=int(state["workable"].sum()), tracks=policy.tracks)
    state = state.join(borrowers[["track", "risk", "decided", "moved", "worked"]], on="household")
    proposed = np.select(
        [state["closed"], state["held"], state["track"].isna()], [NONE, HOLD, MONITORED], state["track"]
    ).astype(object)
    waits = {strategy.name for strategy in limits.strategies if strategy.needs_person}
    unconfirmed = state["confirmed"].to_numpy(dtype=object) != proposed
    return pd.DataFrame(
        {
            "proposed": proposed,
            "policy": policy.name,
            "needs_confirmation": np.isin(proposed, list(waits)) & unconfirmed,
            "reasons": [[_reason(row, policy)] for row in state.to_dict("records")],
            "risk": state["risk"],
            "by_person": state["decided"].eq(True),
        },
        index=frame.index,
    )


def _borrowers(state: pd.DataFrame, policy: Thresholds) -> pd.DataFrame:
    """One row a borrower with workable loans: risk, track, decided (by a person), loans (that carry the track)."""
    work = state[state["workable"]]
    weight = work["balance"].where(work["balance"] > 0, 0.01)
    scored = work["risk_score"].notna()
    sums = pd.DataFrame(
        {
            "weighted": (work["risk_score"] * weight).where(scored, 0.0),
            "weight": weight.where(scored, 0.0),
            "rank": work["confirmed"].map({name: i for i, name in enumerate(policy.tracks)}),
        }
    ).groupby(work["household"])
    total = sums[["weighted", "weight"]].sum()
    risk = (total["weighted"] / total["weight"].where(total["weight"] > 0)).round(9)
    confirmed_rank = sums["rank"].max()
    proposed_rank = np.searchsorted(policy.edges, risk.fillna(-1.0), side="right")
    rank = confirmed_rank.fillna(pd.Series(proposed_rank, index=risk.index)).astype(int)
    carrying = state[~state["closed"] & ~state["held"]].groupby("household").size()
    return pd.DataFrame(
        {
            "risk": risk,
            "track": np.asarray(policy.tracks, dtype=object)[rank.to_numpy()],
            "decided": confirmed_rank.notna(),
            "moved": "",
            "worked": work.groupby("household").size(),
            "loans": carrying.reindex(risk.index),
        },
        index=risk.index,
    )


def _reason(row: dict[object, object], policy: Thresholds) -> str:
    return said_first(row) or _by_risk(row, policy.tracks, policy.edges)


def _by_risk(row: dict[object, object], tracks: Sequence[str], edges: Sequence[float]) -> str:
    risk = float(row["risk"])  # type: ignore[arg-type]
    if np.isnan(risk):
        return f"No risk score: {tracks[0]} until there is one"
    rank = int(np.searchsorted(edges, risk, side="right"))
    edge = f"{edges[rank - 1]:.2f} or above" if rank else f"under {edges[0]:.2f}"
    several = isinstance(row["worked"], int | float) and row["worked"] > 1
    what = "rule score" if row["by_rule"] else "risk"
    whose = f"Mean {what} of the borrower's loans in arrears" if several else what.capitalize()
    said = f"{whose} {_shown(risk, edges)} is {edge}: {tracks[rank]}"
    return f"{said}; {row['moved']}" if row["moved"] else said


def _shown(risk: float, edges: Sequence[float]) -> str:
    """Two decimals, or more where two would show an edge the risk does not reach."""
    for decimals in (2, 3, 4):
        if np.searchsorted(edges, float(f"{risk:.{decimals}f}"), side="right") == np.searchsorted(
            edges, risk, side="right"
        ):
            return f"{risk:.{decimals}f}"
    return f"{risk:.9f}"
