"""What a person checks a load against: control totals, and the refused rows as a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from core.columns import COLUMNS, Kind
from core.errors import Reject
from core.exchange import to_csv

DAY_FIELD: dict[Kind, str] = {"portfolio": "as_of", "payments": "paid_on", "actions": "acted_on"}


def control_totals(kind: Kind, frame: pd.DataFrame, *, rows: int, rejected: int, currency: str) -> dict[str, Any]:
    """Counts and sums of the accepted rows, plain JSON values.

    Args:
        kind: the kind of file.
        frame: its accepted rows.
        rows: rows of the file, the header and empty lines left out.
        rejected: how many of them were refused.
        currency: ISO code, "" where the file does not say.

    Returns:
        rows, accepted, rejected, dropped (repeated payments), loans and borrowers (distinct; None where the file names
        no borrowers), one exact sum per money column under its header, for payments also one per kind,
        first_day and last_day (ISO, None without rows), currency.
    """
    days = frame[DAY_FIELD[kind]]
    totals: dict[str, Any] = {
        "rows": rows,
        "accepted": len(frame),
        "rejected": rejected,
        "dropped": rows - len(frame) - rejected,
        "loans": int(frame["loan_ref"].nunique()),
        "borrowers": int(frame["borrower_ref"].nunique()) if "borrower_ref" in frame else None,
    }
    for column in COLUMNS[kind]:
        if column.dtype == "money" and column.field in frame:
            totals[column.header] = exact_sum(frame[column.field])
    if kind == "payments":
        kinds = frame.get("payment_kind", pd.Series("cash", index=frame.index))
        totals |= {f"Amount, {name}": exact_sum(frame.loc[kinds == name, "amount"]) for name in sorted(set(kinds))}
    totals |= {"first_day": days.min() if len(days) else None, "last_day": days.max() if len(days) else None}
    return totals | {"currency": currency}


def exact_sum(amounts: pd.Series) -> float:
    """The sum of amounts in whole hundredths, absent ones left out; 0.0 over nothing.

    >>> exact_sum(pd.Series([0.1, 0.2, None]))
    0.3
    """
    cents = np.rint(amounts.dropna().to_numpy(dtype=float) * 100)
    return sum(map(int, cents.tolist())) / 100


def rejects_csv(rejects: Iterable[Reject]) -> str:
    """The refused rows as formula-safe CSV: line, column, value, reason."""
    rows = [(reject.line, reject.column, reject.value, reject.reason) for reject in rejects]
    return to_csv(pd.DataFrame(rows, columns=["line", "column", "value", "reason"]))
