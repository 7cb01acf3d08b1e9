"""What may be believed of a trial on any day, planned look or not? An interval that holds on all of them at once."""

from __future__ import annotations

import math

ALPHA = 0.05


def reach(n: float, planned: float, *, alpha: float = ALPHA) -> float:
    """How many standard errors the always-valid interval goes to either side when `n` loans are in.

    The asymptotic confidence sequence of a mean is mean +- sd sqrt(2 (n r^2 + 1) / (n^2 r^2) log(sqrt(n r^2 + 1) / a));
    in standard errors sd / sqrt(n) that is sqrt(2 (n r^2 + 1) / (n r^2) log(sqrt(n r^2 + 1) / a)). The free r is set so
    that it is about tightest at the planned number: r^2 = (-2 log a + log(-2 log a + 1)) / planned. The difference of
    two arms enters by its own standard error (sums of both arms' scores), with the loans of both.

    Over all days together the interval misses the truth with chance `alpha` as n grows large; it is asymptotic, so the
    first few loans are not to be judged by it. It is wider than the interval of planned looks: the price of watching.

    Args:
        n: matured loans so far, above 0.
        planned: matured loans planned at the end, above 0.
        alpha: chance to miss on any day.

    Raises:
        ValueError: n or planned is not above 0.

    References:
        Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024), "Time-uniform central limit theory and asymptotic
        confidence sequences", Annals of Statistics 52, 2613-2640: theorem 2.2 for the sequence, appendix on choosing rho.

    >>> round(reach(9600, 9600), 2), round(reach(960, 9600), 2), round(reach(96000, 9600), 2)
    (3.04, 3.86, 3.24)
    """
    if not (n > 0 and planned > 0):
        raise ValueError(f"{n} of {planned} loans carry no interval")
    wide = -2 * math.log(alpha)
    ratio = n / planned * (wide + math.log(wide + 1))
    return math.sqrt(2 * (ratio + 1) / ratio * math.log(math.sqrt(ratio + 1) / alpha))
