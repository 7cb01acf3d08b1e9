"""Does a strategy still do what it did? Its effect among the newest loans against that among earlier ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from core.strategies.effects.aipw import Z95, Estimate, mean_of
from core.strategies.observed import Codes, Numbers
from core.wording import named_month

NEWEST_SHARE = 0.30
"""The newest loans: at least this share of all, cut between two days of the book."""
FEWEST = 30
"""Loans of a strategy, and of the reference, on either side; with fewer nothing is said."""
FALSE_ALARM = 0.05


@dataclass(frozen=True, slots=True)
class Change:
    """One effect then and now.

    Attributes:
        strategy, outcome: whose effect.
        before, now: the effect among the earlier loans and among the newer ones.
        since: the ISO day from which a loan counts as newer.
        difference: now less before.
        changed: whether it is surely another, with the number of effects looked at in mind.
    """

    strategy: str
    outcome: str
    before: Estimate
    now: Estimate
    since: str
    difference: Estimate
    changed: bool

    @property
    def words(self) -> str:
        """What changed, or that nothing surely did, in a sentence."""
        digits = 0 if self.outcome == "net_value" else 3
        what = "net value a loan" if self.outcome == "net_value" else "recovery rate"
        figures = [
            f"{each:+,.{digits}f}"
            for each in (self.before.value, self.now.value, self.difference.low, self.difference.high)
        ]
        told = f"{figures[0]} before {named_month(self.since)}, {figures[1]} since (difference between {figures[2]} and {figures[3]}, 95 % interval)"
        if not self.changed:
            return f"{self.strategy} does what it did, as far as can be told: its effect on the {what} was {told}."
        way = "less" if self.difference.value < 0 else "more"
        return f"{self.strategy} brings {way} than it did: its effect on the {what} was {told}. Look at what is done differently."

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "strategy": self.strategy, "outcome": self.outcome, "before": self.before.value, "now": self.now.value,
            "difference": self.difference.value, "ci_low": self.difference.low, "ci_high": self.difference.high, "since": self.since,
            "n_before": self.before.n, "n_now": self.now.n, "changed": self.changed, "words": self.words,
        }  # fmt: skip


def newest_from(days: Sequence[str]) -> str | None:
    """The day from which loans count as the newest: the latest one with NEWEST_SHARE of them on or after it; None where all loans
    are of one day.

    >>> newest_from(["2025-01-31"] * 5 + ["2025-02-28"] * 3 + ["2025-03-31"] * 2)
    '2025-02-28'
    """
    ordered = sorted(days)
    if not ordered or ordered[0] == ordered[-1]:
        return None
    cut = ordered[int(np.floor(len(ordered) * (1 - NEWEST_SHARE)))]
    return cut if cut > ordered[0] else next(day for day in ordered if day > cut)


def changes(
    gammas: Mapping[str, Numbers], strategy: Codes, names: Sequence[str], cluster: Codes, is_newer: np.ndarray, since: str,
    comparable: Sequence[tuple[str, str]],
) -> tuple[Change, ...]:  # fmt: skip
    """The effect of each strategy on either side of a day.

    Args:
        gammas: by outcome, (n, K) doubly robust scores.
        strategy: (n,) what each loan was given; names: of the K, the reference first; cluster: (n,) the borrowers.
        is_newer: (n,) which loans count as newer; since: the day that parts them.
        comparable: (outcome, strategy) whose effect has a number at all: nothing is said of others.

    Returns:
        One change an outcome and strategy with FEWEST loans of it and of the reference on either side. The error of a difference
        takes the two sides as independent. A change is called one beyond FALSE_ALARM shared among all that are looked at (Bonferroni).
    """
    looks = []
    for outcome, name in comparable:
        kind = list(names).index(name)
        sides = [is_newer == newer for newer in (False, True)]
        counts = [int((strategy[side] == each).sum()) for side in sides for each in (kind, 0)]
        if min(counts) < FEWEST:
            continue
        gain = gammas[outcome][:, kind] - gammas[outcome][:, 0]
        before, now = (mean_of(gain[side], cluster[side]) for side in sides)
        looks.append((name, outcome, before, now, _difference(before, now)))
    bar = NormalDist().inv_cdf(1 - FALSE_ALARM / 2 / max(len(looks), 1))
    return tuple(
        Change(name, outcome, before, now, since, told, bool(abs(told.value) > bar * told.se))
        for name, outcome, before, now, told in looks
    )


def _difference(before: Estimate, now: Estimate) -> Estimate:
    value, se = now.value - before.value, float(np.hypot(now.se, before.se))
    return Estimate(value, se, value - Z95 * se, value + Z95 * se, before.n + now.n)
