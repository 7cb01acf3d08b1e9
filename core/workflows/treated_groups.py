"""For whom effects are told: segment, product, arrears, security, size, region, and crossings of what a lender can act on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from core.metrics.delinquency import bucket_of
from core.records import Segmentation
from core.segments.assign import assign
from core.segments.features import Numbers, number

CROSSED = " / "
"""Between the parts of a crossing, in its name and in its labels."""
BANDS = (0.25, 0.50, 0.75)
Labels = np.ndarray[Any, np.dtype[np.object_]]


def groups_of(rows: pd.DataFrame, segmentation: Segmentation | None) -> dict[str, Labels]:
    """The label of each loan by name of a grouping; a loan that does not say is in none (None).

    Args:
        rows: loans as they were when their strategy began. Protected facts make no groups.
        segmentation: the clustering in use, by which every loan is placed; None for none.

    Returns:
        Groupings of at least two groups: segment, product, bucket, security, balance, region, and the crossings
        "security / balance", "product / balance" and "security / bucket".
    """
    balance = number(rows, "balance")
    told: dict[str, Labels] = {
        "product": _texts(rows, "product"),
        "bucket": bucket_of(rows["dpd"]).astype(object),
        "security": _security(rows),
        "balance": banded(balance, cuts_of(balance)),
        "region": _texts(rows, "region"),
    }
    if segmentation is not None and len(rows):
        placed = assign(segmentation.content, segmentation.names, rows)
        told = {"segment": placed["segment"].to_numpy(dtype=object)} | told
    crossings = (("security", "balance"), ("product", "balance"), ("security", "bucket"))
    told |= {
        CROSSED.join(pair): _crossed([told[name] for name in pair])
        for pair in crossings
        if all(_several(told[name]) for name in pair)
    }
    return {name: labels for name, labels in told.items() if _several(labels)}


def cuts_of(balance: Numbers) -> list[float]:
    """Round balances near the quarters of a book: what a person would call small, middling, large.

    >>> import numpy as np
    >>> cuts_of(np.linspace(1_030, 98_700, 500)), cuts_of(np.full(9, 50.0))
    ([25000.0, 50000.0, 75000.0], [])
    """
    known = balance[np.isfinite(balance)]
    if not len(known):
        return []
    cuts = sorted({_round(float(np.quantile(known, share))) for share in BANDS})
    return [cut for cut in cuts if known.min() < cut <= known.max()]


def _round(value: float) -> float:
    """Two figures at most: to halves of the leading one up to 2, to whole ones above 2 where that is near enough."""
    size = 10.0 ** np.floor(np.log10(max(value, 1e-9)))
    rough = round(value / size * 2) / 2 * size
    return float(rough if abs(rough / value - 1) <= 0.05 else round(value / size, 1) * size)


def banded(balance: Numbers, cuts: Sequence[float]) -> Labels:
    """A band for each balance: "under 4,000", "4,000 to 12,000", "12,000 or more"."""
    if not cuts:
        return np.full(len(balance), None, dtype=object)
    inner = [f"{low:,.0f} to {high:,.0f}" for low, high in pairwise(cuts)]
    names = np.asarray([f"under {cuts[0]:,.0f}", *inner, f"{cuts[-1]:,.0f} or more"], dtype=object)
    return np.asarray(names[np.searchsorted(cuts, balance, side="right")])


def _security(rows: pd.DataFrame) -> Labels:
    cover = number(rows, "collateral_value")
    told = np.where(cover > 0, "secured", "unsecured").astype(object)
    told[np.isnan(cover)] = None
    return told


def _texts(rows: pd.DataFrame, field: str) -> Labels:
    if field not in rows:
        return np.full(len(rows), None, dtype=object)
    return rows[field].astype(object).where(rows[field].notna(), None).to_numpy(dtype=object)


def _crossed(labels: Sequence[Labels]) -> Labels:
    pairs = zip(*labels, strict=True)
    made = [CROSSED.join(pair) if all(each is not None for each in pair) else None for pair in pairs]
    return np.asarray(made, dtype=object)


def _several(labels: Labels) -> bool:
    return len({label for label in labels if label is not None}) > 1
