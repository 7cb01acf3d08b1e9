"""Trials: what was registered and decided, and the loans in their arms with what came of them in the early window."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from core.errors import Refused
from core.metrics.contacts import is_contact
from core.metrics.outcome import cash_within_days
from core.records import Book, Trial
from db.frames import COUNT, frame_of
from db.outcomes import outcomes_known_until
from db.tables import trials

COMPLAINT = "complain"
"""What an action or its result is called where a borrower complained, in any case."""
_FACTS = {
    "balance": "money", "dpd": "number", "missed_payments": "number", "promise_kept_ratio": "number", "contact_rate": "number",
    "collateral_value": "money", "risk_score": "number",
}  # fmt: skip
_ROWS = {
    "loan_id": COUNT, "loan_ref": "text", "borrower_ref": "text", "arm": "text", "probability": "number", "assigned_on": "date",
    "strategy": "text", "as_of": "date", **_FACTS,
}  # fmt: skip
_FIRST = (
    "SELECT a.loan_id, l.loan_ref, b.borrower_ref, a.arm, a.probability, a.assigned_on, a.strategy, s.as_of, s.balance, s.dpd, "
    "s.missed_payments, s.promise_kept_ratio, s.contact_rate, s.collateral_value, "
    "(SELECT CASE WHEN c.model_id IS NULL OR substr(m.trained_at, 1, 10) <= a.assigned_on THEN c.risk_score END FROM scores c "
    "LEFT JOIN models m ON m.id = c.model_id WHERE c.snapshot_id = s.id AND c.live = 1 LIMIT 1) AS risk_score "
    "FROM assignments a JOIN loans l ON l.id = a.loan_id JOIN snapshots s ON s.id = coalesce("
    "(SELECT n.id FROM snapshots n WHERE n.loan_id = a.loan_id AND n.live = 1 AND n.as_of <= a.assigned_on ORDER BY n.as_of DESC LIMIT 1), "
    "(SELECT n.id FROM snapshots n WHERE n.loan_id = a.loan_id AND n.live = 1 ORDER BY n.as_of LIMIT 1)) "
    "LEFT JOIN borrowers b ON b.id = s.borrower_id WHERE a.book_id = :book AND a.live = 1 AND a.trial = :trial "
    "AND a.id = (SELECT x.id FROM assignments x WHERE x.loan_id = a.loan_id AND x.live = 1 AND x.trial = a.trial "
    "ORDER BY x.assigned_on, x.id LIMIT 1) ORDER BY a.assigned_on, a.loan_id"
)
_IN_TRIAL = (
    "loan_id IN (SELECT a.loan_id FROM assignments a WHERE a.book_id = :book AND a.live = 1 AND a.trial = :trial)"
)
_ANY_COMPLAINT = (
    "SELECT 1 FROM actions WHERE book_id = :book AND live = 1 AND "
    f"(action LIKE '%{COMPLAINT}%' OR result LIKE '%{COMPLAINT}%') LIMIT 1"
)


def put_trial(connection: Connection, book_id: int, at: str, who: str, plan: Mapping[str, Any]) -> None:
    """Register a trial (see WriteUnit). Raises Refused where the name is taken."""
    name = str(plan["name"])
    if connection.execute(select(trials.c.id).where(trials.c.book_id == book_id, trials.c.name == name)).first():
        raise Refused(f"There is a trial '{name}' already", remedy="Give this one another name.")
    connection.execute(trials.insert().values(
        book_id=book_id, name=name, plan=_json(plan), status="running", who=who, at=at, verdict="{}", because="", decided_by="", decided_at="",
    ))  # fmt: skip


def decide_trial(
    connection: Connection, book_id: int, at: str, who: str, name: str, status: str, verdict: Mapping[str, Any], because: str
) -> None:  # fmt: skip
    """Close a running trial (see WriteUnit). Raises Refused where none of that name runs."""
    mine = (trials.c.book_id == book_id, trials.c.name == name, trials.c.status == "running")
    closed = {"status": status, "verdict": _json(verdict), "because": because, "decided_by": who, "decided_at": at}
    if not connection.execute(trials.update().where(*mine).values(**closed)).rowcount:
        raise Refused(f"No trial '{name}' is running", remedy="Look it up in the list of trials.")


def trials_of(connection: Connection, book_id: int) -> list[Trial]:
    """The registered trials of a book, newest first."""
    query = select(trials).where(trials.c.book_id == book_id).order_by(trials.c.id.desc())
    return [
        Trial(
            row["name"], json.loads(row["plan"]), row["status"], row["who"], row["at"], json.loads(row["verdict"]),
            row["because"], row["decided_by"], row["decided_at"],
        )
        for row in connection.execute(query).mappings()
    ]  # fmt: skip


def trial_names(connection: Connection, book_id: int) -> list[str]:
    """The trials that loans are assigned to, by name."""
    query = "SELECT DISTINCT trial FROM assignments WHERE book_id = ? AND live = 1 AND trial IS NOT NULL AND arm IS NOT NULL ORDER BY trial"
    return [str(name) for name in connection.exec_driver_sql(query, (book_id,)).scalars()]


def trial_rows(connection: Connection, book_id: int, book: Book, trial: str, window_days: int) -> pd.DataFrame:
    """As `PortfolioReader.trial_rows` says."""
    told = {"book": book_id, "trial": trial}
    rows = frame_of(connection.exec_driver_sql(_FIRST, told).all(), _ROWS)
    until = outcomes_known_until(connection, book_id) if book.has_payments else None
    starts = rows[["loan_id"]].assign(as_of=rows["assigned_on"])
    ends = pd.to_datetime(rows["assigned_on"]) + pd.Timedelta(days=window_days)
    paid = connection.exec_driver_sql(
        "SELECT loan_id, effective_on, amount FROM payments WHERE live = 1 AND payment_kind IN ('cash', 'reversal') "
        f"AND book_id = :book AND {_IN_TRIAL}", told
    )  # fmt: skip
    cash = frame_of(paid.all(), {"loan_id": COUNT, "effective_on": "date", "amount": "money"})
    rows["cash_early"] = _within(starts, cash, window_days, ends, until)
    actions = frame_of(
        connection.exec_driver_sql(
            f"SELECT loan_id, acted_on, action, result, cost FROM actions WHERE live = 1 AND book_id = :book AND {_IN_TRIAL}",
            told,
        ).all(),
        {"loan_id": COUNT, "effective_on": "date", "action": "text", "result": "text", "cost": "money"},
    )
    acted = book.actions_until if book.has_actions else None
    costs = actions[actions["cost"].notna()].rename(columns={"cost": "amount"})
    rows["cost_early"] = _within(starts, costs, window_days, ends, acted if book.has_costs else None)
    known = {
        "contacts": acted,
        "complaints": acted if connection.exec_driver_sql(_ANY_COMPLAINT, told).first() else None,
        "broken_promises": min(acted, until) if acted and until else None,
    }
    for name, events in _counted(connection, told, actions).items():
        rows[name] = _within(starts, events, window_days, ends, known[name])
    return rows.drop(columns="loan_id")


def _within(starts: pd.DataFrame, events: pd.DataFrame, days: int, ends: pd.Series, until: date | None) -> pd.Series:
    """The sum of amounts in the window of each row; NaN where it is not over by `until`, or nothing is told."""
    if until is None or starts.empty:
        return pd.Series(np.nan, index=starts.index, dtype=float)
    mine = events[events["loan_id"].isin(starts["loan_id"])]
    return cash_within_days(starts, mine, days).where(ends <= pd.Timestamp(until))


def _counted(connection: Connection, told: Mapping[str, Any], actions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Contacts, complaints and broken promises, each as events of amount 1."""
    reached = actions["result"].map(lambda result: is_contact(result) if isinstance(result, str) else False)
    said = (actions["action"].fillna("") + " " + actions["result"].fillna("")).str.casefold()
    complained = said.str.contains(COMPLAINT, regex=False)
    broken = frame_of(
        connection.exec_driver_sql(
            f"SELECT loan_id, resolved_on FROM promise_outcomes p WHERE live = 1 AND fate = 'broken' AND book_id = :book AND {_IN_TRIAL} "
            "AND id = (SELECT max(n.id) FROM promise_outcomes n WHERE n.promise_id = p.promise_id AND n.live = 1)",
            told,
        ).all(),
        {"loan_id": COUNT, "effective_on": "date"},
    )
    return {
        "contacts": actions[reached.astype(bool)].assign(amount=1.0),
        "broken_promises": broken[broken["effective_on"].notna()].assign(amount=1.0),
        "complaints": actions[complained.astype(bool)].assign(amount=1.0),
    }


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), sort_keys=True, ensure_ascii=False, allow_nan=False)
