"""What was found about a score: appended by each revision; a finding falls silent with the batch that brought it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from core.monitoring.maturity import matures_on
from db.frames import COUNT, frame_of
from db.outcomes import outcomes_known_until
from db.rows import insert_rows
from db.tables import monitoring
from db.to_score import CAME_NEW

WINDOW_MONTHS = 12
_FIELDS = ("as_of", "what", "feature", "value", "n", "m", "bound", "alarm")
_STATED = {
    "as_of": "date", "balance": "money", "strategy": "text", "recovery_status": "text", "recovered_amount": "money",
    "months_observed": "number",
}  # fmt: skip
_TYPES = {
    "as_of": "date", "what": "text", "feature": "text", "value": "number", "n": COUNT, "m": COUNT, "bound": "number",
    "alarm": COUNT, "details": "text", "model_id": "number", "batch_id": "number", "known_on": "date",
}  # fmt: skip


def put_monitoring(
    connection: Connection, book_id: int, revision_id: int, rows: Iterable[Mapping[str, Any]], model_id: int | None
) -> None:
    """Append findings (see WriteUnit.put_monitoring)."""
    told = [
        (
            book_id,
            revision_id,
            model_id,
            *(_plain(row[name]) for name in _FIELDS),
            json.dumps(row["details"], allow_nan=False),
        )
        for row in rows
    ]
    insert_rows(connection, monitoring, ("book_id", "revision_id", "model_id", *_FIELDS, "details"), told)


def monitoring_of(connection: Connection, book_id: int, known_on: date | None) -> pd.DataFrame:
    """Findings that stand, or stood by a day (see PortfolioReader.monitoring): of one model, day, kind and feature the newest."""
    told = {"book": book_id, "known": "9999-12-31" if known_on is None else known_on.isoformat()}
    found = connection.exec_driver_sql(
        "SELECT g.as_of, g.what, g.feature, g.value, g.n, g.m, g.bound, g.alarm, g.details, g.model_id, "
        "CASE WHEN r.kind = 'batch' THEN r.batch_id END, r.known_on FROM monitoring g JOIN revisions r ON r.id = g.revision_id "
        "WHERE g.id IN (SELECT max(w.id) FROM monitoring w JOIN revisions v ON v.id = w.revision_id "
        "LEFT JOIN batches b ON b.id = v.batch_id AND v.kind <> 'undo' WHERE w.book_id = :book AND v.known_on <= :known "
        "AND (b.undone_on IS NULL OR b.undone_on > :known) GROUP BY coalesce(w.model_id, 0), w.as_of, w.what, w.feature) "
        "ORDER BY g.as_of, g.id",
        told,
    )
    return frame_of([tuple(row) for row in found], _TYPES)


_STATES = "coalesce({0}.recovery_status, {0}.recovered_amount) IS NOT NULL"
"""A snapshot states what became of its loan. A file repeats that month after month: its first day alone counts, and a loan
whose outcome was told by `after` was learned from, whatever later files repeat."""


def scored_outcomes(
    connection: Connection, book_id: int, model_id: int, *, after: str, stated: bool
) -> tuple[pd.DataFrame, date | None]:
    """Loans a model scored when they were new to it, with what became of them (see WriteUnit.scored_outcomes)."""
    of_whom = (
        f"s.book_id = :book AND s.live = 1 AND {_STATES.format('s')} AND NOT EXISTS (SELECT 1 FROM snapshots e WHERE "
        f"e.loan_id = s.loan_id AND e.live = 1 AND e.as_of <= :after AND {_STATES.format('e')})"
        if stated
        else CAME_NEW
    )
    found = connection.exec_driver_sql(
        f"SELECT s.loan_id, s.borrower_id, {', '.join(f's.{name}' for name in _STATED)}, (SELECT c.risk_score FROM scores c "
        "WHERE c.snapshot_id = s.id AND c.model_id = :model ORDER BY c.id LIMIT 1) AS risk_score FROM snapshots s "
        f"WHERE {of_whom} AND +s.as_of > :after AND risk_score IS NOT NULL ORDER BY s.as_of, s.id",
        {"book": book_id, "model": model_id, "after": after},
    )
    scored = frame_of(
        [tuple(row) for row in found], {"loan_id": COUNT, "borrower": COUNT, **_STATED, "risk_score": "number"}
    )
    scored = scored.drop_duplicates("loan_id", ignore_index=True)
    known, cash = outcomes_known_until(connection, book_id), pd.Series(float("nan"), index=scored.index)
    for day in sorted(set(scored["as_of"])):
        end = matures_on(date.fromisoformat(day), WINDOW_MONTHS)
        if known is not None and end <= known:
            rows = scored["as_of"] == day
            cash[rows] = (
                scored.loc[rows, "loan_id"].map(_cash(connection, scored.loc[rows, "loan_id"], day, end)).fillna(0.0)
            )
    return scored.assign(cash_12m=cash), known


def _cash(connection: Connection, loans: pd.Series, after: str, until: date) -> dict[int, float]:
    found = connection.exec_driver_sql(
        "SELECT loan_id, sum(amount) / 100.0 FROM payments WHERE loan_id IN (SELECT value FROM json_each(?)) AND live = 1 "
        "AND payment_kind IN ('cash', 'reversal') AND effective_on > ? AND effective_on <= ? GROUP BY loan_id",
        (json.dumps(loans.tolist()), after, until.isoformat()),
    )
    return {int(loan): float(amount) for loan, amount in found}


def _plain(value: Any) -> Any:
    return None if value is None or value != value or value in (float("inf"), float("-inf")) else value
