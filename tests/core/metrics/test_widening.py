"""Intervals are as wide as the errors of earlier forecasts ask for, and never narrower than simulated."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from core.metrics.movements import CASH, Movements, StockDays
from core.metrics.widening import (
    FEWEST_MONTHS,
    JUDGED_STEPS,
    TRUSTED_FORECASTS,
    Forecasts,
    Interval,
    later,
    measured,
)
from tests.core.metrics.flow_worlds import FlowWorld, simulate

PLACE = 2
"""Of cash among the measures."""


def forecasts_of(world: FlowWorld) -> Forecasts:
    return Forecasts(Movements.of(world.flows), StockDays.of(world.stock), 0.8, 400, 1)


@pytest.fixture(scope="module")
def world() -> FlowWorld:
    return simulate(4, months=16)


@pytest.fixture(scope="module")
def made(world: FlowWorld) -> Forecasts:
    return forecasts_of(world)


def shaken(world: FlowWorld, month: str) -> FlowWorld:
    """The same world, where one month brought ten times the cash."""
    cash = world.flows["cash"]
    return replace(world, flows=world.flows.assign(cash=cash.where(world.flows["month"] != month, cash * 10)))


def test_without_a_forecast_before_it_an_interval_is_as_simulated(world: FlowWorld, made: Forecasts):
    first = made.starts()[0]
    assert first == world.days[FEWEST_MONTHS]
    assert (made.widening(first) == 1).all()


def test_the_factor_is_the_root_of_the_mean_square_with_some_trust_in_the_simulation(made: Forecasts):
    """The second start knows one forecast one month ahead: (6 + z squared) / 7 and none further ahead."""
    first, second = made.starts()[:2]
    told = made._simulated(first, JUDGED_STEPS)
    deviation = (told.high[0] - told.low[0])[PLACE] / (2 * NormalDist().inv_cdf(0.9))
    square = ((made.actual(second) - told.value[0])[PLACE] / deviation) ** 2
    factor = made.widening(second)
    assert factor[0, PLACE] == pytest.approx(max(1, (TRUSTED_FORECASTS + square) / (TRUSTED_FORECASTS + 1)) ** 0.5)
    assert (factor[1:] == 1).all()


def test_a_month_nobody_foresaw_widens_its_measure_from_then_on_and_nothing_before(world: FlowWorld, made: Forecasts):
    month = world.days[12]
    shocked = forecasts_of(shaken(world, month))
    before, then = world.days[11], world.days[12]
    assert (shocked.widening(before) == made.widening(before)).all()
    assert shocked.widening(then)[0, PLACE] > 2 * made.widening(then)[0, PLACE]
    assert shocked.widening(then)[:, :PLACE] == pytest.approx(made.widening(then)[:, :PLACE])


def test_no_factor_is_below_one_and_every_measure_and_step_has_one(made: Forecasts):
    factor = made.widening(made.days.days[-1])
    assert factor.shape == (JUDGED_STEPS, 3 + CASH)
    assert factor.min() >= 1
    assert factor.max() > 1


def test_further_ahead_than_judged_the_last_factor_holds(made: Forecasts, world: FlowWorld):
    start = world.days[-1]
    simulated, told = made._simulated(start, 6), made.interval(start, 6)
    stretch = (told.high - told.value) / (simulated.high - simulated.value)
    assert stretch[JUDGED_STEPS:] == pytest.approx(np.tile(made.widening(start)[-1], (3, 1)), rel=1e-3)


def test_a_longer_forecast_begins_as_a_shorter_one(made: Forecasts, world: FlowWorld):
    short, long = made.interval(world.days[-1], 3), made.interval(world.days[-1], 6)
    assert (short.low == long.low[:3]).all()
    assert (short.high == long.high[:3]).all()


def test_widening_keeps_the_value_and_takes_no_balance_below_nothing():
    ends = Interval(np.array([[10.0, 10, 10]]), np.array([[8.0, 2, -1]]), np.array([[11.0, 30, 12]]))
    wide = ends.widened(np.array([[2.0, 2, 2]]))
    assert wide.value.tolist() == [[10, 10, 10]]
    assert wide.low.tolist() == [[6, 0, -1]]
    assert wide.high.tolist() == [[12, 50, 14]]


def test_what_is_measured_of_a_day_and_its_month():
    assert measured(np.array([1.0, 2, 3, 4, 5, 6, 70])).tolist() == [21, 20, 70, 1, 2, 3, 4, 5, 6]


def test_a_start_needs_six_months_before_it_and_the_months_ahead_in_the_book(made: Forecasts, world: FlowWorld):
    assert made.starts() == world.days[FEWEST_MONTHS:-1]
    assert made.starts(3) == world.days[FEWEST_MONTHS:-3]


def test_month_ends_later():
    assert [later("2026-11-30", months) for months in (0, 1, 2, 3)] == [
        "2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28",
    ]  # fmt: skip
