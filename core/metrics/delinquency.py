"""How far behind a loan is: the bucket of its days past due, and the words for its state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

OPEN = "open"
"""The status of a loan that is stock; paid, charged off, sold and recalled loans have left it."""


@dataclass(frozen=True, slots=True)
class BucketScheme:
    """Half-open edges: `edges[i] <= dpd < edges[i + 1]` is `labels[i]`; the last bucket has no end.

    References:
        OCC, Comptroller's Handbook, Loan Portfolio Management (30-59, 60-89 ...); RBI, SMA classification (1-30 ...).
    """

    name: str
    edges: tuple[int, ...]
    labels: tuple[str, ...]

    def of(self, dpd: Sequence[int] | pd.Series) -> np.ndarray:
        """The label of each number of days; the input must be whole, present and not negative.

        >>> STANDARD.of([0, 1, 29, 30, 120]).tolist()
        ['Current', '1-29', '1-29', '30-59', '120+']
        """
        days = np.asarray(dpd, dtype=np.int64)
        if days.size and days.min() < 0:
            raise ValueError(f"days past due cannot be negative: found {days.min()}")
        return np.asarray(self.labels, dtype=object)[np.searchsorted(self.edges, days, side="right") - 1]


STANDARD = BucketScheme("standard", (0, 1, 30, 60, 90, 120), ("Current", "1-29", "30-59", "60-89", "90-119", "120+"))
INDIA_SMA = BucketScheme("india", (0, 1, 31, 61, 91), ("Current", "1-30", "31-60", "61-90", "90+"))
SCHEMES = {scheme.name: scheme for scheme in (STANDARD, INDIA_SMA)}
BUCKETS = STANDARD.labels
ARREARS = BUCKETS[1:]
"""The buckets of loans at least one day past due."""


def bucket_of(dpd: Sequence[int] | pd.Series) -> np.ndarray:
    """The standard bucket of each number of days past due."""
    return STANDARD.of(dpd)
