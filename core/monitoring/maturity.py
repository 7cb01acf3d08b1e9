"""How many of the loans a model scored have had the time to show what became of them, and when the next will have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True)
class Maturity:
    """Loans a model scored when they came into arrears.

    Attributes:
        scored, matured: loans; the rest is not judged yet, never guessed.
        next_on: the first day on which more of them will have had their time, `next_loans` of them; None where none waits.
        known_until: the day up to which payments are known; outcomes that need later ones wait for a file, not for a day.
    """

    scored: int
    matured: int
    next_on: date | None
    next_loans: int
    known_until: date | None

    @property
    def waiting(self) -> int:
        return self.scored - self.matured


def maturity(scored: Mapping[date, int], known_until: date | None, *, months: int) -> Maturity:
    """Count what has matured.

    Args:
        scored: loans scored by the day of their snapshot.
        known_until: the earlier of the book's newest day and the day up to which payments are known; None where the book
            has no payments, so that nothing can mature by them.
        months: length of the outcome window.

    >>> told = maturity({date(2025, 2, 28): 40, date(2025, 9, 30): 60}, date(2026, 3, 31), months=12)
    >>> told.matured, told.waiting, told.next_on, told.next_loans
    (40, 60, datetime.date(2026, 9, 30), 60)
    """
    due: dict[date, int] = {}
    for day, loans in scored.items():
        due[matures_on(day, months)] = due.get(matures_on(day, months), 0) + loans
    ripe = sum(loans for day, loans in due.items() if known_until is not None and day <= known_until)
    later = sorted(day for day in due if known_until is None or day > known_until)
    next_on = later[0] if later else None
    return Maturity(sum(scored.values()), ripe, next_on, due[next_on] if next_on else 0, known_until)


def newest_year(days: np.ndarray, *, months: int) -> np.ndarray:
    """Which loans are of the newest months among these: as many as stated, the newest day's own included.

    Args:
        days: the day (ISO) of each loan; months: how many.

    >>> newest_year(np.array(["2024-06-30", "2024-07-31", "2025-06-30"]), months=12).tolist()
    [False, True, True]
    """
    if not len(days):
        return np.zeros(0, dtype=bool)
    newest = pd.Timestamp(max(days))
    step = pd.offsets.MonthEnd(months) if newest.is_month_end else pd.DateOffset(months=months)
    return np.asarray(days > (newest - step).date().isoformat(), dtype=bool)


def matures_on(day: date, months: int) -> date:
    """The last day of the outcome window of a snapshot; a month-end's is a month-end.

    >>> matures_on(date(2024, 2, 29), 12), matures_on(date(2023, 2, 28), 12), matures_on(date(2025, 9, 15), 12)
    (datetime.date(2025, 2, 28), datetime.date(2024, 2, 29), datetime.date(2026, 9, 15))
    """
    start = pd.Timestamp(day)
    ends = start + (pd.offsets.MonthEnd(months) if start.is_month_end else pd.DateOffset(months=months))
    found: date = ends.date()
    return found
