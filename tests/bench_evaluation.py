"""Whether held-out values of learned policies are right on average, and how often their intervals hold.

    python -m tests.bench_evaluation --worlds plain,harder --loans 5000 --reps 200

What a policy is worth is a skewed amount: over 200 replications its mean error alone wanders by several percent. So each
estimate is also held against the one that true chances and true means would have given from the same outcomes; that one is
unbiased by construction, and the difference shows a bias with less noise. The truth is the true net value of what the policies chose: for the loans they were judged on, and for 10,000 new loans
(the population). The champion is the thresholds on the true risk: what was done cannot be held against anything in this way,
for a choice must hang on the facts of a loan alone, not on the strategy it had. It takes minutes: no part of the suite.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import click
import numpy as np

from core.strategies.effects.aipw import Estimate, scores
from core.strategies.effects.nuisance import fit_nuisances
from core.strategies.evaluation.cross import cross_evaluate
from core.strategies.evaluation.held_out import chances_of, difference, net_scores, value_of
from core.strategies.policy.value import net_values
from core.strategies.thresholds import CHAMPION_V0
from tests.bench_policy import LIMITS, WORLDS, chosen, new_loans
from tests.worlds.observed import observed_of
from tests.worlds.world import STRATEGIES, draw

FIRST_SEED = 5_000


@dataclass(frozen=True)
class Asked:
    """One question of one replication: the estimate, what true chances and means would tell of it, the truth on the same loans and in the population."""

    estimate: Estimate
    by_truth: float
    here: float
    there: float = float("nan")


def replication(world: str, loans: int, seed: int) -> dict[str, Asked]:
    """By question."""
    drawn = draw(loans, seed, WORLDS[world])
    observed = observed_of(drawn)
    rates, given = (drawn.truth[[f"{what}_{name}" for name in STRATEGIES]].to_numpy() for what in ("rate", "chance"))
    net = net_values(rates, observed.balance, LIMITS.strategies)
    champion = np.searchsorted(CHAMPION_V0.edges, drawn.truth["p_Standard"], side="right")
    told = cross_evaluate(observed, fit_nuisances(observed), LIMITS, champion=champion)
    assert told.against_champion is not None
    gamma = net_scores(scores(observed.rate, observed.strategy, rates, given), observed.balance, LIMITS.strategies)
    policy, thresholds = chances_of(told.choice, len(STRATEGIES)), chances_of(champion, len(STRATEGIES))
    reference = chances_of(np.zeros(loans, dtype=np.int64), len(STRATEGIES))
    brings = (policy * net).sum(axis=1)
    asked = new_loans(world, 10_000)
    there = np.mean([asked.total(chosen(policy, asked)) for policy in told.policies]) / len(asked.net)
    return {
        "against the reference": Asked(
            told.against_reference, difference(policy, reference, gamma, observed.cluster).value,
            float((brings - net[:, 0]).mean()), float(there - asked.reference / len(asked.net)),
        ),
        "against the thresholds": Asked(
            told.against_champion, difference(policy, thresholds, gamma, observed.cluster).value,
            float((brings - (thresholds * net).sum(axis=1)).mean()),
        ),
        "value": Asked(told.value, value_of(policy, gamma, observed.cluster).value, float(brings.mean()), float(there)),
    }  # fmt: skip


@click.command()
@click.option("--worlds", default="plain", show_default=True)
@click.option("--loans", default=2_000, show_default=True)
@click.option("--reps", default=20, show_default=True)
@click.option("--first", default=FIRST_SEED, show_default=True)
def main(worlds: str, loans: int, reps: int, first: int) -> None:
    """Measure held-out values."""
    for world in worlds.split(","):
        begun = time.process_time()
        drawn = [replication(world, loans, first + seed) for seed in range(reps)]
        for question in drawn[0]:
            each = [replicated[question] for replicated in drawn]
            here = np.mean([one.here for one in each])
            error = 100 * np.asarray([one.estimate.value - one.here for one in each]) / here
            beside = 100 * np.asarray([one.estimate.value - one.by_truth for one in each]) / here
            inside = [one.estimate.low <= one.here <= one.estimate.high for one in each]
            there = [one.estimate.low <= one.there <= one.estimate.high for one in each if one.there == one.there]
            print(
                f"{world:12s} n {loans:5d} reps {reps:4d}  {question:24s} truth {here:9.1f}  bias in percent {error.mean():6.1f} "
                f"({error.std() / np.sqrt(reps):4.1f}), beside true chances and means {beside.mean():6.1f} ({beside.std() / np.sqrt(reps):4.1f})  "
                f"coverage {np.mean(inside):.3f}"
                + (f", of the population {np.mean(there):.3f}" if there else "")
                + f"  half width {np.mean([1.96 * one.estimate.se for one in each]):8.1f}",
                flush=True,
            )
        print(f"{(time.process_time() - begun) / reps:.1f} s of CPU a replication")


if __name__ == "__main__":
    main()
