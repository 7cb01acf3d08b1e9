"""K-means on ratios, with as many segments as hold still when the book is drawn again. Imports scikit-learn."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import silhouette_score
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from core.errors import TooLittleData
from core.segments.agreement import adjusted_rand, best_jaccard, overlaps
from core.segments.explained import as_far_as_it_pays
from core.segments.features import Numbers, ratios_of
from core.segments.geometry import distances, frame_of_reference, in_space, standardised
from core.segments.moved_on import RECOGNISED_FROM, STABLE_FROM

FEWEST_LOANS = 50
K_TRIED = (2, 3, 4, 5, 6)
NATURAL = {"k": 4, "ari": 0.90, "jaccard": 0.85}
"""The ratios alone hold groups where at least four are found again nearly whole on every redraw."""
AS_STABLE_WITHIN = {"ari": 0.15, "jaccard": 0.10}
KEPT_WITHIN = 0.20
"""A number of segments in use stays where it misses the limits by no more: a refit should not flutter at them, and a redraw of a redraw agrees less."""
SMALLEST_SHARE = 0.05
UNLIKE_BEYOND = 0.99
"""A loan further from every segment than this share of the loans of the fit is unlike anything seen."""
REDRAWS = 20
LOANS_FOR_EVIDENCE = 3_000
ROWS_FOR_SILHOUETTE = 1_000
SEED = 20_261


def fit_segments(
    frame: pd.DataFrame,
    *,
    k: int | None = None,
    standing: bool | None = None,
    outcomes: pd.DataFrame | None = None,
    redraws: int = REDRAWS,
) -> dict[str, Any]:
    """Find the segments of a book.

    A k qualifies when its clustering, refitted with its scales on bootstrap samples, agrees with itself (mean adjusted
    Rand index of 0.80 or more), finds every single segment again (mean Jaccard of 0.75 or more) and leaves each 5 % of
    the loans. Of those about as stable as the best (index within 0.15, Jaccard within 0.10) the largest is taken; where outcomes are known, the
    largest
    whose segments explain significantly more of them on loans held out. The ratios alone are tried first: where they hold
    four groups or more that redraws find nearly whole (index 0.90, Jaccard 0.85), the book has natural groups. Else the
    loans' standing counts as an axis (see core.segments.geometry). Where none qualifies then, the book is cut by arrears
    and balance instead (method "buckets").

    Args:
        frame: snapshots in the fields of core.columns, one row a loan.
        k: keep this k where it holds still, with 0.20 of slack (a refit that should not disturb its readers); None to
            choose freely.
        standing: keep it as an axis, or keep it out, while k holds still so; None to choose freely.
        outcomes: snapshots with `recovery`, the share of its balance each loan brought back (of earlier days, or these).
            They only decide between numbers of segments, never who is in which.
        redraws: bootstrap samples for the evidence.

    Returns:
        What `core.segments.assign` needs, as JSON: method, features, medians, centre, scale, clip, standing,
        centroids (standardised), ids (1..k), unlike_beyond (distance), evidence (per k: ari, jaccard of the least
        stable segment, smallest_share, silhouette, holds), evidence_n and redraws it rests on, chosen_by
        (in words), n, missing (rows without each ratio).

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
    with threadpool_limits(limits=1):
        return _fit(frame, k, standing, outcomes, redraws)


def refit_like(old: Mapping[str, Any], frame: pd.DataFrame, **told: Any) -> dict[str, Any]:
    """A refit that should not disturb its readers: as many segments in the same space, where they hold still.

    Args:
        old: the clustering in use, as `fit_segments` returned it.
        frame, told: as `fit_segments` takes them.
    """
    if old["method"] != "k-means":
        return fit_segments(frame, **told)
    return fit_segments(frame, k=len(old["ids"]), standing=any(old.get("standing") or ()), **told)


def _fit(
    frame: pd.DataFrame, k: int | None, standing: bool | None, outcomes: pd.DataFrame | None, redraws: int
) -> dict[str, Any]:
    ratios = ratios_of(frame)
    content: dict[str, Any] = {"n": len(frame), "missing": {name: int(ratios[name].isna().sum()) for name in ratios}}
    with_standing = frame_of_reference(ratios)
    ratios = ratios[with_standing["features"]]
    if ratios.shape[1] < 2:
        few = "fewer than two ratios vary in this book"
        return content | _buckets(frame) | {"evidence": [], "chosen_by": few}
    bare = frame_of_reference(ratios, standing=False)
    sampled = _sample(ratios)
    tries = [
        (bare, k if standing is False else None, True),
        (with_standing, k if standing is not False else None, False),
    ]
    for space, in_use, only_natural in sorted(tries, key=lambda each: each[1] is None):
        evidence = _evidence(sampled, space, redraws)
        points = in_space(space, standardised(space, ratios))
        admitted = [each for each in evidence if _is_natural(each) or not only_natural or each["k"] == in_use]
        chosen, why = _chosen(admitted, in_use, points, _told_by(outcomes, space))
        if chosen:
            break
    content |= {"evidence": evidence, "evidence_n": len(sampled), "redraws": redraws, "chosen_by": why}
    if not chosen:
        return content | _buckets(frame)
    fitted = _kmeans(points, chosen, n_init=10, seed=SEED)
    order = np.argsort(-np.bincount(fitted.labels_, minlength=chosen), kind="stable")
    content |= space | {
        "method": "k-means",
        "centroids": fitted.cluster_centers_[order, :-1].tolist(),
        "ids": list(range(1, chosen + 1)),
    }
    nearest = distances(content, frame, clipped=False).min(axis=1)
    return content | {"unlike_beyond": float(np.quantile(nearest, UNLIKE_BEYOND))}


def _chosen(
    evidence: Sequence[Mapping[str, Any]], k: int | None, points: Numbers, told_by: tuple[Numbers, Numbers] | None
) -> tuple[int | None, str]:
    """How many segments, and why so many; None where no number of them holds still."""
    stable = {int(each["k"]): each for each in evidence if each["holds"]}
    in_use = next((each for each in evidence if each["k"] == k), None)
    if in_use is not None and _holds_still(in_use, slack=KEPT_WITHIN):
        return k, "as many as before, for they still hold still"
    if not stable:
        return None, "no number of segments held still over redraws of the book"
    best = {name: max(float(each[name]) for each in stable.values()) for name in AS_STABLE_WITHIN}
    qualified = [
        each
        for each, told in stable.items()
        if all(told[name] >= best[name] - within for name, within in AS_STABLE_WITHIN.items())
    ]
    if told_by is not None:
        known, recovery = told_by
        labels = {each: _kmeans(points, each, n_init=5, seed=SEED).predict(known) for each in qualified}
        if (by_outcome := as_far_as_it_pays(labels, recovery)) is not None:
            return by_outcome, "the largest stable number that explains more of recovery on loans held out"
    return max(qualified), "the largest number of segments that holds still"


def _is_natural(evidence: Mapping[str, Any]) -> bool:
    return all(evidence[name] >= least for name, least in NATURAL.items())


def _told_by(outcomes: pd.DataFrame | None, space: Mapping[str, Any]) -> tuple[Numbers, Numbers] | None:
    """Loans whose outcome is known, in the space of the fit, and the share each brought back."""
    if outcomes is None or outcomes.empty:
        return None
    ratios = ratios_of(outcomes, tuple(space["features"]))
    return in_space(space, standardised(space, ratios)), outcomes["recovery"].to_numpy(dtype=float)


def _buckets(frame: pd.DataFrame) -> dict[str, Any]:
    return {
        "method": "buckets",
        "features": [],
        "ids": [1, 2, 3, 4, 5, 6],
        "median_balance": float(frame["balance"].median()),
    }


def _sample(ratios: pd.DataFrame) -> pd.DataFrame:
    if len(ratios) <= LOANS_FOR_EVIDENCE:
        return ratios
    chosen = np.random.default_rng(SEED).choice(len(ratios), LOANS_FOR_EVIDENCE, replace=False)
    return ratios.iloc[np.sort(chosen)]


def _kmeans(points: Numbers, k: int, *, n_init: int, seed: int) -> KMeans:
    with warnings.catch_warnings():
        # a redraw may hold fewer different loans than segments: some stay empty, and count as not found again
        warnings.simplefilter("ignore", ConvergenceWarning)
        return KMeans(n_clusters=k, n_init=n_init, random_state=seed).fit(points)


def _evidence(ratios: pd.DataFrame, space: Mapping[str, Any], redraws: int) -> list[dict[str, Any]]:
    """How still each number of segments holds: scales and clustering are fitted anew on every redraw of the loans."""
    points = in_space(space, standardised(space, ratios))
    distinct = len(np.unique(points.round(6), axis=0))
    ks, standing = [k for k in K_TRIED if k < distinct], any(space["standing"])
    references = {k: _kmeans(points, k, n_init=5, seed=SEED).labels_ for k in ks}
    agreement: dict[int, list[float]] = {k: [] for k in ks}
    found_again = {k: np.zeros(k) for k in ks}
    draw = np.random.default_rng(SEED)
    for turn in range(redraws):
        redrawn = ratios.iloc[draw.integers(0, len(ratios), len(ratios))]
        again = frame_of_reference(redrawn, standing=standing)
        kept = again["features"]
        fitted, placed = (in_space(again, standardised(again, each[kept])) for each in (redrawn, ratios))
        for k in ks:
            model = _kmeans(fitted, k, n_init=2, seed=SEED + turn)
            both = overlaps(references[k], model.predict(placed))
            agreement[k].append(adjusted_rand(both))
            found_again[k] += best_jaccard(both) / redraws
    return [_told(points, references[k], k, float(np.mean(agreement[k])), float(found_again[k].min())) for k in ks]


def _told(points: Numbers, reference: np.ndarray, k: int, ari: float, jaccard: float) -> dict[str, Any]:
    shown = min(len(points), ROWS_FOR_SILHOUETTE)
    mixed = len(np.unique(reference[:shown])) > 1
    silhouette = float(silhouette_score(points[:shown], reference[:shown])) if mixed else None
    told = {
        "k": k,
        "ari": round(ari, 4),
        "jaccard": round(jaccard, 4),
        "smallest_share": round(float(np.bincount(reference, minlength=k).min() / len(points)), 4),
        "silhouette": None if silhouette is None else round(silhouette, 4),
    }
    return told | {"holds": _holds_still(told)}


def _holds_still(evidence: Mapping[str, Any], *, slack: float = 0.0) -> bool:
    recognised = evidence["ari"] >= STABLE_FROM - slack and evidence["jaccard"] >= RECOGNISED_FROM - slack
    return bool(recognised and evidence["smallest_share"] >= SMALLEST_SHARE - slack / 10)
