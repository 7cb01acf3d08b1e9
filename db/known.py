"""Which version of a fact speaks, as known now or on an earlier day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Table, and_, or_, select
from sqlalchemy.sql.expression import FromClause

from db.tables import revisions, spells


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known on a day; `known_on` None is now.

    Facts carry `live` (they speak now), `since_on` and `until_on` (their latest spell of speaking, by the days of the
    revisions that began and ended it; until_on NULL while it lasts); earlier spells of the same fact are in `spells`.
    The day may be a parameter, of a statement that is built once (see `db.asked`).
    """

    known_on: str | BindParameter[str] | None = None

    def speaks(self, table: FromClause) -> ColumnElement[bool]:
        """The row of a table of facts, or of its alias, speaks."""
        if self.known_on is None:
            return table.c.live == 1
        began, lasts = table.c.since_on <= self.known_on, table.c.until_on
        earlier = spells.alias()
        again = select(earlier.c.fact_id).where(
            earlier.c.fact == _name(table), earlier.c.fact_id == table.c.id,
            earlier.c.since_on <= self.known_on, earlier.c.until_on > self.known_on,
        ).correlate(table)  # fmt: skip
        return or_(and_(began, or_(lasts.is_(None), lasts > self.known_on)), again.exists())

    def cells(self, cube: Table) -> list[ColumnElement[bool]]:
        """The deltas of a cube that revisions up to the day wrote, as conditions; none where all of them count."""
        if self.known_on is None:
            return []
        return [cube.c.revision_id.in_(select(revisions.c.id).where(revisions.c.known_on <= self.known_on))]


def _name(table: FromClause) -> str:
    named: Any = getattr(table, "element", table)  # an alias stands for its table
    return str(named.name)


@cache
def alias_of(table: Table, name: str) -> FromClause:
    """A table under another name, made once: listing the columns of a wide one anew takes 2 ms."""
    return table.alias(name)


NOW = Knowledge()
"""All there is now."""
