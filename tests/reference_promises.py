"""Which promises were kept, worked out again from the files, as of a day: with what was taken back by then.

The definition is the docstring of core.metrics.promise_outcomes; none of its code is used. Amounts are whole hundredths.
A promise is cancelled by an action after the one that made it: of a later day, or told later of the same day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from tests.reference import Reference, is_promise
from tests.reference_files import Payment, Row, cents, month_end
from tests.reference_flows import Where
from tests.reference_moves import Metrics, share
from tests.reference_ripeness import earlier

CANCELLING = {"promise cancelled", "cancelled", "promise withdrawn"}
"""Results of our files that cancel a promise; the product knows more words."""


@dataclass
class Promise:
    """`settled_on` is the day it is judged, cancelled, or (where it cannot be judged) made."""

    row: Row
    place: int
    fate: str = ""
    settled_on: str = ""
    amount: int = 0
    got: int = 0

    @property
    def made(self) -> str:
        return self.row["Acted_On"]

    @property
    def due(self) -> str:
        return self.row["Promise_Due"]

    @property
    def last(self) -> str:
        return (date.fromisoformat(self.due) + timedelta(days=3)).isoformat()

    @property
    def is_met(self) -> bool:
        return 100 * self.got >= 99 * self.amount

    @property
    def kept_amount(self) -> int:
        return min(self.got, self.amount)


@lru_cache(maxsize=100)
def promises_of(book: Reference, as_of: str) -> list[Promise]:
    """Every promise with its fate as of a day: kept, broken, cancelled or unstated."""
    cash = {}
    for payment, left in left_of_payments(book, as_of):
        cash.setdefault(payment.loan, []).append((payment, left))
    of_loan: dict[str, list[tuple[int, Row]]] = {}
    for place, row in enumerate(book.actions):
        of_loan.setdefault(row["Loan_ID"], []).append((place, row))
    told = []
    for loan, done in of_loan.items():
        promises = [Promise(row, place) for place, row in done if is_promise(row)]
        told += judged(promises, done, cash.get(loan, []))
    return told


def judged(promises: list[Promise], done: list[tuple[int, Row]], cash: list[tuple[Payment, int]]) -> list[Promise]:
    """The promises of one loan, from its actions and what is left of its payments."""
    open_ones = []
    for promise in promises:
        promise.amount = cents(promise.row["Promise_Amount"] or "0")
        if not promise.due or not promise.amount or promise.due < promise.made:
            promise.fate, promise.settled_on = "unstated", promise.made
            continue
        cancelled = sorted(
            row["Acted_On"]
            for place, row in done
            if row["Result"].strip().lower() in CANCELLING
            and (row["Acted_On"], place) > (promise.made, promise.place)
            and row["Acted_On"] <= promise.last
        )
        if cancelled:
            promise.fate, promise.settled_on = "cancelled", cancelled[0]
            continue
        promise.settled_on = promise.last
        open_ones.append(promise)
    open_ones.sort(key=lambda promise: (promise.due, promise.made, promise.place))
    for payment, left in sorted(cash, key=lambda each: (each[0].paid_on, each[0].place)):
        for promise in open_ones:
            if promise.made <= payment.paid_on <= promise.last and not promise.is_met:
                promise.got += left
                break
    for promise in open_ones:
        promise.fate = "kept" if promise.is_met else "broken"
    return promises


def left_of_payments(book: Reference, as_of: str) -> list[tuple[Payment, int]]:
    """Cash payments and what is left of each: a reversal posted by the day takes from the payment it names; one that
    names none of its loan takes from the newest earlier ones."""
    told = sorted(
        (each for each in book.payments if each.kind != "waiver"), key=lambda each: (each.paid_on, each.place)
    )
    left = {payment.place: payment.amount for payment in told if payment.amount > 0}
    by_number = {payment.ref: payment for payment in told if payment.ref and payment.amount > 0}
    nameless = []
    for payment in told:
        if payment.amount >= 0 or payment.paid_on > as_of:
            continue
        original = by_number.get(payment.reverses)
        if original and original.loan == payment.loan:
            left[original.place] = max(0, left[original.place] + payment.amount)
        else:
            nameless.append(payment)
    of_loan: dict[str, list[Payment]] = {}
    for payment in told:
        of_loan.setdefault(payment.loan, []).append(payment)
    for reversal in nameless:
        wanted = -reversal.amount
        own = of_loan[reversal.loan]
        for payment in reversed([each for each in own[: own.index(reversal)] if each.place in left]):
            taken = min(wanted, left[payment.place])
            left[payment.place] -= taken
            wanted -= taken
    return [(payment, left[payment.place]) for payment in told if left.get(payment.place, 0) > 0]


def promise_metrics(book: Reference, as_of: str, where: Where) -> Metrics:
    """Over the promises that came due, with grace, in the twelve calendar months that end with that of `as_of`."""
    names = ("promises_kept_rate", "promises_kept_value_rate", "promises_open")
    if not book.actions:
        return dict.fromkeys(names)
    of_selection = kept_promises(book, promises_of(book, as_of), where)
    settled = [promise for promise in of_selection if promise.settled_on <= as_of]
    unstated = sum(promise.fate == "unstated" for promise in settled)
    waiting = sum(promise.made <= as_of for promise in of_selection) - len(settled)
    answer: Metrics = {"promises_open": (waiting, waiting, 1, waiting, unstated)}
    if not book.payments:
        return dict.fromkeys(names[:2]) | answer
    known = earlier(as_of, book.paid_until, book.acted_until)
    if known < as_of and known < min(book.days):
        return dict.fromkeys(names[:2]) | answer
    of_selection = kept_promises(book, promises_of(book, known), where)
    settled = [promise for promise in of_selection if promise.settled_on <= known]
    of_year = [promise for promise in settled if month_end(known, -12) < promise.settled_on <= known]
    due = [promise for promise in of_year if promise.fate in ("kept", "broken")]
    n, excluded = len(due), len(of_year) - len(due)
    kept = sum(promise.fate == "kept" for promise in due)
    promised = sum(promise.amount for promise in due)
    return answer | {
        "promises_kept_rate": share(kept, n, n, excluded),
        "promises_kept_value_rate": share(sum(promise.kept_amount for promise in due), promised, n, excluded),
    }


def kept_promises(book: Reference, promises: list[Promise], where: Where) -> list[Promise]:
    """Those that a filter keeps, by the loan on the day promised."""
    return [
        promise
        for promise in promises
        if book.kept(
            promise.row["Loan_ID"],
            book.snapshot_near(promise.row["Loan_ID"], promise.made),
            where,
            promise.row.get("Strategy") or None,
        )
    ]
