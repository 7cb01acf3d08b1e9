"""The three ways to learn, simplest first; each turns a matrix into margins and into JSON. Imports LightGBM."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np

from core.scores.logit import fit_logit
from core.segments.features import Numbers

SEED = 20_261
RIDGE = 3.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted candidate: margins of a matrix, and the part of the artifact that is its own."""

    margin: Callable[[Numbers], Numbers]
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to learn: kind as stored, and fit(x, y, monotone a column)."""

    kind: str
    fit: Callable[[Numbers, Numbers, Sequence[int]], Fitted]


def _logistic(x: Numbers, y: Numbers, monotone: Sequence[int]) -> Fitted:
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    intercept, *coefficients = fit_logit((x - mean) / scale, y, ridge=RIDGE)
    weights = np.asarray(coefficients)
    linear = {
        "intercept": float(intercept),
        "coefficients": weights.tolist(),
        "mean": mean.tolist(),
        "scale": scale.tolist(),
    }
    return Fitted(lambda rows: intercept + (rows - mean) / scale @ weights, {"linear": linear})


def _boosted(x: Numbers, y: Numbers, monotone: Sequence[int]) -> Fitted:
    return _trees(x, y, monotone, rounds=100, learning_rate=0.07, num_leaves=8, lambda_l2=5.0)


def _forest(x: Numbers, y: Numbers, monotone: Sequence[int]) -> Fitted:
    return _trees(x, y, monotone, rounds=150, boosting="rf", bagging_freq=1, bagging_fraction=0.632,
                  feature_fraction_bynode=0.5, num_leaves=16, lambda_l2=1.0)  # fmt: skip


def _trees(x: Numbers, y: Numbers, monotone: Sequence[int], *, rounds: int, **settings: Any) -> Fitted:
    booster = lightgbm.train(
        {
            "objective": "binary", "min_data_in_leaf": max(15, min(50, len(y) // 50)), "max_depth": 6,
            "monotone_constraints": list(monotone), "num_threads": 1, "deterministic": True, "force_row_wise": True,
            "seed": SEED, "verbosity": -1, **settings,
        },
        lightgbm.Dataset(x, y),
        num_boost_round=rounds,
    )  # fmt: skip
    dumped = booster.dump_model()
    content = {
        "trees": [_tree(each["tree_structure"]) for each in dumped["tree_info"]],
        "averaged": settings.get("boosting") == "rf",
        "lightgbm": booster.model_to_string(),
    }
    trees = len(dumped["tree_info"]) if content["averaged"] else 1
    return Fitted(
        lambda rows: np.asarray(booster.predict(rows, raw_score=True, num_threads=1), dtype=float) / trees, content
    )


def _tree(root: dict[str, Any]) -> dict[str, list[Any]]:
    """LightGBM's nested dump as flat lists; a child below 0 is leaf `~child`."""
    flat: dict[str, list[Any]] = {
        key: [] for key in ("column", "threshold", "left", "right", "rows", "value", "leaf_rows")
    }

    def add(node: dict[str, Any]) -> int:
        if "split_feature" not in node:
            flat["value"].append(float(node["leaf_value"]))
            flat["leaf_rows"].append(int(node.get("leaf_count", 1)))
            return ~(len(flat["value"]) - 1)
        number = len(flat["column"])
        flat["column"].append(int(node["split_feature"]))
        flat["threshold"].append(float(node["threshold"]))
        flat["rows"].append(int(node["internal_count"]))
        flat["left"].append(0)
        flat["right"].append(0)
        flat["left"][number] = add(node["left_child"])
        flat["right"][number] = add(node["right_child"])
        return number

    add(root)
    return flat


CANDIDATES: tuple[Candidate, ...] = (
    Candidate("logistic", _logistic),
    Candidate("random_forest", _forest),
    Candidate("gradient_boosting", _boosted),
)
