"""Which strategies a policy may give: those whose gain, where it would give them, is more than chance could make it. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.strategies.catalogue import Strategy
from core.strategies.observed import Codes, Observed
from core.strategies.policy.design import Columns
from core.strategies.policy.value import gradients, net_values, rates_under

ERRORS_TO_ACT = 0.75
"""A strategy is given only if its gain over the loans it would be given to is so many of its standard errors."""


def evidence_of(
    artifact: Mapping[str, Any], observed: Observed, choice: Codes, strategies: Sequence[Strategy]
) -> dict[str, Any]:
    """For each strategy: what it would gain against the reference on the loans chosen for it, its error, and whether it acts.

    Args:
        artifact: of the policy. observed: the loans it was learned from. choice: (n,) what it would give them.
        strategies: with the limits' figures, in the artifact's order.

    Returns:
        `acts` (K bools) and `evidence` (for each strategy but the reference: gain and error in currency a loan given it, n).
    """
    values = net_values(rates_under(artifact, observed.facts), observed.balance, strategies)
    columns = Columns.from_json(artifact["columns"])
    matrix, root = columns.matrix(observed.facts), np.asarray(artifact["root"])
    beta = np.asarray(artifact["lines"][0]["direct"])
    acts: list[bool] = [True]
    told: dict[str, dict[str, float | None]] = {}
    for kind in range(1, len(strategies)):
        rows = choice == kind
        if not rows.any():
            acts.append(True)
            told[artifact["strategies"][kind]] = {"gain": None, "error": None, "n": 0}
            continue
        along = gradients(beta, matrix[rows], columns, len(strategies), kind, float(artifact["highest"])) @ root
        worth = strategies[kind].npv_factor * (1.0 - strategies[kind].fee_share) * observed.balance[rows]
        error = float(np.sqrt(((worth @ along) ** 2).sum())) / int(rows.sum())
        gain = float((values[rows, kind] - values[rows, 0]).mean())
        acts.append(gain >= ERRORS_TO_ACT * error)
        told[artifact["strategies"][kind]] = {"gain": gain, "error": error, "n": int(rows.sum())}
    return {"acts": acts, "evidence": told}
