"""What facts and cubes are told by: the dimensions of a selection, and the months, in SQL.

`known` says with which knowledge (see db.known): now, or on an earlier day. What the store keeps only for now (the
strategy of a row whose file named none) is worked out for an earlier day by the same rule. An absent dimension is
"not stated".
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Label, Text, and_, case, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from core.selection import DIMENSIONS, NOT_STATED
from db.known import NOW, Knowledge, alias_of
from db.tables import assignments, placements, scores, snapshots

Expression = ColumnElement[Any]
_OF_SCORE = ("segment", "proposed", "band")


class month_end(FunctionElement[str]):  # noqa: N801 - spelled as the SQL function it stands for
    """The last day of the month of an ISO day, as ISO text."""

    name = "month_end"
    type = Text()
    inherit_cache = True


@compiles(month_end, "sqlite")
def _month_end_sqlite(element: month_end, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, 'start of month', '+1 month', '-1 day')"


@compiles(month_end, "postgresql")
def _month_end_postgresql(element: month_end, compiler: Any, **options: Any) -> str:
    day = compiler.process(element.clauses, **options)
    return f"((date_trunc('month', ({day})::date) + interval '1 month' - interval '1 day')::date)::text"


def live_score(known: Knowledge) -> ColumnElement[bool]:
    """The score that speaks for the snapshot, as a join's condition."""
    return and_(scores.c.snapshot_id == snapshots.c.id, known.speaks(scores))


def strategy_of(known: Knowledge) -> ColumnElement[Any]:
    """The strategy the snapshot's loan was under that day: as its file says, else the assignment in force.

    For now it is stored (`db.assignments.restate_snapshots` keeps it); for an earlier day it is looked up."""
    if known.known_on is None:
        return snapshots.c.strategy
    given = alias_of(assignments, "in_force")
    in_force = (
        select(given.c.strategy)
        .where(given.c.loan_id == snapshots.c.loan_id, known.speaks(given), given.c.assigned_on <= snapshots.c.as_of)
        .order_by(given.c.assigned_on.desc(), (given.c.decided_by == "person").desc(), given.c.id.desc())
        .limit(1)
        .correlate(snapshots)
        .scalar_subquery()
    )
    return func.coalesce(snapshots.c.strategy_stated, in_force)


def said(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A dimension's value, "not stated" where it is absent."""
    return func.coalesce(column, NOT_STATED)


def dimension(name: str, known: Knowledge = NOW) -> Expression:
    """A dimension of a snapshot or its live score: null where absent."""
    if name == "strategy":
        return strategy_of(known)
    return (scores if name in _OF_SCORE else snapshots).c[name]


def dimensions(known: Knowledge, **instead: Expression) -> list[Label[Any]]:
    """Every dimension of a selection, from a snapshot and its live score, or from what is given instead."""
    return [said(instead[name] if name in instead else dimension(name, known)).label(name) for name in DIMENSIONS]


def when(condition: ColumnElement[bool], value: Any) -> Expression:
    """The value where the condition holds, else 0."""
    return case((condition, value), else_=0)


def snapshot_at(loan_id: Expression, day: Expression, known: Knowledge = NOW) -> Expression:
    """The live snapshot of a loan newest on a day, or its first after it where there is none."""
    then = alias_of(snapshots, "then")
    live = select(then.c.id).where(then.c.loan_id == loan_id, known.speaks(then))
    before = live.where(then.c.as_of <= day).order_by(then.c.as_of.desc()).limit(1)
    after = live.where(then.c.as_of > day).order_by(then.c.as_of).limit(1)
    return func.coalesce(before.scalar_subquery(), after.scalar_subquery())


def episode_at(told: Column[Any], loan_id: Expression, day: Expression, known: Knowledge) -> Expression:
    """A column of the episode that a loan was in on a day, the latest that had begun; NULL before its first placement.

    Args:
        told: a column of `placements`."""
    begun = alias_of(placements, "begun")
    return (
        select(begun.c[told.name])
        .where(begun.c.loan_id == loan_id, begun.c.placed_on <= day, known.speaks(begun))
        .order_by(begun.c.placed_on.desc())
        .limit(1)
        .scalar_subquery()
    )
