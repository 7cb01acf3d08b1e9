"""What a revision changes, so that the cubes gain exactly the difference.

Before anything about a fact changes, its present contribution is taken off (`days`, `loans`, `actions`); at the end
of the revision its new contribution is added (`settle`). Each fact is taken off once, however often it is touched.
The lists live in temporary tables of the connection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Insert, Integer, MetaData, Table, Text, bindparam, func, insert, or_, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from db.cubes.all import (
    ACTIVITY,
    BORROWERS,
    CASH,
    COSTS,
    CUBES,
    FLOWS,
    MARGINS,
    MOVES,
    OUTSIDE,
    PLACED,
    PROMISES,
    SITE,
    STOCK,
)
from db.cubes.cube import Cube
from db.flows import CURED_ON, OPENS_ON, cures_seen_on, month_end_from

_temporary = MetaData()


def _list(name: str, *columns: Column[Any]) -> Table:
    return Table(name, _temporary, *columns, prefixes=["TEMPORARY"])


def _id_list(name: str) -> Table:
    return _list(name, Column("id", Integer, primary_key=True))


def _day_list(name: str) -> Table:
    return _list(name, Column("loan_id", Integer, primary_key=True), Column("as_of", Text, primary_key=True))


moved = _day_list("moved")
"""Staging: loans and days whose snapshot, score or strategy is about to change."""
spoke = _id_list("spoke")
"""Snapshots that this revision made speak, or that want a new score."""
speaking = _list("speaking", Column("id", Integer, primary_key=True), Column("loan_id", Integer))
"""Staging: the rows that speak on the day being settled."""
changed = _list(
    "changed",
    Column("loan_id", Integer, primary_key=True),
    Column("as_of", Text, primary_key=True),
    Column("removed", Integer),
)
"""Loans and days whose speaking row changed in this revision; `removed`: another row spoke before."""
frontier = _id_list("frontier")
"""Staging: newest snapshots of loans whose history only grew by them."""
chosen = _id_list("chosen")
"""Staging: loans to be looked at."""
chosen_snapshots = _id_list("chosen_snapshots")
"""Staging: snapshots to be scored, or whose score falls."""
tellers = _list("tellers", Column("id", Integer, primary_key=True), Column("place", Integer))
"""Staging: the batches that tell of the day being settled, and which is newer."""
refs = _list("refs", Column("ref", Text, primary_key=True))
"""Staging: numbers of loans, borrowers or payments."""

_keys = _id_list("touched_keys")
_fresh_days, _touched_days = _day_list("fresh_days"), _day_list("touched_days")
_fresh_loans, _touched_loans = _id_list("fresh_loans"), _id_list("touched_loans")
_fresh_payments, _touched_payments = _id_list("fresh_payments"), _id_list("touched_payments")
_fresh_actions, _touched_actions = _id_list("fresh_actions"), _id_list("touched_actions")
_fresh_flows, _touched_flows = _day_list("fresh_flows"), _day_list("touched_flows")
"""Flows by their loan and the day they start from: the opening month-end, of an arrival the closing one."""


_OF_PAYMENTS, _OF_ACTIONS = (CASH, OUTSIDE), (ACTIVITY, PROMISES, COSTS)
_OUTSIDE = (
    "p.live = 1 AND (p.payment_kind = 'waiver' OR NOT EXISTS (SELECT 1 FROM placements e WHERE e.loan_id = p.loan_id "
    "AND e.live = 1 AND e.placed_on <= p.effective_on))"
)
_OUTSIDE_OF_MOVED = (
    "SELECT p.id FROM moved m CROSS JOIN payments p WHERE p.loan_id = m.loan_id AND p.paid_on >= m.as_of "
    f"AND {_OUTSIDE} UNION SELECT p.id FROM (SELECT m.loan_id, m.as_of FROM moved m WHERE NOT EXISTS ("
    "SELECT 1 FROM snapshots s WHERE s.loan_id = m.loan_id AND s.live = 1 AND s.as_of < m.as_of)) f "
    f"CROSS JOIN payments p WHERE p.loan_id = f.loan_id AND p.paid_on < f.as_of AND {_OUTSIDE}"
)
"""Payments of no episode, and waivers, that take their attributes from the snapshots in `moved`."""


def _delta(cube: Cube) -> Table:
    columns: list[Column[Any]] = [Column(name, Text) for name in cube.groups]
    columns += [Column(name, Integer) for name in cube.measures]
    return _list(f"delta_{cube.table.name}", Column("book_id", Integer), *columns)


_CUBES = {cube.table.name: cube for cube in CUBES}
_deltas = {name: _delta(cube) for name, cube in _CUBES.items()}


@cache
def _addition(cube_name: str, keys_name: str, sign: int) -> Insert:
    """What the facts in a list contribute to a cube, into its delta; made once, it is long."""
    cube, keys, delta = _CUBES[cube_name], _temporary.tables[keys_name], _deltas[cube_name]
    sums = cube.sums(cube.key.in_(select(keys.c.id)), sign=sign)
    return insert(delta).from_select([column.name for column in delta.columns], sums)


def prepare(connection: Connection) -> None:
    """Empty lists on this connection."""
    for statement in _empty_lists():
        connection.exec_driver_sql(statement)


@cache
def _empty_lists() -> tuple[str, ...]:
    """What makes every list and empties it, as text: made once, for each is made again on every connection."""
    made = [
        (str(CreateTable(table, if_not_exists=True).compile(dialect=sqlite.dialect())), f"DELETE FROM {table.name}")
        for table in _temporary.sorted_tables
    ]
    return tuple(statement for both in made for statement in both)


class Touched:
    """The facts that one revision of a book touches.

    Args:
        connection: inside a write transaction.
        known_on: the day from which the revision is known, ISO: what it changes speaks, or is silent, from then on.
    """

    def __init__(self, connection: Connection, known_on: str) -> None:
        self._connection = connection
        self.known_on = known_on
        prepare(connection)

    def days(self) -> None:
        """Touch the loans and days in `moved`, the other loans of their borrowers there (a hold about the person
        binds them all), and the actions and payments that take their attributes from those snapshots."""
        run = self._connection.exec_driver_sql
        run("DELETE FROM fresh_days")
        run(
            "INSERT INTO fresh_days SELECT loan_id, as_of FROM moved WHERE true UNION "
            "SELECT o.loan_id, o.as_of FROM moved m CROSS JOIN snapshots s CROSS JOIN snapshots o "
            "WHERE s.loan_id = m.loan_id AND s.as_of = m.as_of AND o.borrower_id = s.borrower_id AND o.as_of = s.as_of "
            "AND o.live = 1"
        )
        run(
            "DELETE FROM fresh_days WHERE EXISTS (SELECT 1 FROM touched_days t "
            "WHERE t.loan_id = fresh_days.loan_id AND t.as_of = fresh_days.as_of)"
        )
        self._add_days("fresh_days", -1)
        run("INSERT INTO touched_days SELECT loan_id, as_of FROM fresh_days WHERE true")
        self._flows_of_days()
        self._actions_of_moved()
        self._cash(_OUTSIDE_OF_MOVED, {})

    def _actions_of_moved(self) -> None:
        run = self._connection.exec_driver_sql
        run("DELETE FROM fresh_actions")
        of_loan = "SELECT a.id FROM moved m CROSS JOIN actions a WHERE a.loan_id = m.loan_id AND a.live = 1"
        run(f"INSERT INTO fresh_actions {of_loan} AND a.acted_on >= m.as_of ON CONFLICT DO NOTHING")
        run(
            "INSERT INTO fresh_actions SELECT a.id FROM (SELECT m.loan_id, m.as_of FROM moved m WHERE NOT EXISTS ("
            "SELECT 1 FROM snapshots s WHERE s.loan_id = m.loan_id AND s.live = 1 AND s.as_of < m.as_of)) f "
            "CROSS JOIN actions a WHERE a.loan_id = f.loan_id AND a.live = 1 AND a.acted_on < f.as_of "
            "ON CONFLICT DO NOTHING"
        )
        self.actions()

    def actions(self) -> None:
        """Touch the actions in `fresh_actions`, and the promises made in them."""
        run = self._connection.exec_driver_sql
        run("DELETE FROM fresh_actions WHERE id IN (SELECT id FROM touched_actions)")
        for cube in _OF_ACTIONS:
            self._add(cube, _fresh_actions, -1)
        run("INSERT INTO touched_actions SELECT id FROM fresh_actions WHERE true")

    def promises(self, numbers: Sequence[int]) -> None:
        """Touch these promises, through the actions they were made in."""
        run = self._connection.exec_driver_sql
        run("DELETE FROM fresh_actions")
        if numbers:
            chosen = "INSERT INTO fresh_actions SELECT action_id FROM promises WHERE id = ? ON CONFLICT DO NOTHING"
            run(chosen, [(number,) for number in numbers])
        self.actions()

    def actions_of_batch(self, batch_id: int) -> None:
        """Touch every action of a batch."""
        run = self._connection.exec_driver_sql
        run("DELETE FROM fresh_actions")
        run("INSERT INTO fresh_actions SELECT id FROM actions WHERE batch_id = ?", (batch_id,))
        run(
            f"INSERT INTO fresh_flows SELECT DISTINCT loan_id, {OPENS_ON.format('acted_on')} FROM actions WHERE batch_id = ?",
            (batch_id,),
        )
        self._flows()
        self.actions()

    def loans(self) -> None:
        """Touch the placements, payments and actions of the loans in `chosen`."""
        run = self._connection.exec_driver_sql
        run("DELETE FROM fresh_loans")
        run("INSERT INTO fresh_loans SELECT id FROM chosen WHERE id NOT IN (SELECT id FROM touched_loans)")
        self._add(PLACED, _fresh_loans, -1)
        run("INSERT INTO touched_loans SELECT id FROM fresh_loans WHERE true")
        self._cash("SELECT p.id FROM fresh_loans l CROSS JOIN payments p WHERE p.loan_id = l.id", {})
        run("DELETE FROM fresh_actions")
        run("INSERT INTO fresh_actions SELECT a.id FROM fresh_loans l CROSS JOIN actions a WHERE a.loan_id = l.id")
        self.actions()

    def payments(self, chosen: str, given: Mapping[str, object]) -> None:
        """Touch the payments whose numbers a query answers, and the flows of their loans in those months."""
        self._connection.exec_driver_sql(
            f"INSERT INTO fresh_flows SELECT DISTINCT p.loan_id, {OPENS_ON.format('p.paid_on')} FROM ({chosen}) c "
            "CROSS JOIN payments p WHERE p.id = c.id",
            given,
        )
        self._flows()
        self._cash(chosen, given)

    def _cash(self, chosen: str, given: Mapping[str, object]) -> None:
        run = self._connection.exec_driver_sql
        run("DELETE FROM fresh_payments")
        run(
            f"INSERT INTO fresh_payments SELECT id FROM ({chosen}) c WHERE id NOT IN (SELECT id FROM touched_payments)",
            given,
        )
        for cube in _OF_PAYMENTS:
            self._add(cube, _fresh_payments, -1)
        run("INSERT INTO touched_payments SELECT id FROM fresh_payments WHERE true")

    def day_of_book(self, book_id: int, day: str) -> None:
        """Touch the flows that begin or end to be told where the book gains or loses a day, given the rows that are
        to speak on it in `speaking`: from its loans of the month-end before, to those of the next, and cures that the
        day bears witness to."""
        run = self._connection.exec_driver_sql
        is_day = run(
            "SELECT EXISTS (SELECT 1 FROM snapshots WHERE book_id = ? AND as_of = ? AND live = 1)", (book_id, day)
        ).scalar_one()
        if is_day == run("SELECT EXISTS (SELECT 1 FROM speaking)").scalar_one() or day != month_end_from(day, 0):
            return
        open_then = "SELECT o.loan_id, o.as_of FROM snapshots o WHERE o.book_id = ? AND o.as_of = ? AND o.live = 1 AND o.status = 'open'"
        for months in (-1, 1):
            run(f"INSERT INTO fresh_flows {open_then} ON CONFLICT DO NOTHING", (book_id, month_end_from(day, months)))
        for opened, closed in cures_seen_on(day):
            run(f"INSERT INTO fresh_flows {open_then} AND {CURED_ON} ON CONFLICT DO NOTHING", (book_id, opened, closed))
        self._flows()

    def _flows_of_days(self) -> None:
        """Touch the flows from and to the loans and days in `fresh_days`, and the cures they bear witness to."""
        run = self._connection.exec_driver_sql
        days = [str(row[0]) for row in run("SELECT DISTINCT as_of FROM fresh_days")]
        for day in days:
            if day != month_end_from(day, 0):
                continue
            for months in (-1, 0, 1):
                run(
                    "INSERT INTO fresh_flows SELECT loan_id, ? FROM fresh_days WHERE as_of = ? ON CONFLICT DO NOTHING",
                    (month_end_from(day, months), day),
                )
            for opened, closed in cures_seen_on(day):
                run(
                    "INSERT INTO fresh_flows SELECT o.loan_id, o.as_of FROM fresh_days f CROSS JOIN snapshots o "
                    "WHERE f.as_of = ? AND o.loan_id = f.loan_id AND o.as_of = ? AND o.live = 1 AND o.status = 'open' "
                    f"AND {CURED_ON} ON CONFLICT DO NOTHING",
                    (day, opened, closed),
                )
        self._flows()

    def _flows(self) -> None:
        """Touch the flows in `fresh_flows`, and empty that list."""
        run = self._connection.exec_driver_sql
        run(
            "DELETE FROM fresh_flows WHERE EXISTS (SELECT 1 FROM touched_flows t "
            "WHERE t.loan_id = fresh_flows.loan_id AND t.as_of = fresh_flows.as_of)"
        )
        self._add_days("fresh_flows", -1, FLOWS, MOVES)
        run("INSERT INTO touched_flows SELECT loan_id, as_of FROM fresh_flows WHERE true")
        run("DELETE FROM fresh_flows")

    def settle(self, revision_id: int) -> None:
        """Add what the touched facts contribute now, and write the differences into the cubes."""
        self._add_days("touched_days", 1)
        self._add_days("touched_flows", 1, FLOWS, MOVES)
        self._add(PLACED, _touched_loans, 1)
        for cube in _OF_PAYMENTS:
            self._add(cube, _touched_payments, 1)
        for cube in _OF_ACTIONS:
            self._add(cube, _touched_actions, 1)
        for cube in CUBES:
            self._write(cube, revision_id)

    def _add_days(self, days: str, sign: int, *cubes: Cube) -> None:
        run = self._connection.exec_driver_sql
        run("DELETE FROM touched_keys")
        run(
            f"INSERT INTO touched_keys SELECT s.id FROM {days} d CROSS JOIN snapshots s "
            "WHERE s.loan_id = d.loan_id AND s.as_of = d.as_of AND s.live = 1"
        )
        for cube in cubes or (STOCK, SITE, BORROWERS, MARGINS):
            self._add(cube, _keys, sign)

    def _add(self, cube: Cube, keys: Table, sign: int) -> None:
        self._connection.execute(_addition(cube.table.name, keys.name, sign))

    def _write(self, cube: Cube, revision_id: int) -> None:
        self._connection.execute(_differences(cube), {"revision": revision_id})


@cache
def _differences(cube: Cube) -> Insert:
    """The differences in a cube's delta that are not 0, into the cube as of a revision; made once, it is long."""
    delta = _deltas[cube.table.name]
    cell = [delta.c.book_id, *(delta.c[name] for name in cube.groups)]
    totals = {name: func.sum(delta.c[name]) for name in cube.measures}
    differences = (
        select(*cell, *totals.values(), bindparam("revision", type_=Integer).label("revision_id"))
        .group_by(*cell)
        .having(or_(*(total != 0 for total in totals.values())))
    )
    names = ["book_id", *cube.groups, *cube.measures, "revision_id"]
    return insert(cube.table).from_select(names, differences)
