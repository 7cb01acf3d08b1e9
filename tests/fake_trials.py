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
    snapshots = reader._snapshots.sort_values("as_of", kind="stable")
    told = []
    for loan, own in snapshots.groupby("loan_id"):
        given = _given(reader, own, trial)
        if given is None:
            continue
        before = own[own["as_of"] <= given["assigned_on"]]
        then = (before.iloc[-1] if len(before) else own.iloc[0]).to_dict()
        told.append({"loan_id": loan, **then, **given} | _came(reader, loan, given["assigned_on"], window_days))
    frame = pd.DataFrame(told, columns=["loan_id", *COLUMNS])
    return frame.sort_values(["assigned_on", "loan_id"], ignore_index=True).drop(columns="loan_id")


def _given(reader: Any, own: pd.DataFrame, trial: str) -> dict[str, Any] | None:
    found = [
        {"arm": row["arm"], "probability": row["assignment_probability"], "strategy": row["strategy"],
         "assigned_on": row["assigned_on"] if isinstance(row["assigned_on"], str) else row["as_of"]}
        for row in own[own["trial"] == trial].to_dict("records")
    ]  # fmt: skip
    found += [
        {name: row[name] for name in ("arm", "probability", "strategy", "assigned_on")}
        for row in reader.tried.given
        if row["trial"] == trial and row["loan_ref"] == own["loan_ref"].iloc[0]
    ]
    return min(found, key=lambda row: row["assigned_on"]) if found else None


def _came(reader: Any, loan: int, assigned_on: str, days: int) -> dict[str, float]:
    book, until = reader.book(), fake_outcomes_until(reader)
    first = date.fromisoformat(assigned_on)
    last = date.fromordinal(first.toordinal() + days)

    def inside(rows: pd.DataFrame, day: str) -> pd.DataFrame:
        own = rows[(rows["loan_id"] == loan) & rows[day].notna()]
        return own[(own[day] > first.isoformat()) & (own[day] <= last.isoformat())]

    paid = reader._payments[reader._payments["payment_kind"].isin(["cash", "reversal"])]
    acted = reader._actions
    found = dict.fromkeys(("cash_early", "cost_early", "contacts", "broken_promises", "complaints"), np.nan)
    if until is not None and last <= until:
        found["cash_early"] = round(float(inside(paid, "effective_on")["amount"].sum()), 2)
    if book.actions_until is None or last > book.actions_until:
        return found
    mine = inside(acted, "acted_on")
    if book.has_costs:
        found["cost_early"] = round(float(mine["cost"].sum()), 2)
    found["contacts"] = float(sum(is_contact(result) for result in mine["result"] if isinstance(result, str)))
    promises = promise_rows(reader).drop_duplicates("number", keep="last")
    if until is not None and last <= until:
        found["broken_promises"] = float((inside(promises, "resolved_on")["fate"] == "broken").sum())
    words = acted["action"].fillna("").str.cat(acted["result"].fillna(""), sep=" ").str.casefold()
    if words.str.contains("complain").any():
        found["complaints"] = float(words[mine.index].str.contains("complain").sum())
    return found
