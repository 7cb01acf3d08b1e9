"""What is known of a learned policy, as plain JSON. NumPy only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from core.strategies.catalogue import Limits
from core.strategies.observed import Numbers, Observed

FIGURES = ("cost", "fee_share", "npv_factor", "hours", "capacity_share", "capacity_count")


def hash_of(artifact: Mapping[str, Any]) -> str:
    """SHA-256 of an artifact's content; whatever stands under "hash" does not count."""
    told = {name: value for name, value in artifact.items() if name != "hash"}
    return hashlib.sha256(json.dumps(told, sort_keys=True, allow_nan=False).encode()).hexdigest()


def limits_of(limits: Limits) -> dict[str, Any]:
    """Limits as `Limits.from_json` reads them."""
    return {
        "strategies": {each.name: {name: getattr(each, name) for name in FIGURES} for each in limits.strategies},
        "officer_hours": limits.officer_hours,
        "budget": limits.budget,
    }


def card_of(
    artifact: Mapping[str, Any], observed: Observed, rates: Numbers, limits: Limits, seed: int
) -> dict[str, Any]:
    """The card of a policy; core.strategies.evaluation adds what it was worth on loans held out.

    Returns:
        n, borrowers, strategies (name, n, rate as predicted for all, its mean effect, acts, evidence), left_out (strategies
        with too few loans), standing (why it acts as a whole or not; core.strategies.policy.evidence), shrinkage, limits,
        seed, hash, held_out (None until evaluated).
    """
    told = []
    for kind, name in enumerate(artifact["strategies"]):
        had = int((observed.strategy == observed.strategies.index(name)).sum())
        told.append(
            {
                "strategy": name, "n": had, "rate_for_all": float(rates[:, kind].mean()),
                "mean_effect": float((rates[:, kind] - rates[:, 0]).mean()), "acts": bool(artifact["acts"][kind]),
                "evidence": artifact["evidence"].get(name),
            }
        )  # fmt: skip
    return {
        "n": len(observed), "borrowers": len(np.unique(observed.cluster)), "reference": artifact["strategies"][0],
        "strategies": told, "left_out": [name for name in observed.strategies if name not in artifact["strategies"]],
        "standing": artifact["standing"], "shrinkage": artifact["shrinkage"], "limits": limits_of(limits), "seed": seed, "hash": artifact["hash"],
        "held_out": None,
    }  # fmt: skip
