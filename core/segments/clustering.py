"""K-means on ratios, with as many segments as hold still when the book is drawn again. Imports scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from core.errors import TooLittleData
from core.segments.features import Numbers, ratios_of

FEWEST_LOANS = 50
K_TRIED = (2, 3, 4, 5, 6)
STABLE_FROM = 0.80
RECOGNISED_FROM = 0.80
AS_STABLE_WITHIN = 0.15
SMALLEST_SHARE = 0.05
REDRAWS = 20
LOANS_FOR_EVIDENCE = 3_000
ROWS_FOR_SILHOUETTE = 1_000
SEED = 20_261


def fit_segments(frame: pd.DataFrame, *, k: int | None = None) -> dict[str, Any]:
    """Find the segments of a book.

    A k qualifies when its clustering, refitted on bootstrap samples, agrees with itself (mean adjusted Rand index of 0.80
    or more), finds every single segment again (mean Jaccard of 0.80 or more) and leaves each 5 % of the loans. Of those
    about as stable as the best (within 0.15) the largest is taken. Where none qualifies, the book has no natural
    groups: it is cut by arrears and balance instead (method "buckets").

    Args:
        frame: snapshots in the fields of core.columns, one row a loan.
        k: keep this k where it is stable (a refit that should not disturb its readers); None to choose freely.

    Returns:
        What `core.segments.assign` needs, as JSON: method, features, medians, centre, scale, centroids (standardised),
        ids (1..k), evidence (per k: ari, jaccard of the least stable segment, smallest_share, silhouette), n, missing (rows without each ratio).

    Raises:
        TooLittleData: fewer than 50 loans.

    References:
        Hennig (2007), Cluster-wise assessment of cluster stability, CSDA 52, 258-271; Hubert & Arabie (1985), ARI.
    """
    if len(frame) < FEWEST_LOANS:
        raise TooLittleData(
            f"Segments need {FEWEST_LOANS} loans and this day has {len(frame)}",
            remedy="Load more loans; until then they are shown without segments.",
        )
    ratios = ratios_of(frame)
    content: dict[str, Any] = {"n": len(frame), "missing": {name: int(ratios[name].isna().sum()) for name in ratios}}
    if ratios.shape[1] < 2:
        return content | _buckets(frame) | {"evidence": []}
    medians = ratios.median()
    filled = ratios.fillna(medians).to_numpy(dtype=float)
    centre, scale = filled.mean(axis=0), filled.std(axis=0)
    points = (filled - centre) / scale
    evidence = [_evidence(_sample(points), each) for each in K_TRIED]
    stable = {int(each["k"]): float(each["ari"]) for each in evidence if _holds_still(each)}
    if not stable:
        return content | _buckets(frame) | {"evidence": evidence}
    as_stable = [each for each, ari in stable.items() if ari >= max(stable.values()) - AS_STABLE_WITHIN]
    chosen = k if k is not None and k in stable else max(as_stable)
    fitted = _kmeans(points, chosen, n_init=10, seed=SEED)
    order = np.argsort(-np.bincount(fitted.labels_, minlength=chosen), kind="stable")
    return content | {
        "method": "k-means",
        "features": list(ratios),
        "medians": medians.tolist(),
        "centre": centre.tolist(),
        "scale": scale.tolist(),
        "centroids": fitted.cluster_centers_[order].tolist(),
        "ids": list(range(1, chosen + 1)),
        "evidence": evidence,
    }


def _buckets(frame: pd.DataFrame) -> dict[str, Any]:
    return {
        "method": "buckets",
        "features": [],
        "ids": [1, 2, 3, 4, 5, 6],
        "median_balance": float(frame["balance"].median()),
    }


def _sample(points: Numbers) -> Numbers:
    if len(points) <= LOANS_FOR_EVIDENCE:
        return points
    chosen = np.random.default_rng(SEED).choice(len(points), LOANS_FOR_EVIDENCE, replace=False)
    return points[np.sort(chosen)]


def _kmeans(points: Numbers, k: int, *, n_init: int, seed: int) -> KMeans:
    with threadpool_limits(limits=1):
        return KMeans(n_clusters=k, n_init=n_init, random_state=seed).fit(points)


def _holds_still(evidence: Mapping[str, Any]) -> bool:
    recognised = evidence["ari"] >= STABLE_FROM and evidence["jaccard"] >= RECOGNISED_FROM
    return bool(recognised and evidence["smallest_share"] >= SMALLEST_SHARE)


def _evidence(points: Numbers, k: int) -> dict[str, Any]:
    reference = _kmeans(points, k, n_init=5, seed=SEED).labels_
    draw = np.random.default_rng(SEED + k)
    agreement, found_again = [], np.zeros(k)
    for turn in range(REDRAWS):
        redrawn = points[draw.integers(0, len(points), len(points))]
        labels = _kmeans(redrawn, k, n_init=2, seed=SEED + turn).predict(points)
        agreement.append(adjusted_rand_score(reference, labels))
        found_again += _best_jaccard(reference, labels, k)
    shown = min(len(points), ROWS_FOR_SILHOUETTE)
    mixed = len(np.unique(reference[:shown])) > 1
    silhouette = float(silhouette_score(points[:shown], reference[:shown])) if mixed else None
    return {
        "k": k,
        "ari": round(float(np.mean(agreement)), 4),
        "jaccard": round(float(found_again.min() / REDRAWS), 4),
        "smallest_share": round(float(np.bincount(reference, minlength=k).min() / len(points)), 4),
        "silhouette": None if silhouette is None else round(silhouette, 4),
    }


def _best_jaccard(reference: np.ndarray, labels: np.ndarray, k: int) -> Numbers:
    """For each reference segment, its overlap with the segment of the refit that resembles it most."""
    both = np.zeros((k, k))
    np.add.at(both, (reference, labels), 1.0)
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    overlap = np.divide(both, either, out=np.zeros_like(both), where=either > 0)
    return np.asarray(overlap.max(axis=1), dtype=float)
