"""How every loan moved between adjacent month-ends, worked out again from the files.

The definition is the docstring of core.metrics.flows; none of the product's code is used. Amounts are whole hundredths.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.reference import REACHED, Reference, is_promise
from tests.reference_files import Payment, Row, Snapshot, bucket_of, cents, month_end, remembered

Where = dict[str, list[str]]
BUCKETS = ("Current", "1-29", "30-59", "60-89", "90-119", "120+")
LATE = BUCKETS[1:]
MONEY = ("opening", "closing", "cash", "waived", "interest", "written_off", "sold", "gone", "other", "due")
COUNTS = ("loans", "workable", "attempts", "worked", "contacted", "reached", "promised", "paying",
          "cured", "seen_3", "sustained_3", "seen_6", "redefaulted_6", "dated")  # fmt: skip
SPOKEN_TO = REACHED | {"third party", "wrong party"}
"""Results of our files where anybody was reached; the product knows more words."""


@dataclass(frozen=True)
class Flow:
    """One loan between two adjacent month-ends; `snapshot` is the one its filters are read from."""

    loan: str
    month: str
    origin: str
    state: str
    snapshot: Snapshot
    amounts: dict[str, int]


class Flows:
    """Every flow of a book."""

    def __init__(self, book: Reference) -> None:
        self.book = book
        self.paid: dict[str, list[Payment]] = {}
        for payment in book.payments:
            self.paid.setdefault(payment.loan, []).append(payment)
        self.done: dict[str, list[Row]] = {}
        for row in book.actions:
            self.done.setdefault(row["Loan_ID"], []).append(row)
        self.all = [
            flow
            for opening in sorted(book.days)
            if opening == month_end(opening) and month_end(opening, 1) in book.days
            for flow in self._between(opening, month_end(opening, 1))
        ]

    def of(self, month: str, where: Where) -> list[Flow]:
        """The flows of one month that a filter keeps."""
        return [flow for flow in self.until(month, where) if flow.month == month]

    @remembered
    def until(self, as_of: str, where: Where) -> list[Flow]:
        return [flow for flow in self.all if flow.month <= as_of and self._kept(flow, where)]

    def _kept(self, flow: Flow, where: Where) -> bool:
        return self.book.kept(flow.loan, flow.snapshot, where)

    def _between(self, opening: str, closing: str) -> list[Flow]:
        before, after = self.book.days[opening], self.book.days[closing]
        told = [
            self._opened(loan, snapshot, after.get(loan), closing)
            for loan, snapshot in before.items()
            if snapshot.is_open
        ]
        for loan, snapshot in after.items():
            if snapshot.is_open and not (loan in before and before[loan].is_open):
                amounts = nothing() | {"loans": 1, "closing": snapshot.balance}
                told.append(Flow(loan, closing, "new", bucket_of(snapshot.dpd), snapshot, amounts))
        return told

    def _opened(self, loan: str, before: Snapshot, after: Snapshot | None, closing: str) -> Flow:
        origin, state = bucket_of(before.dpd), state_of(after)
        amounts = nothing() | {"loans": 1, "opening": before.balance}
        if after is not None and after.is_open:
            amounts["closing"] = after.balance
        for payment in self.paid.get(loan, []):
            if before.day < payment.paid_on <= closing:
                amounts["waived" if payment.kind == "waiver" else "cash"] += payment.amount
        left_over = amounts["opening"] - amounts["cash"] - amounts["waived"]
        if amounts["closing"] > left_over:
            amounts["interest"] = amounts["closing"] - left_over
        elif state == "charged off":
            amounts["written_off"] = left_over
        elif state in ("sold", "recalled"):
            amounts["sold"] = left_over
        elif state == "missing":
            amounts["gone"] = left_over
        else:
            amounts["other"] = amounts["closing"] - left_over
        if before.row.get("Monthly_EMI"):
            amounts["due"], amounts["dated"] = cents(before.row["Monthly_EMI"]), 1
        if self.book.is_workable(loan, before):
            amounts["workable"] = 1
            amounts["paying"] = int(amounts["cash"] > 0)
            amounts.update(self._work(loan, before.day, closing))
        if origin in LATE and state == "Current":
            amounts.update(self._after_cure(loan, closing))
        return Flow(loan, closing, origin, state, before, amounts)

    def _work(self, loan: str, after: str, until: str) -> dict[str, int]:
        done = [row for row in self.done.get(loan, []) if after < row["Acted_On"] <= until]
        results = {row["Result"].strip().lower() for row in done}
        return {
            "attempts": len(done),
            "worked": int(bool(done)),
            "contacted": int(bool(results & SPOKEN_TO)),
            "reached": int(bool(results & REACHED)),
            "promised": int(any(is_promise(row) for row in done)),
        }

    def _after_cure(self, loan: str, cured_on: str) -> dict[str, int]:
        days, told = self.book.days, {"cured": 1}
        next_six = [month_end(cured_on, later) for later in range(1, 7)]
        seen = {day: days[day][loan] for day in next_six if loan in days.get(day, {})}
        bad = [snapshot for snapshot in seen.values() if fell_back(snapshot)]
        if next_six[2] in days:
            end = self._end({day: seen[day] for day in next_six[:3] if day in seen}, next_six[2])
            told["seen_3"], told["sustained_3"] = int(end is not None), int(end in ("Current", "paid"))
        if all(day in days for day in next_six) and (bad or self._end(seen, next_six[5]) is not None):
            told["seen_6"], told["redefaulted_6"] = 1, int(bool(bad))
        return told

    def _end(self, seen: dict[str, Snapshot], last: str) -> str | None:
        """How the cure ended: charged off on any day; or where the loan stands on the last, or paid before; None: lost."""
        if any(state_of(snapshot) == "charged off" for snapshot in seen.values()):
            return "charged off"
        counted = [day for day, snapshot in seen.items() if state_of(snapshot) not in ("sold", "recalled")]
        if not counted:
            return None
        newest = max(counted)
        state = state_of(seen[newest])
        if state in ("paid", "charged off") or (newest == last and seen[newest].is_open):
            return state
        return None


def fell_back(snapshot: Snapshot) -> bool:
    return snapshot.dpd >= 30 if snapshot.is_open else state_of(snapshot) == "charged off"


def nothing() -> dict[str, int]:
    return dict.fromkeys((*COUNTS, *MONEY), 0)


def state_of(snapshot: Snapshot | None) -> str:
    """Where a loan is on a closing day: its bucket, the status it left with, or missing."""
    if snapshot is None:
        return "missing"
    return bucket_of(snapshot.dpd) if snapshot.is_open else snapshot.row["Account_Status"]
