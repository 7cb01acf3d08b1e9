"""Sums of a selection: from the cubes where they know its dimensions, else from the facts with the same definitions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, func, or_, select, union_all

from core.errors import SelectionRefused
from core.metrics.portfolio import month_end
from core.selection import DIMENSIONS
from db.asked import DAY, MONTH, NEVER, Asked, Build, Shape, answered
from db.cubes.cube import Cube
from db.frames import COUNT, frame_of
from db.known import Knowledge

MONEY = {
    "balance", "arrears_balance", "workable_balance", "expected_recovery", "cash", "cash_effective", "promised",
    "cost", "waived", "recovered", "kept_amount",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """A selection resolved against a book.

    Attributes:
        book_id: the book's key; 0 where nothing was ever stored.
        days: the book's snapshot days up to the one it means, ISO, oldest first; none for an empty book.
        until: the last day whose payments and actions count, ISO; "" for an empty book.
        filters: as in the selection.
        known_on: the earlier day with whose knowledge it asks, ISO; None for all there is now.
    """

    book_id: int
    days: tuple[str, ...]
    until: str
    filters: Mapping[str, tuple[str, ...]]
    known_on: str | None = None

    @property
    def known(self) -> Knowledge:
        """Which rows speak for this question."""
        return Knowledge(self.known_on)

    @property
    def day(self) -> str:
        """The snapshot day it means; "" for an empty book."""
        return self.days[-1] if self.days else ""

    @property
    def shape(self) -> Shape:
        """What the statements that answer it depend on, beside their groups."""
        counts = tuple((name, len(values)) for name, values in self.chosen)
        ends = NEVER if not self.until else MONTH if self._month[1] == self.until else DAY
        return Shape(counts, self.known_on is not None, ends)

    @property
    def values(self) -> dict[str, Any]:
        """The values of those statements' parameters."""
        first, last = self._month
        told = {"book_id": self.book_id, "day": self.day, "until": self.until, "first": first, "last": last}
        kept = {f"{name}_{place}": value for name, values in self.chosen for place, value in enumerate(values)}
        return told | kept | {"known_on": self.known_on}

    @property
    def _month(self) -> tuple[str, str]:
        """First and last day of the month of `until`."""
        if not self.until:
            return "", ""
        return f"{self.until[:8]}01", month_end(date.fromisoformat(self.until)).isoformat()

    @property
    def chosen(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The filters as a key: equal filters, equal keys."""
        return tuple(sorted((name, tuple(sorted(values))) for name, values in self.filters.items()))


def check_groups(by: Sequence[str], allowed: Sequence[str]) -> None:
    """Raises SelectionRefused for a grouping that does not exist."""
    for name in by:
        if name not in allowed:
            raise SelectionRefused(
                f"Nothing can be grouped by '{name}' here", remedy=f"Use one of {', '.join(allowed)}."
            )


def kept(source: FromClause, filters: Mapping[str, Sequence[Any]]) -> list[ColumnElement[bool]]:
    """The filters as conditions on a cube or on facts."""
    return [source.c[name].in_(values) for name, values in filters.items()]


def cube_for(cubes: Sequence[Table], names: set[str]) -> Table | None:
    """The first cube that knows every one of `names`."""
    return next((cube for cube in cubes if names <= set(cube.c.keys())), None)


def summed(
    source: FromClause, by: Sequence[str], measures: Sequence[str], *conditions: ColumnElement[bool]
) -> Select[Any]:
    """Sums of `measures`: one row in all without `by`, else one a group that is not all zeros, in order of `by`."""
    sums = [func.coalesce(func.sum(source.c[name]), 0).label(name) for name in measures]
    groups = [source.c[name] for name in by]
    query = select(*groups, *sums).where(*conditions)
    if not groups:
        return query
    something = or_(*(func.sum(source.c[name]) != 0 for name in measures))
    return query.group_by(*groups).having(something).order_by(*groups)


def summed_frame(
    connection: Connection,
    build: Build,
    scope: Scope,
    by: Sequence[str],
    measures: Sequence[str],
    money: Collection[str] = MONEY,
) -> pd.DataFrame:
    """The answer of a statement of `summed` as a frame: `by` as text, money in currency units, counts whole."""
    dtypes = dict.fromkeys(by, "category") | {name: "money" if name in money else COUNT for name in measures}
    return frame_of(answered(connection, build, scope.shape, by, scope.values), dtypes)


def flow(asked: Asked, by: Sequence[str], *, cube: Cube, clock: str, rows: FromClause, day: str) -> Select[Any]:
    """Sums of a cube's measures up to `asked.until`, exact to the day.

    Args:
        cube: deltas by month, used for every whole month where it knows the dimensions asked for.
        clock: the cube's month-end column that says when a cell counts.
        rows: the same facts one by one, for what the cube cannot tell.
        day: the column of `rows` that says when a fact counts.
    """
    check_groups(by, [*DIMENSIONS, *cube.days])
    names = list(dict.fromkeys([*by, *asked.filters]))
    if cube_for([cube.table], set(names)) is None:
        source, conditions = rows, [rows.c[day] <= asked.until]
    else:
        source, conditions = _to_the_day(asked, [*names, *cube.measures], cube.table.c[clock], rows, rows.c[day]), []
    return summed(source, by, cube.measures, *conditions, *kept(source, asked.filters))


def _to_the_day(
    asked: Asked, names: Sequence[str], clock: ColumnElement[str], rows: FromClause, day: ColumnElement[str]
) -> FromClause:
    """Whole months from the cube and, where the last one is cut short, its days from the rows."""
    cube = clock.table
    told = select(*(cube.c[name] for name in names)).where(cube.c.book_id == asked.book_id, *asked.known.cells(cube))
    if asked.ends == NEVER:
        return told.subquery()
    if asked.ends == MONTH:
        return told.where(clock <= asked.last).subquery()
    begun = select(*(rows.c[name] for name in names)).where(day.between(asked.first, asked.until))
    return union_all(told.where(clock < asked.last), begun).subquery()
