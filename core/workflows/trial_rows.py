"""From the store's rows of a trial to what its verdict is read from."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from core.columns import plain
from core.records import Book
from core.segments.features import number
from core.strategies.trials.design import HOLDOUT_ARM, Plan, derived_plan
from core.strategies.trials.reading import TrialRows

COVARIATES: dict[str, str] = {
    "risk_score": "risk score",
    "dpd": "days past due (log)",
    "balance": "balance (log)",
    "missed_payments": "missed payments (log)",
    "promise_kept_ratio": "promises kept before",
    "contact_rate": "contact rate before",
    "cover": "collateral over balance",
}
"""What adjusts the comparison: known when the loan was assigned, and nothing of it can follow from the arm."""
CHAMPIONS = frozenset(plain(name) for name in ("champion", "control", "standard", "business as usual"))
"""What files call the arm that others are held against."""
_LOGGED = ("dpd", "balance", "missed_payments")


def rows_of(plan: Plan, frame: pd.DataFrame, book: Book) -> TrialRows:
    """The rows of a trial as `judge` wants them.

    Args:
        plan: names the arms, the outcome and the counter-metrics.
        frame: `PortfolioReader.trial_rows`.
        book: says whether payments, costs and actions are told at all.
    """
    places = {arm.name: place for place, arm in enumerate(plan.arms)}
    if HOLDOUT_ARM not in places:  # files from elsewhere may call an arm of their own so
        frame = frame[frame["arm"] != HOLDOUT_ARM]
    cash, balance = number(frame, "cash_early"), number(frame, "balance")
    outcome = cash / np.where(balance > 0, balance, np.nan)
    if plan.outcome == "net_value":
        outcome = cash - number(frame, "cost_early")
    people = frame["borrower_ref"].where(frame["borrower_ref"].notna(), "loan " + frame["loan_ref"].astype(str))
    counters = {name: number(frame, name) for name in ("contacts", "broken_promises", "complaints")}
    return TrialRows(
        np.asarray(frame["arm"].map(places).fillna(-1), dtype=np.int64), outcome if book.has_payments else np.full(len(frame), np.nan),
        pd.to_datetime(frame["assigned_on"]).to_numpy().astype("datetime64[D]"),
        np.asarray(pd.factorize(people)[0], dtype=np.int64), _covariates(frame), tuple(COVARIATES.values()),
        {name: values for name, values in counters.items() if np.isfinite(values).any()},
    )  # fmt: skip


def _covariates(frame: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    balance, cover = number(frame, "balance"), number(frame, "collateral_value")
    told = frame.assign(cover=np.minimum(cover / np.where(balance > 0, balance, np.nan), 1.5))
    columns = [
        np.log1p(np.maximum(number(told, name), 0)) if name in _LOGGED else number(told, name) for name in COVARIATES
    ]
    return np.column_stack(columns) if len(frame) else np.empty((0, len(COVARIATES)))


def plan_from(name: str, frame: pd.DataFrame) -> tuple[Plan, bool]:
    """A plan for a trial that is known from files only, and whether its chances are stated.

    The arm that is called champion, control or standard is the champion; else the first by name. Where a borrower is in
    several arms, loans were dealt out and not borrowers.
    """
    frame = frame[frame["arm"].notna()]
    arms = sorted(frame["arm"].unique(), key=lambda arm: (plain(arm) not in CHAMPIONS, arm))
    stated = frame.groupby("arm")["probability"].mean().reindex(arms)
    counts = frame["arm"].value_counts().reindex(arms)
    several = frame[frame["borrower_ref"].notna()].groupby("borrower_ref")["arm"].nunique()
    unit: Literal["loan", "borrower"] = "loan" if (several > 1).any() else "borrower"
    days = pd.to_datetime(frame["assigned_on"])
    known = bool(stated.notna().all() and (stated > 0).all())
    plan = derived_plan(
        name, arms, stated.tolist() if known else None, first=days.min().date(), last=days.max().date(),
        smallest=int(counts.min()), unit=unit,
    )  # fmt: skip
    return plan, known
