"""The policy that a measurement teaches, held against what is done now on loans that did not teach it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import TooLittleData
from core.ports import Progress
from core.scores.scoring.evaluate import sha256_of
from core.strategies.catalogue import STRATEGY_NAMES, Limits
from core.strategies.effects.aipw import Estimate
from core.strategies.observed import Codes, Numbers
from core.workflows.held_against import THRESHOLDS, UNKNOWN, InUse, Rival, challenges, rival_of
from core.workflows.observed import Taken
from core.workflows.treated_outcomes import figures_of

if TYPE_CHECKING:
    from core.strategies.effects.measured import Measured
    from core.strategies.evaluation.cross import HeldOut

EDGES = (0.50, 0.75)
"""Risks from which the thresholds propose the middle and the heaviest track."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What became of learning a policy.

    Attributes:
        row: for `WriteUnit.put_policy`, without batches and run; None where none was learned.
        refused: why none was; "" where one was.
        evaluation, may_challenge, challenges: as in `core.records.StrategyRun.content`.
        held_rate: (n, K) what policies that did not see a loan say each strategy would bring, NaN for strategies that they do not give;
            None where none was learned.
    """

    row: Mapping[str, Any] | None
    refused: str
    evaluation: list[dict[str, Any]]
    may_challenge: dict[str, Any]
    challenges: list[dict[str, Any]]
    held_rate: Numbers | None

    def as_json(self) -> dict[str, Any]:
        """What a run says of it before it is stored: status and card, or why there is none."""
        if self.row is None:
            return {"refused": self.refused}
        return {"status": self.row["status"], "card": self.row["card"]}


def learned(
    taken: Taken, measured: Measured, limits: Limits, workable: int, progress: Progress, in_use: InUse | None = None
) -> Learned:
    """Learn a policy from the facts that may decide, and hold it against what proposes now, the thresholds and the reference for all.

    Args:
        limits: the lender's figures; the cost of a strategy that it does not state is the mean cost told of its loans.
        workable: loans that may be worked now: the limits are those of so many.
        in_use: the learned policy that proposes; None where the thresholds do.

    Returns:
        A refusal in words where costs or outcomes cannot carry a policy.
    """
    from core.strategies.evaluation.challenge import FEWEST
    from core.strategies.evaluation.cross import cross_evaluate
    from core.strategies.policy.learn import learn_policy

    if taken.observed.net is None:
        return _none(f"No policy was learned: {taken.net_refused}")
    if measured.nuisances is None:
        return _none("No policy was learned: no strategy had enough loans with an outcome")
    told = told_limits(taken, limits)
    try:
        policy = learn_policy(
            taken.for_policy, measured.nuisances, told, progress=lambda done: progress(0.2 * done, "learning a policy")
        )
        held = cross_evaluate(
            taken.for_policy, measured.nuisances, told, by_thresholds(taken, told, workable), workable=max(workable, 1),
            progress=lambda done: progress(0.2 + 0.8 * done, "holding the policy against what is done now"),
        )  # fmt: skip
    except TooLittleData as refusal:
        return _none(f"No policy was learned: {refusal.found}")
    rival = None
    if in_use is not None:
        rival = rival_of(
            in_use, held, taken, measured.nuisances, told, workable=max(workable, 1), fewest=FEWEST
        )  # fmt: skip
    told_of = challenges(held, rival)
    allowed = told_of[0]
    evaluation = evaluated(held, taken.observed.strategies[0], rival)
    artifact = {"policy": policy.artifact, "inputs": [dict(each) for each in taken.inputs]}
    card = {
        **policy.card,
        "evaluation": evaluation,
        "may_challenge": allowed,
        "challenges": told_of,
        "held_out": held.to_json(),
    }
    text = json.dumps(artifact, sort_keys=True, allow_nan=False)
    row = {
        "kind": "value", "status": "challenger", "artifact": text, "sha256": sha256_of(text), "card": card,
        "because": allowed["why"],
    }  # fmt: skip
    return Learned(
        row, "", evaluation, allowed, told_of, given_rates(held, taken.observed.strategies, measured.nuisances.fold)
    )


def given_rates(held: HeldOut, strategies: Sequence[str], fold: Codes) -> Numbers:
    """(n, K) the rates of the policies that did not see a loan, NaN for what they do not give for want of evidence.

    Whoever chose strategies for past loans by the evidence of the policy learned from all of them would choose by their outcomes.
    """
    told = held.rates.copy()
    for each, policy in zip(np.unique(fold), held.policies, strict=True):
        acting = {
            name for name, acts in zip(policy.artifact["strategies"], policy.artifact["acts"], strict=True) if acts
        }
        told[np.ix_(fold == each, [name not in acting for name in strategies])] = np.nan
    return told


def _none(why: str) -> Learned:
    return Learned(None, why, [], {"allowed": False, "why": why}, [], None)


def told_limits(taken: Taken, limits: Limits) -> Limits:
    """The lender's limits, with the mean cost told of a strategy's loans where it states none, and the book's own strategies."""
    costs = {
        name: float(taken.cost[taken.observed.strategy == place].mean())
        for place, name in enumerate(taken.observed.strategies)
        if name not in limits.stated
    }
    own = [figures_of(name, limits) for name in taken.observed.strategies if name not in STRATEGY_NAMES]
    return replace(
        limits, strategies=tuple(replace(each, cost=costs.get(each.name, each.cost)) for each in (*limits.strategies, *own))
    )  # fmt: skip


def by_thresholds(taken: Taken, limits: Limits, workable: int) -> Codes:
    """(n,) what the thresholds would have proposed by the risk told then, within the limits; UNKNOWN without a risk, and where the
    book never gave what they propose."""
    from core.strategies.policy.by_risk import chosen_by_risk

    rows = taken.came.rows
    risk = rows["risk_score"].to_numpy(dtype=float) if "risk_score" in rows else np.full(len(rows), np.nan)
    shipped = replace(limits, strategies=tuple(each for each in limits.strategies if each.name in STRATEGY_NAMES))
    choice, _ = chosen_by_risk(risk, np.ones(len(risk)), EDGES, shipped, max(workable, 1))
    held = taken.observed.strategies
    places = [held.index(each.name) if each.name in held else UNKNOWN for each in shipped.strategies]
    return np.where(np.isfinite(risk), np.asarray(places, dtype=np.int64)[choice], UNKNOWN)


def evaluated(held: HeldOut, reference: str, rival: Rival | None = None) -> list[dict[str, Any]]:
    """What a policy brings against what proposes now ("champion"), the thresholds and the reference for all: currency a loan, held out.

    Args:
        rival: beside the policy in use; None where the thresholds propose: then they are the champion.

    Returns:
        policy, against, whom (what it is held against, in words), outcome, value, se, ci_low, ci_high, n.
    """
    everyone, thresholds = f"{reference} for all", "champion" if rival is None else "thresholds"
    pairs: list[tuple[str, str, str, Estimate | None]] = [
        ("value", thresholds, THRESHOLDS, held.against_champion), ("value", everyone, everyone, held.against_reference),
        (thresholds, everyone, everyone, held.champion_against_reference),
    ]  # fmt: skip
    if rival is not None:
        pairs.insert(0, ("value", "champion", rival.in_use.name, rival.gain))
        pairs.append(("champion", everyone, everyone, rival.over_reference))
    told = []
    for policy, against, whom, estimate in pairs:
        if estimate is not None:
            known = estimate.to_json()
            told.append({
                "policy": policy, "against": against, "whom": whom, "outcome": "net_value", "value": known["value"], "se": known["se"],
                "ci_low": known["low"], "ci_high": known["high"], "n": known["n"],
            })  # fmt: skip
    return told
