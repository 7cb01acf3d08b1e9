"""What follows from the snapshots that speak: assignments, the strategy of silent rows, placements, borrowers.

Loans whose history only grew by one newest snapshot are looked at with one query, and derived anew only where that
snapshot may change something; loans whose past changed are always derived anew.
"""

from __future__ import annotations

from sqlalchemy import Connection

from db import assignments, placements
from db.touched import Touched


def derive(connection: Connection, book_id: int, revision_id: int, touched: Touched) -> None:
    """Bring everything derived in line with the rows in `changed`, and empty that list."""
    run = connection.exec_driver_sql
    _find_frontier(connection)
    _choose_rewritten(connection)
    assignments.choose_restated(connection)
    reassigned = assignments.rederive(connection, book_id, revision_id, touched.known_on)
    derive_reassigned(connection, book_id, touched, reassigned)
    run(
        "UPDATE loans SET borrower_id = (SELECT s.borrower_id FROM snapshots s WHERE s.loan_id = loans.id AND s.live = 1 "
        "ORDER BY s.as_of DESC LIMIT 1) WHERE id IN (SELECT loan_id FROM changed) AND borrower_id <> ("
        "SELECT s.borrower_id FROM snapshots s WHERE s.loan_id = loans.id AND s.live = 1 ORDER BY s.as_of DESC LIMIT 1)"
    )
    run("DELETE FROM changed")
    run("DELETE FROM frontier")


def derive_reassigned(connection: Connection, book_id: int, touched: Touched, reassigned: set[int]) -> None:
    """Bring strategies of silent snapshots and placements in line, for these loans and the rows in `changed`."""
    _choose(connection, reassigned)
    assignments.restate_snapshots(connection, touched)
    _choose_rewritten(connection)
    _choose(connection, reassigned, clear=False)
    placements.choose_placed_anew(connection)
    placements.rederive(connection, book_id, touched)


def _find_frontier(connection: Connection) -> None:
    run = connection.exec_driver_sql
    run("DELETE FROM frontier")
    run(
        "INSERT INTO frontier SELECT s.id FROM (SELECT loan_id, max(as_of) AS as_of FROM changed GROUP BY loan_id "
        "HAVING count(*) = 1 AND max(removed) = 0) c CROSS JOIN snapshots s WHERE s.loan_id = c.loan_id "
        "AND s.as_of = c.as_of AND s.live = 1 AND NOT EXISTS (SELECT 1 FROM snapshots n WHERE n.loan_id = c.loan_id "
        "AND n.live = 1 AND n.as_of > c.as_of)"
    )


def _choose_rewritten(connection: Connection) -> None:
    _choose(connection, set())
    connection.exec_driver_sql(
        "INSERT INTO chosen SELECT DISTINCT loan_id FROM changed WHERE loan_id NOT IN "
        "(SELECT s.loan_id FROM frontier f CROSS JOIN snapshots s WHERE s.id = f.id)"
    )


def _choose(connection: Connection, loans: set[int], *, clear: bool = True) -> None:
    if clear:
        connection.exec_driver_sql("DELETE FROM chosen")
    if loans:
        connection.exec_driver_sql("INSERT INTO chosen VALUES (?) ON CONFLICT DO NOTHING", [(loan,) for loan in loans])
