"""Are the loans that come in still like those the model learned from? PSI of the score, CSI of each input."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.metrics import chi_square
from core.monitoring.bins import SCORE_BINS, counts_in, fit_bins, names_of, unseen_in
from core.segments.features import Numbers

ALPHA = 0.01
"""Chance of a false alarm of the score."""
INPUTS_ALPHA = 0.0075
"""Chance of a false alarm of all inputs together: less than 1 %, because bins are made from the loans learned from, which
with 500 of them lets about half as many more through (measured: tests/bench_monitoring.py)."""
MATERIAL = 0.02
"""A smaller index is no matter, however sure."""
FEWEST_LOANS = 50
"""With fewer loans on either side nothing is compared."""
PERMUTATIONS, PERMUTATIONS_AN_INPUT, SEED = 9_999, 200, 20_261
SCORE, LOG = "score", " (log)"
"""How the score is called among facts, and how the name of an input ends that is log(1 + value)."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One fact of new loans against the loans learned from.

    Attributes:
        feature: "score", or the input's name.
        psi: population stability index, 0 or more; NaN where fewer than 50 loans are on a side.
        n, m: new loans; loans learned from.
        bound: the index beyond which chance is ruled out at 99 % were this the only fact looked at.
        p_value: chance of so large an index with no drift; alarm: beyond chance, all inputs counted, and above 0.02.
        missing, missing_before: share that states nothing, now and in training.
        unseen: share of new loans with a level that no loan learned from stated.
        bins: name, before and now (shares as counted) and part (of the index) of each bin that is not empty on both sides.
    """

    feature: str
    psi: float
    n: int
    m: int
    bound: float
    p_value: float
    alarm: bool
    missing: float
    missing_before: float
    unseen: float
    bins: tuple[Mapping[str, Any], ...]


def baseline(score: Numbers, inputs: Mapping[str, np.ndarray], *, first_day: str, last_day: str) -> dict[str, Any]:
    """What new loans will be held against, as JSON for the model's card.

    Args:
        score: scores of the loans learned from, each by a model that did not see it.
        inputs: name to values (floats with NaN, or texts with None), a row a loan as in `score`.
        first_day, last_day: the days (ISO) these loans are of.
    """
    told = [(SCORE, score, SCORE_BINS), *((name, values, None) for name, values in inputs.items())]
    facts = []
    for name, values, bins in told:
        fitted = fit_bins(values) if bins is None else fit_bins(values, bins=bins)
        facts.append({"feature": name, **fitted, "counts": counts_in(fitted, values).tolist()})
    return {"n": len(score), "first_day": first_day, "last_day": last_day, "facts": facts}


def drift(held: Mapping[str, Any], score: Numbers, inputs: Mapping[str, np.ndarray]) -> list[Shift]:
    """New loans against a baseline: the score first, then each input in the baseline's order.

    The score is one test at 1 %. The inputs share 0.75 % after Holm, so that with nothing changed an alarm of any of them
    is as rare as of one. An input that the frame no longer carries counts as all missing.

    References:
        Yurdakul & Naranjo (2020), Statistical properties of the population stability index, J. Risk Model Validation
        14(3): PSI / (1/n + 1/m) is chi-square with bins - 1 degrees of freedom; Holm (1979), Scand. J. Statist. 6, 65-70.
    """
    given = {SCORE: score, **inputs}
    absent = np.full(len(score), np.nan)
    facts = list(held["facts"])
    asked = max(1, len(facts) - 1)
    shifts = [shift(fact, given.get(fact["feature"], _nothing(fact, absent)), asked) for fact in facts]
    of_score = [each for each in shifts if each.feature == SCORE]
    return _judged(of_score, ALPHA) + _judged([each for each in shifts if each.feature != SCORE], INPUTS_ALPHA)


def _nothing(fact: Mapping[str, Any], absent: Numbers) -> np.ndarray:
    return np.full(len(absent), None, dtype=object) if fact["kind"] == "category" else absent


def shift(fact: Mapping[str, Any], values: np.ndarray, asked: int = 1) -> Shift:
    """One fact by itself, without a verdict: `alarm` is False.

    Args:
        fact: one of a baseline's facts.
        values: what the new loans state.
        asked: how many facts are looked at beside each other: the permutations must be able to tell 1 % / that.
    """
    before, now = np.asarray(fact["counts"], dtype=np.int64), counts_in(fact, values)
    n, m = int(now.sum()), int(before.sum())
    shares = {
        "missing": _share(now[-1], n),
        "missing_before": _share(before[-1], m),
        "unseen": _share(unseen_in(fact, values), n),
    }
    if min(n, m) < FEWEST_LOANS:
        return Shift(fact["feature"], math.nan, n, m, math.nan, math.nan, False, **shares, bins=())
    kept = (before + now) > 0
    parts = index_parts(before[kept], now[kept])
    psi, freedom, scale = float(parts.sum()), int(kept.sum()) - 1, 1 / n + 1 / m
    bound = chi_square.limit(freedom, ALPHA) * scale if freedom else math.inf
    p_value = p_value_of(before[kept], now[kept], asked) if freedom else 1.0
    names = np.asarray(names_of(_in_its_unit(fact)), dtype=object)[kept]
    bins = tuple(
        {"name": str(name), "before": float(b / m), "now": float(a / n), "part": float(part)}
        for name, b, a, part in zip(names, before[kept], now[kept], parts, strict=True)
    )
    return Shift(fact["feature"], psi, n, m, bound, p_value, False, **shares, bins=bins)


def _in_its_unit(fact: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fact with the edges of its bins as people know them: amounts and days, not their logarithms."""
    if not fact["feature"].endswith(LOG):
        return fact
    return {**fact, "edges": np.expm1(fact["edges"]).tolist()}


def index_parts(before: np.ndarray, now: np.ndarray) -> Numbers:
    """Each bin's part of the index: (q - p) ln(q / p), p and q the shares before and now.

    Shares are pulled towards those of both sides together by as many imagined loans as half the number of bins, so that
    an empty bin is finite and the index of few loans is not blown up by it. Rows of `now` may be many draws.

    Args:
        before, now: counts (..., bins); no bin is empty on both sides.

    References:
        Kullback & Leibler (1951), Ann. Math. Statist. 22, 79-86 (the symmetric divergence J); Fienberg & Holland (1973),
        Simultaneous estimation of multinomial cell probabilities, JASA 68, 683-691 (pseudo-Bayes shares).
    """
    n, m = now.sum(axis=-1, keepdims=True), before.sum(axis=-1, keepdims=True)
    pooled, weight = (before + now) / (n + m), before.shape[-1] / 2
    p, q = (before + weight * pooled) / (m + weight), (now + weight * pooled) / (n + weight)
    return np.asarray((q - p) * np.log(q / p), dtype=float)


def p_value_of(before: np.ndarray, now: np.ndarray, asked: int = 1) -> float:
    """Chance of an index as large with no drift: the chi-square one and, where that calls it rare, the larger of it and the
    share of random divisions of all these loans into the two sides that reach it. The second is exact for any bin size.

    References:
        Phipson & Smyth (2010), Permutation p-values should never be zero, SAGMB 9(1).
    """
    n, m = int(now.sum()), int(before.sum())
    observed = float(index_parts(before, now).sum())
    by_chi_square = chi_square.beyond(observed / (1 / n + 1 / m), len(now) - 1)
    if by_chi_square > ALPHA:
        return by_chi_square
    together, draws = before + now, max(PERMUTATIONS, PERMUTATIONS_AN_INPUT * asked)
    drawn = np.random.default_rng(SEED).multivariate_hypergeometric(together, n, size=draws, method="marginals")
    reached = int((index_parts(together - drawn, drawn).sum(axis=1) >= observed - 1e-12).sum())
    return max(by_chi_square, (reached + 1) / (draws + 1))


def _judged(shifts: Sequence[Shift], alpha: float) -> list[Shift]:
    """The same shifts with their verdicts: Holm's step-down over those that could be compared, and above 0.02."""
    order = sorted((each.p_value, at) for at, each in enumerate(shifts) if not math.isnan(each.p_value))
    clear: set[int] = set()
    for step, (p_value, at) in enumerate(order):
        if p_value > alpha / (len(order) - step):
            break
        clear.add(at)
    return [replace(each, alarm=at in clear and each.psi > MATERIAL) for at, each in enumerate(shifts)]


def _share(part: int, whole: int) -> float:
    return float(part) / whole if whole else math.nan
