"""Up to which day a book's payments say what became of its loans."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from core.metrics.ripeness import outcomes_until


def outcomes_known_until(connection: Connection, book_id: int) -> date | None:
    """`core.metrics.ripeness.outcomes_until` of what is live now; None without a payments file."""
    received, day, payment = connection.exec_driver_sql(
        "SELECT (SELECT max(day) FROM (SELECT min(received_on) AS day FROM batches WHERE book_id = :book AND kind = 'payments' "
        "AND status = 'committed' GROUP BY sha256)), "
        "(SELECT max(as_of) FROM snapshots WHERE book_id = :book AND live = 1), "
        "(SELECT max(effective_on) FROM payments WHERE book_id = :book AND live = 1)",
        {"book": book_id},
    ).one()
    return None if received is None else outcomes_until(date.fromisoformat(received), _day(day), _day(payment))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
