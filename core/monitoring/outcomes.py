"""What became of loans a model scored, by the very rule it learned."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.columns import plain
from core.scores.rows.target import RECOVERED_FROM, WINDOW_MONTHS, WRITTEN_OFF
from core.segments.features import Numbers, number


def outcome_of(rows: pd.DataFrame, column: str) -> Numbers:
    """1 where a loan was not recovered, 0 where it was, NaN where it cannot be said yet.

    Args:
        rows: balance, cash_12m (NaN where the twelve months are not over or not told), and what the file states:
            recovered_amount, recovery_status, months_observed.
        column: where the model's outcome comes from, as `core.scores.rows.target.Target.column`.
    """
    balance = number(rows, "balance")
    if column == "payments":
        return _under(number(rows, "cash_12m"), balance)
    months = number(rows, "months_observed")
    is_over = np.isnan(months) | (months >= WINDOW_MONTHS)
    if column == "recovered_amount":
        return np.asarray(np.where(is_over, _under(number(rows, column), balance), np.nan), dtype=float)
    stated = rows[column] if column in rows else pd.Series(None, index=rows.index, dtype=object)
    lost = stated.map(lambda value: plain(str(value)) in WRITTEN_OFF).to_numpy(dtype=float)
    return np.asarray(np.where(is_over & stated.notna().to_numpy(), lost, np.nan), dtype=float)


def _under(amount: Numbers, balance: Numbers) -> Numbers:
    return np.asarray(np.where(np.isnan(amount), np.nan, amount < RECOVERED_FROM * balance), dtype=float)
