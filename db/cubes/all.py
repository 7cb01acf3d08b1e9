"""Every cube, and the proof that each equals the sum of its rows."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, Text, bindparam, func, or_, select, union_all

from core.metrics.flows import FLOW_MEASURES
from core.metrics.promises import PROMISE_MEASURES
from db.borrower_rows import borrower_rows
from db.cubes.activity import activity_rows, cost_rows
from db.cubes.cash import cash_rows, outside_rows
from db.cubes.cube import Cube
from db.cubes.placed import placed_rows
from db.cubes.promises import promise_rows
from db.cubes.segments import MARGIN_MEASURES, MOVE_MEASURES, margin_rows, move_rows
from db.cubes.stock import stock_rows
from db.flows import flow_rows
from db.known import NOW, Knowledge
from db.tables import (
    STOCK_MEASURES,
    actions,
    cube_activity,
    cube_borrowers,
    cube_cash,
    cube_costs,
    cube_flows,
    cube_margins,
    cube_moves,
    cube_outside,
    cube_placed,
    cube_promises,
    cube_site,
    cube_stock,
    payments,
    placements,
    snapshots,
)

STOCK = Cube(cube_stock, stock_rows, snapshots.c.id, ("as_of",), STOCK_MEASURES)
SITE = Cube(cube_site, stock_rows, snapshots.c.id, ("as_of",), STOCK_MEASURES)
PLACED = Cube(cube_placed, placed_rows, placements.c.loan_id, ("cohort",), ("loans", "balance"))
CASH = Cube(cube_cash, cash_rows, payments.c.id, ("cohort", "month", "told"), ("payments", "cash", "cash_effective"))
OUTSIDE = Cube(cube_outside, outside_rows, payments.c.id, ("month",), ("payments", "cash", "waivers", "waived"))
COSTS = Cube(cube_costs, cost_rows, actions.c.id, ("cohort", "month"), ("costed", "cost"))
ACTIVITY = Cube(
    cube_activity,
    activity_rows,
    actions.c.id,
    ("cohort", "month"),
    ("actions", "contacts", "promises", "promised", "cost", "costed"),
)
PROMISES = Cube(cube_promises, promise_rows, actions.c.id, ("month", "told"), PROMISE_MEASURES)
FLOWS = Cube(cube_flows, flow_rows, snapshots.c.id, ("month",), FLOW_MEASURES)
MARGINS = Cube(cube_margins, margin_rows, snapshots.c.id, ("as_of",), MARGIN_MEASURES)
MOVES = Cube(cube_moves, move_rows, snapshots.c.id, ("month",), MOVE_MEASURES)
BORROWERS = Cube(cube_borrowers, borrower_rows, snapshots.c.id, ("as_of",), ("borrowers", "arrears_borrowers"))
CUBES = (STOCK, SITE, PLACED, CASH, OUTSIDE, COSTS, ACTIVITY, PROMISES, FLOWS, BORROWERS, MARGINS, MOVES)


def recount(connection: Connection, known: Knowledge = NOW) -> dict[str, pd.DataFrame]:
    """Where a cube and the rows disagree: per cube the cells whose sums differ (cube minus rows).

    Args:
        known: now, or an earlier day: then the deltas of revisions up to that day against the rows as known then.

    Returns:
        cube's table name to a frame of book_id, groups and the differences; all empty in a sound store.
    """
    return {cube.table.name: _differences(connection, cube, known) for cube in CUBES}


def _differences(connection: Connection, cube: Cube, known: Knowledge) -> pd.DataFrame:
    given = {} if known.known_on is None else {"known_on": known.known_on}
    found = connection.execute(_statement(cube, is_earlier=bool(given)), given)
    return pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()))


@cache
def _statement(cube: Cube, *, is_earlier: bool) -> Select[Any]:
    """Built once, with the day of knowledge as a parameter: building takes longer than counting a small book."""
    known = Knowledge(bindparam("known_on", type_=Text)) if is_earlier else NOW
    names = ("book_id", *cube.groups)
    kept = select(*(cube.table.c[name] for name in (*names, *cube.measures))).where(*known.cells(cube.table))
    both = union_all(kept, cube.sums(sign=-1, known=known)).subquery("both")
    totals = [func.sum(both.c[name]).label(name) for name in cube.measures]
    return (
        select(*(both.c[name] for name in names), *totals)
        .group_by(*(both.c[name] for name in names))
        .having(or_(*(func.sum(both.c[name]) != 0 for name in cube.measures)))
    )
