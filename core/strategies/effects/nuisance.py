"""What effects, policies and their evaluation stand on: chances and means of each loan, told by models that never saw it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from core.strategies.effects import learners
from core.strategies.effects.aipw import scores, weights_of
from core.strategies.effects.design import fit_design
from core.strategies.observed import Codes, Numbers, Observed

FEWEST_LOANS = 30
"""Borrowers a strategy needs before anything is learned of it."""
LOWEST_CHANCE = 0.01
"""Chances below are raised to it: no loan stands for more than a hundred times what it is."""

TREES_BEAT = 5.0
"""Standard errors of held-out loss. At 2, trees entered where lines were right and left .003 of bias behind; a hard rule gives dozens."""


@dataclass(frozen=True, slots=True)
class Nuisances:
    """Cross-fitted: what is told of a loan was learned from other folds, and no borrower is in two folds.

    Attributes:
        fold: (n,) which fold a loan was held out in, from 0.
        learned: (K,) whether a strategy had enough loans to be learned; the columns of all others are NaN.
        estimated: (n, K) chances as learned from the facts, rows sum to 1; 0 for strategies that are not learned.
        propensity: (n, K) chances as used: known ones where chance gave the strategy, others at least LOWEST_CHANCE.
        mu_rate: (n, K) mean recovery rate of each loan under each strategy.
        mu_net: (n, K) mean net value in currency; None where costs are not known.
        gamma_rate: (n, K) doubly robust scores of the recovery rate.
        gamma_net: (n, K) the same of net value; None where costs are not known.
        weight: (n,) normalised weight of each loan within its own strategy; NaN where that is not learned.
        tree_share: share of the trees in the chances; 0 where lines alone predicted held-out loans best.
    """

    fold: Codes
    learned: np.ndarray
    estimated: Numbers
    propensity: Numbers
    mu_rate: Numbers
    mu_net: Numbers | None
    gamma_rate: Numbers
    gamma_net: Numbers | None
    weight: Numbers
    tree_share: float


def fit_nuisances(
    observed: Observed, *, seed: int = 0, folds: int = 5, progress: Callable[[float], None] = lambda _: None
) -> Nuisances:
    """Chances and means of every loan under every strategy, cross-fitted by borrower.

    Args:
        observed: the loans; may be empty of some strategies.
        seed: of the folds and the trees.
        folds: how often the loans are divided.
        progress: told the part done (0-1).

    Two learners are mixed: lines (numbers bent by restricted cubic splines) and small boosted trees, which find thresholds
    and products of facts. How much of either is decided by held-out loss, for the chances in one and for each strategy's
    mean by itself. Known chances replace estimated ones.

    References:
        Chernozhukov et al. (2018), Econometrics Journal 21, C1: cross-fitting; van der Laan, Polley, Hubbard (2007),
        Statistical Applications in Genetics and Molecular Biology 6, 25: mixing learners by held-out loss.
    """
    kinds = len(observed.strategies)
    learned = borrowers_of(observed) >= FEWEST_LOANS
    fold = folds_of(observed, folds, seed)
    with threadpool_limits(limits=1):
        matrix = fit_design(observed.facts, observed.columns).matrix(observed.facts)
        if not observed.columns:
            observed = replace(observed, facts=matrix)
        estimated, share = _chances(observed, matrix, fold, seed, lambda done: progress(0.5 * done))
        mu = _means(observed, matrix, fold, learned, seed, lambda done: progress(0.5 + 0.5 * done))
    estimated = np.where(learned, estimated, 0.0)
    estimated = estimated / np.maximum(estimated.sum(axis=1, keepdims=True), 1e-12)
    propensity = used(estimated, observed)
    mu_net = None if observed.net is None else net_means(observed, mu, fold, learned)
    told = np.isin(observed.strategy, np.flatnonzero(learned))
    weight = np.full(len(observed), np.nan)
    weight[told] = weights_of(observed.strategy, propensity)[told]
    progress(1.0)
    return Nuisances(
        fold=fold, learned=learned, estimated=estimated, propensity=np.where(learned, propensity, np.nan), mu_rate=mu,
        mu_net=mu_net, gamma_rate=scores(observed.rate, observed.strategy, mu, propensity),
        gamma_net=None if mu_net is None or observed.net is None
        else scores(observed.net, observed.strategy, mu_net, propensity),
        weight=weight, tree_share=share if kinds > 1 else 0.0,
    )  # fmt: skip


def restricted(observed: Observed, nuisances: Nuisances, rows: np.ndarray) -> tuple[Observed, Nuisances]:
    """The same of some loans, chosen by a mask: what was learned stays, weights and scores are of these loans."""
    part, propensity = observed.rows(rows), nuisances.propensity[rows]
    mu, net = nuisances.mu_rate[rows], None if nuisances.mu_net is None else nuisances.mu_net[rows]
    return part, replace(
        nuisances, fold=nuisances.fold[rows], estimated=nuisances.estimated[rows], propensity=propensity, mu_rate=mu,
        mu_net=net, gamma_rate=scores(part.rate, part.strategy, mu, propensity),
        gamma_net=None if net is None or part.net is None else scores(part.net, part.strategy, net, propensity),
        weight=weights_of(part.strategy, propensity),
    )  # fmt: skip


def borrowers_of(observed: Observed) -> Codes:
    """(K,) how many borrowers each strategy was given to."""
    pairs = np.unique(np.column_stack([observed.strategy, observed.cluster]), axis=0)
    return np.bincount(pairs[:, 0], minlength=len(observed.strategies))


def folds_of(observed: Observed, folds: int, seed: int) -> Codes:
    """(n,) a fold each, borrowers kept whole, every strategy spread evenly over the folds."""
    _, place = np.unique(observed.cluster, return_inverse=True)
    rarity = np.argsort(np.argsort(-np.bincount(observed.strategy, minlength=len(observed.strategies))))
    rarest = np.zeros(place.max(initial=-1) + 1, dtype=np.int64)
    np.maximum.at(rarest, place, rarity[observed.strategy])
    rng = np.random.default_rng([seed, len(observed)])
    order = np.lexsort([rng.random(len(rarest)), rarest])
    dealt = np.empty(len(rarest), dtype=np.int64)
    dealt[order] = np.arange(len(rarest)) % folds
    return dealt[place]


def by_chance(observed: Observed) -> np.ndarray:
    """(n,) whether chance gave a loan its strategy, with a known probability strictly between 0 and 1."""
    known = np.nan_to_num(observed.probability, nan=0.0)
    return np.asarray((known > 0) & (known < 1))


def used(estimated: Numbers, observed: Observed) -> Numbers:
    """Chances as they are used: known ones for the strategy a loan had, the rest shared as estimated and clipped."""
    propensity, rows = estimated.copy(), np.flatnonzero(by_chance(observed))
    had, known = observed.strategy[rows], observed.probability[rows]
    others = propensity[rows]
    others[np.arange(len(rows)), had] = 0.0
    total = others.sum(axis=1)
    propensity[rows] = others * ((1 - known) / np.where(total > 0, total, 1.0))[:, None]
    propensity = propensity.clip(LOWEST_CHANCE, 1.0)
    propensity[rows, had] = known
    return np.asarray(propensity)


def _chances(
    observed: Observed, matrix: Numbers, fold: Codes, seed: int, progress: Callable[[float], None]
) -> tuple[Numbers, float]:
    strategy, kinds = observed.strategy, len(observed.strategies)
    lines, trees = np.zeros((len(strategy), kinds)), np.zeros((len(strategy), kinds))
    if len(np.unique(strategy)) < 2:
        lines[np.arange(len(strategy)), strategy] = 1.0
        return lines, 0.0
    chance = by_chance(observed)
    of_people = ~chance if _enough(observed, ~chance) else np.ones(len(strategy), dtype=bool)
    held = np.unique(fold)
    for done, each in enumerate(held):
        out, rest = fold == each, (fold != each) & of_people
        lines[out] = learners.chances_by_lines(matrix[rest], strategy[rest], matrix[out], kinds)
        trees[out] = learners.chances_by_trees(observed.facts[rest], strategy[rest], observed.facts[out], kinds, seed)
        progress((done + 1) / len(held))
    share = _share_of_trees(lines[of_people, strategy[of_people]], trees[of_people, strategy[of_people]])
    return (1 - share) * lines + share * trees, share


def _share_of_trees(lines: Numbers, trees: Numbers) -> float:
    """How much of the chances trees tell: none unless the best mixture beats the lines by TREES_BEAT standard errors.

    Trees are shrunk towards the mean, and a chance that is shrunk leaves confounding behind: they have to earn it.
    """
    losses = [-np.log(((1 - share) * lines + share * trees).clip(1e-6)) for share in learners.SHARES]
    best = int(np.argmin([loss.mean() for loss in losses]))
    gain = losses[0] - losses[best]
    error = gain.std() / np.sqrt(max(len(gain), 1))
    return learners.SHARES[best] if gain.mean() > TREES_BEAT * error else 0.0


def _enough(observed: Observed, rows: np.ndarray) -> bool:
    """Whether every strategy that was given to anybody was given to enough by people, not chance, too."""
    given, by_people = np.bincount(observed.strategy), np.bincount(observed.strategy[rows])
    by_people = np.pad(by_people, (0, len(given) - len(by_people)))
    return bool((by_people >= np.minimum(given, FEWEST_LOANS)).all())


def _means(
    observed: Observed, matrix: Numbers, fold: Codes, learned: np.ndarray, seed: int, progress: Callable[[float], None]
) -> Numbers:
    lines = np.full((len(observed), len(learned)), np.nan)
    trees, held = lines.copy(), np.unique(fold)
    for done, each in enumerate(held):
        out, rest = fold == each, fold != each
        trees[out] = learners.means_by_trees(
            observed.facts[rest], observed.strategy[rest], observed.rate[rest], observed.facts[out], len(learned), seed
        )
        for kind in np.flatnonzero(learned):
            had = rest & (observed.strategy == kind)
            lines[out, kind] = learners.means_by_lines(matrix[had], observed.rate[had], matrix[out])
        progress((done + 1) / len(held))
    mixed = lines.copy()
    for kind in np.flatnonzero(learned):
        had = observed.strategy == kind
        told = observed.rate[had]
        losses = [
            ((told - (1 - share) * lines[had, kind] - share * trees[had, kind]) ** 2).mean()
            for share in learners.SHARES
        ]
        share = learners.SHARES[int(np.argmin(losses))]
        mixed[:, kind] = ((1 - share) * lines[:, kind] + share * trees[:, kind]).clip(told.min(), told.max())
    return mixed


def net_means(observed: Observed, mu: Numbers, fold: Codes, learned: np.ndarray) -> Numbers:
    """Net value is a strategy's share of the cash less its cost: both by least squares on the other folds' loans."""
    told = np.full(mu.shape, np.nan)
    cash, net = observed.rate * observed.balance, np.asarray(observed.net)
    for kind in np.flatnonzero(learned):
        for each in np.unique(fold):
            out, rest = fold == each, (fold != each) & (observed.strategy == kind)
            away = cash[rest] - cash[rest].mean()
            spread = float(away @ away)
            kept = float(away @ net[rest]) / spread if spread > 0 else 0.0
            cost = kept * cash[rest].mean() - net[rest].mean()
            told[out, kind] = kept * observed.balance[out] * mu[out, kind] - cost
    return told
