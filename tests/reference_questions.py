"""The sums that metrics are made of, group by group, worked out again: what the questions of core.ports must answer.

Each is a function of the book and a selection to {group: {measure: whole number}}, money in hundredths and products of
money in hundredths of hundredths. Groups of nothing but zeros are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from tests.reference import REACHED, Reference, cost_of, is_promise, person
from tests.reference_files import Row, cents, month_end
from tests.reference_flows import MONEY, Flows, Where
from tests.reference_promises import Promise, kept_promises
from tests.reference_value import spread

Sums = dict[tuple[str, ...], dict[str, int]]
Question = Callable[[Reference, Flows, list[Promise], str, Where], Sums]
AMOUNTS = {
    *MONEY,
    "balance",
    "cash_effective",
    "promised",
    "kept_amount",
    "cost",
    "waived",
    "arrears_balance",
    "workable_balance",
}
SQUARES = {"balance_sq", "cash_sq", "balance_cash"}


def added(rows: Iterable[tuple[tuple[str, ...], dict[str, int]]]) -> Sums:
    sums: Sums = {}
    for group, amounts in rows:
        so_far = sums.setdefault(group, {})
        for name, amount in amounts.items():
            so_far[name] = so_far.get(name, 0) + amount
    return sums


def flows_by_state(book: Reference, flows: Flows, promises: list[Promise], as_of: str, where: Where) -> Sums:
    return added(((flow.month, flow.origin, flow.state), flow.amounts) for flow in flows.until(as_of, where))


def promises_by_month(book: Reference, flows: Flows, promises: list[Promise], as_of: str, where: Where) -> Sums:
    told = [promise for promise in kept_promises(book, promises, where) if promise.settled_on <= as_of]
    return added(((month_end(promise.settled_on),), outcome(promise)) for promise in told)


def outcome(promise: Promise) -> dict[str, int]:
    if promise.fate in ("unstated", "cancelled"):
        return {promise.fate: 1}
    kept = int(promise.fate == "kept")
    return {"promises": 1, "promised": promise.amount, "kept": kept, "kept_amount": promise.kept_amount}


def borrowers_by(column: str) -> Question:
    def answer(book: Reference, flows: Flows, promises: list[Promise], as_of: str, where: Where) -> Sums:
        people: dict[tuple[str, ...], set[str]] = {}
        late: dict[tuple[str, ...], set[str]] = {}
        for loan, snapshot in book.stock(as_of, where).items():
            group = (snapshot.row.get(column) or "not stated",) if column else ()
            people.setdefault(group, set()).add(person(loan, snapshot))
            late.setdefault(group, set()).update([person(loan, snapshot)] if snapshot.dpd >= 1 else [])
        return {
            group: {"borrowers": len(each), "arrears_borrowers": len(late[group])} for group, each in people.items()
        }

    return answer


def spread_by(column: str) -> Question:
    names = ("loans", "balance", "cash", "balance_sq", "cash_sq", "balance_cash")

    def answer(book: Reference, flows: Flows, promises: list[Promise], as_of: str, where: Where) -> Sums:
        found = spread(book, as_of, where, column)
        return {(group,): dict(zip(names, sums, strict=True)) for group, sums in found.items()}

    return answer


def placed_by_cohort(book: Reference, flows: Flows, promises: list[Promise], as_of: str, where: Where) -> Sums:
    return added(
        (
            (month_end(episode.placed_on), episode.strategy or "not stated"),
            {"loans": 1, "balance": episode.snapshot.balance},
        )
        for _, episode in book.placed(as_of, where)
    )


def cash_by_cohort(book: Reference, flows: Flows, promises: list[Promise], as_of: str, where: Where) -> Sums:
    rows = []
    for episode, payment in book.recovered(where):
        cohort = month_end(episode.placed_on)
        if payment.paid_on <= as_of:
            posted = {"payments": int(payment.kind == "cash"), "cash": payment.amount}
            rows.append(((cohort, month_end(payment.paid_on)), posted))
        if payment.counted_by <= as_of:
            rows.append(((cohort, month_end(payment.counts_on)), {"cash_effective": payment.amount}))
    return added(rows)


def work_by_cohort(book: Reference, flows: Flows, promises: list[Promise], as_of: str, where: Where) -> Sums:
    return added(
        ((cohort_of_action(book, row), month_end(row["Acted_On"])), amounts_of_action(row))
        for row in book.work(as_of, where)
    )


def costs_by_cohort(book: Reference, flows: Flows, promises: list[Promise], as_of: str, where: Where) -> Sums:
    return added(
        (
            (
                month_end(episode.placed_on),
                month_end(row["Acted_On"]),
                episode.snapshot.row.get("Loan_Type") or "not stated",
            ),
            {"costed": 1, "cost": cost_of(row)},
        )
        for episode, row in book.spent(as_of, where)
    )


def cash_outside(book: Reference, flows: Flows, promises: list[Promise], as_of: str, where: Where) -> Sums:
    rows = []
    for payment in book.payments:
        waiver = payment.kind == "waiver"
        if payment.paid_on > as_of or not (waiver or book.episode_on(payment.loan, payment.counts_on) is None):
            continue
        if not book.kept(payment.loan, book.snapshot_near(payment.loan, payment.paid_on), where):
            continue
        amounts = {"waived": payment.amount, "waivers": int(payment.amount > 0)} if waiver else {"cash": payment.amount}
        rows.append(((month_end(payment.paid_on),), amounts | {"payments": int(payment.kind == "cash")}))
    return added(rows)


def cohort_of_action(book: Reference, row: Row) -> str:
    episode = book.episode_on(row["Loan_ID"], row["Acted_On"])
    return month_end(episode.placed_on) if episode else "none"


def amounts_of_action(row: Row) -> dict[str, int]:
    return {
        "actions": 1,
        "contacts": int(row["Result"].strip().lower() in REACHED),
        "promises": int(is_promise(row)),
        "promised": cents(row["Promise_Amount"] or "0"),
        "cost": cost_of(row),
        "costed": int(row["Cost"] != ""),
    }


QUESTIONS: dict[tuple[str, tuple[str, ...]], Question] = {
    ("flows", ("month", "origin", "state")): flows_by_state,
    ("promises", ("month",)): promises_by_month,
    ("borrowers", ()): borrowers_by(""),
    ("borrowers", ("product",)): borrowers_by("Loan_Type"),
    ("borrowers", ("branch",)): borrowers_by("Branch"),
    ("recovery_spread", ("product",)): spread_by("Loan_Type"),
    ("recovery_spread", ("branch",)): spread_by("Branch"),
    ("placed", ("cohort", "strategy")): placed_by_cohort,
    ("cash", ("cohort", "month")): cash_by_cohort,
    ("activity", ("cohort", "month")): work_by_cohort,
    ("costs", ("cohort", "month", "product")): costs_by_cohort,
    ("cash_outside", ("month",)): cash_outside,
}
"""A question of the reader and what it is asked by, with its answer."""


def sums_of_frame(question: str, frame: pd.DataFrame, by: tuple[str, ...], expected: Sums) -> Sums:
    """A frame of the product in the shape of the reference, in the measures that the reference tells."""
    names = {name for amounts in expected.values() for name in amounts} or {name for name in frame if name not in by}
    assert set(frame) >= names, f"the answer lacks {sorted(names - set(frame))}"
    amounts = set(MONEY) if question == "flows" else AMOUNTS  # "promised" is a count of loans there
    return {
        tuple(str(row[name]) for name in by): {
            name: _whole_number(row[name], 10_000 if name in SQUARES else 100 if name in amounts else 1)
            for name in names
        }
        for row in frame.to_dict("records")
    }


def _whole_number(value: Any, scale: int) -> int:
    found = round(float(value) * scale)
    assert scale == 10_000 or abs(float(value) * scale - found) < 1e-3, f"{value} is no whole number of units"
    return found
