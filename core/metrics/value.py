"""What is the recovered money worth? Net present value, netback after fees, and the loss given default it leaves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from core.metrics.costs import left_out
from core.metrics.measure import Measure, amount, ratio
from core.metrics.portfolio import NO_PAYMENTS, NOTHING_PLACED, month_end, newest_day
from core.metrics.ripeness import Source, noted, partly, ripe_day, unripe
from core.metrics.strategies import in_own_order
from core.metrics.vintages import between_cohorts, matured, no_interval_because, up_to_age
from core.ports import PortfolioReader
from core.records import Book
from core.selection import Selection
from core.wording import counted, dated

DISCOUNT_RATE = 0.10
"""A year's discount where the settings state none: 0.10 makes 110 in a year worth 100 today."""
WINDOW_MONTHS = 12
GROSS = "this book has no costs, so none are taken off"

NO_FEES = "no fees are stated, so netback equals liquidation"
BY_STRATEGY = ["strategy", "loans", "balance", "cash", "liquidation", "fee_share", "netback"]
BY_COHORT = ["cohort", "loans", "ead", "costs", "recoveries", "loss", "lgd"]


def discount(days: np.ndarray, rate: float) -> np.ndarray:
    """What one unit of currency so many days away is worth today: (1 + rate)^(-days / 365).

    Args:
        days: days from today, whole.
        rate: a year's discount, above -1 (0.10 is ten percent).

    Raises:
        ValueError: a rate of -1 or below.

    >>> discount(np.array([0, 365, 730]), 0.10).round(4).tolist()
    [1.0, 0.9091, 0.8264]
    """
    if rate <= -1:
        raise ValueError(f"A discount rate is above -1, as a share a year: found {rate}")
    return np.asarray((1.0 + rate) ** (-np.asarray(days, dtype=float) / 365))


def npv(cash: pd.DataFrame, cost: pd.DataFrame | None, day0: date, rate: float) -> float:
    """What a stream of cash less costs is worth on a day: sum of (C_s - cost_s) / (1 + r)^((s - t0) / 365).

    A month's sum counts as if all of it moved on the last day of the month, which is the day its `month` names.

    Args:
        cash: month (month-end, ISO), cash (currency).
        cost: month, cost (currency); None where none are known.
        day0: t0, the day the value is for. Earlier months are worth more than they brought.
        rate: a year's discount as a share.

    Returns:
        Currency, not rounded; 0 for an empty stream.

    Raises:
        ValueError: a rate of -1 or below.

    References:
        Brealey, Myers & Allen (2020), Principles of Corporate Finance, 13th ed., chapter 2: net present value.

    >>> stream = pd.DataFrame({"month": ["2026-10-31", "2027-10-31"], "cash": [50.0, 110.0]})
    >>> round(npv(stream, None, date(2026, 10, 31), 0.10), 2)
    150.0
    """
    worth = _present(cash["month"], cash["cash"], day0.isoformat(), rate)
    spent = 0.0 if cost is None else _present(cost["month"], cost["cost"], day0.isoformat(), rate)
    return float(np.sum(worth) - np.sum(spent))


def npv_measure(reader: PortfolioReader, selection: Selection, discount_rate: float = DISCOUNT_RATE) -> Measure:
    """What the cash of the last 12 months, less their costs, was worth when they began.

    The window is the 12 months up to and including the month of the selection's day, or of the day up to which payments
    and costs are known where that is earlier; t0 is the month-end before it. Cash counts as posted, so that it is the
    cash of net recovery. A month that is not over counts up to the day, and is dated at its end all the same.

    Returns:
        Currency; n payments. Where the book has no costs it is the gross value and `why` says so. Undefined where the
        book has no payments, or none can have been told since its first day.
    """
    book = reader.book(selection.known_on)
    asked, told_by = newest_day(book, selection), _told_by(book)
    if not book.has_payments or unripe(book, asked, *told_by):
        why = NO_PAYMENTS if not book.has_payments else unripe(book, asked, *told_by)
        return Measure.undefined(why, unit="currency", of="payments")
    day = ripe_day(book, asked, *told_by)
    at, end = selection.at(day), month_end(day)
    start = month_end(date(end.year - 1, end.month, 1))
    cash = _between(reader.cash(at, ["month"]), start, end)
    cost = _between(reader.costs(at, ["month"]), start, end) if book.has_costs else None
    told = [f"12 months from {dated(start)}, each month dated at its end, at {discount_rate:g} a year"]
    told.append(
        GROSS
        if cost is None
        else f"cash {cash['cash'].sum():,.2f} less costs {cost['cost'].sum():,.2f}, before discounting"
    )
    if cost is not None:
        told += _left_out(_between(reader.activity(at, ["cohort", "month"]), start, end))
    if book.days[0] > start:
        told.append(f"the book begins on {dated(book.days[0])}, within those months")
    worth = amount(
        npv(cash, cost, start, discount_rate), n=int(cash["payments"].sum()), of="payments", why="; ".join(told)
    )
    return noted(worth, partly(book, asked, *told_by))


def netback(liquidation: float, fee_share: float) -> float:
    """What reaches the lender of each unit placed: liquidation x (1 - fee).

    Args:
        liquidation: cash / balance placed, a share.
        fee_share: the part of the cash that stays with whoever collects it, 0-1.

    Raises:
        ValueError: a fee outside 0-1.

    References:
        Certified Recovery, "Netback": 30 % at a fee of 50 % is 15.0 %, 18 % at a fee of 25 % is 13.5 %.

    >>> round(netback(0.30, 0.50), 4), round(netback(0.18, 0.25), 4)
    (0.15, 0.135)
    """
    if not 0 <= fee_share <= 1:
        raise ValueError(f"A fee is a share of the cash between 0 and 1: found {fee_share}")
    return liquidation * (1 - fee_share)


def netback_by_strategy(
    placed: pd.DataFrame, cash: pd.DataFrame, as_of: date, fee_shares: Mapping[str, float], age: int = WINDOW_MONTHS
) -> pd.DataFrame:
    """What each strategy brought back of each unit placed under it, after its fee, at the same age.

    Args:
        placed: strategy (that the episode began under), cohort (month-end, ISO), loans, balance (currency).
        cash: strategy, cohort, month (month-ends), cash_effective (currency).
        as_of: the day of the question; only months of placements that reached `age` by then count.
        fee_shares: each strategy's fee, a share of the cash.
        age: months.

    Returns:
        One row a strategy, in the order of `fee_shares`, others after them: strategy, loans, balance, cash (to that
        age), liquidation (cash / balance), fee_share, netback. NaN where nothing was placed or nobody stated a fee.
        Empty where no placement is old enough. As it happened: the strategies were given different loans.
    """
    rows = (
        _matured_cash(placed, cash, as_of, age).groupby("strategy", as_index=False)[["loans", "balance", "cash"]].sum()
    )
    rows = in_own_order(rows.round({"balance": 2, "cash": 2}), "strategy", list(fee_shares))
    rows["liquidation"] = (rows["cash"] / rows["balance"]).where(rows["balance"] > 0)
    rows["fee_share"] = rows["strategy"].map(dict(fee_shares)).astype(float)
    rows["netback"] = [
        math.nan if math.isnan(fee) else netback(share, fee)
        for share, fee in zip(rows["liquidation"], rows["fee_share"], strict=True)
    ]
    return rows[BY_STRATEGY]


def netback_measure(reader: PortfolioReader, selection: Selection, fee_shares: Mapping[str, float]) -> Measure:
    """What reached the lender within 12 months of each unit placed, all strategies with a known fee together.

    Args:
        fee_shares: each strategy's fee, a share of the cash. Placements under others are left out, for a fee that
            nobody stated is not a fee of 0.

    Returns:
        Share: sum over strategies of cash x (1 - fee) / their balance placed, at 12 months, over months of placements
        that reached them by the day payments are known. The parts are `netback_by_strategy`. Undefined without payments
        or such placements.
    """
    book = reader.book(selection.known_on)
    day = newest_day(book, selection)
    if not book.has_payments:
        return Measure.undefined(NO_PAYMENTS, unit="share", of="placements")
    at = selection.at(day)
    placed = reader.placed(at, ["strategy", "cohort"])
    ripe = ripe_day(book, day, "payments")
    rows = _matured_cash(placed, reader.cash(at, ["strategy", "cohort", "month"]), ripe, WINDOW_MONTHS)
    known = rows[rows["strategy"].isin(list(fee_shares))]
    kept = [netback(cash, fee_shares[name]) for name, cash in zip(known["strategy"], known["cash"], strict=True)]
    cohorts = known.assign(net=kept).groupby("cohort")[["loans", "balance", "net"]].sum()
    old, n = int(rows["loans"].sum()), int(known["loans"].sum())
    told = [f"left out: {counted(old - n, 'placement')} under no strategy with a known fee"] if old > n else []
    if n and not any(fee_shares[name] for name in known["strategy"]):
        told.append(NO_FEES)
    measure = _pooled(cohorts["net"], cohorts["balance"], n, placed, [*_young(placed, old), *told])
    return noted(measure, partly(book, day, "payments"))


def lgd(ead: float, costs: float, recoveries: float) -> float:
    """The loss given default that was realised: (EAD + PV(costs) - PV(recoveries)) / EAD.

    Args:
        ead: what was outstanding at default (here: at placement), currency.
        costs, recoveries: their present values at default, currency.

    Returns:
        A share: below 0 where more came back than was owed, above 1 where costs exceed recoveries; NaN where nothing
        was outstanding. A realised loss has no floor; supervisors ask one of estimates only.

    References:
        PRA, SS4/24, Credit risk: internal ratings based approach, 13.1-13.2; EBA/GL/2017/16, section 6.3.1.

    >>> lgd(1000.0, 50.0, 400.0)
    0.65
    """
    return (ead + costs - recoveries) / ead if ead > 0 else math.nan


def lgd_by_cohort(
    placed: pd.DataFrame,
    cash: pd.DataFrame,
    costs: pd.DataFrame | None,
    as_of: date,
    rate: float = DISCOUNT_RATE,
    age: int = WINDOW_MONTHS,
) -> pd.DataFrame:
    """The loss each month of placements left after a number of months, discounted to the month of placement.

    Recoveries and costs are month sums dated at month-ends, so those of the placement month are not discounted.
    What comes after `age` is left out: this is the loss so far, above the loss of a finished workout.

    Args:
        placed: cohort (month-end, ISO), loans, balance (currency: the exposure at default).
        cash: cohort, month (month-ends), cash_effective (currency).
        costs: cohort, month, cost (currency); None where the book has no costs.
        as_of: the day of the question; only cohorts that reached `age` by then count.
        rate: a year's discount as a share.
        age: months.

    Returns:
        One row a cohort, oldest first: cohort (month-end), loans, ead, costs and recoveries (present values), loss
        (ead + costs - recoveries), lgd (loss / ead). Empty where no cohort is old enough.
    """
    old = matured(placed, as_of, age).groupby("cohort")[["loans", "balance"]].sum().rename(columns={"balance": "ead"})
    old["recoveries"] = _present_by_cohort(cash, "cash_effective", old.index, rate, age)
    old["costs"] = 0.0 if costs is None else _present_by_cohort(costs, "cost", old.index, rate, age)
    old["loss"] = old["ead"] + old["costs"] - old["recoveries"]
    old["lgd"] = [lgd(*parts) for parts in zip(old["ead"], old["costs"], old["recoveries"], strict=True)]
    return old.rename_axis("cohort").reset_index()[BY_COHORT]


def lgd_measure(reader: PortfolioReader, selection: Selection, discount_rate: float = DISCOUNT_RATE) -> Measure:
    """The loss given default realised within 12 months of placement, over cohorts that reached them.

    Cash and costs are of the same placements under any filter. A cohort reaches 12 months once payments, and costs where
    the book has them, are known that long.

    Returns:
        Share; n and excluded in placements. Where the book has no costs none are added and `why` says so; costs of
        actions before the first placement are left out and named. Undefined without payments or such cohorts.
    """
    book = reader.book(selection.known_on)
    day = newest_day(book, selection)
    if not book.has_payments:
        return Measure.undefined(NO_PAYMENTS, unit="share", of="placements")
    at = selection.at(day)
    placed = reader.placed(at, ["cohort"])
    costs = reader.costs(at, ["cohort", "month"]) if book.has_costs else None
    ripe = ripe_day(book, day, *_told_by(book))
    cohorts = lgd_by_cohort(placed, reader.cash(at, ["cohort", "month"]), costs, ripe, discount_rate)
    old = int(cohorts["loans"].sum())
    told = [f"discounted to the month of placement at {discount_rate:g} a year"]
    told += _left_out(reader.activity(at, ["cohort"])) if book.has_costs else [GROSS.replace("taken off", "added")]
    measure = _pooled(cohorts["loss"], cohorts["ead"], old, placed, [*told, *_young(placed, old)])
    return noted(measure, partly(book, day, *_told_by(book)))


def value_measures(
    reader: PortfolioReader,
    selection: Selection,
    fee_shares: Mapping[str, float],
    discount_rate: float = DISCOUNT_RATE,
) -> dict[str, Measure]:
    """npv (currency), netback and lgd_12m (shares). See each measure of its own."""
    return {
        "npv": npv_measure(reader, selection, discount_rate),
        "netback": netback_measure(reader, selection, fee_shares),
        "lgd_12m": lgd_measure(reader, selection, discount_rate),
    }


def _told_by(book: Book) -> tuple[Source, ...]:
    """The files that must have told what cash less costs is made of."""
    return ("payments", "actions") if book.has_costs else ("payments",)


def _present(months: pd.Series, amounts: pd.Series, start: str | pd.Series, rate: float) -> np.ndarray:
    """Amounts dated at month-ends, each worth what it was on `start` (one day, or one a row)."""
    days = (pd.to_datetime(months) - pd.to_datetime(start)).dt.days.to_numpy()
    return np.asarray(amounts.to_numpy(float) * discount(days, rate))


def _present_by_cohort(rows: pd.DataFrame, name: str, cohorts: pd.Index, rate: float, age: int) -> pd.Series:
    own = up_to_age(rows[rows["cohort"].isin(cohorts)], age)
    worth = pd.Series(_present(own["month"], own[name], own["cohort"], rate), index=own["cohort"], dtype=float)
    return worth.groupby(level=0).sum().reindex(cohorts).fillna(0.0)


def _matured_cash(placed: pd.DataFrame, cash: pd.DataFrame, as_of: date, age: int) -> pd.DataFrame:
    """Placements that reached an age, with their cash up to it: strategy, cohort, loans, balance, cash."""
    keys = ["strategy", "cohort"]
    paid = up_to_age(cash, age).groupby(keys, as_index=False)["cash_effective"].sum()
    rows = matured(placed, as_of, age)[[*keys, "loans", "balance"]].merge(paid, on=keys, how="left")
    return rows.rename(columns={"cash_effective": "cash"}).fillna({"cash": 0.0})


def _between(rows: pd.DataFrame, after: date, until: date) -> pd.DataFrame:
    return rows[(rows["month"] > after.isoformat()) & (rows["month"] <= until.isoformat())]


def _left_out(activity: pd.DataFrame) -> list[str]:
    told = left_out(activity)
    return [told] if told else []


def _young(placed: pd.DataFrame, old: int) -> list[str]:
    young = int(placed["loans"].sum()) - old
    return [f"left out: {counted(young, 'placement')} not yet {WINDOW_MONTHS} months old"] if young else []


def _pooled(amounts: pd.Series, balances: pd.Series, n: int, placed: pd.DataFrame, told: list[str]) -> Measure:
    """Sum of amounts / sum of balances over cohorts, with its interval and the placements left out."""
    excluded = int(placed["loans"].sum()) - n
    if not n:
        why = "; ".join(told) if excluded else NOTHING_PLACED
        return replace(Measure.undefined(why, unit="share", of="placements"), excluded=excluded)
    unsure = no_interval_because(amounts, balances)
    measure = ratio(
        round(float(amounts.sum()), 2), round(float(balances.sum()), 2), n=n, of="placements", excluded=excluded,
        why="; ".join([*told, unsure] if unsure else told), when_zero=NOTHING_PLACED,
    )  # fmt: skip
    if unsure or not measure.is_defined:
        return measure
    low, high = between_cohorts(amounts, balances)
    return replace(measure, low=low, high=high, interval=f"between {len(balances)} months of placements")
