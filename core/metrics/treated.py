"""The day on which each loan was first worked under a strategy: where effects of strategies are measured from.

Intention to treat: a loan counts for the strategy it was under on that day; what it was given later is only told.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from core.metrics.delinquency import OPEN
from core.metrics.outcome import cash_within, cash_within_days, months_between

WINDOW_MONTHS = 12
EARLY_DAYS = 90
LATEST_FACTS_DAYS = 31
"""A month-end book first tells a strategy within a month of its beginning; later facts may tell what it did already."""
GIVEN = ("loan_id", "assigned_on", "strategy", "decided_by", "trial", "arm", "probability")


def first_treated(snapshots: pd.DataFrame, given: pd.DataFrame, *, by_payments: bool) -> pd.DataFrame:
    """The first snapshot of each loan on which it could be worked and was under a strategy.

    Args:
        snapshots: every live snapshot: snapshot_id, loan_id, as_of (ISO), status, hold, dpd, balance, strategy (NaN where
            none), assigned_on (as the file states it) and states_outcome (bool: its file states a status or an amount recovered).
        given: every assignment that stands, in GIVEN, decided_by file, trial or person; any order.
        by_payments: the book has payments: workable means open, in arrears, not on hold. Else the first snapshot that states an
            outcome counts, whatever its status, and where a loan has none the first under a strategy.

    Returns:
        One row a loan, in order of day and loan: snapshot_id, loan_id, as_of, strategy, assigned_on (the day the strategy
        began, NaN where nobody told it), decided_by, trial, arm, assignment_probability, changed_later (another strategy within
        12 months) and begun_earlier (it began more than LATEST_FACTS_DAYS days before the first snapshot under it). Loans never worked
        under a strategy are absent; empty where there are none.
    """
    under = snapshots[snapshots["strategy"].notna() & (snapshots["balance"] > 0)]
    if by_payments:
        is_open = under["status"].fillna(OPEN).eq(OPEN) & (under["hold"].isna() | under["hold"].eq(""))
        under = under[is_open & (under["dpd"] >= 1)]
    else:
        under = under.sort_values("states_outcome", ascending=False, kind="stable")
    order = ["as_of", "loan_id"] if by_payments else ["states_outcome", "as_of", "loan_id"]
    under = under.sort_values(order, ascending=[each != "states_outcome" for each in order], kind="stable")
    first = under.drop_duplicates("loan_id")[["snapshot_id", "loan_id", "as_of", "strategy"]]
    first = first.sort_values(["as_of", "loan_id"], kind="stable", ignore_index=True)
    return _as_given(first, snapshots, given)


def _as_given(first: pd.DataFrame, snapshots: pd.DataFrame, given: pd.DataFrame) -> pd.DataFrame:
    by_person = given["decided_by"].eq("person")
    ordered = given.assign(last=by_person).sort_values(["assigned_on", "last"], kind="stable").drop(columns="last")
    days = first[["loan_id", "as_of"]].merge(ordered, on="loan_id")
    before = days[days["assigned_on"] <= days["as_of"]].drop_duplicates("loan_id", keep="last")
    told = first.merge(before.drop(columns="as_of"), on="loan_id", how="left", suffixes=("_then", ""))
    told["strategy"] = told["strategy"].where(told["strategy"].notna(), told["strategy_then"])
    told["changed_later"] = _changed_later(told, days)
    told["begun_earlier"] = _begun_earlier(told, snapshots)
    stated = snapshots.loc[snapshots["assigned_on"].notna(), ["loan_id", "assigned_on"]].drop_duplicates()
    is_stated = pd.MultiIndex.from_frame(told[["loan_id", "assigned_on"]]).isin(pd.MultiIndex.from_frame(stated))
    told["assigned_on"] = told["assigned_on"].where(is_stated | told["decided_by"].eq("person"))
    told = told.rename(columns={"probability": "assignment_probability"})
    kept = [
        "snapshot_id",
        "loan_id",
        "as_of",
        "strategy",
        "assigned_on",
        "decided_by",
        "trial",
        "arm",
        "assignment_probability",
    ]
    return told[[*kept, "changed_later", "begun_earlier"]]


def _changed_later(told: pd.DataFrame, days: pd.DataFrame) -> pd.Series:
    start = pd.to_datetime(days["as_of"])
    end = (start + pd.DateOffset(months=WINDOW_MONTHS)).dt.strftime("%Y-%m-%d")
    later = days[(days["assigned_on"] > days["as_of"]) & (days["assigned_on"] <= end)]
    now = later["loan_id"].map(told.set_index("loan_id")["strategy"])
    return told["loan_id"].isin(later.loc[later["strategy"] != now, "loan_id"])


def _begun_earlier(told: pd.DataFrame, snapshots: pd.DataFrame) -> pd.Series:
    spell = told[["loan_id", "assigned_on", "strategy"]].merge(
        snapshots[["loan_id", "as_of", "strategy"]], on=["loan_id", "strategy"]
    )
    shown = spell[spell["as_of"] >= spell["assigned_on"]].groupby("loan_id")["as_of"].min()
    gap = pd.to_datetime(told["loan_id"].map(shown)) - pd.to_datetime(told["assigned_on"])
    return pd.Series(gap.dt.days.to_numpy(dtype=float) > LATEST_FACTS_DAYS, index=told.index)


def with_outcomes(
    rows: pd.DataFrame,
    cash: pd.DataFrame | None,
    cash_until: date | None,
    costs: pd.DataFrame | None,
    costs_until: date | None,
) -> pd.DataFrame:
    """What each loan brought and cost after the day it is measured from.

    Args:
        rows: loan_id, as_of.
        cash: as `core.metrics.outcome.cash_within` reads it; None where the book has no payments. costs: loan_id, effective_on (the
            day of the action), amount; None where no action states a cost.
        cash_until, costs_until: the days up to which payments and actions are known; None where the book has none.

    Returns:
        The rows with cash_90d, cash_12m and cost_12m (currency): NaN where the window is not over by what is known.
    """
    told = rows.assign(cash_90d=np.nan, cash_12m=np.nan, cost_12m=np.nan)
    if cash is not None and cash_until is not None:
        early = pd.to_datetime(rows["as_of"]) + pd.Timedelta(days=EARLY_DAYS) <= pd.Timestamp(cash_until)
        told["cash_90d"] = cash_within_days(rows, cash, EARLY_DAYS).where(early)
        ripe = months_between(rows["as_of"], cash_until) >= WINDOW_MONTHS
        told["cash_12m"] = cash_within(rows, cash, WINDOW_MONTHS).where(ripe)
    if costs is not None and costs_until is not None:
        ripe = months_between(rows["as_of"], costs_until) >= WINDOW_MONTHS
        told["cost_12m"] = cash_within(rows, costs, WINDOW_MONTHS).where(ripe)
    return told
