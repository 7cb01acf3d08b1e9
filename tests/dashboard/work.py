"""Services on any fake reader, for the pages of those who work loans; and a book with incomes, amounts and outcomes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.settings import Settings
from dashboard.services import Services
from tests.contract.book import fake
from tests.fakes import FakePortfolioReader


def services_of(reader: Any = None, *, writer: Any = None, score_one: Any = None) -> Services:
    """Services on a reader; without one, on the eight loans."""
    held = fake() if reader is None else reader
    return Services(
        reader=lambda: held,
        writer=writer,
        jobs=None,  # type: ignore[arg-type]
        score_one=score_one or (lambda fields: None),
        today=lambda: date(2026, 11, 20),
        uploads=Path("/nonexistent"),
        settings=Settings(),
    )


def forty_loans(**columns: Any) -> pd.DataFrame:
    """Forty loans on one day. Amounts rise with income; the ten that missed payments were all written off."""
    place = np.arange(40)
    return pd.DataFrame(
        {
            "loan_ref": [f"LN{number:02d}" for number in place],
            "borrower_ref": [f"B{number:02d}" for number in place],
            "as_of": "2026-10-31",
            "balance": 1000.0 + 10 * place,
            "dpd": place,
            "monthly_income": 2000.0 + 100 * place,
            "loan_amount": 5000.0 + 500 * place,
            "interest_rate": 9.0,
            "payment_history": np.where(place % 4 == 0, "Missed", "On-Time"),
            "missed_payments": np.where(place % 4 == 0, 5, 0),
            "recovery_status": np.where(place % 4 == 0, "Written Off", "Fully Recovered"),
            "segment": np.where(place < 20, "Small balance", "Large balance"),
            "source": "rule",
            "risk_score": 0.3 + 0.01 * place,
            "band": np.where(place < 20, "Low", "Medium"),
            "proposed": "Standard",
            "policy": "test",
            "needs_confirmation": False,
            "reasons": [[] for _ in place],
            **columns,
        }
    )


def book_of(snapshots: pd.DataFrame, payments: pd.DataFrame | None = None) -> FakePortfolioReader:
    return FakePortfolioReader(snapshots, payments)
