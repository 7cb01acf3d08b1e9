"""What a book holds, and which values its dimensions take; remembered until a revision changes either."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, func, or_, select

from core.errors import HistoryUnsettled
from core.metrics.delinquency import BUCKETS, OPEN
from core.records import Book, BookName
from core.selection import DIMENSIONS, NOT_STATED
from core.strategies.catalogue import STRATEGY_NAMES
from core.wording import dated
from db.cubes.dimensions import dimension as stored
from db.cubes.dimensions import said
from db.known import NOW, Knowledge
from db.recall import recall
from db.sums import check_groups, cube_for
from db.tables import (
    actions,
    batches,
    books,
    cube_placed,
    cube_site,
    cube_stock,
    payments,
    revisions,
    segmentations,
    segments,
    snapshots,
)  # fmt: skip

BANDS = ("Low", "Medium", "High")
SHOWING = "show"
"""The kind of a revision that changes no fact: which book is on show."""


def book_held(connection: Connection, name: BookName | None, known: Knowledge = NOW) -> tuple[int, Book]:
    """A book's key and what it holds, or held as known on a day (its name, its currency and which books are stored are
    always those of now); the one on show where no name is given; key 0 where nothing was ever stored."""
    told = recall(connection)
    return told.answer(("book", name, known), lambda: _read_book(connection, name, told.revision, known))


def knowledge_of(connection: Connection, book_id: int, known_on: date | None) -> Knowledge:
    """What a question asks with: the knowledge of an earlier day, or all there is now where that is no more.

    Raises:
        HistoryUnsettled: an earlier day is asked for while files that came out of order wait to be put in place.
    """
    days = known_days_of(connection, book_id)
    if known_on is None or not days or known_on >= days[-1]:
        return NOW
    waits = select(books.c.unsettled).where(books.c.id == book_id)
    if connection.execute(waits).scalar():
        raise HistoryUnsettled(
            f"What was known on {dated(known_on)} is being put in order: a file arrived that was received before others",
            remedy="Ask again in a moment, or run the worker.",
        )
    return Knowledge(known_on.isoformat())


def known_days_of(connection: Connection, book_id: int) -> list[date]:
    """The days on which the book changed: by a batch, an undo, a scoring or a decision; oldest first."""

    def read() -> list[date]:
        told = select(revisions.c.known_on).where(revisions.c.book_id == book_id, revisions.c.kind != SHOWING)
        return sorted(date.fromisoformat(day) for day in connection.execute(told.distinct()).scalars())

    days: list[date] = recall(connection).answer(("known days", book_id), read)
    return days


def learned_days(connection: Connection, book_id: int) -> list[date]:
    """The days on which the book learned something: a batch, or its undo; oldest first."""
    told = select(revisions.c.known_on).where(revisions.c.book_id == book_id, revisions.c.batch_id.is_not(None))
    return sorted(date.fromisoformat(day) for day in connection.execute(told.distinct()).scalars())


def values_of(connection: Connection, book_id: int, dimension: str) -> list[str]:
    """The values a dimension takes among the book's open loans, in the order a reader expects."""
    check_groups([dimension], DIMENSIONS)

    def read() -> list[str]:
        return _in_order(connection, book_id, dimension, _read_values(connection, book_id, dimension))

    return list(recall(connection).answer(("values", book_id, dimension), read))


def known_values_of(connection: Connection, book_id: int, dimension: str, known: Knowledge) -> list[str]:
    """Every value a dimension takes on any day, as known then, by the alphabet: from the cubes of the stock and of the
    placements; from the rows, once a revision, where no cube has the dimension (a question with it reads them too)."""
    check_groups([dimension], DIMENSIONS)

    def read() -> list[str]:
        cubes = [cube_for([cube_stock, cube_site], {dimension}), cube_for([cube_placed], {dimension})]
        found = {
            value
            for cube in cubes
            if cube is not None
            for value in _cube_values(connection, book_id, cube, dimension, known)
        }
        if cubes[0] is None:
            rows = (snapshots.c.book_id == book_id, known.speaks(snapshots))
            found |= set(connection.execute(select(said(stored(dimension))).where(*rows).distinct()).scalars())
        return sorted(found)

    return list(recall(connection).answer(("known values", book_id, dimension, known), read))


def _cube_values(connection: Connection, book_id: int, cube: Table, dimension: str, known: Knowledge) -> list[str]:
    value, of_book = cube.c[dimension], (cube.c.book_id == book_id, *known.cells(cube))
    query = select(value).where(*of_book).group_by(value).having(func.sum(cube.c.loans) > 0)
    return list(connection.execute(query).scalars())


def _read_book(connection: Connection, name: BookName | None, revision: int, known: Knowledge) -> tuple[int, Book]:
    chosen = books.c.shown == 1 if name is None else books.c.name == name
    row = connection.execute(select(books.c.id, books.c.name).where(chosen)).one_or_none()
    book_id, told = (0, name or "own") if row is None else (row.id, row.name)
    days = _days(connection, book_id, known)
    stored = set(connection.execute(_stored_books()).scalars())
    shown = connection.execute(select(books.c.name).where(books.c.shown == 1)).scalar()
    received = _received(connection, book_id, known)
    in_book = [snapshots.c.book_id == book_id, known.speaks(snapshots)]
    return book_id, Book(
        name=told,
        revision=revision,
        days=days,
        currency=_currency(connection, book_id, days),
        loans=int(connection.execute(select(func.count(snapshots.c.loan_id.distinct())).where(*in_book)).scalar_one()),
        has_payments=_any(connection, payments, book_id, known),
        has_actions=_any(connection, actions, book_id, known),
        has_costs=_any(connection, actions, book_id, known, actions.c.cost.is_not(None)),
        sample_hidden="sample" in stored and shown != "sample",
        own_stored="own" in stored,
        last_received_on=max(received.values(), default=None),
        as_of_assumed=bool(days) and _was_assumed(connection, book_id, days[-1], known),
        payments_until=received.get("payments"),
        actions_until=received.get("actions"),
    )


def _days(connection: Connection, book_id: int, known: Knowledge) -> tuple[date, ...]:
    query = select(snapshots.c.as_of).where(snapshots.c.book_id == book_id, snapshots.c.live == 1).distinct()
    if known != NOW:  # each day that any row tells of, where one of them spoke: stops at the first
        days = select(snapshots.c.as_of).where(snapshots.c.book_id == book_id).distinct().subquery()
        one = snapshots.alias("one")
        spoke = select(one.c.id).where(one.c.book_id == book_id, one.c.as_of == days.c.as_of, known.speaks(one))
        query = select(days.c.as_of).where(spoke.exists())
    return tuple(sorted(date.fromisoformat(day) for day in connection.execute(query).scalars()))


def _stored_books() -> Select[Any]:
    joined = batches.join(books, books.c.id == batches.c.book_id)
    return select(books.c.name).select_from(joined).where(batches.c.status == "committed").distinct()


def _standing(book_id: int, known: Knowledge) -> list[ColumnElement[bool]]:
    """The batches that are committed, or were as known on a day."""
    of_book = batches.c.book_id == book_id
    if known.known_on is None:
        return [of_book, batches.c.status == "committed"]
    told = select(revisions.c.batch_id).where(revisions.c.book_id == book_id, revisions.c.kind != "undo")
    not_undone = or_(batches.c.undone_on.is_(None), batches.c.undone_on > known.known_on)
    return [of_book, batches.c.id.in_(told.where(revisions.c.known_on <= known.known_on)), not_undone]


def _received(connection: Connection, book_id: int, known: Knowledge) -> dict[str, date]:
    """The day the newest standing batch of each kind was received; the same file again tells nothing new."""
    first = select(batches.c.kind, func.min(batches.c.received_on).label("day")).where(*_standing(book_id, known))
    told = first.group_by(batches.c.kind, batches.c.sha256).subquery()
    query = select(told.c.kind, func.max(told.c.day)).group_by(told.c.kind)
    return {kind: date.fromisoformat(day) for kind, day in connection.execute(query)}


def _any(connection: Connection, table: Table, book_id: int, known: Knowledge, *conditions: Any) -> bool:
    query = select(table.c.id).where(table.c.book_id == book_id, known.speaks(table), *conditions).limit(1)
    return connection.execute(query).first() is not None


def _currency(connection: Connection, book_id: int, days: tuple[date, ...]) -> str:
    """The currency most rows of the newest day are in; "" where none says."""
    if not days:
        return ""
    row: Row[Any] | None = connection.execute(
        select(snapshots.c.currency)
        .where(snapshots.c.book_id == book_id, snapshots.c.as_of == days[-1].isoformat(), snapshots.c.live == 1)
        .where(snapshots.c.currency.is_not(None))
        .group_by(snapshots.c.currency)
        .order_by(func.count().desc(), snapshots.c.currency)
        .limit(1)
    ).first()
    return "" if row is None else str(row[0])


def _was_assumed(connection: Connection, book_id: int, day: date, known: Knowledge) -> bool:
    query = select(batches.c.id).where(
        *_standing(book_id, known),
        batches.c.kind == "portfolio",
        batches.c.as_of == day.isoformat(),
        batches.c.as_of_assumed == 1,
    )
    return connection.execute(query.limit(1)).first() is not None


def _read_values(connection: Connection, book_id: int, dimension: str) -> list[str]:
    cube = cube_for([cube_stock, cube_site], {dimension})
    if cube is not None:
        value = cube.c[dimension]
        query = select(value).where(cube.c.book_id == book_id).group_by(value).having(func.sum(cube.c.loans) > 0)
        return list(connection.execute(query).scalars())
    open_rows = (snapshots.c.book_id == book_id, snapshots.c.live == 1, snapshots.c.status == OPEN)
    return list(connection.execute(select(said(stored(dimension))).where(*open_rows).distinct()).scalars())


def _in_order(connection: Connection, book_id: int, dimension: str, values: list[str]) -> list[str]:
    """Known names in their own order, other names by the alphabet, "not stated" last."""
    known: dict[str, tuple[str, ...]] = {
        "bucket": BUCKETS, "band": BANDS, "strategy": STRATEGY_NAMES, "proposed": STRATEGY_NAMES,
    }  # fmt: skip
    order = known.get(dimension, ())
    if dimension == "segment":
        order = tuple(connection.execute(_segment_names(book_id)).scalars())

    def place(value: str) -> tuple[bool, int, str]:
        return value == NOT_STATED, order.index(value) if value in order else len(order), value

    return sorted(values, key=place)


def _segment_names(book_id: int) -> Select[Any]:
    fitted = segments.join(segmentations, segmentations.c.id == segments.c.segmentation_id)
    live = (segmentations.c.book_id == book_id, segmentations.c.live == 1)
    return select(segments.c.name).select_from(fitted).where(*live).order_by(segments.c.number)
