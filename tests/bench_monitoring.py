"""How often the watch over a score is wrong: `python -m tests.bench_monitoring drift` and `... trained` print the tables.

No drift: development and batch are drawn from one population, new for each replication. Facts: five normal, three skewed
with ties, four categories (one with rare levels), three with 1 to 30 % missing, independent of each other.
"""

from __future__ import annotations

import click
import numpy as np

from core.monitoring.alerts import of_ranking, of_ratio
from core.monitoring.calibration_watch import actual_by_expected, fell_by, ranking
from core.monitoring.drift import baseline, drift
from core.scores.measures.calibration import apply_calibration
from core.scores.rows.features import input_values
from core.scores.rows.target import RECOVERED_FROM
from core.scores.scoring.evaluate import evaluate, load_artifact

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


@click.group()
def cli() -> None:
    """Measure false alarms, and how often a shift is found."""


@cli.command("drift")
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


@cli.command("trained")
@click.option("--loans", "learned", default=5_000, show_default=True, help="loans learned from")
@click.option("--seeds", default=3, show_default=True)
@click.option("--batches", default=200, show_default=True, help="batches of each size for each world")
def trained(learned: int, seeds: int, batches: int) -> None:
    """False alarms of models trained on worlds, on batches of the same world: nothing drifts, but the model is an estimate."""
    from tests.bench_scores import trained_on, worlds
    from tests.worlds.world import draw

    click.echo(f"{learned} loans learned from; {batches} batches a model and size; share of batches with an alarm")
    click.echo(
        f"{'world':>10} {'seed':>4} {'n':>5} | {'score':>6} {'any input':>9} | {'A/E amber':>9} {'A/E red':>8} {'AUC red':>8}"
    )
    for name, seed in worlds(seeds, ()):
        made, target = trained_on(draw(learned, seed, name))
        if not made.artifact:
            click.echo(f"{name:>10} {seed:>4}: refused")
            continue
        told = Watched(made, target, draw(40_000, 900 + seed, name).frame)
        for n in (500, 2_000):
            click.echo(f"{name:>10} {seed:>4} {n:>5} | {told.rates(n, batches)}")


class Watched:
    """A trained model and many later loans of its world, scored once."""

    def __init__(self, made, target, later) -> None:
        artifact = load_artifact(made.artifact, made.sha256)
        score = apply_calibration(artifact.content["calibration"], made.margins)
        self.held = baseline(score, input_values(artifact.inputs, target.rows), first_day="", last_day="")
        self.before = ranking(target.outcome, made.margins)
        self.score, self.inputs = evaluate(artifact, later)[0], input_values(artifact.inputs, later)
        self.outcome = (later["cash_12m"] < RECOVERED_FROM * later["balance"]).to_numpy(dtype=float)
        levels = next((each["levels"] for each in artifact.inputs if each["kind"] == "strategy"), [])
        self.as_said = ~later["strategy"].isin(levels).to_numpy()

    def rates(self, n: int, batches: int) -> str:
        rng, found = np.random.default_rng(n), np.zeros(5)
        for _ in range(batches):
            rows = rng.choice(len(self.score), n, replace=False)
            of_score, *inputs = drift(
                self.held, self.score[rows], {name: each[rows] for name, each in self.inputs.items()}
            )
            said = rows[self.as_said[rows]]
            ratio = actual_by_expected(self.outcome[said], self.score[said])
            bad = of_ratio(ratio.value, ratio.low, ratio.high)
            drop, low, _ = fell_by(self.before, ranking(self.outcome[rows], self.score[rows]))
            found += [
                of_score.alarm,
                any(each.alarm for each in inputs),
                bad == 1,
                bad == 2,
                of_ranking(drop, low) == 2,
            ]
        score, inputs_, amber, red, fell = found / batches
        return f"{score:>6.1%} {inputs_:>9.1%} | {amber:>9.1%} {red:>8.1%} {fell:>8.1%}"


if __name__ == "__main__":
    cli()
