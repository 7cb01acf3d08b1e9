"""A book that is watched: a model learned from 900 loans; a month of loans like them, one of others; then outcomes."""

from __future__ import annotations

import functools
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from core.workflows.monitor import monitor_unit
from core.workflows.refresh import score_unit
from core.workflows.train import train
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.core.scores.worlds import world
from tests.db.conftest import NOON, payments, portfolio
from tests.new_store import new_store

LEARNED, ALIKE, OTHERS, LAST = "2024-06-30", "2025-06-30", "2025-07-31", "2026-06-30"
SAID = ("loan_ref", "borrower_ref", "balance", "dpd", "monthly_income", "emi", "collateral_value", "missed_payments", "product",
        "strategy", "age", "gender")  # fmt: skip


@functools.cache
def loans_of(day: str, seed: int, count: int, prefix: str) -> pd.DataFrame:
    """Loans of one world that first come on a day; nobody is in two of them."""
    rows = world(seed=seed, loans=count).drop(columns="extra").assign(as_of=day)
    return rows.assign(loan_ref=prefix + rows["loan_ref"], borrower_ref=prefix + rows["borrower_ref"])


def file_of(rows: pd.DataFrame, received: str, **changes: Any) -> Any:
    given = rows[[name for name in SAID if name in rows]].astype(object)
    return portfolio(
        given.to_dict("records"), as_of=rows["as_of"].iloc[0], received_on=date.fromisoformat(received), **changes
    )


def cash_of(rows: pd.DataFrame, paid_on: str, received: str) -> Any:
    paid = rows[rows["cash_12m"] > 0]
    given = [{"loan_ref": row.loan_ref, "paid_on": paid_on, "amount": row.cash_12m} for row in paid.itertuples()]
    return payments(given, received_on=date.fromisoformat(received))


def bring(engine: Engine, batch: Any) -> int:
    """Store a batch as `core.workflows.ingest` does: scored and watched in one revision."""
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    days = [batch.as_of.isoformat()] if batch.kind == "portfolio" else []
    with writer.unit("own", kind="batch", known_on=batch.received_on, who="ana") as unit:
        number = unit.append(batch)
        score_unit(unit, batch_id=number, newest_before=None)
        monitor_unit(unit, days)
    return number


def alike() -> pd.DataFrame:
    return loans_of(ALIKE, 2, 400, "A")


def others() -> pd.DataFrame:
    """Loans whose incomes fell by a third, and whose missed payments the file no longer tells."""
    rows = loans_of(OTHERS, 3, 400, "O").drop(columns="missed_payments")
    return rows.assign(monthly_income=(rows["monthly_income"] / 1.5).round(2))


def trained_book(path: Path) -> Engine:
    """The first two months, with the outcomes of the first and a model learned from them in use."""
    engine = new_store(path)
    first = loans_of(LEARNED, 1, 900, "L")
    bring(engine, file_of(first, "2024-07-03"))
    bring(engine, cash_of(first, "2024-09-15", "2025-07-02"))
    bring(engine, file_of(alike(), "2025-07-03"))
    writer, reader = SqlPortfolioWriter(engine, lambda: NOON), SqlPortfolioReader(engine)
    told = train(reader, writer, today=date(2025, 7, 4), who="ana", progress=lambda *_: None)
    if told["status"] != "champion":
        raise AssertionError(f"the world must carry a model: {told['sentence']}")
    return engine


def matured_book(engine: Engine) -> dict[str, int]:
    """On top of a trained book: a month of other loans, and the outcomes of the month like those learned from."""
    return {
        "others": bring(engine, file_of(others(), "2025-08-03")),
        "last": bring(engine, file_of(loans_of(LAST, 4, 120, "N"), "2026-07-03")),
        "cash": bring(engine, cash_of(alike(), "2025-10-15", "2026-07-04")),
    }
