"""How sure is a share? The interval around successes out of trials."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

from core.metrics.measure import Measure


def wilson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """The score interval of a share: which true shares would make what was seen no surprise?

    It never leaves 0-1, and it stays honest for few trials and for shares near 0 or 1, where the textbook interval
    (share plus or minus z standard errors) does not.

    Args:
        successes: how many of the trials succeeded, between 0 and n.
        n: how many trials there were. They are taken as independent.
        level: how often an interval made this way holds the true share, above 0 and below 1.

    Returns:
        The lower and upper end as shares; both NaN where n is 0.

    Raises:
        ValueError: the successes are not between 0 and n, or the level is not between 0 and 1.

    References:
        Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22, p. 209-212.

    >>> low, high = wilson(8, 10)
    >>> round(low, 3), round(high, 3)
    (0.49, 0.943)
    """
    if not 0 < level < 1:
        raise ValueError(f"The level of an interval is between 0 and 1, not {level}")
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes out of {n} trials cannot be")
    if n == 0:
        return math.nan, math.nan
    share = successes / n
    z_sq = NormalDist().inv_cdf((1 + level) / 2) ** 2
    centre = share + z_sq / (2 * n)
    half = math.sqrt(z_sq * (share * (1 - share) / n + z_sq / (4 * n**2)))
    low = 0.0 if successes == 0 else (centre - half) / (1 + z_sq / n)
    high = 1.0 if successes == n else (centre + half) / (1 + z_sq / n)
    return low, high


def with_wilson(measure: Measure) -> Measure:
    """A share of counted things with its 95 % interval by `wilson`; unchanged where it is undefined or above 1."""
    if not measure.is_defined or not 0 <= measure.numerator <= measure.denominator:
        return measure
    low, high = wilson(measure.numerator, measure.denominator)
    return replace(measure, low=low, high=high, interval="Wilson")


def can_be_judged(now: Measure, before: Measure) -> bool:
    """Whether a change between two measures can be called better or worse at all.

    It can where both carry an interval, and between two sums, which are exact for the book. A share, ratio or mean
    without an interval cannot: how far it swings by chance is not known.

    >>> rate, cash = Measure(0.5, 1, 2, 2, "share"), Measure(7, 7, 1, 2, "currency")
    >>> can_be_judged(rate, rate), can_be_judged(with_wilson(rate), rate), can_be_judged(cash, cash)
    (False, False, True)
    """
    if _has_interval(now) and _has_interval(before):
        return True
    return now.unit in ("currency", "count") and not (_has_interval(now) or _has_interval(before))


def difference_is_clear(now: Measure, before: Measure) -> bool:
    """Whether two measures that `can_be_judged` differ by more than the evidence leaves open.

    The interval of the difference is made of the two, by Newcombe's square-and-add; clear is where it leaves out 0. It
    takes the two as independent: where they share loans, as two days of the same cohorts do, it errs on the side of "no
    clear difference". A sum without an interval is exact for the book, and so is a change between two of them.

    References:
        Newcombe (1998), "Interval estimation for the difference between independent proportions", Statistics in
        Medicine 17, 873-890, method 10.

    >>> few, many = (with_wilson(Measure(0.5, n / 2, n, n, "share")) for n in (20, 2000))
    >>> [difference_is_clear(with_wilson(Measure(0.6, 0.6 * each.n, each.n, each.n, "share")), each) for each in (few, many)]
    [False, True]
    """
    if not (_has_interval(now) and _has_interval(before)):
        return can_be_judged(now, before)
    above, below = (now, before) if now.value >= before.value else (before, now)
    reach = math.hypot(above.value - above.low, below.high - below.value)
    return above.value - below.value > reach


def _has_interval(measure: Measure) -> bool:
    return not (math.isnan(measure.low) or math.isnan(measure.high))
