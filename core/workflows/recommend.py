"""A strategy for every loan, as a table to hand out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from core.errors import Refused, UnknownBatch
from core.ports import PortfolioReader
from core.records import Model, Policy
from core.scores.rate.use import EXPECTED_FIELDS, MODEL, expectation, rate_of
from core.scores.scoring.expected import expected_amounts
from core.segments.features import number
from core.strategies.catalogue import Limits
from core.workflows.proposing import VALUE, damage_of, limits_for, net_value_bases, proposed

COLUMNS: dict[str, str] = {
    "loan_ref": "Loan_ID", "borrower_ref": "Borrower_ID", "segment": "Segment", "risk_score": "Risk_Score",
    "source": "Score_Source", "expected_recovery": "Expected_Recovery", "expected_low": "Expected_Low",
    "expected_high": "Expected_High", "expected_source": "Expected_Source", "proposed": "Strategy", "policy": "Policy",
    "needs_confirmation": "Needs_Confirmation", "expected_net": "Expected_Net_Value", "reasons": "Reasons",
}  # fmt: skip


THRESHOLDS = "thresholds"
_NO_EXPERIENCE = pd.DataFrame({"bucket": [], "loans": [], "balance": [], "cash_12m": []})


def recommend(
    reader: PortfolioReader, *, batch_id: int | None = None, limits: Limits | None = None, by: str | None = None
) -> pd.DataFrame:
    """The proposals of the newest day, or of a batch's days.

    Without limits and `by` these are the stored proposals. With either, strategies and net values are worked out anew over
    every loan of the day (capacities are the lender's, not the batch's), then narrowed to the batch.

    Args:
        reader: opened on the book of the batch.
        batch_id: a live portfolio batch; None for the newest day.
        limits: costs and capacities.
        by: "thresholds", "value" (the newest learned policy) or the number of one; None for what is in use. A policy that is
            not in use only shows what it would propose.

    Returns:
        One row a loan (and day): Loan_ID, Borrower_ID, Segment, Risk_Score (0-1), Score_Source (rule, model),
        Expected_Recovery and Expected_Net_Value (currency, empty where not known), Expected_Low and Expected_High (what
        the middle 80 % of loans like it bring; empty unless a model of the rate speaks), Expected_Source (model, pooled),
        Strategy, Policy,
        Needs_Confirmation (bool), Reasons (sentences joined by "; "; where there is a net value the last says which
        costs it assumes).

    Raises:
        UnknownBatch: no such batch, or it was undone or refused.
        Refused: the book is empty, or the batch is no portfolio; there is no such policy, or it was refused.
    """
    days, policy = _days(reader, batch_id), _policy(reader, by)
    anew = limits is not None or by is not None
    told = limits_for(policy, limits) if policy is not None else limits or Limits()
    blocks = [_of_day(reader, day, batch_id, told if anew else None, policy) for day in days]
    table = pd.concat(blocks, ignore_index=True)
    table["reasons"] = _joined(table, net_value_bases(policy, limits))
    table["needs_confirmation"] = table["needs_confirmation"].fillna(False).astype(bool)
    return table[list(COLUMNS)].rename(columns=COLUMNS)


def _policy(reader: PortfolioReader, by: str | None) -> Policy | None:
    if by is None:
        used = reader.policy_in_use()
        return None if used is None or damage_of(used) else used
    if by == THRESHOLDS:
        return None
    known = [each for each in reader.policies() if (by == VALUE and each.status != "refused") or by == str(each.id)]
    if not known:
        raise Refused(
            f"There is no learned policy '{by}'", remedy="Learn one with `effects --store`, or say thresholds or value."
        )
    if damage := damage_of(known[0]):
        raise Refused(damage, remedy="Choose another, or measure what works again.")
    return known[0]


def in_words(table: pd.DataFrame, out: Path) -> tuple[dict[str, Any], str]:
    """What was written: out (the file), loans, strategies (loans by proposal); and in a sentence.

    Args:
        table: as `recommend` returns it.
    """
    counts = table["Strategy"].value_counts().to_dict()
    said = f"{len(table):,} loans written to {out}: " + ", ".join(f"{name} {n:,}" for name, n in counts.items())
    return {"out": str(out), "loans": len(table), "strategies": counts}, said


def _days(reader: PortfolioReader, batch_id: int | None) -> list[date]:
    days = reader.book().days
    if batch_id is None:
        if not days:
            raise Refused("The book holds no loans", remedy="Ingest a portfolio file first.")
        return [days[-1]]
    batch = reader.batch(batch_id)
    if batch.status != "committed":
        raise UnknownBatch(f"Batch {batch_id} is {batch.status}", remedy="Choose a batch that is in the book.")
    if batch.kind != "portfolio":
        raise Refused(f"Batch {batch_id} holds {batch.kind}, not loans", remedy="Choose a portfolio batch.")
    first, last = batch.first_day or batch.as_of, batch.last_day or batch.as_of
    return [day for day in days if first is not None and last is not None and first <= day <= last]


def _of_day(
    reader: PortfolioReader, day: date, batch_id: int | None, limits: Limits | None, policy: Policy | None
) -> pd.DataFrame:
    wanted = pd.concat(list(reader.snapshots(day, batch_id=batch_id)), ignore_index=True)
    if limits is None:
        return wanted
    whole = wanted if batch_id is None else pd.concat(list(reader.snapshots(day)), ignore_index=True)
    proposal = proposed(whole.assign(confirmed=_confirmed(whole, limits)), policy, limits)
    reasons = [
        [*policy, *_of_score(stored)] for policy, stored in zip(proposal["reasons"], whole["reasons"], strict=True)
    ]
    figures = {strategy.name: strategy for strategy in limits.strategies}
    told = _expected(whole, proposal["proposed"], reader.champion())
    money = expected_amounts(
        pd.Series(number(told, "expected_rate"), index=whole.index),
        pd.Series(number(whole, "balance"), index=whole.index),
        **{
            name: proposal["proposed"].map({key: getattr(each, name) for key, each in figures.items()}).astype(float)
            for name in ("cost", "fee_share", "npv_factor")
        },
    )
    settled = told.assign(
        proposed=proposal["proposed"], policy=proposal["policy"], needs_confirmation=proposal["needs_confirmation"],
        reasons=pd.Series(reasons, index=whole.index, dtype=object), expected_net=money["expected_net"], expected_recovery=money["expected_recovery"],
    )  # fmt: skip
    return settled[settled["loan_ref"].isin(wanted["loan_ref"])]


def _expected(whole: pd.DataFrame, proposed: pd.Series, champion: Model | None) -> pd.DataFrame:
    """The loans with their expectation under the strategy the limits leave them, where a model told it under another.

    What is pooled experience is of no strategy and stays; a model that is no longer in use cannot be asked again, and what
    it told of another strategy is left out.
    """
    by_model = whole["expected_source"].eq(MODEL) if "expected_source" in whole else pd.Series(False, index=whole.index)
    moved = by_model & proposed.ne(whole["proposed"])
    if not moved.any():
        return whole
    names = list(EXPECTED_FIELDS)
    rate = None if champion is None else rate_of(champion)
    told = whole.copy()
    told.loc[moved, names] = expectation(whole[moved], proposed[moved], rate, _NO_EXPERIENCE)[names]
    return told


def _confirmed(whole: pd.DataFrame, limits: Limits) -> pd.Series:
    """A stored proposal that needs a person and no longer waits for one has been confirmed."""
    binding = [strategy.name for strategy in limits.strategies if strategy.needs_person]
    settled = whole["proposed"].isin(binding) & ~whole["needs_confirmation"].fillna(True).astype(bool)
    return whole["proposed"].astype(object).where(settled, None)


def _joined(table: pd.DataFrame, basis: Mapping[str, str]) -> list[str]:
    told = zip(table["reasons"], table["proposed"], table["expected_net"].notna(), strict=True)
    return [
        "; ".join([*(reasons if isinstance(reasons, list | tuple) else ()), *([basis[name]] if valued else ())])
        for reasons, name, valued in ((reasons, name, valued and name in basis) for reasons, name, valued in told)
    ]


def _of_score(stored: object) -> list[str]:
    """The stored sentences after the policy's own."""
    return list(stored[1:]) if isinstance(stored, list | tuple) else []
