"""Prices from a sample and what follows from them: within every limit, near the exact allocation, fast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.strategies.catalogue import CATALOGUE, Limits
from core.strategies.policy.interior import solve
from core.strategies.policy.prices import NOTHING, allocate
from core.strategies.policy.settle import prices_of, rows_of, settled

SOME = (CATALOGUE[0], replace(CATALOGUE[1], capacity_share=0.30), replace(CATALOGUE[2], capacity_share=0.08))


def book(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Values of three strategies for borrowers with one to three loans."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 4, n).astype(float)
    balance = np.exp(rng.normal(8.5, 1.0, n)) * sizes
    rates = np.column_stack([rng.beta(2, 4, n), rng.beta(2, 4, n) + 0.03, rng.beta(2, 3, n)])
    return rates * balance[:, None] * [0.985, 0.97, 0.93] - sizes[:, None] * [20.0, 80.0, 650.0], sizes


def given(values: np.ndarray, sizes: np.ndarray, limits: Limits) -> tuple[np.ndarray, float]:
    workable = int(sizes.sum())
    choice = settled(values, sizes, limits, workable, prices_of(values, sizes, limits, workable))
    taken = choice != NOTHING
    return choice, float(values[taken, choice[taken]].sum())


def used(choice: np.ndarray, sizes: np.ndarray, limits: Limits) -> tuple[np.ndarray, float, float]:
    units = np.bincount(np.where(choice == NOTHING, 3, choice), weights=sizes, minlength=4)[:3]
    return (
        units,
        float(units @ [each.hours for each in limits.strategies]),
        float(units @ [each.cost for each in limits.strategies]),
    )


@pytest.mark.parametrize(
    "limits",
    [
        Limits(), Limits(SOME), Limits(SOME, officer_hours=300.0), Limits(SOME, budget=30_000.0),
        Limits(SOME, officer_hours=350.0, budget=35_000.0), Limits(CATALOGUE, officer_hours=40.0),
    ],
)  # fmt: skip
def test_every_limit_is_kept_and_little_is_lost_against_the_exact_allocation(limits):
    values, sizes = book(800)
    choice, total = given(values, sizes, limits)
    units, hours, cost = used(choice, sizes, limits)
    for each, taken in zip(limits.strategies, units, strict=True):
        assert each.capacity_share is None or taken <= np.floor(each.capacity_share * sizes.sum()) + 1e-6
    assert limits.officer_hours is None or hours <= limits.officer_hours + 1e-6
    assert limits.budget is None or cost <= limits.budget + 1e-6
    exact = allocate(values, sizes, limits.strategies, limits, int(sizes.sum()))
    assert total >= 0.995 * exact.bound


def test_prices_from_a_sample_serve_the_whole_book():
    """5,000 borrowers, prices from 2,000 of them: within a thousandth of what no allocation can exceed."""
    values, sizes = book(5_000)
    limits = Limits(SOME, budget=250_000.0)
    choice, total = given(values, sizes, limits)
    rows = rows_of(limits, int(sizes.sum()))
    binds = np.isfinite(rows.most) & (rows.most < rows.uses.max(axis=1) * sizes.sum())
    _, bound = solve(np.column_stack([values, np.zeros(len(values))]), sizes, rows.uses[binds], rows.most[binds])
    assert used(choice, sizes, limits)[2] <= 250_000.0
    assert total >= 0.999 * bound


def test_without_limits_everybody_gets_the_best_and_nothing_where_none_is_worth_its_cost():
    values = np.array([[5.0, 9.0, 1.0], [-1.0, -2.0, -3.0], [np.nan, np.nan, 2.0]])
    choice, total = given(values, np.ones(3), Limits())
    assert choice.tolist() == [1, NOTHING, 2]
    assert total == 11.0


def test_a_capacity_of_zero_is_never_given_and_its_price_is_beyond_all():
    shut = Limits((CATALOGUE[0], CATALOGUE[1], replace(CATALOGUE[2], capacity_count=0)))
    values, sizes = book(500)
    prices = prices_of(values, sizes, shut, int(sizes.sum()))
    choice, _ = given(values, sizes, shut)
    assert np.isinf(prices.places[2])
    assert not (choice == 2).any()


@pytest.mark.parametrize("limits", [Limits(CATALOGUE, officer_hours=0.0), Limits(CATALOGUE, budget=0.0)])
def test_without_any_hours_or_money_nothing_is_done(limits):
    values, sizes = book(400)
    choice, total = given(values, sizes, limits)
    assert set(choice.tolist()) == {NOTHING}
    assert total == 0.0


def test_nobody_to_work_is_an_empty_choice():
    choice, total = given(np.zeros((0, 3)), np.zeros(0), Limits(SOME))
    assert (len(choice), total) == (0, 0.0)


def test_a_price_is_what_one_more_place_adds():
    values, sizes = book(1_500)
    sizes = np.ones(len(values))
    few = Limits((CATALOGUE[0], CATALOGUE[1], replace(CATALOGUE[2], capacity_count=100)))
    more = Limits((CATALOGUE[0], CATALOGUE[1], replace(CATALOGUE[2], capacity_count=110)))
    price = prices_of(values, sizes, few, 1_500).places[2]
    gained = given(values, sizes, more)[1] - given(values, sizes, few)[1]
    assert 0 < gained <= 10 * price * 1.02
    assert gained >= 10 * price * 0.85
