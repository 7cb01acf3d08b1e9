"""Flows worked out slowly and plainly from frames, in the words of `core.metrics.flows`: for the fake, and as a judge."""

from __future__ import annotations

import calendar
from collections import defaultdict
from typing import Any

import pandas as pd

from core.columns import PERSON_HOLDS
from core.metrics.contacts import CONTACTED_RESULTS, REACHED_RESULTS
from core.metrics.flows import FLOW_COUNTS, FLOW_MEASURES
from core.selection import DIMENSIONS

Row = dict[str, Any]


def month_end_after(day: str, months: int) -> str:
    year, month = divmod(int(day[:4]) * 12 + int(day[5:7]) - 1 + months, 12)
    return f"{year:04}-{month + 1:02}-{calendar.monthrange(year, month + 1)[1]:02}"


def plain_flows(snapshots: pd.DataFrame, payments: pd.DataFrame, actions: pd.DataFrame) -> pd.DataFrame:
    """One row a flow: loan_id, month, origin, state, DIMENSIONS, FLOW_MEASURES (money in currency).

    Args:
        snapshots: loan_id, borrower_ref, as_of, status, bucket, dpd, balance, emi, hold, DIMENSIONS.
        payments: loan_id, paid_on, amount (signed), payment_kind. actions: loan_id, acted_on, result, promise_amount,
            promise_due.
    """
    rows = snapshots.to_dict("records")
    told = {(row["loan_id"], row["as_of"]): row for row in rows}
    days = {row["as_of"] for row in rows}
    held = {(row["borrower_ref"], row["as_of"]) for row in rows if row["hold"] in PERSON_HOLDS}
    paid, done = _by_loan(payments), _by_loan(actions)
    found = []
    for row in rows:
        day, loan = row["as_of"], row["loan_id"]
        if row["status"] != "open" or day != month_end_after(day, 0):
            continue
        later = month_end_after(day, 1)
        if later in days:
            found.append(_opening(row, told, days, paid[loan], done[loan], (row["borrower_ref"], day) in held))
        before = told.get((loan, month_end_after(day, -1)))
        if month_end_after(day, -1) in days and not (before and before["status"] == "open"):
            arrival = {"month": day, "origin": "new", "state": row["bucket"], "loans": 1, "closing": row["balance"]}
            found.append(_about(row) | arrival)
    frame = pd.DataFrame(found, columns=["loan_id", "month", "origin", "state", *DIMENSIONS, *FLOW_MEASURES])
    amounts = frame[list(FLOW_MEASURES)].astype(float).fillna(0.0).round(2)
    return frame.assign(**amounts).astype(dict.fromkeys(FLOW_COUNTS, "int64"))


def _by_loan(facts: pd.DataFrame) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in facts.to_dict("records"):
        found[row["loan_id"]].append(row)
    return found


def _about(row: Row) -> Row:
    return {name: row[name] for name in ("loan_id", *DIMENSIONS)}


def _opening(row: Row, told: dict, days: set[str], paid: list[Row], done: list[Row], held: bool) -> Row:
    opens, closes = row["as_of"], month_end_after(row["as_of"], 1)
    after = told.get((row["loan_id"], closes))
    state = "missing" if after is None else after["bucket"] if after["status"] == "open" else after["status"]
    closing = after["balance"] if after is not None and after["status"] == "open" else 0.0
    within = [payment for payment in paid if opens < payment["paid_on"] <= closes]
    cash = sum(payment["amount"] for payment in within if payment["payment_kind"] in ("cash", "reversal"))
    waived = sum(payment["amount"] for payment in within if payment["payment_kind"] == "waiver")
    lacks = round(row["balance"] - cash - waived - closing, 2)
    where = {"charged off": "written_off", "sold": "sold", "recalled": "sold", "missing": "gone"}.get(state, "other")
    workable = row["dpd"] >= 1 and not _is_told(row["hold"]) and not held
    flow = _about(row) | {
        "month": closes, "origin": row["bucket"], "state": state, "loans": 1, "opening": row["balance"],
        "closing": closing, "cash": cash, "waived": waived, "interest": max(-lacks, 0.0), "workable": int(workable),
        "due": row["emi"] if _is_told(row["emi"]) else 0.0, "dated": int(_is_told(row["emi"])),
    }  # fmt: skip
    flow[where] = max(lacks, 0.0) * (-1 if where == "other" else 1)
    if workable:
        flow |= _work([action for action in done if opens < action["acted_on"] <= closes]) | {"paying": int(cash > 0)}
    if row["dpd"] >= 1 and state == "Current":
        flow |= _aftermath(row["loan_id"], closes, told, days)
    return flow


def _work(done: list[Row]) -> Row:
    results = [str(action["result"]).lower() for action in done]
    return {
        "attempts": len(done),
        "worked": int(bool(done)),
        "contacted": int(any(result in CONTACTED_RESULTS for result in results)),
        "reached": int(any(result in REACHED_RESULTS for result in results)),
        "promised": int(any(_is_told(a["promise_amount"]) or _is_told(a["promise_due"]) for a in done)),
    }


def _aftermath(loan: int, cured_on: str, told: dict, days: set[str]) -> Row:
    next_six = [month_end_after(cured_on, months) for months in range(1, 7)]
    third, sixth = _where(loan, next_six[:3], told), _where(loan, next_six, told)
    rows = [told[loan, day] for day in next_six if (loan, day) in told]
    late = any((row["status"] == "open" and row["dpd"] >= 30) or row["status"] == "charged off" for row in rows)
    seen_3 = next_six[2] in days and third != ""
    seen_6 = all(day in days for day in next_six) and (late or sixth != "")
    told_3 = {"seen_3": int(seen_3), "sustained_3": int(seen_3 and third in ("Current", "paid"))}
    return {"cured": 1, **told_3, "seen_6": int(seen_6), "redefaulted_6": int(seen_6 and late)}


def _where(loan: int, months: list[str], told: dict) -> str:
    """Where the loan is on the last of these month-ends, or how it ended before; "" where it was lost sight of."""
    rows = [(day, told[loan, day]) for day in months if (loan, day) in told]
    if any(row["status"] == "charged off" for _, row in rows):
        return "charged off"
    for day, row in reversed(rows):
        if row["status"] in ("sold", "recalled"):
            continue
        if row["status"] in ("paid", "charged off"):
            return str(row["status"])
        return str(row["bucket"]) if row["status"] == "open" and day == months[-1] else ""
    return ""


def _is_told(value: Any) -> bool:
    return value is not None and value == value
