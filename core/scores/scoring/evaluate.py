"""The exact evaluator of a stored model: text in, scores and their parts out. NumPy only, so any process may use it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import factorial
from typing import Any

import numpy as np
import pandas as pd

from core.errors import Refused
from core.scores.measures.calibration import apply_calibration
from core.scores.rows.features import EXTRA, SOURCES, STRATEGY, Matrix, Under, matrix_of
from core.segments.features import Numbers

FORMAT = "recoup-model-1"
ROWS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Paths:
    """Every leaf of every tree as a box: on `feature[l, d]` it holds `low < x <= high`; `share` is the part of the
    training rows that follows that feature's splits. Unused places hold any x, with share 1."""

    feature: np.ndarray[Any, np.dtype[np.int64]]
    low: Numbers
    high: Numbers
    share: Numbers
    value: Numbers


@dataclass(frozen=True, slots=True)
class Artifact:
    """A model as stored: `content` is its JSON; `paths` its trees, None where it has none."""

    content: Mapping[str, Any]
    paths: Paths | None

    @property
    def inputs(self) -> list[Mapping[str, Any]]:
        return list(self.content["inputs"])


@dataclass(frozen=True, slots=True)
class Parts:
    """Margins and what each input adds to them: `base + by_input.sum(axis=1) == margin` for every row."""

    base: float
    margin: Numbers
    by_input: Numbers


def sha256_of(text: str) -> str:
    """The hash recorded with a model and checked before it is used."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=8)
def load_artifact(text: str, sha256: str) -> Artifact:
    """Read a stored model.

    Raises:
        Refused: the text is damaged (its hash differs), or is no model of this version: another format, facts it does not
            know, or parts that are missing or do not fit together.
    """
    remedy = "Train again; until then the rule score orders the work."
    if sha256_of(text) != sha256:
        raise Refused("The stored model is damaged: its content does not match its hash", remedy=remedy)
    try:
        content = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Refused("The stored model is not readable as JSON", remedy=remedy) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise Refused("The stored model is of another format", where=(f"expected {FORMAT}",), remedy=remedy)
    try:
        unknown = _unknown_inputs(content)
        paths = _paths(content) if "trees" in content else None
        odd = "" if unknown else _odd_shape(content, paths)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError, ZeroDivisionError):
        unknown, paths, odd = [], None, "a part of it is missing or of another shape"
    if unknown:
        raise Refused("The stored model reads facts this version does not know", where=unknown, remedy=remedy)
    if odd:
        raise Refused(f"The stored model is incomplete: {odd}", remedy=remedy)
    return Artifact(content, paths)


def artifact_of(content: Mapping[str, Any]) -> Artifact:
    """A model made ready to be asked, from what its text holds."""
    return Artifact(content, _paths(content) if "trees" in content else None)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _unknown_inputs(content: Mapping[str, Any]) -> list[str]:
    """Names of inputs that nothing here knows how to compute."""
    known = {source.name for source in SOURCES} | {STRATEGY}
    return [
        each["name"] for each in content["inputs"] if each["name"] not in known and not each["name"].startswith(EXTRA)
    ]


def _odd_shape(content: Mapping[str, Any], paths: Paths | None) -> str:
    """What does not fit together; "" where all does."""
    blank = pd.DataFrame({field: [None] for source in SOURCES for field in source.fields})
    columns = matrix_of(content["inputs"], blank).values.shape[1]
    apply_calibration(content["calibration"], np.zeros(1))
    if "linear" not in content and paths is None:
        return "it has neither a linear part nor trees"
    if "linear" in content:
        linear = content["linear"]
        sizes = {len(linear[name]) for name in ("mean", "scale", "coefficients")}
        whole = np.asarray(
            [*linear["mean"], *linear["scale"], *linear["coefficients"], linear["intercept"]], dtype=float
        )
        if sizes != {columns} or not np.isfinite(whole).all():
            return f"it has {columns} columns and {max(sizes)} coefficients"
    if (
        paths is not None
        and len(paths.feature)
        and not 0 <= int(paths.feature.min()) <= int(paths.feature.max()) < max(columns, 1)
    ):
        return "its trees ask for columns it does not have"
    return ""


def evaluate(artifact: Artifact, frame: pd.DataFrame, *, under: Under = "reference") -> tuple[Numbers, Parts, Matrix]:
    """Score snapshots.

    Returns:
        Probabilities of non-recovery (calibrated), the parts of their margins (before calibration), and the matrix.
    """
    matrix = matrix_of(artifact.inputs, frame, under=under)
    parts = parts_of(artifact, matrix)
    return apply_calibration(artifact.content["calibration"], parts.margin), parts, matrix


def parts_of(artifact: Artifact, matrix: Matrix) -> Parts:
    """Margins with exact additive contributions: linear terms, and Shapley values of the trees' path expectations.

    References:
        Lundberg, Erion & Lee (2018), Consistent individualized feature attribution for tree ensembles, algorithm 2,
        arXiv 1802.03888.
    """
    base, terms = linear_parts(artifact, matrix)
    paths = artifact.paths
    if paths is not None and len(terms):
        rows = matrix.values
        blocks = [_shapley(paths, rows[at : at + ROWS_AT_ONCE]) for at in range(0, len(rows), ROWS_AT_ONCE)]
        base, terms = base + float((paths.value * paths.share.prod(axis=1)).sum()), terms + np.concatenate(blocks)
    return grouped(base, terms, matrix, len(artifact.inputs))


def linear_parts(artifact: Artifact, matrix: Matrix) -> tuple[float, Numbers]:
    """The intercept and one term a column of the model's linear part; zeros for a forest, which has none."""
    if "linear" not in artifact.content:
        return 0.0, np.zeros(matrix.values.shape)
    linear = artifact.content["linear"]
    points = (matrix.values - np.asarray(linear["mean"])) / np.asarray(linear["scale"])
    return float(linear["intercept"]), points * np.asarray(linear["coefficients"])


def grouped(base: float, terms: Numbers, matrix: Matrix, inputs: int) -> Parts:
    """Sum the terms of columns into their inputs."""
    by_input = np.zeros((len(terms), inputs))
    np.add.at(by_input.T, matrix.owner, terms.T)
    return Parts(base, base + by_input.sum(axis=1), by_input)


def margins_of(artifact: Artifact, matrix: Matrix) -> Numbers:
    """Margins alone, without their parts."""
    base, terms = linear_parts(artifact, matrix)
    margin = base + terms.sum(axis=1)
    if artifact.paths is None or not len(margin):
        return np.asarray(margin, dtype=float)
    rows = matrix.values
    blocks = [
        _inside(artifact.paths, rows[at : at + ROWS_AT_ONCE]).all(axis=2) @ artifact.paths.value
        for at in range(0, len(rows), ROWS_AT_ONCE)
    ]
    return np.asarray(margin + np.concatenate(blocks), dtype=float)


def _inside(paths: Paths, rows: Numbers) -> np.ndarray[Any, np.dtype[np.bool_]]:
    at = rows[:, paths.feature]
    return np.asarray((at > paths.low) & (at <= paths.high))


def _shapley(paths: Paths, rows: Numbers) -> Numbers:
    """One term a column: for each leaf, the weighted sum over subsets of its other features, as a polynomial in size."""
    inside = _inside(paths, rows).astype(float)
    depth = paths.feature.shape[1]
    weight = np.asarray([factorial(size) * factorial(depth - size - 1) / factorial(depth) for size in range(depth)])
    terms = np.zeros((len(rows), rows.shape[1]))
    for one in range(depth):
        sizes = np.zeros((depth, *inside.shape[:2]))
        sizes[0] = 1.0
        for filled, other in enumerate(each for each in range(depth) if each != one):
            out, into = paths.share[:, other], inside[:, :, other]
            for size in range(filled + 1, 0, -1):
                sizes[size] = sizes[size] * out + sizes[size - 1] * into
            sizes[0] *= out
        leaf = paths.value * (inside[:, :, one] - paths.share[:, one]) * np.tensordot(weight, sizes, axes=1)
        np.add.at(terms.T, paths.feature[:, one], leaf.T)
    return terms


def _paths(content: Mapping[str, Any]) -> Paths:
    boxes: list[tuple[dict[int, list[float]], float]] = []
    for tree in content["trees"]:
        boxes += _leaves(tree)
    part = 1.0 / len(content["trees"]) if content["averaged"] else 1.0
    depth = max(1, max((len(box) for box, _ in boxes), default=1))
    shape = (len(boxes), depth)
    feature, low, high, share = (
        np.zeros(shape, np.int64),
        np.full(shape, -np.inf),
        np.full(shape, np.inf),
        np.ones(shape),
    )
    for leaf, (box, _) in enumerate(boxes):
        for place, (column, (floor, ceiling, fraction)) in enumerate(box.items()):
            feature[leaf, place], low[leaf, place], high[leaf, place] = column, floor, ceiling
            share[leaf, place] = fraction
    return Paths(feature, low, high, share, np.asarray([value * part for _, value in boxes]))


def _leaves(tree: Mapping[str, Any]) -> list[tuple[dict[int, list[float]], float]]:
    """Boxes of one tree: {column: [low, high, share]} and the leaf's value. Nodes below 0 are leaves (~index)."""
    found: list[tuple[dict[int, list[float]], float]] = []
    waiting: list[tuple[int, dict[int, list[float]]]] = [(0 if tree["column"] else -1, {})]
    while waiting:
        node, box = waiting.pop()
        if node < 0:
            found.append((box, float(tree["value"][~node])))
            continue
        column, edge, rows = tree["column"][node], tree["threshold"][node], tree["rows"][node]
        for child, is_left in ((tree["left"][node], True), (tree["right"][node], False)):
            inside = tree["rows"][child] if child >= 0 else tree["leaf_rows"][~child]
            low, high, share = box.get(column, [-np.inf, np.inf, 1.0])
            low, high = (low, min(high, edge)) if is_left else (max(low, edge), high)
            waiting.append((child, {**box, column: [low, high, share * inside / rows]}))
    return found
