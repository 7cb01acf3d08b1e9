"""Which policy proposes: the thresholds, or a learned policy that a person put in use or asked about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from core.errors import Refused
from core.records import Policy
from core.scores.rows.features import matrix_of
from core.scores.scoring.evaluate import sha256_of
from core.strategies.catalogue import CATALOGUE, Limits, Strategy, net_value_basis
from core.strategies.policy.card import FIGURES
from core.strategies.policy.propose import Expected, propose_by_value
from core.strategies.policy.value import missing_parts, rates_under, spreads_under
from core.strategies.thresholds import propose

VALUE = "value"
_BY_VALUE = "Value policy "


def proposed(frame: pd.DataFrame, policy: Policy | None, limits: Limits | None = None) -> pd.DataFrame:
    """A strategy for every loan, in the columns of `core.strategies.thresholds.propose`; limits hold for each day by itself.

    Args:
        frame: snapshots in the fields of core.columns with risk_score and, where known, confirmed and source.
        policy: a learned one; None, or one that is stored damaged, leaves it to the thresholds.
        limits: the lender's; None for those the policy was learned with, of the thresholds the catalogue's.
    """
    if policy is None or damage_of(policy):
        return propose(frame, limits)
    return by_value(frame, policy, limits)


def rates_of(content: Mapping[str, Any], frame: pd.DataFrame) -> pd.DataFrame:
    """The share of its balance each loan is expected to bring, a column a strategy the policy learned; NaN where it cannot be told.

    Args:
        content: a policy's stored artifact, read from JSON. frame: snapshots in the fields of core.columns.
    """
    rates = rates_under(content["policy"], matrix_of(content["inputs"], frame).values)
    return pd.DataFrame(rates, columns=list(content["policy"]["strategies"]), index=frame.index)


def by_value(frame: pd.DataFrame, policy: Policy, limits: Limits | None = None) -> pd.DataFrame:
    """What a learned policy proposes. A loan stays on its present strategy unless a change is clearly worth it.

    Raises:
        Refused: the stored policy is damaged.
    """
    if damage := damage_of(policy):
        raise Refused(damage, remedy="Measure what works again: a new policy is learned with it.")
    content, told = json.loads(policy.artifact), limits_for(policy, limits)
    days = (
        frame["as_of"].astype(object).fillna("").astype(str) if "as_of" in frame else pd.Series("", index=frame.index)
    )
    parts = [_of_day(frame[days == day], content, told, policy) for day in sorted(set(days))]
    return pd.concat(parts).loc[frame.index] if parts else propose(frame, told)


def _of_day(frame: pd.DataFrame, content: Mapping[str, Any], limits: Limits, policy: Policy) -> pd.DataFrame:
    artifact = content["policy"]
    facts = matrix_of(content["inputs"], frame).values
    names = list(artifact["strategies"])
    present = frame["strategy"].astype(object).where(frame["strategy"].notna(), None) if "strategy" in frame else None
    expected = Expected(
        rates=pd.DataFrame(rates_under(artifact, facts), columns=names, index=frame.index),
        spreads=pd.DataFrame(spreads_under(artifact, facts), columns=names, index=frame.index),
        present=None if present is None else present.tolist(),
        acts=[name for name, may in zip(names, artifact["acts"], strict=True) if may],
    )
    return propose_by_value(frame, expected, limits, name=name_of(policy))


def name_of(policy: Policy) -> str:
    """What a proposal says of where it comes from."""
    return f"{_BY_VALUE}{policy.id}"


def value_policy_of(names: Iterable[object]) -> str:
    """The name of the learned policy among what proposals say of where they come from; "" where the thresholds proposed them all.

    >>> value_policy_of(["Thresholds 0.50 / 0.75"]), value_policy_of([None, "Value policy 3"])
    ('', 'Value policy 3')
    """
    return next((str(name) for name in names if str(name).startswith(_BY_VALUE)), "")


def damage_of(policy: Policy) -> str:
    """Why a stored policy cannot be used, in words without a full stop; "" where it can."""
    if policy.kind != VALUE or not policy.artifact:
        return f"Policy {policy.id} was refused when it was learned and proposes nothing"
    if sha256_of(policy.artifact) != policy.sha256:
        return f"Policy {policy.id} as stored is not what was learned"
    missing = missing_parts(json.loads(policy.artifact).get("policy", {}), "acts")
    return f"Policy {policy.id} as stored lacks its {', '.join(missing)}" if missing else ""


def limits_for(policy: Policy, limits: Limits | None) -> Limits:
    """The lender's limits for a policy: costs that they do not state, and strategies of the book's own, as it was learned with."""
    learned = learned_limits(policy.card)
    if limits is None:
        return learned
    costs = {each.name: each.cost for each in learned.strategies if each.name not in limits.stated}
    given = tuple(replace(each, cost=costs.get(each.name, each.cost)) for each in limits.strategies)
    held = {each.name for each in given}
    return replace(limits, strategies=(*given, *(each for each in learned.strategies if each.name not in held)))


def net_value_bases(policy: Policy | None, limits: Limits | None = None) -> dict[str, str]:
    """By strategy, which costs and factors the net values of proposals take, in a sentence.

    Args:
        policy: that proposes; None for the thresholds. limits: that somebody stated; None for none.
    """
    told = limits_for(policy, limits) if policy is not None else limits or Limits()
    stated = frozenset() if limits is None else limits.stated
    return {
        each.name: net_value_basis(each, learned=policy is not None and each.name not in stated) for each in told.strategies
    }  # fmt: skip


def unlimited(limits: Limits) -> Limits:
    """The same figures without anything that runs out: for a loan that is looked at by itself."""
    free = tuple(replace(each, capacity_share=None, capacity_count=None) for each in limits.strategies)
    return replace(limits, strategies=free, officer_hours=None, budget=None)


def learned_limits(card: Mapping[str, Any]) -> Limits:
    """The limits on a policy's card: costs as the lender stated or as told of the loans."""
    told, shipped = card["limits"], {each.name: each for each in CATALOGUE}
    strategies = []
    for name, figures in told["strategies"].items():
        base = shipped.get(name) or Strategy(name, "", 0.0, 0.0, 1.0, 0.0)
        strategies.append(replace(base, **{figure: figures[figure] for figure in FIGURES}))
    order = {each.name: place for place, each in enumerate(CATALOGUE)}
    strategies.sort(key=lambda each: order.get(each.name, len(order)))
    return Limits(tuple(strategies), officer_hours=told["officer_hours"], budget=told["budget"])
