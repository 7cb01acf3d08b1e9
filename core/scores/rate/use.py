"""What each loan is expected to bring, and how sure that is: the model's rate where it has one, else pooled experience."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.metrics.delinquency import OPEN
from core.records import Model
from core.scores.rate.intervals import LOAN_LEVEL, loan_interval, loan_variance
from core.scores.rate.model import rates_under
from core.scores.rows.features import REFERENCE
from core.scores.scoring.evaluate import load_artifact
from core.scores.scoring.expected import expected_rate
from core.segments.features import Numbers, number
from core.strategies.catalogue import HOLD, NO_ACTION, NONE

MODEL, POOLED = "model", "pooled"
"""Where an expectation comes from: the model's rate under the proposed strategy, or what the loan's bucket brought."""

EXPECTED_FIELDS = ("expected_rate", "expected_source", "expected_low", "expected_high", "expected_variance")


def rate_of(model: Model | None) -> Mapping[str, Any] | None:
    """The rate model stored with a model; None where it has none.

    Raises:
        Refused: the stored model is damaged or foreign.
    """
    return None if model is None else load_artifact(model.artifact, model.sha256).content.get("rate")


def expectation(
    frame: pd.DataFrame, proposed: pd.Series, rate: Mapping[str, Any] | None, rates: pd.DataFrame
) -> pd.DataFrame:
    """The 12-month recovery of each loan under the strategy proposed for it.

    The model speaks for open loans that are past due (one without a dpd counts as past due) under a strategy it knows;
    a loan on hold is told as under the reference strategy. What a loan brings of itself where nothing is done nobody has
    seen: it is undefined. For all others, and where there is no rate model, the pooled
    experience of the bucket speaks, which has no interval.

    Args:
        frame: snapshots in the fields of core.columns.
        proposed: the proposal of each loan.
        rate: from `rate_of`.
        rates: `WriteUnit.matured_rates()`.

    Returns:
        On the frame's index: expected_rate (share of the balance, rounded to 1e-6), expected_source (MODEL, POOLED or
        None), expected_low and expected_high (currency, the middle 80 % of loans like it), expected_variance (currency
        squared, of one outcome: see `core.scores.rate.intervals.sum_interval`). NaN where unknown.
    """
    told = np.full(len(frame), np.nan) if rate is None else _by_model(frame, proposed, rate)
    by_model = np.isfinite(told)
    share = np.where(by_model, told, expected_rate(frame, rates).to_numpy(dtype=float)).round(6)
    share[(proposed == NO_ACTION).to_numpy()] = np.nan
    source = [
        MODEL if mine else POOLED if known else None for mine, known in zip(by_model, np.isfinite(share), strict=True)
    ]
    columns: dict[str, Any] = {"expected_rate": share, "expected_source": pd.Series(source, frame.index, dtype=object)}
    columns |= dict.fromkeys(EXPECTED_FIELDS[2:], np.nan)
    if rate is not None and len(frame):
        balance = number(frame, "balance")
        low, high = loan_interval(rate["intervals"], told, LOAN_LEVEL)
        columns |= {
            "expected_low": (low * balance).round(2), "expected_high": (high * balance).round(2),
            "expected_variance": loan_variance(rate["intervals"], told, balance),
        }  # fmt: skip
    return pd.DataFrame(columns, index=frame.index)


def _by_model(frame: pd.DataFrame, proposed: pd.Series, rate: Mapping[str, Any]) -> Numbers:
    is_open = frame["status"].fillna(OPEN).eq(OPEN) if "status" in frame else pd.Series(True, index=frame.index)
    late = is_open.to_numpy() & ~(number(frame, "dpd") < 1) & ~proposed.isin((NONE, NO_ACTION)).to_numpy()
    told = np.full(len(frame), np.nan)
    if late.any():
        told[late] = rates_under(rate, frame[late], proposed[late].replace(HOLD, REFERENCE))
    return told
