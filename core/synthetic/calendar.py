"""Which month-ends the sample book has."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from core.errors import Refused

SEASON = {1: 0.94, 2: 1.0, 3: 1.08, 4: 1.04, 5: 1.0, 6: 1.02, 7: 0.97, 8: 0.93, 9: 1.0, 10: 1.02, 11: 1.03, 12: 0.92}
"""Chance of a payment by calendar month, relative to an average month."""
DAYS_UNTIL_RECEIVED = 3


@dataclass(frozen=True, slots=True)
class Calendar:
    """Consecutive month-ends, oldest first."""

    month_ends: tuple[date, ...]

    def __len__(self) -> int:
        return len(self.month_ends)

    @property
    def days(self) -> np.ndarray:
        """Days in each month."""
        return np.array([day.day for day in self.month_ends])

    @property
    def first_days(self) -> np.ndarray:
        """The first day of each month, as datetime64[D]."""
        return np.array([day.replace(day=1) for day in self.month_ends], dtype="datetime64[D]")

    @property
    def season(self) -> np.ndarray:
        """The seasonal factor of each month."""
        return np.array([SEASON[day.month] for day in self.month_ends])

    def received_on(self, month: int) -> date:
        """The day the files of a month arrive."""
        return self.month_ends[month] + timedelta(days=DAYS_UNTIL_RECEIVED)

    @classmethod
    def ending(cls, last_month_end: date, months: int) -> Calendar:
        """`months` month-ends up to and including the last one.

        Raises:
            Refused: the last day is no month-end, or there are fewer than two or more than 240 months.
        """
        if (last_month_end + timedelta(days=1)).day != 1:
            raise Refused(f"The sample book cannot end on {last_month_end}", remedy="Give the last day of a month.")
        if not 2 <= months <= 240:
            raise Refused(f"A sample book of {months} months is not possible", remedy="Ask for 2 to 240 months.")
        last = last_month_end.year * 12 + last_month_end.month - 1
        return cls(tuple(_month_end(*divmod(last - back, 12)) for back in reversed(range(months))))


def _month_end(year: int, month_from_zero: int) -> date:
    month = month_from_zero + 1
    return date(year, month, monthrange(year, month)[1])
