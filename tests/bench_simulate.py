"""How long a simulated rule takes at 100,000 loans: `python -m tests.bench_simulate [--reps N]`."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np

from core.strategies.catalogue import CATALOGUE, Limits
from core.strategies.policy.simulate import Past, Rule, Work, simulate

LOANS, PAST = 100_000, 20_000
SOME = (CATALOGUE[0], replace(CATALOGUE[1], capacity_share=0.30), replace(CATALOGUE[2], capacity_share=0.08))
CASES = {
    "no limit": Limits(), "capacities": Limits(SOME), "capacities, hours, budget": Limits(SOME, officer_hours=20_000.0, budget=4e6),
    "no officer at all": Limits(SOME, officer_hours=0.0),
}  # fmt: skip


def made(seed: int) -> tuple[Work, Past]:
    """Loans of two a borrower, and loans whose outcome is known."""
    rng = np.random.default_rng(seed)
    balance = np.exp(rng.normal(9, 1, LOANS))
    rates = np.column_stack([rng.beta(2, 4, LOANS), rng.beta(2, 4, LOANS) + 0.03, rng.beta(2, 3, LOANS) + 0.05])
    work = Work(np.arange(LOANS) // 2, balance, rng.random(LOANS), rates, rng.integers(0, 3, LOANS))
    past = Past(
        balance[:PAST], rng.random(PAST), np.arange(PAST), rates[:PAST], rates[:PAST] + rng.normal(0, 0.3, (PAST, 3))
    )
    return work, past


def main() -> None:
    """Print the median and the 95th percentile of each case, wall clock and processor."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--reps", type=int, default=20)
    reps = asked.parse_args().reps
    work, past = made(0)
    print(f"{'limits':28s} {'rule':12s} {'p50 ms':>8s} {'p95 ms':>8s} {'cpu p95':>8s}")
    for name, limits in CASES.items():
        for kind in ("value", "thresholds"):
            wall, cpu = [], []
            for _ in range(reps):
                start, spent = time.perf_counter(), time.process_time()
                simulate(work, past, limits, Rule(kind), Rule("thresholds"))  # type: ignore[arg-type]
                wall.append(1000 * (time.perf_counter() - start))
                cpu.append(1000 * (time.process_time() - spent))
            print(
                f"{name:28s} {kind:12s} {np.median(wall):8.0f} {np.quantile(wall, 0.95):8.0f} {np.quantile(cpu, 0.95):8.0f}"
            )


if __name__ == "__main__":
    main()
