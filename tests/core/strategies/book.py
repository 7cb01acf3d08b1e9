"""A literal book for the policy's tests: one line a loan."""

import pandas as pd

COLUMNS = ("loan_ref", "borrower_ref", "balance", "dpd", "status", "hold", "risk_score", "confirmed")


def book(*rows):
    """Rows in the order of COLUMNS; trailing fields may be left out (open, no hold, risk 0.2, nothing confirmed)."""
    filled = [(*row, *("open", None, 0.2, None)[len(row) - 4 :]) for row in rows]
    frame = pd.DataFrame(filled, columns=list(COLUMNS))
    return frame.astype({"hold": object, "confirmed": object, "balance": float})
