"""Up to which day a book's payments say what became of its loans."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from core.metrics.ripeness import outcomes_until

_NEWEST = (
    "SELECT (SELECT max(day) FROM (SELECT min(received_on) AS day FROM batches WHERE book_id = :book AND kind = 'payments' "
    "AND status = 'committed' GROUP BY sha256)), (SELECT max(as_of) FROM snapshots WHERE book_id = :book AND live = 1)"
)
_MONTHS_SINCE = (
    "SELECT max(p.paid_on) FROM payments p WHERE p.book_id = :book AND p.live = 1 AND p.paid_on > :day AND EXISTS "
    "(SELECT 1 FROM snapshots s WHERE s.loan_id = p.loan_id AND s.live = 1) GROUP BY substr(p.paid_on, 1, 7)"
)


def outcomes_known_until(connection: Connection, book_id: int) -> date | None:
    """`core.metrics.ripeness.outcomes_until` of what is live now; None without a payments file."""
    received, day = connection.exec_driver_sql(_NEWEST, {"book": book_id}).one()
    if received is None:
        return None
    since = connection.exec_driver_sql(_MONTHS_SINCE, {"book": book_id, "day": day or ""}).scalars()
    newest_day = None if day is None else date.fromisoformat(day)
    return outcomes_until(date.fromisoformat(received), newest_day, map(date.fromisoformat, since))
