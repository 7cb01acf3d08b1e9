"""Which strategies a policy may give: those whose gain is more than chance could make it, and none unless the whole stands. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.strategies.catalogue import Strategy
from core.strategies.effects.aipw import mean_of, scores
from core.strategies.observed import Codes, Numbers, Observed
from core.strategies.policy.design import Columns
from core.strategies.policy.value import gradients, net_values, rates_under

ERRORS_ALONE = 0.4
"""A strategy is given only if its gain over the loans chosen for it is so many of its standard errors."""
ERRORS_TO_ACT = 0.6
"""The policy acts only if what it promises, in standard errors, and what its strategies did for everybody add up to it."""
FOR_EVERYBODY = 1.0
"""So many standard errors count at most of what strategies did for everybody: the more loans, the more the chosen ones tell."""


def evidence_of(
    artifact: Mapping[str, Any], observed: Observed, propensity: Numbers, choice: Codes, strategies: Sequence[Strategy]
) -> dict[str, Any]:
    """What each strategy would gain against the reference on the loans chosen for it, its error, and whether it acts.

    Loans chosen by what is expected of them promise too much, the more so the fewer loans taught it: a gain found among
    noise looks like one. What a strategy did on average, for loans chosen by nobody, is free of that. Both have to agree.

    Args:
        artifact: of the policy. observed: the loans it was learned from. propensity: (n, K) cross-fitted chances of them.
        choice: (n,) what the policy would give them. strategies: with the limits' figures, in the artifact's order.

    Returns:
        `acts` (K bools), `evidence` (for each strategy but the reference: gain and error in currency a loan given it, n) and
        `standing` (promised, for_everybody and together, in standard errors, and asked; None where nothing is given).

    References:
        Robins, Rotnitzky, Zhao (1994), JASA 89, 846 (the doubly robust mean, `for_everybody`); Andrews, Kitagawa, McCloskey
        (2024), Inference on winners, Quarterly Journal of Economics 139, 305-358 (why the promise of the chosen is too high).
    """
    rates = rates_under(artifact, observed.facts)
    values = net_values(rates, observed.balance, strategies)
    gains, errors = _promised(artifact, observed, choice, strategies, values)
    acts, told = [True], {}
    for kind in range(1, len(strategies)):
        n, error = int((choice == kind).sum()), float(np.linalg.norm(errors[kind]))
        acts.append(n == 0 or gains[kind] >= ERRORS_ALONE * error)
        told[artifact["strategies"][kind]] = (
            {"gain": gains[kind] / n, "error": error / n, "n": n} if n else {"gain": None, "error": None, "n": 0}
        )
    given = [kind for kind in range(1, len(strategies)) if acts[kind] and (choice == kind).any()]
    standing = _standing(observed, propensity, rates, strategies, gains, errors, given) if given else None
    if standing is not None and standing["together"] < standing["asked"]:
        acts = [kind == 0 for kind in range(len(strategies))]
    return {"acts": [bool(each) for each in acts], "evidence": told, "standing": standing}


def _promised(
    artifact: Mapping[str, Any], observed: Observed, choice: Codes, strategies: Sequence[Strategy], values: Numbers
) -> tuple[list[float], list[Numbers]]:
    """By strategy, the gain of the loans chosen for it and its error along the directions of the coefficients, currency."""
    columns = Columns.from_json(artifact["columns"])
    matrix, root = columns.matrix(observed.facts), np.asarray(artifact["root"])
    beta = np.asarray(artifact["lines"][0]["direct"])
    gains, errors = [0.0], [np.zeros(root.shape[1])]
    for kind in range(1, len(strategies)):
        rows = choice == kind
        along = gradients(beta, matrix[rows], columns, len(strategies), kind, float(artifact["highest"])) @ root
        worth = strategies[kind].npv_factor * (1.0 - strategies[kind].fee_share) * observed.balance[rows]
        gains.append(float((values[rows, kind] - values[rows, 0]).sum()))
        errors.append(np.asarray(worth @ along))
    return gains, errors


def _standing(
    observed: Observed, propensity: Numbers, rates: Numbers, strategies: Sequence[Strategy], gains: Sequence[float],
    errors: Sequence[Numbers], given: Sequence[int],
) -> dict[str, float]:  # fmt: skip
    error = float(np.linalg.norm(np.sum([errors[kind] for kind in given], axis=0)))
    promised = sum(gains[kind] for kind in given) / max(error, 1e-9)
    gamma = net_values(scores(observed.rate, observed.strategy, rates, propensity), observed.balance, strategies)
    mean = mean_of(gamma[:, given].sum(axis=1) - len(given) * gamma[:, 0], observed.cluster)
    everybody = mean.value / mean.se if mean.se > 0 else 0.0
    together = promised + float(np.clip(everybody, -FOR_EVERYBODY, FOR_EVERYBODY))
    return {"promised": promised, "for_everybody": everybody, "together": together, "asked": ERRORS_TO_ACT}
