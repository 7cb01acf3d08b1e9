"""How good a score is, drawn: ROC, deciles, calibration, each with n and intervals; computed once, at training.

Everything here is about loans the model never saw (out-of-fold scores), and plain JSON, for the model's card. Where
borrowers hold several loans (`groups`), every interval takes a borrower's loans together: see `measures.clustered`.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np

from core.scores.measures.calibration import BINS, calibration_slope, expected_calibration_error, slope_interval
from core.scores.measures.clustered import share_interval
from core.scores.measures.discrimination import auc, auc_interval, ks
from core.segments.features import Numbers

MOST_POINTS = 101
DECILES = 10
KS_STEPS, KS_DRAWS, NOISE_DRAWS = 400, 1_000, 200
ROWS_AT_ONCE = 2_000_000
SEED = 20_261
Z = NormalDist().inv_cdf(0.975)


def figures_of(
    outcome: Numbers, groups: Numbers, reference: Numbers, actual: Numbers, measured: Numbers
) -> dict[str, Any]:
    """The single figures of a card, of loans the model never saw.

    Args:
        outcome: 1 where not recovered; groups: borrowers.
        reference, actual: margins under the reference strategy and under the one each loan had; measured: probabilities
            under the latter.
    """
    area = auc(outcome, reference)
    return {
        "n": len(outcome), "events": int(outcome.sum()), "auc": area,
        "auc_ci": list(auc_interval(outcome, reference, groups=groups)), "gini": 2 * area - 1, "ks": ks(outcome, reference),
        "auc_under_actual_strategy": auc(outcome, actual), "brier": float(np.mean((measured - outcome) ** 2)),
        "ece": expected_calibration_error(outcome, measured), "calibration_slope": calibration_slope(outcome, measured),
    }  # fmt: skip


def evidence_of(
    outcome: Numbers, score: Numbers, probability: Numbers, groups: Numbers | None = None
) -> dict[str, Any]:
    """What the charts of a model show.

    Args:
        outcome: 1 where not recovered, else 0, both present.
        score: out-of-fold margins as the score is used (under the reference strategy).
        probability: out-of-fold probabilities under the strategy each loan had, to be held against what happened.
        groups: the borrower of each loan; None where every loan stands for itself.

    Returns:
        n, events, roc (`roc_of`), deciles (`deciles_of`) and calibration (`calibration_of`), as JSON values.
    """
    return {
        "n": len(outcome), "events": int(outcome.sum()), "roc": roc_of(outcome, score, groups),
        "deciles": deciles_of(outcome, score, groups), "calibration": calibration_of(outcome, probability, groups),
    }  # fmt: skip


def roc_of(outcome: Numbers, score: Numbers, groups: Numbers | None = None) -> dict[str, Any]:
    """The ROC curve and its Kolmogorov-Smirnov point.

    Returns:
        points: at most 101 of [share of the recovered, share of the not recovered] that score at least as high, from
        [0, 0] to [1, 1]; ks: value, ci (basic bootstrap, of whole borrowers), at (its point), n, events.

    References:
        Hand (2009), Measuring classifier performance, Machine Learning 77; Davison & Hinkley (1997),
        Bootstrap Methods and their Application, 5.2 (basic bootstrap).
    """
    _, place = np.unique(-score, return_inverse=True)
    steps = int(place.max()) + 1
    bad = np.bincount(place, weights=outcome, minlength=steps)
    good = np.bincount(place, weights=1 - outcome, minlength=steps)
    across = np.concatenate([[0.0], good.cumsum() / good.sum()])
    up = np.concatenate([[0.0], bad.cumsum() / bad.sum()])
    best = int(np.argmax(up - across))
    kept = np.unique([*np.linspace(0, steps, MOST_POINTS - 1).round().astype(int), best])
    return {
        "points": [[round(float(across[each]), 5), round(float(up[each]), 5)] for each in kept],
        "ks": {
            "value": float(up[best] - across[best]), "ci": _ks_interval(good, bad, place, outcome, groups),
            "at": [float(across[best]), float(up[best])], "n": len(outcome), "events": int(outcome.sum()),
        },
    }  # fmt: skip


def _ks_interval(
    good: np.ndarray, bad: np.ndarray, place: np.ndarray, outcome: Numbers, groups: Numbers | None
) -> list[float]:
    """Basic bootstrap of the largest gap; many distinct scores are taken together in steps of equal mass.

    A largest gap is biased upwards, and its bootstrap once more: turning the interval round the value takes that off.
    """
    mass = (good + bad).cumsum() / (good.sum() + bad.sum())
    step = np.minimum((mass * KS_STEPS).astype(int), KS_STEPS - 1)
    grouped = [np.bincount(step, weights=each, minlength=KS_STEPS) for each in (good, bad)]
    if groups is None or len(np.unique(groups)) == len(groups):
        draw = np.random.default_rng(SEED)
        shares = [
            (draw.multinomial(int(each.sum()), each / each.sum(), size=KS_DRAWS) / each.sum()).cumsum(axis=1)
            for each in grouped
        ]
        gaps = (shares[1] - shares[0]).max(axis=1)
    else:
        gaps = _gaps_of_redrawn_borrowers(step[place], outcome, groups)
    value = float((np.cumsum(grouped[1]) / grouped[1].sum() - np.cumsum(grouped[0]) / grouped[0].sum()).max())
    low, high = 2 * value - np.quantile(gaps, [0.975, 0.025])
    return [max(0.0, float(low)), min(1.0, float(high))]


def _gaps_of_redrawn_borrowers(step: np.ndarray, outcome: Numbers, groups: Numbers) -> Numbers:
    """The largest gap among as many borrowers, drawn with all their loans; redraws with one outcome only are left out."""
    names, of_row = np.unique(groups, return_inverse=True)
    draw, gaps = np.random.default_rng(SEED), []
    cell = step + KS_STEPS * (outcome == 1)
    for _ in range(KS_DRAWS):
        times = np.bincount(draw.integers(0, len(names), len(names)), minlength=len(names))[of_row]
        sides = np.bincount(cell, weights=times, minlength=2 * KS_STEPS).reshape(2, KS_STEPS).cumsum(axis=1)
        if sides[:, -1].min() > 0:
            gaps.append(float((sides[1] / sides[1, -1] - sides[0] / sides[0, -1]).max()))
    return np.asarray(gaps)


def deciles_of(outcome: Numbers, score: Numbers, groups: Numbers | None = None) -> list[dict[str, Any]]:
    """Tenths of the loans by score, the riskiest first.

    Returns:
        For each: n, events, share (not recovered), low, high (Wilson), lift (share over that of all), lift_ci, captured
        (share of all events in this and the riskier tenths) and captured_ci (Wilson, of all events), loans_share.
    """
    order = np.argsort(-score, kind="stable")
    total, rate = float(outcome.sum()), float(outcome.mean())
    rows, so_far, seen = [], 0, 0
    of_events, high_enough = _of(groups, outcome == 1), np.zeros(len(outcome), dtype=bool)
    for part in np.array_split(order, DECILES):
        n, events = len(part), int(outcome[part].sum())
        so_far, seen = so_far + events, seen + n
        high_enough[part] = True
        low, high = share_interval(outcome[part], _of(groups, part))
        rows.append(
            {
                "n": n, "events": events, "share": events / n, "low": low, "high": high, "lift": events / n / rate,
                "lift_ci": [low / rate, high / rate], "captured": so_far / total, "captured_ci": list(share_interval(high_enough[outcome == 1], of_events)),
                "loans_share": seen / len(outcome),
            }
        )  # fmt: skip
    return rows


def calibration_of(outcome: Numbers, probability: Numbers, groups: Numbers | None = None) -> dict[str, Any]:
    """Whether 0.3 means three in ten.

    Returns:
        bins: at most ten of equal mass, the lowest probabilities first: predicted (mean), observed, low, high (Wilson), n,
        events; ece (their mean gap) and ece_of_chance (what a perfectly calibrated score shows on as many loans: mean,
        high = the 95th percentile); slope and slope_ci (Wald), None where the scores do not differ; n.

    References:
        Roelofs et al. (2022), Mitigating bias in calibration error estimation, AISTATS; Cox (1958), Biometrika 45.
    """
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    bins = []
    for part in parts:
        n, events = len(part), int(outcome[part].sum())
        low, high = share_interval(outcome[part], _of(groups, part))
        bins.append({"predicted": float(probability[part].mean()), "observed": events / n, "low": low, "high": high,
                     "n": n, "events": events})  # fmt: skip
    slope, *slope_ci = slope_interval(outcome, probability, groups)
    return {
        "bins": bins, "ece": expected_calibration_error(outcome, probability),
        "ece_of_chance": _ece_of_chance(probability[order], [len(part) for part in parts]),
        "slope": None if np.isnan(slope) else slope, "slope_ci": None if np.isnan(slope) else slope_ci, "n": len(outcome),
    }  # fmt: skip


def _ece_of_chance(ordered: Numbers, sizes: list[int]) -> dict[str, float]:
    """The calibration error of outcomes drawn from the probabilities themselves."""
    draw = np.random.default_rng(SEED)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    promised = np.add.reduceat(ordered, starts)
    gaps: list[float] = []
    turns = max(1, ROWS_AT_ONCE // len(ordered))
    while len(gaps) < NOISE_DRAWS:
        happened = (draw.random((min(turns, NOISE_DRAWS - len(gaps)), len(ordered))) < ordered).astype(float)
        gaps += list(np.abs(np.add.reduceat(happened, starts, axis=1) - promised).sum(axis=1) / len(ordered))
    return {"mean": float(np.mean(gaps)), "high": float(np.quantile(gaps, 0.95))}


def _of(groups: Numbers | None, part: np.ndarray) -> Numbers | None:
    return None if groups is None else groups[part]
