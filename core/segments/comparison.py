"""K-means beside the other ways to find groups, on the same loans and the same ratios. Imports scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import DBSCAN, AgglomerativeClustering, KMeans
from sklearn.metrics import silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from core.columns import by_field
from core.segments.agreement import adjusted_rand, best_jaccard, overlaps
from core.segments.explained import explained
from core.segments.features import Numbers, number, ratios_of
from core.segments.geometry import in_space, standardised

MOST_LOANS = 1_500
REDRAWS = 10
NEIGHBOURS = 10
DENSE_SHARE = 0.90
"""DBSCAN's reach: the distance within which 90 % of the loans have ten neighbours."""
USUAL_NUMBER = 4
SEED = 20_261
RAW_COLUMNS = (
    "age", "monthly_income", "dependents", "loan_amount", "tenure_months", "interest_rate", "collateral_value",
    "balance", "emi", "missed_payments", "dpd",
)  # fmt: skip
"""What the field's tutorials cluster on, as it stands in the file. Protected columns are left out, as everywhere."""

Labels = np.ndarray
Cluster = Callable[[Numbers, int], Labels]


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to find groups: its name, what it does to points (points, number of groups -> labels), on which points."""

    name: str
    cluster: Cluster
    on_raw_columns: bool = False


def compared(frame: pd.DataFrame, content: Mapping[str, Any], recovery: Numbers) -> dict[str, Any]:
    """Every way beside the others: how many groups, how still they hold, how much of recovery lies between them.

    Each is fitted to a uniform sample of at most 1,500 loans and again to ten redraws of it; a loan a redraw left out
    goes where its nearest loan in the redraw went. What DBSCAN calls noise counts as a group of its own in agreement
    and explained recovery, and not in the number of groups.

    Args:
        frame: loans in the fields of core.columns, with outcomes where known.
        content: the clustering in use (`fit_segments`), of which the ratios and the number of segments are taken.
        recovery: the share of its balance each loan brought back, NaN where that is not known.

    Returns:
        As JSON: ways (a list of name, groups, noise, ari, jaccard, silhouette, explained, explained_low,
        explained_high, explained_n; None where undefined), n (loans compared), redraws, verdict (sentences).

    References:
        Ester et al. (1996), DBSCAN, KDD; Ward (1963), JASA 58; McLachlan & Peel (2000), Finite Mixture Models.
    """
    chosen = np.sort(np.random.default_rng(SEED).permutation(len(frame))[:MOST_LOANS])
    sampled, known = frame.iloc[chosen].reset_index(drop=True), recovery[chosen]
    points = _points(sampled, content)
    raw = _raw_points(sampled)
    k = len(content["ids"]) if content["method"] == "k-means" else USUAL_NUMBER
    with threadpool_limits(limits=1):
        told = [_measured(way, raw if way.on_raw_columns else points, k, known) for way in _WAYS]
    return {"ways": told, "n": len(sampled), "redraws": REDRAWS, "k": k, "verdict": _verdict(told)}


def _points(frame: pd.DataFrame, content: Mapping[str, Any]) -> Numbers:
    if content["method"] == "k-means":
        return in_space(content, standardised(content, ratios_of(frame, tuple(content["features"]))))
    ratios = ratios_of(frame)
    return _plain_scale(np.column_stack([ratios.to_numpy(dtype=float), np.zeros(len(frame))]))


def _raw_points(frame: pd.DataFrame) -> Numbers:
    columns = by_field("portfolio")
    names = [name for name in RAW_COLUMNS if not columns[name].protected]
    return _plain_scale(np.column_stack([number(frame, name) for name in names]))


def _plain_scale(values: Numbers) -> Numbers:
    """Mean 0, deviation 1, a missing figure at the mean; a column that says nothing is 0."""
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, values, 0.0).sum(axis=0) / count
    centred = np.where(known, values - mean, 0.0)
    spread = np.sqrt((centred**2).sum(axis=0) / count)
    return np.asarray(centred / np.where(spread > 0, spread, 1.0), dtype=float)


def _measured(way: _Way, points: Numbers, k: int, recovery: Numbers) -> dict[str, Any]:
    reference = way.cluster(points, k)
    ours = reference - reference.min()  # noise, -1, becomes a group of its own
    draw = np.random.default_rng(SEED)
    agreement, found_again = [], np.zeros(int(ours.max()) + 1)
    for _ in range(REDRAWS):
        redrawn = points[draw.integers(0, len(points), len(points))]
        theirs = way.cluster(redrawn, k)
        nearest = NearestNeighbors(n_neighbors=1).fit(redrawn).kneighbors(points, return_distance=False)[:, 0]
        both = overlaps(ours, (theirs - theirs.min())[nearest])
        agreement.append(adjusted_rand(both))
        found_again += best_jaccard(both) / REDRAWS
    inside = reference >= 0
    groups = np.unique(reference[inside])
    mixed = len(groups) > 1 and len(groups) < inside.sum()
    share = explained(reference, recovery)
    told: dict[str, Any] = {
        "name": way.name, "groups": len(groups), "noise": float((~inside).mean()), "ari": float(np.mean(agreement)),
        "jaccard": float(found_again[groups - reference.min()].min()) if len(groups) else float("nan"),
        "silhouette": float(silhouette_score(points[inside], reference[inside])) if mixed else float("nan"),
        "largest": float(np.bincount(ours).max() / len(ours)),
        "explained": share["share"], "explained_low": share["low"], "explained_high": share["high"],
        "explained_n": share["n"],
    }  # fmt: skip
    return {name: None if isinstance(value, float) and np.isnan(value) else value for name, value in told.items()}


def _kmeans(points: Numbers, k: int) -> Labels:
    return np.asarray(KMeans(n_clusters=_possible(points, k), n_init=3, random_state=SEED).fit(points).labels_)


def _ward(points: Numbers, k: int) -> Labels:
    return np.asarray(AgglomerativeClustering(n_clusters=_possible(points, k), linkage="ward").fit(points).labels_)


def _mixture(points: Numbers, k: int) -> Labels:
    # without the standing, the last coordinate: it is a sum of the others, and a mixture needs none to lean on
    own = points[:, :-1] if points.shape[1] > 1 else points
    mixture = GaussianMixture(_possible(own, k), reg_covar=1e-3, n_init=1, max_iter=300, tol=1e-2, random_state=SEED)
    return np.asarray(mixture.fit_predict(own))


def _dbscan(points: Numbers, _: int) -> Labels:
    wanted = min(NEIGHBOURS, len(points) - 1)
    distance = NearestNeighbors(n_neighbors=wanted + 1).fit(points).kneighbors(points)[0][:, -1]
    reach = max(float(np.quantile(distance, DENSE_SHARE)), 1e-9)
    return np.asarray(DBSCAN(eps=reach, min_samples=NEIGHBOURS).fit(points).labels_)


def _possible(points: Numbers, k: int) -> int:
    return max(1, min(k, len(np.unique(points.round(6), axis=0))))


K_MEANS, WARD, MIXTURE, DENSITY, TUTORIAL = (
    "K-means", "Hierarchical (Ward)", "Gaussian mixture", "DBSCAN", "K-means on the raw columns, as tutorials do"
)  # fmt: skip
_WAYS = (
    _Way(K_MEANS, _kmeans), _Way(WARD, _ward), _Way(MIXTURE, _mixture), _Way(DENSITY, _dbscan),
    _Way(TUTORIAL, _kmeans, on_raw_columns=True),
)  # fmt: skip


def _verdict(told: list[dict[str, Any]]) -> list[str]:
    """Why K-means is used, or what speaks against it here: from the figures, not from habit."""
    ours, others = told[0], told[1:4]
    said = []
    stiller = [
        each["name"] for each in others
        if each["groups"] > 1 and all(each[name] > ours[name] + 0.02 for name in ("ari", "jaccard"))
    ]  # fmt: skip
    if stiller:
        said.append(f"Here {' and '.join(stiller)} held stiller over redraws of the loans than K-means.")
    else:
        said.append(
            "None of the other ways that found more than one group held stiller over redraws of the loans, by both measures."
        )
    by_name = {each["name"]: each for each in told}
    density = by_name[DENSITY]
    if density["groups"] <= 1:
        said.append("DBSCAN found no gap in density: one group and some noise, so it cannot tell loans apart.")
    if ours["explained"] is None:
        said.append("How much of recovery each explains is not known: too few outcomes of 12 months.")
    else:
        better = [
            each["name"]
            for each in others
            if each["explained"] is not None and each["explained_low"] > ours["explained_high"]
        ]
        said.append(
            f"{' and '.join(better)} explained clearly more of recovery." if better
            else "None explained clearly more of recovery: the intervals overlap or lie below."
        )  # fmt: skip
    said.append(
        "K-means is used because its segments are kept as centres: a new loan is placed at once, with a margin, and a "
        "segment keeps its name when the book is fitted again. Ward and DBSCAN can place no loan they were not fitted to."
    )
    return said
