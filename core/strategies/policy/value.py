"""What a learned policy says of a loan: its recovery rate under each strategy, how sure that is, and the net value. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.errors import Refused
from core.strategies.catalogue import Strategy
from core.strategies.observed import Numbers
from core.strategies.policy.design import Columns
from core.strategies.policy.lines import sigmoid

FORMAT = 1
ROWS_AT_ONCE = 8_192
PARTS = ("strategies", "facts", "columns", "lines", "shares", "highest", "learned", "root")
"""What rates and their errors are told by; a policy that proposes also names the strategies that may act."""


def rates_under(artifact: Mapping[str, Any], facts: Numbers) -> Numbers:
    """The share of its balance each loan is expected to bring under each strategy.

    Args:
        artifact: of a learned policy.
        facts: (n, p) in the order of `artifact["facts"]`, no NaN.

    Returns:
        (n, K) from 0 to the artifact's highest rate; NaN for a strategy that was not learned.

    Raises:
        Refused: the facts are not those the policy was learned from, or the artifact is not whole.
    """
    return _in_blocks(artifact, facts, _rates)


def spreads_under(artifact: Mapping[str, Any], facts: Numbers) -> Numbers:
    """The standard error of each loan's effect, its rate under each strategy less that under the reference: (n, K), 0 for the reference."""
    return _in_blocks(artifact, facts, _spreads)


def missing_parts(artifact: Mapping[str, Any], *more: str) -> list[str]:
    """Which of PARTS and of `more` an artifact lacks; empty for a whole one. One that another version of Recoup stored may lack something."""
    return [name for name in (*PARTS, *more) if name not in artifact]


def net_values(rates: Numbers, balance: Numbers, strategies: Sequence[Strategy]) -> Numbers:
    """(n, K) currency: NPV factor x (1 - fee share) x rate x balance - cost."""
    factor = np.asarray([each.npv_factor * (1.0 - each.fee_share) for each in strategies])
    cost = np.asarray([each.cost for each in strategies])
    return np.asarray(factor * rates * balance[:, None] - cost)


def _in_blocks(artifact: Mapping[str, Any], facts: Numbers, told: Any) -> Numbers:
    if missing := missing_parts(artifact):
        raise Refused("The stored policy is not whole", where=[f"no {name}" for name in missing], remedy="Learn again.")
    if facts.shape[1] != len(artifact["facts"]):
        raise Refused(
            f"The policy was learned from {len(artifact['facts'])} facts a loan, {facts.shape[1]} were given",
            remedy="Give the facts the policy names, in its order, or learn again.",
        )
    columns = Columns.from_json(artifact["columns"])
    blocks = [
        told(artifact, columns.matrix(facts[at : at + ROWS_AT_ONCE]), columns)
        for at in range(0, len(facts), ROWS_AT_ONCE)
    ]
    return np.concatenate(blocks) if blocks else np.zeros((0, len(artifact["strategies"])))


def _rates(artifact: Mapping[str, Any], matrix: Numbers, columns: Columns) -> Numbers:
    highest, kinds = float(artifact["highest"]), len(artifact["strategies"])
    told = np.zeros((len(matrix), kinds))
    for line, share in zip(artifact["lines"], artifact["shares"], strict=True):
        direct, pays, severity = (
            sigmoid(margins(np.asarray(line[part]), matrix, columns, kinds)) for part in ("direct", "pays", "severity")
        )
        told += share * highest * (direct + pays * severity) / 2.0
    for kind, corrected in enumerate(artifact.get("corrections", ())):
        if corrected is not None:
            told[:, kind] += corrected[0] + matrix @ np.asarray(corrected[1:])
    return np.where(np.asarray(artifact["learned"], dtype=bool), told.clip(0.0, highest), np.nan)


def margins(beta: Numbers, matrix: Numbers, columns: Columns, kinds: int) -> Numbers:
    """(n, K) log-odds of one line under each strategy."""
    shared, own = matrix.shape[1], len(columns.own)
    base = beta[0] + matrix @ beta[1 : 1 + shared]
    slopes = matrix[:, columns.own]
    told = [base]
    for kind in range(1, kinds):
        at = 1 + shared + (kind - 1) * (own + 1)
        told.append(base + beta[at] + slopes @ beta[at + 1 : at + 1 + own])
    return np.column_stack(told)


def gradients(beta: Numbers, matrix: Numbers, columns: Columns, kinds: int, kind: int, highest: float) -> Numbers:
    """(n, q + 1) how a loan's effect on the rate moves with each coefficient of its line."""
    rates = sigmoid(margins(beta, matrix, columns, kinds))
    slope = highest * rates * (1.0 - rates)
    row = np.column_stack([np.ones(len(matrix)), matrix])
    own = np.column_stack([np.ones(len(matrix)), matrix[:, columns.own]])
    told = np.zeros((len(matrix), len(beta)))
    told[:, : row.shape[1]] = (slope[:, kind] - slope[:, 0])[:, None] * row
    at = row.shape[1] + (kind - 1) * own.shape[1]
    told[:, at : at + own.shape[1]] = slope[:, kind][:, None] * own
    return told


def _spreads(artifact: Mapping[str, Any], matrix: Numbers, columns: Columns) -> Numbers:
    kinds = len(artifact["strategies"])
    beta, root = np.asarray(artifact["lines"][0]["direct"]), np.asarray(artifact["root"])
    told = np.zeros((len(matrix), kinds))
    for kind in range(1, kinds):
        along = gradients(beta, matrix, columns, kinds, kind, float(artifact["highest"])) @ root
        told[:, kind] = np.sqrt((along**2).sum(axis=1))
    return np.where(np.asarray(artifact["learned"], dtype=bool), told, np.nan)
