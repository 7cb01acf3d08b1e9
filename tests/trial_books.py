"""Small books with one trial in their files, each with a known verdict, on the fake store."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from tests.fakes import FakePortfolioReader

TODAY, RECEIVED = date(2026, 11, 3), date(2026, 11, 2)
MONTH_ENDS = ("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30")
Story = Literal["win", "lose", "not a win", "not yet", "invalid"]
STORIES: tuple[Story, ...] = ("win", "lose", "not a win", "not yet", "invalid")
TRIAL = "Tone"


def book_of(story: Story, loans: int = 360, *, with_payments: bool = True) -> FakePortfolioReader:
    """A book whose trial "Tone" (arms Firm and Soft, even chances) has that verdict today.

    Loans are assigned at six month-ends and pay once, twenty days on: a share of the balance around .2, with Soft .15 more
    (win) or less (lose). "not yet" tells payments up to the start of April only; "invalid" has lost half of Soft's loans.
    """
    rng = np.random.default_rng(4)
    soft = rng.permutation(loans) % 2 == 1
    moved = {"win": 0.15, "lose": -0.15}.get(story, 0.0) * soft
    share = np.clip(0.25 + moved + 0.15 * rng.standard_normal(loans), 0.0, 1.0)
    assigned = np.array(MONTH_ENDS)[np.arange(loans) * len(MONTH_ENDS) // loans]
    balance = rng.uniform(500, 3_000, loans).round(2)
    rows = pd.DataFrame(
        {
            "loan_ref": [f"T{row:04d}" for row in range(loans)], "borrower_ref": [f"B{row:04d}" for row in range(loans)],
            "as_of": assigned, "balance": balance, "dpd": rng.integers(5, 90, loans), "status": "open", "strategy": "Standard",
            "trial": TRIAL, "arm": np.where(soft, "Soft", "Firm"), "assigned_on": assigned, "assignment_probability": 0.5,
            "contact_rate": rng.random(loans).round(2), "risk_score": rng.random(loans).round(3),
        }
    )  # fmt: skip
    paid_on = [(date.fromisoformat(day) + timedelta(20)).isoformat() for day in assigned]
    paid = pd.DataFrame({"loan_ref": rows["loan_ref"], "paid_on": paid_on, "amount": (share * balance).round(2)})
    if story == "invalid":
        kept = ~soft | (np.arange(loans) % 4 < 2)
        rows, paid = rows[kept], paid[kept]
    newest = {
        "loan_ref": "BYSTANDER",
        "as_of": "2026-10-31",
        "balance": 100.0,
        "dpd": 10,
        "status": "open",
        "strategy": "Standard",
    }
    frame = pd.concat([rows, pd.DataFrame([newest])], ignore_index=True)
    until = RECEIVED
    if story == "not yet":
        until = date(2026, 4, 10)
        paid = paid[paid["paid_on"] <= until.isoformat()]
    if not with_payments:
        return FakePortfolioReader(frame)
    return FakePortfolioReader(frame, paid[paid["amount"] > 0], payments_until=until)
