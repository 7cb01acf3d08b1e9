"""How steady the reasons are: a loan's three strongest families named again by refits, on worlds of known truth.

`python -m tests.bench_explain [loans ...]` prints a row a world and way to learn. Refits are whole ones (every choice
made anew) on borrowers drawn with replacement, asked about 1,000 loans that neither they nor the first fit saw.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from core.scores.learning.candidates import CANDIDATES, Candidate
from core.scores.learning.crossfit import Sample
from core.scores.learning.importance import overlap
from core.scores.rows.features import STRATEGY, Matrix, fit_inputs, matrix_of
from core.scores.rows.target import non_recovery
from core.scores.scoring.bulk import parts_in_bulk
from core.scores.scoring.evaluate import FORMAT, artifact_of
from core.scores.scoring.explain import families_of, family_sizes
from core.scores.training import _sample
from core.segments.features import Numbers
from tests.worlds.world import COEFFICIENTS, draw

ASKED, REFITS, SEEDS = 1_000, 4, (1, 2, 3)
SLOW = ("random_forest", 10_000)
"""A forest at 20,000 rows takes minutes; it is left out there."""


def sizes_of(content: Mapping[str, Any], matrix: Matrix) -> Numbers:
    artifact = artifact_of(content)
    families = [name for name in families_of(artifact.inputs) if name != STRATEGY]
    return np.abs(family_sizes(artifact.inputs, parts_in_bulk(artifact, matrix))[:, : len(families)])


def learned(candidate: Candidate, sample: Sample, inputs: list[dict[str, Any]], rows: np.ndarray) -> dict[str, Any]:
    fitted = candidate.fit(sample.actual.values[rows], sample.outcome[rows], sample.monotone, sample.groups[rows])
    kept = {"format": FORMAT, "kind": candidate.kind, "inputs": inputs, "calibration": {"method": "none"}}
    return kept | fitted.content


def overlaps(world: str, loans: int, seed: int, candidate: Candidate) -> list[float]:
    """The overlap of each refit with the first fit."""
    target = non_recovery(draw(loans, seed, world).frame)
    inputs = fit_inputs(target.rows, ())
    sample = _sample(inputs, target.rows, target)
    matrix = matrix_of(inputs, draw(ASKED, 1_000 + seed, world).frame)
    rng, everybody = np.random.default_rng(seed), np.arange(loans)
    first = sizes_of(learned(candidate, sample, inputs, everybody), matrix)
    return [
        overlap(first, sizes_of(learned(candidate, sample, inputs, rng.integers(0, loans, loans)), matrix))
        for _ in range(REFITS)
    ]


def main(sizes: list[int]) -> None:
    """Print the table."""
    print(
        f"{'loans':>6} {'world':10} {'way to learn':18} {'mean':>6} {'lowest':>6}   {len(SEEDS)} seeds x {REFITS} refits"
    )
    for loans in sizes:
        for world in COEFFICIENTS:
            for candidate in CANDIDATES:
                if candidate.kind == SLOW[0] and loans > SLOW[1]:
                    continue
                told = [each for seed in SEEDS for each in overlaps(world, loans, seed, candidate)]
                print(f"{loans:6} {world:10} {candidate.kind:18} {np.mean(told):6.3f} {min(told):6.3f}", flush=True)


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [500, 2_000, 5_000, 20_000])
