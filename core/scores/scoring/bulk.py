"""The same margins and parts for many rows. Imports LightGBM: for the worker only.

A leaf of d features knows 2^d cases, so for a whole book its Shapley values are worked out once a case and looked up for
every row: with a forest a tenth of the time of LightGBM's own contributions.
"""

from __future__ import annotations

from math import factorial

import lightgbm
import numpy as np

from core.scores.rows.features import Matrix
from core.scores.scoring.evaluate import Artifact, Parts, Paths, grouped, linear_parts, margins_of, parts_of
from core.segments.features import Numbers

ROWS_FOR_TABLES = 2_000
"""With fewer rows LightGBM is done before the tables are."""
ROWS_AT_ONCE = 20_000
LEAVES_AT_ONCE = 512
DEEPEST = 10
"""Leaves of more features would need tables beyond reason."""


def parts_in_bulk(artifact: Artifact, matrix: Matrix) -> Parts:
    """`core.scores.scoring.evaluate.parts_of` for many rows, equal to it within 1e-9."""
    paths = artifact.paths
    if paths is None or not len(matrix.values):
        return parts_of(artifact, matrix)
    if len(matrix.values) < ROWS_FOR_TABLES or paths.feature.shape[1] > DEEPEST:
        return _by_lightgbm(artifact, matrix)
    base, linear = linear_parts(artifact, matrix)
    terms = np.zeros((matrix.values.shape[1], len(matrix.values)))
    columns = np.asfortranarray(matrix.values)
    for first in range(0, len(paths.value), LEAVES_AT_ONCE):
        leaves = range(first, min(first + LEAVES_AT_ONCE, len(paths.value)))
        tables = _tables(paths, leaves)
        for at in range(0, len(columns), ROWS_AT_ONCE):
            rows = slice(at, at + ROWS_AT_ONCE)
            _add(terms[:, rows], columns[rows], paths, leaves, tables)
    expected = float((paths.value * paths.share.prod(axis=1)).sum())
    return grouped(base + expected, linear + terms.T, matrix, len(artifact.inputs))


def _by_lightgbm(artifact: Artifact, matrix: Matrix) -> Parts:
    """LightGBM gives a forest's raw margins and contributions as sums over its trees; the forest's margin is their mean."""
    booster = lightgbm.Booster(model_str=artifact.content["lightgbm"])
    terms = np.asarray(booster.predict(matrix.values, pred_contrib=True, num_threads=1), dtype=float)
    if artifact.content["averaged"]:
        terms = terms / len(artifact.content["trees"])
    base, linear = linear_parts(artifact, matrix)
    return grouped(base + float(terms[0, -1]), linear + terms[:, :-1], matrix, len(artifact.inputs))


def margins_in_bulk(artifact: Artifact, matrix: Matrix) -> Numbers:
    """`core.scores.scoring.evaluate.margins_of` at LightGBM's speed."""
    if artifact.paths is None or not len(matrix.values):
        return margins_of(artifact, matrix)
    booster = lightgbm.Booster(model_str=artifact.content["lightgbm"])
    raw = np.asarray(booster.predict(matrix.values, raw_score=True, num_threads=1), dtype=float)
    if artifact.content["averaged"]:
        raw = raw / len(artifact.content["trees"])
    base, linear = linear_parts(artifact, matrix)
    return np.asarray(base + linear.sum(axis=1) + raw, dtype=float)


def _used(paths: Paths, leaf: int) -> np.ndarray:
    """The places of a leaf that hold a feature: an unused one holds any number."""
    return np.flatnonzero(np.isfinite(paths.low[leaf]) | np.isfinite(paths.high[leaf]))


def _add(terms: Numbers, columns: Numbers, paths: Paths, leaves: range, tables: dict[int, Numbers]) -> None:
    """Add the contributions of some leaves to the terms (columns by rows) of some rows."""
    sides: dict[tuple[int, float, float], np.ndarray] = {}
    for leaf in leaves:
        used, table = _used(paths, leaf), tables[leaf]
        case = np.zeros(len(columns), dtype=np.uint16)
        for bit, place in enumerate(used):
            key = (int(paths.feature[leaf, place]), float(paths.low[leaf, place]), float(paths.high[leaf, place]))
            if key not in sides:
                column, low, high = columns[:, key[0]], key[1], key[2]
                above = column > low if np.isfinite(low) else np.ones(len(column), dtype=bool)
                sides[key] = (above & (column <= high) if np.isfinite(high) else above).astype(np.uint16)
            case |= sides[key] << np.uint16(bit)
        for bit, place in enumerate(used):
            terms[paths.feature[leaf, place]] += table[bit].take(case)


def _tables(paths: Paths, leaves: range) -> dict[int, Numbers]:
    """Shapley values of each leaf's features (in the order of `_used`) for every case; bit j says feature j is inside.

    References:
        Lundberg, Erion & Lee (2018), arXiv 1802.03888; Yang (2021), Fast TreeSHAP, arXiv 2109.09847 (cases once).
    """
    used = {leaf: _used(paths, leaf) for leaf in leaves}
    found: dict[int, Numbers] = {}
    for depth in {len(places) for places in used.values()}:
        alike = [leaf for leaf, places in used.items() if len(places) == depth]
        share = np.asarray([paths.share[leaf, used[leaf]] for leaf in alike]).reshape(len(alike), depth)
        found |= dict(zip(alike, _of_depth(share, paths.value[alike]), strict=True))
    return found


def _of_depth(share: Numbers, value: Numbers) -> Numbers:
    """Of leaves with equally many features: leaves by features by cases."""
    depth = share.shape[1]
    cases = ((np.arange(1 << depth)[None, :] >> np.arange(depth)[:, None]) & 1).astype(float)
    weight = np.asarray([factorial(size) * factorial(depth - size - 1) / factorial(depth) for size in range(depth)])
    told = np.zeros((len(value), depth, 1 << depth))
    for one in range(depth):
        sizes = np.zeros((depth, len(value), 1 << depth))
        sizes[0] = 1.0
        for filled, other in enumerate(each for each in range(depth) if each != one):
            out = share[:, [other]]
            for size in range(filled + 1, 0, -1):
                sizes[size] = sizes[size] * out + sizes[size - 1] * cases[other]
            sizes[0] *= out
        told[:, one] = value[:, None] * (cases[one] - share[:, [one]]) * np.tensordot(weight, sizes, axes=1)
    return told
