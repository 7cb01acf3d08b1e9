"""What a loan paid in the months after a snapshot."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd


def months_between(days: pd.Series, until: date) -> pd.Series:
    """Whole months from each day to `until`; from month-end to month-end counts as whole.

    Args:
        days: ISO texts, none absent.
        until: the later day; an earlier one gives negative months.

    >>> months_between(pd.Series(["2025-10-31", "2025-11-01", "2025-12-31"]), date(2026, 2, 28)).tolist()
    [4, 3, 2]
    """
    start = pd.to_datetime(days).astype("datetime64[s]")
    end = pd.Timestamp(until.isoformat())
    short = (start.dt.day > end.day) & (not end.is_month_end)
    months = (end.year - start.dt.year) * 12 + end.month - start.dt.month - short.astype(int)
    return months.astype(np.int64)


def cash_within(snapshots: pd.DataFrame, cash: pd.DataFrame, months: int) -> pd.Series:
    """Net cash of each snapshot's loan in the window (as_of, as_of + months], reversals counted back.

    Args:
        snapshots: loan_id, as_of (ISO).
        cash: loan_id, effective_on (ISO), amount (currency, reversals below 0); waivers left out by the caller.
        months: length of the window.

    Returns:
        Currency, one a snapshot, on its index; 0 where the loan paid nothing.

    References:
        Non-recovery window: ../../README.md, "How the numbers are defined".
    """
    start = pd.to_datetime(snapshots["as_of"]).astype("datetime64[s]")
    end = (start + pd.DateOffset(months=months)).where(~start.dt.is_month_end, start + pd.offsets.MonthEnd(months))
    return _summed(snapshots["loan_id"], start, end, cash)


def cash_within_days(snapshots: pd.DataFrame, cash: pd.DataFrame, days: int) -> pd.Series:
    """As `cash_within`, of so many days after the snapshot's."""
    start = pd.to_datetime(snapshots["as_of"]).astype("datetime64[s]")
    return _summed(snapshots["loan_id"], start, start + pd.Timedelta(days=days), cash)


def _summed(loan_id: pd.Series, start: pd.Series, end: pd.Series, cash: pd.DataFrame) -> pd.Series:
    paid = cash.assign(day=pd.to_datetime(cash["effective_on"]).astype("datetime64[s]")).sort_values(["loan_id", "day"])
    cents = np.concatenate([[0], (paid["amount"] * 100).round().astype(np.int64).cumsum()])
    loans, days = paid["loan_id"].to_numpy(np.int64), _day_numbers(paid["day"])
    opens, closes = _day_numbers(start), _day_numbers(end)
    first = min(days.min(initial=0), opens.min(initial=0))
    span = max(days.max(initial=0), closes.max(initial=0)) - first + 1
    keys = loans * span + days - first
    wanted = loan_id.to_numpy(np.int64) * span - first

    def paid_by(day: np.ndarray) -> np.ndarray:
        return np.asarray(cents[np.searchsorted(keys, wanted + day, side="right")])

    return pd.Series((paid_by(closes) - paid_by(opens)) / 100, index=loan_id.index)


def _day_numbers(day: pd.Series) -> np.ndarray:
    return day.to_numpy("datetime64[D]").astype(np.int64)
