"""What is asked of segments: that redraws find them again, and that the loans of the day are like those of the fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.metrics.intervals import wilson

STABLE_FROM, RECOGNISED_FROM = 0.80, 0.75
"""The mean adjusted Rand index over redraws, and the mean Jaccard with which the least stable segment is found again."""
MANY_UNLIKE = 0.05
"""Of the fit's own day 1 % are unlike by definition; five times as many say that the book has moved on."""


def has_moved_on(placed: int, unlike: int) -> bool:
    """Whether clearly more than 5 % of the placed loans are unlike those the segments were fitted to (95 % interval by Wilson
    above it). False where none is placed.

    >>> has_moved_on(1000, 70), has_moved_on(100, 7), has_moved_on(0, 0)
    (True, False, False)
    """
    return placed > 0 and wilson(unlike, placed)[0] > MANY_UNLIKE


def holds_still(comparison: Mapping[str, Any] | None) -> bool:
    """Whether the way in use, the first of a comparison (core.segments.comparison), met what is asked; true where nothing was
    compared or its figures are undefined.

    >>> holds_still({"ways": [{"ari": 0.80, "jaccard": 0.75}]}), holds_still({"ways": [{"ari": 0.9, "jaccard": 0.74}]})
    (True, False)
    """
    ours = comparison["ways"][0] if comparison else {"ari": None, "jaccard": None}
    if ours["ari"] is None or ours["jaccard"] is None:
        return True
    return bool(ours["ari"] >= STABLE_FROM and ours["jaccard"] >= RECOGNISED_FROM)
