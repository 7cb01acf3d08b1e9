"""What learning a policy is worth: learned on some borrowers, valued on others, until every loan was held out once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.strategies.catalogue import Limits
from core.strategies.effects.aipw import Estimate
from core.strategies.effects.nuisance import Nuisances
from core.strategies.evaluation.held_out import chances_of, comparable, difference, figures_of, net_scores, value_of
from core.strategies.observed import Codes, Numbers, Observed
from core.strategies.policy.decide import decide, same_for_all, scaled
from core.strategies.policy.learn import LearnedPolicy, learn_policy
from core.strategies.policy.prices import NOTHING
from core.strategies.policy.value import net_values, rates_under


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What a policy was worth on loans that did not teach it; all values currency a loan, but the rate.

    Attributes:
        n: loans, each held out once. folds: how often a policy was learned.
        value: of the learned policy. rate: the share of the balance recovered under it.
        champion: of the champion's choice; None where there is none to compare with.
        against_champion, against_reference: what the policy brings more.
        champion_against_reference: what the champion brings more than the reference for all; None without a champion.
        promised: what the learned policies themselves said they would bring more than the reference on the same loans.
        choice: (n,) what each loan was given by the policy that did not see it; rates: (n, K) by the same.
        policies: the policies learned, one a fold.
    """

    n: int
    folds: int
    value: Estimate
    rate: Estimate
    champion: Estimate | None
    against_champion: Estimate | None
    against_reference: Estimate
    champion_against_reference: Estimate | None
    promised: float
    choice: Codes
    rates: Numbers
    policies: tuple[LearnedPolicy, ...]

    def to_json(self) -> dict[str, Any]:
        """For the card: estimates with n and interval, None for what is undefined."""
        told: dict[str, Any] = {"n": self.n, "folds": self.folds, "promised": self.promised}
        for name in (
            "value",
            "rate",
            "champion",
            "against_champion",
            "against_reference",
            "champion_against_reference",
        ):
            estimate = getattr(self, name)
            told[name] = None if estimate is None else estimate.to_json()
        return told


def cross_evaluate(
    observed: Observed, nuisances: Nuisances, limits: Limits, champion: Codes | None = None, *,
    workable: int | None = None, seed: int = 0, progress: Callable[[float], None] = lambda _: None,
) -> HeldOut:  # fmt: skip
    """The value of the policy that the method learns, on loans of borrowers that did not teach it.

    Args:
        observed: the loans. nuisances: of the same loans; their folds hold borrowers together and are used here, too.
        limits: figures of the strategies and capacities. Counts, hours and budget are those of a book of `workable` loans
            and are taken in proportion.
        champion: (n,) what the champion would choose, an index into `observed.strategies` or NOTHING; -2 where unknown.
        workable: None where the limits are about as many loans as were observed.
        progress: told the part done (0-1).

    Raises:
        TooLittleData: the policy cannot be learned, or a fold lacks a strategy.

    References:
        Chernozhukov et al. (2018), Econometrics Journal 21, C1 (cross-fitting); Dudik et al. (2014), Statistical Science
        29, 485-511 (doubly robust values); Zheng & van der Laan (2011), Cross-validated targeted minimum-loss estimation.
    """
    figures = figures_of(observed.strategies, limits)
    gamma = net_scores(nuisances.gamma_rate, observed.balance, figures)
    choice, promised = np.full(len(observed), NOTHING, dtype=np.int64), np.zeros(len(observed))
    rates = np.full((len(observed), len(figures)), np.nan)
    policies, folds = [], np.unique(nuisances.fold)
    for done, fold in enumerate(folds):
        out = nuisances.fold == fold
        policy = learn_policy(observed.rows(~out), _rows(nuisances, ~out), limits, seed=seed)
        rates[out] = _in_order(rates_under(policy.artifact, observed.facts[out]), policy.artifact, observed)
        acts = np.isin(
            observed.strategies,
            [n for n, a in zip(policy.artifact["strategies"], policy.artifact["acts"], strict=True) if a],
        )
        share = float(out.sum()) / (len(observed) if workable is None else workable)
        here = scaled(limits, share)
        told = decide(
            rates[out],
            observed.balance[out],
            observed.cluster[out],
            figures_of(observed.strategies, here),
            here,
            acts=acts,
        )
        choice[out] = told.choice
        values = np.nan_to_num(net_values(rates[out], observed.balance[out], figures))
        given = (chances_of(told.choice, len(figures)) * values).sum(axis=1)
        promised[out] = given - values[:, 0]
        policies.append(policy)
        progress((done + 1) / len(folds))
    return _held_out(observed, nuisances, gamma, choice, champion, rates, float(promised.mean()), tuple(policies))


def _held_out(
    observed: Observed, nuisances: Nuisances, gamma: Numbers, choice: Codes, champion: Codes | None, rates: Numbers,
    promised: float, policies: tuple[LearnedPolicy, ...],
) -> HeldOut:  # fmt: skip
    kinds, cluster = gamma.shape[1], observed.cluster
    policy, reference = chances_of(choice, kinds), chances_of(same_for_all(len(observed)), kinds)
    compared = None if champion is None else comparable(champion, observed, nuisances.learned)
    other = None if champion is None else chances_of(np.maximum(champion, NOTHING), kinds)

    def over(first: Numbers, second: Numbers) -> Estimate | None:
        if compared is None or not compared.any():
            return None
        return difference(first[compared], second[compared], gamma[compared], cluster[compared])

    return HeldOut(
        n=len(observed), folds=len(policies), value=value_of(policy, gamma, cluster),
        rate=value_of(policy, nuisances.gamma_rate, cluster),
        champion=None if other is None or compared is None or not compared.any()
        else value_of(other[compared], gamma[compared], cluster[compared]),
        against_champion=None if other is None else over(policy, other),
        against_reference=difference(policy, reference, gamma, cluster),
        champion_against_reference=None if other is None else over(other, reference),
        promised=promised, choice=choice, rates=rates, policies=policies,
    )  # fmt: skip


def _rows(nuisances: Nuisances, chosen: np.ndarray) -> Nuisances:
    """The nuisances of some loans: what learning a policy reads of them knows nothing of outcomes."""
    return replace(
        nuisances, fold=nuisances.fold[chosen], estimated=nuisances.estimated[chosen],
        propensity=nuisances.propensity[chosen], mu_rate=nuisances.mu_rate[chosen],
        gamma_rate=nuisances.gamma_rate[chosen], weight=nuisances.weight[chosen], mu_net=None, gamma_net=None,
    )  # fmt: skip


def _in_order(rates: Numbers, artifact: dict[str, Any], observed: Observed) -> Numbers:
    """The artifact's strategies in the columns of the observed ones; NaN for those it did not learn."""
    told = np.full((len(rates), len(observed.strategies)), np.nan)
    told[:, [observed.strategies.index(name) for name in artifact["strategies"]]] = rates
    return told
