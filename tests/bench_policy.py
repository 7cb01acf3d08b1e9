"""What share of the oracle's uplift over the reference for all a learned policy captures on new loans, under capacity.

    python -m tests.bench_policy uplift --worlds plain,quiet --loans 500,2000 --seeds 10
    python -m tests.bench_policy uplift --worlds harder,costly --loans 500 --seeds 100
    python -m tests.bench_policy flips

True net values of new loans come from the worlds' truth and the catalogue's costs. It takes minutes: no part of the suite.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cache

import click
import numpy as np

from core.strategies.catalogue import CATALOGUE, Limits
from core.strategies.effects.nuisance import fit_nuisances
from core.strategies.observed import Observed
from core.strategies.policy.decide import decide
from core.strategies.policy.hysteresis import margins, share_moved, staying
from core.strategies.policy.learn import LearnedPolicy, learn_policy
from core.strategies.policy.prices import NOTHING, allocate
from core.strategies.policy.value import net_values, rates_under, spreads_under
from tests.worlds.observed import observed_of
from tests.worlds.world import COEFFICIENTS, STRATEGIES, Coefficients, draw

NEW_LOANS, NEW_SEED = 20_000, 90_001
WORLDS: dict[str, Coefficients] = COEFFICIENTS | {
    "by chance": Coefficients(randomised=True),
    "poor overlap": Coefficients(confounding=2.0),
    "harder": Coefficients(by_category=1, settlement=0, legal=0),
    "costly": Coefficients(by_category=1, settlement=0, legal=-0.3),
}
"""The four sets, a randomised history, a strongly confounded one, and two in which effects are carried by categories."""
LIMITS = Limits(
    tuple(replace(each, capacity_share=share) for each, share in zip(CATALOGUE, (None, 0.30, 0.08), strict=True))
)


@dataclass(frozen=True)
class NewLoans:
    """Loans nobody learned from, with the true net value of each strategy, and what the best and the plainest policy bring."""

    observed: Observed
    net: np.ndarray
    oracle: float
    reference: float
    thresholds: float

    def share(self, choice: np.ndarray) -> float:
        """A choice's true uplift over the reference for all, as a share of the oracle's."""
        return (self.total(choice) - self.reference) / (self.oracle - self.reference)

    def total(self, choice: np.ndarray) -> float:
        given = choice != NOTHING
        return float(self.net[np.flatnonzero(given), choice[given]].sum())


@cache
def new_loans(world: str, loans: int = NEW_LOANS) -> NewLoans:
    drawn = draw(loans, NEW_SEED, WORLDS[world])
    observed = observed_of(drawn)
    net = net_values(
        drawn.truth[[f"rate_{name}" for name in STRATEGIES]].to_numpy(), observed.balance, LIMITS.strategies
    )
    best = allocate(net, np.ones(loans), LIMITS.strategies, LIMITS, loans)
    risk = drawn.truth["p_Standard"].to_numpy()
    order, choice = np.argsort(-risk), np.zeros(loans, dtype=np.int64)
    court = order[: int(0.08 * loans)]
    choice[court[risk[court] >= 0.75]] = 2
    settle = [loan for loan in order if choice[loan] == 0 and risk[loan] >= 0.5][: int(0.3 * loans)]
    choice[settle] = 1
    told = NewLoans(observed, net, best.total, float(net[:, 0].sum()), 0.0)
    return replace(told, thresholds=told.share(choice))


def learned(world: str, loans: int, seed: int) -> LearnedPolicy:
    observed = observed_of(draw(loans, seed, WORLDS[world]))
    return learn_policy(observed, fit_nuisances(observed), LIMITS)


def chosen(policy: LearnedPolicy, asked: NewLoans, *, gated: bool = True) -> np.ndarray:
    rates = rates_under(policy.artifact, asked.observed.facts)
    acts = np.asarray(policy.artifact["acts"]) if gated else None
    count = len(rates)
    return decide(rates, asked.observed.balance, np.arange(count), LIMITS.strategies, LIMITS, acts=acts).choice


@click.group()
def main() -> None:
    """Measure learned policies."""


@main.command()
@click.option("--worlds", default=",".join(WORLDS), show_default=True)
@click.option("--loans", default="500,2000,5000,20000", show_default=True)
@click.option("--seeds", default=4, show_default=True)
@click.option("--first", default=0, show_default=True, help="The first seed.")
@click.option("--new", default=NEW_LOANS, show_default=True)
def uplift(worlds: str, loans: str, seeds: int, first: int, new: int) -> None:
    """Shares of the oracle's uplift, as the policy acts and as it would without asking for evidence."""
    print(
        "world        loans seeds  thresholds  share  sd    worst  under -.02 | without evidence: share worst under -.02 | CPU s"
    )
    for world in worlds.split(","):
        asked = new_loans(world, new)
        for count in (int(each) for each in loans.split(",")):
            begun, told = time.process_time(), []
            for seed in range(first, first + seeds):
                policy = learned(world, count, seed)
                told.append([asked.share(chosen(policy, asked, gated=gated)) for gated in (True, False)])
            share, open_ = np.asarray(told).T
            took = (time.process_time() - begun) / seeds
            print(
                f"{world:12s} {count:5d} {seeds:4d}  {asked.thresholds:9.3f}  {share.mean():6.3f} {share.std():5.3f} {share.min():6.3f} "
                f"{int((share < -0.02).sum()):5d}      | {open_.mean():6.3f} {open_.min():6.3f} {int((open_ < -0.02).sum()):4d} | {took:5.1f}",
                flush=True,
            )


@main.command()
@click.option("--world", default="plain", show_default=True)
@click.option("--loans", default=3000, show_default=True)
@click.option("--months", default=6, show_default=True)
def flips(world: str, loans: int, months: int) -> None:
    """Borrowers who change strategy when a policy is learned again each month with 10 percent more loans, and the value it costs."""
    asked = new_loans(world)
    every = observed_of(draw(loans * 2, 5, WORLDS[world]))
    place = np.arange(len(asked.net))
    free, kept = [], []
    for month in range(months + 1):
        some = every.rows(np.arange(int(loans * (1 + 0.1 * month))))
        policy = learn_policy(some, fit_nuisances(some), LIMITS)
        rates = rates_under(policy.artifact, asked.observed.facts)
        spreads = spreads_under(policy.artifact, asked.observed.facts)
        values = net_values(rates, asked.observed.balance, LIMITS.strategies)
        free.append(allocate(values, np.ones(len(values)), LIMITS.strategies, LIMITS, len(values)).choice)
        if kept:
            values = staying(values, kept[-1], margins(spreads, asked.observed.balance, place, LIMITS.strategies))
        kept.append(allocate(values, np.ones(len(values)), LIMITS.strategies, LIMITS, len(values)).choice)
        if month:
            print(
                f"month {month}: moved {share_moved(*free[-2:]):.3f} without, {share_moved(*kept[-2:]):.3f} with hysteresis; "
                f"share of the oracle's uplift {asked.share(free[-1]):.3f} and {asked.share(kept[-1]):.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
