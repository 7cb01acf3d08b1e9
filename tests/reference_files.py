"""What CSV files say when they are read plainly: which rows speak, which episodes follow, which payments count.

None of the product's code is used. Money is whole hundredths; days are ISO text, so that they compare as days.
"""

from __future__ import annotations

import calendar
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache, wraps
from typing import Any

Row = dict[str, str]


def remembered(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of a book that works each answer out once: what a book was told does not change."""

    @wraps(method)
    def answer(self: Any, *asked: Any) -> Any:
        answers = self.__dict__.setdefault(f"answers of {method.__name__}", {})
        question = repr(asked)
        if question not in answers:
            answers[question] = method(self, *asked)
        return answers[question]

    return answer


@dataclass(frozen=True)
class File:
    """One CSV file and how it came in; `batch` is the number the product gave it.

    It is known from the day it was received until the day before it was undone.
    """

    kind: str
    text: str
    as_of: str = ""
    scope: str = "full"
    batch: int = 0
    received_on: str = ""
    undone_on: str = ""

    @property
    def rows(self) -> list[Row]:
        return list(csv.DictReader(io.StringIO(self.text)))


def files_known_on(files: list[File], day: str) -> list[File]:
    """Those of `files` (in the order they were loaded) that were known on a day, in the order they were received; of the
    same file twice, as after an undo, the one received first."""
    known = [file for file in files if file.received_on <= day and (not file.undone_on or file.undone_on > day)]
    known.sort(key=lambda file: file.received_on)  # files of one day stay in the order they were loaded
    first: dict[str, File] = {}
    for file in known:
        first.setdefault(file.text, file)
    return list(first.values())


@dataclass(frozen=True)
class Snapshot:
    day: str
    row: Row
    carried: bool = False

    @property
    def balance(self) -> int:
        return cents(self.row["Outstanding_Loan_Amount"])

    @property
    def dpd(self) -> int:
        return int(self.row["Days_Past_Due"])

    @property
    def is_open(self) -> bool:
        return (self.row.get("Account_Status") or "open") == "open"


@dataclass(frozen=True)
class Episode:
    placed_on: str
    snapshot: Snapshot
    strategy: str


@dataclass
class Payment:
    """A row that counts. `place` is its place among all rows told, for payments of one day."""

    loan: str
    paid_on: str
    amount: int
    kind: str
    ref: str
    reverses: str
    counts_on: str
    place: int = 0

    @property
    def counted_by(self) -> str:
        """The first day on which it counts: posted, and the payment that it takes back has come."""
        return max(self.paid_on, self.counts_on)


@lru_cache(maxsize=100_000)
def cents(text: str) -> int:
    return int((Decimal(text) * 100).to_integral_exact())


@lru_cache(maxsize=4096)
def month_end(day: str, later: int = 0) -> str:
    """The last day of a day's month, or of the month so many months later.

    >>> month_end("2025-12-31", 2), month_end("2026-03-31", -1), month_end("2026-07-10")
    ('2026-02-28', '2026-02-28', '2026-07-31')
    """
    months = int(day[:4]) * 12 + int(day[5:7]) - 1 + later
    year, month = months // 12, months % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1]).isoformat()


def months_from(start: str, until: str) -> int:
    """Calendar months from the month of one day to that of another."""
    return (int(until[:4]) - int(start[:4])) * 12 + int(until[5:7]) - int(start[5:7])


def bucket_of(dpd: int) -> str:
    for low, name in ((120, "120+"), (90, "90-119"), (60, "60-89"), (30, "30-59"), (1, "1-29")):
        if dpd >= low:
            return name
    return "Current"


def speaking_rows(portfolios: list[File]) -> dict[str, dict[str, Snapshot]]:
    """By day and loan, the row that speaks: newest file first, a full one replaces its day, a partial one overlays it
    and, where no full one tells of the day, carries forward the open loans it leaves out."""
    by_day: dict[str, list[tuple[str, list[Row]]]] = {}
    for file in portfolios:
        rows_of: dict[str, list[Row]] = {}
        for row in file.rows:
            rows_of.setdefault(row.get("Snapshot_Date") or file.as_of, []).append(row)
        for day, rows in rows_of.items():
            by_day.setdefault(day, []).append((file.scope, rows))
    told: dict[str, dict[str, Snapshot]] = {}
    before: dict[str, Snapshot] = {}
    for day in sorted(by_day):
        present: dict[str, Snapshot] = {}
        if all(scope == "partial" for scope, _ in by_day[day]):
            present = {loan: Snapshot(day, known.row, True) for loan, known in before.items() if known.is_open}
        for scope, rows in by_day[day]:
            if scope == "full":
                present = {}
            present |= {row["Loan_ID"]: Snapshot(day, row) for row in rows}
        told[day] = before = present
    return told


def assignments(history: list[Snapshot]) -> list[tuple[str, str]]:
    """(day, strategy), oldest first: from the day stated where that can be true, else the day of the file."""
    found: list[tuple[str, str]] = []
    under, last_day = "", ""
    for snapshot in history:
        stated = snapshot.row.get("Strategy", "")
        if not stated or snapshot.carried:
            continue
        if stated != under:
            since = snapshot.row.get("Assigned_On", "")
            found.append((since if since and last_day < since <= snapshot.day else snapshot.day, stated))
        under, last_day = stated, snapshot.day
    return found


def episodes(history: list[Snapshot], assigned: list[tuple[str, str]]) -> list[Episode]:
    """A loan's recovery episodes, oldest first."""
    told = {
        snapshot.row["Placed_On"]
        for snapshot in history
        if snapshot.row.get("Placed_On") and snapshot.row["Placed_On"] <= snapshot.day
    }
    starts = set(told)
    last_late = ""
    for place, snapshot in enumerate(history):
        if snapshot.dpd < 1:
            continue
        anew = not last_late or current_months(history[:place], last_late, snapshot.day) >= 3
        if anew and not any(last_late < day <= snapshot.day for day in told):
            starts.add(snapshot.day)
        last_late = snapshot.day
    by_snapshot: dict[str, Episode] = {}
    for start in sorted(starts):
        first = next(snapshot for snapshot in history if snapshot.day >= start)
        by_snapshot[first.day] = Episode(start, first, strategy_of_episode(start, assigned))
    return [by_snapshot[day] for day in sorted(by_snapshot)]


def current_months(history: list[Snapshot], after: str, until: str) -> int:
    """How many months before that of `until` ended Current since the arrears of `after`."""
    last_of_month = {snapshot.day[:7]: snapshot for snapshot in history}
    return sum(
        1
        for month, snapshot in last_of_month.items()
        if snapshot.dpd == 0 and snapshot.day > after and month < until[:7]
    )


def strategy_of_episode(start: str, assigned: list[tuple[str, str]]) -> str:
    in_force = [strategy for day, strategy in assigned if day <= start]
    limit = (date.fromisoformat(start) + timedelta(days=90)).isoformat()
    soon = [strategy for day, strategy in assigned if start <= day <= limit]
    return in_force[-1] if in_force else (soon[0] if soon else "")


def speaking_payments(files: list[File]) -> list[Payment]:
    """Payments that count, in the order they were told: with a number the newest row of it, without one every row."""
    numbered: dict[str, Payment] = {}
    others: list[Payment] = []
    for place, row in enumerate(row for file in files for row in file.rows):
        kind = row["Kind"] or "cash"
        amount = cents(row["Amount"]) * (-1 if kind == "reversal" else 1)
        ref, reverses = row["Payment_ID"], row["Reverses_Payment_ID"]
        payment = Payment(row["Loan_ID"], row["Paid_On"], amount, kind, ref, reverses, row["Paid_On"], place)
        if ref:
            numbered[ref] = payment
        else:
            others.append(payment)
    told = sorted([*numbered.values(), *others], key=lambda payment: payment.place)
    for payment in told:
        original = numbered.get(payment.reverses)
        if payment.kind == "reversal" and original and original.loan == payment.loan and original.amount >= 0:
            payment.counts_on = original.paid_on
            payment.kind = "waiver" if original.kind == "waiver" else "reversal"
    return told
