"""What is likely to come back: the pooled experience of loans like it, never the rule score turned into money."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.metrics.delinquency import OPEN, bucket_of
from core.segments.features import number

FEWEST_LOANS = 30
"""Matured placements behind a rate; with fewer it is undefined."""

FEWEST_IN_BAND = 100
"""Matured placements of a bucket and band before the band may refine the bucket."""


def expected_rate(frame: pd.DataFrame, rates: pd.DataFrame) -> pd.Series:
    """Share of its balance each loan is expected to bring in 12 months.

    The pooled 12-month recovery (cash / balance placed) of placements that are at least 12 months old and were placed
    in the loan's DPD bucket; of its bucket and band where `rates` knows bands and holds 100 such placements.

    Args:
        frame: dpd, status, and band where known.
        rates: matured placements: bucket, loans, balance, cash_12m, and band where known; may be empty.

    Returns:
        Shares (0-1, above 1 where more came than was owed; never below 0), NaN for loans that are not open or without a dpd, for buckets
        with fewer than 30 matured placements, and for Current loans, which were never placed.
    """
    days = number(frame, "dpd")
    known = ~np.isnan(days)
    bucket = pd.Series(None, index=frame.index, dtype=object)
    bucket[known] = bucket_of(pd.Series(days[known]).astype(int))
    by_bucket = _pooled(rates, ["bucket"], FEWEST_LOANS)
    rate = bucket.map(by_bucket).astype(float)
    if "band" in rates and "band" in frame:
        finer = _pooled(rates, ["bucket", "band"], FEWEST_IN_BAND)
        keys = pd.MultiIndex.from_arrays([bucket, frame["band"]])
        refined = pd.Series(finer.reindex(keys).to_numpy(dtype=float), index=frame.index) if len(finer) else rate
        rate = refined.fillna(rate)
    is_open = frame["status"].fillna(OPEN).eq(OPEN) if "status" in frame else pd.Series(True, index=frame.index)
    return rate.where(is_open)


def expected_amounts(
    rate: pd.Series, balance: pd.Series, *, cost: pd.Series, fee_share: pd.Series, npv_factor: pd.Series
) -> pd.DataFrame:
    """Money expected in 12 months, and what is left of it.

    Returns:
        expected_recovery = rate x balance, and expected_net = expected_recovery x (1 - fee_share) x npv_factor - cost,
        both in currency to the hundredth; NaN where the rate is, and expected_net also where the cost is.
    """
    amount = (rate * balance).round(2)
    return pd.DataFrame(
        {"expected_recovery": amount, "expected_net": (amount * (1 - fee_share) * npv_factor - cost).round(2)}
    )


def _pooled(rates: pd.DataFrame, by: list[str], fewest: int) -> pd.Series:
    if rates.empty:
        return pd.Series(dtype=float)
    sums = rates.groupby(by)[["loans", "balance", "cash_12m"]].sum()
    pooled = (sums["cash_12m"] / sums["balance"].where(sums["balance"] > 0)).clip(lower=0.0)
    return pooled.where(sums["loans"] >= fewest).astype(float).replace([np.inf], np.nan)
