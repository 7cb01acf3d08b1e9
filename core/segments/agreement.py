"""How alike two groupings of the same loans are. NumPy only."""

from __future__ import annotations

import numpy as np

from core.segments.features import Numbers


def overlaps(ours: np.ndarray, theirs: np.ndarray) -> Numbers:
    """Loans in each pair of groups: shape (groups of ours, groups of theirs); groups are 0, 1, 2, ..."""
    both = np.zeros((int(ours.max(initial=-1)) + 1, int(theirs.max(initial=-1)) + 1))
    np.add.at(both, (ours, theirs), 1.0)
    return both


def adjusted_rand(both: Numbers) -> float:
    """The adjusted Rand index of a table of overlaps: 1 for the same grouping, about 0 for groupings by chance.

    1 where both are one single group, or both every loan by itself.

    References:
        Hubert & Arabie (1985), Comparing partitions, Journal of Classification 2, 193-218, equation 5.
    """
    pairs, rows, columns = (_pairs(each) for each in (both, both.sum(axis=1), both.sum(axis=0)))
    by_chance = rows * columns / max(_pairs(both.sum()), 1.0)
    most = (rows + columns) / 2
    return float((pairs - by_chance) / (most - by_chance)) if most > by_chance else 1.0


def best_jaccard(both: Numbers) -> Numbers:
    """For each of our groups, the loans it shares with the most alike of theirs, over the loans of either: 0-1.

    References:
        Hennig (2007), Cluster-wise assessment of cluster stability, CSDA 52, 258-271.
    """
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    overlap = np.divide(both, either, out=np.zeros_like(both), where=either > 0)
    return np.asarray(overlap.max(axis=1), dtype=float)


def _pairs(loans: Numbers) -> float:
    return float((loans * (loans - 1) / 2).sum())
