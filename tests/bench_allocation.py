"""How near the allocation by prices comes to HiGHS, whether it keeps its limits, what its prices are worth, and how fast it is.

    python -m tests.bench_allocation [--books N]

It takes minutes: no part of the suite.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import click
import numpy as np

from core.strategies.catalogue import CATALOGUE, Limits, Strategy
from core.strategies.policy.exact import allocate_exactly
from core.strategies.policy.prices import Allocation, allocate

KINDS = ("loose", "capacities", "hours", "budget", "all", "ties", "households", "shut", "nothing pays")
SIZES = (1, 2, 3, 5, 8, 12, 20, 50, 200, 1_000)


@dataclass(frozen=True)
class Book:
    values: np.ndarray
    sizes: np.ndarray
    strategies: tuple[Strategy, ...]
    limits: Limits
    workable: int

    def by_prices(self) -> Allocation:
        return allocate(self.values, self.sizes, self.strategies, self.limits, self.workable)

    def by_highs(self) -> float:
        return allocate_exactly(self.values, self.sizes, self.strategies, self.limits, self.workable)[1]

    def keeps_its_limits(self, told: Allocation) -> bool:
        uses = np.asarray([self.sizes[told.choice == kind].sum() for kind in range(len(self.strategies))])
        for each, taken in zip(self.strategies, uses, strict=True):
            share = np.inf if each.capacity_share is None else np.floor(each.capacity_share * self.workable + 1e-9)
            count = np.inf if each.capacity_count is None else each.capacity_count
            if taken > min(share, count) + 1e-6:
                return False
        hours = float(uses @ [each.hours for each in self.strategies])
        cost = float(uses @ [each.cost for each in self.strategies])
        most_hours = np.inf if self.limits.officer_hours is None else self.limits.officer_hours
        most_cost = np.inf if self.limits.budget is None else self.limits.budget
        return hours <= most_hours * (1 + 1e-8) + 1e-8 and cost <= most_cost * (1 + 1e-8) + 1e-8


def drawn(units: int, kind: str, seed: int) -> Book:
    """A book of borrowers with the net value of each strategy, and limits of a kind."""
    rng = np.random.default_rng([seed, units, KINDS.index(kind)])
    balance = rng.lognormal(9, 0.9, units)
    rate = np.clip(rng.beta(2, 3, units)[:, None] + rng.normal([0.0, 0.02, 0.05], [0.0, 0.06, 0.1], (units, 3)), 0, 1.1)
    sizes = rng.integers(1, 4, units).astype(float) if kind in ("households", "all") else np.ones(units)
    if kind == "ties":
        balance, rate = np.full(units, 10_000.0), np.tile([0.3, 0.4, 0.55], (units, 1))
    if kind == "nothing pays":
        rate = rate * 0.0
    loans = int(sizes.sum())
    share = {"capacities": (None, 0.3, 0.08), "all": (0.7, 0.25, 0.1), "ties": (None, 0.3, 0.13), "households": (None, 0.3, 0.1),
             "shut": (None, 0.3, 0.0)}.get(kind, (None, None, None))  # fmt: skip
    told = tuple(
        Strategy(s.name, s.what, s.cost, s.fee_share, s.npv_factor, s.hours, capacity_share=c)
        for s, c in zip(CATALOGUE, share, strict=True)
    )
    limits = Limits(
        told,
        officer_hours=0.25 * loans if kind in ("hours", "all") else None,
        budget=80.0 * loans if kind in ("budget", "all") else None,
    )
    factors, costs = np.asarray([s.npv_factor for s in told]), np.asarray([s.cost for s in told])
    return Book(factors * rate * (balance * sizes)[:, None] - costs * sizes[:, None], sizes, told, limits, loans)


@click.command()
@click.option("--books", default=40, show_default=True)
def main(books: int) -> None:
    """Measure the allocation."""
    print(f"{'limits':14s}" + "".join(f"{units:>9d}" for units in SIZES) + "   worst shortfall against HiGHS, percent")
    for kind in KINDS:
        worst = []
        for units in SIZES:
            short = [0.0]
            for seed in range(books if units < 1_000 else max(2, books // 10)):
                book = drawn(units, kind, seed)
                told, best = book.by_prices(), book.by_highs()
                if not book.keeps_its_limits(told):
                    raise SystemExit(f"{kind}, {units} units, seed {seed}: a limit was broken")
                short.append(100 * (best - told.total) / max(abs(best), 1e-9) if best > 0 else 0.0)
            worst.append(max(short))
        print(f"{kind:14s}" + "".join(f"{each:9.4f}" for each in worst), flush=True)
    for kind in KINDS:
        book = drawn(100_000, kind, 1)
        begun = time.perf_counter()
        told = book.by_prices()
        took = time.perf_counter() - begun
        short = 100 * (told.bound - told.total) / max(abs(told.bound), 1e-9)
        print(
            f"100,000 borrowers, {kind:14s} {took:5.2f} s, {short:8.5f} percent under the bound, kept {book.keeps_its_limits(told)}"
        )


if __name__ == "__main__":
    main()
