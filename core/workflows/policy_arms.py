"""Arms of a trial that stand for a policy: what it proposes for their loans, and which policy a trial has proven."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from core.errors import Refused
from core.ports import PortfolioReader
from core.records import Policy
from core.strategies.catalogue import STRATEGY_NAMES
from core.strategies.policy.decide import scaled
from core.strategies.trials.design import Plan
from core.strategies.workable import state_of
from core.workflows.proposing import by_value, damage_of, limits_for

WON = "won"
"""What the log says of a policy that won its trial."""
_POLICY = re.compile(r"(?:value )?policy (\d+)", re.IGNORECASE)


def policy_number(what: str) -> int | None:
    """The policy an arm stands for, by what it says it does; None for any other treatment.

    >>> policy_number("Policy 3"), policy_number("Settlement")
    (3, None)
    """
    found = _POLICY.fullmatch(what.strip())
    return int(found.group(1)) if found else None


def proposals_of_arms(reader: PortfolioReader, plan: Plan, dealt: pd.DataFrame) -> pd.Series:
    """For loans in an arm that stands for a policy, the strategy it proposes; None for all others.

    A policy shares out its places, hours and money among the loans of its arm, in proportion to the loans that may be worked.

    Args:
        plan: of the trial. dealt: loan_ref and arm of the newest day's eligible loans.

    Raises:
        Refused: an arm names a policy that is not there, or that is stored damaged.
    """
    told = pd.Series(None, index=dealt.index, dtype=object)
    named = {arm.name: number for arm in plan.arms if (number := policy_number(arm.what)) is not None}
    if not named or dealt.empty:
        return told
    frame = pd.concat(list(reader.snapshots(reader.book().days[-1])), ignore_index=True)
    for arm, number in named.items():
        refs = dealt.loc[dealt["arm"] == arm, "loan_ref"]
        loans = frame[frame["loan_ref"].isin(set(refs))]
        policy = _policy(reader, number)
        limits = scaled(limits_for(policy, None), _workable(loans) / max(_workable(frame), 1))
        proposal = by_value(loans, policy, limits)["proposed"].set_axis(loans["loan_ref"])
        told.loc[refs.index] = refs.map(proposal.where(proposal.isin(STRATEGY_NAMES), None)).to_numpy()
    return told


def triable(policies: Sequence[Policy]) -> list[Policy]:
    """Those of the stored policies that an arm may stand for: whole, and not in use, for that one proposes for all loans "as now".

    Returns:
        In the order given.
    """
    return [each for each in policies if each.status != "champion" and not damage_of(each)]


def require_policies(reader: PortfolioReader, plan: Plan) -> None:
    """Hold the arms of a plan against what is stored, before anything hangs on it.

    Raises:
        Refused: an arm names a policy that is not there, or that is stored damaged.
    """
    for number in (policy_number(arm.what) for arm in plan.arms):
        if number is not None and (damage := damage_of(_policy(reader, number))):
            raise Refused(damage, remedy="Name another policy, or measure what works again.")


def winners(plan: Plan, told: Mapping[str, Any]) -> list[int]:
    """Policies whose arm won against the champion of a trial, as `core.workflows.trials.trial_told` tells it."""
    won = {each["challenger"] for each in told["against"] if each["verdict"] == "win"}
    numbers = (policy_number(arm.what) for arm in plan.arms if arm.name in won)
    return [number for number in numbers if number is not None]


def _workable(frame: pd.DataFrame) -> int:
    return int(state_of(frame)["workable"].sum())


def _policy(reader: PortfolioReader, number: int) -> Policy:
    found = next((each for each in reader.policies() if each.id == number), None)
    if found is None:
        raise Refused(f"There is no policy {number}", remedy="Look up its number in the list of policies.")
    return found
