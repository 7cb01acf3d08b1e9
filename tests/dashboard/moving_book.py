"""A book that moves: four loans in arrears that swing between two states over twelve month-ends, worked and paying.

Odd months (October 2026 is one) find them at 75, 45, 0 and 15 days past due, even months all at 45: of what stood in
30-59 a quarter rolls forward, stays, is cured and rolls back in October. LN99 is Current and never pays: nobody's
arrears, nobody's work.
"""

from __future__ import annotations

import pandas as pd

from tests.fakes import FakePortfolioReader

MONTHS = [str(day.date()) for day in pd.date_range("2025-11-30", periods=12, freq="ME")]
ODD, EVEN = (75, 45, 0, 15), (45, 45, 45, 45)
BALANCE, PAID = 100.0, 10.0


def snapshots() -> pd.DataFrame:
    """Balances stay as they are: what is paid is charged again."""
    rows = []
    for place, day in enumerate(MONTHS):
        for number, dpd in enumerate(ODD if place % 2 else EVEN):
            rows.append(
                {
                    "loan_ref": f"LN{number}", "borrower_ref": f"B{number}", "as_of": day, "balance": BALANCE, "dpd": dpd,
                    "currency": "EUR", "product": ("Auto", "Home")[number % 2], "strategy": "Standard",
                }
            )  # fmt: skip
        rows.append(
            {"loan_ref": "LN99", "borrower_ref": "B99", "as_of": day, "balance": 1000.0, "dpd": 0, "product": "Auto"}
        )
    return pd.DataFrame(rows)


def payments() -> pd.DataFrame:
    """Each of the four pays 10 on the 15th of every month."""
    rows = [
        {"loan_ref": f"LN{number}", "paid_on": f"{day[:8]}15", "amount": PAID, "payment_kind": "cash", "payment_ref": f"P{day}{number}"}
        for day in MONTHS[1:]
        for number in range(4)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def actions() -> pd.DataFrame:
    """Three of the four are called on the 10th: LN0 promises what it pays, LN1 twice as much, LN2 does not answer."""
    rows = []
    for day in MONTHS[1:]:
        for number, (result, promised) in enumerate((("promise", PAID), ("promise", 2 * PAID), ("no answer", None))):
            rows.append(
                {
                    "loan_ref": f"LN{number}", "acted_on": f"{day[:8]}10", "action": "call", "channel": "phone", "cost": 2.0,
                    "result": result, "promise_amount": promised, "promise_due": f"{day[:8]}15" if promised else None,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def moving_book() -> FakePortfolioReader:
    return FakePortfolioReader(snapshots(), payments(), actions())
