"""Were promises kept? Which payment keeps which promise, and what that comes to."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import pandas as pd

from core.metrics.intervals import wilson
from core.metrics.measure import Measure, ratio
from core.metrics.portfolio import NO_PAYMENTS, month_end, newest_day
from core.metrics.ripeness import noted, partly, ripe_day, unripe
from core.ports import PortfolioReader
from core.selection import Selection

GRACE_DAYS = 3
TOLERANCE_SHARE = 0.01
WINDOW_MONTHS = 12

PROMISE_MEASURES: tuple[str, ...] = (
    "promises",  # promises whose due day plus grace has passed, that state a due day and an amount and were not cancelled
    "promised",  # their amount
    "kept",  # of them: cash in [day promised, due day + grace] of at least (1 - tolerance) x amount
    "kept_amount",  # min(cash allocated, amount), kept or not
    "unstated",  # promises without a due day or an amount, by the month-end they were made in: they cannot be judged
    "cancelled",  # promises cancelled by their due day plus grace, by the month-end of the day they were cancelled
)
OUTCOME_FIELDS = ("promise_id", "loan_id", "resolved_on", "fate", "kept_amount")

NO_ACTIONS = "this book has no actions"
NOTHING_RESOLVED = "no promise fell due in the twelve months"

Fate = Literal["kept", "broken", "cancelled", "unstated"]


@dataclass(slots=True)
class _Promise:
    """A promise that can be judged, and what it got so far; money in whole hundredths."""

    number: int
    made: str
    due: str
    last: str
    amount: int
    got: int = 0

    @property
    def is_met(self) -> bool:
        return self.got >= math.ceil(round((1 - TOLERANCE_SHARE) * self.amount, 6))

    def may_take(self, paid_on: str) -> bool:
        return self.made <= paid_on <= self.last and not self.is_met


def promise_outcomes(promises: pd.DataFrame, payments: pd.DataFrame) -> pd.DataFrame:
    """What became of each promise?

    A payment goes whole to one promise of its loan: in the order paid, to the earliest due (then the earliest made)
    whose window [day promised, due day + GRACE_DAYS] holds the day paid, that is neither met nor cancelled. A promise
    is kept where it got its amount less TOLERANCE_SHARE. One that is not due yet reads as broken until it is met:
    `resolved_on` says from which day on it counts.

    Args:
        promises: promise_id, loan_id, promised_on (ISO), due_on (ISO or absent), amount (whole hundredths or absent),
            cancelled_on (ISO or absent).
        payments: loan_id, payment_id, paid_on (ISO), amount (whole hundredths, above 0): cash, no waivers, less what
            was taken back (see `net_of_reversals`).

    Returns:
        OUTCOME_FIELDS, one row a promise in the order given. fate: kept, broken, cancelled (by due day + grace) or
        unstated (no due day, none on or after the day promised, or no amount above 0). resolved_on (ISO): due day +
        grace, the day it was cancelled, absent for an unstated one. kept_amount (whole hundredths): min(got, amount),
        0 for cancelled and unstated ones. Empty without promises.

    References:
        Kept promises: ../../README.md, "How the numbers are defined".

    >>> promises = pd.DataFrame(
    ...     [(1, 7, "2026-01-05", "2026-01-10", 10000, None), (2, 7, "2026-01-05", "2026-01-20", 5000, None)],
    ...     columns=["promise_id", "loan_id", "promised_on", "due_on", "amount", "cancelled_on"],
    ... )
    >>> payments = pd.DataFrame(
    ...     [(7, 1, "2026-01-13", 9900), (7, 2, "2026-01-14", 2000)],
    ...     columns=["loan_id", "payment_id", "paid_on", "amount"],
    ... )
    >>> promise_outcomes(promises, payments)[["resolved_on", "fate", "kept_amount"]].values.tolist()
    [['2026-01-13', 'kept', 9900], ['2026-01-23', 'broken', 2000]]
    """
    told: list[tuple[int, int, str | None, Fate | _Promise]] = []
    waiting: dict[int, list[_Promise]] = {}
    for number, loan, made, *stated in _rows(
        promises, "promise_id", "loan_id", "promised_on", "due_on", "amount", "cancelled_on"
    ):
        due, amount, cancelled = (None if value is None or value != value else value for value in stated)
        if due is None or amount is None or due < made or amount <= 0:
            told.append((number, loan, None, "unstated"))
            continue
        promise = _Promise(number, made, due, _last_day(due), int(amount))
        if cancelled is not None and made <= cancelled <= promise.last:
            told.append((number, loan, cancelled, "cancelled"))
            continue
        told.append((number, loan, promise.last, promise))
        waiting.setdefault(loan, []).append(promise)
    _allocate(waiting, payments)
    return pd.DataFrame([_outcome(*row) for row in told], columns=list(OUTCOME_FIELDS))


def _allocate(waiting: dict[int, list[_Promise]], payments: pd.DataFrame) -> None:
    for of_loan in waiting.values():
        of_loan.sort(key=lambda promise: (promise.due, promise.made, promise.number))
    paid = sorted(_rows(payments, "paid_on", "payment_id", "loan_id", "amount"))
    for paid_on, _, loan, amount in paid:
        taker = next((promise for promise in waiting.get(loan, ()) if promise.may_take(paid_on)), None)
        if taker is not None:
            taker.got += int(amount)


def _outcome(
    number: int, loan: int, resolved_on: str | None, fate: Fate | _Promise
) -> tuple[int, int, str | None, Fate, int]:
    if not isinstance(fate, _Promise):
        return number, loan, resolved_on, fate, 0
    return number, loan, resolved_on, "kept" if fate.is_met else "broken", min(fate.got, fate.amount)


def net_of_reversals(payments: pd.DataFrame) -> pd.DataFrame:
    """What is left of each payment once reversals took theirs back?

    A reversal takes back the payment it names, whenever it was posted. One that names none takes back the loan's
    newest earlier payments. What exceeds them is no payment's and is left out.

    Args:
        payments: loan_id, payment_id, paid_on (ISO), amount (whole hundredths; reversals below 0), reverses_id (the
            payment_id a reversal takes back, absent where it names none).

    Returns:
        loan_id, payment_id, paid_on, amount of the payments of which something is left, in the order paid.
    """
    rows = sorted(_rows(payments, "paid_on", "payment_id", "loan_id", "amount", "reverses_id"), key=lambda row: row[:2])
    left = {number: int(amount) for _, number, _, amount, _ in rows if amount > 0}
    earlier: dict[int, list[int]] = {}
    unnamed: list[tuple[list[int], int]] = []
    for _, number, loan, amount, named in rows:
        if amount > 0:
            earlier.setdefault(loan, []).append(number)
        elif named in left:
            _take_back(left, [int(named)], -int(amount))
        else:
            unnamed.append((earlier.get(loan, [])[::-1], -int(amount)))
    for numbers, amount in unnamed:
        _take_back(left, numbers, amount)
    kept = [(loan, number, paid_on, left[number]) for paid_on, number, loan, *_ in rows if left.get(number, 0) > 0]
    return pd.DataFrame(kept, columns=["loan_id", "payment_id", "paid_on", "amount"])


def _take_back(left: dict[int, int], numbers: Iterable[int], amount: int) -> None:
    for number in numbers:
        taken = min(left[number], amount)
        left[number] -= taken
        amount -= taken


def promise_measures(reader: PortfolioReader, selection: Selection) -> dict[str, Measure]:
    """How many promises are kept, and how much of the money promised comes in?

    Returns:
        promises_kept_rate: kept / promises resolved in the 12 calendar months that end with the month of the day, or of
            the day up to which payments and actions are known where that is earlier: no promise is judged after it (a
            month cut short counts up to the day). Share, with its Wilson interval.
        promises_kept_value_rate: cash that kept them, at most each amount / amount promised. Share.
        promises_open: promises made by the day that are not due yet, with grace, nor cancelled. Count.

    `excluded` counts unstated and cancelled promises of the same months. Undefined numbers are NaN with the reason.

    References:
        Kept promises: ../../README.md, "How the numbers are defined". Interval: Wilson (1927), see core.metrics.intervals.
    """
    book = reader.book(selection.known_on)
    if not book.has_actions:
        unknown = Measure.undefined(NO_ACTIONS, unit="count", of="promises")
        return _undefined_rates(NO_ACTIONS) | {"promises_open": unknown}
    day = newest_day(book, selection)
    waiting = _open(reader.activity(selection.at(day)), reader.promises(selection.at(day), ["month"]))
    told = {"promises_open": noted(waiting, partly(book, day, "actions"))}
    why = NO_PAYMENTS if not book.has_payments else unripe(book, day, "payments", "actions")
    if why:
        return _undefined_rates(why) | told
    ripe, note = ripe_day(book, day, "payments", "actions"), partly(book, day, "payments", "actions")
    of_months = reader.promises(selection.at(ripe), ["month"])
    kept = _kept_rates(of_months[of_months["month"] >= _first_month(ripe)])
    return {name: noted(measure, note) for name, measure in kept.items()} | told


def kept_by_month(resolved: pd.DataFrame) -> pd.DataFrame:
    """Of the promises that fell due in each month, which share was kept?

    Args:
        resolved: month (month-end, ISO) and PROMISE_MEASURES, one row a month.

    Returns:
        One row a month with promises, oldest first: month, share (kept / promises, 0-1), numerator (kept), n (promises),
        low, high (95 % Wilson), value_share (kept_amount / promised). Months without a resolved promise are absent.

    >>> resolved = pd.DataFrame([("2026-10-31", 4, 400.0, 1, 100.0, 0, 0)], columns=["month", *PROMISE_MEASURES])
    >>> kept_by_month(resolved)[["month", "share", "n", "value_share"]].values.tolist()
    [['2026-10-31', 0.25, 4, 0.25]]
    """
    told = resolved[resolved["promises"] > 0].sort_values("month", kind="stable", ignore_index=True)
    ends = [wilson(int(kept), int(n)) for kept, n in zip(told["kept"], told["promises"], strict=True)]
    return pd.DataFrame(
        {
            "month": told["month"], "share": told["kept"] / told["promises"], "numerator": told["kept"], "n": told["promises"],
            "low": [low for low, _ in ends], "high": [high for _, high in ends],
            "value_share": told["kept_amount"] / told["promised"],
        }
    )  # fmt: skip


def _kept_rates(resolved: pd.DataFrame) -> dict[str, Measure]:
    """The two rates over months of PROMISE_MEASURES."""
    sums = resolved[list(PROMISE_MEASURES)].sum()
    n, unstated, cancelled = (int(sums[name]) for name in ("promises", "unstated", "cancelled"))
    if n == 0:
        return _undefined_rates(NOTHING_RESOLVED)
    excluded = unstated + cancelled
    why = f"left out: {unstated} without a due day or an amount, {cancelled} cancelled" if excluded else ""
    low, high = wilson(int(sums["kept"]), n)
    rate = int(sums["kept"]) / n
    cash, promised = round(float(sums["kept_amount"]), 2), round(float(sums["promised"]), 2)
    return {
        "promises_kept_rate": Measure(
            rate, float(sums["kept"]), float(n), n, "share", "promises", excluded, why, low, high, "Wilson"
        ),
        "promises_kept_value_rate": ratio(
            cash, promised, n=n, of="promises", excluded=excluded, why=why, when_zero=NOTHING_RESOLVED
        ),
    }


def _open(made: pd.DataFrame, of_months: pd.DataFrame) -> Measure:
    settled = of_months[["promises", "unstated", "cancelled"]].sum()
    n = int(made["promises"].iloc[0]) - int(settled.sum())
    excluded = int(settled["unstated"])
    why = f"left out: {excluded} without a due day or an amount" if excluded else ""
    return Measure(float(n), float(n), 1.0, n, "count", of="promises", excluded=excluded, why=why)


def _undefined_rates(why: str) -> dict[str, Measure]:
    names = ("promises_kept_rate", "promises_kept_value_rate")
    return {name: Measure.undefined(why, unit="share", of="promises") for name in names}


def _first_month(day: date) -> str:
    """The month-end of the first of the WINDOW_MONTHS months that end with the month of `day`.

    >>> _first_month(date(2026, 10, 31)), _first_month(date(2026, 12, 5))
    ('2025-11-30', '2026-01-31')
    """
    months = day.year * 12 + day.month - WINDOW_MONTHS
    return month_end(date(months // 12, months % 12 + 1, 1)).isoformat()


def _last_day(due_on: str) -> str:
    return (date.fromisoformat(due_on) + timedelta(days=GRACE_DAYS)).isoformat()


def _rows(frame: pd.DataFrame, *names: str) -> Iterable[tuple[Any, ...]]:
    return zip(*(frame[name].tolist() for name in names), strict=True)
