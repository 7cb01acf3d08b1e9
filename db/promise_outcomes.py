"""What became of promises, as stored: derived from the payments and actions that speak, anew for the loans a change may
concern. Every promise that speaks has exactly one outcome that speaks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from core.metrics.contacts import CANCELLED_RESULTS
from core.metrics.promises import OUTCOME_FIELDS, net_of_reversals
from core.metrics.promises import promise_outcomes as outcomes_of
from db.rows import insert_rows
from db.tables import promise_outcomes
from db.touched import Touched

_HAS_PROMISES = "SELECT 1 FROM promise_outcomes o WHERE o.loan_id = {loan} AND o.live = 1"
_PROMISES_OF_CHOSEN = (
    "SELECT p.id AS promise_id, p.loan_id, p.promised_on, p.due_on, p.amount, ("
    "SELECT min(a.acted_on) FROM actions a WHERE a.loan_id = p.loan_id AND a.live = 1 AND a.acted_on >= p.promised_on "
    f"AND (a.acted_on > p.promised_on OR a.id > p.action_id) AND lower(a.result) IN ({', '.join('?' * len(CANCELLED_RESULTS))})"
    ") AS cancelled_on FROM promises p WHERE p.live = 1 AND p.id IN ("
    "SELECT o.promise_id FROM chosen c CROSS JOIN promise_outcomes o WHERE o.loan_id = c.id AND o.live = 1 "
    "UNION SELECT m.id FROM touched_actions t CROSS JOIN promises m WHERE m.action_id = t.id) ORDER BY p.id"
)
_CASH_OF_CHOSEN = (
    "SELECT p.loan_id, p.id AS payment_id, p.paid_on, p.amount, CASE WHEN p.amount < 0 THEN ("
    "SELECT n.id FROM payments n WHERE n.book_id = p.book_id AND n.payment_ref = p.reverses_ref "
    "AND n.loan_id = p.loan_id AND n.live = 1 AND n.amount > 0) END AS reverses_id "
    "FROM chosen c CROSS JOIN payments p WHERE p.loan_id = c.id AND p.live = 1 AND p.payment_kind IN ('cash', 'reversal')"
)


def derive_of_payments(connection: Connection, book_id: int, known_on: date, touched: Touched) -> None:
    """Bring the outcomes of promises in line with the payments this revision touched."""
    run = connection.exec_driver_sql
    run("DELETE FROM chosen")
    run(
        "INSERT INTO chosen SELECT DISTINCT p.loan_id FROM touched_payments t CROSS JOIN payments p "
        f"WHERE p.id = t.id AND EXISTS ({_HAS_PROMISES.format(loan='p.loan_id')})"
    )
    rederive(connection, book_id, known_on, touched)


def derive_of_actions(connection: Connection, book_id: int, known_on: date, touched: Touched) -> None:
    """Bring the outcomes of promises in line with the actions this revision touched, and the promises made in them."""
    run = connection.exec_driver_sql
    run("DELETE FROM chosen")
    run(
        "INSERT INTO chosen SELECT DISTINCT a.loan_id FROM touched_actions t CROSS JOIN actions a WHERE a.id = t.id AND ("
        f"EXISTS (SELECT 1 FROM promises m WHERE m.action_id = a.id) OR EXISTS ({_HAS_PROMISES.format(loan='a.loan_id')}))"
    )
    rederive(connection, book_id, known_on, touched)


def rederive(connection: Connection, book_id: int, known_on: date, touched: Touched) -> None:
    """Bring the outcomes of the promises of the loans in `chosen` in line with what speaks."""
    wanted = {tuple(_plain(row)) for row in _wanted(connection).itertuples(index=False)}
    columns = ", ".join(f"o.{name}" for name in OUTCOME_FIELDS)
    present = {
        tuple(row[1:]): int(row[0])
        for row in connection.exec_driver_sql(
            f"SELECT o.id, {columns} FROM chosen c CROSS JOIN promise_outcomes o WHERE o.loan_id = c.id AND o.live = 1"
        )
    }
    gone, new = present.keys() - wanted, wanted - present.keys()
    if not gone and not new:
        return
    touched.promises(sorted({row[0] for row in gone | new}))
    day = known_on.isoformat()
    if gone:
        ended = [(day, present[row]) for row in gone]
        connection.exec_driver_sql("UPDATE promise_outcomes SET live = 0, until_on = ? WHERE id = ?", ended)
    rows = [(book_id, 1, day, *row) for row in sorted(new, key=lambda row: row[0])]
    insert_rows(connection, promise_outcomes, ("book_id", "live", "since_on", *OUTCOME_FIELDS), rows)


def _wanted(connection: Connection) -> pd.DataFrame:
    promises = _frame(connection, _PROMISES_OF_CHOSEN, CANCELLED_RESULTS)
    return outcomes_of(promises, net_of_reversals(_frame(connection, _CASH_OF_CHOSEN)))


def _frame(connection: Connection, query: str, given: Sequence[str] = ()) -> pd.DataFrame:
    found = connection.exec_driver_sql(query, tuple(given))
    return pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()), dtype=object)


def _plain(row: tuple[Any, ...]) -> list[Any]:
    return [None if value is None or value != value else value for value in row]
