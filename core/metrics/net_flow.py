"""How much reaches a bucket for each unit that stood in the bucket before it? Two stocks, no loan followed."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from core.metrics.delinquency import ARREARS, BUCKETS
from core.metrics.measure import Measure, ratio
from core.metrics.whole_month import WholeMonth, newest_whole_month
from core.ports import PortfolioReader
from core.selection import Selection
from core.wording import dated


def net_flow(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """How much stands in a bucket, for each unit that stood in the bucket before it one month-end earlier?

    Another number than a roll rate: it compares two stocks and follows no loan. What stayed, came back or is new counts
    above the line, so it may exceed 1, and it does as a rule in the last bucket, which has no end.

    Args:
        before: bucket, loans, balance (currency) on a month-end; buckets without stock may be absent.
        after: the same on the next month-end. That the two are adjacent is for the caller to check.

    Returns:
        One row a bucket in arrears: bucket, source (the bucket before it), ratio (NaN where nothing stood in the
        source), numerator (balance of the bucket, after), denominator (balance of the source, before), loans (of the
        source, before).

    References:
        Net flow rate: ../../README.md, "How the numbers are defined".

    >>> before = pd.DataFrame({"bucket": ["Current", "1-29"], "loans": [4, 1], "balance": [400.0, 50.0]})
    >>> after = pd.DataFrame({"bucket": ["1-29", "30-59"], "loans": [2, 1], "balance": [100.0, 60.0]})
    >>> net_flow(before, after)[["bucket", "source", "ratio"]].head(2).values.tolist()
    [['1-29', 'Current', 0.25], ['30-59', '1-29', 1.2]]
    """
    stood, stands = (frame.groupby("bucket")[["loans", "balance"]].sum() for frame in (before, after))
    sources = stood.reindex(list(BUCKETS[:-1])).fillna(0)
    flow = pd.DataFrame({"bucket": list(ARREARS), "source": list(BUCKETS[:-1])})
    flow["numerator"] = stands["balance"].reindex(list(ARREARS)).fillna(0).to_numpy(dtype=float).round(2)
    flow["denominator"] = sources["balance"].to_numpy(dtype=float).round(2)
    flow["loans"] = sources["loans"].to_numpy(dtype=np.int64)
    flow["ratio"] = (flow["numerator"] / flow["denominator"]).where(flow["denominator"] > 0)
    return flow[["bucket", "source", "ratio", "numerator", "denominator", "loans"]]


def net_flow_measures(reader: PortfolioReader, selection: Selection) -> dict[str, Measure]:
    """The net flow into each bucket in arrears over the newest whole month.

    Returns:
        net_flow_<bucket>: unit ratio, n the loans of the source. Undefined, with the reason, where the book lacks either
        end of the month, where nothing stood in the source, or under a filter on buckets.
    """
    month = newest_whole_month(reader.book(selection.known_on), selection)
    names = {bucket: f"net_flow_{bucket}" for bucket in ARREARS}
    why = month.why or ("a filter on buckets hides what flows between them" if "bucket" in selection.filters else "")
    if why:
        return {name: Measure.undefined(why, unit="ratio") for name in names.values()}
    stocks = (reader.stock(selection.at(day), ["bucket"]) for day in (month.opening, month.closing))
    rows = net_flow(*stocks).to_dict("records")
    return {names[row["bucket"]]: _net_flow_measure(row, month) for row in rows}


def _net_flow_measure(row: dict[Hashable, Any], month: WholeMonth) -> Measure:
    note = "; its own earlier balance counts too, for it has no end" if row["bucket"] == ARREARS[-1] else ""
    return ratio(
        row["numerator"],
        row["denominator"],
        n=row["loans"],
        unit="ratio",
        why=f"{row['bucket']} on {dated(month.closing)} for each {row['source']} on {dated(month.opening)}; no roll rate{note}",
        when_zero=f"no balance was {row['source']} on {dated(month.opening)}",
    )
