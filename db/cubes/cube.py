"""A cube: the sums of the rows that one query answers, kept as deltas by revision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, Table, func, select

from db.known import NOW, Knowledge


@dataclass(frozen=True, slots=True)
class Cube:
    """A cube: its table, the rows it sums, and the column of those rows by which a change finds them."""

    table: Table
    rows: Callable[..., Select[Any] | Subquery]
    key: ColumnElement[Any]
    days: tuple[str, ...]
    measures: tuple[str, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """Days, dimensions and whatever else tells one cell from another."""
        others = {"id", "book_id", "revision_id", *self.days, *self.measures}
        return (*self.days, *(column.name for column in self.table.columns if column.name not in others))

    def sums(self, *conditions: ColumnElement[bool], sign: int = 1, known: Knowledge = NOW) -> Select[Any]:
        """Cells of the rows that meet the conditions: book_id, groups, measures (times `sign`)."""
        rows = self.rows(*conditions, known=known)
        facts = rows if isinstance(rows, Subquery) else rows.subquery("facts")
        keys = [facts.c.book_id, *(facts.c[name] for name in self.groups)]
        totals = [(func.sum(facts.c[name]) * sign).label(name) for name in self.measures]
        return select(*keys, *totals).group_by(*keys)
