"""How far an effect could be off if something that nobody recorded mattered for both the strategy and the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from core.strategies.effects import learners
from core.strategies.effects.aipw import Z95, number, weights_of
from core.strategies.effects.design import fit_design
from core.strategies.effects.nuisance import Nuisances, net_means, used
from core.strategies.observed import Numbers, Observed

FLOOR = 0.03
"""A cause nobody recorded is taken to explain at least this share, of the outcome and of the choice each."""


@dataclass(frozen=True, slots=True)
class Strength:
    """How much a fact tells that the others do not.

    Attributes:
        fact: its name.
        outcome: share of the outcome's unexplained variance (0-1).
        choice: share by which it moves the weights of the comparison (0-1).
    """

    fact: str
    outcome: float
    choice: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What a cause nobody recorded could do to one effect.

    Attributes:
        bound: largest bias from a cause as strong as the benchmark, in the outcome's unit.
        low, high: estimate -+ bound -+ 1.96 standard errors.
        robustness_value: with this strength (0-1) in outcome and choice a cause could explain the whole effect away.
        benchmark: the strongest fact, as measured by leaving it out; None where no fact tells anything.
        outcome, choice: the strengths taken: the benchmark's, at least FLOOR.
    """

    bound: float
    low: float
    high: float
    robustness_value: float
    benchmark: Strength | None
    outcome: float
    choice: float

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; None for undefined."""
        fact = self.benchmark
        return {
            "bound": number(self.bound), "low": number(self.low), "high": number(self.high),
            "robustness_value": number(self.robustness_value), "outcome_strength": self.outcome, "choice_strength": self.choice,
            "benchmark": None if fact is None
            else {"fact": fact.fact, "outcome": number(fact.outcome), "choice": number(fact.choice)},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spread:
    """What bounds are made of: residual variance of an outcome, and mean square of a comparison's weights."""

    residual: float
    weight: float


def largest_bias(spread: Spread, outcome: float, choice: float) -> float:
    """The largest bias from a cause of given strengths.

    References:
        Chernozhukov, Cinelli, Newey, Sharma, Syrgkanis (2022), NBER WP 30302, theorem 2 with |rho| = 1.

    >>> round(largest_bias(Spread(0.09, 25.0), 0.03, 0.03), 4)
    0.0457
    """
    return float(np.sqrt(outcome * choice / (1 - choice) * spread.residual * spread.weight))


def robustness_value(effect: float, spread: Spread) -> float:
    """The strength, equal in outcome and choice, with which a cause could explain the whole effect away.

    References:
        Chernozhukov et al. (2022), section 4.1; Cinelli, Hazlett (2020), JRSS B 82, 39, eq. (10).
    """
    size = spread.residual * spread.weight
    if not size > 0:
        return float("nan")
    squared = effect**2 / size
    return float((np.sqrt(squared**2 + 4 * squared) - squared) / 2)


def sensitivity_of(effect: float, se: float, spread: Spread, benchmark: Strength | None) -> Sensitivity:
    """The bound of one effect, as strong as the benchmark or FLOOR, whichever is more, in outcome and in choice."""
    outcome = min(max(FLOOR, benchmark.outcome if benchmark else 0.0), 1.0)
    choice = min(max(FLOOR, benchmark.choice if benchmark else 0.0), 0.9)
    bound = largest_bias(spread, outcome, choice)
    far = bound + Z95 * se
    return Sensitivity(bound, effect - far, effect + far, robustness_value(effect, spread), benchmark, outcome, choice)


def spread_of(observed: Observed, outcome: Numbers, mu: Numbers, propensity: Numbers, strategy: int) -> Spread:
    """Residual variance and mean square weight of a strategy's comparison to the reference."""
    had = (observed.strategy == strategy) | (observed.strategy == 0)
    weight = weights_of(observed.strategy, propensity)[had]
    left = outcome[had] - mu[had, observed.strategy[had]]
    return Spread(float((left**2).mean()), float((weight**2).sum() / len(observed)))


@dataclass(frozen=True, slots=True)
class Without:
    """Means and chances by lines, of all facts or of all but one."""

    propensity: Numbers
    mu_rate: Numbers
    mu_net: Numbers | None


def benchmarks(observed: Observed, nuisances: Nuisances) -> Mapping[tuple[str, int], Strength]:
    """The strongest fact of every comparison, by outcome ("recovery_rate", "net_value") and strategy.

    Facts are ordered by what they tell of outcome and choice in straight lines; the first of every comparison is left
    out, everything is learned again by lines, and what is lost is measured against the lines with all facts.

    References:
        Chernozhukov et al. (2022), section 4.2; DoubleML, `sensitivity_benchmark`.
    """
    owners = np.asarray([column.of for column in observed.columns], dtype=object)
    compared = [int(kind) for kind in np.flatnonzero(nuisances.learned) if kind != 0]
    if not compared or not nuisances.learned[0] or len(owners) == 0:
        return {}
    with threadpool_limits(limits=1):
        facts = {fact for kind in compared for fact in _strongest(observed, owners, kind)}
        whole = _by_lines(observed, nuisances, np.ones(len(owners), dtype=bool))
        parts = {fact: _by_lines(observed, nuisances, owners != fact) for fact in sorted(facts)}
    told: dict[tuple[str, int], Strength] = {}
    for kind in compared:
        for name, outcome in (("recovery_rate", observed.rate), ("net_value", observed.net)):
            if outcome is None:
                continue
            found = [_strength(observed, outcome, name, kind, fact, whole, part) for fact, part in parts.items()]
            told[name, kind] = max(found, key=lambda each: each.outcome * each.choice)
    return told


def _strength(
    observed: Observed, outcome: Numbers, name: str, kind: int, fact: str, whole: Without, part: Without
) -> Strength:
    spreads = []
    for each in (whole, part):
        mu = each.mu_rate if name == "recovery_rate" else each.mu_net
        assert mu is not None
        spreads.append(spread_of(observed, outcome, mu, each.propensity, kind))
    full, short = spreads
    told = (short.residual - full.residual) / full.residual if full.residual > 0 else 0.0
    chosen = (full.weight - short.weight) / short.weight if short.weight > 0 else 0.0
    return Strength(fact, float(np.clip(told, 0, 1)), float(np.clip(chosen, 0, 1)))


def _strongest(observed: Observed, owners: np.ndarray, kind: int, most: int = 2) -> list[str]:
    """Facts by the product of what each alone adds to a line for the outcome and to one for the choice."""
    rows = (observed.strategy == kind) | (observed.strategy == 0)
    design = fit_design(observed.facts[rows], observed.columns)
    matrix, owner = design.matrix(observed.facts[rows]), owners[design.owner]
    had = (observed.strategy[rows] == kind).astype(float)
    inverse = np.linalg.inv(matrix.T @ matrix + np.eye(matrix.shape[1]))
    strength: dict[str, float] = {}
    lines = [inverse @ (matrix.T @ (told - told.mean())) for told in (observed.rate[rows], had)]
    for fact in dict.fromkeys(owners):
        of = owner == fact
        lost = [float(line[of] @ np.linalg.solve(inverse[np.ix_(of, of)], line[of])) for line in lines]
        strength[fact] = lost[0] * lost[1]
    return sorted(strength, key=lambda fact: (-strength[fact], fact))[:most]


def _by_lines(observed: Observed, nuisances: Nuisances, kept: np.ndarray) -> Without:
    columns = tuple(column for column, keep in zip(observed.columns, kept, strict=True) if keep)
    matrix = fit_design(observed.facts[:, kept], columns).matrix(observed.facts[:, kept])
    strategy, kinds = observed.strategy, len(observed.strategies)
    chances, mu = np.zeros((len(strategy), kinds)), np.full((len(strategy), kinds), np.nan)
    for each in np.unique(nuisances.fold):
        out, rest = nuisances.fold == each, nuisances.fold != each
        chances[out] = learners.chances_by_lines(matrix[rest], strategy[rest], matrix[out], kinds)
        for kind in np.flatnonzero(nuisances.learned):
            had = rest & (strategy == kind)
            mu[out, kind] = learners.means_by_lines(matrix[had], observed.rate[had], matrix[out])
    net = None if observed.net is None else net_means(observed, mu, nuisances.fold, nuisances.learned)
    return Without(used(chances, observed), mu, net)
