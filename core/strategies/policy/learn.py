"""A policy learned from what strategies did: rates under each strategy, how sure they are, and which strategies may act. Worker only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.errors import TooLittleData
from core.strategies.catalogue import Limits
from core.strategies.effects.nuisance import FEWEST_LOANS, Nuisances
from core.strategies.observed import Numbers, Observed
from core.strategies.policy.card import card_of, hash_of
from core.strategies.policy.decide import decide
from core.strategies.policy.design import Columns, fit_columns
from core.strategies.policy.evidence import evidence_of
from core.strategies.policy.learners import PARTS, corrections, learn_lines
from core.strategies.policy.value import FORMAT

TOP_QUANTILE, HIGHEST = 0.995, 2.0
DIRECTIONS = 40
"""Directions of the coefficients' uncertainty that are stored."""
SHARES = (0.6, 0.2, 0.2)
"""What the S-, T- and DR-learner count for in the mean: the first did best in every world measured, the others guard it."""


@dataclass(frozen=True, slots=True)
class LearnedPolicy:
    """What is stored of a policy: `artifact` tells rates of any loan (core.strategies.policy.value), `card` what is known of it."""

    artifact: dict[str, Any]
    card: dict[str, Any]


def learn_policy(
    observed: Observed, nuisances: Nuisances, limits: Limits, *, seed: int = 0,
    progress: Callable[[float], None] = lambda _: None,
) -> LearnedPolicy:  # fmt: skip
    """The policy that these loans teach.

    Args:
        observed: the loans. nuisances: of the same loans; only the chances of having a strategy are read, which know
            nothing of outcomes. limits: figures of the strategies and what there is.
        seed: kept in the card; nothing here is drawn by chance.
        progress: told the part done (0-1).

    Raises:
        TooLittleData: fewer than two strategies with enough loans, or nothing was ever recovered.
    """
    known = _known(observed, nuisances)
    learned = observed.rows(np.isin(observed.strategy, known))
    again = np.full(len(observed.strategies), -1, dtype=np.int64)
    again[known] = np.arange(len(known))
    learned = replace(
        learned, strategy=again[learned.strategy], strategies=tuple(observed.strategies[kind] for kind in known)
    )
    propensity = nuisances.propensity[np.isin(observed.strategy, known)][:, known]
    artifact, rates = _artifact(learned, propensity, progress)
    strategies = tuple(limits.strategy(name) for name in learned.strategies)
    decision = decide(rates, learned.balance, learned.cluster, strategies, limits)
    artifact |= evidence_of(artifact, learned, propensity, decision.choice, strategies)
    artifact["hash"] = hash_of(artifact)
    progress(1.0)
    return LearnedPolicy(artifact, card_of(artifact, observed, rates, limits, seed))


def _known(observed: Observed, nuisances: Nuisances) -> np.ndarray:
    known = np.flatnonzero(nuisances.learned)
    if not len(known) or known[0] != 0:
        raise TooLittleData(
            f"{observed.strategies[0]} was given to fewer than {FEWEST_LOANS} borrowers: there is nothing to hold other strategies against",
            remedy="Learn again when more of its outcomes have matured.",
        )
    if len(known) < 2:
        raise TooLittleData(
            f"Only {observed.strategies[0]} was given to {FEWEST_LOANS} borrowers or more: nothing can be learned of other strategies",
            remedy="Give another strategy to some borrowers by chance, as a trial.",
        )
    if not (observed.rate > 0).any():
        raise TooLittleData(
            f"None of the {len(observed):,} loans brought anything under any strategy: nothing tells strategies apart",
            remedy="Check the payments that were loaded, or wait until outcomes have matured.",
        )
    return known


def _artifact(
    observed: Observed, propensity: Numbers, progress: Callable[[float], None]
) -> tuple[dict[str, Any], Numbers]:
    """The artifact but for what may act, and the rates of the loans it was learned from."""
    columns = fit_columns(observed.facts, observed.columns)
    matrix = columns.matrix(observed.facts)
    highest = float(np.clip(np.quantile(observed.rate, TOP_QUANTILE), 1.0, HIGHEST))
    by_fact = learn_lines(observed, columns, matrix, highest, by_fact=True)
    progress(0.45)
    apart = learn_lines(observed, columns, matrix, highest, by_fact=False)
    progress(0.9)
    lines = SHARES[0] / (SHARES[0] + SHARES[1])
    rates = lines * by_fact.rates + (1.0 - lines) * apart.rates
    left_over = corrections(observed, columns, matrix, rates, propensity)
    added = [None if each is None else (each * SHARES[2]).tolist() for each in left_over]
    for kind, each in enumerate(added):
        if each is not None:
            rates[:, kind] += each[0] + matrix @ np.asarray(each[1:])
    artifact = {
        "format": FORMAT, "kind": "policy", "strategies": list(observed.strategies),
        "facts": [{"name": each.name, "of": each.of, "is_number": each.is_number} for each in observed.columns],
        "columns": columns.to_json(), "highest": highest, "learned": [True] * len(observed.strategies),
        "lines": [{part: each.lines[part].beta.tolist() for part in PARTS} for each in (by_fact, apart)],
        "shares": [lines, 1.0 - lines], "corrections": added, "root": _root(by_fact.lines["direct"].covariance).tolist(),
        "shrinkage": _shrinkage(observed, columns, by_fact.lines["direct"].spreads),
    }  # fmt: skip
    return artifact, rates.clip(0.0, highest)


def _root(covariance: Numbers) -> Numbers:
    """The largest directions of a covariance: root @ root.T is near it."""
    values, vectors = np.linalg.eigh(covariance)
    kept = np.argsort(values)[::-1][:DIRECTIONS]
    return np.asarray(vectors[:, kept] * np.sqrt(np.maximum(values[kept], 0.0)))


def _shrinkage(observed: Observed, columns: Columns, spreads: Numbers) -> dict[str, dict[str, float]]:
    """By strategy, the spread of log-odds that each fact was found to move its effect by; those near 0 left out."""
    names = list(dict.fromkeys(each.of for each in observed.columns))
    _, levels = columns.groups(len(observed.strategies), by_fact=True)
    told: dict[str, dict[str, float]] = {}
    for kind, level in enumerate(levels, start=1):
        of = {fact: float(spreads[level + 1 + fact]) for fact in np.unique(columns.owner[columns.own])}
        told[observed.strategies[kind]] = {names[fact]: round(each, 4) for fact, each in of.items() if each > 0.01}
    return told
