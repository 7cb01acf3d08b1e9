"""Splits in which no borrower stands on both sides."""

from __future__ import annotations

import numpy as np

from core.segments.features import Numbers

FOLDS = 5
SEED = 20_261


def grouped_folds(groups: Numbers, outcome: Numbers, *, folds: int = FOLDS, seed: int = SEED) -> np.ndarray:
    """The fold (0..folds-1) of each row: whole groups, those with an event and those without dealt out evenly."""
    names, of_row = np.unique(groups, return_inverse=True)
    has_event = np.zeros(len(names), dtype=bool)
    np.logical_or.at(has_event, of_row, outcome == 1)
    draw = np.random.default_rng(seed)
    fold = np.empty(len(names), dtype=np.int64)
    start = 0
    for part in (True, False):
        members = draw.permutation(np.flatnonzero(has_event == part))
        fold[members] = (np.arange(len(members)) + start) % folds
        start += len(members)
    return np.asarray(fold[of_row])
