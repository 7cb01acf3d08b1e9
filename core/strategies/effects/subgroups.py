"""For whom a strategy works: effects by group, drawn towards the overall effect as far as their errors ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.strategies.effects.aipw import Z95, Estimate, mean_of, number
from core.strategies.observed import Names, Numbers, Observed

FEWEST_IN_GROUP = 30
"""Loans of the strategy and of the reference a group needs; below, it is told how many it has and nothing else."""
FEWEST_EFFECTIVE = 20.0
FEWEST_GROUPS = 4
"""Below, nothing is known of how groups differ, and each keeps its own estimate."""


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """A strategy's effect in one group.

    Attributes:
        grouping, group: what loans are told apart by, and which they are.
        outcome, strategy: as in `Effect`.
        n, n_strategy, n_reference: loans in all, and under either.
        own: from the group's own scores alone; None where there are too few.
        value, low, high: drawn towards the overall effect, with an interval that knows that it was; NaN where own is None.
        why: why there is no number, "" where there is one.
    """

    grouping: str
    group: str
    outcome: str
    strategy: str
    n: int
    n_strategy: int
    n_reference: int
    own: Estimate | None
    value: float
    low: float
    high: float
    why: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; None for undefined."""
        return {
            "grouping": self.grouping, "group": self.group, "outcome": self.outcome, "strategy": self.strategy, "n": self.n,
            "n_strategy": self.n_strategy, "n_reference": self.n_reference, "own": None if self.own is None else self.own.to_json(),
            "value": number(self.value), "low": number(self.low), "high": number(self.high), "why": self.why,
        }  # fmt: skip


def group_effects(
    observed: Observed,
    gamma: Numbers,
    weight: Numbers,
    kind: int,
    overall: Estimate,
    outcome: str,
    groups: Mapping[str, Names] | None = None,
) -> tuple[GroupEffect, ...]:
    """The effect of a strategy in every group of every grouping.

    Args:
        observed: the loans.
        gamma: (n, K) doubly robust scores of the outcome.
        weight: (n,) normalised weights within each loan's strategy.
        kind: the strategy.
        overall: its effect over all loans, known to be comparable.
        outcome: name of it.
        groups: other groupings than the loans' own.

    Returns:
        By grouping, in the order of the groups' names; empty without groupings. A loan without a label (None) is in none.
    """  # fmt: skip
    told: list[GroupEffect] = []
    for grouping, labels in (observed.groups if groups is None else groups).items():
        names = sorted({str(label) for label in labels if label is not None and label == label})
        text = np.asarray(
            [str(label) if label is not None and label == label else None for label in labels], dtype=object
        )
        found = [_own(observed, gamma, weight, kind, text == name) for name in names]
        drawn = shrunk([each for *_, each, _ in found if each is not None], overall)
        place = 0
        for name, (n, n_strategy, n_reference, own, why) in zip(names, found, strict=True):
            value, low, high = (np.nan, np.nan, np.nan) if own is None else drawn[place]
            place += own is not None
            told.append(
                GroupEffect(grouping, name, outcome, observed.strategies[kind], n, n_strategy, n_reference, own, value, low, high, why)
            )  # fmt: skip
    return tuple(told)


def shrunk(own: Sequence[Estimate], overall: Estimate) -> list[tuple[float, float, float]]:
    """Value, low and high of each group, drawn towards the overall effect.

    How much groups differ beyond their errors is estimated (Paule-Mandel); a group with a large error is drawn
    further. The interval adds what is not known: the overall effect, and how much groups differ.

    References:
        Morris (1983), JASA 78, 47, eq. (1.12) and (3.12); Paule, Mandel (1982), J. Res. NBS 87, 377.

    >>> shrunk([Estimate(0.1, 0.02, 0.06, 0.14, 50)], Estimate(0.0, 0.01, -0.02, 0.02, 500))
    [(0.1, 0.06, 0.14)]
    """
    groups = len(own)
    if groups < FEWEST_GROUPS:
        return [(each.value, each.low, each.high) for each in own]
    value, variance = np.asarray([each.value for each in own]), np.asarray([each.se**2 for each in own])
    between = _between(value, variance, overall.value)
    part = (groups - 3) / (groups - 1) * variance / (variance + between)
    drawn = value + part * (overall.value - value)
    spread = variance * (1 - (groups - 1) / groups * part) + (part * overall.se) ** 2
    spread = spread + 2 / (groups - 3) * part**2 * (value - overall.value) ** 2
    far = Z95 * np.sqrt(spread)
    return [(float(each), float(each - wide), float(each + wide)) for each, wide in zip(drawn, far, strict=True)]


def _between(value: Numbers, variance: Numbers, center: float) -> float:
    """The variance of effects between groups at which their squared, standardised distances are as many as they are."""
    if ((value - center) ** 2 / variance).sum() <= len(value):
        return 0.0
    low, high = 0.0, float(((value - center) ** 2).sum())
    for _ in range(60):
        middle = (low + high) / 2
        if ((value - center) ** 2 / (variance + middle)).sum() > len(value):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _own(
    observed: Observed, gamma: Numbers, weight: Numbers, kind: int, rows: np.ndarray
) -> tuple[int, int, int, Estimate | None, str]:
    arms = [rows & (observed.strategy == each) for each in (kind, 0)]
    n, (n_strategy, n_reference) = int(rows.sum()), (int(arm.sum()) for arm in arms)
    names = (observed.strategies[kind], observed.strategies[0])
    for count, name in zip((n_strategy, n_reference), names, strict=True):
        if count < FEWEST_IN_GROUP:
            return (
                n,
                n_strategy,
                n_reference,
                None,
                f"{count} loans under {name} are too few to tell ({FEWEST_IN_GROUP} are needed)",
            )
    for arm, name in zip(arms, names, strict=True):
        effective = weight[arm].sum() ** 2 / (weight[arm] ** 2).sum()
        if effective < FEWEST_EFFECTIVE:
            return (
                n,
                n_strategy,
                n_reference,
                None,
                (f"the loans under {name} are so unlike the others of the group that they count as {effective:.0f}"),
            )
    own = mean_of((gamma[:, kind] - gamma[:, 0])[rows], observed.cluster[rows])
    return n, n_strategy, n_reference, own, ""
