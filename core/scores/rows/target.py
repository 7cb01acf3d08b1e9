"""Non-recovery: what a model learns, from outcomes that have had their time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.columns import plain
from core.errors import TooLittleData
from core.metrics.delinquency import OPEN
from core.segments.features import Numbers, number

WINDOW_MONTHS = 12
RECOVERED_FROM = 0.05
"""A loan that brings less than this share of its balance within the window was not recovered."""

WRITTEN_OFF = {plain(word) for word in ("written off", "write off", "charged off", "charge off")}


@dataclass(frozen=True, slots=True)
class Target:
    """One row a loan with its outcome.

    Attributes:
        name: the target in words.
        column: where the outcome came from: payments, recovered_amount or recovery_status.
        rows: the snapshots learned from, in the fields of core.columns.
        outcome: 1 where the loan was not recovered, else 0, in the order of `rows`.
        groups: the borrower of each row, so that nobody is in both sides of a split.
        open_rows: snapshots of open loans without an outcome, for the detectors.
        immature: loans with an observation point whose 12 months have not passed: left out, never taken for unpaid.
        immature_on: the days (ISO) of their observation points, one a loan.
    """

    name: str
    column: str
    rows: pd.DataFrame
    outcome: Numbers
    groups: Numbers
    open_rows: pd.DataFrame
    immature: int = 0
    immature_on: tuple[str, ...] = ()


def non_recovery(snapshots: pd.DataFrame, *, status_is_outcome: bool = False) -> Target:
    """The target of a book.

    From payments: the first workable snapshot of each loan (in arrears, open, not on hold) is its observation point;
    the outcome is 1 where the net cash of the next 12 months is under 0.05 of that balance. A loan whose 12 months
    have not passed is left out, and no later snapshot stands in for it.
    Without payments: Recovered_Amount over the balance where the file states amounts, else Recovery_Status = Written
    Off; the first snapshot of each loan that states an outcome, rows observed for less than 12 months left out.

    Args:
        snapshots: `PortfolioReader.training_rows()`: every live snapshot with loan_ref, borrower_ref, as_of, the
            portfolio columns and cash_12m (NaN where not matured).
        status_is_outcome: the analyst's map says which column is the outcome (it fills Recovery_Status): it decides.

    Raises:
        TooLittleData: no loan has an outcome yet.
    """
    ordered = snapshots.sort_values(["as_of", "loan_ref"], kind="stable").reset_index(drop=True)
    if not status_is_outcome and not np.isnan(number(ordered, "cash_12m")).all():
        return _from_payments(ordered)
    amounts = _stated(ordered, "recovered_amount")
    chosen = amounts[number(amounts, "balance") > 0]
    if not status_is_outcome and len(chosen):
        outcome = number(chosen, "recovered_amount") < RECOVERED_FROM * number(chosen, "balance")
        return _target("amount recovered under 0.05 of the balance", "recovered_amount", chosen, outcome, ordered)
    chosen = _stated(ordered, "recovery_status")
    if len(chosen):
        outcome = chosen["recovery_status"].astype(str).map(plain).isin(WRITTEN_OFF).to_numpy()
        return _target("Recovery_Status is Written Off", "recovery_status", chosen, outcome, ordered)
    raise TooLittleData(
        "No loan of this book has an outcome yet",
        remedy="Load the payments of the 12 months after a snapshot, or a file with Recovery_Status or Recovered_Amount.",
    )


def _from_payments(ordered: pd.DataFrame) -> Target:
    is_open = ordered["status"].fillna(OPEN).eq(OPEN) if "status" in ordered else pd.Series(True, index=ordered.index)
    held = (
        ordered["hold"].notna() & ordered["hold"].ne("") if "hold" in ordered else pd.Series(False, index=ordered.index)
    )
    workable = is_open & ~held & (number(ordered, "dpd") >= 1) & (number(ordered, "balance") > 0)
    placed = ordered[workable].drop_duplicates("loan_ref")
    matured = placed[placed["cash_12m"].notna()]
    if matured.empty:
        raise TooLittleData("No loan has been in arrears for 12 months yet", remedy="Train again when one has.")
    outcome = number(matured, "cash_12m") < RECOVERED_FROM * number(matured, "balance")
    name = f"cash within {WINDOW_MONTHS} months under {RECOVERED_FROM:.2f} of the balance"
    waiting = ordered[is_open & ordered["cash_12m"].isna()]
    immature = placed[placed["cash_12m"].isna()]
    return replace(
        _target(name, "payments", matured, outcome, waiting),
        immature=len(immature),
        immature_on=tuple(immature["as_of"].astype(str)),
    )


def _stated(ordered: pd.DataFrame, field: str) -> pd.DataFrame:
    """The first snapshot of each loan that states `field`, among those observed for long enough or not said how long."""
    has_outcome = ordered[field].notna() if field in ordered else pd.Series(False, index=ordered.index)
    months = number(ordered, "months_observed")
    long_enough = np.isnan(months) | (months >= WINDOW_MONTHS)
    return ordered[has_outcome & long_enough].drop_duplicates("loan_ref")


def _target(name: str, column: str, rows: pd.DataFrame, outcome: np.ndarray, others: pd.DataFrame) -> Target:
    has_borrower = rows["borrower_ref"].notna()
    who = ("borrower " + rows["borrower_ref"].astype(str)).where(has_borrower, "loan " + rows["loan_ref"].astype(str))
    is_open = others["status"].fillna(OPEN).eq(OPEN) if "status" in others else pd.Series(True, index=others.index)
    return Target(
        name=name,
        column=column,
        rows=rows.reset_index(drop=True),
        outcome=np.asarray(outcome, dtype=float),
        groups=np.asarray(pd.factorize(who)[0], dtype=float),
        open_rows=others[is_open & ~others.index.isin(rows.index)].reset_index(drop=True),
    )
