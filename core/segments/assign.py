"""Which segment a loan belongs to under a frozen clustering. NumPy only: the form page uses it as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.segments.features import number, ratios_of
from core.segments.geometry import distances

LONG_OVERDUE_DAYS = 90


def assign(content: Mapping[str, Any], names: Sequence[str], frame: pd.DataFrame) -> pd.DataFrame:
    """Place loans in the segments of a frozen clustering.

    Args:
        content: what `core.segments.clustering.fit_segments` returned.
        names: the segments' names, in the order of its centroids.
        frame: snapshots in the fields of core.columns; a ratio a row lacks counts as the median of the fit.

    Returns:
        segment (name), margin ((d2 - d1) / d1 of the distances to the two nearest centroids, so under 0.10 is
        borderline; `inf` never, NaN for the buckets method) and unlike (the nearest centroid is further than 99 % of
        the loans of the fit had theirs, with no figure drawn in), on the frame's index.
    """
    unlike = np.zeros(len(frame), dtype=bool)
    if content["method"] == "buckets":
        numbers = _bucket_numbers(content, frame)
        margin = np.full(len(frame), np.nan)
    else:
        distance = distances(content, frame)
        numbers = distance.argmin(axis=1)
        nearest = np.sort(distance, axis=1)[:, :2]
        margin = (nearest[:, 1] - nearest[:, 0]) / np.maximum(nearest[:, 0], 1e-9)
        if len(frame) and "unlike_beyond" in content:
            unlike = distances(content, frame, clipped=False).min(axis=1) > content["unlike_beyond"]
    segment = np.asarray(list(names), dtype=object)[numbers]
    return pd.DataFrame({"segment": segment, "margin": margin.round(4), "unlike": unlike}, index=frame.index)


def unknown_ratios(content: Mapping[str, Any], frame: pd.DataFrame) -> list[str]:
    """Ratios of the clustering that a one-row frame does not carry, so that the median stood in for them."""
    ratios = ratios_of(frame, tuple(content["features"]))
    return [name for name in content["features"] if ratios[name].isna().all()]


def _bucket_numbers(content: Mapping[str, Any], frame: pd.DataFrame) -> np.ndarray:
    dpd = np.nan_to_num(number(frame, "dpd"))
    large = number(frame, "balance") > content["median_balance"]
    arrears = np.searchsorted((1, LONG_OVERDUE_DAYS), dpd, side="right")
    return np.asarray(arrears * 2 + large, dtype=np.int64)
