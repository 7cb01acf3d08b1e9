"""What a trial shows at each of its planned looks, and on any day."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from core.strategies.trials.design import Plan
from core.strategies.trials.looks import ALPHA, boundaries
from core.strategies.trials.sequence import reach
from core.strategies.trials.variance import Difference, difference

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Codes = np.ndarray[Any, np.dtype[np.int64]]
Days = np.ndarray[Any, np.dtype[np.datetime64]]


@dataclass(frozen=True, slots=True)
class TrialRows:
    """The loans of a trial, one row each.

    Attributes:
        arm: (n,) index into the plan's arms; -1 for an arm that the plan does not know.
        outcome: (n,) the plan's outcome in its window; NaN where the window has not passed or is not told.
        assigned_on: (n,) day of assignment (datetime64[D]).
        borrower: (n,) codes.
        covariates: (n, p) known at assignment (score, expected recovery, balance, stage); NaN where not known.
        covariate_names: of its columns.
        counters: by the name of a counter-metric, one count a loan (NaN not known); absent where no file tells any.
    """

    arm: Codes
    outcome: Numbers
    assigned_on: Days
    borrower: Codes
    covariates: Numbers
    covariate_names: tuple[str, ...] = ()
    counters: Mapping[str, Numbers] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.arm)

    def rows(self, chosen: np.ndarray) -> TrialRows:
        """The same of some loans, by a mask."""
        return TrialRows(
            self.arm[chosen], self.outcome[chosen], self.assigned_on[chosen], self.borrower[chosen],
            self.covariates[chosen], self.covariate_names,
            {name: values[chosen] for name, values in self.counters.items()},
        )  # fmt: skip

    def due(self, plan: Plan, day: date) -> np.ndarray:
        """Whose window has passed by a day, as a mask."""
        return np.asarray(self.assigned_on + np.timedelta64(plan.window_days, "D") <= np.datetime64(day, "D"))

    def units(self, plan: Plan) -> Codes:
        """What was dealt out, as codes: borrowers, or loans where those were."""
        return self.borrower if plan.unit == "borrower" else np.arange(len(self), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Look:
    """One reading of a challenger against the champion.

    Attributes:
        number: of the planned look, from 1; 0 for a day that is none.
        on: the day.
        fraction: share of the planned information that was in.
        told: the difference; its standard error is NaN where too few had matured.
        limit: |z| to be crossed at this look (inf: nothing can be claimed yet; NaN: no planned look).
        low, high: the interval of planned looks: all of them hold together with 95 %.
        always_low, always_high: the always-valid interval: holds on all days together.
    """

    number: int
    on: date
    fraction: float
    told: Difference
    limit: float
    low: float
    high: float
    always_low: float
    always_high: float

    @property
    def side(self) -> int:
        """1 where the challenger is clearly better at this planned look, -1 where worse, else 0."""
        if not (self.told.is_told and self.number and abs(self.told.z) >= self.limit):
            return 0
        return 1 if self.told.z > 0 else -1


@dataclass(frozen=True, slots=True)
class Reading:
    """All looks taken at one challenger, and the newest day.

    Attributes:
        challenger: its place among the plan's arms.
        looks: those taken, in order; the last is the deciding one where `is_over`.
        now: as of the newest day whose outcomes are told, for watching; None where nothing can be told.
        alpha: two-sided error of this challenger.
        is_over: a boundary was crossed, the planned number was reached, or the last look was taken.
    """

    challenger: int
    looks: tuple[Look, ...]
    now: Look | None
    alpha: float
    is_over: bool


def read(plan: Plan, rows: TrialRows, challenger: int, told_until: date) -> Reading:
    """The looks that the calendar and the data allow, one after another until one of them ends the trial.

    A look counts only if more loans had matured than at the one before and each arm has borrowers enough for an
    interval; else it is passed over, and uses none of the error. Later looks than the deciding one are not taken.

    Args:
        plan: the trial.
        rows: of all arms.
        challenger: its place among the arms, 1 or more.
        told_until: the day up to which outcomes are told.
    """
    alpha = ALPHA / (len(plan.arms) - 1)
    pair = rows.rows(np.isin(rows.arm, (0, challenger)))
    planned = _information(plan.planned_of(0), plan.planned_of(challenger))
    whole = plan.planned_of(0) + plan.planned_of(challenger)
    taken: list[tuple[int, date, Difference]] = []
    looks: list[Look] = []
    days = plan.look_days()
    for number, day in enumerate(days, start=1):
        if day > told_until:
            break
        told = compared(plan, pair, challenger, day)
        is_last = number == len(days)
        if is_last and taken and told.loans == taken[-1][2].loans:
            taken, looks = taken[:-1], looks[:-1]  # nothing more came: it is the last look that uses what is left
        information = [_information(*each.loans) for _, _, each in [*taken, (number, day, told)]]
        if not told.is_told or (taken and information[-1] <= information[-2]):
            continue
        taken.append((number, day, told))
        limit = boundaries(information, planned, alpha=alpha, closed=is_last)[-1]
        looks.append(_look(number, day, information[-1] / planned, told, limit, whole, alpha))
        if looks[-1].side or is_last or information[-1] >= planned:
            return Reading(challenger, tuple(looks), _watched(plan, pair, challenger, told_until, alpha), alpha, True)
    return Reading(
        challenger, tuple(looks), _watched(plan, pair, challenger, told_until, alpha), alpha, days[-1] <= told_until
    )


def compared(plan: Plan, pair: TrialRows, challenger: int, day: date) -> Difference:
    """The two arms by the loans that had matured by a day."""
    rows = pair.rows(pair.due(plan, day) & np.isfinite(pair.outcome))
    return difference(rows.outcome, rows.arm == challenger, rows.units(plan), rows.covariates)


def _watched(plan: Plan, pair: TrialRows, challenger: int, day: date, alpha: float) -> Look | None:
    told = compared(plan, pair, challenger, day)
    if not told.is_told:
        return None
    planned = _information(plan.planned_of(0), plan.planned_of(challenger))
    whole = plan.planned_of(0) + plan.planned_of(challenger)
    return _look(0, day, _information(*told.loans) / planned, told, math.nan, whole, alpha)


def _look(number: int, day: date, fraction: float, told: Difference, limit: float, whole: float, alpha: float) -> Look:
    half, always = limit * told.se, reach(sum(told.loans), whole, alpha=alpha) * told.se
    value = told.value
    return Look(number, day, fraction, told, limit, value - half, value + half, value - always, value + always)


def _information(champion: float, challenger: float) -> float:
    """Of a difference of two means: 1 / (1/n0 + 1/n1), up to the variance; 0 with an empty arm."""
    return 1 / (1 / champion + 1 / challenger) if min(champion, challenger) > 0 else 0.0


def in_several(plan: Plan, rows: TrialRows) -> Sequence[int]:
    """Borrowers that are in more than one arm, where borrowers were dealt out; as codes."""
    if plan.unit == "loan":
        return []
    pairs = np.unique(np.column_stack([rows.borrower, rows.arm]), axis=0)
    people, arms = np.unique(pairs[:, 0], return_counts=True)
    return [int(each) for each in people[arms > 1]]
