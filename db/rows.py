"""From a checked frame to rows: numbers of loans and borrowers, whole hundredths, and bulk inserts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Table

from core.columns import COLUMNS, Kind
from core.metrics.delinquency import OPEN, bucket_of
from core.strategies.catalogue import resolve_strategy
from db.tables import actions, payments, promises, snapshots

_BLOCK = 20_000
_WHOLE = ("money", "integer")


def insert_rows(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert tuples in blocks, in the order of `names`."""
    marks = ", ".join("?" * len(names))
    quoted = ", ".join(f'"{name}"' for name in names)
    statement = f"INSERT INTO {table.name} ({quoted}) VALUES ({marks})"
    for start in range(0, len(rows), _BLOCK):
        connection.exec_driver_sql(statement, list(rows[start : start + _BLOCK]))


def insert_snapshots(connection: Connection, book_id: int, batch_id: int, frame: pd.DataFrame) -> None:
    """Store portfolio rows, silent (`live` 0) until the day is settled."""
    of_loans = loans_of(connection, book_id, frame)
    columns = _values("portfolio", frame, leave_out=("loan_ref", "borrower_ref", "strategy"))
    stated = [
        _stated_strategy(*pair)
        for pair in zip(_texts(frame, "strategy"), _texts(frame, "collection_method"), strict=True)
    ]
    columns |= {
        "status": [status or OPEN for status in columns.get("status", [None] * len(frame))],
        "bucket": list(bucket_of(frame["dpd"])),
        "strategy": stated,
        "strategy_stated": stated,
        "loan_id": [loan for loan, _ in of_loans],
        "borrower_id": [borrower for _, borrower in of_loans],
    }
    _insert(connection, snapshots, book_id, batch_id, frame, columns)


def insert_payments(connection: Connection, book_id: int, batch_id: int, frame: pd.DataFrame) -> None:
    """Store payments, silent until settled: cash and waivers above 0, reversals below."""
    columns = _values("payments", frame, leave_out=("loan_ref",))
    kinds = [kind or "cash" for kind in columns.get("payment_kind", [None] * len(frame))]
    columns |= {
        "payment_kind": kinds,
        "amount": [
            -abs(amount) if kind == "reversal" else amount
            for kind, amount in zip(kinds, columns["amount"], strict=True)
        ],
        "effective_on": columns["paid_on"],
        "loan_id": [loan for loan, _ in loans_of(connection, book_id, frame)],
    }
    _insert(connection, payments, book_id, batch_id, frame, columns)


def insert_actions(connection: Connection, book_id: int, batch_id: int, frame: pd.DataFrame) -> None:
    """Store actions and the promises made in them (an amount or a due day was given), silent until settled."""
    columns = _values("actions", frame, leave_out=("loan_ref", "strategy", "promise_amount", "promise_due"))
    columns |= {
        "strategy": [_stated_strategy(name, None) for name in _texts(frame, "strategy")],
        "loan_id": [loan for loan, _ in loans_of(connection, book_id, frame)],
    }
    first_id = (connection.exec_driver_sql("SELECT max(id) FROM actions").scalar() or 0) + 1
    columns["id"] = list(range(first_id, first_id + len(frame)))
    _insert(connection, actions, book_id, batch_id, frame, columns)
    promised = _values("actions", frame.reindex(columns=["promise_amount", "promise_due"]), leave_out=())
    made = zip(
        columns["id"],
        columns["loan_id"],
        columns["acted_on"],
        promised["promise_due"],
        promised["promise_amount"],
        strict=True,
    )
    names = ("batch_id", "book_id", "live", "action_id", "loan_id", "promised_on", "due_on", "amount")
    rows = [(batch_id, book_id, 0, *row) for row in made if row[3] is not None or row[4] is not None]
    insert_rows(connection, promises, names, rows)


def loans_of(connection: Connection, book_id: int, frame: pd.DataFrame) -> list[tuple[int, int]]:
    """The (loan, borrower) numbers of each row; new ones are made. A row without a borrower takes the one its loan
    has, and a new loan without one gets a borrower of its own."""
    refs = [str(ref) for ref in frame["loan_ref"]]
    stated = _texts(frame, "borrower_ref")
    known = _known_loans(connection, book_id, refs)
    borrower_of_new = {
        ref: name or _own_borrower(ref) for ref, name in zip(refs, stated, strict=True) if ref not in known
    }
    borrowers = _borrowers(connection, book_id, {name for name in stated if name} | set(borrower_of_new.values()))
    if borrower_of_new:
        connection.exec_driver_sql(
            "INSERT INTO loans (book_id, loan_ref, borrower_id) VALUES (?, ?, ?)",
            [(book_id, ref, borrowers[name]) for ref, name in borrower_of_new.items()],
        )
        known = _known_loans(connection, book_id, refs)
    pairs = zip(refs, stated, strict=True)
    return [(known[ref][0], borrowers[name] if name else known[ref][1]) for ref, name in pairs]


def _own_borrower(loan_ref: str) -> str:
    return f"(loan {loan_ref})"


def _known_loans(connection: Connection, book_id: int, refs: Sequence[str]) -> dict[str, tuple[int, int]]:
    _stage_refs(connection, set(refs))
    found = connection.exec_driver_sql(
        "SELECT l.loan_ref, l.id, l.borrower_id FROM refs r CROSS JOIN loans l WHERE l.book_id = ? AND l.loan_ref = r.ref",
        (book_id,),
    )
    return {ref: (loan, borrower) for ref, loan, borrower in found}


def _borrowers(connection: Connection, book_id: int, names: set[str]) -> dict[str, int]:
    _stage_refs(connection, names)
    connection.exec_driver_sql(
        "INSERT INTO borrowers (book_id, borrower_ref) SELECT ?, ref FROM refs WHERE true ORDER BY ref ON CONFLICT DO NOTHING",
        (book_id,),
    )
    found = connection.exec_driver_sql(
        "SELECT b.borrower_ref, b.id FROM refs r CROSS JOIN borrowers b WHERE b.book_id = ? AND b.borrower_ref = r.ref",
        (book_id,),
    )
    return dict(tuple(row) for row in found)


def _stage_refs(connection: Connection, names: set[str]) -> None:
    connection.exec_driver_sql("DELETE FROM refs")
    if names:
        connection.exec_driver_sql("INSERT INTO refs VALUES (?)", [(name,) for name in sorted(names)])


def _stated_strategy(strategy: str | None, collection_method: str | None) -> str | None:
    name = strategy or collection_method
    return None if name is None else resolve_strategy(name) or name


def _insert(
    connection: Connection,
    table: Table,
    book_id: int,
    batch_id: int,
    frame: pd.DataFrame,
    columns: dict[str, list[Any]],
) -> None:
    lines = frame["line"].tolist() if "line" in frame else list(range(2, len(frame) + 2))
    columns = {**columns, "line": lines}
    names = ["batch_id", "book_id", "live", *columns]
    insert_rows(connection, table, names, [(batch_id, book_id, 0, *row) for row in zip(*columns.values(), strict=True)])


def _values(kind: Kind, frame: pd.DataFrame, *, leave_out: Sequence[str]) -> dict[str, list[Any]]:
    """The frame's known columns as the store keeps them: None where absent, money as whole hundredths."""
    values: dict[str, list[Any]] = {}
    for column in COLUMNS[kind]:
        if column.field in frame and column.field not in leave_out:
            series = frame[column.field]
            values[column.field] = (
                _texts(frame, column.field)
                if column.dtype in ("text", "category", "date")
                else _numbers(series, 100 if column.dtype == "money" else 1, whole=column.dtype in _WHOLE)
            )
    if kind == "portfolio" and "extra" in frame:
        values["extra"] = _texts(frame, "extra")
    return values


def _texts(frame: pd.DataFrame, field: str) -> list[str | None]:
    if field not in frame:
        return [None] * len(frame)
    return [
        None if value is None or value is pd.NA or value != value or value == "" else str(value)
        for value in frame[field].tolist()
    ]


def _numbers(series: pd.Series, scale: int, *, whole: bool) -> list[int | float | None]:
    numbers = pd.to_numeric(series, errors="raise").to_numpy(dtype="float64", na_value=np.nan) * scale
    stored = [
        int(value) if whole else value for value in np.nan_to_num(np.rint(numbers) if whole else numbers).tolist()
    ]
    return [None if gone else value for value, gone in zip(stored, np.isnan(numbers).tolist(), strict=True)]
