"""The store's writer: each change of a book is one revision and one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time

import pandas as pd
from sqlalchemy import Connection, Engine

from core.records import BookName, NewBatch, Ruling
from db.batches import insert_batch
from db.books import SHOWING
from db.engine import reading, writing
from db.history import settle_history
from db.rulings import put_ruling
from db.targets import put_targets
from db.unit import SqlWriteUnit, book_number

NOON = time(12)


class SqlPortfolioWriter:
    """The PortfolioWriter of a SQL store (see core.ports).

    Args:
        engine: from `db.engine.open_store`.
        clock: answers the present moment, with its time zone.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def on(self, day: date) -> SqlPortfolioWriter:
        """A writer for which it is the noon of that day (UTC): for a past that is told later, as the sample book's."""
        return SqlPortfolioWriter(self._engine, lambda: datetime.combine(day, NOON, UTC))

    @contextmanager
    def unit(self, book: BookName, *, kind: str, known_on: date, who: str, note: str = "") -> Iterator[SqlWriteUnit]:
        """A revision of the book (see PortfolioWriter). Waits for another writer up to 30 seconds."""
        with writing(self._engine) as connection:
            at = self._now()
            book_id = book_number(connection, book, at)
            if kind != SHOWING:
                _note_order(connection, book_id, known_on)
            revision_id = _revision(connection, book_id, kind, known_on, at, who, note)
            unit = SqlWriteUnit(connection, book_id, revision_id, at=at, known_on=known_on, who=who)
            yield unit
            unit.close()

    def settle_history(self, book: BookName) -> bool:
        """Put what is known of earlier days in order (see PortfolioWriter); one transaction, readers are not held up."""
        waits = "SELECT id FROM books WHERE name = ? AND unsettled > 0"
        with reading(self._engine) as connection:
            if connection.exec_driver_sql(waits, (book,)).scalar() is None:
                return False
        with writing(self._engine) as connection:
            book_id = connection.exec_driver_sql(waits, (book,)).scalar()
            if book_id is not None:
                settle_history(connection, int(book_id))
            return book_id is not None

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
            _revision(connection, book_id, SHOWING, set_on, at, who, "targets set")
            return put_targets(connection, book_id, targets, who, set_on)

    def put_ruling(self, book: BookName, ruling: Ruling) -> None:
        """Keep what a person said of a column (see PortfolioWriter): a revision of what is on show, as targets are."""
        with writing(self._engine) as connection:
            at = self._now()
            book_id = book_number(connection, book, at)
            said_on = date.fromisoformat(ruling.said_on)
            _revision(connection, book_id, SHOWING, said_on, at, ruling.who, f"a ruling on {ruling.column}")
            put_ruling(connection, book_id, ruling)

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")


def _note_order(connection: Connection, book_id: int, known_on: date) -> None:
    """A revision that was known before the newest one leaves what is known of earlier days in disorder."""
    connection.exec_driver_sql(
        "UPDATE books SET unsettled = 1 WHERE id = ? AND unsettled = 0 AND EXISTS ("
        "SELECT 1 FROM revisions r WHERE r.book_id = books.id AND r.kind <> ? AND r.known_on > ?)",
        (book_id, SHOWING, known_on.isoformat()),
    )


def _revision(connection: Connection, book_id: int, kind: str, known_on: date, at: str, who: str, note: str) -> int:
    number = connection.exec_driver_sql(
        "INSERT INTO revisions (book_id, kind, known_on, at, who, note) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        (book_id, kind, known_on.isoformat(), at, who, note),
    ).scalar_one()
    return int(number)
