"""The part of a store that keeps measurements of strategies, policies and their log, in plain Python; it passes the contract suite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from core.errors import Refused
from core.records import Policy, StrategyEvent, StrategyRun

AT = "2026-11-20T12:00:00+00:00"


class FakeStrategies:
    """What was measured, learned and decided, oldest first; `undone` are the batches that were taken back."""

    def __init__(self) -> None:
        self.runs: list[StrategyRun] = []
        self.evidence: dict[int, dict[str, np.ndarray]] = {}
        self.policies: list[Policy] = []
        self.learned_from: dict[int, set[int]] = {}
        self.events: list[StrategyEvent] = []

    def standing(self, undone: set[int]) -> StrategyRun | None:
        return next((run for run in reversed(self.runs) if not undone & set(run.batches)), None)

    def evidence_of(self, run_id: int) -> dict[str, np.ndarray]:
        if run_id not in self.evidence:
            raise Refused(f"There is no measurement {run_id}", remedy="Measure what works first.")
        return self.evidence[run_id]

    def in_use(self) -> Policy | None:
        return next((each for each in self.policies if each.status == "champion"), None)

    def settle(self, undone: set[int], who: str) -> None:
        for each in list(self.policies):
            if undone & self.learned_from[each.id] and each.status in ("champion", "challenger"):
                self._set(each.id, "retired")
                because = "a batch it had learned from was undone; the thresholds propose"
                self.log(who, "withdrawn", f"policy {each.id}", because)

    def put_run(self, run: Mapping[str, Any], known_on: str, who: str, undone: set[int]) -> int:
        _refuse(undone, run["batches"])
        number, learned_from = len(self.runs) + 1, tuple(sorted(run["batches"]))
        self.runs.append(StrategyRun(number, known_on, AT, who, learned_from, run["limits"], run["content"]))
        self.evidence[number] = {
            name: np.asarray(["" if each is None else str(each) for each in array]) if array.dtype == object else array
            for name, array in run["evidence"].items()
        }
        self.policies = [replace(each, run=number) if each.id == run.get("policy") else each for each in self.policies]
        return number

    def put_policy(self, policy: Mapping[str, Any], who: str, undone: set[int]) -> int:
        _refuse(undone, policy["batches"])
        number = len(self.policies) + 1
        told = {name: policy[name] for name in ("status", "kind", "artifact", "sha256", "card", "run")}
        self.policies.append(Policy(number, **told, trained_at=AT))
        self.learned_from[number] = set(policy["batches"])
        self.log(who, "learned", f"policy {number}", str(policy.get("because", "")), policy.get("figures"))
        return number

    def crown(self, number: int, because: str, figures: Mapping[str, Any], who: str, undone: set[int]) -> None:
        held = {each.id: each.status for each in self.policies}
        if number not in held:
            raise Refused(f"There is no policy {number}", remedy="Look it up.")
        if held[number] == "refused":
            raise Refused(f"Policy {number} was refused when it was learned", remedy="Measure again.")
        if held[number] == "champion":
            raise Refused(f"Policy {number} is in use already", remedy="Nothing to do.")
        if undone & self.learned_from[number]:
            raise Refused(f"Policy {number} learned from a batch that was undone", remedy="Learn again.")
        if (before := self.in_use()) is not None:
            self._set(before.id, "retired")
            self.log(who, "retired", f"policy {before.id}", f"policy {number} took its place: {because}")
        self._set(number, "champion")
        self.log(who, "promoted", f"policy {number}", because, figures)

    def withdraw(self, number: int, because: str, who: str) -> None:
        now = self.in_use()
        if now is None or now.id != number:
            raise Refused(f"Policy {number} is not in use", remedy="Look it up.")
        self._set(number, "retired")
        self.log(who, "withdrawn", f"policy {number}", because)

    def log(
        self, who: str, what: str, subject: str, because: str = "", figures: Mapping[str, Any] | None = None
    ) -> None:
        told = StrategyEvent(len(self.events) + 1, what, subject, who, AT, because, dict(figures or {}))
        self.events.append(told)

    def _set(self, number: int, status: Any) -> None:
        self.policies = [replace(each, status=status) if each.id == number else each for each in self.policies]


def _refuse(undone: set[int], batches: Iterable[int]) -> None:
    if gone := sorted(undone & set(batches)):
        raise Refused(f"Batch {gone[0]} was undone meanwhile, which was measured on", remedy="Measure again.")
