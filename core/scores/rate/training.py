"""From cash to a recovery rate that beats the pooled experience, or to a plain no. Imports LightGBM: worker only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.scores.rate.card import measured, worth_it
from core.scores.rate.design import design_of, fit_design
from core.scores.rate.fit import Rows, learn_part
from core.scores.rate.intervals import fit_intervals
from core.scores.rate.model import PARTS, rate_from, strategies_known
from core.scores.rows.features import FEWEST_OF_LEVEL, STRATEGY, matrix_of
from core.scores.rows.folds import grouped_folds
from core.scores.rows.target import Target
from core.segments.features import Numbers, number
from core.strategies.catalogue import STRATEGY_NAMES

FEWEST_LOANS, FEWEST_PAYERS = 200, 50
TOP_QUANTILE, MOST = 0.995, 2.0


@dataclass(frozen=True, slots=True)
class RateLearned:
    """What was learned of the recovery rate: `content` for the artifact (None where it is not to be used) and the card."""

    content: dict[str, Any] | None
    card: dict[str, Any]


def realised_rates(target: Target) -> Numbers:
    """Cash of 12 months over the balance at the snapshot, per row of the target; NaN where the book states no amount."""
    field = "cash_12m" if target.column == "payments" else "recovered_amount"
    cash, balance = number(target.rows, field), number(target.rows, "balance")
    return np.asarray(np.divide(cash, balance, out=np.full(len(cash), np.nan), where=balance > 0), dtype=float)


def train_rate(target: Target, seen: pd.DataFrame, inputs: Sequence[Mapping[str, Any]]) -> RateLearned:
    """Learn the 12-month recovery rate of the target's rows, conditional on the strategy each was under.

    Rates below 0 (more taken back than came) count as 0 and rates above the 99.5th percentile, held between 1 and 2, as
    that: a rare multiple of a balance would else outweigh hundreds of loans. What is measured is measured against what
    really came.

    Args:
        target: where the cash of each loan stands.
        seen: its rows, of the columns that passed the gate.
        inputs: from `core.scores.rows.features.fit_inputs`.

    Returns:
        no content, and a card that says why, where amounts are lacking, loans are too few, or the pooled rate of the
        arrears bucket does as well out of fold.
    """
    realised = realised_rates(target)
    stated = np.isfinite(realised)
    if not stated.any():
        return RateLearned(None, {"used": False, "why": "the book states no amounts that were recovered"})
    rows, realised, groups = seen[stated].reset_index(drop=True), realised[stated], target.groups[stated]
    payers = int((realised > 0).sum())
    if len(rows) < FEWEST_LOANS or payers < FEWEST_PAYERS:
        why = f"only {len(rows):,} loans with amounts, {payers:,} of which paid; {FEWEST_LOANS} and {FEWEST_PAYERS} are needed"
        return RateLearned(None, {"used": False, "why": why, "n": len(rows), "payers": payers})
    highest = float(np.clip(np.quantile(realised, TOP_QUANTILE), 1.0, MOST))
    told = np.clip(realised, 0.0, highest)
    learned, design = _learned(rows, inputs, told / highest, groups)
    predicted = rate_from([each.out_of_fold for each in learned.values()], highest)
    balance = number(rows, "balance")
    content = {
        "inputs": list(inputs), "design": design, "highest": highest,
        **{name: each.content for name, each in learned.items()},
        "intervals": fit_intervals(predicted, realised, balance, groups),
    }  # fmt: skip
    card = {
        **measured(rows, predicted, realised, groups), "payers": payers,
        "highest": highest, "counted_as_highest": int((realised > highest).sum()), "counted_as_zero": int((realised < 0).sum()),
        **_strategies(content, rows),
        "complexity": {name: {"ridge": each.content["ridge"], "trees": len(each.content["trees"]["root"])} for name, each in learned.items()},
    }  # fmt: skip
    used, why = worth_it(card)
    return RateLearned(content if used else None, {"used": used, "why": why, **card})


def _learned(
    rows: pd.DataFrame, inputs: Sequence[Mapping[str, Any]], share: Numbers, groups: Numbers
) -> tuple[dict[str, Any], dict[str, Any]]:
    matrix = matrix_of(inputs, rows, under="actual")
    design = fit_design(inputs, matrix)
    pays = share > 0
    fold = grouped_folds(groups, pays.astype(float))
    seen = Rows(matrix.values, design_of(design, matrix.values), design, fold)
    everybody = np.ones(len(share), dtype=bool)
    asked = {"direct": (share, everybody), "pays": (pays.astype(float), everybody), "severity": (share, pays)}
    return {name: learn_part(seen, *asked[name]) for name in PARTS}, design


def _strategies(content: Mapping[str, Any], rows: pd.DataFrame) -> dict[str, Any]:
    """Which strategies a rate can be told under, how many loans each rests on, and why the others are not told."""
    counts = rows[STRATEGY].value_counts() if STRATEGY in rows else pd.Series(dtype=int)
    known = strategies_known(content)
    return {
        "strategies": {name: int(counts.get(name, 0)) for name in known},
        "not_told": {
            name: f"{int(counts.get(name, 0)):,} loans were under it; {FEWEST_OF_LEVEL} are needed, and as many under the reference"
            for name in STRATEGY_NAMES if name not in known
        },
    }  # fmt: skip
