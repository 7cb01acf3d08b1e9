"""The store's writer: each change of a book is one revision and one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from core.records import BookName, NewBatch
from db.batches import insert_batch
from db.engine import writing
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
            revision_id = connection.exec_driver_sql(
                "INSERT INTO revisions (book_id, kind, known_on, at, who, note) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
                (book_id, kind, known_on.isoformat(), at, who, note),
            ).scalar_one()
            unit = SqlWriteUnit(connection, book_id, int(revision_id), at=at, known_on=known_on, who=who)
            yield unit
            unit.close()

    def record_refusal(self, book: BookName, batch: NewBatch, who: str) -> int:
        """Keep what was refused and why (see PortfolioWriter)."""
        with writing(self._engine) as connection:
            at = self._now()
            book_id = book_number(connection, book, at)
            return insert_batch(connection, book_id, batch, at=at, who=who, status="refused")

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")
