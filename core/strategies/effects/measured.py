"""Effects as values: what was measured, and its plain JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.strategies.effects.aipw import Estimate, number
from core.strategies.effects.nuisance import Nuisances
from core.strategies.effects.sensitivity import Sensitivity
from core.strategies.effects.subgroups import GroupEffect


@dataclass(frozen=True, slots=True)
class Part:
    """The answer to another question: the effect among some of the loans, who are named.

    Attributes:
        name: "given by chance" or "comparable loans".
        loans: who they are, in words.
        share: of all loans (0-1).
        estimate: the effect among them.
        ess: effective number of the strategy's loans among them.
    """

    name: str
    loans: str
    share: float
    estimate: Estimate
    ess: float

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "name": self.name, "loans": self.loans, "share": number(self.share), "ess": number(self.ess),
            **self.estimate.to_json(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Effect:
    """What one strategy changes against the reference, on average over the loans, one loan one vote.

    Attributes:
        outcome: "recovery_rate" (share of the balance) or "net_value" (currency a loan).
        n, n_reference: loans given the strategy, and the reference.
        naive: the difference as it happened; undefined below 30 borrowers of either.
        stratified: the same within bands of risk.
        estimate: the adjusted effect; undefined where the verdict is "not comparable".
        sensitivity: what a cause nobody recorded could do; None where there is no estimate.
        ess, max_weight: of the strategy's loans after weighting.
        near_zero_share: share of loans with hardly a chance of one of the two (the worse one).
        max_smd, smd_fact: largest standardised difference left by weighting, and its fact.
        max_smd_before: the largest between the two without weights.
        verdict: "randomised", "adjusted" or "not comparable".
        why: the verdict in words.
        parts: answers to other, named questions.
    """

    outcome: str
    strategy: str
    reference: str
    n: int
    n_reference: int
    naive: Estimate
    stratified: Estimate
    estimate: Estimate
    sensitivity: Sensitivity | None
    ess: float
    max_weight: float
    near_zero_share: float
    max_smd: float
    max_smd_before: float
    smd_fact: str | None
    verdict: str
    why: str
    parts: tuple[Part, ...]

    @property
    def comparable(self) -> bool:
        """Whether there is an adjusted number."""
        return self.sensitivity is not None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON under the names others rely on; None for undefined."""
        hidden = self.sensitivity
        return {
            "outcome": self.outcome, "strategy": self.strategy, "reference": self.reference,
            "naive": number(self.naive.value), "naive_low": number(self.naive.low), "naive_high": number(self.naive.high),
            "stratified": number(self.stratified.value), "stratified_low": number(self.stratified.low),
            "stratified_high": number(self.stratified.high),
            "adjusted": number(self.estimate.value), "se": number(self.estimate.se),
            "ci_low": number(self.estimate.low), "ci_high": number(self.estimate.high),
            "sensitivity_bound": None if hidden is None else number(hidden.bound),
            "bound_low": None if hidden is None else number(hidden.low),
            "bound_high": None if hidden is None else number(hidden.high),
            "robustness_value": None if hidden is None else number(hidden.robustness_value),
            "benchmark": None if hidden is None else hidden.to_json()["benchmark"],
            "n": self.n, "n_reference": self.n_reference, "ess": number(self.ess), "max_weight": number(self.max_weight),
            "near_zero_share": number(self.near_zero_share), "max_smd": number(self.max_smd),
            "max_smd_before": number(self.max_smd_before), "smd_fact": self.smd_fact,
            "verdict": self.verdict, "why": self.why, "parts": [part.to_json() for part in self.parts],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """The mean outcome under one strategy: of the loans that had it, and had all loans had it.

    Attributes:
        outcome, strategy: as in `Effect`.
        n: loans that had it.
        happened: their mean.
        adjusted: the mean over all loans had all been given it; undefined where its loans cannot speak for all.
        why: why `adjusted` is undefined, "" where it is not.
    """

    outcome: str
    strategy: str
    n: int
    happened: Estimate
    adjusted: Estimate
    why: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "outcome": self.outcome, "strategy": self.strategy, "n": self.n, "happened": self.happened.to_json(),
            "adjusted": self.adjusted.to_json(), "why": self.why,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything `measure_effects` found.

    Attributes:
        reference: the strategy others are compared with.
        n: loans.
        why: why there is nothing to compare at all, in words; "" where there is.
        effects: one an outcome and strategy.
        levels: one an outcome and strategy, the reference among them.
        groups: effects by group, of the effects that are comparable.
        doubt_of_chance: why stated probabilities were not believed; None where they were, or where none was stated.
        nuisances: for policies and their evaluation; None where no strategy had enough loans. Not in the JSON.
    """

    reference: str
    n: int
    why: str
    effects: tuple[Effect, ...]
    levels: tuple[Level, ...]
    groups: tuple[GroupEffect, ...]
    doubt_of_chance: str | None
    nuisances: Nuisances | None

    def effect(self, strategy: str, outcome: str = "recovery_rate") -> Effect:
        """One effect by name. Raises KeyError where there is none."""
        for each in self.effects:
            if (each.strategy, each.outcome) == (strategy, outcome):
                return each
        raise KeyError(f"{strategy}, {outcome}")

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, without the rows."""
        return {
            "reference": self.reference, "n": self.n, "why": self.why, "effects": [each.to_json() for each in self.effects],
            "levels": [each.to_json() for each in self.levels], "groups": [each.to_json() for each in self.groups],
            "doubt_of_chance": self.doubt_of_chance,
        }  # fmt: skip
