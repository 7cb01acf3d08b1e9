"""The bins in which a fact of new loans is held against the loans a model learned from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from core.segments.features import Numbers

SCORE_BINS = 10
INPUT_BINS = 6
"""Fewer than the score's ten: many inputs share one chance of false alarms, and six bins find a shift of 0.3 standard
deviations more often than ten (97 against 94 of 100 times at 500 loans, 15 inputs)."""
FEWEST_OF_LEVEL, MOST_LEVELS, MOST_KNOWN = 30, 20, 500

Bins = Mapping[str, Any]
"""kind "number" with edges (a value on an edge belongs below it), or "category" with levels; its bins in order: the
stretches between the edges, or the levels, then all other levels in one (what is rare in training may be absent from it by
chance, so that rare and new levels share a bin); last, missing. A category also keeps the other levels it `known`, to say
how many loans state one never seen; None where they are more than 500."""


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
        return {"kind": "category", "levels": sorted(often), "known": sorted(rare) if len(rare) <= MOST_KNOWN else None}
    known = values[np.isfinite(values)]
    if not len(known):
        return {"kind": "number", "edges": []}
    edges = np.unique(np.quantile(known, np.arange(1, bins) / bins))
    return {"kind": "number", "edges": edges[edges < known.max()].tolist()}


def counts_in(bins: Bins, values: np.ndarray) -> np.ndarray:
    """How many values lie in each bin, in the order of `Bins`; infinite numbers count as missing."""
    if bins["kind"] == "number":
        numbers: Numbers = values.astype(float)
        known = numbers[np.isfinite(numbers)]
        places = np.searchsorted(np.asarray(bins["edges"], dtype=float), known, side="left")
        counts = np.bincount(places, minlength=len(bins["edges"]) + 1)
        return np.append(counts, len(numbers) - len(known)).astype(np.int64)
    place = {level: at for at, level in enumerate(bins["levels"])}
    other = len(place)
    found = [other + 1 if value is None else place.get(value, other) for value in values]
    return np.bincount(np.asarray(found, dtype=np.int64), minlength=other + 2).astype(np.int64)


def unseen_in(bins: Bins, values: np.ndarray) -> int:
    """How many values are levels that no loan of the training stated; 0 for numbers, and where too many levels were known."""
    if bins["kind"] == "number" or bins["known"] is None:
        return 0
    known = {*bins["levels"], *bins["known"], None}
    return sum(value not in known for value in values)


def names_of(bins: Bins) -> list[str]:
    """A short name a bin, for tables: "up to 3.2", "3.2 to 5", "above 5", levels, "other levels", "missing"."""
    if bins["kind"] == "category":
        return [*map(str, bins["levels"]), "other levels", "missing"]
    edges = [_short(edge) for edge in bins["edges"]]
    if not edges:
        return ["any value", "missing"]
    between = [f"{low} to {high}" for low, high in pairwise(edges)]
    return [f"up to {edges[0]}", *between, f"above {edges[-1]}", "missing"]


def _short(edge: float) -> str:
    return f"{edge:,.0f}" if abs(edge) >= 1000 else f"{edge:.4g}"
