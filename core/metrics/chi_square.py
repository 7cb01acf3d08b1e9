"""The chi-square distribution for whole degrees of freedom, in closed form: the web process has no scipy."""

from __future__ import annotations

import math


def beyond(value: float, freedom: int) -> float:
    """Chance that a chi-square variable exceeds `value`.

    Args:
        value: 0 or more; NaN gives NaN.
        freedom: degrees of freedom, 1 or more.

    References:
        Abramowitz & Stegun (1964), 26.4.4 and 26.4.5 (finite sums for odd and even degrees of freedom).

    >>> round(beyond(21.666, 9), 4), round(beyond(13.277, 4), 4), round(beyond(6.635, 1), 4)
    (0.01, 0.01, 0.01)
    """
    if freedom < 1:
        raise ValueError(f"A chi-square variable has 1 or more degrees of freedom, not {freedom}")
    if math.isnan(value):
        return math.nan
    half = value / 2
    odd = freedom % 2
    term = math.sqrt(half / math.pi) * 2 * math.exp(-half) if odd else math.exp(-half)
    total = math.erfc(math.sqrt(half)) if odd else term
    step = 1.5 if odd else 1.0
    for _ in range((freedom - 1) // 2):
        if odd:
            total += term
        term *= half / step
        if not odd:
            total += term
        step += 1
    return min(1.0, total)


def limit(freedom: int, share: float) -> float:
    """What a chi-square variable exceeds with chance `share` (above 0, below 1).

    >>> round(limit(9, 0.01), 3), round(limit(1, 0.05), 3)
    (21.666, 3.841)
    """
    low, high = 0.0, 10.0 * freedom + 10.0
    while beyond(high, freedom) > share:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if beyond(middle, freedom) > share else (low, middle)
    return (low + high) / 2
