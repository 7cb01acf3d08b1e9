"""Did chance deal out the arms as planned? If not, nothing that follows can be believed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.metrics import chi_square
from core.wording import agree, counted

Numbers = np.ndarray[Any, np.dtype[np.float64]]

MISMATCH = 0.001
"""Arms that are this unlikely under their planned shares were not dealt out by them."""
FEW = 5.0
"""With fewer expected in some arm the chi-square law is not used."""
FAR_APART = 3.29
"""Standard errors beyond which the arms differ in a fact known beforehand: 1 in 1,000 by chance."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Whether the arms have the shares that were planned.

    Attributes:
        p: chance of counts at least as odd under the plan; NaN where nobody takes part.
        how: "chi-square" or "exact".
        counts, expected: borrowers (or loans, where those were dealt out) by arm.
        words: for a person.
    """

    p: float
    how: str
    counts: tuple[int, ...]
    expected: tuple[float, ...]
    words: str

    @property
    def is_invalid(self) -> bool:
        return self.p < MISMATCH


def sample_ratio(
    counts: Sequence[int], shares: Sequence[float], names: Sequence[str], of: str = "borrowers"
) -> Mismatch:
    """Sample-ratio mismatch: are these counts what the planned shares give?

    Counted are borrowers, because they were dealt out, not loans (`of` says what else was). By chi-square; where an arm expects fewer than five,
    exactly: each arm against the rest by the binomial law, times the number of arms (for two arms that is one test).

    References:
        Fabijan et al. (2019), "Diagnosing sample ratio mismatch in online controlled experiments", KDD, section 3.

    >>> sample_ratio([5000, 5000], [.5, .5], "AB").is_invalid, sample_ratio([5300, 4700], [.5, .5], "AB").is_invalid
    (False, True)
    """
    total = sum(counts)
    expected = tuple(total * share for share in shares)
    if total == 0:
        return Mismatch(math.nan, "exact", tuple(counts), expected, "Nobody takes part yet.")
    if min(expected) >= FEW:
        squares = sum((seen - mean) ** 2 / mean for seen, mean in zip(counts, expected, strict=True))
        p, how = chi_square.beyond(squares, len(counts) - 1), "chi-square"
    else:
        each = [_binomial(seen, total, share) for seen, share in zip(counts, shares, strict=True)]
        p, how = each[0] if len(counts) == 2 else min(1.0, len(counts) * min(each)), "exact"
    said = ", ".join(
        f"{name} {seen:,} (planned {mean:,.0f})" for name, seen, mean in zip(names, counts, expected, strict=True)
    )
    fine = "as planned" if p >= MISMATCH else "not the shares of the plan"
    return Mismatch(p, how, tuple(counts), expected, f"{of.capitalize()} by arm: {said}; {fine} (p {_p(p)}, {how}).")


def _binomial(seen: int, total: int, share: float) -> float:
    """Two-sided exact p: the chance of every count no more likely than the one seen."""
    places = np.arange(total + 1)
    logs = np.array([math.lgamma(total + 1) - math.lgamma(k + 1) - math.lgamma(total - k + 1) for k in places])
    chances = np.exp(logs + places * math.log(share) + (total - places) * math.log1p(-share))
    return float(min(1.0, chances[chances <= chances[seen] * (1 + 1e-9)].sum()))


@dataclass(frozen=True, slots=True)
class Apart:
    """One fact known beforehand in two arms: means, standardised difference, and how many standard errors that is."""

    name: str
    champion: float
    challenger: float
    smd: float
    z: float

    @property
    def is_far(self) -> bool:
        return abs(self.z) > FAR_APART


def covariates_apart(
    values: Numbers, names: Sequence[str], challenger: np.ndarray, borrower: np.ndarray
) -> list[Apart]:
    """How far apart the arms were before the trial, fact by fact; one vote a borrower's mean, missing values left out.

    A standardised difference is (m1 - m0) / sqrt((v1 + v0) / 2). Its standard error under chance is
    sqrt(1/n1 + 1/n0) over borrowers. NaN where a side has fewer than two, or nothing varies.

    References:
        Austin (2009), Statistics in Medicine 28, 3083-3107, section 3.1.
    """
    people, codes = np.unique(borrower, return_inverse=True)
    side = np.zeros(len(people), dtype=bool)
    side[codes] = challenger
    found = []
    for place, name in enumerate(names):
        known = np.isfinite(values[:, place])
        sums = np.bincount(codes[known], weights=values[known, place], minlength=len(people))
        loans = np.bincount(codes[known], minlength=len(people))
        means = sums[loans > 0] / loans[loans > 0]
        after, before = means[side[loans > 0]], means[~side[loans > 0]]
        if min(len(after), len(before)) < 2:
            found.append(Apart(name, math.nan, math.nan, math.nan, math.nan))
            continue
        spread = math.sqrt((after.var(ddof=1) + before.var(ddof=1)) / 2)
        smd = float(after.mean() - before.mean()) / spread if spread > 0 else math.nan
        z = smd / math.sqrt(1 / len(after) + 1 / len(before))
        found.append(Apart(name, float(before.mean()), float(after.mean()), smd, z))
    return found


def outcomes_missing(due: Sequence[int], missing: Sequence[int]) -> float:
    """p of outcomes being missing as often in every arm, among loans whose window has passed (chi-square; NaN where too
    few are missing to tell). Outcomes lost more often in one arm make its mean that of other loans.

    >>> outcomes_missing([500, 500], [0, 60]) < MISMATCH, outcomes_missing([500, 500], [30, 33]) < MISMATCH
    (True, False)
    """
    lost = sum(missing) / max(1, sum(due))
    told = [each * lost for each in due]
    if min(told, default=0.0) < FEW or lost == 1:
        return math.nan
    squares = sum((gone - mean) ** 2 / (mean * (1 - lost)) for gone, mean in zip(missing, told, strict=True))
    return chi_square.beyond(squares, len(due) - 1)


def moved_words(several: int, borrowers: int) -> str:
    """What is said where borrowers are in more than one arm."""
    return f"{counted(several, 'borrower')} of {borrowers:,} {agree(several, 'is', 'are')} in more than one arm: the arms were not kept apart"


def _p(p: float) -> str:
    return f"{p:.3f}" if p >= MISMATCH else "below 0.001"
