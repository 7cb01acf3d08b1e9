"""How many loans does a trial need, and what is the smallest difference it can find?

Everything is for a two-sided test of a challenger against the champion, by the normal approximation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

ALPHA, POWER = 0.05, 0.80
_NORMAL = NormalDist()
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(80)


@dataclass(frozen=True, slots=True)
class Test:
    """The test a trial is planned for.

    Attributes:
        power: chance to find the difference where there is one.
        alpha: chance to claim one where there is none, over all challengers together.
        challengers: how many are compared with the one champion.
        ratio: loans of a challenger for each of the champion (1: equal shares).
        cluster: loans a borrower on average; with `alike`, the intra-borrower correlation, it makes the design effect.
        alike: 0 to 1.
        r2: share of the outcome's variance that the score and the expected recovery explain (0 to below 1).
        inflation: how much more a trial that is looked at on the way needs (see looks.inflation); 1 for a single look.
    """

    power: float = POWER
    alpha: float = ALPHA
    challengers: int = 1
    ratio: float = 1.0
    cluster: float = 1.0
    alike: float = 0.0
    r2: float = 0.0
    inflation: float = 1.0

    def __post_init__(self) -> None:
        fine = 0 < self.alpha < 1 and self.alpha / 2 < self.power < 1 and self.challengers >= 1 and self.ratio > 0
        if not (fine and self.cluster >= 1 and 0 <= self.alike <= 1 and 0 <= self.r2 < 1 and self.inflation >= 1):
            raise ValueError(f"No trial can be planned for {self}")

    @property
    def design_effect(self) -> float:
        """How much the variance of a mean grows because loans of one borrower are alike: 1 + (m - 1) x correlation.

        References:
            Kish (1965), "Survey Sampling", section 5.4.
        """
        return 1 + (self.cluster - 1) * self.alike

    @property
    def variance_factor(self) -> float:
        return self.design_effect * (1 - self.r2) * self.inflation

    @property
    def z(self) -> float:
        """z of the two-sided error, shared over the challengers (Bonferroni), plus z of the power."""
        return _NORMAL.inv_cdf(1 - self.alpha / self.challengers / 2) + _NORMAL.inv_cdf(self.power)


PLAIN = Test()


def loans_for_rates(champion: float, challenger: float, test: Test = PLAIN) -> tuple[int, int]:
    """Loans of the champion and of a challenger to tell two shares apart.

    n = (z_a/2 + z_b)^2 [p0 (1 - p0) + p1 (1 - p1) / ratio] / (p1 - p0)^2 for the champion, `ratio` times it for the
    challenger, times the variance factor; rounded up.

    Raises:
        ValueError: a share is not between 0 and 1, or they are equal.

    References:
        Fleiss, Levin & Paik (2003), "Statistical Methods for Rates and Proportions", 3rd ed., section 4.2 (without
        continuity correction, variances unpooled).

    >>> loans_for_rates(.20, .22), loans_for_rates(.40, .45)
    ((6507, 6507), (1531, 1531))
    """
    if not (0 < champion < 1 and 0 < challenger < 1) or champion == challenger:
        raise ValueError(f"No number of loans tells {champion} from {challenger} as shares between 0 and 1")
    spread = champion * (1 - champion) + challenger * (1 - challenger) / test.ratio
    return _rounded(test.z**2 * spread / (challenger - champion) ** 2 * test.variance_factor, test.ratio)


def loans_for_amounts(cv: float, lift: float, test: Test = PLAIN) -> tuple[int, int]:
    """Loans of the champion and of a challenger to find a relative lift of a mean amount.

    n = (1 + 1 / ratio) (z_a/2 + z_b)^2 CV^2 / lift^2, with the coefficient of variation (sd / mean) of the amounts;
    2 (...) where shares are equal. How skewed they are does not enter once the means are near normal, which the looks
    ask for by a smallest number of loans.

    References:
        van Belle (2008), "Statistical Rules of Thumb", 2nd ed., section 2.1.

    >>> loans_for_amounts(2.5, .10), loans_for_amounts(1.5, .10, Test(r2=.4))
    ((9812, 9812), (2120, 2120))
    """
    if not (cv > 0 and math.isfinite(cv)) or lift == 0:
        raise ValueError(f"No number of loans finds a lift of {lift} where the coefficient of variation is {cv}")
    return _rounded((1 + 1 / test.ratio) * test.z**2 * cv**2 / lift**2 * test.variance_factor, test.ratio)


def detectable_rate(champion: float, loans: float, test: Test = PLAIN) -> float:
    """The smallest rise of a share that `loans` of the champion (and `ratio` as many of a challenger) find; NaN where even
    1 would not be found.

    >>> round(detectable_rate(.20, 6507), 4)
    0.02
    """
    if not 0 <= champion < 1 or loans <= 0:
        raise ValueError(f"A share of {champion} over {loans} loans is none to improve on")

    def enough(rise: float) -> bool:
        end = champion + rise
        spread = champion * (1 - champion) + end * (1 - end) / test.ratio
        return test.z**2 * spread * test.variance_factor <= loans * rise**2

    low, high = 0.0, 1 - champion
    if not enough(high):
        return math.nan
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def detectable_difference(sd: float, loans: float, test: Test = PLAIN) -> float:
    """The smallest difference of means that `loans` of the champion find, in the unit of `sd`; with a coefficient of
    variation for `sd` it is the smallest relative lift.

    >>> round(detectable_difference(1.5, 3532), 4)
    0.1
    """
    if loans <= 0 or not sd >= 0:
        raise ValueError(f"An sd of {sd} over {loans} loans tells no difference")
    return math.sqrt((1 + 1 / test.ratio) * test.variance_factor / loans) * test.z * sd


def dunnett(challengers: int, *, alpha: float = ALPHA, ratio: float = 1.0) -> float:
    """The two-sided critical z for several challengers against one champion, whose loans they share.

    Somewhat below Bonferroni's: P(max |Z_i| <= c) = E prod P(|sqrt(r) W + sqrt(1 - r) E_i| <= c) with the correlation
    r = n_i / (n_i + n_0), integrated over W by Gauss-Hermite.

    References:
        Dunnett (1955), "A multiple comparison procedure for comparing several treatments with a control", JASA 50,
        1096-1121; two-sided limits for infinite degrees of freedom in Dunnett (1964), Biometrics 20, 482-491.

    >>> [round(dunnett(k), 2) for k in (1, 2, 3, 4)]
    [1.96, 2.21, 2.35, 2.44]
    """
    if challengers == 1:
        return _NORMAL.inv_cdf(1 - alpha / 2)
    shared = ratio / (ratio + 1)

    def beyond(limit: float) -> float:
        inside = 0.0
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            centre, scale = math.sqrt(shared) * float(node), math.sqrt(1 - shared)
            one = _NORMAL.cdf((limit - centre) / scale) - _NORMAL.cdf((-limit - centre) / scale)
            inside += float(weight) * one**challengers
        return 1 - inside / math.sqrt(2 * math.pi)

    low, high = 0.0, 10.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if beyond(middle) > alpha else (low, middle)
    return high


def _rounded(champion: float, ratio: float) -> tuple[int, int]:
    return math.ceil(champion - 1e-9), math.ceil(champion * ratio - 1e-9)
