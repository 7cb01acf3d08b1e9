"""Segments that survive a refit: each new centroid takes the id and name of the old one it continues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.segments.features import Numbers
from core.segments.naming import names_of

SAME_WITHIN = 1.0
"""A new centroid continues an old one when they are closer than one standard deviation of the old book a ratio."""


def matched(
    new: Mapping[str, Any], old: Mapping[str, Any], old_names: Sequence[str]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Give a refitted clustering the ids and names of the segments it continues.

    Pairs are chosen so that the distances between old and new centroids, in the old book's standard deviations over
    the ratios both know, are smallest in sum (Hungarian assignment). A pair further apart than one deviation a ratio
    (root mean square) is no continuation: that segment gets a new id and its own name.

    Args:
        new, old: what `fit_segments` returned.
        old_names: names in use, in the order of the old centroids.

    Returns:
        The new content, its centroids ordered by id, and a name for each of them.
    """
    own = names_of(new)
    if new["method"] == "buckets" or old["method"] == "buckets":
        same = new["method"] == old["method"]
        return dict(new), tuple(old_names) if same else own
    distance = _distance(new, old)
    pairs = {row: column for row, column in _assignment(distance) if distance[row, column] < SAME_WITHIN}
    fresh = max(old["ids"]) + 1
    ids, names = [], []
    for row in range(len(new["centroids"])):
        if row in pairs:
            ids.append(int(old["ids"][pairs[row]]))
            names.append(old_names[pairs[row]])
        else:
            ids.append(fresh)
            names.append(_apart_from(own[row], old_names, fresh))
            fresh += 1
    order = np.argsort(ids, kind="stable")
    content = dict(new) | {"ids": [ids[i] for i in order], "centroids": [new["centroids"][i] for i in order]}
    return content, tuple(names[i] for i in order)


def _distance(new: Mapping[str, Any], old: Mapping[str, Any]) -> Numbers:
    shared = [name for name in new["features"] if name in old["features"]]
    if not shared:
        return np.full((len(new["centroids"]), len(old["centroids"])), np.inf)
    centre, scale = _in_order(old, "centre", shared), _in_order(old, "scale", shared)
    ours = (_raw_centroids(new, shared) - centre) / scale
    theirs = (_raw_centroids(old, shared) - centre) / scale
    gaps = ours[:, None, :] - theirs[None, :, :]
    return np.asarray(np.sqrt((gaps**2).mean(axis=2)), dtype=float)


def _in_order(content: Mapping[str, Any], key: str, names: Sequence[str]) -> Numbers:
    by_name = dict(zip(content["features"], content[key], strict=True))
    return np.asarray([by_name[name] for name in names], dtype=float)


def _raw_centroids(content: Mapping[str, Any], names: Sequence[str]) -> Numbers:
    raw = np.asarray(content["centroids"]) * np.asarray(content["scale"]) + np.asarray(content["centre"])
    return np.asarray(raw[:, [content["features"].index(name) for name in names]], dtype=float)


def _assignment(distance: Numbers) -> list[tuple[int, int]]:
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(np.where(np.isinf(distance), 1e9, distance))
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True)]


def _apart_from(name: str, taken: Sequence[str], number: int) -> str:
    return name if name not in taken else f"{name} ({number})"
