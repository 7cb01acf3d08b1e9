"""False alarms and power of the drift alarm: `python -m tests.bench_monitoring` prints the tables.

No drift: development and batch are drawn from one population, new for each replication. Facts: five normal, three skewed
with ties, four categories (one with rare levels), three with 1 to 30 % missing, independent of each other.
"""

from __future__ import annotations

import click
import numpy as np

from core.monitoring.drift import baseline, drift

FACTS = 15


def loans(rng: np.random.Generator, n: int, shift: float = 0.0) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """A score and 15 facts of n loans; `shift` moves the score and the first fact, in standard deviations."""
    z = rng.standard_normal((n, 9))
    z[:, 0] += shift
    facts: dict[str, np.ndarray] = {f"normal {at}": z[:, at] for at in range(5)}
    facts |= {
        "days": np.ceil(rng.gamma(1.6, 45, n)), "missed": rng.poisson(0.7, n).astype(float),
        "tenure": rng.choice([12.0, 24.0, 36.0, 48.0, 60.0], n),
        "product": _levels(rng, n, [0.45, 0.25, 0.15, 0.15]), "work": _levels(rng, n, [0.6, 0.3, 0.07, 0.03]),
        "town": _levels(rng, n, 1 / np.arange(1, 40)), "flag": _levels(rng, n, [0.995, 0.005]),
    }  # fmt: skip
    for share, at in ((0.01, 5), (0.10, 6), (0.30, 7)):
        facts[f"missing {share}"] = np.where(rng.random(n) < share, np.nan, z[:, at])
    return 1 / (1 + np.exp(-(z[:, 8] + shift))), facts


def _levels(rng: np.random.Generator, n: int, weights: object) -> np.ndarray:
    p = np.asarray(weights, dtype=float)
    return rng.choice(np.asarray([f"L{at}" for at in range(len(p))], dtype=object), n, p=p / p.sum())


def rates(n: int, m: int, shift: float, replications: int, seed: int) -> tuple[float, float, float]:
    """Share of replications with an alarm of the score, of any input, and of the shifted input."""
    rng = np.random.default_rng([seed, n, m])
    score_alarms = any_alarms = found = 0
    for _ in range(replications):
        held = baseline(*loans(rng, m), first_day="", last_day="")
        score, *inputs = drift(held, *loans(rng, n, shift))
        score_alarms += score.alarm
        any_alarms += any(each.alarm for each in inputs)
        found += inputs[0].alarm
    return score_alarms / replications, any_alarms / replications, found / replications


@click.command()
@click.option("--replications", default=2_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--only", type=int, help="only this many loans learned from")
@click.option("--batch", type=int, help="only this many new loans")
def main(replications: int, seed: int, only: int | None, batch: int | None) -> None:
    """Print false alarms for no drift, and how often a shift of 0.3 standard deviations is found."""
    click.echo(f"{replications} replications, {FACTS} inputs; alarms: no drift | 0.3 sd in the score and in one input")
    click.echo(f"{'m':>6} {'n':>6} | {'score':>6} {'any input':>9} | {'score':>6} {'the input':>9}")
    for m in (only,) if only else (500, 5_000, 20_000):
        for n in (batch,) if batch else (100, 300, 500, 1_000, 3_000, 10_000):
            still = rates(n, m, 0.0, replications, seed)
            moved = rates(n, m, 0.3, replications, seed) if n == 500 else None
            power = f"{moved[0]:>6.2%} {moved[2]:>9.2%}" if moved else ""
            click.echo(f"{m:>6} {n:>6} | {still[0]:>6.2%} {still[1]:>9.2%} | {power}")


if __name__ == "__main__":
    main()
