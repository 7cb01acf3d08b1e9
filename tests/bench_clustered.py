"""Do intervals hold the truth as often as they say where borrowers hold several loans? `python -m tests.bench_clustered`.

A borrower has 1 to 8 loans (mean about 3). Each loan has a score; scores and outcomes of one borrower go together. Coverage of 95 %
intervals, plain (loans as independent) and clustered by borrower, over fresh books; the truth is that of two million loans.
"""

from __future__ import annotations

import click
import numpy as np

from core.metrics.intervals import wilson
from core.monitoring.calibration_watch import actual_by_expected
from core.scores.measures.calibration import slope_interval
from core.scores.measures.clustered import share_interval
from core.scores.measures.discrimination import auc, auc_difference_error, auc_interval
from core.scores.measures.evidence import roc_of
from core.scores.measures.logit import sigmoid
from core.scores.measures.ratios import ratio_effect, ratio_within, share_ratio

Z = 1.959964


def drawn(rng: np.random.Generator, borrowers: int, together: float) -> dict[str, np.ndarray]:
    """Loans of so many borrowers; `together` is the share of the variance that a borrower's loans have in common."""
    sizes = np.minimum(1 + rng.geometric(0.35, borrowers), 8) if together else np.ones(borrowers, dtype=int)
    who = np.repeat(np.arange(borrowers), sizes)
    n = len(who)

    def shared(scale: float = 1.0) -> np.ndarray:
        common = rng.normal(size=borrowers)[who]
        return np.asarray(scale * (np.sqrt(together) * common + np.sqrt(1 - together) * rng.normal(size=n)))

    known, hidden = shared(), shared()
    outcome = (hidden < (-0.6 + known)).astype(float)
    group = (rng.random(borrowers) < 0.4)[who]
    score = known + shared(0.6)
    return {"who": who.astype(float), "outcome": outcome, "known": known, "score": score, "other": known + shared(0.9), "group": group,
            "p": np.asarray(PROBIT(known))}  # fmt: skip


def PROBIT(x: np.ndarray) -> np.ndarray:
    """P(hidden < -0.6 + x) by a logistic close to the normal distribution (off by less than .002)."""
    z = -0.6 + x
    return sigmoid(1.5976 * z + 0.07056 * z**3)


def intervals(told: dict[str, np.ndarray], who: np.ndarray | None) -> dict[str, tuple[float, float]]:
    """The interval of each measure, loans of a borrower together (`who`) or as independent (None)."""
    outcome, score, other, group = told["outcome"], told["score"], told["other"], told["group"]
    alone = np.arange(float(len(outcome)))
    named = alone if who is None else who
    apart, error = auc(outcome, score) - auc(outcome, other), auc_difference_error(outcome, score, other, who)
    chosen = score > 0.8
    counts = int((chosen & group).sum()), int(group.sum()), int((chosen & ~group).sum()), int((~group).sum())
    happened = outcome[group]
    band = np.searchsorted(np.quantile(score, [0.2, 0.4, 0.6, 0.8]), score)
    ratio = actual_by_expected(outcome, told["p"], who)
    return {
        "AUC": auc_interval(outcome, score, groups=who),
        "difference of two AUCs": (apart - Z * error, apart + Z * error),
        "share": wilson(happened.sum(), len(happened)) if who is None else share_interval(happened, who[group]),
        "ratio of shares": share_ratio(*counts, effect=1.0 if who is None else ratio_effect(chosen, group, ~group, named))[1:],
        "ratio within bands": ratio_within(outcome == 1, group, band, groups=who)[1:],
        "actual / expected": (ratio.low, ratio.high),
        "slope": slope_interval(outcome, told["p"], who)[1:],
        "KS": tuple(roc_of(outcome, score, who)["ks"]["ci"]),
    }  # fmt: skip


def truth() -> dict[str, float]:
    """The same figures of very many loans."""
    told = drawn(np.random.default_rng(1), 600_000, 0.5)
    outcome, score = told["outcome"], told["score"]
    p = sigmoid(score)
    return {
        "AUC": auc(outcome, score), "difference of two AUCs": auc(outcome, score) - auc(outcome, told["other"]),
        "share": float(outcome.mean()), "ratio of shares": 1.0, "ratio within bands": 1.0,
        "actual / expected": float(outcome.sum() / told["p"].sum()), "slope": slope_interval(outcome, told["p"])[0],
        "KS": float(roc_of(outcome, p)["ks"]["value"]),
    }  # fmt: skip


@click.command()
@click.option("--seeds", default=500)
@click.option("--borrowers", default=300)
@click.option("--together", default=0.5)
def cli(seeds: int, borrowers: int, together: float) -> None:
    """Print the coverage of each interval, plain and clustered."""
    true = truth()
    held: dict[str, np.ndarray] = {name: np.zeros(2) for name in true}
    loans = 0
    for seed in range(seeds):
        told = drawn(np.random.default_rng([7, seed]), borrowers, together)
        loans += len(told["who"])
        for at, who in enumerate((None, told["who"])):
            for name, (low, high) in intervals(told, who).items():
                held[name][at] += low <= true[name] <= high
    click.echo(
        f"{seeds} books of {borrowers} borrowers, {loans / seeds:.0f} loans each, {together} of the variance together"
    )
    for name, (plain, clustered) in held.items():
        click.echo(f"{name:24} plain {plain / seeds:.3f}   clustered {clustered / seeds:.3f}")


if __name__ == "__main__":
    cli()
