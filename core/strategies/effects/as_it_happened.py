"""What strategies brought as it happened, and within bands of risk: the comparisons that the adjusted one stands beside."""

from __future__ import annotations

import numpy as np

from core.strategies.effects.aipw import Estimate, mean_of
from core.strategies.observed import Codes, Numbers

BANDS = 5
FEWEST_IN_BAND = 2
UNDEFINED = Estimate(np.nan, np.nan, np.nan, np.nan, 0)


def naive(outcome: Numbers, strategy: Codes, kind: int, cluster: Codes, *, reference: int = 0) -> Estimate:
    """The mean outcome of the loans given a strategy less that of the reference's: confounded by who was given what.

    Args:
        outcome: (n,) what came of each loan, one loan one vote.
        strategy: (n,) what each was given.
        kind: the strategy asked about.
        cluster: (n,) the borrower.

    Returns:
        NaN where either has no loans; the interval is of chance alone and says nothing of the confounding.
    """
    return stratified(outcome, strategy, kind, cluster, np.zeros(len(outcome)), bands=1, reference=reference)


def stratified(
    outcome: Numbers,
    strategy: Codes,
    kind: int,
    cluster: Codes,
    risk: Numbers,
    *,
    bands: int = BANDS,
    reference: int = 0,
) -> Estimate:
    """The same within bands of equally many loans by risk, averaged over the bands: most of the confounding is left out.

    Args:
        risk: (n,) what loans are ordered by, for instance the mean told under the reference.
        bands: wanted; fewer are made until each holds two loans of both strategies.

    References:
        Rosenbaum, Rubin (1984), JASA 79, 516: subclassification on a score.
    """
    known = np.isfinite(risk)
    place = np.argsort(np.argsort(np.where(known, risk, np.inf), kind="stable"), kind="stable")
    for wanted in range(bands, 0, -1):
        band = place * wanted // max(len(place), 1)
        counts = [np.bincount(band[strategy == each], minlength=wanted) for each in (reference, kind)]
        if min(count.min() for count in counts) >= (FEWEST_IN_BAND if wanted > 1 else 1):
            return mean_of(
                _influence(outcome, strategy == kind, band) - _influence(outcome, strategy == reference, band), cluster
            )
    return UNDEFINED


def _influence(outcome: Numbers, had: np.ndarray, band: Codes) -> Numbers:
    """(n,) values whose mean is the banded mean of some loans, and whose spread is its error's."""
    loans, given = np.bincount(band), np.bincount(band[had])
    means = np.bincount(band[had], weights=outcome[had]) / given
    told = means[band].copy()
    told[had] += (loans / given)[band[had]] * (outcome[had] - means[band[had]])
    return np.asarray(told)
