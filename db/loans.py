"""Lists of loans: which fields they have, in which order, and page by page without counting or skipping."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, and_, func, or_, select

from core.columns import PORTFOLIO
from core.errors import SelectionRefused
from core.lasso import inside
from core.loan_fields import LOAN_FIELDS
from core.metrics.delinquency import OPEN
from core.selection import Lasso, Selection
from db.cubes.dimensions import live_score, said, strategy_of
from db.frames import COUNT, frame_of
from db.known import NOW, Knowledge
from db.sums import Scope
from db.tables import actions, borrowers, loans, scores, snapshots

BLOCK = 2_000
_KNUTH, _WORD = 2_654_435_761, 4_294_967_296
_SCORE_TYPES = {
    "source": "category", "segment": "category", "segment_margin": "number", "segment_unlike": "flag", "risk_score": "number", "band": "category",
    "expected_rate": "number", "expected_recovery": "money", "expected_net": "money", "proposed": "category",
    "expected_source": "category", "expected_low": "money", "expected_high": "money", "expected_variance": "number",
    "policy": "category", "needs_confirmation": "flag", "reasons": "list",
}  # fmt: skip
SNAPSHOT_TYPES: dict[str, str] = {
    column.field: column.dtype for column in PORTFOLIO if column.field not in ("loan_ref", "borrower_ref")
} | {"dpd": COUNT}
TYPES: dict[str, str] = (
    {"loan_ref": "text", "borrower_ref": "text"}
    | SNAPSHOT_TYPES
    | {"bucket": "category"}
    | _SCORE_TYPES
    | {"last_contact_on": "date", "last_contact_result": "text"}
)
"""Every field of a loan on a day, and its type."""


def loan_rows(known: Knowledge = NOW) -> tuple[FromClause, dict[str, ColumnElement[Any]]]:
    """Snapshots with all that is known of them, and the expression of each field of TYPES."""
    named = snapshots.join(loans, loans.c.id == snapshots.c.loan_id)
    named = named.join(borrowers, borrowers.c.id == snapshots.c.borrower_id).outerjoin(scores, live_score(known))
    fields: dict[str, ColumnElement[Any]] = {name: snapshots.c[name] for name in [*SNAPSHOT_TYPES, "bucket"]}
    fields |= {name: scores.c[name] for name in _SCORE_TYPES}
    fields |= {"loan_ref": loans.c.loan_ref, "borrower_ref": borrowers.c.borrower_ref}
    fields |= {"strategy": strategy_of(known)}
    fields |= {f"last_contact_{name}": _latest_action(column, known) for name, column in _LATEST.items()}
    return named, fields


_LATEST = {"on": "acted_on", "result": "result"}


def _latest_action(column: str, known: Knowledge) -> ColumnElement[Any]:
    return (
        select(actions.c[column])
        .where(actions.c.loan_id == snapshots.c.loan_id, known.speaks(actions), actions.c.acted_on <= snapshots.c.as_of)
        .order_by(actions.c.acted_on.desc(), actions.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


class LoanList:
    """The open loans of a selection on one day.

    Args:
        connection: an open read.
        scope: the selection, resolved.
        selection: for its lasso and search.
    """

    def __init__(self, connection: Connection, scope: Scope, selection: Selection) -> None:
        self._connection = connection
        self._lasso = selection.lasso
        self._rows, self._fields = loan_rows(scope.known)
        self._chosen = [
            snapshots.c.book_id == scope.book_id,
            snapshots.c.as_of == scope.day,
            scope.known.speaks(snapshots),
            snapshots.c.status == OPEN,
            *(said(self._fields[name]).in_(values) for name, values in scope.filters.items()),
            *self._matching(selection.search),
            *(self._near(selection.lasso) if selection.lasso else ()),
        ]

    def count(self) -> int:
        """How many there are."""
        if self._lasso is None:
            query = select(func.count()).select_from(self._rows).where(*self._chosen)
            return int(self._connection.execute(query).scalar_one())
        return sum(1 for _ in self._ordered([]))

    def page(self, sort: str, after: str | None, limit: int) -> tuple[pd.DataFrame, str | None]:
        """`limit` loans in descending `sort` behind the key `after`, and the key of the next page."""
        value = self._sort_value(sort)
        behind = [] if after is None else [_behind(value, *_position(sort, after))]
        found = list(islice(self._ordered([value.is_(None), value.desc()], value, *behind), limit + 1))
        shown = found[:limit]
        more = len(found) > limit
        return self._details([row.id for row in shown], list(LOAN_FIELDS)), _key(sort, shown[-1]) if more else None

    def blocks(self, sort: str) -> Iterator[pd.DataFrame]:
        """All of them in descending `sort`, BLOCK at a time."""
        value = self._sort_value(sort)
        rows = self._ordered([value.is_(None), value.desc()], value)
        while block := [row.id for row in islice(rows, BLOCK)]:
            yield self._details(block, list(LOAN_FIELDS))

    def sample(self, fields: Sequence[str], limit: int) -> pd.DataFrame:
        """The `limit` loans whose number has the lowest hash, by loan."""
        for name in fields:
            if name not in TYPES:
                raise SelectionRefused(f"A loan has no field '{name}'", remedy=f"Use one of {', '.join(TYPES)}.")
        scattered = (snapshots.c.loan_id * _KNUTH) % _WORD
        ids = [row.id for row in islice(self._ordered([scattered]), limit)]
        names = ["loan_ref", *(name for name in dict.fromkeys(fields) if name != "loan_ref")]
        blocks = [self._details(ids[start : start + BLOCK], names) for start in range(0, max(len(ids), 1), BLOCK)]
        return pd.concat(blocks, ignore_index=True)

    def _ordered(
        self, order: Sequence[ColumnElement[Any]], value: ColumnElement[Any] | None = None, *more: ColumnElement[bool]
    ) -> Iterator[Row[Any]]:
        """id, loan_id, value of each loan in order, ties by loan, those outside the lasso left out."""
        lasso = self._lasso
        wanted = [snapshots.c.id, snapshots.c.loan_id, (snapshots.c.id if value is None else value).label("value")]
        if lasso is not None:
            wanted += [self._fields[lasso.x].label("x"), self._fields[lasso.y].label("y")]
        query = select(*wanted).select_from(self._rows).where(*self._chosen, *more)
        query = query.order_by(*order, snapshots.c.loan_id)
        result = self._connection.execute(query, execution_options={"yield_per": BLOCK})
        if lasso is None:
            yield from result
            return
        for part in result.partitions(BLOCK):
            points = frame_of([(row.x, row.y) for row in part], {"x": TYPES[lasso.x], "y": TYPES[lasso.y]})
            held = inside(lasso, points["x"], points["y"])
            yield from (row for row, within in zip(part, held, strict=True) if within)

    def _details(self, ids: Sequence[int], names: Sequence[str]) -> pd.DataFrame:
        """The fields of these snapshots, in the order given."""
        query: Select[Any] = (
            select(snapshots.c.id, *(self._fields[name].label(name) for name in names))
            .select_from(self._rows)
            .where(snapshots.c.id.in_(ids))
        )
        told = {row[0]: row[1:] for row in self._connection.execute(query)}
        return frame_of([told[number] for number in ids], {name: TYPES[name] for name in names})

    def _sort_value(self, sort: str) -> ColumnElement[Any]:
        """What a field is ordered by: buckets and bands by the number behind them."""
        if sort not in LOAN_FIELDS or not LOAN_FIELDS[sort].sortable:
            sortable = [name for name, field in LOAN_FIELDS.items() if field.sortable]
            raise SelectionRefused(f"Loans cannot be sorted by '{sort}'", remedy=f"Use one of {', '.join(sortable)}.")
        return self._fields[{"bucket": "dpd", "band": "risk_score"}.get(sort, sort)]

    def _matching(self, search: str) -> list[ColumnElement[bool]]:
        if not search:
            return []
        refs = (self._fields["loan_ref"], self._fields["borrower_ref"])
        return [or_(*(ref.istartswith(search, autoescape=True) for ref in refs))]

    def _near(self, lasso: Lasso) -> list[ColumnElement[bool]]:
        """The lasso's bounding box, so that only its surroundings are read."""
        conditions: list[ColumnElement[bool]] = []
        for axis, ends in zip((lasso.x, lasso.y), zip(*lasso.corners, strict=True), strict=True):
            scale = 100 if TYPES[axis] == "money" else 1
            conditions.append(self._fields[axis].between(min(ends) * scale, max(ends) * scale))
        return conditions


def _behind(value: ColumnElement[Any], last: Any, loan_id: int) -> ColumnElement[bool]:
    """Behind a loan in descending order with absent values at the end and ties by loan."""
    later = snapshots.c.loan_id > loan_id
    if last is None:
        return and_(value.is_(None), later)
    return or_(value < last, and_(value == last, later), value.is_(None))


def _key(sort: str, row: Row[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([sort, row.value, row.loan_id]).encode()).decode()


def _position(sort: str, key: str) -> tuple[Any, int]:
    """The inverse of `_key`."""
    try:
        named, value, loan_id = json.loads(base64.b64decode(key.encode(), altchars=b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error):
        named, value, loan_id = None, None, None
    if named != sort or not isinstance(loan_id, int) or not isinstance(value, (int, float, str, type(None))):
        raise SelectionRefused(
            "This page of the list cannot be found", where=(key[:40],), remedy="Start at its first page."
        )
    return value, loan_id
