"""How near the score comes to the truth of drawn worlds: `python -m tests.bench_scores` prints the tables.

    python -m tests.bench_scores truth --loans 500 --seeds 10
    python -m tests.bench_scores tuned --loans 2000 --seeds 3
    python -m tests.bench_scores shuffled --loans 500 --seeds 500
    python -m tests.bench_scores refused --loans 500 --seeds 40

Every world of `tests.worlds.world.COEFFICIENTS` is drawn with every seed. It takes minutes to hours: no part of the suite.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import click
import lightgbm
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from core.scores.gate import admit
from core.scores.measures.calibration import calibration_slope, expected_calibration_error
from core.scores.measures.discrimination import auc
from core.scores.rows.features import fit_inputs, matrix_of
from core.scores.rows.folds import grouped_folds
from core.scores.rows.target import Target, non_recovery
from core.scores.scoring.evaluate import evaluate, load_artifact
from core.scores.training import Trained, train_model
from tests.worlds.world import COEFFICIENTS, Drawn, draw, permuted

TEST_LOANS = 30_000
TEST_SEED = 999
TRIALS = 100


@dataclass(frozen=True)
class Asked:
    """Loans no training saw: what became of them, and the probabilities it came from."""

    drawn: Drawn
    truth: np.ndarray
    outcome: np.ndarray

    @property
    def best(self) -> float:
        """The AUC of the true probabilities."""
        return auc(self.outcome, self.truth)


def asked(name: str) -> Asked:
    drawn = draw(TEST_LOANS, TEST_SEED, name)
    truth = drawn.truth["p_Standard"].to_numpy()
    return Asked(drawn, truth, (np.random.default_rng(5).random(len(truth)) < truth).astype(float))


def trained_on(drawn: Drawn) -> tuple[Trained, Target]:
    target = non_recovery(drawn.frame)
    return train_model(target, admit(target, {}, ())), target


def probabilities(trained: Trained, drawn: Drawn) -> np.ndarray:
    scores, _, _ = evaluate(load_artifact(trained.artifact, trained.sha256), drawn.frame)
    return scores


def worlds(seeds: int, names: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    for name in names or tuple(COEFFICIENTS):
        for seed in range(1, seeds + 1):
            yield name, seed


@click.group()
def cli() -> None:
    """Measure the score on worlds of known truth."""


def measured(function):
    function = click.option("--world", "names", multiple=True, help="only this set of coefficients")(function)
    function = click.option("--seeds", default=10, show_default=True)(function)
    return cli.command()(click.option("--loans", default=500, show_default=True)(function))


@measured
def truth(loans: int, seeds: int, names: tuple[str, ...]) -> None:
    """How far AUC and calibration are from the truth, on 30,000 loans under the reference strategy."""
    for name in names or tuple(COEFFICIENTS):
        test, gaps, eces, slopes, kinds, took = asked(name), [], [], [], Counter(), []
        for _, seed in worlds(seeds, (name,)):
            began = time.process_time()
            trained, _ = trained_on(draw(loans, seed, name))
            took.append(time.process_time() - began)
            kinds[trained.kind if trained.artifact else trained.verdict] += 1
            if trained.artifact:
                score = probabilities(trained, test.drawn)
                gaps.append(test.best - auc(test.outcome, score))
                eces.append(expected_calibration_error(test.outcome, score))
                slopes.append(calibration_slope(test.outcome, score))
        print(
            f"{name:8} n={loans} seeds={seeds} oracle {test.best:.3f} gap {np.mean(gaps):.4f} (worst {max(gaps):.4f}) "
            f"ece {np.mean(eces):.4f} slope {np.mean(slopes):.3f} ({min(slopes):.2f}-{max(slopes):.2f}) {dict(kinds)} "
            f"cpu {np.mean(took):.1f} s",
            flush=True,
        )


@measured
def tuned(loans: int, seeds: int, names: tuple[str, ...]) -> None:
    """The chosen candidate against LightGBM tuned by 100 random trials on the same folds, and a default boosting."""
    for name in names or tuple(COEFFICIENTS):
        test, ratios, above = asked(name), [], []
        for _, seed in worlds(seeds, (name,)):
            trained, target = trained_on(draw(loans, seed, name))
            if not trained.artifact:
                continue
            inputs = fit_inputs(target.rows, ())
            rows = matrix_of(inputs, target.rows, under="actual").values
            there = matrix_of(inputs, test.drawn.frame).values
            ours = auc(test.outcome, probabilities(trained, test.drawn))
            theirs = auc(test.outcome, _tuned(rows, target, seed).predict(there))
            plain = HistGradientBoostingClassifier(random_state=seed).fit(rows, target.outcome)
            ratios.append(ours / theirs)
            above.append(ours - auc(test.outcome, plain.predict_proba(there)[:, 1]))
        print(
            f"{name:8} n={loans} seeds={len(ratios)} AUC / tuned LightGBM's {np.mean(ratios):.4f} (least {min(ratios):.4f}) "
            f"AUC - default boosting's {np.mean(above):+.4f} (least {min(above):+.4f})",
            flush=True,
        )


def _tuned(rows: np.ndarray, target: Target, seed: int) -> lightgbm.Booster:
    """The best by log-loss of 100 random settings over five folds, with early stopping's number of trees."""
    draw_from = np.random.default_rng(seed)
    fold = grouped_folds(target.groups, target.outcome)
    best: tuple[float, dict[str, object], int] | None = None
    for _ in range(TRIALS):
        settings = {
            "objective": "binary", "num_threads": 1, "verbosity": -1, "seed": 1, "deterministic": True, "force_row_wise": True,
            "num_leaves": int(draw_from.choice([2, 3, 4, 6, 8, 12, 16, 31])), "bagging_freq": 1,
            "learning_rate": float(draw_from.choice([0.02, 0.05, 0.1])),
            "min_data_in_leaf": int(draw_from.choice([5, 10, 20, 40, 80])),
            "lambda_l2": float(draw_from.choice([0.0, 1.0, 5.0, 20.0])),
            "feature_fraction": float(draw_from.choice([0.4, 0.6, 0.8, 1.0])),
            "bagging_fraction": float(draw_from.choice([0.5, 0.7, 0.9])),
        }  # fmt: skip
        data = lightgbm.Dataset(rows, target.outcome, free_raw_data=False)
        found = lightgbm.cv(
            settings, data, num_boost_round=400, folds=[(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(5)],
            callbacks=[lightgbm.early_stopping(20, verbose=False)],
        )  # fmt: skip
        curve = found["valid binary_logloss-mean"]
        if best is None or curve[-1] < best[0]:
            best = (curve[-1], settings, len(curve))
    assert best is not None
    return lightgbm.train(best[1], lightgbm.Dataset(rows, target.outcome), num_boost_round=best[2])


@measured
def shuffled(loans: int, seeds: int, names: tuple[str, ...]) -> None:
    """How many worlds without signal are accepted: worlds take turns, `seeds` in all."""
    chosen, accepted, refused = names or tuple(COEFFICIENTS), [], 0
    for seed in range(seeds):
        trained, _ = trained_on(permuted(draw(loans, seed, chosen[seed % len(chosen)]), seed))
        if trained.verdict == "usable":
            accepted.append(seed)
            print("accepted", seed, trained.kind, f"{trained.card['auc']:.3f}", trained.card["p_value"], flush=True)
        refused += trained.verdict != "usable"
        if (seed + 1) % 50 == 0:
            print(f"n={loans}: {len(accepted)} of {seed + 1} accepted", flush=True)
    print(f"n={loans}: {len(accepted)} of {seeds} accepted {accepted}, {refused} refused")


@measured
def refused(loans: int, seeds: int, names: tuple[str, ...]) -> None:
    """How many worlds with signal are refused."""
    said = Counter()
    for name, seed in worlds(seeds, names):
        trained, _ = trained_on(draw(loans, seed, name))
        said[name, trained.verdict] += 1
    for (name, word), count in sorted(said.items()):
        print(f"{name:8} n={loans} {word}: {count}")


if __name__ == "__main__":
    cli()
