"""From one month to the next: a loan changes its segment only where it has clearly moved, or has stayed moved. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

CLEARLY = 0.10
"""A margin above this is a clear move; one below it is borderline."""


def month_before(day: date, days: Sequence[date]) -> date | None:
    """The day of the book that a day's segments are held against: the newest of the calendar month before it.

    None where the book holds none in that month: then there is nothing to hold on to.

    >>> month_before(date(2026, 3, 31), [date(2026, 2, 14), date(2026, 2, 28), date(2026, 3, 15), date(2026, 3, 31)])
    datetime.date(2026, 2, 28)
    """
    month = day.year * 12 + day.month - 1
    return max((each for each in days if each.year * 12 + each.month == month), default=None)


def held(today: pd.DataFrame, before: pd.DataFrame | None) -> pd.Series:
    """The segment of each loan, with hysteresis.

    A loan goes to its nearest segment where it is there by a margin above 10 %, or was nearest to that same segment the
    month before already (two consecutive months); else it stays where it was. It also goes there where it was nowhere
    before, where its old segment holds nobody today (it fell away in a refit), and where there is no margin (buckets).

    Args:
        today: loan_ref (unique), nearest (segment), margin (NaN: none) of a day's loans.
        before: loan_ref (unique), segment, nearest of the day they are held against; None where there is none.

    Returns:
        The segment, on `today`'s index.
    """
    nearest = today["nearest"]
    if before is None or before.empty or today.empty:
        return nearest.copy()
    old = before.set_index("loan_ref")
    refs = today["loan_ref"].to_numpy()
    was, was_nearest = (
        pd.Series(old[name].reindex(refs).to_numpy(), index=today.index) for name in ("segment", "nearest")
    )
    stays = today["margin"].to_numpy(dtype=float) <= CLEARLY  # False for NaN
    stays &= (was != nearest).to_numpy() & (was_nearest != nearest).to_numpy()
    stays &= was.isin(set(nearest.dropna())).to_numpy()
    return pd.Series(np.where(stays, was, nearest), index=today.index, dtype=object)
