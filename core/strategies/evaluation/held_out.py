"""What a policy is worth, from what came of loans that others chose for: doubly robust values and differences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.errors import Refused
from core.strategies.catalogue import Limits, Strategy
from core.strategies.effects.aipw import Estimate, mean_of_amounts
from core.strategies.observed import Codes, Numbers, Observed
from core.strategies.policy.prices import NOTHING


def chances_of(choice: Codes, kinds: int) -> Numbers:
    """(n, K) the choice of one strategy a loan as chances: 1 for it, 0 for the others; all 0 where nothing is done."""
    told = np.zeros((len(choice), kinds))
    given = np.flatnonzero(choice != NOTHING)
    told[given, choice[given]] = 1.0
    return told


def scores_of(policy: Numbers, gamma: Numbers) -> Numbers:
    """(n,) doubly robust score of a policy's value for each loan: the scores of the strategies, weighted by its chances.

    Args:
        policy: (n, K) chances of each strategy; what is missing to 1 is done nothing for, of value 0. They may depend on
            facts only, and not on what came of these loans.
        gamma: (n, K) doubly robust scores, rate or net; NaN for a strategy that was not learned.

    Raises:
        Refused: the policy gives a strategy whose scores are unknown.

    References:
        Dudik, Erhan, Langford & Li (2014), Doubly robust policy evaluation and optimization, Statistical Science 29,
        485-511, eq. (9); Athey & Wager (2021), Policy learning with observational data, Econometrica 89, 133-161, eq. (4).
    """
    unknown = ~np.isfinite(gamma)
    if (policy[unknown] > 0).any():
        raise Refused(
            "The policy gives a strategy of which too little is known to say what it brings",
            remedy="Evaluate a policy over the strategies with enough loans.",
        )
    return np.asarray((policy * np.where(unknown, 0.0, gamma)).sum(axis=1))


def comparable(choice: Codes, observed: Observed, learned: np.ndarray) -> np.ndarray:
    """(n,) loans of which a choice can be valued: nothing is done, or what is given was learned and its outcomes differ.

    Where all loans of a strategy had one outcome, its scores have no error and a difference would look surer than it is.

    Args:
        choice: index into the strategies, NOTHING, or less where it is not known.
        learned: (K,) from the nuisances.
    """
    differ = [
        np.ptp(observed.rate[observed.strategy == kind]) > 0 if learned[kind] else False for kind in range(len(learned))
    ]
    return np.asarray((choice >= NOTHING) & np.append(differ, True)[choice])


def net_scores(gamma_rate: Numbers, balance: Numbers, strategies: Sequence[Strategy]) -> Numbers:
    """(n, K) doubly robust scores of net value, currency, from those of the rate and the limits' figures."""
    factor = np.asarray([each.npv_factor * (1.0 - each.fee_share) for each in strategies])
    return np.asarray(factor * gamma_rate * balance[:, None] - np.asarray([each.cost for each in strategies]))


def value_of(policy: Numbers, gamma: Numbers, cluster: Codes) -> Estimate:
    """The mean value a loan of a policy over the loans observed, with an interval that counts a borrower's loans together."""
    return mean_of_amounts(scores_of(policy, gamma), cluster)


def difference(policy: Numbers, against: Numbers, gamma: Numbers, cluster: Codes) -> Estimate:
    """What a policy brings more than another, a loan, over the same loans."""
    return mean_of_amounts(scores_of(policy, gamma) - scores_of(against, gamma), cluster)


def figures_of(names: Sequence[str], limits: Limits) -> tuple[Strategy, ...]:
    """The limits' figures of the strategies in the order of the data. Raises Refused for a name the limits do not know."""
    return tuple(limits.strategy(name) for name in names)
