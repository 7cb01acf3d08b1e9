"""Which segment a loan belongs to under a frozen clustering. NumPy only: the form page uses it as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.segments.features import Numbers, number, ratios_of

LONG_OVERDUE_DAYS = 90


def assign(content: Mapping[str, Any], names: Sequence[str], frame: pd.DataFrame) -> pd.DataFrame:
    """Place loans in the segments of a frozen clustering.

    Args:
        content: what `core.segments.clustering.fit_segments` returned.
        names: the segments' names, in the order of its centroids.
        frame: snapshots in the fields of core.columns; a ratio a row lacks counts as the median of the fit.

    Returns:
        segment (name) and margin ((d2 - d1) / d1 of the distances to the two nearest centroids, so under 0.10 is
        borderline; `inf` never, NaN for the buckets method), on the frame's index.
    """
    if content["method"] == "buckets":
        numbers = _bucket_numbers(content, frame)
        margin = np.full(len(frame), np.nan)
    else:
        distance = _distances(content, frame)
        numbers = distance.argmin(axis=1)
        nearest = np.sort(distance, axis=1)[:, :2]
        margin = (nearest[:, 1] - nearest[:, 0]) / np.maximum(nearest[:, 0], 1e-9)
    return pd.DataFrame(
        {"segment": np.asarray(list(names), dtype=object)[numbers], "margin": margin.round(4)}, index=frame.index
    )


def unknown_ratios(content: Mapping[str, Any], frame: pd.DataFrame) -> list[str]:
    """Ratios of the clustering that a one-row frame does not carry, so that the median stood in for them."""
    ratios = ratios_of(frame, tuple(content["features"]))
    return [name for name in content["features"] if ratios[name].isna().all()]


def _distances(content: Mapping[str, Any], frame: pd.DataFrame) -> Numbers:
    ratios = ratios_of(frame, tuple(content["features"])).to_numpy(dtype=float)
    filled = np.where(np.isfinite(ratios), ratios, np.asarray(content["medians"]))
    points = (filled - np.asarray(content["centre"])) / np.asarray(content["scale"])
    centroids = np.asarray(content["centroids"], dtype=float)
    squared = (points**2).sum(axis=1)[:, None] - 2 * points @ centroids.T + (centroids**2).sum(axis=1)[None, :]
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)), dtype=float)


def _bucket_numbers(content: Mapping[str, Any], frame: pd.DataFrame) -> np.ndarray:
    dpd = np.nan_to_num(number(frame, "dpd"))
    large = number(frame, "balance") > content["median_balance"]
    arrears = np.searchsorted((1, LONG_OVERDUE_DAYS), dpd, side="right")
    return np.asarray(arrears * 2 + large, dtype=np.int64)
