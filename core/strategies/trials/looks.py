"""When may a trial that is read on the way be decided? O'Brien-Fleming spending, with its boundaries computed exactly."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

Numbers = np.ndarray[Any, np.dtype[np.float64]]

ALPHA = 0.05
LITTLE_HOPE = 0.10
"""Below this chance of a win, if the effect hoped for were true, a trial is said to be futile."""
_NORMAL = NormalDist()
_FAR = 8.5
"""Beyond so many standard errors there is no chance worth counting."""
_LEAST = 1e-13


def spent(fraction: float, alpha: float = ALPHA) -> float:
    """How much of the two-sided error may have been used when that share of the information is in.

    Each side spends 2 - 2 Phi(z_(a/4) / sqrt(t)) of its half: next to nothing early, all of it at the end.

    References:
        Lan & DeMets (1983), "Discrete sequential boundaries for clinical trials", Biometrika 70, 659-663, alpha_1*(t) for each side.

    >>> spent(1.0), round(spent(0.5), 5), spent(0.0)
    (0.05, 0.00305, 0.0)
    """
    if fraction <= 0:
        return 0.0
    if fraction >= 1:
        return alpha
    return 2 * math.erfc(-_NORMAL.inv_cdf(alpha / 4) / math.sqrt(2 * fraction))


def boundaries(
    information: Sequence[float], planned: float, *, alpha: float = ALPHA, closed: bool = False
) -> list[float]:
    """How many standard errors from 0 the difference must be at each look, two-sided.

    The error that `spent` allows up to a look, less what earlier looks could use, is what this look may use; the
    boundary that uses exactly that comes from the joint law of the looks (independent increments), by recursive
    numerical integration. Looks need not be evenly spaced, and what is planned for the later ones does not matter.

    Args:
        information: loans (or any multiple of 1 / variance) that were in at each look so far, above 0 and rising.
        planned: the information when the trial is whole.
        alpha: two-sided error.
        closed: the last of the looks is the last one of the plan; it uses all that is left, however much came in.

    Returns:
        One critical |z| a look; inf where next to nothing may be used yet. Empty without looks.

    Raises:
        ValueError: the information does not rise, or none is planned.

    References:
        Armitage, McPherson & Rowe (1969), "Repeated significance tests on accumulating data", JRSS A 132, 235-244;
        Jennison & Turnbull (2000), "Group Sequential Methods", chapters 7 and 19.

    >>> [round(each, 3) for each in boundaries([1, 2, 3, 4, 5], 5)]
    [4.877, 3.357, 2.68, 2.29, 2.031]
    """
    levels = tuple(float(level) / planned for level in information) if planned > 0 else (math.nan,)
    if not all(after > before for before, after in zip((0.0, *levels), levels, strict=False)):
        raise ValueError(f"Information at looks rises from above 0, not {list(information)} of {planned}")
    return list(_walked(levels, alpha, closed).limits)


@dataclass(frozen=True, slots=True)
class _Walk:
    """Where a trial may stand that crossed nothing so far: `mass` of chance at `points` of the sum score."""

    limits: tuple[float, ...]
    points: Numbers
    mass: Numbers
    used: float


@functools.lru_cache(maxsize=512)
def _walked(levels: tuple[float, ...], alpha: float, closed: bool) -> _Walk:
    if not levels:
        return _Walk((), np.zeros(1), np.ones(1), 0.0)
    before, level, earlier = levels[-2] if len(levels) > 1 else 0.0, levels[-1], _walked(levels[:-1], alpha, False)
    allowed = alpha if closed else spent(level, alpha)
    limit = _limit(earlier.points, earlier.mass, before, level, allowed - earlier.used)
    points, mass = _carried(earlier.points, earlier.mass, before, level, min(limit, _FAR))
    return _Walk((*earlier.limits, limit), points, mass, max(earlier.used, allowed))


def _limit(points: Numbers, mass: Numbers, before: float, level: float, share: float) -> float:
    """The |z| beyond which `share` of the chance that is left falls at this look: by Newton's steps on the logarithm of the
    tail, which is concave, from the right."""
    if share < _LEAST:
        return math.inf
    scale, root = math.sqrt(level - before), math.sqrt(level)
    limit = -_NORMAL.inv_cdf(share / 2)
    for _ in range(60):
        above, below = (limit * root - points) / scale, (limit * root + points) / scale
        tail = float(mass @ (_upper(above) + _upper(below)))
        slope = (
            float(mass @ (np.exp(-(above**2) / 2) + np.exp(-(below**2) / 2))) * root / scale / math.sqrt(2 * math.pi)
        )
        step = (math.log(tail) - math.log(share)) * tail / slope
        limit += step
        if abs(step) < 1e-11:
            break
    return limit if limit < _FAR else math.inf


def _carried(points: Numbers, mass: Numbers, before: float, level: float, limit: float) -> tuple[Numbers, Numbers]:
    """The chance of every sum score (z x sqrt(information)) that has crossed nothing up to this look, on Simpson points."""
    edge, scale = limit * math.sqrt(level), math.sqrt(level - before)
    count = min(1200, max(80, math.ceil(10 * edge / scale)))
    after = np.linspace(-edge, edge, 2 * count + 1)
    step = after[1] - after[0]
    weights = np.full(len(after), 2 * step / 3)
    weights[1::2], weights[[0, -1]] = 4 * step / 3, step / 3
    density = np.exp(-0.5 * ((after[:, None] - points) / scale) ** 2) @ mass / (scale * math.sqrt(2 * math.pi))
    return after, density * weights


def _upper(z: Numbers) -> Numbers:
    """Chance that a standard normal exceeds each z."""
    return np.asarray(_tail(z / math.sqrt(2)), dtype=float) / 2


_tail = np.frompyfunc(math.erfc, 1, 1)


def crossing(drift: float, information: Sequence[float], limits: Sequence[float]) -> float:
    """Chance to cross a boundary on either side, where the mean of z at full information (1) is `drift`: the power.

    Args:
        drift: 0 gives the error that the boundaries use.
        information: of each look as a share of the planned one.
        limits: |z| of each look.

    >>> looks = [place / 12 for place in range(1, 13)]
    >>> round(crossing(0.0, looks, boundaries(looks, 1)), 4)
    0.05
    """
    points, mass, before, gone = np.zeros(1), np.ones(1), 0.0, 0.0
    for level, limit in zip(information, limits, strict=True):
        edge, scale = min(limit, _FAR * 2) * math.sqrt(level), math.sqrt(level - before)
        centre = points + drift * (level - before)
        gone += float(mass @ (_upper((edge - centre) / scale) + _upper((edge + centre) / scale)))
        points, mass = _carried(centre, mass, before, level, min(limit, _FAR * 2))
        before = level
    return gone


def inflation(looks: int, *, alpha: float = ALPHA, power: float = 0.8) -> float:
    """By how much a trial with that many even looks must be larger than one that is read once, for the same power.

    >>> inflation(1), round(inflation(12), 2)
    (1.0, 1.04)
    """
    if looks == 1:
        return 1.0
    fractions = [place / looks for place in range(1, looks + 1)]
    limits, fixed = boundaries(fractions, 1.0, alpha=alpha), _NORMAL.inv_cdf(1 - alpha / 2) + _NORMAL.inv_cdf(power)
    low, high = fixed, fixed * 1.5
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if crossing(middle, fractions, limits) >= power else (middle, high)
    return (high / fixed) ** 2


def chance_of_win(z: float, fraction: float, drift: float, limit: float) -> float:
    """Chance that the last look is won, given what was seen, if the mean of z at full information is `drift`.

    With B = z sqrt(t): 1 - Phi((limit - B - drift (1 - t)) / sqrt(1 - t)). It uses no error: stopping on it, or going on
    in spite of it, leaves false promotions as rare as planned (non-binding).

    References:
        Lan & Wittes (1988), "The B-value: a tool for monitoring data", Biometrics 44, 579-585.

    >>> round(chance_of_win(0.0, 0.5, 2.8, 1.97), 2)
    0.21
    """
    if fraction >= 1:
        return float(z >= limit)
    left = 1 - fraction
    return 1 - _NORMAL.cdf((limit - z * math.sqrt(fraction) - drift * left) / math.sqrt(left))
