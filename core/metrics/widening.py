"""How sure is a forecast, judged by the movements it learned from and by how far earlier ones were off?

The arithmetic under core.metrics.forecast, which says what it is good for.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date
from statistics import NormalDist

import numpy as np

from core.metrics.movements import (
    CASH,
    LEARNED_MONTHS,
    Floats,
    Movements,
    StockDays,
    expected_course,
    simulated_futures,
)

FEWEST_MONTHS = 6
JUDGED_STEPS = 3
"""How many months ahead earlier forecasts are judged; further ahead they are taken to err as at the last of these."""
TRUSTED_FORECASTS = 6
"""The simulated interval counts as much as so many earlier forecasts that erred just as it says."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Value, low and high, each (step, measure): outstanding, balance in arrears, cash, and each bucket. Currency."""

    value: Floats
    low: Floats
    high: Floats

    def widened(self, by: Floats) -> Interval:
        """Both ends so many times as far from the value; none passes zero that did not before."""
        low = np.maximum(self.value - (self.value - self.low) * by, np.minimum(self.low, 0.0))
        return Interval(self.value, low, self.value + (self.high - self.value) * by)

    def rounded(self) -> Interval:
        """In whole hundredths."""
        return Interval(self.value.round(2), self.low.round(2), self.high.round(2))


@dataclass(frozen=True, slots=True)
class Forecasts:
    """The forecasts that a history gives from each of its month-ends, each simulated once.

    Attributes:
        moves, days: the whole history; a forecast looks at nothing after its start.
        level: how many futures in one the interval is to hold.
        paths, seed: of the simulation.
    """

    moves: Movements
    days: StockDays
    level: float
    paths: int
    seed: int
    _made: dict[tuple[str, int], Interval] = field(default_factory=dict)

    def interval(self, start: str, horizon: int) -> Interval:
        """The forecast from a month-end, with what earlier ones teach about its width, in whole hundredths."""
        factor = self.widening(start)
        further = np.minimum(np.arange(horizon), JUDGED_STEPS - 1)
        return self._simulated(start, horizon).widened(factor[further]).rounded()

    def widening(self, start: str) -> Floats:
        """How many times as wide the intervals must be for the forecasts before to have held, (step, measure); at least 1.

        The variance is taken to be that of the simulated interval times an unknown factor. Each earlier forecast whose
        month is over by `start` tells of it by its error in standard deviations, squared; TRUSTED_FORECASTS more tell
        that it is 1. Never below 1: a lucky year makes no forecast surer.

        References:
            Gelman et al. (2013), Bayesian Data Analysis, 3rd edition, section 2.6 (scaled inverse chi-squared). Scaling
            by the size of what was expected: Lei et al. (2018), "Distribution-free predictive inference for regression",
            JASA 113, section 5.2.
        """
        squares = np.full((JUDGED_STEPS, 3 + CASH), float(TRUSTED_FORECASTS))
        counts = squares.copy()
        for step in range(JUDGED_STEPS):
            for before in self._judged(start, step + 1):
                error, deviation = self._error(before, step)
                counts[step] += deviation > 0
                squares[step] += np.divide(error, deviation, out=np.zeros_like(error), where=deviation > 0) ** 2
        return np.asarray(np.sqrt(np.maximum(squares / counts, 1.0)))

    def starts(self, steps: int = 1) -> list[str]:
        """The month-ends with enough months before them whose month so many steps on is known, oldest first."""
        return [
            start
            for start in self.days.month_ends()
            if len(self.moves.until(start).months) >= FEWEST_MONTHS and self.moves.knows(later(start, steps), self.days)
        ]

    def actual(self, month: str) -> Floats:
        """What came in a month, by measure."""
        return measured(np.append(self.days.on(month), self.moves.cash(month)))

    def _judged(self, start: str, steps: int) -> list[str]:
        over = [before for before in self.starts(steps) if later(before, steps) <= start]
        return over[-LEARNED_MONTHS:]

    def _error(self, start: str, step: int) -> tuple[Floats, Floats]:
        """How far a forecast was off, and the standard deviation its interval stands for."""
        made = self._simulated(start, JUDGED_STEPS)
        width = 2 * NormalDist().inv_cdf((1 + self.level) / 2)
        return self.actual(later(start, step + 1)) - made.value[step], (made.high[step] - made.low[step]) / width

    def _simulated(self, start: str, horizon: int) -> Interval:
        if (start, horizon) not in self._made:
            moves, stock = self.moves.until(start), self.days.on(start)
            futures = simulated_futures(moves, stock, horizon, self.paths, np.random.default_rng(self.seed))
            low, high = np.quantile(measured(futures), [(1 - self.level) / 2, (1 + self.level) / 2], axis=0)
            value = measured(expected_course(moves, stock, horizon))
            self._made[start, horizon] = Interval(value, np.minimum(low, value), np.maximum(high, value))
        return self._made[start, horizon]


def measured(steps: Floats) -> Floats:
    """Outstanding, balance in arrears, cash and each bucket, from balances by bucket and cash on the last axis."""
    balances, cash = steps[..., :CASH], steps[..., CASH:]
    totals = [balances.sum(axis=-1, keepdims=True), balances[..., 1:].sum(axis=-1, keepdims=True), cash, balances]
    return np.concatenate(totals, axis=-1)


def later(day: str, months: int) -> str:
    """The month-end so many months after a month-end.

    >>> later("2026-11-30", 3)
    '2027-02-28'
    """
    year, month = divmod(int(day[:4]) * 12 + int(day[5:7]) - 1 + months, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1]).isoformat()
