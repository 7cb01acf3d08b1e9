"""A small book for the pages, held in the contract-tested fake reader: 40 loans on three month-ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pandas as pd

from core.records import Batch, Book, Segmentation
from tests.fakes import FakePortfolioReader

DAYS = (date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31))
PRODUCTS = ("Auto", "Home", "Personal")
SEGMENTS = ("Small balance, early arrears", "Large balance, long overdue")
STRATEGIES = ("Standard", "Settlement", "Legal")

BOOK = Book(
    name="sample", revision=7, days=DAYS, currency="EUR", loans=40, has_payments=True, has_actions=True, has_costs=True,
    sample_hidden=False, own_stored=False, last_received_on=date(2026, 11, 2), as_of_assumed=False,
    payments_until=date(2026, 11, 2), actions_until=date(2026, 11, 2),
)  # fmt: skip
EMPTY = replace(BOOK, days=(), loans=0, has_payments=False, has_actions=False, has_costs=False, last_received_on=None)
TUTORIAL = replace(
    BOOK, name="own", has_payments=False, has_actions=False, has_costs=False, currency="", own_stored=True,
    days=DAYS[-1:], as_of_assumed=True,
)  # fmt: skip

BATCH = Batch(
    id=3, book="sample", kind="portfolio", filename="october.csv", sha256="ab", as_of=DAYS[-1], as_of_assumed=False,
    scope="full", received_on=date(2026, 11, 2), received_at="2026-11-02T08:00:00Z", who="analyst", status="committed",
    rows=41, accepted=40, rejected=1, control_totals={}, findings=(), first_day=DAYS[-1], last_day=DAYS[-1], undone_on=None,
)  # fmt: skip


def loans_on(day: date) -> pd.DataFrame:
    """One row a loan. Auto falls 15 days further behind a month; the others catch up by 4."""
    months = DAYS.index(day)
    rows = []
    for number in range(40):
        product = PRODUCTS[number % 3]
        drift = 15 * months if product == "Auto" else -4 * months
        dpd = max(0, number * 13 % 150 - 40 + drift)
        balance = 10_000.0 + number * 2_500.25
        score = round(min(dpd, 149) / 150, 2)
        rows.append(
            {
                "loan_ref": f"LN-{number:03d}", "borrower_ref": f"B-{number // 2:03d}", "as_of": day.isoformat(),
                "balance": balance, "dpd": dpd, "currency": "EUR", "product": product, "region": ("North", "South")[number % 2],
                "branch": ("Main Street", "Harbour")[number % 2], "hold": "dispute" if number == 11 else None,
                "strategy": STRATEGIES[number % 7 % 3], "monthly_income": 1_500.0 + number * 75.5,
                "loan_amount": balance * 1.6, "interest_rate": 7.5 + number % 9, "tenure_months": 12.0 + number % 5 * 12,
                "collateral_value": 0.0 if product == "Personal" else balance, "emi": round(balance / 24, 2),
                "missed_payments": float(dpd // 30), "payment_history": "Delayed" if dpd else "On Time",
                "recovery_status": "Written Off" if dpd > 90 else "Fully Recovered", "source": "rule",
                "segment": SEGMENTS[number % 5 == 0], "risk_score": score, "proposed": STRATEGIES[(score > 0.5) + (score > 0.75)],
                "band": "High" if score > 0.75 else "Medium" if score >= 0.5 else "Low", "policy": "thresholds",
                "expected_recovery": round(balance * (1 - score) / 2, 2), "expected_net": round(balance * (1 - score) / 2 - 20, 2),
                "needs_confirmation": score > 0.75, "reasons": [f"{dpd} days past due"],
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def payments() -> pd.DataFrame:
    """4 % of the balance of every loan in arrears in September, 3 % in October; loan 20 takes its October back."""
    rows = []
    for day, share in ((date(2026, 9, 15), 0.04), (date(2026, 10, 15), 0.03)):
        late = loans_on(DAYS[day.month - 9])
        for loan in late[late["dpd"] > 0].itertuples():
            paid = {"loan_ref": loan.loan_ref, "paid_on": day.isoformat(), "amount": round(loan.balance * share, 2)}
            rows.append({**paid, "payment_ref": f"P{day.month}-{loan.loan_ref}", "payment_kind": "cash"})
    taken_back = next(row for row in rows if row["payment_ref"] == "P10-LN-020")
    back = {**taken_back, "payment_ref": "R1", "reverses_ref": "P10-LN-020", "payment_kind": "reversal"}
    return pd.DataFrame([*rows, back])


def actions() -> pd.DataFrame:
    """A call to every tenth loan each month, 12.50 each."""
    return pd.DataFrame(
        {
            "loan_ref": f"LN-{number:03d}", "acted_on": f"2026-{month:02d}-10", "action": "call", "channel": "phone",
            "cost": 12.5, "result": "right party" if number % 20 == 0 else "no answer",
        }
        for month in (9, 10)
        for number in range(0, 40, 10)
    )  # fmt: skip


@cache
def as_told(days: tuple[date, ...], has_payments: bool, has_actions: bool) -> tuple[pd.DataFrame | None, ...]:
    """Snapshots, payments and actions of the small book, as a reader takes them."""
    loans = [loans_on(day) for day in days]
    snapshots = pd.concat(loans, ignore_index=True) if loans else pd.DataFrame()
    return snapshots, payments() if has_payments else None, actions() if has_actions else None


@cache
def as_read(*book: Any) -> dict[str, pd.DataFrame]:
    """The frames that a reader makes of what it is told, once for all readers of the book: nobody writes into them."""
    reader = FakePortfolioReader(*as_told(*book))
    return {name: getattr(reader, name) for name in ("_snapshots", "_given", "_placed", "_payments", "_actions")}


class SmallBookReader(FakePortfolioReader):
    """The small book as `record` describes it: its days, and with or without payments and actions."""

    def __init__(self, record: Book = BOOK) -> None:
        book = record.days, record.has_payments, record.has_actions
        super().__init__(
            *as_told(*book),
            name=record.name,
            batches=[replace(BATCH, book=record.name, as_of_assumed=record.as_of_assumed)] if record.days else [],
            segmentation=Segmentation(1, None, {}, SEGMENTS),
        )
        vars(self).update(as_read(*book))
        self.record = record

    def book(self, known_on: date | None = None) -> Book:
        return self.record
