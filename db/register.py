"""What was loaded, trained and fitted: batches with their rejects, models, segmentations, as records."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, RowMapping, Select, select

from core.errors import UnknownBatch
from core.records import Batch, BookName, Model, Segmentation
from db.frames import COUNT, frame_of
from db.tables import batches, books, models, rejects, segmentations, segments

LARGEST_NUMBER = 2**63 - 1


def batches_of(connection: Connection, book_id: int, limit: int) -> list[Batch]:
    """Batches of a book, newest first."""
    query = _batches().where(batches.c.book_id == book_id).order_by(batches.c.id.desc()).limit(limit)
    return [_batch(row) for row in connection.execute(query).mappings()]


def batch(connection: Connection, batch_id: int) -> Batch:
    """One batch of any book. Raises UnknownBatch."""
    known = _batches().where(batches.c.id == batch_id)
    row = connection.execute(known).mappings().one_or_none() if 0 < batch_id <= LARGEST_NUMBER else None
    if row is None:
        raise UnknownBatch(f"There is no batch {batch_id}", remedy="Look up its number in the list of batches.")
    return _batch(row)


def live_batch_with(connection: Connection, sha256: str, book: BookName) -> Batch | None:
    """The live batch of a book with that content."""
    same = (batches.c.sha256 == sha256, batches.c.status == "committed", books.c.name == book)
    row = connection.execute(_batches().where(*same)).mappings().one_or_none()
    return None if row is None else _batch(row)


def rejects_of(connection: Connection, batch_id: int) -> pd.DataFrame:
    """The rejects of a batch in file order: line, column, value, reason."""
    told = (rejects.c.line, rejects.c.column, rejects.c.value, rejects.c.reason)
    query = select(*told).where(rejects.c.batch_id == batch_id).order_by(rejects.c.line, rejects.c.id)
    dtypes = {"line": COUNT, "column": "text", "value": "text", "reason": "text"}
    return frame_of(connection.execute(query).all(), dtypes)


def models_of(connection: Connection, book_id: int) -> list[Model]:
    """Every model and refused attempt, newest first."""
    query = select(models).where(models.c.book_id == book_id).order_by(models.c.id.desc())
    return [_model(row) for row in connection.execute(query).mappings()]


def champion_of(connection: Connection, book_id: int) -> Model | None:
    """The model in use."""
    query = (
        select(models).where(models.c.book_id == book_id, models.c.status == "champion").order_by(models.c.id.desc())
    )
    row = connection.execute(query.limit(1)).mappings().one_or_none()
    return None if row is None else _model(row)


def segmentation_of(connection: Connection, book_id: int) -> Segmentation | None:
    """The clustering in use."""
    query = select(segmentations).where(segmentations.c.book_id == book_id, segmentations.c.live == 1)
    row = connection.execute(query.order_by(segmentations.c.id.desc()).limit(1)).mappings().one_or_none()
    if row is None:
        return None
    named = select(segments.c.name).where(segments.c.segmentation_id == row["id"]).order_by(segments.c.number)
    names = tuple(connection.execute(named).scalars())
    told = {name: str(row[name]) for name in ("fitted_at", "who", "reason")}
    comparison = json.loads(row["comparison"]) if row["comparison"] else None
    return Segmentation(row["id"], row["batch_id"], json.loads(row["content"]), names, **told, comparison=comparison)


def _batches() -> Select[Any]:
    return select(batches, books.c.name.label("book")).join(books, books.c.id == batches.c.book_id)


def _batch(row: RowMapping) -> Batch:
    plain = (
        "id",
        "book",
        "kind",
        "filename",
        "sha256",
        "scope",
        "received_at",
        "who",
        "status",
        "rows",
        "accepted",
        "rejected",
    )
    days = ("as_of", "received_on", "first_day", "last_day", "undone_on")
    told: dict[str, Any] = {name: row[name] for name in plain}
    told |= {name: date.fromisoformat(row[name]) if row[name] else None for name in days}
    return Batch(
        **told,
        as_of_assumed=bool(row["as_of_assumed"]),
        control_totals=json.loads(row["control_totals"]),
        findings=tuple(json.loads(row["findings"])),
        mapping=json.loads(row["mapping"]),
    )


def _model(row: RowMapping) -> Model:
    plain = ("id", "kind", "status", "trained_at", "sha256", "artifact")
    return Model(**{name: row[name] for name in plain}, card=json.loads(row["card"]))
