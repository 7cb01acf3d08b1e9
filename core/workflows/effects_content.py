"""What a measurement of strategies says, as plain JSON: what is stored, shown and printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np

from core.metrics.treated import WINDOW_MONTHS
from core.monitoring.maturity import matures_on
from core.strategies.catalogue import STRATEGY_NAMES
from core.strategies.effects.aipw import number
from core.strategies.effects.measured import Measured
from core.strategies.effects.overlap import overlap_of
from core.strategies.effects.verdict import NOT_COMPARABLE
from core.strategies.observed import Numbers
from core.strategies.refinement.changes import Change, changes, newest_from
from core.workflows.observed import Taken

NET = "net_value"
NAMES = {"recovery_rate": "recovery rate", "recovered_share": "share recovered", NET: "net value a loan"}


def content_of(taken: Taken, measured: Measured) -> dict[str, Any]:
    """A measurement without its policy, evaluation and suggestions.

    Returns:
        The fields of `core.records.StrategyRun.content`: effects (one an outcome and strategy, those of the catalogue that no loan had
        among them), levels, groups, balance, and what was taken: n, first_day, last_day, excluded, facts, refused_facts, waiting
        (until when how many outcomes mature: on, loans).
    """
    observed, days = taken.observed, taken.came.rows["as_of"].astype(str)
    return {
        "reference": measured.reference, "strategies": list(observed.strategies), "n": len(observed),
        "first_day": days.min(), "last_day": days.max(), "window_months": WINDOW_MONTHS, "outcome": taken.came.outcome,
        "outcome_words": taken.came.words, "net_refused": taken.net_refused, "sha256": taken.sha256,
        "excluded": list(taken.came.excluded), "changed_later": taken.changed_later, "facts": list(taken.facts),
        "refused_facts": [dict(each) for each in taken.refused], "doubt_of_chance": measured.doubt_of_chance,
        "effects": effects_told(taken, measured), "levels": levels_told(taken, measured), "groups": groups_told(taken, measured),
        "balance": balance_told(taken, measured), "waiting": waiting(taken),
    }  # fmt: skip


def effects_told(taken: Taken, measured: Measured) -> list[dict[str, Any]]:
    """One an outcome and strategy but the reference; None for what cannot be carried, with the verdict and why."""
    told = []
    for each in measured.effects:
        if each.outcome == NET and taken.observed.net is None:
            continue  # told below, with what is missing
        estimand = "the loans that chance decided" if each.verdict == "randomised" else "all loans with an outcome"
        told.append(each.to_json() | {"outcome": _named(taken, each.outcome), "estimand": estimand})
        told[-1]["why"] = _in_words_of(taken, each.why)
    held = set(taken.observed.strategies)
    absent = [name for name in STRATEGY_NAMES if name not in held]
    outcomes = [_named(taken, "recovery_rate"), NET]
    told += [_none(taken, outcome, name, f"No loan with an outcome was given {name}: there is nothing to compare. "
                   "Run a test: let chance give it to some loans.") for name in absent for outcome in outcomes]  # fmt: skip
    if taken.observed.net is None:
        others = taken.observed.strategies[1:]
        told += [_none(taken, NET, name, f"Net value is not known: {taken.net_refused}.") for name in others]
    return sorted(told, key=lambda each: outcomes.index(each["outcome"]))


def _none(taken: Taken, outcome: str, strategy: str, why: str) -> dict[str, Any]:
    names = (
        "naive", "naive_low", "naive_high", "stratified", "stratified_low", "stratified_high", "adjusted", "se", "ci_low", "ci_high",
        "sensitivity_bound", "bound_low", "bound_high", "robustness_value", "benchmark", "ess", "max_weight", "near_zero_share",
        "max_smd", "max_smd_before", "smd_fact",
    )  # fmt: skip
    observed = taken.observed
    n = int((observed.strategy == observed.strategies.index(strategy)).sum()) if strategy in observed.strategies else 0
    return {
        "outcome": outcome, "strategy": strategy, "reference": observed.strategies[0], **dict.fromkeys(names), "n": n,
        "n_reference": int((observed.strategy == 0).sum()), "estimand": "all loans with an outcome", "verdict": NOT_COMPARABLE,
        "why": why, "parts": [],
    }  # fmt: skip


def levels_told(taken: Taken, measured: Measured) -> list[dict[str, Any]]:
    """The mean a loan under each strategy, as it happened and had all loans been given it; with net value its mean cost."""
    told = []
    for each in measured.levels:
        happened, adjusted = each.happened.to_json(), each.adjusted.to_json()
        row = {
            "outcome": _named(taken, each.outcome), "strategy": each.strategy, "n": each.n, "naive": happened["value"],
            "naive_low": happened["low"], "naive_high": happened["high"], "adjusted": adjusted["value"], "se": adjusted["se"],
            "ci_low": adjusted["low"], "ci_high": adjusted["high"], "why": each.why,
        }  # fmt: skip
        if each.outcome == NET:
            had = taken.observed.strategy == taken.observed.strategies.index(each.strategy)
            row["cost"] = number(float(taken.cost[had].mean())) if had.any() else None
        told.append(row)
    return told


def groups_told(taken: Taken, measured: Measured) -> list[dict[str, Any]]:
    """Effects by group: raw from the group's own loans, adjusted drawn towards the overall effect."""
    verdicts = {(each.outcome, each.strategy): each.verdict for each in measured.effects}
    told = []
    for each in measured.groups:
        known = each.own is not None
        told.append({
            "by": each.grouping, "group": each.group, "outcome": _named(taken, each.outcome), "strategy": each.strategy,
            "n": each.n_strategy, "n_reference": each.n_reference, "loans": each.n,
            "raw": number(each.own.value) if each.own is not None else None, "adjusted": number(each.value),
            "ci_low": number(each.low), "ci_high": number(each.high),
            "verdict": verdicts[each.outcome, each.strategy] if known else NOT_COMPARABLE, "why": each.why,
        })  # fmt: skip
    return told


def balance_told(taken: Taken, measured: Measured) -> list[dict[str, Any]]:
    """How far loans of a strategy differ from those of the reference in each fact, before and after weighting, in standard
    deviations; None where the strategy was not learned."""
    nuisances, observed = measured.nuisances, taken.observed
    if nuisances is None or not nuisances.learned[0]:
        return []
    reference, told = overlap_of(observed, nuisances, 0), []
    for kind in np.flatnonzero(nuisances.learned[1:]) + 1:
        own = overlap_of(observed, nuisances, int(kind))
        before, after = own.smd_before - reference.smd_before, own.smd - reference.smd
        told += [
            {"fact": column.name, "strategy": observed.strategies[kind], "before": number(float(before[place])), "after": number(float(after[place]))}
            for place, column in enumerate(observed.columns)
        ]  # fmt: skip
    return told


def waiting(taken: Taken) -> list[dict[str, Any]]:
    """By day, how many loans worked by now get their outcome then; empty where outcomes do not come from payments."""
    if taken.came.column != "payments":
        return []
    days = taken.came.others["as_of"].astype(str).value_counts().sort_index()
    return [
        {"on": matures_on(date.fromisoformat(str(day)), WINDOW_MONTHS).isoformat(), "loans": int(loans)} for day, loans in days.items()
    ]  # fmt: skip


def changes_told(taken: Taken, measured: Measured, earlier: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Effects that changed: newest loans against earlier ones, and loans with outcomes new since an earlier run against those before.

    Args:
        earlier: `last_day` and `n` of the run before this one; None for none.
    """
    nuisances = measured.nuisances
    if nuisances is None:
        return []
    days = taken.came.rows["as_of"].astype(str).to_numpy(dtype=object)
    cuts = {newest_from(list(days))}
    if earlier is not None:
        cuts.add(next((day for day in sorted(set(days)) if day > str(earlier["last_day"])), None))
    told: dict[tuple[str, str], Change] = {}
    for since in sorted(cut for cut in cuts if cut is not None):
        for each in _changed(taken, measured, days >= since, since):
            before = told.get((each.outcome, each.strategy))
            if before is None or (each.changed and not before.changed):
                told[each.outcome, each.strategy] = each
    return [each.to_json() | {"outcome": _named(taken, each.outcome)} for each in told.values()]


def _changed(taken: Taken, measured: Measured, newer: np.ndarray, since: str) -> Iterable[Change]:
    nuisances, observed = measured.nuisances, taken.observed
    assert nuisances is not None
    gammas: dict[str, Numbers] = {"recovery_rate": nuisances.gamma_rate}
    if nuisances.gamma_net is not None:
        gammas[NET] = nuisances.gamma_net
    comparable = [(each.outcome, each.strategy) for each in measured.effects if each.comparable]
    return changes(gammas, observed.strategy, observed.strategies, observed.cluster, newer, since, comparable)


def evidence_of(taken: Taken, measured: Measured, held_rate: Numbers | None = None) -> dict[str, np.ndarray]:
    """What a run keeps loan by loan.

    Returns:
        (n,) loan_id, strategy (place in `strategies`), balance, rate, cost, risk (as scored then, NaN), cluster, day, group:<name>;
        (n, K) gamma_rate, gamma_net (where costs are known), and held_rate: what cross-fitted models of the facts that may decide
        say each strategy would bring, NaN where they would not give it (None: those of the measurement).
    """
    observed, rows = taken.observed, taken.came.rows
    none = np.full((len(observed), len(observed.strategies)), np.nan)
    nuisances = measured.nuisances
    told: dict[str, np.ndarray] = {
        "loan_id": rows["loan_id"].to_numpy(), "strategy": observed.strategy, "balance": observed.balance, "rate": observed.rate,
        "cost": taken.cost, "risk": _risk(taken), "cluster": observed.cluster, "day": rows["as_of"].to_numpy(dtype=object),
        "gamma_rate": none if nuisances is None else nuisances.gamma_rate,
        "held_rate": held_rate if held_rate is not None else none if nuisances is None else nuisances.mu_rate,
        **{f"group:{name}": labels for name, labels in observed.groups.items()},
    }  # fmt: skip
    if nuisances is not None and nuisances.gamma_net is not None:
        told["gamma_net"] = nuisances.gamma_net
    return told


def _risk(taken: Taken) -> np.ndarray:
    rows = taken.came.rows
    return rows["risk_score"].to_numpy(dtype=float) if "risk_score" in rows else np.full(len(rows), np.nan)


def _named(taken: Taken, outcome: str) -> str:
    return taken.came.outcome if outcome == "recovery_rate" else outcome


def _in_words_of(taken: Taken, why: str) -> str:
    return why.replace(NAMES["recovery_rate"], NAMES[taken.came.outcome])
