"""What will the next month-ends bring, and how far can that be trusted?

The stock by bucket rolls on as it rolled in the last twelve months; what was forecast that way from earlier month-ends
is held against what came.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from core.errors import TooLittleData
from core.metrics.delinquency import BUCKETS
from core.metrics.intervals import wilson, with_wilson
from core.metrics.measure import Measure, Unit, amount, ratio
from core.metrics.movements import (
    CASH,
    Floats,
    Movements,
    StockDays,
    expected_course,
    is_month_end,
    simulated_futures,
)
from core.metrics.portfolio import NO_PAYMENTS, newest_day
from core.ports import PortfolioReader
from core.selection import Selection

HORIZON_MONTHS = 6
FEWEST_MONTHS = 6
LEVEL = 0.8
PATHS = 1000
SEED = 20261031
STEPS: tuple[int, ...] = (1, 3)
"""How many months ahead a backtest looks."""
HEADLINES: tuple[str, ...] = ("outstanding", "arrears_balance", "cash")

_FORECAST = ["month", "measure", "value", "low", "high"]
_TESTED = ["origin", "month", "steps", "measure", "value", "low", "high", "actual", "inside"]
_MEASURES = {"forecast_cash_next_month": "cash", "forecast_arrears_next_month": "arrears_balance"}
_UNITS: dict[str, Unit] = {
    "forecast_cash_next_month": "currency",
    "forecast_arrears_next_month": "currency",
    "forecast_coverage": "share",
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """A forecast of a selection, and how the ones before it did.

    Attributes:
        start: the month-end it starts from; None where the book has none.
        forecast: from `forecast`; without rows where it was refused.
        tested: from `backtest`, of the month-ends up to `start`.
        loans: open loans of the selection at the start.
        why: why there is no forecast; "" where there is one.
        has_payments: whether the book holds payments; without them a forecast of cash says nothing.
    """

    start: date | None
    forecast: pd.DataFrame
    tested: pd.DataFrame
    loans: int
    why: str
    has_payments: bool


def forecast(
    flows: pd.DataFrame,
    stock: pd.DataFrame,
    as_of: date,
    horizon: int = HORIZON_MONTHS,
    *,
    paths: int = PATHS,
    seed: int = SEED,
) -> pd.DataFrame:
    """What will the stock by bucket, the balance in arrears and the cash be at the next month-ends?

    Each bucket's balance moves on in the shares of the opening balance that moved in the last twelve months together
    (closing by state over opening, so interest, cash, waivers and departures are inside), it pays the share it paid, and
    loans arrive as in an average of those months. A bucket that had no stock in those months stays as it is.

    The interval is the middle 80 % of simulated futures. Each future resamples whole months for the shares and the
    arrivals it moves by, and each of its months swings as one of the months learned from did, in all buckets together,
    in proportion to the root of the balance (more balance, smaller swing of the share). The swing is widened for the
    months that went into the average. It covers a book that goes on moving as it did, with the luck of months. It does not
    cover what has not happened in those months: a new policy, a sale of loans, seasons, a trend, a change of the economy.

    Args:
        flows: month (closing month-end, ISO), origin, state, opening, closing, cash (currency); see core.metrics.flows.
            Months after `as_of` are not looked at.
        stock: as_of (ISO), bucket, balance (currency), of each day of the book.
        as_of: the day asked from; the forecast starts at the newest month-end of `stock` up to it.
        horizon: how many month-ends ahead.
        paths: how many futures are simulated.
        seed: of the simulation; the same arguments give the same numbers.

    Returns:
        One row a month and measure, in that order: month (month-end, ISO), measure ("outstanding", "arrears_balance",
        "cash": received in the month on loans open at its start, and each bucket by its label: its balance), value, low,
        high (currency).

    Raises:
        TooLittleData: fewer than six months of movements, or no stock at a month-end.

    References:
        Cyert, Davidson, Thompson (1962), "Estimation of the allowance for doubtful accounts by Markov chains",
        Management Science 8, p. 287-303. Mack (1993), "Distribution-free calculation of the standard error of chain
        ladder reserve estimates", ASTIN Bulletin 23, p. 213-225: variance in proportion to the opening amount. Efron and
        Tibshirani (1993), An Introduction to the Bootstrap, chapter 6.
    """
    days = StockDays.of(stock)
    start = days.newest_month_end(as_of)
    moves = Movements.of(flows).until(start)
    _refuse_short(moves)
    value, low, high = _interval(moves, days.on(start), horizon, paths, seed)
    names = [*HEADLINES, *BUCKETS]
    months = [_later(start, step) for step in range(1, horizon + 1)]
    return pd.DataFrame(
        {
            "month": np.repeat(np.array(months, dtype=str), len(names)),
            "measure": names * horizon,
            "value": value.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
        }
    )


def backtest(
    flows: pd.DataFrame, stock: pd.DataFrame, origins: int = 12, *, paths: int = PATHS, seed: int = SEED
) -> pd.DataFrame:
    """Would the forecasts made at earlier month-ends have come true?

    At each of the newest month-ends whose next month is known, the forecast is made again from the months up to it only,
    one and three months ahead. Facts are as the frames have them: what was told late about those months is in.

    Args:
        flows, stock, paths, seed: as for `forecast`; the whole history to judge by.
        origins: at how many month-ends at most.

    Returns:
        One row an origin, month and measure, oldest first: origin, month (month-ends, ISO), steps (months ahead),
        measure (one of HEADLINES), value, low, high, actual (currency), inside (whether actual is within low to high).
        Empty where no month-end has six months before it and one after.
    """
    moves, days = Movements.of(flows), StockDays.of(stock)
    known = [
        start
        for start in days.month_ends()
        if len(moves.until(start).months) >= FEWEST_MONTHS and moves.knows(_later(start, 1), days)
    ]
    keys, amounts = [], []
    for start in known[-origins:]:
        made = _interval(moves.until(start), days.on(start), max(STEPS), paths, seed)
        for step in STEPS:
            month = _later(start, step)
            if moves.knows(month, days):
                actual = _measured(np.append(days.on(month), moves.cash(month))).round(2)
                amounts.append(np.stack([*(each[step - 1] for each in made), actual])[:, : len(HEADLINES)])
                keys += [(start, month, step, measure) for measure in HEADLINES]
    if not keys:
        return pd.DataFrame(columns=_TESTED)
    tested = pd.DataFrame(keys, columns=_TESTED[:4])
    tested[_TESTED[4:8]] = np.concatenate(amounts, axis=1).T
    return tested.assign(inside=tested["actual"].between(tested["low"], tested["high"]))


def coverage(tested: pd.DataFrame) -> pd.DataFrame:
    """How many of the earlier forecasts held what came?

    Args:
        tested: from `backtest`.

    Returns:
        One row a measure and number of steps: measure, steps, n (forecasts), inside (count), share (inside / n; should
        be near LEVEL), low, high (its 95 % Wilson interval, as if the forecasts were independent: those of neighbouring
        months share most of their history, so it is rather too narrow). Empty without forecasts.
    """
    columns = ["measure", "steps", "n", "inside", "share", "low", "high"]
    if tested.empty:
        return pd.DataFrame(columns=columns)
    counts = tested.groupby(["measure", "steps"])["inside"].agg(n="size", inside="sum").reset_index()
    ends = [wilson(inside, n) for inside, n in zip(counts["inside"], counts["n"], strict=True)]
    counts["share"] = counts["inside"] / counts["n"]
    counts[["low", "high"]] = ends
    return counts[columns]


def outlook(reader: PortfolioReader, selection: Selection) -> Outlook:
    """The forecast of a selection from the newest month-end up to its day, with its backtest.

    There is none under a filter on buckets, a lasso or a search: the loans that will roll into what was chosen are not in
    it today. Under other filters loans that move between groups (to another strategy, say) count as the group's own
    movements where they leave and are not foreseen where they come; the backtest shows what that costs.

    Raises:
        TooLittleData: the book is empty and the selection names no day.
    """
    book = reader.book(selection.known_on)
    day = newest_day(book, selection)
    start = max((each for each in book.days if each <= day and is_month_end(each.isoformat())), default=None)
    none = Outlook(start, pd.DataFrame(columns=_FORECAST), pd.DataFrame(columns=_TESTED), 0, "", book.has_payments)
    if start is None:
        return replace(none, why=f"this book holds no month-end up to {day}")
    if "bucket" in selection.filters or selection.lasso is not None or selection.search:
        return replace(none, why="the loans that will roll into the chosen ones are not among them today")
    flows = reader.flows(selection.at(start), ["month", "origin", "state"])
    months = flows["month"].nunique()
    if months < FEWEST_MONTHS:
        why = f"a forecast learns from {FEWEST_MONTHS} months with both their ends in the book, and here are {months}"
        return replace(none, why=why)
    stock = reader.stock_history(selection.at(start), ["bucket"])
    today = stock[stock["as_of"].astype(str) == start.isoformat()]
    if today.empty:
        return replace(none, why=f"no loan chosen is open on {start}")
    made, tested = forecast(flows, stock, start), backtest(flows, stock)
    return replace(none, forecast=made, tested=tested, loans=int(today["loans"].sum()))


def forecast_measures(reader: PortfolioReader, selection: Selection) -> dict[str, Measure]:
    """What will the next month bring?

    Returns:
        forecast_cash_next_month, forecast_arrears_next_month: of the month after the newest month-end up to the
            selection's day, with the 80 % interval of `forecast`; n = open loans it starts from. Unit currency.
        forecast_coverage: of the earlier forecasts of these two one month ahead, the share whose interval held what
            came. n = forecasts checked.

    Undefined numbers are NaN with the reason in `why`.
    """
    return outlook_measures(outlook(reader, selection))


def outlook_measures(seen: Outlook) -> dict[str, Measure]:
    """The measures of `forecast_measures` from an outlook that a page has at hand."""
    if seen.why:
        return {name: Measure.undefined(seen.why, unit=unit) for name, unit in _UNITS.items()}
    told = {name: of for name, of in _MEASURES.items() if of != "cash" or seen.has_payments}
    ahead = seen.tested[(seen.tested["steps"] == 1) & seen.tested["measure"].isin(list(told.values()))]
    measures = {name: Measure.undefined(NO_PAYMENTS, unit=_UNITS[name]) for name in _MEASURES if name not in told}
    measures |= {name: _next_month(seen, of, ahead[ahead["measure"] == of]) for name, of in told.items()}
    measures["forecast_coverage"] = with_wilson(
        ratio(
            int(ahead["inside"].sum()),
            len(ahead),
            n=len(ahead),
            of="forecasts",
            when_zero=f"no month-end has {FEWEST_MONTHS} months before it and one after it",
        )
    )
    return measures


def _next_month(seen: Outlook, measure: str, ahead: pd.DataFrame) -> Measure:
    row = seen.forecast[seen.forecast["measure"] == measure].iloc[0]
    record = f"covered {int(ahead['inside'].sum())} of {len(ahead)} in backtest" if len(ahead) else "not yet tested"
    return replace(
        amount(float(row["value"]), n=seen.loans, why=f"for {row['month']}, from the stock of {seen.start}"),
        low=float(row["low"]),
        high=float(row["high"]),
        interval=f"{LEVEL * 100:.0f} % bootstrap of months; {record}",
    )


def _refuse_short(moves: Movements) -> None:
    if len(moves.months) < FEWEST_MONTHS:
        raise TooLittleData(
            f"A forecast learns from at least {FEWEST_MONTHS} months between adjacent month-ends, "
            f"and this book has {len(moves.months)}",
            where=moves.months,
            remedy="Load the portfolio files of earlier month-ends, or wait for later ones.",
        )


def _interval(moves: Movements, start: Floats, horizon: int, paths: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Value, low and high, each (step, HEADLINES and each bucket), rounded to hundredths."""
    futures = simulated_futures(moves, start, horizon, paths, np.random.default_rng(seed))
    low, high = np.quantile(_measured(futures), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    value = _measured(expected_course(moves, start, horizon))
    return value.round(2), np.minimum(low, value).round(2), np.maximum(high, value).round(2)


def _measured(steps: Floats) -> Floats:
    """HEADLINES and each bucket, from balances by bucket and cash on the last axis."""
    balances, cash = steps[..., :CASH], steps[..., CASH:]
    totals = [balances.sum(axis=-1, keepdims=True), balances[..., 1:].sum(axis=-1, keepdims=True), cash, balances]
    return np.concatenate(totals, axis=-1)


def _later(day: str, months: int) -> str:
    """The month-end so many months after a month-end."""
    year, month = divmod(int(day[:4]) * 12 + int(day[5:7]) - 1 + months, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1]).isoformat()
