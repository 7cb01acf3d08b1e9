"""The rows behind the sums of the fake reader, and the fate of its promises, in plain pandas."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.metrics.cells import wanted
from core.metrics.contacts import CANCELLED_RESULTS, is_contact
from core.metrics.promise_outcomes import promise_outcomes
from core.metrics.promises import PROMISE_MEASURES
from core.selection import DIMENSIONS, Selection

if TYPE_CHECKING:
    from tests.fakes import FakePortfolioReader

STOCK = ("loans", "balance", "arrears_loans", "arrears_balance", "workable_loans", "workable_balance")
STOCK += ("expected_loans", "expected_recovery")
MEASURES = {
    "stock": STOCK,
    "placed": ("loans", "balance"),
    "cash": ("payments", "cash", "cash_effective"),
    "activity": ("actions", "contacts", "promises", "promised", "cost", "costed"),
    "costs": ("costed", "cost"),
    "promises": PROMISE_MEASURES,
}
DEFAULTS = {
    "stock": "balance",
    "placed": "balance",
    "cash": "cash",
    "activity": "actions",
    "costs": "cost",
    "promises": "promises",
}
GROUPS = {
    "stock": (*DIMENSIONS, "workable"),
    "placed": (*DIMENSIONS, "cohort"),
    "cash": (*DIMENSIONS, "cohort", "month", "told", "age"),
    "activity": (*DIMENSIONS, "month"),
    "costs": (*DIMENSIONS, "cohort", "month", "age"),
    "promises": (*DIMENSIONS, "month", "told"),
}


def promise_rows(reader: FakePortfolioReader) -> pd.DataFrame:
    """One row a promise and change of it: its action's dimensions, day (resolved on, or made on), told_on, fate and
    PROMISE_MEASURES."""
    actions = reader._actions.assign(number=np.arange(1, len(reader._actions) + 1))
    made = actions[actions["promise_amount"].notna() | actions["promise_due"].notna()]
    promises = pd.DataFrame(
        {
            "promise_id": made["number"], "loan_id": made["loan_id"], "promised_on": made["acted_on"],
            "due_on": made["promise_due"], "amount": (made["promise_amount"] * 100).round(),
            "cancelled_on": [_cancelled_on(actions, promise) for promise in made.itertuples()],
        }
    )  # fmt: skip
    outcomes = (
        promise_outcomes(promises, _cash(reader)).drop(columns="loan_id").rename(columns={"promise_id": "number"})
    )
    told = made.merge(outcomes, on="number", how="right")
    judged = told["fate"].isin(["kept", "broken"])
    first = judged & (told["told_on"] == told["resolved_on"])
    return told.assign(
        promised_on=told["acted_on"], due_on=told["promise_due"], day=told["resolved_on"].fillna(told["acted_on"]),
        told_on=told["told_on"].fillna(told["acted_on"]), judged=judged,
        promises=first.astype(int), promised=told["promise_amount"].where(first, 0.0).fillna(0.0),
        kept_amount=told["kept_amount"].astype(float) / 100,
        unstated=(told["fate"] == "unstated").astype(int), cancelled=(told["fate"] == "cancelled").astype(int),
    )  # fmt: skip


def _cancelled_on(actions: pd.DataFrame, promise: object) -> str | None:
    later = (actions["acted_on"] > promise.acted_on) | (
        (actions["acted_on"] == promise.acted_on) & (actions["number"] > promise.number)
    )
    words = actions["result"].map(lambda result: result is not None and str(result).lower() in CANCELLED_RESULTS)
    days = actions.loc[later & words.astype(bool) & (actions["loan_id"] == promise.loan_id), "acted_on"]
    return min(days, default=None)


def _cash(reader: FakePortfolioReader) -> pd.DataFrame:
    rows = reader._payments.assign(payment_id=np.arange(1, len(reader._payments) + 1))
    by_ref = {
        (row.loan_id, row.payment_ref): row.payment_id
        for row in rows.itertuples()
        if row.payment_ref and row.amount > 0
    }
    named = [by_ref.get((row.loan_id, row.reverses_ref)) for row in rows.itertuples()]
    rows = rows.assign(
        amount=(rows["amount"] * 100).round(), reverses_id=pd.Series(named, index=rows.index, dtype=object)
    )
    return rows[rows["payment_kind"].isin(["cash", "reversal"])]


def _stock(reader: FakePortfolioReader, selection: Selection) -> pd.DataFrame:
    rows = reader._stock_rows(selection)
    rows = rows[rows["as_of"] == reader._day(selection)]
    return rows.assign(fact_day=rows["as_of"], number=rows["loan_id"])


def _placed(reader: FakePortfolioReader, _: Selection) -> pd.DataFrame:
    named = dict(zip(reader._snapshots["loan_id"], reader._snapshots["loan_ref"], strict=True))
    rows = reader._placed
    return rows.assign(fact_day=rows["placed_on"], number=rows["loan_id"], loan_ref=rows["loan_id"].map(named))


def _cash_rows(reader: FakePortfolioReader, _: Selection) -> pd.DataFrame:
    cash = reader._payments.assign(number=np.arange(1, len(reader._payments) + 1))
    cash = cash[cash["payment_kind"].isin(["cash", "reversal"]) & cash["placed_on"].notna()]
    kept = cash.drop(columns=list(DIMENSIONS))
    rows = kept.merge(reader._placed[["loan_id", "episode", "cohort", *DIMENSIONS]], on=["loan_id", "episode"])
    is_payment = (rows["payment_kind"] == "cash").astype(int)
    posted = rows.assign(day=rows["paid_on"], payments=is_payment, cash=rows["amount"], cash_effective=np.nan)
    effective = rows.assign(day=rows["effective_on"], payments=0, cash=np.nan, cash_effective=rows["amount"])
    both = pd.concat([posted.assign(is_posted=True), effective.assign(is_posted=False)], ignore_index=True)
    told_on = both[["day", "paid_on"]].astype("str").max(axis=1)
    return both.assign(told_on=told_on, fact_day=told_on)


def _activity(reader: FakePortfolioReader, _: Selection) -> pd.DataFrame:
    rows = reader._actions
    return rows.assign(
        fact_day=rows["acted_on"], number=np.arange(1, len(rows) + 1), actions=1,
        contacts=rows["result"].map(is_contact).astype(int), promised=rows["promise_amount"],
        promises=(rows["promise_amount"].notna() | rows["promise_due"].notna()).astype(int),
        costed=rows["cost"].notna().astype(int),
    )  # fmt: skip


def cost_rows(reader: FakePortfolioReader) -> pd.DataFrame:
    """One row an action of an episode whose cost is stated, with the dimensions of its placement."""
    rows = reader._actions.assign(number=np.arange(1, len(reader._actions) + 1))
    rows = rows[rows["cost"].notna() & (rows["episode"] > 0)].drop(columns=["cohort", *DIMENSIONS])
    placed = reader._placed[["loan_id", "episode", "cohort", *DIMENSIONS]]
    return rows.merge(placed, on=["loan_id", "episode"]).assign(costed=1)


def _costs(reader: FakePortfolioReader, _: Selection) -> pd.DataFrame:
    rows = cost_rows(reader)
    return rows.assign(fact_day=rows["acted_on"])


def _promises(reader: FakePortfolioReader, _: Selection) -> pd.DataFrame:
    rows = promise_rows(reader)
    blank = {name: rows[name].astype(float).where(rows["judged"]) for name in ("kept", "kept_amount")}
    promised = rows["promised"].astype(float).where(rows["promises"] == 1)
    return rows.assign(fact_day=rows["told_on"], promised=promised, **blank)


ROWS: dict[str, Callable[[FakePortfolioReader, Selection], pd.DataFrame]] = {
    "stock": _stock,
    "placed": _placed,
    "cash": _cash_rows,
    "activity": _activity,
    "costs": _costs,
    "promises": _promises,
}


def is_wanted(row: dict[Hashable, Any], name: str, text: str) -> bool:
    """Whether a row has what a cell asks for, one row at a time."""
    asked = wanted(name, text)
    if name == "age":
        age = sum(sign * (int(row[of][:4]) * 12 + int(row[of][5:7])) for of, sign in (("month", 1), ("cohort", -1)))
        first, last = (asked.first, asked.last) if asked.is_span else asked.values * 2
        return (not first or int(first) <= age) and (not last or age <= int(last))
    value = {1: "yes", 0: "no"}[int(row["workable_loans"])] if name == "workable" else row[name]
    value = "not stated" if value is None or value != value else value
    if asked.is_span:
        return (not asked.first or asked.first <= value) and (not asked.last or value <= asked.last)
    return value in asked.values


def fact_rows(
    reader: FakePortfolioReader, kind: str, selection: Selection, cell: Mapping[str, str], measure: str
) -> pd.DataFrame:
    """The rows of a cell, newest first, with the columns fact_day, number and `summed` (the measure asked for)."""
    reader._check([kind], ROWS)
    reader._check(list(cell), GROUPS[kind])
    reader._check([measure] if measure else [], MEASURES[kind])
    rows = ROWS[kind](reader, selection)
    rows = reader._narrowed(rows[rows["fact_day"] <= reader._until(selection)], selection)
    of_month = "day" if "told_on" in rows else "fact_day"
    rows = rows.assign(month=rows[of_month].map(lambda day: reader._month_of(day)))
    if "told_on" in rows:
        rows = rows.assign(told=rows["told_on"].map(lambda day: reader._month_of(day)))
    for name, text in cell.items():
        rows = rows[np.array([is_wanted(row, name, text) for row in rows.to_dict("records")], dtype=bool)]
    summed = rows[measure or DEFAULTS[kind]].fillna(0)
    rows = rows.assign(summed=summed)
    if kind == "cash":
        rows = rows[rows["is_posted"] == (measure != "cash_effective")]
    if measure:
        rows = rows[rows["summed"] != 0]
    return rows.sort_values(["fact_day", "number"], ascending=False, ignore_index=True)
