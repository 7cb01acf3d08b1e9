"""How near adjusted effects come to the truth, how often their intervals hold, and whether what cannot be compared is refused.

    python -m tests.bench_effects measured --world plain --loans 5000 --reps 150
    python -m tests.bench_effects measured --world "confounding 3" --reps 40
    python -m tests.bench_effects groups --reps 40

Seeds are 1_000 + the replication, and 1_000 more for every further world of `coverage`, for worlds share the loans of a seed. It takes minutes: no part of the suite.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import click
import numpy as np
import pandas as pd

from core.strategies.catalogue import CATALOGUE
from core.strategies.effects.aipw import contrast
from core.strategies.effects.measure import measure_effects
from core.strategies.effects.nuisance import fit_nuisances
from core.strategies.observed import Observed
from tests.worlds.histories import HISTORIES, History, history
from tests.worlds.observed import observed_of
from tests.worlds.world import COEFFICIENTS, STRATEGIES, Coefficients, draw

FIRST_SEED = 1_000
World = Callable[[int, int], tuple[Observed, np.ndarray, np.ndarray]]
"""Loans and a seed to what is observed and the true mean rate and net value of every loan under every strategy."""


def drawn(told: Coefficients) -> World:
    """A drawn world, net value by the catalogue's figures."""

    def world(n: int, seed: int) -> tuple[Observed, np.ndarray, np.ndarray]:
        chance = {"Standard": 0.6, "Settlement": 0.28, "Legal": 0.12} if told.randomised else None
        loans = draw(n, seed, told)
        rate = loans.truth[[f"rate_{name}" for name in STRATEGIES]].to_numpy()
        factor = np.asarray([each.npv_factor for each in CATALOGUE])
        net = factor * rate * loans.frame["balance"].to_numpy()[:, None] - np.asarray([each.cost for each in CATALOGUE])
        return observed_of(loans, chance=chance), rate, net

    return world


def of_history(told: History) -> World:
    """A history; net value keeps 1, .98, .96, ... of the cash less 0, 40, 80, ..."""

    def world(n: int, seed: int) -> tuple[Observed, np.ndarray, np.ndarray]:
        observed, rate = history(n, seed, told)
        kinds = np.arange(rate.shape[1])
        return observed, rate, (1 - 0.02 * kinds) * rate * observed.balance[:, None] - 40.0 * kinds

    return world


WORLDS: dict[str, World] = {
    **{name: drawn(told) for name, told in COEFFICIENTS.items()},
    "hidden .5": drawn(Coefficients(hidden=0.5)),
    "hidden -.5": drawn(Coefficients(hidden=-0.5)),
    "confounding 1.5": drawn(Coefficients(confounding=1.5)),
    "confounding 2": drawn(Coefficients(confounding=2)),
    "confounding 3": drawn(Coefficients(confounding=3)),
    "court above 180": drawn(Coefficients(court_above=180)),
    "court above 90": drawn(Coefficients(court_above=90)),
    "randomised": drawn(Coefficients(randomised=True)),
    "by category": drawn(Coefficients(by_category=1.0, spread=1.0, kinks=0.4)),
    **{name: of_history(told) for name, told in HISTORIES.items()},
    "history, hidden .5": of_history(History(hidden=0.5)),
    "rule above 1": of_history(History(rule=1.0)),
    "history, confounding 4": of_history(History(confounding=4.0)),
    "a third by chance": of_history(History(trial=0.33)),
}


@click.group()
def main() -> None:
    """Measure the effects."""


@main.command()
@click.option("--world", "names", multiple=True, default=tuple(COEFFICIENTS), show_default=True)
@click.option("--loans", default=5_000, show_default=True)
@click.option("--reps", default=150, show_default=True)
@click.option("--first", default=FIRST_SEED, show_default=True)
@click.option("--out", default=None, help="A file for every replication, as JSON lines.")
def measured(names: tuple[str, ...], loans: int, reps: int, first: int, out: str | None) -> None:
    """Bias, spread, coverage, refusals and bounds against the mean truth of the loans at hand."""
    for name in names:
        begun, rows = time.process_time(), []
        for seed in range(first, first + reps):
            observed, rate, net = WORLDS[name](loans, seed)
            for each in measure_effects(observed).to_json()["effects"]:
                kind = observed.strategies.index(each["strategy"])
                true = rate if each["outcome"] == "recovery_rate" else net
                rows.append(each | {"truth": float((true[:, kind] - true[:, 0]).mean()), "world": name, "loans": loans, "seed": seed})  # fmt: skip
        if out:
            with open(out, "a") as kept:
                kept.writelines(json.dumps(row) + "\n" for row in rows)
        click.echo(f"{name}, n {loans}, seeds {first}-{first + reps - 1}, {(time.process_time() - begun) / reps:.1f} s of work each")  # fmt: skip
        click.echo(summary(pd.DataFrame(rows)).to_string())


@main.command()
@click.option("--world", "names", multiple=True, default=tuple(COEFFICIENTS), show_default=True)
@click.option("--loans", default=5_000, show_default=True)
@click.option("--reps", default=150, show_default=True)
@click.option("--first", default=FIRST_SEED, show_default=True)
def coverage(names: tuple[str, ...], loans: int, reps: int, first: int) -> None:
    """Bias and coverage alone, of every comparison whether it would be refused or not: the quick run for many replications."""
    for place, name in enumerate(names):
        begun, rows = time.process_time(), []
        for seed in range(first, first + reps):
            observed, rate, net = WORLDS[name](loans, seed + 1_000 * place)
            nuisances = fit_nuisances(observed)
            for outcome, gamma, true in (
                ("recovery_rate", nuisances.gamma_rate, rate),
                ("net_value", nuisances.gamma_net, net),
            ):
                values = observed.rate if outcome == "recovery_rate" else observed.net
                for kind in range(1, rate.shape[1]):
                    told = contrast(gamma, kind, observed.cluster)
                    truth = float((true[:, kind] - true[:, 0]).mean())
                    naive = values[observed.strategy == kind].mean() - values[observed.strategy == 0].mean()
                    rows.append({"outcome": outcome, "strategy": observed.strategies[kind], "truth": truth, "naive off": naive - truth,
                                 "naive wrong sign": naive * truth < 0, "off": told.value - truth, "se": told.se,
                                 "held": told.low <= truth <= told.high})  # fmt: skip
        click.echo(f"{name}, n {loans}, seeds {first}-{first + reps - 1}, {(time.process_time() - begun) / reps:.1f} s of work each")  # fmt: skip
        by = pd.DataFrame(rows).groupby(["outcome", "strategy"], sort=False)
        told = by.agg("mean").assign(sd=by["off"].std(), mc=by["off"].sem())
        click.echo(told.round(4).to_string())


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """One line an outcome and strategy."""
    told = {}
    for key, each in rows.groupby(["outcome", "strategy"], sort=False):
        ok = each[each["verdict"] != "not comparable"]
        numbers = ok[["adjusted", "truth", "se", "ci_low", "ci_high", "bound_low", "bound_high", "sensitivity_bound"]].astype(float)  # fmt: skip
        off = numbers["adjusted"] - numbers["truth"]
        held = numbers["truth"].between(numbers["ci_low"], numbers["ci_high"])
        told[key] = {
            "truth": each["truth"].mean(), "naive off": (each["naive"].astype(float) - each["truth"]).mean(),
            "strat off": (each["stratified"].astype(float) - each["truth"]).mean(), "refused": 1 - len(ok) / len(each),
            "off": off.mean(), "mc": off.std() / max(len(off), 1) ** 0.5, "sd": off.std(), "se": numbers["se"].mean(),
            "held": held.mean(), "missed": int((~held).sum()), "bound": numbers["sensitivity_bound"].mean(),
            "bound held": numbers["truth"].between(numbers["bound_low"], numbers["bound_high"]).mean(),
            "ess": (each["ess"].astype(float) / each["n"]).mean(), "smd": each["max_smd"].astype(float).mean(),
        }  # fmt: skip
    return pd.DataFrame(told).T.round(4)


@main.command()
@click.option("--world", "names", multiple=True, default=("plain", "by category"), show_default=True)
@click.option("--loans", default=5_000, show_default=True)
@click.option("--reps", default=40, show_default=True)
def groups(names: tuple[str, ...], loans: int, reps: int) -> None:
    """How often the intervals of groups hold, alone and drawn towards the overall effect, and how far off either is."""
    for name in names:
        rows = []
        for seed in range(FIRST_SEED, FIRST_SEED + reps):
            observed, rate, _ = WORLDS[name](loans, seed)
            for each in measure_effects(observed).groups:
                if each.outcome != "recovery_rate" or each.own is None:
                    continue
                labels, kind = observed.groups[each.grouping], observed.strategies.index(each.strategy)
                truth = (rate[:, kind] - rate[:, 0])[labels == each.group].mean()
                rows.append({
                    "strategy": each.strategy, "own held": each.own.low <= truth <= each.own.high,
                    "held": each.low <= truth <= each.high, "own off": (each.own.value - truth) ** 2,
                    "off": (each.value - truth) ** 2, "own width": each.own.high - each.own.low, "width": each.high - each.low,
                })  # fmt: skip
        told = pd.DataFrame(rows).groupby("strategy").agg("mean")
        click.echo(f"{name}, n {loans}, {reps} replications, {len(rows)} groups")
        click.echo(told.assign(**{each: told[each] ** 0.5 for each in ("own off", "off")}).round(3).to_string())


if __name__ == "__main__":
    main()
