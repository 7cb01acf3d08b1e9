"""Was it chance that gave loans their strategies, as the data say? Shares as stated, facts alike."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from core.strategies.effects.aipw import mean_of
from core.strategies.effects.nuisance import by_chance
from core.strategies.observed import Numbers, Observed

DOUBT = 0.001
"""Differences that chance makes less often than this are not chance (an alarm in a thousand sound trials)."""


def objection_to_chance(observed: Observed) -> str | None:
    """Why stated probabilities cannot be believed, in words; None where they can, or where none is stated.

    Among the loans with a stated probability, each strategy's weights must add up to these loans, and its weighted facts
    must be those of these loans, but for chance (Bonferroni over strategies and facts).

    References:
        Fabijan et al. (2019), KDD, 2156 (sample ratio mismatch).
    """
    rows = by_chance(observed)
    if not rows.any():
        return None
    part = observed.rows(rows)
    kinds = [int(kind) for kind in np.unique(part.strategy)]
    if len(kinds) < 2:
        return f"only {observed.strategies[kinds[0]]} has stated probabilities"
    limit = NormalDist().inv_cdf(1 - DOUBT / 2 / (len(kinds) * (1 + part.facts.shape[1])))
    for kind in kinds:
        weight = (part.strategy == kind) / part.probability
        shares = mean_of(weight, part.cluster)
        if abs(shares.value - 1) > limit * shares.se:
            stated = float((weight > 0).sum() / weight.sum())
            return (
                f"{observed.strategies[kind]} was given to {int((weight > 0).sum())} of {len(part)} loans with stated "
                f"probabilities, a share of {(weight > 0).mean():.2f} where {stated:.2f} was stated"
            )
    for kind in kinds:
        worst = _imbalance(part, kind)
        place = int(np.argmax(worst))
        if worst[place] > limit:
            return (
                f"'{part.columns[place].name}' differs between the loans given {observed.strategies[kind]} and all with stated "
                "probabilities by more than chance makes"
            )
    return None


def _imbalance(part: Observed, kind: int) -> Numbers:
    """(p,) by how many standard errors each fact's weighted mean differs from that of all."""
    weight = (part.strategy == kind) / part.probability
    weight = weight / weight.mean()
    told = np.zeros(part.facts.shape[1])
    for place in range(len(told)):
        away = part.facts[:, place] - part.facts[:, place].mean()
        center = float((weight * away).mean())
        error = mean_of(weight * (away - center) - away, part.cluster)
        told[place] = abs(center) / error.se if error.se > 1e-12 else 0.0
    return told
