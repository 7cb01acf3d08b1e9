"""What will the next month-ends bring, and how far can that be trusted?

The stock by bucket rolls on as it rolled in the last twelve months, the newest of them most; what was forecast that way
from earlier month-ends is held against what came, and widens the intervals where it was further off than foreseen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from core.errors import TooLittleData
from core.metrics.delinquency import BUCKETS
from core.metrics.forecast_record import LEVEL, record_words
from core.metrics.foreseeable import unforeseeable
from core.metrics.intervals import with_wilson
from core.metrics.measure import Measure, Unit, amount, ratio
from core.metrics.movements import Movements, StockDays, is_month_end
from core.metrics.portfolio import NO_PAYMENTS, newest_day
from core.metrics.ripeness import partly, ripe_day
from core.metrics.widening import FEWEST_MONTHS, Forecasts, later
from core.ports import PortfolioReader
from core.records import Book
from core.selection import Selection
from core.wording import dated, named_month

HORIZON_MONTHS = 6
PATHS = 1000
SEED = 20261031
ORIGINS = 12
"""How many earlier month-ends are forecast from again."""
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
        cash_why: why there is no forecast of cash although there is one of the stock: the book holds no payments, or they
            are not known up to the start; "" where there is one. Forecasts of cash made earlier are held against months
            whose payments are known to their end only.
    """

    start: date | None
    forecast: pd.DataFrame
    tested: pd.DataFrame
    loans: int
    why: str
    cash_why: str

    @property
    def words(self) -> str:
        """What it starts from, as a note beside a number; "" where there is no month-end to start from."""
        return f"the stock of {dated(self.start)}" if self.start else ""


def forecast(
    flows: pd.DataFrame,
    stock: pd.DataFrame,
    as_of: date,
    horizon: int = HORIZON_MONTHS,
    *,
    cash: pd.DataFrame | None = None,
    paths: int = PATHS,
    seed: int = SEED,
) -> pd.DataFrame:
    """What will the stock by bucket, the balance in arrears and the cash be at the next month-ends?

    Each bucket's balance moves on in the shares of the opening balance that moved in the last twelve months together
    (closing by state over opening, so interest, cash, waivers and departures are inside), where a month counts half for
    every six that it is older. Each bucket in arrears pays the share it paid; loans arrive, and other loans pay (placed
    ones that are current again, charged off, or new in the month), as in a weighted average of those months. A bucket
    that had no stock in those months stays as it is.

    The interval is the middle 80 % of simulated futures. Each future resamples whole months for the shares and the
    amounts it moves by, and each of its months swings as one of the months learned from did, in all buckets together, in
    proportion to the root of the balance (more balance, smaller swing of the share). The swing is widened for the months
    that went into the average, and the interval for earlier forecasts that were further off than theirs foresaw
    (core.metrics.widening). So it covers a book that goes on moving as it did, with the luck of months and a drift like
    that which earlier forecasts met. It does not cover what has not happened in those months: a new policy, a sale of
    loans, seasons, a change of the economy.

    Args:
        flows: month (closing month-end, ISO), origin, state, opening, closing, cash (currency); see core.metrics.flows.
            Months after `as_of` are not looked at.
        stock: as_of (ISO), bucket, balance (currency), of each day of the book.
        as_of: the day asked from; the forecast starts at the newest month-end of `stock` up to it.
        horizon: how many month-ends ahead.
        cash: month (month-end, ISO), cash (currency, net of reversals, in the month posted): the cash that is forecast,
            as `PortfolioReader.cash` tells it of placed loans. None for that of the flows, placed or not.
        paths: how many futures are simulated.
        seed: of the simulation; the same arguments give the same numbers.

    Returns:
        One row a month and measure, in that order: month (month-end, ISO), measure ("outstanding", "arrears_balance",
        "cash": received in the month, and each bucket by its label: its balance), value, low, high (currency).

    Raises:
        TooLittleData: fewer than six months of movements, or no stock at a month-end.

    References:
        Cyert, Davidson, Thompson (1962), "Estimation of the allowance for doubtful accounts by Markov chains",
        Management Science 8, p. 287-303. Mack (1993), "Distribution-free calculation of the standard error of chain
        ladder reserve estimates", ASTIN Bulletin 23, p. 213-225: variance in proportion to the opening amount. Efron and
        Tibshirani (1993), An Introduction to the Bootstrap, chapter 6. Brown (1959), Statistical Forecasting for
        Inventory Control: weights that halve with age.
    """
    made = _forecasts(flows, stock, cash, paths, seed)
    start = made.days.newest_month_end(as_of)
    _refuse_short(made.moves.until(start))
    return _told(made, start, horizon)


def backtest(
    flows: pd.DataFrame,
    stock: pd.DataFrame,
    origins: int = ORIGINS,
    *,
    cash: pd.DataFrame | None = None,
    paths: int = PATHS,
    seed: int = SEED,
) -> pd.DataFrame:
    """Would the forecasts made at earlier month-ends have come true?

    At each of the newest month-ends whose next month is known, the forecast is made again from the months up to it only,
    one and three months ahead. Facts are as the frames have them: what was told late about those months is in.

    Args:
        flows, stock, cash, paths, seed: as for `forecast`; the whole history to judge by.
        origins: at how many month-ends at most.

    Returns:
        One row an origin, month and measure, oldest first: origin, month (month-ends, ISO), steps (months ahead),
        measure (one of HEADLINES), value, low, high, actual (currency), inside (whether actual is within low to high).
        Empty where no month-end has six months before it and one after.
    """
    return _tried(_forecasts(flows, stock, cash, paths, seed), origins)


def outlook(reader: PortfolioReader, selection: Selection) -> Outlook:
    """The forecast of a selection from the newest month-end up to its day, with its backtest.

    Cash is that of `cash_month`: on placed loans, in the month posted, from placement on.

    There is none under a filter that loans move by, a lasso or a search: see `core.metrics.foreseeable`.

    Raises:
        TooLittleData: the book is empty and the selection names no day.
    """
    book = reader.book(selection.known_on)
    day = newest_day(book, selection)
    start = max((each for each in book.days if each <= day and is_month_end(each.isoformat())), default=None)
    none = Outlook(start, pd.DataFrame(columns=_FORECAST), pd.DataFrame(columns=_TESTED), 0, "", "")
    if start is None:
        return replace(none, why=f"this book holds no month-end up to {dated(day)}")
    moving = unforeseeable(selection)
    if moving:
        return replace(none, why=moving)
    flows = reader.flows(selection.at(start), ["month", "origin", "state"])
    months = flows["month"].nunique()
    if months < FEWEST_MONTHS:
        why = f"a forecast learns from {FEWEST_MONTHS} months with both their ends in the book; here: {months}"
        return replace(none, why=why)
    stock = reader.stock_history(selection.at(start), ["bucket"])
    cash = reader.cash(selection.at(start), ["month"])
    today = stock[stock["as_of"].astype(str) == start.isoformat()]
    if today.empty:
        return replace(none, why=f"no loan chosen is open on {dated(start)}")
    made = _forecasts(flows, stock, cash, PATHS, SEED)
    told, tried = _told(made, start.isoformat(), HORIZON_MONTHS), _tried(made, ORIGINS)
    tried = tried[(tried["measure"] != "cash") | (tried["month"] <= ripe_day(book, start, "payments").isoformat())]
    loans = int(today["loans"].sum())
    return replace(
        none, forecast=told, tested=tried.reset_index(drop=True), loans=loans, cash_why=_no_cash(book, start)
    )


def forecast_measures(reader: PortfolioReader, selection: Selection) -> dict[str, Measure]:
    """What will the next month bring?

    Returns:
        forecast_cash_next_month, forecast_arrears_next_month: of the month after the newest month-end up to the
            selection's day, with the 80 % interval of `forecast`; n = open loans it starts from. Unit currency.
            Cash is that of `cash_month`, undefined where payments are not known up to that month-end.
        forecast_coverage: of the earlier forecasts of these two one month ahead (ORIGINS month-ends at most), the share
            whose interval held what came. n = forecasts checked; its own interval is as in `coverage`.

    Undefined numbers are NaN with the reason in `why`.
    """
    return outlook_measures(outlook(reader, selection))


def outlook_measures(seen: Outlook) -> dict[str, Measure]:
    """The measures of `forecast_measures` from an outlook that a page has at hand."""
    if seen.why:
        return {name: Measure.undefined(seen.why, unit=unit) for name, unit in _UNITS.items()}
    told = {name: of for name, of in _MEASURES.items() if of != "cash" or not seen.cash_why}
    ahead = seen.tested[(seen.tested["steps"] == 1) & seen.tested["measure"].isin(list(told.values()))]
    measures = {name: Measure.undefined(seen.cash_why, unit=_UNITS[name]) for name in _MEASURES if name not in told}
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


def _no_cash(book: Book, start: date) -> str:
    """Why the cash of the months that a forecast learns from is not known."""
    if not book.has_payments:
        return NO_PAYMENTS
    part = partly(book, start, "payments")
    return f"{part}, and the forecast learns from the months up to {dated(start)}" if part else ""


def _next_month(seen: Outlook, measure: str, ahead: pd.DataFrame) -> Measure:
    row = seen.forecast[seen.forecast["measure"] == measure].iloc[0]
    record = record_words(int(ahead["inside"].sum()), len(ahead))
    return replace(
        amount(float(row["value"]), n=seen.loans, why=f"for {named_month(row['month'])}, from {seen.words}"),
        low=float(row["low"]),
        high=float(row["high"]),
        interval=f"{LEVEL * 100:.0f} in 100, bootstrap of months; {record}",
    )


def _forecasts(flows: pd.DataFrame, stock: pd.DataFrame, cash: pd.DataFrame | None, paths: int, seed: int) -> Forecasts:
    return Forecasts(Movements.of(flows, cash), StockDays.of(stock), LEVEL, paths, seed)


def _told(made: Forecasts, start: str, horizon: int) -> pd.DataFrame:
    """The rows of `forecast`."""
    names = [*HEADLINES, *BUCKETS]
    months = [later(start, step) for step in range(1, horizon + 1)]
    rows = made.interval(start, horizon)
    return pd.DataFrame(
        {
            "month": np.repeat(np.array(months, dtype=str), len(names)),
            "measure": names * horizon,
            "value": rows.value.ravel(),
            "low": rows.low.ravel(),
            "high": rows.high.ravel(),
        }
    )


def _tried(made: Forecasts, origins: int) -> pd.DataFrame:
    """The rows of `backtest`."""
    keys, amounts = [], []
    for start in made.starts()[-origins:]:
        rows = made.interval(start, max(STEPS))
        for step in STEPS:
            month = later(start, step)
            if made.moves.knows(month, made.days):
                told = (*(ends[step - 1] for ends in (rows.value, rows.low, rows.high)), made.actual(month).round(2))
                amounts.append(np.stack(told)[:, : len(HEADLINES)])
                keys += [(start, month, step, measure) for measure in HEADLINES]
    if not keys:
        return pd.DataFrame(columns=_TESTED)
    tested = pd.DataFrame(keys, columns=_TESTED[:4])
    tested[_TESTED[4:8]] = np.concatenate(amounts, axis=1).T
    return tested.assign(inside=tested["actual"].between(tested["low"], tested["high"]))


def _refuse_short(moves: Movements) -> None:
    if len(moves.months) < FEWEST_MONTHS:
        raise TooLittleData(
            f"A forecast learns from at least {FEWEST_MONTHS} months between adjacent month-ends, "
            f"and this book has {len(moves.months)}",
            where=moves.months,
            remedy="Load the portfolio files of earlier month-ends, or wait for later ones.",
        )
