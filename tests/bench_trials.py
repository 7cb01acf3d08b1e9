"""How often trials that are read monthly promote a challenger that does nothing, and how often they find one that works.

    python -m tests.bench_trials [--reps 2000] [--world "CV 1.5"] [--lift 0.2]

Skewed, zero-inflated net values with loans of one borrower alike (tests/trial_worlds.py); monthly looks for a year.
Beside O'Brien-Fleming spending: the always-valid sequence, looking every month at p < .05, and one look at the end.
It takes minutes: no part of the suite.
"""

from __future__ import annotations

import time
from statistics import NormalDist

import click
import numpy as np

from core.strategies.trials.looks import boundaries
from core.strategies.trials.reading import TrialRows, compared
from core.strategies.trials.sequence import reach
from tests.trial_worlds import WORLDS, TrialWorld, cv_of, draw, plan

Z = NormalDist().inv_cdf(0.975)
RULES = ("looks", "always valid", "peeking", "one look")


def decided(rows: TrialRows, *, adjusted: bool, monthly: int = 400) -> dict[str, int]:
    """By rule, the side that was claimed first: 1 the challenger, -1 the champion, 0 neither."""
    trial = plan(monthly)
    seen = (
        rows
        if adjusted
        else TrialRows(rows.arm, rows.outcome, rows.assigned_on, rows.borrower, np.empty((len(rows), 0)))
    )
    told = [compared(trial, seen, 1, day) for day in trial.look_days()]
    z = np.array([each.z for each in told])
    information = [1 / (1 / each.loans[0] + 1 / each.loans[1]) for each in told]
    limits = {
        "looks": np.array(boundaries(information, trial.planned_n / 2, closed=True)),
        "always valid": np.array([reach(sum(each.loans), 2 * trial.planned_n) for each in told]),
        "peeking": np.full(len(z), Z),
        "one look": np.array([np.inf] * (len(z) - 1) + [Z]),
    }
    found = {}
    for rule, limit in limits.items():
        crossed = np.flatnonzero(np.abs(z) >= limit)
        found[rule] = int(np.sign(z[crossed[0]])) if len(crossed) else 0
    return found


def measured(
    world: TrialWorld, seeds: range, *, lift: float, adjusted: bool, monthly: int = 400
) -> dict[str, tuple[float, float]]:
    """By rule: the share of trials in which any difference was claimed, and in which the challenger was promoted."""
    sides = [
        decided(draw(world, seed, lift=lift, monthly=monthly), adjusted=adjusted, monthly=monthly) for seed in seeds
    ]
    return {
        rule: (float(np.mean([side[rule] != 0 for side in sides])), float(np.mean([side[rule] > 0 for side in sides])))
        for rule in RULES
    }


@click.command()
@click.option("--reps", default=2_000, show_default=True)
@click.option("--first-seed", default=1, show_default=True)
@click.option(
    "--world", "worlds", multiple=True, type=click.Choice(list(WORLDS)), default=list(WORLDS), show_default=True
)
@click.option("--lift", "lifts", multiple=True, type=float, default=(0.0, 0.2), show_default=True)
def main(reps: int, first_seed: int, worlds: tuple[str, ...], lifts: tuple[float, ...]) -> None:
    """Print the table."""
    seeds = range(first_seed, first_seed + reps)
    for name in worlds:
        said = f"{name}: measured CV {cv_of(WORLDS[name]):.2f}; {reps} trials, seeds {seeds[0]}-{seeds[-1]}, 400 a month an arm"
        click.echo(said)
        for lift in lifts:
            for adjusted in (False, True):
                begun = time.perf_counter()
                found = measured(WORLDS[name], seeds, lift=lift, adjusted=adjusted)
                said = "  ".join(f"{rule} {any_:.4f} (promoted {up:.4f})" for rule, (any_, up) in found.items())
                how = "adjusted by the score" if adjusted else "plain"
                click.echo(f"  lift {lift:.0%} {how:<22} claimed: {said}  [{time.perf_counter() - begun:.0f} s]")


if __name__ == "__main__":
    main()
