"""Segments in words, from where their centroids stand against the book; every name is unique."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.segments.features import BY_NAME

STANDS_OUT = 0.4
WORDS_USED = 3
BUCKET_NAMES = (
    "Not overdue, small balance", "Not overdue, large balance",
    "Overdue under 90 days, small balance", "Overdue under 90 days, large balance",
    "Overdue 90 days or more, small balance", "Overdue 90 days or more, large balance",
)  # fmt: skip


def names_of(content: Mapping[str, Any]) -> tuple[str, ...]:
    """A name for every segment of a clustering, in the order of its centroids.

    The three ratios on which a centroid stands furthest from the book (|z| above 0.4), strongest first; a segment that
    stands out on none is "Typical of the book". Equal names are told apart by their next word, then by a number.

    >>> names_of({"method": "k-means", "features": ["log_balance"], "medians": [9.0], "centre": [9.0], "scale": [1.0],
    ...           "centroids": [[1.0], [-1.0]]})
    ('Large balance', 'Small balance')
    """
    if content["method"] == "buckets":
        return BUCKET_NAMES
    words = [_words(content, np.asarray(centroid, dtype=float)) for centroid in content["centroids"]]
    used = [min(WORDS_USED, max(1, strong)) for _, strong in words]
    names = [_join(all_words, count) for (all_words, _), count in zip(words, used, strict=True)]
    for row in range(len(names)):
        while names.count(names[row]) > 1 and used[row] < len(words[row][0]):
            used[row] += 1
            names[row] = _join(words[row][0], used[row])
    return tuple(_numbered(names))


def _words(content: Mapping[str, Any], z: np.ndarray) -> tuple[list[str], int]:
    order = np.argsort(-np.abs(z), kind="stable")
    raw = z * np.asarray(content["scale"]) + np.asarray(content["centre"])
    words = [_word(content["features"][i], z[i], raw[i]) for i in order]
    strong = int((np.abs(z) > STANDS_OUT).sum())
    return (words, strong) if strong else (["typical of the book", *words], 1)


def _word(feature: str, z: float, raw: float) -> str:
    if feature == "collateral_cover" and z < 0 and raw < 0.1:
        return "unsecured"
    if feature == "log_dpd" and z < 0 and np.expm1(raw) < 5:
        return "barely overdue"
    return BY_NAME[feature].high if z > 0 else BY_NAME[feature].low


def _join(words: list[str], count: int) -> str:
    joined = ", ".join(words[:count])
    return joined[:1].upper() + joined[1:]


def _numbered(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique
