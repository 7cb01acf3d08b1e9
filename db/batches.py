"""Batches as stored: the record of one file, committed, refused or undone."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from core.errors import DuplicateBatch, Refused, UnknownBatch
from core.records import NewBatch
from core.wording import dated
from db.rows import insert_rows
from db.tables import rejects

_DAY_FIELDS = {"portfolio": "as_of", "payments": "paid_on", "actions": "acted_on"}


def insert_batch(connection: Connection, book_id: int, batch: NewBatch, *, at: str, who: str, status: str) -> int:
    """Record a file and its rejects; returns its number.

    Raises:
        DuplicateBatch: the book holds a committed batch of the same content.
    """
    days = batch.frame[_DAY_FIELDS[batch.kind]] if len(batch.frame) else None
    row: dict[str, Any] = {
        "book_id": book_id,
        "kind": batch.kind,
        "filename": batch.filename,
        "sha256": batch.sha256,
        "mapping": json.dumps(batch.mapping, sort_keys=True, ensure_ascii=False),
        "as_of": None if batch.as_of is None else batch.as_of.isoformat(),
        "as_of_assumed": int(batch.as_of_assumed),
        "scope": batch.scope,
        "received_on": batch.received_on.isoformat(),
        "received_at": at,
        "who": who,
        "status": status,
        "rows": batch.rows,
        "accepted": len(batch.frame) if status == "committed" else 0,
        "rejected": batch.rows - len(batch.frame) if status == "committed" else batch.rows,
        "control_totals": json.dumps(batch.control_totals, sort_keys=True, ensure_ascii=False, default=str),
        "findings": json.dumps(list(batch.findings), ensure_ascii=False),
        "first_day": None if days is None else str(days.min()),
        "last_day": None if days is None else str(days.max()),
    }
    batch_id = _insert(connection, row)
    names = ("batch_id", "line", "column", "value", "reason")
    lines = [(batch_id, wrong.line, wrong.column, wrong.value, wrong.reason) for wrong in batch.rejects]
    insert_rows(connection, rejects, names, lines)
    return batch_id


def _insert(connection: Connection, row: dict[str, Any]) -> int:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    try:
        number = connection.exec_driver_sql(
            f"INSERT INTO batches ({names}) VALUES ({marks}) RETURNING id", tuple(row.values())
        ).scalar_one()
    except IntegrityError:
        earlier = connection.exec_driver_sql(
            "SELECT id FROM batches WHERE book_id = ? AND sha256 = ? AND status = 'committed'",
            (row["book_id"], row["sha256"]),
        ).scalar_one()
        raise DuplicateBatch(int(earlier)) from None
    return int(number)


def committed_batch(connection: Connection, book_id: int, batch_id: int) -> dict[str, Any]:
    """The record of a committed batch of a book.

    Raises:
        UnknownBatch: there is none with that number in the book, or it was refused or undone.
    """
    found = (
        connection.exec_driver_sql("SELECT * FROM batches WHERE id = ? AND book_id = ?", (batch_id, book_id))
        .mappings()
        .first()
    )
    if found is None:
        raise UnknownBatch(f"There is no batch {batch_id} in this book", remedy="See the list of batches.")
    if found["status"] != "committed":
        raise UnknownBatch(
            f"Batch {batch_id} was {found['status']}, so there is nothing to take back",
            remedy="See the list of batches.",
        )
    return dict(found)


def mark_undone(connection: Connection, batch_id: int, *, at: str, on: date, by: int) -> None:
    """From now on the batch is undone, by a revision."""
    connection.exec_driver_sql(
        "UPDATE batches SET status = 'undone', undone_at = ?, undone_on = ?, undone_by = ? WHERE id = ?",
        (at, on.isoformat(), by, batch_id),
    )


def days_of(connection: Connection, batch_id: int) -> list[str]:
    """The days on which a portfolio batch has rows, of its own or carried over."""
    found = connection.exec_driver_sql(
        "SELECT DISTINCT as_of FROM snapshots WHERE batch_id = ? ORDER BY 1", (batch_id,)
    )
    return [str(row[0]) for row in found]


def copy_redated(
    connection: Connection, batch: dict[str, Any], as_of: date, *, at: str, who: str, known_on: date
) -> int:
    """A second record of an undone portfolio batch with its rows and rejects, under another day; returns its number.

    Raises:
        Refused: not a portfolio file, its rows bring their own days, the same day, or a day to come.
    """
    day = as_of.isoformat()
    what = f"Batch {batch['id']} cannot be put under {dated(as_of)}"
    if batch["kind"] != "portfolio":
        raise Refused(f"{what}: it is a file of {batch['kind']}", remedy="Undo it and load a corrected file.")
    if batch["as_of"] is None or not batch["first_day"] == batch["last_day"] == batch["as_of"]:
        raise Refused(f"{what}: its rows bring their own days", remedy="Undo it and load a corrected file.")
    if batch["as_of"] == day:
        raise Refused(f"{what}: that is its day already", remedy="Choose another day.")
    if as_of > known_on:
        raise Refused(f"{what}: that day is after {dated(known_on)}, when it is known", remedy="Choose an earlier day.")
    row = {name: value for name, value in batch.items() if name not in ("id", "undone_at", "undone_on", "undone_by")}
    row |= {"as_of": day, "first_day": day, "last_day": day, "as_of_assumed": 0, "received_at": at, "who": who}
    batch_id = _insert(connection, row)
    copied = 'line, "column", value, reason'
    connection.exec_driver_sql(
        f"INSERT INTO rejects (batch_id, {copied}) SELECT ?, {copied} FROM rejects WHERE batch_id = ? ORDER BY id",
        (batch_id, batch["id"]),
    )
    return batch_id
