"""Unknown columns for the loans of a world: some written after the outcome, under names that do not tell, some not."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd

from tests.worlds.world import UNDER, Drawn

Values = np.ndarray
Make = Callable[[np.random.Generator, pd.DataFrame, Values], Values]


def _some(rng: np.random.Generator, written: Values, values: Values) -> Values:
    """`values` where written, else nothing."""
    return np.where(written, values.astype(object), None)


LEAKS: dict[str, Make] = {
    "noisy copy": lambda rng, frame, lost: np.where(rng.random(len(lost)) < 0.2, 1 - lost, lost),
    "noisier copy": lambda rng, frame, lost: np.where(rng.random(len(lost)) < 0.28, 1 - lost, lost),
    "filled after write-off": lambda rng, frame, lost: _some(
        rng, (lost == 1) & (rng.random(len(lost)) < 0.6), rng.integers(1, 400, len(lost))
    ),
    "grows with the outcome": lambda rng, frame, lost: rng.poisson(np.where(lost == 1, 5.0, 3.0)),
    "amount brought in": lambda rng, frame, lost: (frame["cash_12m"] * rng.lognormal(0, 0.2, len(lost))).round(2),
    "category at closing": lambda rng, frame, lost: np.where(
        lost == 1, rng.choice(["A", "B", "C"], len(lost), p=(0.6, 0.3, 0.1)),
        rng.choice(["A", "B", "C"], len(lost), p=(0.15, 0.35, 0.5)),
    ),
    "far from the middle": lambda rng, frame, lost: rng.normal(0, np.where(lost == 1, 3.0, 1.0)),
}  # fmt: skip
"""What is written once the outcome is known. The last has no direction: only its distance from the middle tells."""

CLEAN: dict[str, Make] = {
    "noise": lambda rng, frame, lost: rng.normal(0, 1, len(lost)).round(3),
    "many levels": lambda rng, frame, lost: rng.choice([f"k{place}" for place in range(40)], len(lost)),
    "bureau grade": lambda rng, frame, lost: (
        pd.qcut(np.log1p(frame["dpd"]) + 0.5 * frame["missed_payments"] ** 0.5 + rng.normal(0, 0.8, len(lost)), 7,
                labels=list("ABCDEFG")).astype(str).to_numpy()
    ),
    "arrears amount": lambda rng, frame, lost: (frame["emi"] * (frame["dpd"] / 30 + 1)).round(2),
    "dpd a month ago": lambda rng, frame, lost: (frame["dpd"] - 30 + rng.integers(-10, 10, len(lost))).clip(lower=0),
    "reach, other source": lambda rng, frame, lost: (frame["contact_rate"] + rng.normal(0, 0.1, len(lost))).round(3),
    "often not stated": lambda rng, frame, lost: _some(rng, rng.random(len(lost)) < 0.3, frame["promise_kept_ratio"]),
    "constant": lambda rng, frame, lost: np.full(len(lost), "1"),
}  # fmt: skip
"""What was known at the snapshot: noise, and other words for what the facts of the contract say."""


def with_columns(drawn: Drawn, columns: dict[str, Make], seed: int) -> pd.DataFrame:
    """The frame of a world with those unknown columns, named x0, x1, ... in the order of `columns`."""
    rng = np.random.default_rng([seed, 7])
    lost = (drawn.frame["cash_12m"] < UNDER * drawn.frame["balance"]).to_numpy(dtype=float)
    made = {f"x{place}": make(rng, drawn.frame, lost) for place, make in enumerate(columns.values())}
    rows = pd.DataFrame(made).astype(object).to_dict("records")
    texts = [json.dumps({name: None if value is None else str(value) for name, value in row.items()}) for row in rows]
    return drawn.frame.assign(extra=texts)
