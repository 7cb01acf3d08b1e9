"""The movements as arrays: what is learned, and what a book that moves that way comes to."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.errors import TooLittleData
from core.metrics import movements
from core.metrics.delinquency import BUCKETS
from core.metrics.movements import (
    CASH,
    LEARNED_MONTHS,
    Movements,
    StockDays,
    expected_course,
    is_month_end,
    simulated_futures,
)
from tests.core.metrics.flow_rows import flow, flows
from tests.core.metrics.flow_worlds import simulate

AUGUST, SEPTEMBER = "2026-08-31", "2026-09-30"
FLOWS = pd.DataFrame(
    [
        (AUGUST, "Current", "Current", 80.0, 75.0, 5.0),
        (AUGUST, "Current", "1-29", 20.0, 20.0, 0.0),
        (AUGUST, "1-29", "paid", 10.0, 0.0, 10.0),
        (SEPTEMBER, "Current", "Current", 75.0, 70.0, 5.0),
        (SEPTEMBER, "Current", "1-29", 25.0, 25.0, 0.0),
        (SEPTEMBER, "1-29", "charged off", 30.0, 0.0, 0.0),
        (SEPTEMBER, "new", "Current", 0.0, 12.0, 0.0),
        (SEPTEMBER, "new", "charged off", 0.0, 0.0, 0.0),
    ],
    columns=["month", "origin", "state", "opening", "closing", "cash"],
)


def test_shares_are_of_all_months_and_what_comes_beside_them_is_as_in_an_average_month(monkeypatch):
    """Weighed alike. Current: 145 of 200 stay, 45 fall behind; 1-29: all leaves, a quarter as cash. 6 arrive, others pay 5."""
    monkeypatch.setattr(movements, "HALF_LIFE_MONTHS", np.inf)
    course = expected_course(Movements.of(FLOWS), np.array([1000.0, 400, 0, 0, 0, 7]), 2)
    assert course[0] == pytest.approx([725 + 6, 225, 0, 0, 0, 7, 5 + 100])
    assert course[1] == pytest.approx([731 * 0.725 + 6, 731 * 0.225, 0, 0, 0, 7, 5 + 225 * 0.25])


def test_a_month_half_a_year_older_counts_half():
    world = simulate(1, months=9, loans=50)
    weights = Movements.of(world.flows).weights()
    assert weights.sum() == pytest.approx(1)
    assert weights[:-6] / weights[6:] == pytest.approx(np.full(3, 0.5))


def test_a_gap_in_the_book_makes_the_months_before_it_no_younger():
    told = flows(*(flow("1-29", "Current", 10.0, month=month) for month in ("2026-01-31", "2026-06-30", "2026-07-31")))
    january, june, july = Movements.of(told).weights()
    assert january / july == pytest.approx(1 / 2)
    assert june / july == pytest.approx(0.5 ** (1 / 6))


def test_a_newer_month_moves_the_shares_more():
    """August pays 10 of 10 in 1-29, September none of 30: with weights w and 1, 10 w / (10 w + 30)."""
    older = 0.5 ** (1 / 6)
    course = expected_course(Movements.of(FLOWS), np.array([0.0, 400, 0, 0, 0, 0]), 1)
    assert course[0, CASH] == pytest.approx(5 + 400 * 10 * older / (10 * older + 30))


def test_the_cash_told_is_that_on_loans_in_arrears_and_on_all_others():
    """Of 40 in September 0 came on loans in arrears; the flows' own 5 on current loans count nowhere; in August all did."""
    cash = pd.DataFrame([("2026-07-31", 999.0), (AUGUST, 10.0), (SEPTEMBER, 40.0)], columns=["month", "cash"])
    moves = Movements.of(FLOWS, cash)
    assert moves.beside[:, CASH].tolist() == [0.0, 40.0]
    assert moves.out[:, :, CASH].tolist() == [[0, 10, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]]
    assert [moves.cash(month) for month in moves.months] == [10.0, 40.0]


def test_a_month_without_any_cash_told_had_none():
    """August's 10 on loans in arrears is taken back beside: a reversal of the month, say."""
    moves = Movements.of(FLOWS, pd.DataFrame({"month": [SEPTEMBER], "cash": [3.0]}))
    assert [moves.cash(month) for month in moves.months] == [0.0, 3.0]


def test_months_come_in_order_and_only_the_newest_are_learned_from():
    world = simulate(1, months=LEARNED_MONTHS + 3, loans=50)
    moves = Movements.of(world.flows.iloc[::-1])
    assert moves.months == tuple(world.days[1:])
    kept = moves.until(world.days[-2])
    assert kept.months == tuple(world.days[-1 - LEARNED_MONTHS : -1])
    rows = world.flows[(world.flows["month"] == kept.months[0]) & (world.flows["origin"] != "new")]
    assert kept.opening[0].sum() == pytest.approx(rows["opening"].sum())
    assert kept.cash(kept.months[0]) == pytest.approx(rows["cash"].sum())


def test_what_is_open_at_one_month_end_is_the_opening_of_the_next():
    world = simulate(2, months=6, loans=80)
    moves, days = Movements.of(world.flows), StockDays.of(world.stock)
    for before, opening in zip(world.days, moves.opening, strict=False):
        assert days.on(before) == pytest.approx(opening, abs=0.1)
    closing = moves.out[..., :CASH].sum(axis=1) + moves.beside[:, :CASH]
    for day, closed in zip(world.days[1:], closing, strict=True):
        assert days.on(day) == pytest.approx(closed, abs=0.1)


def test_futures_of_a_book_that_always_moves_alike_are_all_the_expected_one():
    months = [f"2026-{month:02d}-28" for month in range(1, 9)]
    alike = pd.concat([FLOWS[FLOWS["month"] == SEPTEMBER].assign(month=month) for month in months])
    moves, start = Movements.of(alike), np.array([1000.0, 400, 0, 0, 0, 0])
    futures = simulated_futures(moves, start, 3, 50, np.random.default_rng(1))
    assert futures == pytest.approx(np.broadcast_to(expected_course(moves, start, 3), futures.shape))


def test_futures_centre_on_the_expected_course_and_no_balance_falls_below_nothing():
    world = simulate(3, months=12, loans=60)
    moves, start = Movements.of(world.flows), StockDays.of(world.stock).on(world.days[-1])
    futures = simulated_futures(moves, start, 3, 4000, np.random.default_rng(1))
    assert futures[..., :CASH].min() >= 0
    whole = futures[:, 0, :CASH].sum(axis=1)
    expected = expected_course(moves, start, 1)[0, :CASH].sum()
    assert abs(whole.mean() - expected) < whole.std() / 4


def test_a_bucket_without_stock_in_a_day_holds_nothing():
    stock = pd.DataFrame([(SEPTEMBER, "30-59", 5.0), (SEPTEMBER, "30-59", 1.0)], columns=["as_of", "bucket", "balance"])
    assert StockDays.of(stock).on(SEPTEMBER).tolist() == [0, 0, 6, 0, 0, 0]


def test_the_newest_month_end_is_that_of_a_whole_month_up_to_the_day():
    days = [AUGUST, SEPTEMBER, "2026-10-15"]
    stock = StockDays.of(pd.DataFrame({"as_of": days, "bucket": BUCKETS[0], "balance": 1.0}))
    assert stock.newest_month_end(date(2026, 10, 20)) == SEPTEMBER
    assert stock.newest_month_end(date(2026, 9, 29)) == AUGUST


def test_a_book_without_a_month_end_is_refused():
    stock = StockDays.of(pd.DataFrame({"as_of": ["2026-10-15"], "bucket": BUCKETS[0], "balance": 1.0}))
    with pytest.raises(TooLittleData, match=r"no month-end up to 20 Oct 2026 \(15 Oct 2026\)"):
        stock.newest_month_end(date(2026, 10, 20))


def test_the_last_day_of_february_ends_a_month():
    assert [is_month_end(day) for day in ("2024-02-29", "2024-02-28", "2026-02-28", "2026-12-31")] == [
        True, False, True, True,
    ]  # fmt: skip
