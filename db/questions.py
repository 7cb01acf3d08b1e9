"""The sums a page asks for, each against a resolved selection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, FromClause, Select, case, func, select

from core.metrics.flows import FLOW_MEASURES, FLOW_MONEY, NEW
from core.selection import DIMENSIONS
from db.asked import Asked, answered
from db.borrower_rows import ALL, BORROWER_DIMENSIONS, open_loan_rows
from db.cubes.activity import activity_rows, cost_rows
from db.cubes.all import ACTIVITY, BORROWERS, CASH, COSTS, FLOWS, OUTSIDE, PLACED, PROMISES
from db.cubes.cash import cash_rows, episode_of_payment, is_cash, outside_rows
from db.cubes.dimensions import dimension, said
from db.cubes.placed import placed_rows
from db.cubes.promises import of_promises, promise_rows
from db.cubes.segments import MARGIN_MEASURES, MOVE_MEASURES, margin_rows, move_rows
from db.cubes.stock import stock_rows
from db.flows import flow_rows
from db.frames import COUNT, frame_of
from db.measures import given_rows, outcome_rows
from db.sums import MONEY, Scope, check_groups, cube_for, flow, kept, summed, summed_frame
from db.tables import (
    STOCK_MEASURES,
    actions,
    assignments,
    cube_borrowers,
    cube_flows,
    cube_margins,
    cube_moves,
    cube_site,
    cube_stock,
    payments,
    placements,
    snapshots,
)

STOCK_CUBES = (cube_stock, cube_site)
_GIVEN_BY = (*DIMENSIONS, "decided_by", "trial", "arm", "month")
_FLOWS_BY = (*DIMENSIONS, "month", "origin", "state")
_GIVEN = ("loans", "balance")
_OUTCOMES = ("loans", "balance", "recovered_loans", "recovered")
_SPREAD = ("balance_sq", "cash_sq", "balance_cash")
_OnDay = Callable[[ColumnElement[str]], ColumnElement[bool]]


def stock(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """The stock on the selection's day."""
    return summed_frame(connection, _stock_on_day, scope, by, STOCK_MEASURES)


def stock_history(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """The stock of every day up to the selection's; without `by`, a row of zeros on a day without stock."""
    check_groups(by, DIMENSIONS)
    history = summed_frame(connection, _stock_until_day, scope, ["as_of", *by], STOCK_MEASURES)
    if by:
        return history
    whole = history.set_index("as_of").reindex(list(scope.days)).fillna(0.0)
    counts = [name for name in STOCK_MEASURES if name not in MONEY]
    return whole.astype(dict.fromkeys(counts, "int64")).rename_axis("as_of").reset_index().astype({"as_of": "str"})


def _stock_on_day(asked: Asked, by: Sequence[str]) -> Select[Any]:
    check_groups(by, DIMENSIONS)
    return _stock(asked, by, lambda day: day == asked.day)


def _stock_until_day(asked: Asked, by: Sequence[str]) -> Select[Any]:
    return _stock(asked, by, lambda day: day <= asked.day)


def _stock(asked: Asked, by: Sequence[str], on: _OnDay) -> Select[Any]:
    """Stock on the days that `on` accepts: from the first cube that knows the dimensions, else from the rows."""
    cube = cube_for(STOCK_CUBES, {*by, *asked.filters})
    if cube is None:
        rows = stock_rows(snapshots.c.book_id == asked.book_id, on(snapshots.c.as_of), known=asked.known).subquery()
        return summed(rows, by, STOCK_MEASURES, *kept(rows, asked.filters))
    of_book = (cube.c.book_id == asked.book_id, on(cube.c.as_of), *asked.known.cells(cube))
    return summed(cube, by, STOCK_MEASURES, *of_book, *kept(cube, asked.filters))


def placed(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """Placements up to the selection's day."""
    return summed_frame(connection, _placed, scope, by, PLACED.measures)


def _placed(asked: Asked, by: Sequence[str]) -> Select[Any]:
    rows = placed_rows(placements.c.book_id == asked.book_id, known=asked.known).subquery()
    return flow(asked, by, cube=PLACED, clock="cohort", rows=rows, day="placed_on")


def cash(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """Cash net of reversals posted up to the selection's day, from placement on."""
    return summed_frame(connection, _cash, scope, by, CASH.measures)


def _cash(asked: Asked, by: Sequence[str]) -> Select[Any]:
    rows = cash_rows(payments.c.book_id == asked.book_id, known=asked.known)
    return flow(asked, by, cube=CASH, clock="told", rows=rows, day="told_on")


def activity(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """Work done up to the selection's day."""
    return summed_frame(connection, _activity, scope, by, ACTIVITY.measures)


def _activity(asked: Asked, by: Sequence[str]) -> Select[Any]:
    rows = activity_rows(actions.c.book_id == asked.book_id, known=asked.known).subquery()
    return flow(asked, by, cube=ACTIVITY, clock="month", rows=rows, day="acted_on")


def promises(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """Promises resolved up to the selection's day."""
    return summed_frame(connection, _promises, scope, by, PROMISES.measures)


def _promises(asked: Asked, by: Sequence[str]) -> Select[Any]:
    rows = promise_rows(of_promises(asked.book_id), known=asked.known)
    return flow(asked, by, cube=PROMISES, clock="told", rows=rows, day="told_on")


def cash_outside(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """Cash up to the selection's day that belongs to no placement, and waivers."""
    return summed_frame(connection, _cash_outside, scope, by, OUTSIDE.measures)


def _cash_outside(asked: Asked, by: Sequence[str]) -> Select[Any]:
    rows = outside_rows(payments.c.book_id == asked.book_id, known=asked.known).subquery()
    return flow(asked, by, cube=OUTSIDE, clock="month", rows=rows, day="day")


def costs(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """Costs of actions up to the selection's day, from placement on."""
    return summed_frame(connection, _costs, scope, by, COSTS.measures)


def _costs(asked: Asked, by: Sequence[str]) -> Select[Any]:
    rows = cost_rows(actions.c.book_id == asked.book_id, known=asked.known).subquery()
    return flow(asked, by, cube=COSTS, clock="month", rows=rows, day="acted_on")


def given(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """What was given up to the selection's day; a loan counts once in a group, as it was when first given."""
    return summed_frame(connection, _given, scope, by, _GIVEN)


def _given(asked: Asked, by: Sequence[str]) -> Select[Any]:
    check_groups(by, _GIVEN_BY)
    rows = given_rows(assignments.c.book_id == asked.book_id, known=asked.known).subquery()
    groups = [rows.c[name] for name in by]
    turns = func.row_number().over(partition_by=[*groups, rows.c.loan_id], order_by=_first_given(rows))
    first = case((turns == 1, 1), else_=0)
    chosen = select(*groups, first.label("loans"), (first * rows.c.balance).label("balance")).where(
        rows.c.day <= asked.until, *kept(rows, asked.filters)
    )
    return summed(chosen.subquery(), by, _GIVEN)


def _first_given(rows: FromClause) -> list[ColumnElement[Any]]:
    """By day; on the same day what a file says before what a person decided."""
    return [rows.c.day, rows.c.decided_by == "person", rows.c.assignment_id]


def outcomes(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """Outcomes stated on the selection's day, for loans of every status; empty where the file states none."""
    check_groups(by, DIMENSIONS)
    return summed_frame(connection, _outcomes, scope, [*by, "recovery_status"], _OUTCOMES)


def _outcomes(asked: Asked, by: Sequence[str]) -> Select[Any]:
    of_day = (snapshots.c.book_id == asked.book_id, snapshots.c.as_of == asked.day)
    rows = outcome_rows(*of_day, known=asked.known).subquery()
    return summed(rows, by, _OUTCOMES, *kept(rows, asked.filters))


def flows(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """How the stock moved, in the whole months up to the selection's day."""
    return summed_frame(connection, _flows, scope, by, FLOW_MEASURES, FLOW_MONEY)


def _flows(asked: Asked, by: Sequence[str]) -> Select[Any]:
    check_groups(by, _FLOWS_BY)
    source, conditions = _flow_source(asked, {*by, *asked.filters})
    return summed(source, by, FLOW_MEASURES, source.c.month <= asked.until, *conditions)


def segment_margins(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """How sure the segments of the selection's day are."""
    return summed_frame(connection, _segment_margins, scope, by, MARGIN_MEASURES)


def _segment_margins(asked: Asked, by: Sequence[str]) -> Select[Any]:
    check_groups(by, DIMENSIONS)
    if cube_for([cube_margins], {*by, *asked.filters}) is None:
        on_day = (snapshots.c.book_id == asked.book_id, snapshots.c.as_of == asked.day)
        rows = margin_rows(*on_day, known=asked.known).subquery()
        return summed(rows, by, MARGIN_MEASURES, *kept(rows, asked.filters))
    of_day = (cube_margins.c.book_id == asked.book_id, cube_margins.c.as_of == asked.day)
    cells = (*of_day, *asked.known.cells(cube_margins))
    return summed(cube_margins, by, MARGIN_MEASURES, *cells, *kept(cube_margins, asked.filters))


def segment_moves(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """How loans moved between segments, in the whole months up to the selection's day."""
    return summed_frame(connection, _segment_moves, scope, by, MOVE_MEASURES)


def _segment_moves(asked: Asked, by: Sequence[str]) -> Select[Any]:
    check_groups(by, (*DIMENSIONS, "month", "origin", "became"))
    if cube_for([cube_moves], {*by, *asked.filters}) is None:
        narrowed = [said(dimension(name, asked.known)).in_(values) for name, values in asked.filters.items()]
        about = (snapshots.c.book_id == asked.book_id, snapshots.c.as_of <= asked.until)
        rows = move_rows(*about, *narrowed, known=asked.known).subquery()
        return summed(rows, by, MOVE_MEASURES, rows.c.month <= asked.until)
    cells = (cube_moves.c.book_id == asked.book_id, cube_moves.c.month <= asked.until, *asked.known.cells(cube_moves))
    return summed(cube_moves, by, MOVE_MEASURES, *cells, *kept(cube_moves, asked.filters))


def _flow_source(asked: Asked, names: set[str]) -> tuple[FromClause, list[ColumnElement[bool]]]:
    """The cube's cells, with what is left to narrow them by, where it knows the dimensions; else the flows one by one."""
    if names <= {*FLOWS.groups, "bucket"}:
        cell = cube_flows.c
        bucket = case((cell.origin == NEW, cell.state), else_=cell.origin).label("bucket")
        told = [cell[name] for name in (*FLOWS.groups, *FLOWS.measures)]
        of_book = (cell.book_id == asked.book_id, *asked.known.cells(cube_flows))
        cells = select(*told, bucket).where(*of_book).subquery()
        return cells, kept(cells, asked.filters)
    narrowed = [said(dimension(name, asked.known)).in_(values) for name, values in asked.filters.items()]
    about = (snapshots.c.book_id == asked.book_id, snapshots.c.as_of <= asked.until)
    return flow_rows(*about, *narrowed, known=asked.known).subquery(), []


def borrowers(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """Distinct borrowers of open loans on the selection's day."""
    return summed_frame(connection, _borrowers, scope, by, BORROWERS.measures)


def _borrowers(asked: Asked, by: Sequence[str]) -> Select[Any]:
    check_groups(by, DIMENSIONS)
    told = BORROWERS.measures
    if not asked.filters and len(by) <= 1 and set(by) <= set(BORROWER_DIMENSIONS):
        cell, group = cube_borrowers.c, by[0] if by else ALL
        of_day = [cell.book_id == asked.book_id, cell.as_of == asked.day, cell.dimension == group]
        of_day += asked.known.cells(cube_borrowers)
        cells = select(cell.value.label(group), *(cell[name] for name in told)).where(*of_day).subquery()
        return summed(cells, by, told)
    of_day = [snapshots.c.book_id == asked.book_id, snapshots.c.as_of == asked.day]
    rows = open_loan_rows(*of_day, known=asked.known).subquery()
    person, groups = rows.c.borrower_id, [rows.c[name] for name in by]
    counts = [func.count(person.distinct()), func.count(case((rows.c.in_arrears == 1, person)).distinct())]
    return select(*groups, *counts).where(*kept(rows, asked.filters)).group_by(*groups).order_by(*groups)


def recovery_spread(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """Episodes placed up to the selection's day, what was paid on them by then, and the sums of squares."""
    rows = answered(connection, _recovery_spread, scope.shape, by, scope.values)
    dtypes = dict.fromkeys(by, "category") | {"loans": COUNT, "balance": "money", "cash": "money"}
    return frame_of(rows, dtypes | dict.fromkeys(_SPREAD, "number"))


def _recovery_spread(asked: Asked, by: Sequence[str]) -> Select[Any]:
    check_groups(by, DIMENSIONS)
    known = asked.known
    placed = placed_rows(placements.c.book_id == asked.book_id, placements.c.placed_on <= asked.until, known=known)
    rows = placed.add_columns(placements.c.id.label("placement_id")).subquery()
    paid = (
        select(episode_of_payment(known).label("placement_id"), func.sum(payments.c.amount).label("cash"))
        .where(payments.c.book_id == asked.book_id, is_cash(known), payments.c.paid_on <= asked.until)
        .group_by("placement_id")
        .subquery()
    )
    balance, cash = rows.c.balance, func.coalesce(paid.c.cash, 0)
    placed_amount, paid_amount = balance / 100.0, cash / 100.0  # as fractions: squares of hundredths could overflow
    squares = (placed_amount * placed_amount, paid_amount * paid_amount, placed_amount * paid_amount)
    sums = [func.sum(rows.c.loans), func.sum(balance), func.sum(cash), *(func.sum(square) for square in squares)]
    groups = [rows.c[name] for name in by]
    return (
        select(*groups, *(func.coalesce(total, 0) for total in sums))
        .select_from(rows.outerjoin(paid, paid.c.placement_id == rows.c.placement_id))
        .where(*kept(rows, asked.filters))
        .group_by(*groups)
        .order_by(*groups)
    )
