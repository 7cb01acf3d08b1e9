"""What each cube counts: one query a cube, over rows, used for its deltas and for the proof that it equals them.

The `*_rows` functions answer one row a fact with every dimension and measure; a cube is their sum. Conditions given
to them narrow the rows (over `snapshots`, `placements`, `payments`, `actions` or `scores` columns of `db.tables`).
An absent dimension is "not stated"; money is whole hundredths.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Label,
    Select,
    Subquery,
    Table,
    Text,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from core.columns import PERSON_HOLDS
from core.metrics.contacts import REACHED_RESULTS
from core.metrics.delinquency import OPEN
from core.metrics.flows import FLOW_MEASURES
from core.selection import DIMENSIONS, NOT_STATED
from db.tables import (
    STOCK_MEASURES,
    actions,
    cube_activity,
    cube_borrowers,
    cube_cash,
    cube_flows,
    cube_placed,
    cube_site,
    cube_stock,
    payments,
    placements,
    promises,
    scores,
    snapshots,
)

CASH_KINDS = ("cash", "reversal")
"""Payment kinds that are money; a waiver never is."""


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


IS_STOCK = and_(snapshots.c.live == 1, snapshots.c.status == OPEN)
"""The snapshot speaks, and the loan is open: paid, charged off, sold and recalled loans are no stock."""

IN_ARREARS = snapshots.c.dpd >= 1

_held = snapshots.alias("held")
PERSON_HELD = (
    select(_held.c.id)
    .where(
        _held.c.borrower_id == snapshots.c.borrower_id,
        _held.c.as_of == snapshots.c.as_of,
        _held.c.live == 1,
        _held.c.hold.is_not(None),
        _held.c.hold.in_(PERSON_HOLDS),
    )
    .correlate(snapshots)
    .exists()
)
"""A hold about the person on any loan of the borrower that day: nobody may work any of them."""

IS_WORKABLE = and_(IN_ARREARS, snapshots.c.hold.is_(None), ~PERSON_HELD)

LIVE_SCORE = and_(scores.c.snapshot_id == snapshots.c.id, scores.c.live == 1)


def said(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A dimension's value, "not stated" where it is absent."""
    return func.coalesce(column, NOT_STATED)


def _dimensions(**instead: ColumnElement[Any]) -> list[Label[Any]]:
    """Every dimension of a selection, from a snapshot and its live score, or from what is given instead."""
    of_score = ("segment", "proposed", "band")
    return [
        said(instead.get(name, (scores if name in of_score else snapshots).c[name])).label(name) for name in DIMENSIONS
    ]


def _when(condition: ColumnElement[bool], value: Any) -> ColumnElement[Any]:
    return case((condition, value), else_=0)


def stock_rows(*conditions: ColumnElement[bool]) -> Select[Any]:
    """One row a live, open snapshot: snapshot_id, loan_id, book_id, as_of, DIMENSIONS, STOCK_MEASURES."""
    row, expected = snapshots.c, scores.c.expected_recovery
    return (
        select(
            row.id.label("snapshot_id"),
            row.loan_id,
            row.book_id,
            row.as_of,
            *_dimensions(),
            literal(1).label("loans"),
            row.balance,
            _when(IN_ARREARS, 1).label("arrears_loans"),
            _when(IN_ARREARS, row.balance).label("arrears_balance"),
            _when(IS_WORKABLE, 1).label("workable_loans"),
            _when(IS_WORKABLE, row.balance).label("workable_balance"),
            _when(expected.is_not(None), 1).label("expected_loans"),
            func.coalesce(expected, 0).label("expected_recovery"),
        )
        .select_from(snapshots.outerjoin(scores, LIVE_SCORE))
        .where(IS_STOCK, *conditions)
    )


def placed_rows(*conditions: ColumnElement[bool]) -> Select[Any]:
    """One row a recovery episode: loan_id, book_id, placed_on, cohort, DIMENSIONS at placement, loans, balance."""
    return (
        select(
            placements.c.loan_id,
            placements.c.book_id,
            placements.c.placed_on,
            month_end(placements.c.placed_on).label("cohort"),
            *_dimensions(strategy=placements.c.strategy),
            literal(1).label("loans"),
            placements.c.balance,
        )
        .select_from(
            placements.join(snapshots, snapshots.c.id == placements.c.snapshot_id).outerjoin(scores, LIVE_SCORE)
        )
        .where(*conditions)
    )


_earlier = placements.alias("earlier")
EPISODE_OF_PAYMENT = (
    select(_earlier.c.id)
    .where(_earlier.c.loan_id == payments.c.loan_id, _earlier.c.placed_on <= payments.c.effective_on)
    .order_by(_earlier.c.placed_on.desc())
    .limit(1)
    .correlate(payments)
    .scalar_subquery()
)
"""The episode a payment belongs to: the latest that had begun; NULL before the first placement."""

IS_CASH = and_(payments.c.live == 1, payments.c.payment_kind.in_(CASH_KINDS))


def cash_rows(*conditions: ColumnElement[bool]) -> Subquery:
    """Two rows a payment or reversal of an episode: posted on paid_on, and effective on effective_on.

    Columns: payment_id, loan_id, book_id, day (paid_on or effective_on), month, cohort, DIMENSIONS at placement,
    payments (1 for a posted cash payment; a reversal is none), cash (posted), cash_effective.
    """
    is_payment = _when(payments.c.payment_kind == "cash", 1)
    posted = _cash(payments.c.paid_on, is_payment, payments.c.amount, literal(0), conditions)
    effective = _cash(payments.c.effective_on, literal(0), literal(0), payments.c.amount, conditions)
    return union_all(posted, effective).subquery("cash_rows")


def _cash(
    day: ColumnElement[Any],
    count: ColumnElement[Any],
    cash: ColumnElement[Any],
    effective: ColumnElement[Any],
    conditions: tuple[ColumnElement[bool], ...],
) -> Select[Any]:
    return (
        select(
            payments.c.id.label("payment_id"),
            payments.c.loan_id,
            payments.c.book_id,
            day.label("day"),
            month_end(day).label("month"),
            month_end(placements.c.placed_on).label("cohort"),
            *_dimensions(strategy=placements.c.strategy),
            count.label("payments"),
            cash.label("cash"),
            effective.label("cash_effective"),
        )
        .select_from(
            payments.join(placements, placements.c.id == EPISODE_OF_PAYMENT)
            .join(snapshots, snapshots.c.id == placements.c.snapshot_id)
            .outerjoin(scores, LIVE_SCORE)
        )
        .where(IS_CASH, *conditions)
    )


_on_day = snapshots.alias("on_day")


def _snapshot_of_action(before: bool) -> ColumnElement[Any]:
    """The loan's latest live snapshot on or before the action, or the first one after it."""
    acted_on = actions.c.acted_on
    return (
        select(_on_day.c.id)
        .where(
            _on_day.c.loan_id == actions.c.loan_id,
            _on_day.c.live == 1,
            _on_day.c.as_of <= acted_on if before else _on_day.c.as_of > acted_on,
        )
        .order_by(_on_day.c.as_of.desc() if before else _on_day.c.as_of)
        .limit(1)
        .correlate(actions)
        .scalar_subquery()
    )


SNAPSHOT_OF_ACTION = func.coalesce(_snapshot_of_action(True), _snapshot_of_action(False))

NO_EPISODE = "none"
"""The cohort of work done before a loan's first placement."""

_begun = placements.alias("begun")
COHORT_OF_ACTION = func.coalesce(
    select(month_end(_begun.c.placed_on))
    .where(_begun.c.loan_id == actions.c.loan_id, _begun.c.live == 1, _begun.c.placed_on <= actions.c.acted_on)
    .order_by(_begun.c.placed_on.desc())
    .limit(1)
    .correlate(actions)
    .scalar_subquery(),
    NO_EPISODE,
)
"""The cohort of the episode an action belongs to: the latest that had begun."""


def activity_rows(*conditions: ColumnElement[bool]) -> Select[Any]:
    """One row a live action: action_id, loan_id, book_id, acted_on, month, cohort, DIMENSIONS on the day, and its measures:
    actions, contacts, promises, promised, cost, costed (1 where a cost was stated)."""
    of_strategy = func.coalesce(actions.c.strategy, snapshots.c.strategy)
    return (
        select(
            actions.c.id.label("action_id"),
            actions.c.loan_id,
            actions.c.book_id,
            actions.c.acted_on,
            month_end(actions.c.acted_on).label("month"),
            COHORT_OF_ACTION.label("cohort"),
            *_dimensions(strategy=of_strategy),
            literal(1).label("actions"),
            _when(func.lower(actions.c.result).in_(REACHED_RESULTS), 1).label("contacts"),
            _when(promises.c.id.is_not(None), 1).label("promises"),
            func.coalesce(promises.c.amount, 0).label("promised"),
            func.coalesce(actions.c.cost, 0).label("cost"),
            _when(actions.c.cost.is_not(None), 1).label("costed"),
        )
        .select_from(
            actions.outerjoin(promises, and_(promises.c.action_id == actions.c.id, promises.c.live == 1))
            .outerjoin(snapshots, snapshots.c.id == SNAPSHOT_OF_ACTION)
            .outerjoin(scores, LIVE_SCORE)
        )
        .where(actions.c.live == 1, *conditions)
    )


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

    def sums(self, *conditions: ColumnElement[bool], sign: int = 1) -> Select[Any]:
        """Cells of the rows that meet the conditions: book_id, groups, measures (times `sign`)."""
        rows = self.rows(*conditions)
        facts = rows if isinstance(rows, Subquery) else rows.subquery("facts")
        keys = [facts.c.book_id, *(facts.c[name] for name in self.groups)]
        totals = [(func.sum(facts.c[name]) * sign).label(name) for name in self.measures]
        return select(*keys, *totals).group_by(*keys)


STOCK = Cube(cube_stock, stock_rows, snapshots.c.id, ("as_of",), STOCK_MEASURES)
SITE = Cube(cube_site, stock_rows, snapshots.c.id, ("as_of",), STOCK_MEASURES)
PLACED = Cube(cube_placed, placed_rows, placements.c.loan_id, ("cohort",), ("loans", "balance"))
CASH = Cube(cube_cash, cash_rows, payments.c.id, ("cohort", "month"), ("payments", "cash", "cash_effective"))
ACTIVITY = Cube(
    cube_activity,
    activity_rows,
    actions.c.id,
    ("cohort", "month"),
    ("actions", "contacts", "promises", "promised", "cost", "costed"),
)


def _flow_rows(*conditions: ColumnElement[bool]) -> Select[Any]:
    from db.flows import flow_rows  # it is made of the definitions above

    return flow_rows(*conditions)


def _borrower_rows(*conditions: ColumnElement[bool]) -> Subquery:
    from db.borrower_rows import borrower_rows  # it is made of the definitions above

    return borrower_rows(*conditions)


FLOWS = Cube(cube_flows, _flow_rows, snapshots.c.id, ("month",), FLOW_MEASURES)
BORROWERS = Cube(cube_borrowers, _borrower_rows, snapshots.c.id, ("as_of",), ("borrowers", "arrears_borrowers"))
CUBES = (STOCK, SITE, PLACED, CASH, ACTIVITY, FLOWS, BORROWERS)


def recount(connection: Connection) -> dict[str, pd.DataFrame]:
    """Where a cube and the rows disagree: per cube the cells whose sums differ (cube minus rows).

    Returns:
        cube's table name to a frame of book_id, groups and the differences; all empty in a sound store.
    """
    return {cube.table.name: _differences(connection, cube) for cube in CUBES}


def _differences(connection: Connection, cube: Cube) -> pd.DataFrame:
    names = ("book_id", *cube.groups)
    kept = select(*(cube.table.c[name] for name in (*names, *cube.measures)))
    both = union_all(kept, cube.sums(sign=-1)).subquery("both")
    totals = [func.sum(both.c[name]).label(name) for name in cube.measures]
    query = (
        select(*(both.c[name] for name in names), *totals)
        .group_by(*(both.c[name] for name in names))
        .having(or_(*(func.sum(both.c[name]) != 0 for name in cube.measures)))
    )
    found = connection.execute(query)
    return pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()))
