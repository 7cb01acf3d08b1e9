"""Recovery episodes as stored: derived from the snapshots that speak, anew for the loans a change may concern.

An episode that changes is a new row: the one before ceases to speak, so that an earlier day's knowledge still sees it.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Connection

from core.metrics.placement import EPISODE_FIELDS
from core.metrics.placement import placements as episodes_of
from db.rows import insert_rows
from db.tables import placements
from db.touched import Touched


def choose_placed_anew(connection: Connection) -> None:
    """Into `chosen`: of the loans whose history only grew (their new snapshots are in `frontier`), those where the new
    snapshot may begin an episode."""
    before = (
        "(SELECT s.dpd FROM snapshots s WHERE s.loan_id = r.loan_id AND s.live = 1 AND s.as_of < r.as_of "
        "ORDER BY s.as_of DESC LIMIT 1)"
    )
    of_loan = "SELECT 1 FROM placements p WHERE p.loan_id = r.loan_id AND p.live = 1"
    connection.exec_driver_sql(
        "INSERT INTO chosen SELECT r.loan_id FROM frontier f CROSS JOIN snapshots r WHERE r.id = f.id AND ("
        f"(r.placed_on IS NOT NULL AND NOT EXISTS ({of_loan} AND p.placed_on = r.placed_on)) "
        f"OR (r.dpd >= 1 AND (coalesce({before}, 0) = 0 OR NOT EXISTS ({of_loan})))) ON CONFLICT DO NOTHING"
    )


def rederive(connection: Connection, book_id: int, touched: Touched) -> None:
    """Bring the episodes of the loans in `chosen` in line with their snapshots and assignments."""
    rows: dict[int, list[tuple[Any, ...]]] = {loan: [] for loan in _chosen(connection)}
    if not rows:
        return
    for episode in episodes_of(_snapshots(connection), _assignments(connection)).astype(object).values.tolist():
        rows[int(episode[0])].append(tuple(None if value != value else value for value in episode))
    present = {
        tuple(row[1:]): int(row[0])
        for row in connection.exec_driver_sql(
            f"SELECT p.id, {', '.join(f'p.{name}' for name in EPISODE_FIELDS)} FROM chosen c CROSS JOIN placements p "
            "WHERE p.loan_id = c.id AND p.live = 1"
        )
    }
    new = [row for loan in rows for row in rows[loan] if row not in present]
    gone = [present[row] for row in present.keys() - {row for loan in rows for row in rows[loan]}]
    differing = {row[0] for row in new} | {row[0] for row, number in present.items() if number in set(gone)}
    if not differing:
        return
    connection.exec_driver_sql("DELETE FROM chosen")
    connection.exec_driver_sql("INSERT INTO chosen VALUES (?)", [(loan,) for loan in sorted(differing)])
    touched.loans()
    _end(connection, gone, touched.known_on)
    told = [(book_id, 1, touched.known_on, *row) for row in new]
    insert_rows(connection, placements, ("book_id", "live", "since_on", *EPISODE_FIELDS), told)


def _end(connection: Connection, gone: list[int], known_on: str) -> None:
    """These rows are silent from the day on; one that began on that very day is nobody's knowledge and goes."""
    if gone:
        run = connection.exec_driver_sql
        run("DELETE FROM placements WHERE id = ? AND since_on >= ?", [(number, known_on) for number in gone])
        run("UPDATE placements SET live = 0, until_on = ? WHERE id = ?", [(known_on, number) for number in gone])


def _chosen(connection: Connection) -> list[int]:
    return [int(row[0]) for row in connection.exec_driver_sql("SELECT id FROM chosen ORDER BY id")]


def _snapshots(connection: Connection) -> pd.DataFrame:
    found = connection.exec_driver_sql(
        "SELECT s.loan_id, s.id AS snapshot_id, s.as_of, s.dpd, s.placed_on, s.balance FROM chosen c "
        "CROSS JOIN snapshots s WHERE s.loan_id = c.id AND s.live = 1"
    )
    frame = pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()))
    return frame.astype({"loan_id": "int64", "snapshot_id": "int64", "dpd": "int64", "balance": "int64"})


def _assignments(connection: Connection) -> pd.DataFrame:
    found = connection.exec_driver_sql(
        "SELECT a.loan_id, a.assigned_on, a.strategy FROM chosen c CROSS JOIN assignments a "
        "WHERE a.loan_id = c.id AND a.live = 1 ORDER BY a.assigned_on, a.decided_by = 'person', a.id"
    )
    frame = pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()))
    return frame.astype({"loan_id": "int64"})
