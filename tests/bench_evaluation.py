"""Whether held-out values of learned policies are right on average, and how often their intervals hold.

    python -m tests.bench_evaluation --worlds plain --loans 2000 --reps 200

The truth is the true net value of what the policies chose: for the loans they were judged on, and for 10,000 new loans
(the population). The champion is the thresholds on the true risk: what was done cannot be held against anything in this way,
for a choice must hang on the facts of a loan alone, not on the strategy it had. It takes minutes: no part of the suite.
"""

from __future__ import annotations

import time

import click
import numpy as np

from core.strategies.effects.aipw import Estimate
from core.strategies.effects.nuisance import fit_nuisances
from core.strategies.evaluation.cross import cross_evaluate
from core.strategies.policy.value import net_values
from core.strategies.thresholds import CHAMPION_V0
from tests.bench_policy import LIMITS, WORLDS, chosen, new_loans
from tests.worlds.observed import observed_of
from tests.worlds.world import STRATEGIES, draw

FIRST_SEED = 5_000


def replication(world: str, loans: int, seed: int) -> dict[str, tuple[Estimate, float, float]]:
    """By question, the estimate, the truth on the same loans and the truth in the population."""
    drawn = draw(loans, seed, WORLDS[world])
    observed = observed_of(drawn)
    net = net_values(
        drawn.truth[[f"rate_{name}" for name in STRATEGIES]].to_numpy(), observed.balance, LIMITS.strategies
    )
    champion = np.searchsorted(CHAMPION_V0.edges, drawn.truth["p_Standard"], side="right")
    told = cross_evaluate(observed, fit_nuisances(observed), LIMITS, champion=champion)
    rows, given = np.arange(loans), told.choice >= 0
    brings = np.where(given, net[rows, np.maximum(told.choice, 0)], 0.0)
    asked = new_loans(world, 10_000)
    there = np.mean([asked.total(chosen(policy, asked)) for policy in told.policies]) / len(asked.net)
    reference = asked.reference / len(asked.net)
    assert told.against_champion is not None
    nan = float("nan")
    return {
        "against the reference": (told.against_reference, float((brings - net[:, 0]).mean()), float(there - reference)),
        "against the thresholds": (told.against_champion, float((brings - net[rows, champion]).mean()), nan),
        "value": (told.value, float(brings.mean()), float(there)),
        "promised": (Estimate(told.promised, nan, nan, nan, loans), float((brings - net[:, 0]).mean()), nan),
    }


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
            estimates = [each[question][0] for each in drawn]
            for of, place in (("these loans", 1), ("population", 2)):
                truth = np.asarray([each[question][place] for each in drawn])
                value = np.asarray([each.value for each in estimates])
                if np.isnan(truth).any():
                    continue
                inside = np.mean([e.low <= t <= e.high for e, t in zip(estimates, truth, strict=True)])
                error = value - truth
                print(
                    f"{world:12s} n {loans:5d} reps {reps:4d}  {question:24s} of {of:12s} truth {truth.mean():9.1f}  bias {error.mean():8.1f} "
                    f"({100 * error.mean() / truth.mean():6.1f} percent, standard error {100 * error.std() / np.sqrt(reps) / abs(truth.mean()):5.1f})  "
                    f"coverage {inside:.3f}  half width {np.mean([1.96 * e.se for e in estimates]):8.1f}",
                    flush=True,
                )
        print(f"{(time.process_time() - begun) / reps:.1f} s of CPU a replication")


if __name__ == "__main__":
    main()
