"""What the lines of a recovery rate look at: columns of a matrix, bent at quantiles, and under each strategy. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.scores.rows.features import Matrix
from core.segments.features import Numbers

QUANTILES = (0.25, 0.5, 0.75)
FEWEST_VALUES = 10
"""A number with fewer distinct values is not bent."""
EXTRA_RIDGE = 20.0
"""Bends and strategies' own slopes are shrunk this many times as strongly as straight lines: few rows keep to lines."""

STRATEGY_RIDGE = 0.1
"""What a strategy does to everybody is hardly shrunk: else the sums of the strategies few loans had would be off."""


def fit_design(inputs: Sequence[Mapping[str, Any]], matrix: Matrix) -> dict[str, Any]:
    """Where columns bend, which of them belong to a strategy, and the scales: plain lists, so that JSON can hold them.

    Args:
        inputs: from `core.scores.rows.features.fit_inputs`.
        matrix: the rows learned from, each under the strategy it had.
    """
    kinds = [inputs[owner]["kind"] for owner in matrix.owner]
    values = matrix.values
    bent = [
        column
        for column, kind in enumerate(kinds)
        if kind == "number" and len(np.unique(values[:, column])) > FEWEST_VALUES
    ]
    knots = [np.unique(np.quantile(values[:, column], QUANTILES)).tolist() for column in bent]
    plain = [column for column, kind in enumerate(kinds) if kind != "strategy"]
    design: dict[str, Any] = {
        "bent": bent, "knots": knots, "plain": plain,
        "strategies": [column for column, kind in enumerate(kinds) if kind == "strategy"],
        **_scales("plain_", values[:, plain]),
    }  # fmt: skip
    return design | _scales("", _expanded(design, values))


def design_of(design: Mapping[str, Any], values: Numbers) -> Numbers:
    """Rows of the lines: each column, its bends, and each fact once more within each strategy; standardised."""
    return np.asarray(
        (_expanded(design, values) - np.asarray(design["mean"])) / np.asarray(design["scale"]), dtype=float
    )


def ridge_of(design: Mapping[str, Any], ridge: float) -> Numbers:
    """The shrinkage of each column of `design_of`."""
    told = np.full(len(design["mean"]), ridge * EXTRA_RIDGE)
    told[: len(design["plain"]) + len(design["strategies"])] = ridge
    told[design["strategies"]] = ridge * STRATEGY_RIDGE
    return told


def _expanded(design: Mapping[str, Any], values: Numbers) -> Numbers:
    parts = [values]
    for column, knots in zip(design["bent"], design["knots"], strict=True):
        parts.append(np.maximum(values[:, [column]] - np.asarray(knots), 0.0))
    plain = (values[:, design["plain"]] - np.asarray(design["plain_mean"])) / np.asarray(design["plain_scale"])
    parts += [plain * values[:, [column]] for column in design["strategies"]]
    return np.concatenate(parts, axis=1)


def _scales(prefix: str, values: Numbers) -> dict[str, list[float]]:
    spread = values.std(axis=0)
    scale = np.where(spread > 1e-12, spread, 1.0)
    return {f"{prefix}mean": values.mean(axis=0).tolist(), f"{prefix}scale": scale.tolist()}
