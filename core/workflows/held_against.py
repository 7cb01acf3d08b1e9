"""What a newly learned policy is held against: the policy in use, by what that one proposes of the same loans, and the thresholds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core.ports import PortfolioReader
from core.records import Policy
from core.scores.rows.features import matrix_of
from core.strategies.catalogue import Limits
from core.strategies.effects.aipw import Estimate
from core.strategies.observed import Codes
from core.strategies.policy.decide import decide, same_for_all, scaled
from core.strategies.policy.prices import NOTHING
from core.strategies.policy.value import rates_under
from core.workflows.observed import Taken
from core.workflows.proposing import damage_of, learned_limits

if TYPE_CHECKING:
    from core.strategies.effects.nuisance import Nuisances
    from core.strategies.evaluation.cross import HeldOut

THRESHOLDS = "the thresholds"
THEN = "in use when measured"
"""Another may be by now."""
UNKNOWN = -2
"""What cannot be told of a loan, or names a strategy that this book's loans never had."""


@dataclass(frozen=True, slots=True)
class InUse:
    """The learned policy that proposes, and the loans that taught it (`loan_id`); None where nobody kept which."""

    policy: Policy
    taught: frozenset[int] | None

    @property
    def name(self) -> str:
        """As a sentence names it, whatever is in use when it is read."""
        return f"policy {self.policy.id} ({THEN})"


@dataclass(frozen=True, slots=True)
class Rival:
    """A new policy beside the one in use.

    Attributes:
        in_use: that one.
        gain: what the new one brings more, currency a loan; None where no loan can be compared.
        over_reference: what the one in use brings more than the reference for all, on the same loans.
        taught: how many of these loans taught the one in use, which flatters it; 0 where none did.
    """

    in_use: InUse
    gain: Estimate | None
    over_reference: Estimate | None
    taught: int


def in_use_of(reader: PortfolioReader) -> InUse | None:
    """The learned policy that proposes in a book; None where the thresholds do, as they do beside one that is stored damaged."""
    policy = reader.policy_in_use()
    if policy is None or damage_of(policy):
        return None
    if policy.run is None:
        return InUse(policy, None)
    return InUse(policy, frozenset(map(int, reader.strategy_evidence(policy.run)["loan_id"])))


def rival_of(
    in_use: InUse, held: HeldOut, taken: Taken, nuisances: Nuisances, limits: Limits, *, workable: int, fewest: int
) -> Rival:
    """Hold a new policy against the one in use.

    Both share out the same limits among the same loans, fold by fold. The new one was learned without the loans it is asked about.
    Loans that taught the one in use are left out, where `fewest` others remain; else all are taken and it is said, for a policy
    looks better on loans that taught it: the comparison then leans towards the one in use.

    Args:
        held: the new one's, by `cross_evaluate` with the same limits. workable: loans that the limits are for.
    """
    from core.strategies.evaluation.held_out import chances_of, comparable, difference, figures_of, net_scores

    observed, kinds = taken.for_policy, len(taken.for_policy.strategies)
    other = by_policy(in_use.policy, taken, nuisances.fold, limits, workable)
    gamma = net_scores(nuisances.gamma_rate, observed.balance, figures_of(observed.strategies, limits))
    known = comparable(other, observed, nuisances.learned)
    loans = taken.came.rows["loan_id"].to_numpy()
    taught = np.ones(len(loans), dtype=bool) if in_use.taught is None else np.isin(loans, list(in_use.taught))
    chosen = known & ~taught if int((known & ~taught).sum()) >= fewest else known
    if not chosen.any():
        return Rival(in_use, None, None, 0)
    new, now, reference = (chances_of(each[chosen], kinds) for each in (held.choice, other, same_for_all(len(loans))))
    gamma, cluster = gamma[chosen], observed.cluster[chosen]
    return Rival(
        in_use, difference(new, now, gamma, cluster), difference(now, reference, gamma, cluster), int((taught & chosen).sum())
    )  # fmt: skip


def by_policy(policy: Policy, taken: Taken, fold: Codes, limits: Limits, workable: int) -> Codes:
    """(n,) what a stored policy would have proposed of each loan within the limits, shared out fold by fold in proportion.

    Returns:
        An index into the observed strategies, NOTHING where it does nothing, UNKNOWN where it gives what no loan had. Loans are
        looked at afresh, as a new policy's are: nobody stays on a strategy for having been on it.
    """
    content, observed = json.loads(policy.artifact), taken.for_policy
    artifact = content["policy"]
    names, acts = list(artifact["strategies"]), np.asarray(artifact["acts"], dtype=bool)
    rates = rates_under(artifact, matrix_of(content["inputs"], taken.came.rows).values)
    held = {each.name for each in limits.strategies}
    own = (each for each in learned_limits(policy.card).strategies if each.name not in held)
    whole = replace(limits, strategies=(*limits.strategies, *own))
    places = np.asarray([observed.strategies.index(each) if each in observed.strategies else UNKNOWN for each in names])
    told = np.full(len(rates), UNKNOWN, dtype=np.int64)
    for each in np.unique(fold):
        out = fold == each
        here = scaled(whole, float(out.sum()) / workable)
        figures = tuple(here.strategy(name) for name in names)
        choice = decide(rates[out], observed.balance[out], observed.cluster[out], figures, here, acts=acts).choice
        told[out] = np.where(choice == NOTHING, NOTHING, places[choice])
    return told


def challenges(held: HeldOut, rival: Rival | None) -> list[dict[str, Any]]:
    """Whether a new policy may be tried against each rule that proposes or could: the one in use first.

    Returns:
        against (the number of a policy, None for the thresholds), whom (in words), allowed, why.
    """
    from core.strategies.evaluation.challenge import may_challenge

    told = []
    if rival is not None:
        number, whom = rival.in_use.policy.id, rival.in_use.name
        if rival.gain is None:
            told.append(_challenge(number, whom, False, f"No loan can be told of under what policy {number} proposes"))
        else:
            found = may_challenge(held, whom=whom, gain=rival.gain)
            told.append(_challenge(number, whom, found.may, found.why + _flattered(rival)))
    if held.against_champion is None:
        return [*told, _challenge(None, THRESHOLDS, False, f"No loan can be told of under what {THRESHOLDS} propose")]
    found = may_challenge(held, whom=THRESHOLDS)
    return [*told, _challenge(None, THRESHOLDS, found.may, found.why + _left_out(held.n - held.against_champion.n))]


def _challenge(against: int | None, whom: str, allowed: bool, why: str) -> dict[str, Any]:
    return {"against": against, "whom": whom, "allowed": allowed, "why": why}


def _left_out(loans: int) -> str:
    return f"; {loans:,} more are left out, for what {THRESHOLDS} give them cannot be valued" if loans else ""


def _flattered(rival: Rival) -> str:
    number = rival.in_use.policy.id
    if rival.in_use.taught is None:
        return f"; whom policy {number} learned from is not known, which may speak for it"
    return f"; {rival.taught:,} of these loans taught policy {number}, which speaks for it" if rival.taught else ""


def answer_to(challenges: Sequence[Any], in_use: int | None) -> Any | None:
    """The challenge of what proposes now, None for one that was never held against it."""
    return next((each for each in challenges if each["against"] == in_use), None)
