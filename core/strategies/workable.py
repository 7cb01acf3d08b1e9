"""Which loans may be worked, and who belongs together: the rules that stand before every policy's own."""

from __future__ import annotations

import pandas as pd

from core.columns import PERSON_HOLDS
from core.metrics.delinquency import OPEN


def state_of(frame: pd.DataFrame) -> pd.DataFrame:
    """What decides before any policy does: a closed loan, a hold, arrears, and what a person confirmed.

    Args:
        frame: loan_ref, borrower_ref, balance, dpd (NaN counts as in arrears), status, hold (None for none), risk_score (0-1 or NaN) and,
            where known, confirmed, as_of (each day by itself) and source.

    Returns:
        On the frame's index: loan, balance, dpd, risk_score, closed, hold, confirmed, household (one number a borrower and
        day), by_rule, held (nobody may work it), workable (in arrears, open and not held).
    """
    hold = frame["hold"].astype(object).where(frame["hold"].notna(), None) if "hold" in frame else None
    state = pd.DataFrame(
        {
            "loan": frame["loan_ref"].astype(object),
            "balance": frame["balance"].to_numpy(dtype=float),
            "dpd": frame["dpd"].to_numpy(dtype=float),
            "risk_score": frame["risk_score"].to_numpy(dtype=float),
            "closed": frame["status"].fillna(OPEN).to_numpy() != OPEN if "status" in frame else False,
            "hold": hold,
            "confirmed": _optional(frame, "confirmed"),
            "household": _households(frame),
            "by_rule": frame["source"].astype(object).eq("rule") if "source" in frame else False,
        },
        index=frame.index,
    )
    own_hold = state["hold"].notna() & (state["hold"] != "")
    on_person = state["hold"].isin(PERSON_HOLDS).groupby(state["household"]).transform("any")
    state["held"] = ~state["closed"] & (own_hold | on_person)
    state["workable"] = ~state["closed"] & ~state["held"] & ~(state["dpd"] < 1)
    return state


def said_first(row: dict[object, object]) -> str:
    """The reason where a rule decided before the policy could, else "": of a row of `state_of` with its borrower's track and `decided`."""
    if row["closed"]:
        return "The loan is closed: there is nothing left to work"
    if row["held"]:
        own = f"Hold ({row['hold']})" if row["hold"] else "Another loan of this borrower is on hold for the person"
        return f"{own}: nobody may work the loan"
    if row["dpd"] == 0 and not isinstance(row["track"], str):
        return "Nothing of this borrower is past due: monitored only"
    if row["dpd"] == 0:
        return "This loan is not past due; it follows the one track of its borrower"
    return f"{row['track']} was decided by a person" if row["decided"] else ""


def _optional(frame: pd.DataFrame, name: str) -> pd.Series | None:
    return frame[name].astype(object).where(frame[name].notna(), None) if name in frame else None


def _households(frame: pd.DataFrame) -> pd.Series:
    """One number a borrower and day; a loan without a borrower stands alone."""
    borrower = _optional(frame, "borrower_ref")
    loan = "loan " + frame["loan_ref"].astype(str)
    who = loan if borrower is None else ("borrower " + borrower.astype(str)).where(borrower.notna(), loan)
    day = frame["as_of"].astype(object).where(frame["as_of"].notna(), "").astype(str) if "as_of" in frame else ""
    return pd.Series(pd.factorize(who + " " + day)[0], index=frame.index)
