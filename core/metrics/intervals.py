"""How sure is a share? The interval around successes out of trials."""

from __future__ import annotations

import math
from statistics import NormalDist


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
