"""What a win may not be bought with: more complaints, more broken promises, more contacts than the plan allows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np

from core.metrics.intervals import wilson
from core.strategies.trials.design import COUNTERS, Counter
from core.strategies.trials.variance import difference

Numbers = np.ndarray[Any, np.dtype[np.float64]]

Standing = Literal["kept", "open", "over", "not known"]
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Counted:
    """A counter-metric of a challenger beside the champion.

    Attributes:
        name: as in the plan; `unit` says what it measures.
        champion, challenger: means a loan.
        value, low, high: the difference with its 95 % interval; NaN where not known.
        limit: how much more is allowed.
        standing: kept (the whole interval is within the limit), open (the difference is, its interval is not), over
            (the difference is beyond the limit: no win), not known.
        words: for a person.
    """

    name: str
    champion: float
    challenger: float
    value: float
    low: float
    high: float
    limit: float
    standing: Standing
    words: str
    loans: tuple[int, int]

    @property
    def blocks(self) -> bool:
        return self.standing == "over"


def from_loans(counter: Counter, values: Numbers | None, challenger: np.ndarray, borrower: np.ndarray) -> Counted:
    """A counter-metric from one count a loan (NaN: not known for it).

    Complaints and broken promises are told as the share of loans with at least one; contacts as the mean a loan.

    Args:
        counter: what, and its limit.
        values: (n,) or None where nothing of the kind was ever told.
        challenger: (n,) bool.
        borrower: (n,) codes; loans of one borrower are counted as alike as they are.
    """
    known = np.zeros(len(challenger), dtype=bool) if values is None else np.isfinite(values)
    if values is None or not known.any():
        return unknown(counter)
    seen = np.asarray(values, dtype=float)[known]
    side, who = challenger[known], borrower[known]
    if counter.name != "contacts":
        seen = (seen > 0).astype(float)
    counts = int((~side).sum()), int(side.sum())
    if min(counts) == 0:
        return unknown(counter)
    if counter.name == "contacts":
        found = difference(seen, side, who)
        half = NormalDist().inv_cdf((1 + LEVEL) / 2) * found.se
        return _judged(counter, (found.champion, found.challenger), found.plain - half, found.plain + half, counts)
    effect = [_design_effect(seen[rows], who[rows]) for rows in (~side, side)]
    events = float(seen[~side].sum()), float(seen[side].sum())
    return from_counts(counter, events, counts, design_effects=(effect[0], effect[1]))


def from_counts(
    counter: Counter,
    events: tuple[float, float],
    loans: tuple[int, int],
    *,
    design_effects: tuple[float, float] = (1.0, 1.0),
) -> Counted:
    """A share of loans from counts of the champion and the challenger, with Newcombe's interval.

    Raises:
        ValueError: more events than loans.

    References:
        Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.

    >>> found = from_counts(Counter("complaints", .01), (20, 22), (2000, 2000))
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4), found.standing
    (0.001, -0.0056, 0.0076, 'kept')
    """
    if min(loans) == 0:
        return unknown(counter)
    ends = [
        wilson(seen / effect, n / effect, LEVEL) for seen, n, effect in zip(events, loans, design_effects, strict=True)
    ]
    before, after = events[0] / loans[0], events[1] / loans[1]
    low = after - before - math.hypot(after - ends[1][0], ends[0][1] - before)
    high = after - before + math.hypot(ends[1][1] - after, before - ends[0][0])
    return _judged(counter, (before, after), low, high, loans)


def unknown(counter: Counter) -> Counted:
    """What is said of a counter-metric that no file tells."""
    words = (
        f"The {COUNTERS[counter.name]} is not known: no file tells it for both arms. A win says nothing about it; "
        "bring a file of actions or promises with results."
    )
    nan = math.nan
    return Counted(counter.name, nan, nan, nan, nan, nan, counter.limit, "not known", words, (0, 0))


def _judged(counter: Counter, means: tuple[float, float], low: float, high: float, loans: tuple[int, int]) -> Counted:
    value = means[1] - means[0]
    standing: Standing = "over" if value > counter.limit else "kept" if high <= counter.limit else "open"
    says = {
        "over": "more than the limit allows: no win",
        "kept": "within its limit",
        "open": "within its limit as seen, but the interval goes beyond it",
    }[standing]
    if math.isnan(low):
        says += "; too few loans for an interval"
    words = f"The {COUNTERS[counter.name]} is {means[1]:.4g} against {means[0]:.4g}: {says}."
    return Counted(counter.name, *means, value, low, high, counter.limit, standing, words, loans)


def _design_effect(values: Numbers, borrower: np.ndarray) -> float:
    """How much more a share of clustered loans varies than one of single ones; never below 1."""
    mean = float(values.mean())
    plain = mean * (1 - mean) * len(values)
    if plain <= 0:
        return 1.0
    _, codes = np.unique(borrower, return_inverse=True)
    return max(1.0, float((np.bincount(codes, weights=values - mean) ** 2).sum()) / plain)
