"""The rows a model learned from: their hash, so that anybody can check they are the same, and who was left out, and why."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd

from core.metrics.delinquency import OPEN
from core.scores.rows.target import Target
from core.segments.features import number

OF_A_STORE = ("snapshot_id", "loan_id", "batch_id")
"""Numbers that a store gives: the same rows in another store have others."""


def rows_sha256(target: Target) -> str:
    """The hash of the rows and outcomes learned from, the same for the same rows in any order and any store."""
    rows = target.rows.drop(columns=[name for name in OF_A_STORE if name in target.rows]).assign(outcome=target.outcome)
    rows = rows[sorted(rows.columns)].sort_values(["as_of", "loan_ref"], kind="stable")
    return hashlib.sha256(rows.to_csv(index=False, float_format="%.10g", lineterminator="\n").encode()).hexdigest()


def left_out(snapshots: pd.DataFrame, target: Target) -> list[dict[str, Any]]:
    """Loans of the book a training did not learn from.

    Args:
        snapshots: `PortfolioReader.training_rows()`.
        target: what it learned from.

    Returns:
        why (in words) and loans, each loan under one reason; only reasons that any loan has. With the loans learned from
        they are all loans of the book.
    """
    others = snapshots[~snapshots["loan_ref"].isin(set(target.rows["loan_ref"]))]
    if target.column == "payments":
        told = _workable(others)
        words = ("12 months have not passed since it could be worked, or the payments of that time are not known",
                 "on no day of the book open, in arrears and not on hold")  # fmt: skip
    else:
        told = others[target.column].notna() if target.column in others else pd.Series(False, index=others.index)
        words = ("observed for less than 12 months, or without a balance", "states no outcome")
    some = others.loc[told, "loan_ref"].nunique()
    counts = (some, others["loan_ref"].nunique() - some)
    return [{"why": why, "loans": int(loans)} for why, loans in zip(words, counts, strict=True) if loans]


def _workable(rows: pd.DataFrame) -> pd.Series:
    is_open = rows["status"].fillna(OPEN).eq(OPEN) if "status" in rows else pd.Series(True, index=rows.index)
    held = rows["hold"].notna() & rows["hold"].ne("") if "hold" in rows else pd.Series(False, index=rows.index)
    return is_open & ~held & (number(rows, "dpd") >= 1) & (number(rows, "balance") > 0)
