"""How near the recovery rate comes to the truth of drawn worlds, how often its intervals hold, and how fast a book is scored.

    python -m tests.bench_rates truth --loans 500 --seeds 10
    python -m tests.bench_rates intervals --loans 500 --seeds 10
    python -m tests.bench_rates speed --kind random_forest

It takes minutes: no part of the suite.
"""

from __future__ import annotations

import json
import resource
import time

import click
import numpy as np
import pandas as pd

from core.metrics.delinquency import bucket_of
from core.records import Model
from core.scores.learning.candidates import CANDIDATES
from core.scores.rate.intervals import loan_interval, loan_variance, sum_interval
from core.scores.rate.model import rates_under
from core.scores.rate.training import RateLearned, train_rate
from core.scores.rows.features import fit_inputs, matrix_of
from core.scores.rows.target import non_recovery
from core.scores.scoring.evaluate import FORMAT, sha256_of
from core.workflows.score import score_frame
from tests.worlds.world import COEFFICIENTS, STRATEGIES, Coefficients, Drawn, draw

TEST_LOANS, TEST_SEED = 30_000, 999
WORLDS: dict[str, Coefficients] = COEFFICIENTS | {
    "faint": Coefficients(dpd=-0.3, missed=-0.15, debt=-0.2, cover=0.2, kept=0.25, reach=0.15, balance=-0.1),
    "by product's effect": Coefficients(by_category=1.0, spread=1.0, kinks=0.4),
}
"""The four sets, and two more: one in which little can be known, and one in which strategies work by kind of loan."""


def learned(drawn: Drawn) -> RateLearned:
    target = non_recovery(drawn.frame)
    return train_rate(target, target.rows, fit_inputs(target.rows, ()))


def with_parts_and_wholes(drawn: Drawn, seed: int) -> Drawn:
    """The same loans; of those that pay more than nothing, a loan pays all it owes as often as makes the same mean."""
    rate = (drawn.frame["cash_12m"] / drawn.frame["balance"]).to_numpy()
    whole = np.random.default_rng([seed, 7]).random(len(rate)) < np.minimum(rate, 1.0)
    came = np.where(np.random.default_rng([seed, 8]).random(len(rate)) < 0.5, np.where(whole, 1.0, 0.0), rate)
    return Drawn(drawn.frame.assign(cash_12m=came * drawn.frame["balance"]), drawn.truth)


def truth_of(drawn: Drawn) -> np.ndarray:
    """The mean rate of each loan under the strategy it had."""
    had = drawn.frame["strategy"].to_numpy()
    return np.select([had == name for name in STRATEGIES], [drawn.truth[f"rate_{name}"] for name in STRATEGIES])


def r2(came: np.ndarray, told: np.ndarray) -> float:
    return float(1 - ((came - told) ** 2).sum() / ((came - came.mean()) ** 2).sum())


@click.group()
def main() -> None:
    """Measure the recovery rate."""


@main.command()
@click.option("--loans", default=500, show_default=True)
@click.option("--seeds", default=10, show_default=True)
@click.option("--wholes", is_flag=True, help="Half of the outcomes are nothing or all of the balance.")
def truth(loans: int, seeds: int, wholes: bool) -> None:
    """R2 of the predicted rate as a share of the true rate's, under the strategies loans had and for the truth under each."""
    means = []
    for name, told in WORLDS.items():
        asked = draw(TEST_LOANS, TEST_SEED, told)
        if wholes:
            asked = with_parts_and_wholes(asked, TEST_SEED)
        came, best = (asked.frame["cash_12m"] / asked.frame["balance"]).to_numpy(), truth_of(asked)
        rows, begun, refused = [], time.perf_counter(), 0
        for seed in range(1, seeds + 1):
            drawn = draw(loans, seed, told)
            model = learned(with_parts_and_wholes(drawn, seed) if wholes else drawn)
            if model.content is None:
                refused += 1
                continue
            found = {"had": r2(came, rates_under(model.content, asked.frame, asked.frame["strategy"])) / r2(came, best)}
            for strategy in model.card["strategies"]:
                truly = asked.truth[f"rate_{strategy}"].to_numpy()
                found[strategy] = r2(truly, rates_under(model.content, asked.frame, strategy))
            rows.append({**found, "A/E": model.card["actual_expected"]})
        table = pd.DataFrame(rows)
        means.append((name, table.mean()))
        shares = "  ".join(f"{column} {table[column].mean():.3f} (sd {table[column].std():.3f})" for column in table)
        took = (time.perf_counter() - begun) / seeds
        click.echo(
            f"n {loans:>6} {name:<20} best R2 {r2(came, best):.3f}  {shares}  refused {refused}  {took:.1f} s a seed"
        )
    four = pd.DataFrame([mean for name, mean in means if name in COEFFICIENTS]).mean()
    click.echo(
        f"n {loans:>6} mean of the four sets  " + "  ".join(f"{name} {value:.3f}" for name, value in four.items())
    )


@main.command()
@click.option("--loans", default=500, show_default=True)
@click.option("--asked", "of_day", default=3_000, show_default=True)
@click.option("--seeds", default=10, show_default=True)
def intervals(loans: int, of_day: int, seeds: int) -> None:
    """How often 80 and 95 % intervals hold: of single loans, and of sums of loans that nobody learned from."""
    singles, sums = [], []
    for place, name in enumerate(COEFFICIENTS):
        for seed in range(seeds):
            model = learned(draw(loans, 1_000 * place + seed, name))
            if model.content is None:
                continue
            frame = draw(of_day, 500_000 + 1_000 * place + seed, name).frame
            _hold(model, frame, singles, sums)
    click.echo(f"n {loans}, {of_day} loans asked, {seeds} seeds of each of {len(COEFFICIENTS)} sets")
    click.echo(pd.DataFrame(singles).mean().round(3).to_string())
    click.echo(pd.DataFrame(sums).groupby("group").agg(["mean", "count"])[[("held 80", "mean"), ("held 95", "mean"), ("width", "mean"), ("held 95", "count")]].round(3).to_string())  # fmt: skip


def _hold(
    model: RateLearned, frame: pd.DataFrame, singles: list[dict[str, float]], sums: list[dict[str, object]]
) -> None:
    told, cash, balance = (
        rates_under(model.content or {}, frame, frame["strategy"]), frame["cash_12m"].to_numpy(), frame["balance"].to_numpy(),
    )  # fmt: skip
    spread = (model.content or {})["intervals"]
    single = {}
    for level in (0.80, 0.95):
        low, high = loan_interval(spread, told, level)
        single[f"loan {level:.2f}"] = float(((cash >= low * balance) & (cash <= high * balance)).mean())
        single[f"width {level:.2f}"] = float((high - low).mean())
    singles.append(single)
    variance = loan_variance(spread, told, balance)
    by = {
        "product": frame["product"],
        "strategy": frame["strategy"],
        "bucket": pd.Series(bucket_of(frame["dpd"])),
        "work": frame["employment_type"],
    }
    by["product x bucket"] = by["product"] + by["bucket"].astype(str)
    groups = [("whole", np.ones(len(frame), dtype=bool)), ("lower half", told < np.median(told))]
    groups += [(name, (values == each).to_numpy()) for name, values in by.items() for each in values.unique()]
    for name, rows in groups:
        if rows.sum() < 30:
            continue
        expected, held = float((told * balance)[rows].sum()), {}
        for level in (0.80, 0.95):
            low, high = sum_interval(expected, float(variance[rows].sum()), int(rows.sum()), of_day=len(frame),
                                     learned_from=spread["learned_from"], level=level)  # fmt: skip
            held[f"held {level * 100:.0f}"] = float(low <= cash[rows].sum() <= high)
        sums.append({"group": name, **held, "width": (high - low) / expected})


@main.command()
@click.option("--kind", default="random_forest", show_default=True)
@click.option("--learned", "loans", default=5_000, show_default=True)
@click.option("--scored", default=100_000, show_default=True)
def speed(kind: str, loans: int, scored: int) -> None:
    """Scores, reasons and expectations of a book by the largest models, and of one loan."""
    drawn = draw(loans, 1, "kinked")
    target = non_recovery(drawn.frame)
    inputs = fit_inputs(target.rows, ())
    rows = matrix_of(inputs, target.rows, under="actual").values
    fitted = next(each for each in CANDIDATES if each.kind == kind).fit(
        rows, target.outcome, [0] * rows.shape[1], target.groups
    )
    content = {"format": FORMAT, "kind": kind, "inputs": inputs, "calibration": {"method": "none"}, **fitted.content}
    text = json.dumps(content | {"rate": learned(drawn).content})
    model = Model(1, kind, "champion", "", sha256_of(text), {}, text)
    book = draw(scored, 2, "kinked").frame.assign(snapshot_id=range(scored), confirmed=None, as_of="2026-10-31")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begun, busy = time.perf_counter(), time.process_time()
    scores = score_frame(
        book, champion=model, segmentation=None, rates=pd.DataFrame(columns=["bucket", "loans", "balance", "cash_12m"])
    )
    took, worked = time.perf_counter() - begun, time.process_time() - busy
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    click.echo(f"{kind}: {len(scores):,} loans in {took:.1f} s ({worked:.1f} s of work), peak {after:.0f} MB ({before:.0f} MB before); "
               f"{scores['expected_source'].eq('model').mean():.2f} told by the model")  # fmt: skip
    times = []
    for row in range(60):
        begun = time.perf_counter()
        score_frame(
            book.iloc[[row]],
            champion=model,
            segmentation=None,
            rates=pd.DataFrame(columns=["bucket", "loans", "balance", "cash_12m"]),
        )
        times.append((time.perf_counter() - begun) * 1_000)
    click.echo(f"one loan: p50 {np.median(times):.0f} ms, p95 {np.quantile(times, 0.95):.0f} ms")


if __name__ == "__main__":
    main()
