"""The store's writer: each change of a book is one revision and one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pandas as pd
from sqlalchemy import Connection, Engine

from core.records import BookName, NewBatch
from db.batches import insert_batch
from db.engine import writing
from db.targets import put_targets
from db.unit import SqlWriteUnit, book_number


class SqlPortfolioWriter:
    """The PortfolioWriter of a SQL store (see core.ports).

    Args:
        engine: from `db.engine.open_store`.
        clock: answers the present moment, with its time zone.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    @contextmanager
    def unit(self, book: BookName, *, kind: str, known_on: date, who: str, note: str = "") -> Iterator[SqlWriteUnit]:
        """A revision of the book (see PortfolioWriter). Waits for another writer up to 30 seconds."""
        with writing(self._engine) as connection:
            at = self._now()
            book_id = book_number(connection, book, at)
            revision_id = _revision(connection, book_id, kind, known_on, at, who, note)
            unit = SqlWriteUnit(connection, book_id, revision_id, at=at, known_on=known_on, who=who)
            yield unit
            unit.close()

    def record_refusal(self, book: BookName, batch: NewBatch, who: str) -> int:
        """Keep what was refused and why (see PortfolioWriter)."""
        with writing(self._engine) as connection:
            at = self._now()
            book_id = book_number(connection, book, at)
            return insert_batch(connection, book_id, batch, at=at, who=who, status="refused")

    def put_targets(self, book: BookName, targets: pd.DataFrame, who: str, set_on: date) -> int:
        """Set targets and budgets (see PortfolioWriter): a revision of what is on show, so that pages look again; of
        what is known on a day it changes nothing."""
        with writing(self._engine) as connection:
            at = self._now()
            book_id = book_number(connection, book, at)
            _revision(connection, book_id, "show", set_on, at, who, "targets set")
            return put_targets(connection, book_id, targets, who, set_on)

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")


def _revision(connection: Connection, book_id: int, kind: str, known_on: date, at: str, who: str, note: str) -> int:
    number = connection.exec_driver_sql(
        "INSERT INTO revisions (book_id, kind, known_on, at, who, note) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        (book_id, kind, known_on.isoformat(), at, who, note),
    ).scalar_one()
    return int(number)
