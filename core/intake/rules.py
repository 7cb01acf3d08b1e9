"""Rules over whole rows: what may occur once, and which way a payment goes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from core.wording import agree, counted, dated

Refuse = Callable[[int, str, str], None]
"""Refuse a row: its position, the field at fault, the reason."""


def direct_payments(frame: pd.DataFrame, refuse: Refuse) -> list[str]:
    """Settle kind and sign of payments, in place: amounts positive, the kind says the direction.

    A negative amount without a kind is a reversal; so is a row without a kind that names the payment it takes back.
    A row of `frame` without a kind is cash.
    """
    amount = frame["amount"].to_numpy(dtype=float, copy=True)
    kind = frame["payment_kind"].to_numpy(dtype=object, copy=True) if "payment_kind" in frame else None
    stated = np.array([value is not None for value in kind]) if kind is not None else np.zeros(len(frame), dtype=bool)
    takes_back = (
        frame["reverses_ref"].notna().to_numpy() if "reverses_ref" in frame else np.zeros(len(frame), dtype=bool)
    )
    if kind is None and not (amount < 0).any() and not takes_back.any():
        return []
    kind = np.full(len(frame), None, dtype=object) if kind is None else kind
    for row in np.flatnonzero(stated & (amount < 0)):
        refuse(
            int(row),
            "amount",
            f"is negative while the kind is {kind[row]}; write it positive, the kind says its direction",
        )
    turned = ~stated & (amount < 0)
    kind[~stated & takes_back] = "reversal"
    kind[turned] = "reversal"
    kind[[value is None for value in kind]] = "cash"
    for row in np.flatnonzero((kind == "reversal") & (amount == 0)):
        refuse(int(row), "amount", "is zero, and a reversal must take something back")
    for row in np.flatnonzero(stated & takes_back & (kind != "reversal")):
        refuse(int(row), "payment_kind", "takes back a payment, so its kind must be reversal")
    frame["amount"] = np.where(turned, -amount, amount)
    frame["payment_kind"] = pd.Series(kind, index=frame.index, dtype=object)
    return [f"{int(turned.sum())} negative amounts without a kind were read as reversals."] if turned.any() else []


def refuse_repeated_loans(frame: pd.DataFrame, good: np.ndarray, refuse: Refuse) -> None:
    """A loan has one row a day: the later row is refused, naming the earlier line."""
    rows = frame.loc[good, ["loan_ref", "as_of", "line"]]
    repeated = rows.duplicated(["loan_ref", "as_of"])
    if not repeated.any():
        return
    first = rows.groupby(["loan_ref", "as_of"], sort=False)["line"].transform("first").to_dict()
    days = rows["as_of"].to_dict()
    for row in repeated.index[repeated]:
        refuse(int(row), "loan_ref", f"occurs twice on {dated(days[row])}; the first is on line {first[row]}")


def drop_repeated_payments(frame: pd.DataFrame, good: np.ndarray, refuse: Refuse) -> tuple[np.ndarray, list[str]]:
    """A payment's number counts once: the same row again is left out, another row under its number is refused.

    Returns which rows to leave out, and findings.
    """
    dropped = np.zeros(len(frame), dtype=bool)
    if "payment_ref" not in frame:
        return dropped, _lookalikes(frame[good])
    rows = frame[good & frame["payment_ref"].notna().to_numpy()]
    repeated = rows["payment_ref"].duplicated(keep=False)
    content = rows.loc[repeated].drop(columns="line")
    content = content.astype(object).where(content.notna(), None)
    lines = rows["line"].to_dict()
    first: dict[str, tuple[int, tuple[object, ...]]] = {}
    for row, values in zip(content.index, content.itertuples(index=False, name=None), strict=True):
        line, known = first.setdefault(str(content.at[row, "payment_ref"]), (lines[row], values))
        if line == lines[row]:
            continue
        if values == known:
            dropped[row] = True
        else:
            refuse(int(row), "payment_ref", f"was used on line {line} for another payment")
    left_out = int(dropped.sum())
    findings = (
        [
            f"{counted(left_out, 'row')} {agree(left_out, 'repeats', 'repeat')} a Payment_ID with the same content and {agree(left_out, 'was', 'were')} left out."
        ]
        if left_out
        else []
    )
    return dropped, findings + _lookalikes(frame[good & frame["payment_ref"].isna().to_numpy()])


def _lookalikes(rows: pd.DataFrame) -> list[str]:
    alike = int(rows.drop(columns="line").duplicated().sum())
    return (
        [f"{counted(alike, 'row')} without a Payment_ID {agree(alike, 'equals', 'equal')} another row; each counts."]
        if alike
        else []
    )
