"""Who stays: a change of strategy has to bring more than could be noise. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.strategies.catalogue import Strategy
from core.strategies.observed import Codes, Numbers
from core.strategies.policy.prices import NOTHING

ERRORS_TO_MOVE = 0.5
"""A change must bring more than so many standard errors of what it is expected to bring."""


def margins(spreads: Numbers, balance: Numbers, place: Codes, strategies: Sequence[Strategy]) -> Numbers:
    """(m,) currency a borrower must gain before a strategy is changed.

    Args:
        spreads: (n, K) standard error of the effect of each strategy on the rate, 0 for the reference.
        balance: (n,) currency. place: (n,) the borrower of each loan, from 0.
        strategies: K; their NPV factor and fees turn a rate into value.
    """
    factor = np.asarray([each.npv_factor * (1.0 - each.fee_share) for each in strategies])
    a_loan = np.nan_to_num(factor * spreads * balance[:, None]).max(axis=1)
    sums = np.bincount(place, weights=a_loan, minlength=int(place.max(initial=-1)) + 1)
    return np.asarray(ERRORS_TO_MOVE * sums, dtype=float)


def staying(values: Numbers, present: Codes, margin: Numbers) -> Numbers:
    """The values with the margin added to what each borrower is under now: allocated like any others, they keep the limits.

    Args:
        values: (m, K) net value of each strategy, currency. present: (m,) the strategy now; NOTHING where there is none.
        margin: (m,) currency.
    """
    told = values.copy()
    rows = np.flatnonzero(present != NOTHING)
    told[rows, present[rows]] += margin[rows]
    return told


def share_moved(before: Codes, after: Codes) -> float:
    """The share of borrowers whose strategy is another one now; NaN for nobody."""
    return float((before != after).mean()) if len(before) else float("nan")
