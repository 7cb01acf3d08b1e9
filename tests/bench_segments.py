"""How well segments hold still and describe, on books whose truth is known: `python -m tests.bench_segments`.

For every size and seed (the facts of a loan are the same under every set of coefficients of `tests.worlds`): the number of segments, and on redraws that the fit has
not seen the mean adjusted Rand index and the Jaccard of the least stable segment, the share of true recovery under
Standard that lies between the segments (eta squared), the loans that keep their id over refits, of those whose
margin exceeds 10 %, and the seconds of the fit.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
import pandas as pd

from core.segments.agreement import adjusted_rand, best_jaccard, overlaps
from core.segments.assign import assign
from core.segments.clustering import fit_segments, refit_like
from core.segments.naming import names_of
from core.segments.stability import matched
from tests.worlds.world import COEFFICIENTS, draw

SIZES = (500, 2_000, 5_000)
SEEDS = tuple(range(11, 21))
REFITS = 10
SURE_OF = 0.10


def eta_squared(groups: np.ndarray, truth: np.ndarray) -> float:
    """The share of the variance of `truth` between groups."""
    by = pd.Series(truth).groupby(groups)
    return float((by.size() * (by.mean() - truth.mean()) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())


def refitted(content: dict[str, Any], frame: pd.DataFrame, seed: int, *, share: float | None = None) -> dict[str, Any]:
    """A refit by the product's own way, with the ids carried over: to a bootstrap sample, or a share drawn once."""
    rng = np.random.default_rng([seed, 7])
    rows = rng.integers(0, len(frame), len(frame))
    if share is not None:
        rows = rng.choice(len(frame), round(share * len(frame)), replace=False)
    new = refit_like(content, frame.iloc[rows].reset_index(drop=True), redraws=8)
    return matched(new, content, names_of(content))[0]


def ids_of(content: dict[str, Any], frame: pd.DataFrame) -> pd.DataFrame:
    """id and margin of every loan."""
    return assign(content, [str(number) for number in content["ids"]], frame)


def measured(loans: int, seed: int, refits: int = REFITS) -> dict[str, Any]:
    """One row of the table: the eta squared of every world under its name."""
    worlds = {kind: draw(loans, seed, kind) for kind in COEFFICIENTS}
    frame = worlds["plain"].frame
    begun = time.process_time()
    content = fit_segments(frame)
    seconds = time.process_time() - begun
    ours = ids_of(content, frame)
    place = pd.factorize(ours["segment"], sort=True)[0]
    k, sure = len(content["ids"]), ours["margin"] > SURE_OF
    agreement, jaccard, kept = [], np.zeros(k), []
    for turn in range(refits if content["method"] == "k-means" else 0):
        again = ids_of(refitted(content, frame, 100 * seed + turn), frame)["segment"]
        labels = pd.factorize(again, sort=True)[0]
        both = overlaps(place, labels)
        agreement.append(adjusted_rand(both))
        jaccard += best_jaccard(both) / refits
        smaller = ids_of(refitted(content, frame, 100 * seed + turn, share=0.7), frame)["segment"]
        kept += [(each[sure] == ours["segment"][sure]).mean() for each in (again, smaller)]
    truths = {
        kind: eta_squared(ours["segment"].to_numpy(), world.truth["rate_Standard"].to_numpy())
        for kind, world in worlds.items()
    }
    return {
        "n": loans, "k": k if content["method"] == "k-means" else 0,
        "ari": np.mean(agreement) if agreement else np.nan, "jaccard": jaccard.min() if agreement else np.nan,
        "kept": np.mean(kept) if kept else np.nan, "sure": sure.mean(), "seconds": seconds, **truths,
    }  # fmt: skip


def main() -> None:
    """Print means over seeds, the worst eta squared, and how many segments were found (0: none held still)."""
    seeds = SEEDS[: int(sys.argv[1])] if len(sys.argv) > 1 else SEEDS
    sizes = tuple(int(each) for each in sys.argv[2:]) or SIZES
    rows = []
    for loans in sizes:
        for seed in seeds:
            rows.append(measured(loans, seed))
            print(seed, {name: round(float(value), 3) for name, value in rows[-1].items()}, flush=True)
    table = pd.DataFrame(rows)
    by = table.groupby("n", sort=False)
    told = by[["ari", "jaccard", "kept", "sure", *COEFFICIENTS, "seconds"]].mean().round(3)
    told["worst eta2"] = by[list(COEFFICIENTS)].min().min(axis=1).round(3)
    told["k"] = by["k"].agg(lambda ks: " ".join(map(str, sorted(ks))))
    print(told.to_string())


if __name__ == "__main__":
    main()
