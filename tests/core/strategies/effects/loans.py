"""A small history of two strategies with a planted effect, for the tests of this room."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from core.strategies.observed import Fact, Observed

EFFECT = 0.1


def small(n: int = 400, seed: int = 1, *, confounding: float = 1.0, **changed: Any) -> Observed:
    """Legal adds EFFECT to the rate, and is given more often where the one fact is high and the rate low."""
    rng = np.random.default_rng(seed)
    fact = rng.standard_normal(n)
    strategy = (rng.random(n) < 1 / (1 + np.exp(-confounding * fact))).astype(np.int64)
    rate = (0.4 + EFFECT * strategy - 0.1 * fact + 0.1 * rng.standard_normal(n)).clip(0)
    balance = rng.uniform(500, 1500, n)
    told = Observed(
        facts=fact[:, None], columns=(Fact("arrears", "arrears", True),), strategy=strategy, strategies=("Standard", "Legal"),
        balance=balance, rate=rate, net=0.9 * rate * balance - 50 * strategy, cluster=np.arange(n),
        probability=np.full(n, np.nan),
    )  # fmt: skip
    return replace(told, **changed)
