"""What became of each promise: which payment keeps which, and what a reversal changes afterwards."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

import pandas as pd

GRACE_DAYS = 3
TOLERANCE_SHARE = 0.01
OUTCOME_FIELDS = ("promise_id", "loan_id", "resolved_on", "told_on", "fate", "kept", "kept_amount")

Fate = Literal["kept", "broken", "cancelled", "unstated"]


class Cash(NamedTuple):
    """A payment of a loan, or (amount below 0) what takes one back; money in whole hundredths, day ISO."""

    paid_on: str
    payment_id: int
    amount: int
    reverses_id: int | None


@dataclass(frozen=True, slots=True)
class _Promise:
    """A promise that can be judged; money in whole hundredths, days ISO."""

    number: int
    made: str
    due: str
    last: str
    amount: int

    def is_met(self, got: int) -> bool:
        return got >= math.ceil(round((1 - TOLERANCE_SHARE) * self.amount, 6))


def promise_outcomes(promises: pd.DataFrame, payments: pd.DataFrame) -> pd.DataFrame:
    """What became of each promise, and from which day on is that so?

    A payment goes whole to one promise of its loan: in the order paid, to the earliest due (then the earliest made)
    whose window [day promised, due day + GRACE_DAYS] holds the day paid, that is neither met nor cancelled. A promise
    is kept where it got its amount less TOLERANCE_SHARE. One that is not due yet reads as broken until it is met:
    `resolved_on` says from which day on it counts. Of each day the payments are counted less what was taken back by
    then: a reversal posted after a promise was judged changes it from its own day on, and not before.

    Args:
        promises: promise_id, loan_id, promised_on (ISO), due_on (ISO or absent), amount (whole hundredths or absent),
            cancelled_on (ISO or absent).
        payments: loan_id, payment_id, paid_on (ISO), amount (whole hundredths; reversals below 0), reverses_id (the
            payment_id that a reversal takes back, absent where it names none); cash, no waivers.

    Returns:
        OUTCOME_FIELDS: one row a promise in the order given, each followed by one row a later day on which a reversal
        changed it. resolved_on (ISO): due day + grace, the day it was cancelled, absent for an unstated one. told_on
        (ISO): resolved_on, in a later row the day of the reversal. fate: kept, broken, cancelled (by due day + grace)
        or unstated (no due day, none on or after the day promised, or no amount above 0). kept (1 or 0) and kept_amount
        (whole hundredths: min(got, amount)), in a later row what they changed by (kept: -1, 0, 1), so that sums up to a
        day are as of that day. Empty without promises.

    References:
        Kept promises: ../../README.md, "How the numbers are defined".

    >>> promises = pd.DataFrame(
    ...     [(1, 7, "2026-01-05", "2026-01-10", 10000, None), (2, 7, "2026-01-05", "2026-01-20", 5000, None)],
    ...     columns=["promise_id", "loan_id", "promised_on", "due_on", "amount", "cancelled_on"],
    ... )
    >>> payments = pd.DataFrame(
    ...     [(7, 1, "2026-01-13", 9900, None), (7, 2, "2026-01-14", 2000, None), (7, 3, "2026-02-02", -9900, 1)],
    ...     columns=["loan_id", "payment_id", "paid_on", "amount", "reverses_id"],
    ... )
    >>> promise_outcomes(promises, payments)[["told_on", "fate", "kept", "kept_amount"]].values.tolist()
    [['2026-01-13', 'kept', 1, 9900], ['2026-02-02', 'broken', -1, -9900], ['2026-01-23', 'broken', 0, 2000]]
    """
    settled: dict[int, tuple[int, str | None, Fate]] = {}
    waiting: dict[int, list[_Promise]] = defaultdict(list)
    numbers: list[int] = []
    for number, loan, made, *stated in _rows(
        promises, "promise_id", "loan_id", "promised_on", "due_on", "amount", "cancelled_on"
    ):
        numbers.append(number)
        due, amount, cancelled = (None if value is None or value != value else value for value in stated)
        if due is None or amount is None or due < made or amount <= 0:
            settled[number] = (loan, None, "unstated")
            continue
        last = (date.fromisoformat(due) + timedelta(days=GRACE_DAYS)).isoformat()
        if cancelled is not None and made <= cancelled <= last:
            settled[number] = (loan, cancelled, "cancelled")
            continue
        waiting[loan].append(_Promise(number, made, due, last, int(amount)))
    told = {number: [(number, loan, day, day, fate, 0, 0)] for number, (loan, day, fate) in settled.items()}
    cash = _cash_of(waiting, payments)
    for loan, of_loan in waiting.items():
        told |= _told_of_loan(loan, of_loan, cash[loan])
    return pd.DataFrame([row for number in numbers for row in told[number]], columns=list(OUTCOME_FIELDS))


def net_of_reversals(payments: Sequence[Cash], until: str) -> list[Cash]:
    """What is left of each payment of a loan once the reversals posted by a day took theirs back?

    A reversal takes back the payment it names, also one that comes after it. One that names none takes back the loan's newest earlier payments. What
    exceeds them is no payment's and is left out.

    Args:
        payments: of one loan, in any order.
        until: the last day (ISO) whose reversals count; payments count whenever they came.

    Returns:
        The payments of which something is left, in the order paid, with what is left.
    """
    rows = sorted(payments, key=lambda row: row[:2])
    left = {row.payment_id: row.amount for row in rows if row.amount > 0}
    earlier: list[int] = []
    unnamed: list[tuple[list[int], int]] = []
    for row in rows:
        if row.amount > 0:
            earlier.append(row.payment_id)
        elif row.paid_on > until:
            continue
        elif row.reverses_id in left:
            _take_back(left, [row.reverses_id], -row.amount)
        else:
            unnamed.append((earlier[::-1], -row.amount))
    for numbers, amount in unnamed:
        _take_back(left, numbers, amount)
    return [row._replace(amount=left[row.payment_id]) for row in rows if left.get(row.payment_id, 0) > 0]


def _take_back(left: dict[int, int], numbers: Iterable[int], amount: int) -> None:
    for number in numbers:
        taken = min(left[number], amount)
        left[number] -= taken
        amount -= taken


def _cash_of(loans: Iterable[int], payments: pd.DataFrame) -> dict[int, list[Cash]]:
    found: dict[int, list[Cash]] = {loan: [] for loan in loans}
    for loan, day, number, amount, named in _rows(
        payments, "loan_id", "paid_on", "payment_id", "amount", "reverses_id"
    ):
        if loan in found:
            found[loan].append(
                Cash(day, int(number), int(amount), None if named is None or named != named else int(named))
            )
    return found


def _told_of_loan(loan: int, promises: list[_Promise], cash: list[Cash]) -> dict[int, list[tuple[Any, ...]]]:
    """The rows of each promise of a loan that can be judged: as of its own last day, and of each later day that changed it."""
    in_turn = sorted(promises, key=lambda promise: (promise.due, promise.made, promise.number))
    days = ["", *sorted({row.paid_on for row in cash if row.amount < 0})]
    got = {day: _allotted(in_turn, net_of_reversals(cash, day)) for day in days}
    told: dict[int, list[tuple[Any, ...]]] = {}
    for promise in promises:
        stands = [(day, got[day][promise.number]) for day in days]
        _, first = max(stand for stand in stands if stand[0] <= promise.last)
        told[promise.number] = _rows_of(
            loan, promise, [(promise.last, first), *(s for s in stands if s[0] > promise.last)]
        )
    return told


def _allotted(promises: list[_Promise], cash: list[Cash]) -> dict[int, int]:
    """Per promise what it got; promises in the order in which they take, payments in the order paid."""
    got = {promise.number: 0 for promise in promises}
    for paid in cash:
        for promise in promises:
            if promise.made <= paid.paid_on <= promise.last and not promise.is_met(got[promise.number]):
                got[promise.number] += paid.amount
                break
    return got


def _rows_of(loan: int, promise: _Promise, stands: list[tuple[str, int]]) -> list[tuple[Any, ...]]:
    """A row for the first standing and for each that differs from the one before, with what it changed."""
    rows: list[tuple[Any, ...]] = []
    was_kept, had = 0, 0
    for day, got in stands:
        kept, amount = int(promise.is_met(got)), min(got, promise.amount)
        if not rows or (kept, amount) != (was_kept, had):
            fate = "kept" if kept else "broken"
            rows.append((promise.number, loan, promise.last, day, fate, kept - was_kept, amount - had))
        was_kept, had = kept, amount
    return rows


def _rows(frame: pd.DataFrame, *names: str) -> Iterable[tuple[Any, ...]]:
    return zip(*(frame[name].tolist() for name in names), strict=True)
