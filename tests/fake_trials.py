"""The fake store's trials, in plain Python; it passes the contract suite of the real one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from core.errors import Refused
from core.metrics.contacts import is_contact
from core.metrics.ripeness import outcomes_until
from core.records import Trial
from tests.fake_facts import promise_rows
from tests.fake_strategies import AT

COLUMNS = (
    "loan_ref", "borrower_ref", "arm", "probability", "assigned_on", "strategy", "as_of", "balance", "dpd", "missed_payments",
    "promise_kept_ratio", "contact_rate", "collateral_value", "risk_score", "cash_early", "cost_early", "contacts",
    "broken_promises", "complaints",
)  # fmt: skip


class FakeTrials:
    """What was registered, oldest first, and the loans that Recoup put into arms."""

    def __init__(self) -> None:
        self.registered: list[Trial] = []
        self.given: list[dict[str, Any]] = []

    def put(self, plan: Mapping[str, Any], who: str) -> None:
        if any(trial.name == plan["name"] for trial in self.registered):
            raise Refused(f"There is a trial '{plan['name']}' already", remedy="Give this one another name.")
        self.registered.append(Trial(plan["name"], dict(plan), "running", who, AT, {}, "", "", ""))

    def decide(self, name: str, status: Any, verdict: Mapping[str, Any], because: str, who: str) -> None:
        if not any(trial.name == name and trial.status == "running" for trial in self.registered):
            raise Refused(f"No trial '{name}' is running", remedy="Look it up in the list of trials.")
        closed = {"status": status, "verdict": dict(verdict), "because": because, "decided_by": who, "decided_at": AT}
        self.registered = [replace(trial, **closed) if trial.name == name else trial for trial in self.registered]

    def assign(self, trial: str, rows: pd.DataFrame, assigned_on: date) -> int:
        told = {"trial": trial, "assigned_on": assigned_on.isoformat()}
        self.given += [row | told for row in rows.to_dict("records")]
        return len(rows)


def fake_outcomes_until(reader: Any) -> date | None:
    """As `PortfolioReader.outcomes_until`."""
    book, paid = reader.book(), reader._payments
    if book.payments_until is None:
        return None
    days = map(date.fromisoformat, paid["paid_on"].dropna())
    return outcomes_until(book.payments_until, book.days[-1] if book.days else None, days)


def fake_trial_rows(reader: Any, trial: str, window_days: int) -> pd.DataFrame:
    """As `PortfolioReader.trial_rows`: each loan looked at by itself."""
    given = _given(reader, trial)
    mine = reader._snapshots[reader._snapshots["loan_ref"].isin(list(given))].sort_values("as_of", kind="stable")
    snapshots = _by_loan(mine)
    events, told = _Events(reader), []
    for loan, own in snapshots.items():
        mine = given[own[0]["loan_ref"]]
        before = [row for row in own if row["as_of"] <= mine["assigned_on"]]
        then = before[-1] if before else own[0]
        told.append({"loan_id": loan, **then, **mine} | events.within(loan, mine["assigned_on"], window_days))
    frame = pd.DataFrame(told, columns=["loan_id", *COLUMNS])
    return frame.sort_values(["assigned_on", "loan_id"], ignore_index=True).drop(columns="loan_id")


def _given(reader: Any, trial: str) -> dict[str, dict[str, Any]]:
    """By loan the first of its assignments to the trial."""
    stated = reader._snapshots[reader._snapshots["trial"] == trial].to_dict("records")
    found = [
        {"loan_ref": row["loan_ref"], "arm": row["arm"], "probability": row["assignment_probability"], "strategy": row["strategy"],
         "assigned_on": row["assigned_on"] if isinstance(row["assigned_on"], str) else row["as_of"]}
        for row in stated
    ]  # fmt: skip
    names = ("loan_ref", "arm", "probability", "strategy", "assigned_on")
    found += [{name: row[name] for name in names} for row in reader.tried.given if row["trial"] == trial]
    first: dict[str, dict[str, Any]] = {}
    for row in sorted(found, key=lambda row: row["assigned_on"]):
        first.setdefault(row["loan_ref"], row)
    return first


def _by_loan(rows: pd.DataFrame) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows.to_dict("records"):
        found.setdefault(row["loan_id"], []).append(row)
    return found


class _Events:
    """What happened on loans, by loan."""

    def __init__(self, reader: Any) -> None:
        paid, acted = reader._payments, reader._actions
        self.book, self.until = reader.book(), fake_outcomes_until(reader)
        self.paid = _by_loan(paid[paid["payment_kind"].isin(["cash", "reversal"])])
        self.acted = _by_loan(acted)
        self.promised = _by_loan(promise_rows(reader).drop_duplicates("number", keep="last")) if len(acted) else {}
        self.complained = any("complain" in _said(row) for rows in self.acted.values() for row in rows)

    def within(self, loan: int, assigned_on: str, days: int) -> dict[str, float]:
        first = date.fromisoformat(assigned_on)
        last = date.fromordinal(first.toordinal() + days)

        def inside(rows: dict[int, list[dict[str, Any]]], day: str) -> list[dict[str, Any]]:
            return [
                row
                for row in rows.get(loan, [])
                if isinstance(row[day], str) and first.isoformat() < row[day] <= last.isoformat()
            ]

        found = dict.fromkeys(("cash_early", "cost_early", "contacts", "broken_promises", "complaints"), np.nan)
        if self.until is not None and last <= self.until:
            found["cash_early"] = round(float(sum(row["amount"] for row in inside(self.paid, "effective_on"))), 2)
        if self.book.actions_until is None or last > self.book.actions_until:
            return found
        mine = inside(self.acted, "acted_on")
        if self.book.has_costs:
            found["cost_early"] = round(float(np.nansum([row["cost"] for row in mine])), 2)
        found["contacts"] = float(sum(is_contact(row["result"]) for row in mine if isinstance(row["result"], str)))
        if self.until is not None and last <= self.until:
            found["broken_promises"] = float(
                sum(row["fate"] == "broken" for row in inside(self.promised, "resolved_on"))
            )
        if self.complained:
            found["complaints"] = float(sum("complain" in _said(row) for row in mine))
        return found


def _said(row: dict[str, Any]) -> str:
    return " ".join(str(row[name]) for name in ("action", "result") if isinstance(row[name], str)).casefold()
