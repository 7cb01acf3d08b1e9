"""Trials with known truth: skewed, zero-inflated net values, loans of one borrower alike, a score that explains some of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import numpy as np

from core.strategies.trials.design import Arm, Plan
from core.strategies.trials.reading import TrialRows

STARTS, ENDS = date(2026, 1, 1), date(2026, 12, 31)


@dataclass(frozen=True)
class TrialWorld:
    """How the net value of a loan comes about.

    `pays` is the share of loans that pay at all, `spread` the sigma of the logarithm of what these pay, `cost` what
    every loan costs; `score` and `alike` are the shares of the latent propensity that the score and the borrower carry.
    """

    pays: float = 0.40
    spread: float = 0.42
    cost: float = 20.0
    score: float = 0.45
    alike: float = 0.30
    loans_a_borrower: float = 1.3


CV_1_5 = TrialWorld()
CV_2_7 = TrialWorld(pays=0.25, spread=0.76)
WORLDS = {"CV 1.5": CV_1_5, "CV 2.7": CV_2_7}
"""The coefficients of variation of the net value in these worlds, as `cv_of` measures them."""


def plan(monthly: int = 400, months: int = 12) -> Plan:
    """Two even arms, monthly looks for a year, `monthly` loans a month an arm."""
    arms = (Arm("A", 0.5), Arm("B", 0.5))
    return Plan("Bench", arms, STARTS, ENDS, monthly * months, outcome="net_value", looks=months)


def draw(world: TrialWorld, seed: int, *, lift: float = 0.0, monthly: int = 400, months: int = 12) -> TrialRows:
    """The loans of one trial: about `monthly` a month and arm; the challenger's mean net value is 1 + lift times the champion's."""
    rng = np.random.default_rng([seed, 77])
    loans = 2 * monthly * months
    borrower = np.cumsum(rng.random(loans) < 1 / world.loans_a_borrower)
    people = int(borrower[-1]) + 1
    arm = (rng.random(people) < 0.5).astype(np.int64)[borrower]
    shared, score = rng.standard_normal(people)[borrower], rng.standard_normal(loans)
    rest = np.sqrt(1 - world.score - world.alike) * rng.standard_normal(loans)
    latent = np.sqrt(world.score) * score + np.sqrt(world.alike) * shared + rest
    pays = latent < NormalDist().inv_cdf(world.pays)
    paid = np.where(pays, 1_000 * np.exp(world.spread * rng.standard_normal(loans) - world.spread**2 / 2), 0.0)
    value = (paid - world.cost) * np.where(arm == 1, 1 + lift, 1.0)
    days = np.datetime64(STARTS, "D") + np.sort(rng.integers(0, 364, people))[borrower].astype("timedelta64[D]")
    return TrialRows(arm, value, days, borrower.astype(np.int64), -score[:, None], ("score",))


def cv_of(world: TrialWorld, seeds: int = 20) -> float:
    """The coefficient of variation of the net value, over many loans."""
    values = np.concatenate([draw(world, 10_000 + seed).outcome for seed in range(seeds)])
    return float(values.std() / values.mean())
