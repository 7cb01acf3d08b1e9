"""Snapshots with every column: in blocks for exports and scoring, and with the outcome known by now for learning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, select

from core.metrics.outcome import cash_within, months_between
from core.records import Book
from db.cubes.cash import is_cash
from db.first_told import MOST_ASKED, told_in_time, with_facts_of
from db.frames import COUNT, frame_of
from db.known import NOW
from db.loans import BLOCK, TYPES, loan_rows
from db.outcomes import outcomes_known_until
from db.tables import payments, snapshots

WINDOW_MONTHS = 12
_KEYS = {"snapshot_id": COUNT, "loan_id": COUNT, "batch_id": COUNT, "carried_from": "date", "extra": "text"}
_CONTACT = ("last_contact_on", "last_contact_result")
SNAPSHOT_FIELDS = {
    name: "text" if dtype == "category" else dtype for name, dtype in TYPES.items() if name not in _CONTACT
}
"""The fields of a snapshot as rules and models want them: an absent category is NaN, not words."""


def snapshot_blocks(connection: Connection, book_id: int, *conditions: ColumnElement[bool]) -> Iterator[pd.DataFrame]:
    """Live snapshots with keys and fields, BLOCK rows at a time; at least one block, with or without rows."""
    return _blocks(connection, snapshots.c.book_id == book_id, snapshots.c.live == 1, *conditions)


def _blocks(connection: Connection, *conditions: ColumnElement[bool]) -> Iterator[pd.DataFrame]:
    joined, fields = loan_rows()
    keys: list[Any] = [
        snapshots.c.id,
        snapshots.c.loan_id,
        snapshots.c.batch_id,
        snapshots.c.carried_from,
        snapshots.c.extra,
    ]
    query = (
        select(*keys, *(fields[name].label(name) for name in SNAPSHOT_FIELDS))
        .select_from(joined)
        .where(*conditions)
        .order_by(snapshots.c.as_of, snapshots.c.loan_id)
    )
    result = connection.execute(query, execution_options={"yield_per": BLOCK})
    empty = True
    for part in result.partitions(BLOCK):
        empty = False
        yield frame_of(part, _KEYS | SNAPSHOT_FIELDS)
    if empty:
        yield frame_of([], _KEYS | SNAPSHOT_FIELDS)


def training_rows(connection: Connection, book_id: int, book: Book) -> pd.DataFrame:
    """Every snapshot with cash_12m and months_seen, as `PortfolioReader.training_rows` says."""
    rows = pd.concat(list(snapshot_blocks(connection, book_id)), ignore_index=True)
    if instead := told_in_time(connection, book_id):
        rows = with_facts_of(rows, snapshots_numbered(connection, sorted(instead.values())), instead)
    newest = book.days[-1] if book.days else date.min
    rows["months_seen"] = months_between(rows["as_of"], newest)
    rows["cash_12m"] = float("nan")
    if book.has_payments:
        cash = cash_within(rows[["loan_id", "as_of"]], cash_told(connection, book_id), WINDOW_MONTHS)
        until = outcomes_known_until(connection, book_id)
        if until is not None:
            rows["cash_12m"] = cash.where(months_between(rows["as_of"], until) >= WINDOW_MONTHS)
    return rows


def snapshots_numbered(connection: Connection, numbers: Sequence[int]) -> pd.DataFrame:
    """The snapshots of these numbers, speaking or not, in the columns of `snapshot_blocks`; empty for none."""
    asked = [numbers[start : start + MOST_ASKED] for start in range(0, len(numbers), MOST_ASKED)] or [[]]
    return pd.concat(
        [block for part in asked for block in _blocks(connection, snapshots.c.id.in_(part))], ignore_index=True
    )


def cash_told(connection: Connection, book_id: int) -> pd.DataFrame:
    """Payments and reversals that speak: loan_id, effective_on, amount (currency, reversals below 0)."""
    told = (payments.c.loan_id, payments.c.effective_on, payments.c.amount)
    query = select(*told).where(payments.c.book_id == book_id, is_cash(NOW))
    rows = connection.execute(query.order_by(payments.c.effective_on)).all()
    return frame_of(rows, {"loan_id": COUNT, "effective_on": "date", "amount": "money"})
