"""How far the loans of a strategy can speak for all loans: weights, balance of facts, and kinds of loans it never got."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from core.strategies.effects.aipw import number
from core.strategies.effects.nuisance import Nuisances
from core.strategies.observed import Fact, Numbers, Observed

NEAR_ZERO = 0.02
"""A chance below it: hardly ever given this strategy."""
RARE = 0.1
"""Part of a strategy's usual chance below which its loans hardly speak for a loan."""
GAP_SHARE = 0.02
GAP_LOANS = 40
"""A kind of loan is looked at from this share of all loans and this many on."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A kind of loan that a strategy was (hardly) ever given to.

    Attributes:
        words: the kind, by its facts.
        share: of all loans (0-1).
        n: loans of the kind.
        given: those of them that got the strategy.
    """

    words: str
    share: float
    n: int
    given: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """One strategy against all loans.

    Attributes:
        n: loans that were given it.
        ess: Kish's effective number of them after weighting.
        max_weight: how many loans the heaviest of them stands for.
        near_zero_share: share of all loans with a chance of it below NEAR_ZERO.
        thin: (n,) whether a loan had less than RARE of its usual chance.
        smd: (p,) differences of the weighted loans' means to all loans', in standard deviations of a fact.
        smd_before: (p,) the same without weights.
        gap: the largest kind of loans without it; None where there is none.
    """

    n: int
    ess: float
    max_weight: float
    near_zero_share: float
    thin: np.ndarray
    smd: Numbers
    smd_before: Numbers
    gap: Gap | None

    @property
    def max_smd(self) -> float:
        """The largest difference that weighting left, without its sign."""
        return float(np.abs(self.smd).max(initial=0.0))

    @property
    def thin_share(self) -> float:
        """Share of all loans with less than RARE of the strategy's usual chance."""
        return float(self.thin.mean()) if len(self.thin) else np.nan

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, without the figures of every fact and loan."""
        return {
            "n": self.n, "ess": number(self.ess), "max_weight": number(self.max_weight),
            "near_zero_share": number(self.near_zero_share), "thin_share": number(self.thin_share), "max_smd": number(self.max_smd),
            "gap": None if self.gap is None else asdict(self.gap),
        }  # fmt: skip


def overlap_of(observed: Observed, nuisances: Nuisances, strategy: int) -> Overlap:
    """How far the loans of one strategy can speak for all loans. Undefined figures are NaN where it has no loans.

    References:
        Kish (1965), Survey Sampling, section 8.2 (effective sample size); Austin, Stuart (2015), Statistics in Medicine
        34, 3661 (standardised differences after weighting).
    """
    had = observed.strategy == strategy
    if not had.any() or not nuisances.learned[strategy]:
        nothing = np.full(observed.facts.shape[1], np.nan)
        return Overlap(int(had.sum()), np.nan, np.nan, np.nan, np.empty(0, dtype=bool), nothing, nothing, None)
    weight = nuisances.weight[had]
    return Overlap(
        n=int(had.sum()), ess=float(weight.sum() ** 2 / (weight**2).sum()), max_weight=float(weight.max()),
        near_zero_share=float((nuisances.estimated[:, strategy] < NEAR_ZERO).mean()),
        thin=np.asarray(nuisances.estimated[:, strategy] < RARE * had.mean()),
        smd=smd_to_all(observed.facts, had, weight), smd_before=smd_to_all(observed.facts, had, np.ones(int(had.sum()))),
        gap=gap_of(observed, strategy),
    )  # fmt: skip


def smd_to_all(facts: Numbers, had: np.ndarray, weight: Numbers) -> Numbers:
    """(p,) weighted mean of the facts of some loans less that of all, in standard deviations over all; 0 for a constant."""
    spread = facts.std(axis=0)
    difference = np.average(facts[had], axis=0, weights=weight) - facts.mean(axis=0)
    return np.asarray(difference / np.where(spread > 1e-12, spread, np.inf))


def gap_of(observed: Observed, strategy: int) -> Gap | None:
    """The kinds of loans that were hardly ever given a strategy, the largest told by at most three of their facts.

    A kind is a leaf of a small tree; it is a gap where even the upper limit of its share lies below NEAR_ZERO (of 150
    loans not one) or below RARE of the strategy's usual share (of 50 loans not one, where six in ten have it).

    References:
        Danelian et al. (2023), Journal of Causal Inference 11: regression trees that look for violations of positivity;
        Hanley, Lippman-Hand (1983), JAMA 249, 1743: with none among n, the 95 % upper limit is 3 / n.
    """
    found = _rare(observed, strategy)
    if found is None or not found.rows.any():
        return None
    leaves = found.leaf[found.rows]
    widest = int(np.argmax(np.bincount(leaves)))
    given = int((observed.strategy[found.rows] == strategy).sum())
    words = _path(found.tree, widest, observed.columns)
    return Gap(words, share=float(found.rows.mean()), n=int(found.rows.sum()), given=given)


def in_gap(observed: Observed, strategy: int) -> np.ndarray:
    """(n,) whether a loan is of a kind that was hardly ever given a strategy."""
    found = _rare(observed, strategy)
    return np.zeros(len(observed), dtype=bool) if found is None else found.rows


@dataclass(frozen=True, slots=True)
class _Rare:
    """A tree, the leaf of every loan, and whether that leaf is a gap."""

    tree: DecisionTreeClassifier
    leaf: np.ndarray
    rows: np.ndarray


def _rare(observed: Observed, strategy: int) -> _Rare | None:
    had = observed.strategy == strategy
    least = max(GAP_LOANS, int(GAP_SHARE * len(had)))
    if had.all() or not had.any() or len(had) < 2 * least or not observed.columns:
        return None
    tree = DecisionTreeClassifier(max_depth=3, min_samples_leaf=least, random_state=0).fit(observed.facts, had)
    leaf = tree.apply(observed.facts)
    n, given = np.bincount(leaf).astype(np.float64), np.bincount(leaf, weights=had).astype(np.float64)
    rare = np.asarray((n > 0) & (_upper(given, n) < max(NEAR_ZERO, RARE * had.mean())))
    return _Rare(tree, leaf, rare[leaf])


def _upper(given: Numbers, n: Numbers) -> Numbers:
    """Upper 95 % limit of a share, one-sided (Poisson, by its square root; 3 / n for none)."""
    return np.asarray((np.sqrt(given + 0.75) + 0.86) ** 2 / np.maximum(n, 1))


def _path(tree: DecisionTreeClassifier, leaf: int, columns: Sequence[Fact]) -> str:
    """The way to a leaf, in words: of several splits by one fact the narrowest counts."""
    above: dict[int, float] = {}
    below: dict[int, float] = {}
    node, inner = leaf, tree.tree_
    while node:
        parent = int(np.flatnonzero((inner.children_left == node) | (inner.children_right == node))[0])
        fact, threshold = int(inner.feature[parent]), float(inner.threshold[parent])
        if inner.children_left[parent] == node:
            below[fact] = min(below.get(fact, np.inf), threshold)
        else:
            above[fact] = max(above.get(fact, -np.inf), threshold)
        node = parent
    return ", ".join(_between(columns[fact], above.get(fact), below.get(fact)) for fact in sorted({*above, *below}))


def _between(column: Fact, low: float | None, high: float | None) -> str:
    if not column.is_number:
        return column.name if low is not None else f"not {column.name}"
    told = [f"above {low:.3g}"] if low is not None else []
    return f"{column.name} {' and '.join([*told, f'at most {high:.3g}'] if high is not None else told)}"
