"""Forecasts keep what they promise on books whose movements are known, and say how they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.errors import TooLittleData
from core.metrics import movements
from core.metrics.delinquency import BUCKETS
from core.metrics.forecast import (
    FEWEST_MONTHS,
    HEADLINES,
    HORIZON_MONTHS,
    STEPS,
    backtest,
    forecast,
    forecast_measures,
    outlook,
    outlook_measures,
)
from core.metrics.forecast_record import LEVEL
from core.metrics.foreseeable import MOVING, unforeseeable
from core.metrics.intervals import wilson
from core.metrics.portfolio import NO_PAYMENTS
from core.records import Book
from core.selection import Selection
from core.wording import dated
from tests.core.metrics.flow_worlds import FlowWorld, simulate
from tests.core.metrics.stub_reader import a_book

WORLDS = 250


class WorldReader:
    """Answers `book`, `flows` and `stock_history` from a simulated world, and `cash` as it is given or as flows tell it."""

    def __init__(self, world: FlowWorld, book: Book | None = None, cash: pd.DataFrame | None = None) -> None:
        self.world = world
        self.placed_cash = world.flows.groupby("month", as_index=False)["cash"].sum() if cash is None else cash
        self.held = book or a_book(*map(date.fromisoformat, world.days))
        self.known_on: date | None = None

    def book(self, known_on: date | None = None) -> Book:
        self.known_on = known_on
        return self.held

    def flows(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        told = self.world.flows[self.world.flows["month"] <= str(selection.as_of)]
        return told.groupby(list(by), as_index=False)[["loans", "opening", "closing", "cash"]].sum()

    def stock_history(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        told = self.world.stock[self.world.stock["as_of"] <= str(selection.as_of)]
        return told.groupby(["as_of", *by], as_index=False)[["loans", "balance"]].sum()

    def cash(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        assert list(by) == ["month"]
        return self.placed_cash[self.placed_cash["month"] <= str(selection.as_of)]


@pytest.fixture(scope="module")
def world() -> FlowWorld:
    return simulate(11, months=20)


@pytest.fixture(scope="module")
def tested(world: FlowWorld) -> pd.DataFrame:
    return backtest(world.flows, world.stock)


@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    """One forecast of each of many worlds, one and three months ahead: they are independent."""
    blocks = []
    for seed in range(WORLDS):
        world = simulate(seed)
        made = backtest(world.flows, world.stock, origins=STEPS[-1])
        blocks.append(made[made["origin"] == world.days[-1 - STEPS[-1]]])
    return pd.concat(blocks, ignore_index=True)


def test_it_tells_each_measure_at_each_of_the_next_month_ends(world: FlowWorld):
    made = forecast(world.flows, world.stock, world.day(0))
    assert made.columns.tolist() == ["month", "measure", "value", "low", "high"]
    months = pd.date_range(world.days[-1], periods=HORIZON_MONTHS + 1, freq="ME").strftime("%Y-%m-%d")[1:]
    expected = [(month, measure) for month in months for measure in (*HEADLINES, *BUCKETS)]
    assert list(zip(made["month"], made["measure"], strict=True)) == expected
    assert (made["low"] <= made["value"]).all()
    assert (made["value"] <= made["high"]).all()


def test_the_buckets_add_up_to_the_balance_in_arrears_and_the_whole(world: FlowWorld):
    values = forecast(world.flows, world.stock, world.day(0)).pivot_table(
        index="month", columns="measure", values="value"
    )
    assert values[list(BUCKETS)].sum(axis=1).to_numpy() == pytest.approx(values["outstanding"].to_numpy(), abs=0.05)
    assert values[list(BUCKETS[1:])].sum(axis=1).to_numpy() == pytest.approx(
        values["arrears_balance"].to_numpy(), abs=0.05
    )


def test_the_same_question_has_the_same_answer_and_another_seed_moves_only_the_interval(world: FlowWorld):
    first, again = (forecast(world.flows, world.stock, world.day(0)) for _ in range(2))
    other = forecast(world.flows, world.stock, world.day(0), seed=1)
    assert first.equals(again)
    assert first["value"].equals(other["value"])
    assert not first["low"].equals(other["low"])


def test_further_ahead_is_less_sure(world: FlowWorld):
    made = forecast(world.flows, world.stock, world.day(0))
    widths = (made["high"] - made["low"])[made["measure"] == "arrears_balance"]
    assert widths.iloc[-1] > 1.3 * widths.iloc[0]


def test_what_came_after_the_day_changes_nothing(world: FlowWorld):
    day = world.day(4)
    until = world.flows[world.flows["month"] <= day.isoformat()], world.stock[world.stock["as_of"] <= day.isoformat()]
    assert forecast(world.flows, world.stock, day).equals(forecast(*until, day))


def test_a_day_inside_a_month_starts_from_the_month_end_before(world: FlowWorld):
    inside = world.day(0).replace(day=15)
    assert forecast(world.flows, world.stock, inside).equals(forecast(world.flows, world.stock, world.day(1)))


def test_too_few_months_are_refused():
    world = simulate(1, months=FEWEST_MONTHS, loans=50)
    assert not forecast(world.flows, world.stock, world.day(0)).empty
    with pytest.raises(TooLittleData, match="at least 6 months between adjacent month-ends, and this book has 5"):
        forecast(world.flows, world.stock, world.day(1))


def test_the_intervals_hold_four_in_five_of_what_comes(many: pd.DataFrame):
    """Over all measures and steps; the forecasts of a world hang together, so worlds are what is counted."""
    by_world = many["inside"].to_numpy().reshape(WORLDS, -1).mean(axis=1)
    error = by_world.std(ddof=1) / np.sqrt(WORLDS)
    assert error < 0.02
    assert abs(by_world.mean() - LEVEL) < 2.6 * error


@pytest.mark.parametrize("measure", HEADLINES)
def test_one_month_ahead_each_measure_is_held_as_often_as_promised(many: pd.DataFrame, measure: str):
    inside = many.loc[(many["measure"] == measure) & (many["steps"] == 1), "inside"]
    low, high = wilson(int(inside.sum()), len(inside), level=0.99)
    assert low <= LEVEL <= high


@pytest.mark.parametrize("measure", HEADLINES)
def test_three_months_ahead_no_measure_is_held_less_often_than_promised(many: pd.DataFrame, measure: str):
    inside = many.loc[(many["measure"] == measure) & (many["steps"] == 3), "inside"]
    assert wilson(int(inside.sum()), len(inside), level=0.99)[1] >= LEVEL
    assert inside.mean() < 0.95


def test_misses_fall_on_both_sides(many: pd.DataFrame):
    missed = many[~many["inside"]]
    below = int((missed["actual"] < missed["low"]).sum())
    assert 0.25 < below / len(missed) < 0.75


def test_the_intervals_are_no_wider_than_what_is_seen_needs(many: pd.DataFrame):
    """Compared with the errors: the middle four fifths of a normal error is 2.56 of its standard deviations wide."""
    made = many[(many["measure"] == "outstanding") & (many["steps"] == 1)]
    assert (made["high"] - made["low"]).median() < 1.5 * 2.56 * (made["actual"] - made["value"]).std()


def test_a_backtest_looks_at_the_newest_twelve_month_ends(world: FlowWorld, tested: pd.DataFrame):
    assert tested["origin"].unique().tolist() == world.days[-13:-1]
    assert tested.groupby("steps")["origin"].nunique().to_dict() == {1: 12, 3: 10}
    assert set(tested["measure"]) == set(HEADLINES)
    one = tested[tested["steps"] == 1]
    assert one["month"].tolist() == [world.days[world.days.index(origin) + 1] for origin in one["origin"]]


def test_a_backtest_is_the_forecast_of_its_day_held_against_what_came(world: FlowWorld, tested: pd.DataFrame):
    rows = tested[tested["origin"] == world.days[-4]].set_index(["month", "measure"])
    made = forecast(world.flows, world.stock, world.day(3), max(STEPS)).set_index(["month", "measure"])
    assert rows[["value", "low", "high"]].equals(made.loc[rows.index])
    stock = world.stock[world.stock["as_of"] == world.days[-1]]
    flows = world.flows[world.flows["month"] == world.days[-1]]
    assert rows["actual"].loc[world.days[-1]].to_dict() == pytest.approx(
        {
            "outstanding": stock["balance"].sum(),
            "arrears_balance": stock.loc[stock["bucket"] != "Current", "balance"].sum(),
            "cash": flows["cash"].sum(),
        },
        abs=0.006,
    )
    assert rows["inside"].equals((rows["actual"] >= rows["low"]) & (rows["actual"] <= rows["high"]))


def test_a_month_that_is_missing_is_neither_start_nor_end_of_a_test(world: FlowWorld):
    gap = world.days[-5]
    stock = world.stock[world.stock["as_of"] != gap]
    flows = world.flows[~world.flows["month"].isin([gap, world.days[-4]])]
    made = backtest(flows, stock)
    assert gap not in {*made["origin"], *made["month"]}
    assert world.days[-6] not in set(made["origin"])
    assert world.days[-2] in set(made["origin"])


def test_without_six_months_and_one_after_them_there_is_no_backtest():
    world = simulate(1, months=FEWEST_MONTHS, loans=50)
    none = backtest(world.flows, world.stock)
    assert none.empty
    assert none.columns.tolist()[:4] == ["origin", "month", "steps", "measure"]


def test_the_measures_are_of_the_next_month_and_say_how_earlier_ones_did(world: FlowWorld, tested: pd.DataFrame):
    measures = forecast_measures(WorldReader(world), Selection())
    made = forecast(world.flows, world.stock, world.day(0)).set_index("measure")
    made = made[made["month"] == made["month"].iloc[0]]
    one = tested[tested["steps"] == 1].groupby("measure")["inside"].sum()
    for name, measure in (("forecast_cash_next_month", "cash"), ("forecast_arrears_next_month", "arrears_balance")):
        told = measures[name]
        assert (told.value, told.low, told.high) == tuple(made.loc[measure, ["value", "low", "high"]])
        assert told.interval == f"80 in 100, bootstrap of months; held {one[measure]} of 12 times before"
        assert told.n == world.stock.loc[world.stock["as_of"] == world.days[-1], "loans"].sum()
        assert told.unit == "currency"
    held = measures["forecast_coverage"]
    assert (held.numerator, held.n, held.of) == (one["cash"] + one["arrears_balance"], 24, "forecasts")
    assert (held.low, held.high) == pytest.approx(wilson(held.numerator, 24))


def test_the_cash_foretold_is_that_of_placed_loans_and_so_is_what_it_is_held_against(world: FlowWorld):
    """Loans that are current pay 1,000 times as much beside: instalments on loans never placed, no recovery."""
    flows, current = world.flows, world.flows["origin"] == "Current"
    placed = flows[~current].groupby("month", as_index=False)["cash"].sum()
    paying = replace(world, flows=flows.assign(cash=flows["cash"].where(~current, flows["cash"] * 1000)))
    seen = outlook(WorldReader(paying, cash=placed), Selection())
    assert seen.forecast.equals(forecast(paying.flows, world.stock, world.day(0), cash=placed))
    assert seen.tested.equals(backtest(paying.flows, world.stock, cash=placed))
    tested = seen.tested[seen.tested["measure"] == "cash"]
    came = placed.set_index("month")["cash"]
    assert tested["actual"].tolist() == pytest.approx(came[tested["month"]].tolist())
    told = outlook_measures(seen)["forecast_cash_next_month"]
    assert came.tail(12).min() < told.value < came.tail(12).max()
    other = flows.assign(cash=flows["cash"].where(~current, 0.0))
    assert forecast(other, world.stock, world.day(0), cash=placed).equals(seen.forecast)


def test_cash_on_placed_loans_outside_arrears_is_foretold_too(world: FlowWorld):
    """Cured and charged-off loans pay 700 every month."""
    late = world.flows[world.flows["origin"].isin(BUCKETS[1:])].groupby("month", as_index=False)["cash"].sum()
    more = late.assign(cash=late["cash"] + 700.0)
    without, with_it = (
        made[made["measure"] == "cash"].reset_index(drop=True)
        for made in (forecast(world.flows, world.stock, world.day(0), cash=cash) for cash in (late, more))
    )
    for end in ("value", "low", "high"):
        assert with_it[end].to_numpy() == pytest.approx(without[end].to_numpy() + 700, abs=0.02)


def test_a_book_that_drifts_is_followed_more_closely_than_by_months_weighed_alike(monkeypatch: pytest.MonkeyPatch):
    """Cash on late loans shrinks by 8 in 100 a month, which no month learned from foresees: what comes is held all the same."""

    def tested() -> pd.DataFrame:
        blocks = []
        for seed in range(12):
            world = simulate(seed, months=18)
            place = world.flows["month"].map({day: place for place, day in enumerate(world.days)})
            paid = world.flows["cash"].where(world.flows["origin"].isin(BUCKETS[1:]), 0.0)
            blocks.append(backtest(world.flows.assign(cash=paid * 0.92**place), world.stock, origins=4, paths=300))
        made = pd.concat(blocks)
        return made[(made["measure"] == "cash") & (made["steps"] == 1)]

    followed = tested()
    monkeypatch.setattr(movements, "HALF_LIFE_MONTHS", np.inf)
    alike = tested()
    too_high = (followed["value"] - followed["actual"]).mean(), (alike["value"] - alike["actual"]).mean()
    assert 0 < too_high[0] < 0.85 * too_high[1]
    assert wilson(int(followed["inside"].sum()), len(followed), level=0.99)[1] >= LEVEL


def test_the_knowledge_of_a_day_is_passed_on(world: FlowWorld):
    reader = WorldReader(world)
    forecast_measures(reader, Selection(known_on=date(2026, 1, 1)))
    assert reader.known_on == date(2026, 1, 1)


def test_a_forecast_that_could_not_be_tested_says_so():
    world = simulate(1, months=FEWEST_MONTHS, loans=50)
    measures = forecast_measures(WorldReader(world), Selection())
    assert measures["forecast_cash_next_month"].interval == "80 in 100, bootstrap of months; not yet tested"
    assert not measures["forecast_coverage"].is_defined
    assert "no month-end has 6 months before it" in measures["forecast_coverage"].why


def test_a_book_without_payments_has_no_forecast_of_cash(world: FlowWorld):
    book = a_book(*map(date.fromisoformat, world.days), payments=False)
    measures = forecast_measures(WorldReader(world, book), Selection())
    assert measures["forecast_cash_next_month"].why == NO_PAYMENTS
    assert measures["forecast_arrears_next_month"].is_defined
    assert measures["forecast_coverage"].n == 12


@pytest.mark.parametrize("dimension", sorted(MOVING))
def test_there_is_no_forecast_of_what_loans_enter_and_leave(world: FlowWorld, dimension: str):
    mixed = Selection(filters={"product": ("Auto",), dimension: ("any",)})
    measures = forecast_measures(WorldReader(world), mixed)
    assert {told.why for told in measures.values()} == {unforeseeable(mixed)}
    assert not any(told.is_defined for told in measures.values())


def test_what_a_loan_keeps_is_forecast(world: FlowWorld):
    kept = Selection(filters={"product": ("Auto",), "region": ("North",), "branch": ("North 1",)})
    assert all(told.is_defined for told in forecast_measures(WorldReader(world), kept).values())


def test_reasons_why_there_is_no_forecast():
    world = simulate(1, months=3, loans=50)
    short = outlook(WorldReader(world), Selection())
    assert short.why == "a forecast learns from 6 months with both their ends in the book; here: 3"
    assert outlook_measures(short)["forecast_coverage"].unit == "share"
    inside = WorldReader(world, a_book(date(2026, 10, 15)))
    assert outlook(inside, Selection()).why == "this book holds no month-end up to 15 Oct 2026"
    long = simulate(1, months=8, loans=50)
    gone = replace(long, stock=long.stock[long.stock["as_of"] < long.days[-1]])
    assert outlook(WorldReader(gone), Selection()).why == f"no loan chosen is open on {dated(long.days[-1])}"
