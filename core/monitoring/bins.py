"""The bins in which a fact of new loans is held against the loans a model learned from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from core.segments.features import Numbers

SCORE_BINS = 10
INPUT_BINS = 6
"""Fewer than the score's ten: many inputs share one chance of false alarms, and six bins find a shift of 0.3 standard
deviations more often than ten (97 against 94 of 100 times at 500 loans, 15 inputs)."""
FEWEST_OF_LEVEL, MOST_LEVELS, MOST_RARE = 30, 20, 500

Bins = Mapping[str, Any]
"""kind "number" with edges (a value on an edge belongs below it), or "category" with levels and rarer ones; its bins in
order: the stretches between the edges, or the levels, then the rarer ones and those never seen in training; last, missing.
Where more than 500 levels are rare, `rare` is None and they are not told from new ones."""


def fit_bins(values: np.ndarray, *, bins: int = INPUT_BINS) -> dict[str, Any]:
    """Bins of equal mass for numbers, a bin a level for texts.

    Args:
        values: floats with NaN, or texts with None, where nothing is stated.
        bins: how many for numbers; fewer where values repeat.
    """
    if values.dtype == object:
        seen = Counter(value for value in values if value is not None)
        often = [level for level, count in seen.most_common(MOST_LEVELS) if count >= FEWEST_OF_LEVEL]
        rare = [level for level, _ in seen.most_common() if level not in set(often)]
        return {"kind": "category", "levels": sorted(often), "rare": rare if len(rare) <= MOST_RARE else None}
    known = values[np.isfinite(values)]
    if not len(known):
        return {"kind": "number", "edges": []}
    edges = np.unique(np.quantile(known, np.arange(1, bins) / bins))
    return {"kind": "number", "edges": edges[edges < known.max()].tolist()}


def training_counts(bins: Bins, values: np.ndarray) -> np.ndarray:
    """The counts of the values that `bins` was fitted on, each as if it were a new one: what only one loan states would be
    "never seen" without it. Otherwise an ordinary share of new levels would look like drift.

    References:
        Good (1953), The population frequencies of species, Biometrika 40, 237-264 (singletons estimate the unseen share).
    """
    counts = counts_in(bins, values)
    if bins["kind"] == "category" and bins["rare"] is not None:
        once = sum(count == 1 for count in Counter(value for value in values if value is not None).values())
        rarer = len(bins["levels"])
        counts[rarer], counts[rarer + 1] = counts[rarer] - once, counts[rarer + 1] + once
    return counts


def counts_in(bins: Bins, values: np.ndarray) -> np.ndarray:
    """How many values lie in each bin, in the order of `Bins`; infinite numbers count as missing."""
    if bins["kind"] == "number":
        numbers: Numbers = values.astype(float)
        known = numbers[np.isfinite(numbers)]
        places = np.searchsorted(np.asarray(bins["edges"], dtype=float), known, side="left")
        counts = np.bincount(places, minlength=len(bins["edges"]) + 1)
        return np.append(counts, len(numbers) - len(known)).astype(np.int64)
    place = {level: at for at, level in enumerate(bins["levels"])}
    first_rare = len(place)
    other = first_rare if bins["rare"] is None else first_rare + 1
    place |= dict.fromkeys(bins["rare"] or (), first_rare)
    return _tally([first_rare + 2 if value is None else place.get(value, other) for value in values], first_rare + 3)


def names_of(bins: Bins) -> list[str]:
    """A short name a bin, for tables: "up to 3.2", "3.2 to 5", "above 5", levels, "rarer levels", "never seen", "missing"."""
    if bins["kind"] == "category":
        return [*map(str, bins["levels"]), "rarer levels", "never seen", "missing"]
    edges = [f"{edge:.4g}" for edge in bins["edges"]]
    if not edges:
        return ["any value", "missing"]
    between = [f"{low} to {high}" for low, high in pairwise(edges)]
    return [f"up to {edges[0]}", *between, f"above {edges[-1]}", "missing"]


def _tally(places: Sequence[int], size: int) -> np.ndarray:
    return np.bincount(np.asarray(places, dtype=np.int64), minlength=size).astype(np.int64)
