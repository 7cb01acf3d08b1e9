"""Which reasons move a score most, and whether they would still do so had other loans been drawn. Worker only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.metrics.spread import student_975
from core.scores.learning.candidates import Candidate, again
from core.scores.learning.crossfit import Sample
from core.scores.measures.calibration import apply_calibration
from core.scores.rows.features import SOURCES, STRATEGY, Matrix, matrix_of
from core.scores.scoring.bulk import margins_in_bulk, parts_in_bulk
from core.scores.scoring.evaluate import FORMAT, Artifact, artifact_of
from core.scores.scoring.explain import families_of, family_sizes
from core.segments.features import Numbers, number

REFITS = 10
"""Enough to tell a family that is always among the first from one that is there by luck, and quick enough to be done at
every training."""

T_OF_REFITS = student_975(REFITS - 1)
TOP = 3
ROWS_EXPLAINED, ROWS_OF_SHAPE = 2_000, 300
ROWS_EXPLAINED_OF_FOREST, ROWS_OF_SHAPE_OF_FOREST = 300, 100
"""Loans asked about. A forest's big trees take a hundred times as long."""

FEWEST_AT_VALUE = 30
SEED = 20_261
GRID: dict[str, tuple[float, ...]] = {
    "dpd": (1, 30, 60, 90, 120, 180, 365),
    "missed_payments": (0, 1, 2, 3, 6, 12),
    "promise_kept_ratio": (0.1, 0.3, 0.5, 0.7, 0.9),
    "contact_rate": (0.1, 0.3, 0.5, 0.7, 0.9),
}
"""Values at which the mean risk is told. A value stands for the loans nearer to it than to its neighbours."""


def importance_of(
    content: Mapping[str, Any], candidate: Candidate, sample: Sample, rows: pd.DataFrame
) -> dict[str, Any]:
    """What moves the score, by family of reasons, and how steady that is.

    The model is learned again from 10 samples of its borrowers, drawn with replacement, with the settings it chose; all
    refits explain the same loans (at most 2,000 of those learned from, 300 for a forest).

    Args:
        content: of the model as it would be stored.
        candidate: the way it was learned; sample: what from, and rows: the same rows as snapshots.

    Returns:
        n (loans explained), refits, top (3), families (list, the most important first: family, size (mean
        |contribution|, log-odds), low, high (95 %: size -+ t x the deviation over refits), rank, ranks (in each refit),
        top_share (of refits in which it is among the first 3)), overlap (mean share of a loan's 3 strongest families
        that a refit names too; None with 3 families or fewer), overlap_ci (95 %, over refits) and shape (`shape_of`).

    References:
        Lundberg & Lee (2017), A unified approach to interpreting model predictions (mean |contribution|);
        Meinshausen & Buehlmann (2010), Stability selection, JRSS B 72 (share of resamples that select).
    """
    draw = np.random.default_rng(SEED)
    most = ROWS_EXPLAINED_OF_FOREST if content.get("averaged") else ROWS_EXPLAINED
    chosen = np.sort(draw.permutation(len(sample.outcome))[:most])
    asked = Matrix(sample.reference.values[chosen], sample.reference.owner, ())
    families = [family for family in families_of(content["inputs"]) if family != STRATEGY]
    stored, refits = artifact_of(content), list(_refits(content, candidate, sample, draw))
    sizes, again_sizes = _sizes(stored, asked, families), [_sizes(each, asked, families) for each in refits]
    return {
        "n": len(chosen), "refits": len(refits), "top": TOP, "families": _ranked(families, sizes, again_sizes),
        **_overlaps(sizes, again_sizes),
        "shape": shape_of(stored, refits, rows, draw),
    }  # fmt: skip


def _refits(
    content: Mapping[str, Any], candidate: Candidate, sample: Sample, draw: np.random.Generator
) -> Iterator[Artifact]:
    """Models of the same kind and settings, each from borrowers drawn with replacement."""
    names, of_row = np.unique(sample.groups, return_inverse=True)
    members = np.split(np.argsort(of_row, kind="stable"), np.cumsum(np.bincount(of_row))[:-1])
    learn = again(candidate, content)
    kept = {name: content[name] for name in ("inputs", "calibration")} | {"format": FORMAT, "kind": candidate.kind}
    for _ in range(REFITS):
        rows = np.concatenate([members[each] for each in draw.integers(0, len(names), len(names))])
        fitted = learn(sample.actual.values[rows], sample.outcome[rows], sample.monotone, sample.groups[rows])
        yield artifact_of(kept | fitted.content)


def _sizes(artifact: Artifact, matrix: Matrix, families: Sequence[str]) -> Numbers:
    """|contribution| by row and family, the assumed strategy left aside."""
    return np.abs(family_sizes(artifact.inputs, parts_in_bulk(artifact, matrix))[:, : len(families)])


def _ranked(families: Sequence[str], sizes: Numbers, refits: Sequence[Numbers]) -> list[dict[str, Any]]:
    size = sizes.mean(axis=0)
    over = np.asarray([each.mean(axis=0) for each in refits])
    ranks = (-over).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable") + 1
    error = T_OF_REFITS * over.std(axis=0, ddof=1)
    return [
        {
            "family": families[place], "size": float(size[place]), "low": max(0.0, float(size[place] - error[place])),
            "high": float(size[place] + error[place]), "rank": rank, "ranks": ranks[:, place].tolist(),
            "top_share": float((ranks[:, place] <= TOP).mean()),
        }
        for rank, place in enumerate(np.argsort(-size, kind="stable").tolist(), start=1)
    ]  # fmt: skip


def _overlaps(sizes: Numbers, refits: Sequence[Numbers]) -> dict[str, Any]:
    if sizes.shape[1] <= TOP:
        return {"overlap": None, "overlap_ci": None}
    shares = np.asarray([overlap(sizes, each) for each in refits])
    error = T_OF_REFITS * float(shares.std(ddof=1)) / np.sqrt(len(shares))
    mean = float(shares.mean())
    return {"overlap": mean, "overlap_ci": [max(0.0, mean - error), min(1.0, mean + error)]}


def overlap(one: Numbers, other: Numbers, top: int = TOP) -> float:
    """Mean share of the `top` largest columns of each row of one that are among those of the other.

    >>> overlap(np.array([[4.0, 3, 2, 1]]), np.array([[4.0, 3, 1, 2]]), top=3)
    0.6666666666666666
    """
    return float((_largest(one, top) & _largest(other, top)).sum(axis=1).mean() / top)


def _largest(sizes: Numbers, top: int) -> np.ndarray:
    marked = np.zeros(sizes.shape, dtype=bool)
    np.put_along_axis(marked, np.argsort(-sizes, axis=1, kind="stable")[:, :top], True, axis=1)
    return marked


def shape_of(
    stored: Artifact, refits: Sequence[Artifact], rows: pd.DataFrame, draw: np.random.Generator
) -> list[dict[str, Any]]:
    """The mean risk of the same loans, were all of them at a value: partial dependence with its band over refits.

    Of facts of GRID that the model reads, on at most 300 loans (100 for a forest). It shows the score's shape; it is no effect of changing
    the fact.

    Returns:
        field, family and points: value, n (loans learned from nearer to it than to its neighbours), risk, low, high
        (95 % over refits). Values that fewer than 30 loans are near are left out, and facts with fewer than two points.

    References:
        Friedman (2001), Greedy function approximation, Annals of Statistics 29, section 8.2.
    """
    read = {each["name"] for each in stored.inputs}
    most = ROWS_OF_SHAPE_OF_FOREST if stored.content.get("averaged") else ROWS_OF_SHAPE
    some = rows.iloc[np.sort(draw.permutation(len(rows))[:most])]
    found = []
    for source in SOURCES:
        field = source.fields[0]
        if source.name not in read or field not in GRID:
            continue
        counts = _near(number(rows, field), GRID[field])
        values = [value for value, count in zip(GRID[field], counts, strict=True) if count >= FEWEST_AT_VALUE]
        if len(values) > 1:
            moved = pd.concat([some.assign(**{field: value}) for value in values], ignore_index=True)
            matrix = matrix_of(stored.inputs, moved)
            means = np.asarray([_means(each, matrix, len(values)) for each in (stored, *refits)])
            error = T_OF_REFITS * means[1:].std(axis=0, ddof=1)
            near = dict(zip(GRID[field], counts, strict=True))
            found.append({"field": field, "family": source.family, "points": [
                {"value": value, "n": near[value], "risk": float(risk), "low": max(0.0, float(risk - off)), "high": min(1.0, float(risk + off))}
                for value, risk, off in zip(values, means[0], error, strict=True)
            ]})  # fmt: skip
    return found


def _near(values: Numbers, grid: Sequence[float]) -> list[int]:
    """How many known values are nearest to each value of the grid."""
    edges = (np.asarray(grid[1:]) + np.asarray(grid[:-1])) / 2
    nearest = np.searchsorted(edges, values[np.isfinite(values)])
    return [int(count) for count in np.bincount(nearest, minlength=len(grid))]


def _means(artifact: Artifact, matrix: Matrix, values: int) -> Numbers:
    risk = apply_calibration(artifact.content["calibration"], margins_in_bulk(artifact, matrix))
    return np.asarray(risk.reshape(values, -1).mean(axis=1), dtype=float)
