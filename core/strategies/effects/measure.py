"""What every strategy caused against the reference, of recovery and of net value, with everything that says how far to trust it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from core.strategies.effects.aipw import Estimate, contrast, mean_of
from core.strategies.effects.as_it_happened import UNDEFINED, naive, stratified
from core.strategies.effects.chance import objection_to_chance
from core.strategies.effects.measured import Effect, Level, Measured, Part
from core.strategies.effects.nuisance import FEWEST_LOANS, Nuisances, borrowers_of, by_chance, fit_nuisances, restricted
from core.strategies.effects.overlap import Overlap, in_gap, overlap_of
from core.strategies.effects.sensitivity import Sensitivity, Strength, benchmarks, sensitivity_of, spread_of
from core.strategies.effects.subgroups import GroupEffect, group_effects
from core.strategies.effects.verdict import (
    ADJUSTED,
    NO_COSTS,
    NOT_COMPARABLE,
    RANDOMISED,
    carried_by_few,
    few_in_trial,
    finding,
    hardly_varies,
    not_comparable,
    nothing_to_compare,
    objections,
    pair_objections,
    thin,
    too_little,
)
from core.strategies.observed import Numbers, Observed

OUTCOMES = ("recovery_rate", "net_value")
NEARLY_ALL = 0.95
"""From this share of a strategy's loans on, chance gave it, and it is compared among the loans that chance decided."""
CORE_CHANCE = 0.05
"""Where all loans cannot be compared, those with at least this chance of either strategy may be."""
CORE_SHARE = 0.20


def measure_effects(
    observed: Observed, *, seed: int = 0, folds: int = 5, progress: Callable[[float, str], None] = lambda *_: None
) -> Measured:
    """The effect of every strategy against the reference, on recovery rate and on net value.

    Args:
        observed: the loans, the reference strategy first; net value None where costs are not known.
        seed, folds: of the cross-fitting.
        progress: told the part done (0-1) and what is being done.

    Returns:
        One effect an outcome and strategy, in that order; a verdict in words and no number where data cannot carry one.
    """
    doubt = objection_to_chance(observed)
    if doubt is not None:
        observed = replace(observed, probability=np.full(len(observed), np.nan))
    learnable = len(observed) and (borrowers_of(observed) >= FEWEST_LOANS).any()
    nuisances: Nuisances | None = None
    strongest: Mapping[tuple[str, int], Strength] = {}
    if learnable:
        nuisances = fit_nuisances(
            observed,
            seed=seed,
            folds=folds,
            progress=lambda done: progress(0.7 * done, "learning chances and outcomes"),
        )
        progress(0.7, "asking how strong the facts are")
        strongest = benchmarks(observed, nuisances)
    effects: list[Effect] = []
    groups: list[GroupEffect] = []
    levels: list[Level] = []
    for outcome in OUTCOMES:
        if outcome == "net_value" and observed.net is None:
            nothing = np.full(len(observed), np.nan)
            blank = (_blank(observed, nuisances, nothing, outcome, kind) for kind in range(1, len(observed.strategies)))
            effects += [replace(each, why=NO_COSTS) for each in blank]
            continue
        levels += [_level(observed, nuisances, outcome, kind) for kind in range(len(observed.strategies))]
        for kind in range(1, len(observed.strategies)):
            effect, of_groups = _effect(observed, nuisances, outcome, kind, strongest, doubt)
            effects.append(effect)
            groups += of_groups
    progress(1.0, "effects measured")
    return Measured(
        reference=observed.strategies[0] if observed.strategies else "", n=len(observed), why=nothing_to_compare(observed) or "",
        effects=tuple(effects),
        levels=tuple(levels), groups=tuple(groups), doubt_of_chance=doubt, nuisances=nuisances,
    )  # fmt: skip


def _of(observed: Observed, nuisances: Nuisances | None, outcome: str) -> tuple[Numbers, Numbers, Numbers]:
    """Outcome, means and scores of one name."""
    if outcome == "recovery_rate":
        nothing = np.full((len(observed), len(observed.strategies)), np.nan)
        return observed.rate, *((nothing, nothing) if nuisances is None else (nuisances.mu_rate, nuisances.gamma_rate))
    assert observed.net is not None
    nothing = np.full((len(observed), len(observed.strategies)), np.nan)
    if nuisances is None or nuisances.mu_net is None or nuisances.gamma_net is None:
        return observed.net, nothing, nothing
    return observed.net, nuisances.mu_net, nuisances.gamma_net


def _effect(
    observed: Observed, nuisances: Nuisances | None, outcome: str, kind: int, strongest: Mapping[tuple[str, int], Strength],
    doubt: str | None,
) -> tuple[Effect, tuple[GroupEffect, ...]]:  # fmt: skip
    values, _, _ = _of(observed, nuisances, outcome)
    blank = _blank(observed, nuisances, values, outcome, kind)
    against = too_little(observed, values, kind)
    if against is not None or nuisances is None:
        return replace(blank, why=against or "There are no loans."), ()
    randomised, part, of_part = _population(observed, nuisances, kind)
    own, reference = overlap_of(part, of_part, kind), overlap_of(part, of_part, 0)
    blank = _with_overlap(blank, observed, own, reference)
    names = observed.strategies[kind], observed.strategies[0]
    said = (
        few_in_trial(part, _of(part, of_part, outcome)[0], kind, own, reference)
        if randomised
        else pair_objections(names, own, reference)
    )
    parts = _parts(observed, nuisances, outcome, kind, randomised, bool(said))
    if said:
        return replace(blank, why=not_comparable(*names, said, blank.near_zero_share), parts=parts), ()
    values, mu, gamma = _of(part, of_part, outcome)
    estimate = contrast(gamma, kind, part.cluster)
    if not estimate.se > 0:
        return replace(
            blank, why=f"How sure the difference is cannot be told: {names[0]} and {names[1]} leave no spread."
        ), ()
    if randomised:
        bound = Sensitivity(0.0, estimate.low, estimate.high, np.nan, None, 0.0, 0.0)
    else:
        spread = spread_of(part, values, mu, of_part.propensity, kind)
        bound = sensitivity_of(estimate.value, estimate.se, spread, strongest.get((outcome, kind)))
    effect = replace(
        blank, estimate=estimate, sensitivity=bound, parts=parts, verdict=RANDOMISED if randomised else ADJUSTED,
        why=_why(*names, estimate, outcome, randomised, part, observed, blank, doubt)
        + carried_by_few(gamma[:, kind] - gamma[:, 0], part.cluster),
    )  # fmt: skip
    return effect, group_effects(part, gamma, of_part.weight, kind, estimate, outcome)


def _population(observed: Observed, nuisances: Nuisances, kind: int) -> tuple[bool, Observed, Nuisances]:
    """Whether chance gave (nearly) all loans of a strategy to it, and the loans it is compared among."""
    chance = by_chance(observed)
    inside = observed.rows(chance)
    counts = borrowers_of(inside)
    nearly = chance[observed.strategy == kind].mean() >= NEARLY_ALL
    if not (nearly and counts[kind] >= FEWEST_LOANS and counts[0] >= FEWEST_LOANS):
        return False, observed, nuisances
    return True, *((observed, nuisances) if chance.all() else restricted(observed, nuisances, chance))


def _parts(
    observed: Observed, nuisances: Nuisances, outcome: str, kind: int, randomised: bool, refused: bool
) -> tuple[Part, ...]:
    """Answers to other, named questions: of the loans that chance decided, and of those with a fair chance of either."""
    names = f"{observed.strategies[kind]} and {observed.strategies[0]}"
    asked: list[tuple[str, str, np.ndarray]] = []
    chance = by_chance(observed)
    if not randomised and chance.any():
        asked.append(("given by chance", f"the loans to which chance gave {names}", chance))
    if refused:
        fair = np.asarray(nuisances.propensity[:, [kind, 0]].min(axis=1) >= CORE_CHANCE)
        fair &= ~in_gap(observed, kind) & ~in_gap(observed, 0)
        words = f"the loans with a chance of at least {CORE_CHANCE:g} of both {names}"
        if CORE_SHARE <= fair.mean() < 1:
            asked.append(("comparable loans", words, fair))
    told = []
    for name, words, rows in asked:
        counts = borrowers_of(observed.rows(rows))
        if min(counts[kind], counts[0]) < FEWEST_LOANS:
            continue
        part, of_part = restricted(observed, nuisances, rows)
        values, _, gamma = _of(part, of_part, outcome)
        overlaps = overlap_of(part, of_part, kind), overlap_of(part, of_part, 0)
        sound = name == "given by chance" or not pair_objections(("", ""), *overlaps)
        if sound and too_little(part, values, kind) is None:
            told.append(Part(name, words, float(rows.mean()), contrast(gamma, kind, part.cluster), overlaps[0].ess))
    return tuple(told)


def _blank(observed: Observed, nuisances: Nuisances | None, values: Numbers, outcome: str, kind: int) -> Effect:
    """An effect with what happened and no more."""
    counts = borrowers_of(observed)
    enough = min(counts[kind], counts[0]) >= FEWEST_LOANS
    risk = np.zeros(len(observed)) if nuisances is None else nuisances.mu_rate[:, 0]
    as_it_was = naive(values, observed.strategy, kind, observed.cluster) if enough else UNDEFINED
    banded = stratified(values, observed.strategy, kind, observed.cluster, risk) if enough else UNDEFINED
    if any(hardly_varies(observed, values, each) for each in (kind, 0)):
        as_it_was, banded = _without_error(as_it_was), UNDEFINED
    return Effect(
        outcome=outcome, strategy=observed.strategies[kind], reference=observed.strategies[0],
        n=int((observed.strategy == kind).sum()), n_reference=int((observed.strategy == 0).sum()), naive=as_it_was,
        stratified=banded, estimate=UNDEFINED, sensitivity=None, ess=np.nan, max_weight=np.nan, near_zero_share=np.nan,
        max_smd=np.nan, max_smd_before=np.nan, smd_fact=None, verdict=NOT_COMPARABLE, why="", parts=(),
    )  # fmt: skip


def _without_error(estimate: Estimate) -> Estimate:
    """What happened, where nothing says how sure that is."""
    return replace(estimate, se=np.nan, low=np.nan, high=np.nan)


def _with_overlap(blank: Effect, observed: Observed, own: Overlap, reference: Overlap) -> Effect:
    left = np.abs([own.smd, reference.smd, own.smd - reference.smd]).max(axis=0)
    before = np.abs(own.smd_before - reference.smd_before)
    worst = int(np.argmax(left)) if len(left) else None
    return replace(
        blank, ess=own.ess, max_weight=own.max_weight, near_zero_share=max(own.near_zero_share, reference.near_zero_share),
        max_smd=float(left.max(initial=0.0)), max_smd_before=float(before.max(initial=0.0)),
        smd_fact=None if worst is None else observed.columns[worst].name,
    )  # fmt: skip


def _why(
    strategy: str, reference: str, estimate: Estimate, outcome: str, randomised: bool, part: Observed, whole: Observed,
    blank: Effect, doubt: str | None,
) -> str:  # fmt: skip
    told = [finding(strategy, reference, estimate, outcome)]
    if randomised:
        among = (
            ""
            if len(part) == len(whole)
            else f" The answer is about the {len(part)} loans that chance decided, of {len(whole)}."
        )
        told.append(f"Chance gave the loans their strategy, as stated, and their facts are alike.{among}")
    else:
        told.append(
            f"People chose: {blank.n} loans under {strategy} are weighted to be like all loans and count as {blank.ess:.0f}; "
            f"facts then differ by at most {blank.max_smd:.2f} standard deviations ({blank.smd_fact}). "
            "What nobody recorded is not adjusted for."
        )
    if doubt is not None:
        told.append(f"The stated probabilities are not believed: {doubt}.")
    return " ".join(told)


def _level(observed: Observed, nuisances: Nuisances | None, outcome: str, kind: int) -> Level:
    """The mean outcome had all loans been given a strategy, where its loans can speak for all."""
    values, _, gamma = _of(observed, nuisances, outcome)
    had = observed.strategy == kind
    enough = nuisances is not None and bool(nuisances.learned[kind])
    happened = mean_of(values[had], observed.cluster[had]) if enough else UNDEFINED
    told, why = UNDEFINED, "too few loans"
    same = hardly_varies(observed, values, kind)
    if enough and same:
        happened, why = _without_error(happened), same.partition(":")[0]
    elif enough and nuisances is not None:
        overlap, name = overlap_of(observed, nuisances, kind), observed.strategies[kind]
        said = [*objections(name, overlap), *thin(name, overlap.thin_share)]
        told, why = (UNDEFINED, "; ".join(said)) if said else (mean_of(gamma[:, kind], observed.cluster), "")
    return Level(outcome, observed.strategies[kind], int(had.sum()), happened, told, why)
