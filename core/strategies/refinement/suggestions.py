"""Which strategy to stop for whom, and whom to give it more: said only where the evidence carries it after many looks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np

from core.strategies.effects.subgroups import GroupEffect
from core.strategies.observed import Observed

FALSE_SHARE = 0.05
"""Of the suggestions made, at most this share is expected to be false."""
STRONG_SHARE = 0.001
FEWEST_GIVEN = 30
COVERED = 0.5
"""A group more than half of whose loans are in suggestions already says nothing new."""
AGAINST = 0.25
"""A group with more than this share of its loans in a suggestion of the opposite says nothing of its own: they differ within."""
THE_SAME = 0.9
MOST_SUGGESTIONS = 8
CROSSED = " / "

Action = Literal["stop", "more"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to do differently.

    Attributes:
        action: stop a strategy for a group, or give it more often there.
        strategy, reference: what is compared.
        where: field and value of the group; a crossing has several.
        n, n_reference: loans of the group under either.
        value, low, high: net value a loan of the group, currency, against the reference, drawn towards the strategy's overall effect.
        p: of the group's own estimate.
        strength: "strong" or "fair", by how sure it is after the number of groups looked at.
    """

    action: Action
    strategy: str
    reference: str
    where: Mapping[str, str]
    n: int
    n_reference: int
    value: float
    low: float
    high: float
    p: float
    strength: Literal["strong", "fair"]

    @property
    def words(self) -> str:
        """The suggestion in a sentence."""
        half = (self.high - self.low) / 2
        told = f"{self.value:+,.0f} +/- {half:,.0f} a loan against {self.reference}, n = {self.n:,}"
        if self.action == "stop":
            return f"Stop {self.strategy} for {group_words(self.where)}: it costs more than it returns: {told}"
        return f"Give {self.strategy} more often to {group_words(self.where)}: it returns more than it costs: {told}"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "kind": self.action, "action": self.action, "words": self.words, "strategy": self.strategy, "reference": self.reference,
            "where": dict(self.where), "n": self.n, "n_reference": self.n_reference, "value": self.value, "ci_low": self.low,
            "ci_high": self.high, "strength": self.strength,
        }  # fmt: skip


def suggested(observed: Observed, groups: Sequence[GroupEffect]) -> tuple[Suggestion, ...]:
    """What the effects on net value, group by group, say should be done differently.

    Every group with enough loans under both strategies is a look. Those that survive Benjamini and Hochberg's guard at
    FALSE_SHARE, and whose drawn interval lies on the same side of 0, are suggestions, the surest first. A group most of whose loans
    are in suggestions made before is left out; of two names for nearly the same loans the one that says more is taken.

    Args:
        observed: the loans with their groups.
        groups: effects by group of strategies whose loans are comparable (`core.strategies.effects.measure`); those without a
            number are no looks.

    Returns:
        At most MOST_SUGGESTIONS; empty where costs are not known or nothing is sure.

    References:
        Benjamini, Hochberg (1995), JRSS B 57, 289.
    """
    looks = [each for each in groups if each.outcome == "net_value" and _counts(each)]
    p = np.asarray([_p(each) for each in looks])
    fair, strong = (passing(p, share) for share in (FALSE_SHARE, STRONG_SHARE))
    reference = observed.strategies[0]
    found = [
        _suggestion(each, reference, float(p[place]), bool(strong[place]))
        for place, each in enumerate(looks)
        if fair[place] and (each.high < 0 or each.low > 0)
    ]
    found.sort(key=lambda each: -abs(each.value) / max(each.high - each.low, 1e-12))
    return _without_repeats(found, observed)


def passing(p: np.ndarray, share: float) -> np.ndarray:
    """Which of these p-values are below Benjamini and Hochberg's line.

    >>> import numpy as np
    >>> passing(np.array([0.5, 0.01, 0.03, 0.04]), 0.05).tolist()
    [False, True, False, False]
    """
    if not len(p):
        return np.zeros(0, dtype=bool)
    order = np.argsort(p)
    below = p[order] <= share * np.arange(1, len(p) + 1) / len(p)
    last = int(np.flatnonzero(below).max(initial=-1))
    return np.asarray(p <= (p[order[last]] if last >= 0 else -1.0))


def where_of(grouping: str, group: str) -> dict[str, str]:
    """Field and value of a group, of a crossing several.

    >>> where_of("security / balance", "unsecured / under 4,000")
    {'security': 'unsecured', 'balance': 'under 4,000'}
    """
    if CROSSED not in grouping:
        return {grouping: group}
    return dict(zip(grouping.split(CROSSED), group.split(CROSSED), strict=False))


def group_words(where: Mapping[str, str]) -> str:
    """A group as a person would name it.

    >>> group_words({"security": "unsecured", "balance": "under 4,000"}), group_words({"product": "Auto", "bucket": "30-59"})
    ('unsecured loans under 4,000', 'Auto loans 30-59 days past due')
    >>> group_words({"region": "North"}), group_words({"balance": "4,000 to 9,500"}), group_words({"segment": "Small"})
    ('loans in North', 'loans of 4,000 to 9,500', 'loans in the segment Small')
    """
    before = [value for field, value in where.items() if field in ("security", "product")]
    said = [_behind(field, value) for field, value in where.items() if field not in ("security", "product")]
    return " ".join([*before, "loans", *said])


def _behind(field: str, value: str) -> str:
    if field == "balance":
        return value if value.startswith("under") else f"of {value}"
    if field == "bucket":
        return "that are current" if value == "Current" else f"{value} days past due"
    return f"in {value}" if field == "region" else f"in the {field} {value}"


def _counts(each: GroupEffect) -> bool:
    enough = min(each.n_strategy, each.n_reference) >= FEWEST_GIVEN
    return (
        enough and each.own is not None and math.isfinite(each.own.se) and each.own.se > 0 and math.isfinite(each.low)
    )


def _p(each: GroupEffect) -> float:
    assert each.own is not None
    return 2 * NormalDist().cdf(-abs(each.own.value) / each.own.se)


def _suggestion(each: GroupEffect, reference: str, p: float, strong: bool) -> Suggestion:
    return Suggestion(
        "stop" if each.value < 0 else "more", each.strategy, reference, where_of(each.grouping, each.group), each.n_strategy,
        each.n_reference, each.value, each.low, each.high, p, "strong" if strong else "fair",
    )  # fmt: skip


def _without_repeats(found: Iterable[Suggestion], observed: Observed) -> tuple[Suggestion, ...]:
    kept: list[tuple[Suggestion, np.ndarray]] = []
    for each in found:
        loans = _loans(observed, each)
        same = next((place for place, other in enumerate(kept) if _nearly_same(each, loans, *other)), None)
        if same is not None:
            if len(each.where) > len(kept[same][0].where):
                kept[same] = (each, loans)
            continue
        if _said(each, loans, kept, True) <= COVERED and _said(each, loans, kept, False) <= AGAINST:
            kept.append((each, loans))
    return tuple(each for each, _ in kept[:MOST_SUGGESTIONS])


def _said(
    each: Suggestion, loans: np.ndarray, kept: Iterable[tuple[Suggestion, np.ndarray]], same_action: bool
) -> float:
    """The share of the loans that suggestions about the strategy cover already, of the same action or of the other."""
    covered = np.zeros(len(loans), dtype=bool)
    for other, theirs in kept:
        if other.strategy == each.strategy and (other.action == each.action) == same_action:
            covered |= theirs
    return float((covered & loans).sum() / loans.sum())


def _nearly_same(each: Suggestion, loans: np.ndarray, other: Suggestion, theirs: np.ndarray) -> bool:
    if (other.action, other.strategy) != (each.action, each.strategy):
        return False
    return bool((loans & theirs).sum() >= THE_SAME * (loans | theirs).sum())


def _loans(observed: Observed, each: Suggestion) -> np.ndarray:
    """The loans of a suggestion's group."""
    grouping, group = CROSSED.join(each.where), CROSSED.join(each.where.values())
    return np.asarray(observed.groups[grouping] == group, dtype=bool)
