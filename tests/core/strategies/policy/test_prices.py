"""The allocation keeps every limit, comes near HiGHS, and its prices are what one more place, hour or unit of money adds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from core.strategies.catalogue import CATALOGUE, Limits
from core.strategies.policy.exact import allocate_exactly
from core.strategies.policy.interior import solve
from core.strategies.policy.prices import NOTHING, allocate
from tests.bench_allocation import KINDS, drawn

VALUES = np.array([[10.0, 14.0, 30.0], [10.0, 15.0, 11.0], [10.0, 9.0, 28.0], [-1.0, -2.0, -3.0]])
ONES = np.ones(4)


def limited(**counts):
    return tuple(replace(each, capacity_count=counts.get(each.name)) for each in CATALOGUE)


def test_without_limits_everybody_gets_what_brings_most_and_nothing_where_all_lose():
    told = allocate(VALUES, ONES, CATALOGUE, Limits(), 4)
    assert told.choice.tolist() == [2, 1, 2, NOTHING]
    assert told.total == pytest.approx(30 + 15 + 28)
    assert told.places.tolist() == [0, 0, 0]
    assert np.isnan(told.hour)
    assert np.isnan(told.money)
    assert told.units.tolist() == [0, 1, 2]


def test_one_place_in_court_goes_to_who_gains_most_by_it():
    told = allocate(VALUES, ONES, limited(Legal=1), Limits(), 4)
    assert told.choice.tolist() == [1, 1, 2, NOTHING]
    assert told.total == pytest.approx(14 + 15 + 28)
    assert 30 - 14 - 1e-6 <= told.places[2] <= 28 - 10 + 1e-6


def test_a_borrower_of_three_loans_takes_three_places():
    told = allocate(VALUES, np.array([3.0, 1, 1, 1]), limited(Legal=2), Limits(), 6)
    assert told.choice.tolist() == [1, 1, 2, NOTHING]


def test_no_place_at_all_still_says_what_the_first_would_be_worth():
    told = allocate(VALUES, ONES, limited(Legal=0), Limits(), 4)
    assert told.choice.tolist() == [1, 1, 0, NOTHING]
    assert told.places[2] == pytest.approx(28 - 10)


def test_a_share_of_the_workable_loans_is_rounded_down():
    strategies = (CATALOGUE[0], CATALOGUE[1], replace(CATALOGUE[2], capacity_share=0.49))
    assert allocate(VALUES, ONES, strategies, Limits(), 4).units[2] == 1


def test_without_money_nothing_is_done_and_the_first_unit_of_money_has_a_price():
    told = allocate(VALUES, ONES, CATALOGUE, Limits(budget=0.0), 4)
    assert (told.choice == NOTHING).all()
    assert told.total == 0
    assert told.money == pytest.approx(10 / CATALOGUE[0].cost)


def test_nobody_is_allocated_nothing_without_a_crash():
    told = allocate(np.zeros((0, 3)), np.zeros(0), limited(Legal=1), Limits(budget=5.0), 0)
    assert len(told.choice) == 0
    assert told.total == 0


def test_a_strategy_that_is_not_known_for_a_borrower_is_never_chosen():
    values = VALUES.copy()
    values[:, 2] = np.nan
    assert 2 not in allocate(values, ONES, limited(Legal=1), Limits(), 4).choice


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("units", [1, 4, 200])
def test_prices_come_within_a_thousandth_of_highs_and_keep_the_limits(kind, units):
    for seed in range(2):
        book = drawn(units, kind, seed)
        told, best = book.by_prices(), book.by_highs()
        assert book.keeps_its_limits(told)
        assert told.total >= best - 0.001 * abs(best) - 1e-6
        assert told.total <= told.bound * (1 + 1e-6) + 1e-6


@pytest.mark.parametrize("kind", ["capacities", "hours", "budget", "all", "households"])
def test_prices_are_the_duals_of_the_linear_program(kind):
    book = drawn(150, kind, 3)
    uses = np.vstack([np.eye(3), [s.hours for s in book.strategies], [s.cost for s in book.strategies]])
    most = np.array([1e9 if s.capacity_share is None else np.floor(s.capacity_share * book.workable) for s in book.strategies]
                    + [1e9 if x is None else x for x in (book.limits.officer_hours, book.limits.budget)])  # fmt: skip
    one = np.kron(np.eye(150), np.ones((1, 3)))
    spent = np.array([np.outer(book.sizes, row).ravel() for row in uses])
    found = linprog(
        -book.values.ravel(), A_ub=np.vstack([spent, one]), b_ub=np.append(most, np.ones(150)), method="highs"
    )
    told = book.by_prices()
    prices = np.append(told.places, np.nan_to_num([told.hour, told.money]))
    dual = prices @ most + np.maximum((book.values - book.sizes[:, None] * (prices @ uses)).max(axis=1), 0).sum()
    assert told.bound == pytest.approx(-found.fun, rel=1e-6)
    assert dual == pytest.approx(-found.fun, rel=1e-5)
    if kind in ("hours", "budget"):
        np.testing.assert_allclose(prices, -found.ineqlin.marginals[:5], rtol=1e-3, atol=0.05)


def test_the_price_of_a_place_is_what_one_more_place_adds():
    book = drawn(400, "capacities", 5)
    told = book.by_prices()
    for kind in (1, 2):
        count = int(told.units[kind])
        more = [
            allocate_exactly(
                book.values, book.sizes, tuple(replace(s, capacity_share=None, capacity_count=count + step) if i == kind else s
                                               for i, s in enumerate(book.strategies)), book.limits, book.workable)[1]
            for step in (-1, 0, 1)
        ]  # fmt: skip
        assert more[2] - more[1] - 1e-3 <= told.places[kind] <= more[1] - more[0] + 1e-3


def test_a_large_book_is_allocated_as_well_as_a_small_one():
    book = drawn(30_000, "households", 1)
    told = book.by_prices()
    assert book.keeps_its_limits(told)
    assert told.total >= told.bound * (1 - 1e-4)


def test_identical_borrowers_share_what_there_is():
    book = drawn(20_000, "ties", 1)
    told = book.by_prices()
    assert told.units.tolist() == [11_400, 6_000, 2_600]


def test_no_limit_has_no_price():
    prices, bound = solve(np.array([[1.0, 2.0, 0.0]]), np.ones(1), np.zeros((0, 3)), np.zeros(0))
    assert len(prices) == 0
    assert bound == 2.0
