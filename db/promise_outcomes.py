"""What became of promises, as stored: derived from the payments and actions that speak, anew for the loans a change may
concern. Every promise that speaks has one outcome that speaks, and one more for each later day on which a reversal
changed it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from core.metrics.contacts import CANCELLED_RESULTS
from core.metrics.promise_outcomes import OUTCOME_FIELDS
from core.metrics.promise_outcomes import promise_outcomes as outcomes_of
from db.rows import insert_rows
from db.tables import promise_outcomes
from db.touched import Touched

_HAS_PROMISES = "SELECT 1 FROM promise_outcomes o WHERE o.loan_id = {loan} AND o.live = 1"
_CANCELLING = ", ".join("?" * len(CANCELLED_RESULTS))
_PROMISES_OF_CHOSEN = (
    "SELECT p.id AS promise_id, p.loan_id, p.promised_on, p.due_on, p.amount, ("
    "SELECT min(a.acted_on) FROM actions a JOIN batches told ON told.id = a.batch_id "
    "WHERE a.loan_id = p.loan_id AND a.live = 1 AND a.acted_on >= p.promised_on "
    "AND (a.acted_on, told.received_on, told.id, a.id) > (p.promised_on, b.received_on, b.id, p.action_id) "
    f"AND lower(a.result) IN ({_CANCELLING})) AS cancelled_on "
    "FROM promises p JOIN batches b ON b.id = p.batch_id WHERE p.live = 1 AND p.loan_id IN (SELECT id FROM chosen) AND p.id IN ("
    "SELECT o.promise_id FROM chosen c CROSS JOIN promise_outcomes o WHERE o.loan_id = c.id AND o.live = 1 "
    "UNION SELECT m.id FROM touched_actions t CROSS JOIN promises m WHERE m.action_id = t.id) "
    "ORDER BY b.received_on, b.id, p.id"
)
_CASH_OF_CHOSEN = (
    "SELECT p.loan_id, p.id AS payment_id, p.paid_on, p.amount, CASE WHEN p.amount < 0 THEN ("
    "SELECT n.id FROM payments n WHERE n.book_id = p.book_id AND n.payment_ref = p.reverses_ref "
    "AND n.loan_id = p.loan_id AND n.live = 1 AND n.amount > 0) END AS reverses_id "
    "FROM chosen c CROSS JOIN payments p JOIN batches b ON b.id = p.batch_id "
    "WHERE p.loan_id = c.id AND p.live = 1 AND p.payment_kind IN ('cash', 'reversal') ORDER BY b.received_on, b.id, p.id"
)


def derive_of_payments(connection: Connection, book_id: int, touched: Touched) -> None:
    """Bring the outcomes of promises in line with the payments this revision touched."""
    run = connection.exec_driver_sql
    run("DELETE FROM chosen")
    run(
        "INSERT INTO chosen SELECT DISTINCT p.loan_id FROM touched_payments t CROSS JOIN payments p "
        f"WHERE p.id = t.id AND EXISTS ({_HAS_PROMISES.format(loan='p.loan_id')})"
    )
    rederive(connection, book_id, touched)


def derive_of_actions(connection: Connection, book_id: int, touched: Touched) -> None:
    """Bring the outcomes of promises in line with the actions this revision touched, and the promises made in them."""
    run = connection.exec_driver_sql
    run("DELETE FROM chosen")
    run(
        "INSERT INTO chosen SELECT DISTINCT a.loan_id FROM touched_actions t CROSS JOIN actions a WHERE a.id = t.id AND ("
        f"EXISTS (SELECT 1 FROM promises m WHERE m.action_id = a.id) OR EXISTS ({_HAS_PROMISES.format(loan='a.loan_id')}))"
    )
    rederive(connection, book_id, touched)


def rederive(connection: Connection, book_id: int, touched: Touched) -> None:
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
    known_on = touched.known_on
    if gone:
        ended = [(known_on, present[row]) for row in gone]
        connection.exec_driver_sql("UPDATE promise_outcomes SET live = 0, until_on = ? WHERE id = ?", ended)
    rows = [(book_id, 1, known_on, *row) for row in sorted(new, key=_place)]
    insert_rows(connection, promise_outcomes, ("book_id", "live", "since_on", *OUTCOME_FIELDS), rows)


def _wanted(connection: Connection) -> pd.DataFrame:
    """The outcomes as they follow from what speaks. What the store numbered by chance of arrival is numbered here by the
    day of receipt, so that files bring the same outcomes in whichever order they were loaded."""
    promises = _frame(connection, _PROMISES_OF_CHOSEN, CANCELLED_RESULTS)
    cash = _frame(connection, _CASH_OF_CHOSEN)
    place = {number: position for position, number in enumerate(cash["payment_id"])}
    cash = cash.assign(payment_id=cash["payment_id"].map(place), reverses_id=cash["reverses_id"].map(place))
    numbers = promises["promise_id"].tolist()
    found = outcomes_of(promises.assign(promise_id=range(len(promises))), cash)
    return found.assign(promise_id=[numbers[position] for position in found["promise_id"]])


def _place(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Of a promise first its outcome as judged, then what changed it."""
    return row[0], row[OUTCOME_FIELDS.index("told_on")] or ""


def _frame(connection: Connection, query: str, given: Sequence[str] = ()) -> pd.DataFrame:
    found = connection.exec_driver_sql(query, tuple(given))
    return pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()), dtype=object)


def _plain(row: tuple[Any, ...]) -> list[Any]:
    return [None if value is None or value != value else value for value in row]
