"""Frames for scoring: snapshots with all that may be known of them, and what earlier placements brought."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection

from core.columns import PORTFOLIO, Dtype

_FIELDS: dict[str, Dtype] = {
    column.field: column.dtype for column in PORTFOLIO if column.field not in ("loan_ref", "borrower_ref", "as_of")
}
_SELECT = (
    "SELECT s.id AS snapshot_id, l.loan_ref, b.borrower_ref, s.as_of, s.extra, "
    f"{', '.join(f's.{field}' for field in _FIELDS)}, "
    "(SELECT a.strategy FROM assignments a WHERE a.loan_id = s.loan_id AND a.live = 1 AND a.decided_by = 'person' "
    "ORDER BY a.assigned_on DESC, a.id DESC LIMIT 1) AS confirmed "
    "FROM snapshots s JOIN loans l ON l.id = s.loan_id JOIN borrowers b ON b.id = s.borrower_id"
)

CAME_NEW = (
    "s.id IN (SELECT p.snapshot_id FROM placements p WHERE p.book_id = :book AND p.live = 1 AND p.episode = 1) "
    "AND s.live = 1 AND s.status = 'open' AND s.hold IS NULL AND s.dpd >= 1 AND s.balance > 0 "
    "AND +s.as_of > (SELECT min(as_of) FROM snapshots WHERE book_id = :book AND live = 1)"
)
"""On the snapshot `s` the loan was placed for the first time and could be worked; not on the book's first day, on which every
loan in arrears is new only to the book. Read from the placements: the plus keeps SQLite from walking whole days."""


def wanting_scores(connection: Connection) -> pd.DataFrame:
    """Live snapshots in `spoke` and the other live loans of their borrowers on those days (see WriteUnit.to_score)."""
    return _frame(
        connection,
        f"{_SELECT} WHERE s.id IN (SELECT o.id FROM spoke w CROSS JOIN snapshots n CROSS JOIN snapshots o "
        "WHERE n.id = w.id AND n.live = 1 AND o.borrower_id = n.borrower_id AND o.as_of = n.as_of AND o.live = 1) "
        "ORDER BY s.as_of, s.id",
        {},
    )


def all_on(connection: Connection, book_id: int, as_of: str) -> pd.DataFrame:
    """Every live snapshot of a day, in the same columns."""
    query = f"{_SELECT} WHERE s.book_id = :book AND s.as_of = :day AND s.live = 1 ORDER BY s.id"
    return _frame(connection, query, {"book": book_id, "day": as_of})


def newcomers(connection: Connection, book_id: int, first: str, last: str) -> pd.DataFrame:
    """Workable loans on the day they came into arrears (see WriteUnit.newcomers), in the same columns."""
    query = f"{_SELECT} WHERE +s.as_of BETWEEN :first AND :last AND {CAME_NEW} ORDER BY s.as_of, s.id"
    return _frame(connection, query, {"book": book_id, "first": first, "last": last})


def matured_rates(connection: Connection, book_id: int) -> pd.DataFrame:
    """What placements at least 12 months old brought in their first 12 months: on the book's newest day, or on the day the
    newest payments file was received where that is earlier, for later payments cannot have been told.

    Returns:
        bucket (at placement), loans (episodes), balance, cash_12m (currency, net of reversals counted back to the
        payment taken back); empty where nothing is that old or the book has no payments.
    """
    found = connection.exec_driver_sql(
        "SELECT bucket, count(*) AS loans, sum(balance) / 100.0 AS balance, sum(cash) / 100.0 AS cash_12m FROM ("
        "SELECT s.bucket, p.balance, coalesce((SELECT sum(y.amount) FROM payments y WHERE y.loan_id = p.loan_id "
        "AND y.live = 1 AND y.payment_kind IN ('cash', 'reversal') AND y.effective_on >= p.placed_on "
        "AND y.effective_on < min(date(p.placed_on, '+12 months'), coalesce((SELECT n.placed_on FROM placements n "
        "WHERE n.loan_id = p.loan_id AND n.live = 1 AND n.episode = p.episode + 1), '9999'))), 0) AS cash "
        "FROM placements p JOIN snapshots s ON s.id = p.snapshot_id WHERE p.book_id = :book AND p.live = 1 AND p.placed_on <= date(min(("
        "SELECT max(as_of) FROM snapshots WHERE book_id = :book AND live = 1), (SELECT max(received_on) FROM batches "
        "WHERE book_id = :book AND kind = 'payments' AND status = 'committed')), '-12 months') "
        "AND EXISTS (SELECT 1 FROM payments WHERE book_id = :book AND live = 1)) placed GROUP BY bucket ORDER BY bucket",
        {"book": book_id},
    )
    return pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()))


def _frame(connection: Connection, query: str, given: dict[str, object]) -> pd.DataFrame:
    found = connection.exec_driver_sql(query, given)
    frame = pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()), dtype=object)
    for field, dtype in _FIELDS.items():
        if dtype not in ("text", "category", "date"):
            frame[field] = frame[field].astype("float64") / (100 if dtype == "money" else 1)
    return frame.astype({"snapshot_id": "int64", "dpd": "int64"})
