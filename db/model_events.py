"""The log of decisions about models: what happened to which, by whom, when, why, with the figures it rested on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from core.records import ModelEvent
from core.scores.registry.succession import What
from db.tables import model_events


def log(
    connection: Connection, book_id: int, at: str, who: str, model_id: int, what: What, because: str,
    figures: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Append one line; nothing in the log is ever changed."""
    told = json.dumps(dict(figures or {}), sort_keys=True, ensure_ascii=False, allow_nan=False)
    connection.exec_driver_sql(
        "INSERT INTO model_events (book_id, model_id, what, who, at, because, figures) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (book_id, model_id, what, who, at, because, told),
    )


def events_of(connection: Connection, book_id: int) -> list[ModelEvent]:
    """The log of a book, newest first."""
    query = select(model_events).where(model_events.c.book_id == book_id).order_by(model_events.c.id.desc())
    return [
        ModelEvent(
            row["id"], row["model_id"], row["what"], row["who"], row["at"], row["because"], json.loads(row["figures"])
        )
        for row in connection.execute(query).mappings()
    ]


def told_in_order(connection: Connection, book_id: int) -> list[tuple[int, str]]:
    """(model, what), oldest first, as `core.scores.registry.succession.previous_champion` reads it."""
    query = "SELECT model_id, what FROM model_events WHERE book_id = ? ORDER BY id"
    return [(int(row[0]), str(row[1])) for row in connection.exec_driver_sql(query, (book_id,))]
