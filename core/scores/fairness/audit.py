"""Is a score the same for everybody it is as right about? Audited by groups whose attributes never enter it. Worker only.

Ratios are screening statistics with their intervals, in which the loans of one borrower are no independent evidence, and
never a legal verdict. Groups that are too small are named with
their n and not judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from core.scores.fairness.groups import Attribute, attributes_of, flipped
from core.scores.learning.candidates import CANDIDATES
from core.scores.learning.crossfit import Sample
from core.scores.measures.clustered import share_interval
from core.scores.measures.discrimination import auc, auc_interval
from core.scores.measures.ratios import mean_difference, ratio_effect, ratio_within, share_ratio
from core.scores.rows.folds import grouped_folds
from core.segments.features import Numbers
from core.strategies.thresholds import propose

FEWEST = 50
"""Loans of a group, and of all others, before anything is said of it."""

FEWEST_EVENTS = 10
"""Loans of either outcome in a group before its calibration or AUC is told."""

REVIEW_FROM = 0.7
"""From this AUC on, what a model reads tells who somebody is: a person has to look."""

PROXY_FOLDS = 3
MOST_ROWS = 5_000
BANDS = 5
TRACKS = ("Legal", "Settlement")
SEED = 20_261


@dataclass(frozen=True, slots=True)
class Audited:
    """What is audited, a row each.

    Attributes:
        rows: snapshots with their protected attributes; outcome: 1 where not recovered.
        measured: out-of-fold probabilities under the strategy each loan had; None for a rule, which is no probability.
        used: the score as it orders the work, out of fold; NaN where there is none.
        source: model or rule.
        score: scores snapshots as they would be from now on.
    """

    rows: pd.DataFrame
    outcome: Numbers
    measured: Numbers | None
    used: Numbers
    source: str
    score: Callable[[pd.DataFrame], pd.Series]


def fairness_of(audited: Audited, sample: Sample) -> dict[str, Any]:
    """How the score and its proposals fall on each group.

    Args:
        audited: what is looked at.
        sample: the model's matrix of the same rows, for the proxy test, and their borrowers.

    Returns:
        source, n, fewest, attributes (name, role, stated, not_stated, reference, groups (see `_group`), proxy (group, n,
        auc, ci, review), proxy_why) and flip (see `flip_test`), as JSON values: what cannot be told is None.
    """
    track = proposed_of(audited.rows, audited.used)
    return {
        "source": audited.source, "n": len(audited.outcome), "fewest": FEWEST, "fewest_events": FEWEST_EVENTS,
        "review_from": REVIEW_FROM,
        "attributes": [_attribute(each, audited, track, sample) for each in attributes_of(audited.rows)],
        "flip": flip_test(audited.rows, audited.score),
    }  # fmt: skip


def proposed_of(rows: pd.DataFrame, score: Numbers) -> np.ndarray:
    """The track proposed for each row at that score, capacities and people's decisions left aside."""
    asked = rows.drop(columns=[name for name in ("confirmed",) if name in rows]).assign(risk_score=score)
    return propose(asked)["proposed"].to_numpy(dtype=object)


def flip_test(rows: pd.DataFrame, score: Callable[[pd.DataFrame], pd.Series]) -> dict[str, Any]:
    """Score the same loans with every protected attribute told otherwise, and count what changes: it has to be nothing.

    Returns:
        fields (told otherwise), n, score_changes, proposal_changes.
    """
    some = rows.head(MOST_ROWS)
    other, fields = flipped(some)
    before, after = (score(each).to_numpy(dtype=float) for each in (some, other))
    moved = ~((before == after) | (np.isnan(before) & np.isnan(after)))
    changed = proposed_of(some, before) != proposed_of(other, after)
    return {
        "fields": fields, "n": len(some), "score_changes": int(moved.sum()), "proposal_changes": int(changed.sum()),
    }  # fmt: skip


def _attribute(attribute: Attribute, audited: Audited, track: np.ndarray, sample: Sample) -> dict[str, Any]:
    stated = np.asarray([each is not None for each in attribute.group])
    reference = attribute.groups[0]
    level = 1 - 0.05 / max(1, len(attribute.groups) - 1)
    groups = [_group(name, attribute, audited, track, level, sample.groups) for name in attribute.groups]
    is_input = attribute.name == "Employment_Type"
    return {
        "name": attribute.name, "role": attribute.role, "stated": int(stated.sum()), "not_stated": int((~stated).sum()),
        "reference": reference, "groups": groups,
        "proxy": [] if is_input else _proxies(attribute, stated, sample),
        "proxy_why": "it is an input itself" if is_input else "",
    }  # fmt: skip


def _group(
    name: str, attribute: Attribute, audited: Audited, track: np.ndarray, level: float, borrower: Numbers
) -> dict[str, Any]:
    """One group: group, n, and, unless it is too small (refused says so), events, mean risk, calibration, AUC, smd, selection.

    `apart` is whether an interval made wide enough for all groups of the attribute together leaves out "no difference".
    """
    member = attribute.group == name
    n = int(member.sum())
    if n < FEWEST or not (member & ~np.isnan(audited.used)).any():
        return {"group": name, "n": n, "refused": f"only {n}; {FEWEST} are needed"}
    reference = attribute.group == attribute.groups[0]
    used = audited.used
    return {
        "group": name, "n": n, "refused": "", "events": int(audited.outcome[member].sum()),
        "mean_risk": float(np.nanmean(used[member])),
        "calibration": _calibration(audited, member, level, borrower), "auc": _auc(audited, member, borrower),
        "smd": None if name == attribute.groups[0] else _apart(used, member, reference, borrower),
        "selection": [
            _selection(each, kind, chosen, member, reference, used, level, borrower, name == attribute.groups[0])
            for kind, taken in (("proposed", track), *_given(audited.rows))
            for each in TRACKS
            for chosen in (taken == each,)
        ],
    }  # fmt: skip


def _given(rows: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    """What the loans were given, where the book says so of any of the tracks looked at."""
    given = rows["strategy"].to_numpy(dtype=object) if "strategy" in rows else np.empty(0, dtype=object)
    return [("given", given)] if np.isin(given, TRACKS).any() else []


def _apart(used: Numbers, member: np.ndarray, reference: np.ndarray, borrower: Numbers) -> dict[str, Any]:
    """The standardised difference of the scores of a group and of the reference group."""
    one, other = (side & ~np.isnan(used) for side in (member, reference))
    return mean_difference(used[one], used[other], np.concatenate([borrower[one], borrower[other]]))


def _calibration(audited: Audited, member: np.ndarray, level: float, borrower: Numbers) -> dict[str, Any] | None:
    """Actual over expected non-recoveries, with Wilson's interval of the actual share; None where it cannot be told."""
    if audited.measured is None:
        return None
    n, events, expected = int(member.sum()), float(audited.outcome[member].sum()), float(audited.measured[member].sum())
    if min(events, n - events) < FEWEST_EVENTS or expected <= 0:
        return None
    (low, high), wide = (
        [end * n / expected for end in share_interval(audited.outcome[member], borrower[member], each)]
        for each in (0.95, level)
    )
    return {
        "actual": int(events), "expected": expected, "ratio": events / expected, "ci": [low, high],
        "apart": not wide[0] <= 1 <= wide[1],
    }  # fmt: skip


def _auc(audited: Audited, member: np.ndarray, borrower: Numbers) -> dict[str, Any] | None:
    inside = member & ~np.isnan(audited.used)
    outcome = audited.outcome[inside]
    if min(outcome.sum(), len(outcome) - outcome.sum()) < FEWEST_EVENTS:
        return None
    return {
        "value": auc(outcome, audited.used[inside]),
        "ci": list(auc_interval(outcome, audited.used[inside], groups=borrower[inside])), "n": len(outcome),
    }  # fmt: skip


def _selection(
    track: str, kind: str, chosen: np.ndarray, member: np.ndarray, reference: np.ndarray, used: Numbers, level: float,
    borrower: Numbers, is_reference: bool,
) -> dict[str, Any]:  # fmt: skip
    """How often a track falls on the group: kind (proposed by this score, or given so far), share with interval, ratio to
    the reference group, and the same ratio among loans of like risk (five bands): where the two point apart, the plain
    one is about who the groups are, not about how they are treated."""
    n, count = int(member.sum()), int((chosen & member).sum())
    ci = list(share_interval(chosen[member], borrower[member]))
    told = {"track": track, "kind": kind, "n": n, "count": count, "share": count / n, "ci": ci}
    if is_reference:
        nothing = dict.fromkeys(("ratio", "ratio_ci", "within", "within_ci"))
        return {**told, **nothing, "apart": False, "reverses": False}
    others = (int((chosen & reference).sum()), int(reference.sum()))
    effect = ratio_effect(chosen, member, reference, borrower)
    plain, wide = (share_ratio(count, n, *others, each, effect) for each in (0.95, level))
    both = (member | reference) & ~np.isnan(used)
    edges = np.quantile(used[both], np.arange(1, BANDS) / BANDS)
    bands = np.searchsorted(edges, used[both], side="right")
    within = ratio_within(chosen[both], member[both], bands, groups=borrower[both])
    return {
        **told, "ratio": _value(plain[0]), "ratio_ci": _ends(plain), "within": _value(within[0]), "within_ci": _ends(within),
        "apart": bool(wide[1] > 1 or wide[2] < 1),
        "reverses": bool((plain[1] > 1 and within[2] < 1) or (plain[2] < 1 and within[1] > 1)),
    }  # fmt: skip


def _value(value: float) -> float | None:
    return None if isnan(value) else value


def _ends(told: tuple[float, float, float]) -> list[float] | None:
    return None if isnan(told[1]) else [told[1], told[2]]


def _proxies(attribute: Attribute, stated: np.ndarray, sample: Sample) -> list[dict[str, Any]]:
    """How well what the model reads tells who is in a group: cross-fitted AUC of a small boosted model, by borrower.

    References:
        Chen, Kallus, Mao, Svacha & Udell (2019), Fairness under unawareness, FAT* (inputs that stand in for a class).
    """
    rows = np.flatnonzero(stated)
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(SEED).permutation(rows)[:MOST_ROWS])
    names = attribute.groups[1:] if len(attribute.groups) == 2 else attribute.groups
    found = []
    for name in names:
        member = (attribute.group[rows] == name).astype(float)
        n = int(member.sum())
        if min(n, len(rows) - n) < FEWEST:
            continue
        score = _crossed(sample.reference.values[rows], member, sample.groups[rows])
        value = auc(member, score)
        found.append({
            "group": name, "n": n, "of": len(rows), "auc": value,
            "ci": list(auc_interval(member, score, groups=sample.groups[rows])), "review": bool(value > REVIEW_FROM),
        })  # fmt: skip
    return found


def _crossed(values: Numbers, member: Numbers, groups: Numbers) -> Numbers:
    learner = next(each for each in CANDIDATES if each.kind == "gradient_boosting")
    fold = grouped_folds(groups, member, folds=PROXY_FOLDS)
    free, score = [0] * values.shape[1], np.zeros(len(member))
    for each in range(PROXY_FOLDS):
        held = fold == each
        if held.any() and np.ptp(member[~held]) > 0:
            score[held] = learner.fit_small(values[~held], member[~held], free, groups[~held]).margin(values[held])
    return score
