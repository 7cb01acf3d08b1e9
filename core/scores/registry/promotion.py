"""May a challenger take the champion's place? Stated rules, each with its figure, interval and n.

1. better: it predicts what became of the loans better, by log-loss; the 95 % interval of the mean gain (paired bootstrap
   over borrowers) lies above 0.
2. calibration: its calibration error is at most 0.005 above the champion's.
3. groups: in no group (gender, age band, region, product) with at least 50 loans of each outcome does it tell outcomes
   apart clearly worse: an AUC lower by more than 0.02, with the 95 % interval of the difference (paired, DeLong, the loans
   of a borrower taken together) below 0. The interval is asked for because in a group of a few hundred loans an AUC
   wobbles by more than 0.02 by itself. Groups are audited here, and never inputs.

It is asked only on loans new to the champion. On loans it learned from, its answers are no forecasts while the challenger's
are, so that it would look better than it is; where too few are new there is no contest yet, and no figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.records import Model
from core.scores.fairness.groups import age_bands, in_order
from core.scores.gate import FEWEST_EVENTS, enough_events
from core.scores.measures.calibration import BINS, apply_calibration, expected_calibration_error, log_loss
from core.scores.measures.discrimination import auc, auc_difference_error
from core.scores.rate.card import ratio_interval
from core.scores.rows.features import matrix_of
from core.scores.rows.target import Target
from core.scores.scoring.evaluate import load_artifact, margins_of
from core.segments.features import Numbers, number

On = Literal["later", "new"]
MOST_ECE_WORSE, MOST_AUC_WORSE = 0.005, 0.02
BOOTSTRAPS = 1_000
SEED = 20_261
Z = 1.959964


@dataclass(frozen=True, slots=True)
class Asked:
    """A model's answers, a row a loan: `probability` under the strategy each loan had (to be held against what happened),
    `score` as it is used, under the reference strategy."""

    probability: Numbers
    score: Numbers

    def part(self, chosen: np.ndarray) -> Asked:
        """The rows where `chosen` is true."""
        return Asked(self.probability[chosen], self.score[chosen])


def asked(model: Model, rows: pd.DataFrame) -> Asked:
    """A stored model's answers. Raises Refused where it is damaged or foreign."""
    artifact = load_artifact(model.artifact, model.sha256)
    actual, reference = (matrix_of(artifact.inputs, rows, under=under) for under in ("actual", "reference"))
    margin = margins_of(artifact, actual)
    return Asked(apply_calibration(artifact.content["calibration"], margin), margins_of(artifact, reference))


def contest(
    challenger: Asked, champion: Model, target: Target, later: tuple[np.ndarray, Asked] | None
) -> dict[str, Any]:
    """Hold a challenger against the champion on loans that are new to both.

    "later": loans later than all that either learned from (the challenger as learned again without them); "new": loans
    placed after the last day the champion learned from, the challenger out of fold. Where neither holds 50 of each outcome,
    or the champion's card does not tell that day, there is no contest.

    Args:
        challenger: out of fold, a row of `target` each.
        champion: the model in use.
        target: rows and outcomes.
        later: which rows an out-of-time fit was asked about, and its answers to them.

    Returns:
        As `judged`, plus `on` and `against` (the champion's number). Without a contest: passed (false), on ("none"),
        against, since (the champion's last day, "" where not known), n and events of the loans new to it, needed (of each
        outcome), and next_placed and next_loans: the first day after it whose loans have not matured ("" where none wait),
        and how many they are.

    Raises:
        Refused: the champion cannot be read.
    """
    last_seen = str(champion.card.get("data", {}).get("last_day", ""))
    new = (target.rows["as_of"].astype(str).to_numpy() > last_seen) & bool(last_seen)
    theirs = asked(champion, target.rows)
    on: On = "new"
    chosen, mine = new, challenger.part(new)
    if later is not None and enough_events(target.outcome[later[0] & new]):
        on, chosen = "later", later[0] & new
        mine = later[1].part(new[later[0]])
    elif not enough_events(target.outcome[new]):
        return _no_contest(champion, target, new, last_seen)
    told = judged(
        target.outcome[chosen], target.groups[chosen], mine, theirs.part(chosen), groups_of(target.rows[chosen])
    )
    return {**told, "on": on, "against": champion.id}


def _no_contest(champion: Model, target: Target, new: np.ndarray, last_seen: str) -> dict[str, Any]:
    """How many loans new to the champion there are, and which come next."""
    waiting = [day for day in target.immature_on if last_seen and day > last_seen]
    following = min(waiting, default="")
    return {
        "passed": False, "on": "none", "against": champion.id, "since": last_seen, "n": int(new.sum()),
        "events": int(target.outcome[new].sum()), "needed": FEWEST_EVENTS, "next_placed": following,
        "next_loans": waiting.count(following),
    }  # fmt: skip


def was_held(comparison: Mapping[str, Any] | None) -> bool:
    """Whether two models met on loans new to both. Older cards also compared them on loans one had learned from ("all"):
    no contest either."""
    return comparison is not None and comparison.get("on") in ("later", "new")


def judged(
    outcome: Numbers, borrower: Numbers, challenger: Asked, champion: Asked, groups: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """The rules, each with what it found.

    Args:
        outcome: 1 where not recovered; borrower: a number a row.
        challenger, champion: their answers to these rows.
        groups: attribute to each row's group, "" where not stated.

    Returns:
        passed (all rules), better, gain and gain_ci (nats a loan), n, events, and rules: rule (better, calibration,
        group), of (the group), figure, ci, limit, n, events, passed.
    """
    rules = _better_and_calibrated(outcome, borrower, challenger, champion)
    rules += list(_groups(outcome, borrower, challenger, champion, groups))
    return _summed_up(rules, outcome)


def _summed_up(rules: list[dict[str, Any]], outcome: Numbers) -> dict[str, Any]:
    return {
        "passed": all(each["passed"] for each in rules), "better": rules[0]["passed"], "gain": rules[0]["figure"],
        "gain_ci": rules[0]["ci"], "n": len(outcome), "events": int(outcome.sum()), "rules": rules,
    }  # fmt: skip


def recalibration_judged(
    outcome: Numbers, borrower: Numbers, challenger: Asked, champion: Asked, groups: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """The rules for a model that orders loans as the champion does and only promises otherwise (see `recalibration`).

    As `judged`, but for the groups: their AUC is the same by construction, so that in none with 50 loans of each outcome may
    the mean log-loss be clearly higher (rule "promise": the rise, its 95 % interval, a borrower's loans together, above 0).
    """
    rules = _better_and_calibrated(outcome, borrower, challenger, champion)
    rise = log_loss(outcome, challenger.probability) - log_loss(outcome, champion.probability)
    for label, inside in _large(groups, outcome):
        mean, low, high = ratio_interval(rise[inside], np.ones(int(inside.sum())), borrower[inside])
        rules.append(_rule("promise", label, mean, (low, high), 0.0, outcome[inside], passed=not low > 0))
    return _summed_up(rules, outcome)


def failed_rules(comparison: Mapping[str, Any]) -> str:
    """Which rules a comparison failed, in words with their figures."""
    words = {
        "better": "it is not clearly better (log-loss gain {figure:.4f}, 95 % interval {low:.4f} to {high:.4f}, n = {n:,})",
        "calibration": "its calibration error is {figure:.4f} larger, and may be {limit:g} (n = {n:,})",
        "promise": "it promises worse for {of} (log-loss higher by {figure:.4f}, 95 % interval {low:.4f} to {high:.4f}, n = {n:,})",
        "group": "it is worse for {of} (AUC lower by {figure:.3f}, 95 % interval {low:.3f} to {high:.3f}, n = {n:,})",
    }
    failed = [each for each in comparison["rules"] if not each["passed"]]
    return "; ".join(words[each["rule"]].format(low=each["ci"][0], high=each["ci"][1], **each) for each in failed)


def groups_of(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """The groups that are audited: gender, age band, region and product, "" where a row states none."""
    told: dict[str, np.ndarray] = {}
    for field, name in (("gender", "Gender"), ("region", "Region"), ("product", "Product")):
        if field in rows:
            values = rows[field].astype(object)
            told[name] = values.where(values.notna(), "").astype(str).to_numpy()
    if "age" in rows:
        told["Age"] = np.array([band or "" for band in age_bands(number(rows, "age"))], dtype=str)
    return told


def _better_and_calibrated(
    outcome: Numbers, borrower: Numbers, challenger: Asked, champion: Asked
) -> list[dict[str, Any]]:
    """The first two rules, over the same draws of borrowers."""
    gain = log_loss(outcome, champion.probability) - log_loss(outcome, challenger.probability)
    worse = [_Bins(outcome, each.probability) for each in (challenger, champion)]
    names, of_row = np.unique(borrower, return_inverse=True)
    draw = np.random.default_rng(SEED)
    gains, errors = np.empty(BOOTSTRAPS), np.empty(BOOTSTRAPS)
    for turn in range(BOOTSTRAPS):
        times = np.bincount(draw.integers(0, len(names), len(names)), minlength=len(names))[of_row].astype(float)
        gains[turn] = (gain * times).sum() / times.sum()
        errors[turn] = worse[0].error(times) - worse[1].error(times)
    ece = [expected_calibration_error(outcome, each.probability) for each in (challenger, champion)]
    low, high = (float(np.quantile(gains, end)) for end in (0.025, 0.975))
    off = (float(np.quantile(errors, 0.025)), float(np.quantile(errors, 0.975)))
    return [
        _rule("better", "", float(gain.mean()), (low, high), 0.0, outcome, passed=low > 0),
        _rule(
            "calibration", "", ece[0] - ece[1], off, MOST_ECE_WORSE, outcome, passed=ece[0] - ece[1] <= MOST_ECE_WORSE
        ),
    ]


class _Bins:
    """The calibration error over bins of equal mass, for rows that count several times or not at all."""

    def __init__(self, outcome: Numbers, probability: Numbers) -> None:
        self._order = np.argsort(probability, kind="stable")
        sizes = [len(part) for part in np.array_split(self._order, min(BINS, len(outcome)))]
        self._starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        self._off = (outcome - probability)[self._order]

    def error(self, times: Numbers) -> float:
        """The mean gap, each row counted as often as `times` says."""
        return float(np.abs(np.add.reduceat(self._off * times[self._order], self._starts)).sum() / times.sum())


def _groups(
    outcome: Numbers, borrower: Numbers, challenger: Asked, champion: Asked, groups: Mapping[str, np.ndarray]
) -> Iterator[dict[str, Any]]:
    for label, inside in _large(groups, outcome):
        told, mine, theirs = outcome[inside], challenger.score[inside], champion.score[inside]
        worse = auc(told, theirs) - auc(told, mine)
        se = auc_difference_error(told, theirs, mine, borrower[inside])
        ends = (worse - Z * se, worse + Z * se)
        held = not (worse > MOST_AUC_WORSE and ends[0] > 0)
        yield _rule("group", label, worse, ends, MOST_AUC_WORSE, told, passed=held)


def _large(groups: Mapping[str, np.ndarray], outcome: Numbers) -> Iterator[tuple[str, np.ndarray]]:
    """Each group with at least 50 loans of each outcome: its name and which rows are in it."""
    for attribute, labels in groups.items():
        for label in in_order(sorted(set(labels) - {""})):
            inside = labels == label
            if enough_events(outcome[inside]):
                yield f"{attribute}: {label}", inside


def _rule(
    rule: str, of: str, figure: float, ci: tuple[float, float], limit: float, outcome: Numbers, *, passed: bool
) -> dict[str, Any]:
    return {
        "rule": rule, "of": of, "figure": float(figure), "ci": [float(end) for end in ci], "limit": limit, "n": len(outcome),
        "events": int(outcome.sum()), "passed": bool(passed),
    }  # fmt: skip
