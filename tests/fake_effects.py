"""The fake reader's rows for measuring effects, loan by loan in plain Python."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from core.metrics.ripeness import outcomes_until

COLUMNS = ("decided_by", "cash_90d", "cash_12m", "cost_12m", "changed_later", "begun_earlier")


def fake_treated(reader: Any) -> pd.DataFrame:
    """As `PortfolioReader.treated_rows`: each loan looked at by itself."""
    rows = reader.training_rows().drop(columns="months_seen")
    book, paid, acted = reader.book(), reader._payments, reader._actions
    until = None
    if book.payments_until:
        until = outcomes_until(
            book.payments_until, book.days[-1] if book.days else None, map(date.fromisoformat, paid["paid_on"].dropna())
        )
    told, given, own_rows = [], defaultdict(list), defaultdict(list)
    for row in reader._given.to_dict("records"):
        given[row["loan_id"]].append(row)
    for row in rows.sort_values("as_of", kind="stable").to_dict("records"):
        own_rows[row["loan_id"]].append(row)
    for loan, own in own_rows.items():
        chosen = _chosen(own, book.has_payments)
        if chosen is not None:
            told.append(chosen | _given(given[loan], own, chosen) | _outcomes(book, chosen, paid, acted, until))
    frame = pd.DataFrame(told, columns=[*dict.fromkeys([*rows.columns, *COLUMNS])])
    return frame.sort_values(["as_of", "loan_id"], ignore_index=True)


def _chosen(own: list[dict[str, Any]], by_payments: bool) -> dict[str, Any] | None:
    under = [row for row in own if pd.notna(row["strategy"]) and row["balance"] > 0]
    if by_payments:
        under = [row for row in under if row["status"] == "open" and pd.isna(row["hold"]) and row["dpd"] >= 1]
    stating = [row for row in under if pd.notna(row["recovery_status"]) or pd.notna(row["recovered_amount"])]
    found = under if by_payments else stating or under
    return found[0] if found else None


def _given(given: list[dict[str, Any]], own: list[dict[str, Any]], chosen: dict[str, Any]) -> dict[str, Any]:
    now = [row for row in given if row["assigned_on"] <= chosen["as_of"]][-1]
    end = (pd.Timestamp(chosen["as_of"]) + pd.DateOffset(months=12)).date().isoformat()
    later = [row for row in given if chosen["as_of"] < row["assigned_on"] <= end]
    under = [row["as_of"] for row in own if row["strategy"] == now["strategy"] and row["as_of"] >= now["assigned_on"]]
    began = pd.Timestamp(min(under)) - pd.Timestamp(now["assigned_on"])
    is_stated = now["assigned_on"] in {row["assigned_on"] for row in own}
    return {
        "decided_by": now["decided_by"], "assigned_on": now["assigned_on"] if is_stated else np.nan,
        "changed_later": any(row["strategy"] != now["strategy"] for row in later), "begun_earlier": began.days > 31,
    }  # fmt: skip


def _outcomes(
    book: Any, chosen: dict[str, Any], paid: pd.DataFrame, acted: pd.DataFrame, until: date | None
) -> dict[str, float]:
    found = dict.fromkeys(("cash_90d", "cash_12m", "cost_12m"), np.nan)
    if until is None and not book.has_costs:
        return found
    start = pd.Timestamp(chosen["as_of"])
    year = start + (pd.offsets.MonthEnd(12) if start.is_month_end else pd.DateOffset(months=12))
    early = start + pd.Timedelta(days=90)
    cash = paid[paid["payment_kind"].isin(["cash", "reversal"]) & (paid["loan_id"] == chosen["loan_id"])]
    cost = acted[acted["cost"].notna() & (acted["loan_id"] == chosen["loan_id"])]

    def summed(rows: pd.DataFrame, day: str, amount: str, end: pd.Timestamp) -> float:
        days = pd.to_datetime(rows[day])
        return round(float(rows[amount][(days > start) & (days <= end)].sum()), 2)

    known = pd.Timestamp.min if until is None else pd.Timestamp(until)
    if early <= known:
        found["cash_90d"] = summed(cash, "effective_on", "amount", early)
    if year <= known:
        found["cash_12m"] = summed(cash, "effective_on", "amount", year)
    if book.has_costs and (year <= known or until is None) and year <= pd.Timestamp(book.actions_until):
        found["cost_12m"] = summed(cost, "acted_on", "cost", year)
    return found
