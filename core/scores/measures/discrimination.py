"""How well a score tells the two outcomes apart, with its interval and the chance of having got it by luck."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from core.segments.features import Numbers


def midranks(values: Numbers) -> Numbers:
    """Ranks from 1, ties sharing their mean rank."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2)[place], dtype=float)


def auc(outcome: Numbers, score: Numbers) -> float:
    """Chance that a loan with the outcome scores above one without (ties count half); NaN with one class only.

    References:
        Hanley & McNeil (1982), Radiology 143, 29-36.

    >>> auc(np.array([0, 0, 1, 1.0]), np.array([0.1, 0.4, 0.35, 0.8]))
    0.75
    """
    positive = outcome == 1
    m, n = int(positive.sum()), int((~positive).sum())
    if m == 0 or n == 0:
        return float("nan")
    return float((midranks(score)[positive].sum() - m * (m + 1) / 2) / (m * n))


def auc_interval(
    outcome: Numbers, score: Numbers, *, confidence: float = 0.95, groups: Numbers | None = None
) -> tuple[float, float]:
    """DeLong's interval of the AUC, clipped to 0-1; NaN where a class has fewer than two loans.

    Args:
        outcome: 0 or 1 a row.
        score: the higher, the likelier a 1.
        confidence: of the interval.
        groups: the borrower of each row: loans of one borrower are no independent evidence, so what they say is summed
            before it is squared (Obuchowski); None where every row stands for itself.

    References:
        DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44, 837-845; Sun & Xu (2014), IEEE SPL 21(11); Obuchowski
        (1997), Nonparametric analysis of clustered ROC curve data, Biometrics 53, 567-578.
    """
    positive = outcome == 1
    above, below = score[positive], score[~positive]
    if len(above) < 2 or len(below) < 2:
        return float("nan"), float("nan")
    of_above, of_below = _placements(outcome, score)
    value, se = float(of_above.mean()), _error(of_above, of_below, positive, groups)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    return max(0.0, value - z * se), min(1.0, value + z * se)


def _error(of_above: Numbers, of_below: Numbers, positive: np.ndarray, groups: Numbers | None) -> float:
    """Standard error of a mean of placements: DeLong's, or Obuchowski's where borrowers hold several loans."""
    if groups is None or len(np.unique(groups)) == len(groups):
        return float(np.sqrt(of_above.var(ddof=1) / len(of_above) + of_below.var(ddof=1) / len(of_below)))
    return _clustered_error(of_above - of_above.mean(), of_below - of_below.mean(), groups[positive], groups[~positive])


def _clustered_error(of_above: Numbers, of_below: Numbers, above: Numbers, below: Numbers) -> float:
    """Obuchowski's standard error: deviations of events and of non-events summed a borrower, then squared and crossed."""
    m, n = len(of_above), len(of_below)
    names, place = np.unique(np.concatenate([above, below]), return_inverse=True)
    events, others = np.zeros(len(names)), np.zeros(len(names))
    np.add.at(events, place[:m], of_above)
    np.add.at(others, place[m:], of_below)

    def spread(one: Numbers, other: Numbers, clusters: int) -> float:
        return float((one * other).sum()) * clusters / max(clusters - 1, 1)

    variance = (
        spread(events, events, len(np.unique(above))) / m**2 + spread(others, others, len(np.unique(below))) / n**2
    )
    variance += 2 * spread(events, others, len(names)) / (m * n)
    return float(np.sqrt(max(variance, 0.0)))


def auc_difference_error(outcome: Numbers, score: Numbers, other: Numbers, groups: Numbers | None = None) -> float:
    """Standard error of the difference of two scores' AUC on the same loans; NaN where a class has fewer than two.

    Placements under the one score less those under the other, squared a loan, or summed a borrower (`groups`, as
    `auc_interval`) before they are squared.

    References:
        DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44, 837-845 (correlated curves); Obuchowski (1997), Biometrics
        53, 567-578 (the same for clusters).
    """
    if min(outcome.sum(), (1 - outcome).sum()) < 2:
        return float("nan")
    above, below = (
        mine - theirs for mine, theirs in zip(_placements(outcome, score), _placements(outcome, other), strict=True)
    )
    return _error(above, below, outcome == 1, groups)


def _placements(outcome: Numbers, score: Numbers) -> tuple[Numbers, Numbers]:
    """For each loan with the outcome the share of the others that score below it, and the other way round."""
    above, below = score[outcome == 1], score[outcome != 1]
    ranks = midranks(np.concatenate([above, below]))
    of_above = (ranks[: len(above)] - midranks(above)) / len(below)
    return of_above, 1 - (ranks[len(above) :] - midranks(below)) / len(above)


def shuffler(outcome: Numbers, groups: Numbers | None) -> Callable[[np.random.Generator], Numbers]:
    """Draws of shuffled outcomes: whole borrowers change places with others of as many rows, so that what the loans of one
    borrower share stays together; single rows where every row stands for itself."""
    if groups is None or len(np.unique(groups)) == len(groups):
        return lambda draw: draw.permutation(outcome)
    order = np.argsort(groups, kind="stable")
    _, first, size = np.unique(groups[order], return_index=True, return_counts=True)
    blocks = [order[first[size == each][:, None] + np.arange(each)] for each in np.unique(size)]

    def shuffled(draw: np.random.Generator) -> Numbers:
        moved = outcome.copy()
        for rows in blocks:
            moved[rows] = outcome[rows[draw.permutation(len(rows))]]
        return moved

    return shuffled


def permutation_p(
    outcome: Numbers, *scores: Numbers, draws: int = 1_999, seed: int = 20_261, groups: Numbers | None = None
) -> float:
    """Share of shuffled outcomes whose AUC reaches the one observed (the observed one counts as a draw).

    Args:
        outcome: 0 or 1 a row.
        scores: the score in question, then others it was chosen from: a shuffle reaches it where any of them does.
        draws, seed: how many shuffles, and which.
        groups: the borrower of each row; whole borrowers are shuffled (see `shuffler`).

    References:
        Phipson & Smyth (2010), Permutation p-values should never be zero, SAGMB 9(1); Westfall & Young (1993),
        Resampling-based multiple testing (the maximum over what was tried).
    """
    ranks, observed = np.column_stack([midranks(each) for each in scores]), auc(outcome, scores[0])
    events = int(outcome.sum())
    reach = observed * events * (len(outcome) - events) + events * (events + 1) / 2 - 1e-9
    draw, shuffled = np.random.default_rng(seed), shuffler(outcome, groups)
    as_good = sum(ranks[shuffled(draw) == 1].sum(axis=0).max() >= reach for _ in range(draws))
    return float((as_good + 1) / (draws + 1))


def ks(outcome: Numbers, score: Numbers) -> float:
    """Largest gap between the two outcomes' cumulative score distributions (Kolmogorov-Smirnov)."""
    edges = np.unique(score)
    positive, negative = np.sort(score[outcome == 1]), np.sort(score[outcome == 0])
    if not len(positive) or not len(negative):
        return float("nan")
    gap = np.searchsorted(positive, edges, side="right") / len(positive) - np.searchsorted(
        negative, edges, side="right"
    ) / len(negative)
    return float(np.abs(gap).max())
