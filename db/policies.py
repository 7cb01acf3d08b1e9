"""Learned policies, which of them is in use, and the log of decisions about strategies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from core.errors import Refused
from core.records import Policy, StrategyEvent
from db.strategy_runs import refuse_undone, undone_batches
from db.tables import policies, strategy_events

FELL = "a batch it had learned from was undone; the thresholds propose"
_STATUSES = ("challenger", "refused")


def put_policy(connection: Connection, book_id: int, at: str, who: str, policy: Mapping[str, Any]) -> int:
    """Store a policy or refused attempt, and log it (see WriteUnit.put_policy). Raises Refused where a batch of it was undone."""
    if policy["status"] not in _STATUSES:
        raise ValueError(f"a new policy is {' or '.join(_STATUSES)}, not '{policy['status']}'")
    learned_from = sorted({int(batch) for batch in policy["batches"]})
    refuse_undone(connection, book_id, learned_from)
    row = {
        "book_id": book_id, "run_id": policy["run"], "trained_at": at, "batches": json.dumps(learned_from),
        **{name: policy[name] for name in ("kind", "status", "sha256", "artifact")},
        "card": json.dumps(policy["card"], sort_keys=True, ensure_ascii=False, allow_nan=False),
    }  # fmt: skip
    number = int(connection.execute(policies.insert().values(**row).returning(policies.c.id)).scalar_one())
    because, figures = str(policy.get("because", "")), policy.get("figures")
    log_strategy(connection, book_id, at, who, "learned", f"policy {number}", because, figures)
    return number


def crown_policy(
    connection: Connection, book_id: int, at: str, who: str, policy_id: int, because: str, figures: Mapping[str, Any]
) -> None:
    """Put a policy in use (see WriteUnit.crown_policy). Raises Refused."""
    held = {each.id: each for each in policies_of(connection, book_id)}
    if policy_id not in held:
        raise Refused(f"There is no policy {policy_id}", remedy="Look up its number in the list of policies.")
    if held[policy_id].status == "refused":
        raise Refused(f"Policy {policy_id} was refused when it was learned", remedy="Measure what works again.")
    if held[policy_id].status == "champion":
        raise Refused(f"Policy {policy_id} is in use already", remedy="Nothing to do.")
    if policy_id in _fallen(connection, book_id):
        raise Refused(f"Policy {policy_id} learned from a batch that was undone", remedy="Learn again on what stands.")
    for other in (each for each in held.values() if each.status == "champion"):
        _set(connection, other.id, "retired")
        instead = f"policy {policy_id} took its place: {because}"
        log_strategy(connection, book_id, at, who, "retired", f"policy {other.id}", instead)
    _set(connection, policy_id, "champion")
    log_strategy(connection, book_id, at, who, "promoted", f"policy {policy_id}", because, figures)


def withdraw_policy(connection: Connection, book_id: int, at: str, who: str, policy_id: int, because: str) -> None:
    """Take the policy in use out of use (see WriteUnit.withdraw_policy). Raises Refused."""
    now = policy_in_use(connection, book_id)
    if now is None or now.id != policy_id:
        raise Refused(f"Policy {policy_id} is not in use", remedy="Look up in the list of policies which one is.")
    _set(connection, policy_id, "retired")
    log_strategy(connection, book_id, at, who, "withdrawn", f"policy {policy_id}", because)


def settle_policies(connection: Connection, book_id: int, at: str, who: str) -> None:
    """After an undo: policies that learned from what is gone fall, and the thresholds propose where one was in use."""
    fallen = _fallen(connection, book_id)
    for each in policies_of(connection, book_id):
        if each.id in fallen and each.status in ("champion", "challenger"):
            _set(connection, each.id, "retired")
            log_strategy(connection, book_id, at, who, "withdrawn", f"policy {each.id}", FELL)


def log_strategy(
    connection: Connection, book_id: int, at: str, who: str, what: str, subject: str, because: str = "",
    figures: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Append one line; nothing in the log is ever changed."""
    told = json.dumps(dict(figures or {}), sort_keys=True, ensure_ascii=False, allow_nan=False)
    row = {"what": what, "subject": subject, "who": who, "at": at, "because": because, "figures": told}
    connection.execute(strategy_events.insert().values(book_id=book_id, **row))


def policies_of(connection: Connection, book_id: int) -> list[Policy]:
    """Every policy and refused attempt, newest first."""
    query = select(policies).where(policies.c.book_id == book_id).order_by(policies.c.id.desc())
    return [_policy(row) for row in connection.execute(query).mappings()]


def policy_in_use(connection: Connection, book_id: int) -> Policy | None:
    """The learned policy that proposes, None where the thresholds do."""
    query = select(policies).where(policies.c.book_id == book_id, policies.c.status == "champion")
    row = connection.execute(query.order_by(policies.c.id.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else _policy(row)


def strategy_events_of(connection: Connection, book_id: int) -> list[StrategyEvent]:
    """The log of a book, newest first."""
    query = select(strategy_events).where(strategy_events.c.book_id == book_id).order_by(strategy_events.c.id.desc())
    named = ("id", "what", "subject", "who", "at", "because")
    return [
        StrategyEvent(**{name: row[name] for name in named}, figures=json.loads(row["figures"]))
        for row in connection.execute(query).mappings()
    ]


def _policy(row: RowMapping) -> Policy:
    named = {name: row[name] for name in ("id", "status", "kind", "artifact", "sha256", "trained_at")}
    return Policy(**named, card=json.loads(row["card"]), run=row["run_id"])


def _fallen(connection: Connection, book_id: int) -> set[int]:
    undone = undone_batches(connection, book_id)
    query = select(policies.c.id, policies.c.batches).where(policies.c.book_id == book_id)
    return {int(number) for number, learned in connection.execute(query) if undone & set(json.loads(learned))}


def _set(connection: Connection, policy_id: int, status: str) -> None:
    connection.execute(update(policies).where(policies.c.id == policy_id).values(status=status))
