"""How are we doing? The headline numbers of a selection, with what it takes to audit each of them."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from datetime import date

import pandas as pd

from core.errors import TooLittleData
from core.metrics.costs import before_placement, left_out
from core.metrics.intervals import with_wilson
from core.metrics.measure import Measure, Unit, amount, ratio
from core.metrics.ripeness import Source, noted, partly, told_in_time, untold
from core.ports import PortfolioReader
from core.records import Book
from core.selection import Selection
from core.wording import counted

NO_PAYMENTS = "this book has no payments"
NO_COSTS = "this book has no costs"
NO_CASH = "no cash came in over the window"
NOTHING_PLACED = "no loan was placed yet"

_Flow = Callable[[Selection, Sequence[str]], pd.DataFrame]


def month_end(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def newest_day(book: Book, selection: Selection) -> date:
    """The day a selection means: its own, or the newest in the book. Raises TooLittleData on an empty book."""
    if selection.as_of is not None:
        return selection.as_of
    if book.is_empty:
        raise TooLittleData("This book holds no loans yet", remedy="Load a portfolio file first.")
    return book.days[-1]


def day_before(book: Book, selection: Selection) -> date | None:
    """The day a selection is compared with: its own `against`, or the book's day before; None where there is none."""
    if selection.against is not None:
        return selection.against
    earlier = [day for day in book.days if day < newest_day(book, selection)]
    return earlier[-1] if earlier else None


def portfolio_measures(reader: PortfolioReader, selection: Selection) -> dict[str, Measure]:
    """Every headline number of a selection on one day.

    Returns:
        outstanding, in_arrears: balance of open loans, and of those at least one day past due. Unit currency.
        loans, loans_in_arrears, workable: counts; workable are in arrears, open and not on hold.
        on_hold_share: loans in arrears on hold (their own or their borrower's) / loans in arrears, with its interval.
        balance_placed, cash_to_date, recovery_rate: cash net of reversals since placement / balance placed, all cohorts
            to date. Waivers never count; above 100 % is possible and shown.
        cash_month, cost_month, cost_to_collect (cost / cash of the month), net_recovery (cash - cost of the month).
        cost_to_date, cost_to_collect_to_date, net_recovery_to_date: the same since the book's first day. Costs are of
            the loans of the cash, from placement on, by the attributes at placement; earlier ones are named in `why`.
        contacts_month, promises_month: counts of the month.

    Undefined numbers are NaN with the reason in `why`. Numbers of a month that no payments (or actions) file can have
    told are undefined; of a month told in part, and to date, `why` says up to when payments (or actions) are known.

    References:
        Recovery rate, cost to collect and net recovery: ../README.md, "How the numbers are defined".
    """
    book = reader.book(selection.known_on)
    day = newest_day(book, selection)
    measures = _stock(reader.stock(selection.at(day)).iloc[0])
    measures |= _recovery(reader, selection.at(day), book)
    measures |= _work(reader, selection.at(day), book, month_end(day).isoformat())
    measures |= {name: told_in_time(measures[name], book, day, *told) for name, told in MONTHLY.items()}
    return measures | {name: noted(measures[name], partly(book, day, *told)) for name, told in _TO_DATE.items()}


MONTHLY: dict[str, tuple[Source, ...]] = {
    "cash_month": ("payments",),
    "cost_month": ("actions",),
    "cost_to_collect": ("payments", "actions"),
    "net_recovery": ("payments", "actions"),
    "contacts_month": ("actions",),
    "promises_month": ("actions",),
}
"""The numbers of the selection's own month, up to its day, and the files that tell them."""
_TO_DATE: dict[str, tuple[Source, ...]] = {
    "cash_to_date": ("payments",),
    "recovery_rate": ("payments",),
    "cost_to_date": ("actions",),
    "cost_to_collect_to_date": ("payments", "actions"),
    "net_recovery_to_date": ("payments", "actions"),
}


def measures_before(reader: PortfolioReader, before: Selection, day: date) -> dict[str, Measure]:
    """The headline numbers of the day compared with; those of a month are undefined where either month is not over or
    not told to its end, for a part of a month always falls short of a whole one.

    Args:
        before: the selection on the earlier day, its `as_of` stated.
        day: the later day.
    """
    measures, book = portfolio_measures(reader, before), reader.book(before.known_on)
    days = (newest_day(book, before), day)
    if any(each != month_end(each) for each in days):
        part = dict.fromkeys(MONTHLY, "a month that is not over cannot be compared with a whole one")
    else:
        part = {name: partly(book, max(days), *told) for name, told in MONTHLY.items()}
    return measures | {
        name: Measure.undefined(why, unit=measures[name].unit)
        for name, why in part.items()
        if why and measures[name].is_defined
    }


def portfolio_trend(reader: PortfolioReader, selection: Selection) -> pd.DataFrame:
    """The headline numbers on every day of the book up to the selection's.

    Returns:
        One row a day, oldest first: as_of (ISO), outstanding, in_arrears, loans, loans_in_arrears, on_hold_share,
        recovery_rate, cash_month, cost_to_collect, net_recovery; NaN where undefined, as of months that no file can have
        told. Empty for an empty book. A day within a month knows the month up to it, as `portfolio_measures` on that
        day does.
    """
    book = reader.book(selection.known_on)
    stock = reader.stock_history(selection)
    days = stock["as_of"].astype(str)
    trend = pd.DataFrame(
        {
            "as_of": days,
            "outstanding": stock["balance"],
            "in_arrears": stock["arrears_balance"],
            "loans": stock["loans"],
            "loans_in_arrears": stock["arrears_loans"],
            "on_hold_share": (1 - stock["workable_loans"] / stock["arrears_loans"]).where(stock["arrears_loans"] > 0),
        }
    )
    nothing = pd.Series(float("nan"), index=trend.index)
    if not book.has_payments:
        return trend.assign(recovery_rate=nothing, cash_month=nothing, cost_to_collect=nothing, net_recovery=nothing)
    cash = _on_days(reader.cash, selection, days, "month", "cash")
    placed = _on_days(reader.placed, selection, days, "cohort", "balance")
    trend["recovery_rate"] = (cash["to_date"] / placed["to_date"]).where(placed["to_date"] > 0)
    trend["cash_month"] = cash["of_month"].where(_told(book, days, "payments"))
    if not book.has_costs:
        return trend.assign(cost_to_collect=nothing, net_recovery=nothing)
    cost = _on_days(reader.costs, selection, days, "month", "cost")
    both = _told(book, days, "payments", "actions")
    trend["cost_to_collect"] = (cost["of_month"] / cash["of_month"]).where(both & (cash["of_month"] > 0))
    trend["net_recovery"] = (cash["of_month"] - cost["of_month"]).round(2).where(both)
    return trend


def _told(book: Book, days: pd.Series, *sources: Source) -> pd.Series:
    """Whether the files can have told the month of each day."""
    return days.map(lambda day: not untold(book, date.fromisoformat(day), *sources)).astype(bool)


def _on_days(read: _Flow, selection: Selection, days: pd.Series, clock: str, name: str) -> pd.DataFrame:
    """An amount as each of `days` knew it: of_month and to_date. Months that are over need one reading for them all."""
    whole = read(selection, [clock])
    rows = []
    for day in map(date.fromisoformat, days):
        end = month_end(day)
        known = whole if day == end else read(selection.at(day), [clock])
        of_month, to_date = known[clock] == end.isoformat(), known[clock] <= end.isoformat()
        rows.append((known.loc[of_month, name].sum(), known.loc[to_date, name].sum()))
    return pd.DataFrame(rows, columns=["of_month", "to_date"], index=days.index, dtype=float)


def _stock(row: pd.Series) -> dict[str, Measure]:
    loans, arrears = int(row["loans"]), int(row["arrears_loans"])
    workable = int(row["workable_loans"])
    return {
        "outstanding": amount(row["balance"], n=loans),
        "in_arrears": amount(
            row["arrears_balance"],
            n=arrears,
            excluded=loans - arrears,
            why="loans that are current are left out" if loans > arrears else "",
        ),
        "loans": _count(loans),
        "loans_in_arrears": _count(arrears),
        "workable": Measure(
            workable,
            workable,
            1.0,
            workable,
            "count",
            excluded=arrears - workable,
            why="loans on hold are left out" if arrears > workable else "",
        ),
        "on_hold_share": with_wilson(
            ratio(float(arrears - workable), float(arrears), n=arrears, when_zero="no loan is in arrears")
        ),
    }


def _count(value: int, *, of: str = "loans") -> Measure:
    return Measure(value, value, 1.0, value, "count", of=of)


def _recovery(reader: PortfolioReader, selection: Selection, book: Book) -> dict[str, Measure]:
    placed = reader.placed(selection).iloc[0]
    loans = int(placed["loans"])
    measures = {"balance_placed": amount(placed["balance"], n=loans, of="placements")}
    if not book.has_payments:
        return measures | _undefined(NO_PAYMENTS, cash_to_date="currency", recovery_rate="share", cash_month="currency")
    cash = reader.cash(selection).iloc[0]
    excluded, of_month = _outside(reader, selection)
    why = _outside_words(excluded)
    month = _of_month(reader.cash(selection, ["month"]), month_end(newest_day(book, selection)).isoformat())
    measures["cash_to_date"] = amount(cash["cash"], n=int(cash["payments"]), of="payments", excluded=excluded, why=why)
    measures["cash_month"] = amount(
        month["cash"], n=int(month["payments"]), of="payments", excluded=of_month, why=_outside_words(of_month)
    )
    measures["recovery_rate"] = ratio(
        round(cash["cash"], 2),
        round(placed["balance"], 2),
        n=loans,
        of="placements",
        excluded=excluded,
        excluded_of="payments",
        why=why,
        when_zero=NOTHING_PLACED,
    )
    return measures


def _outside(reader: PortfolioReader, selection: Selection) -> tuple[int, int]:
    """How many payments belong to no placement: to date, and in the month of the selection's day up to it."""
    assert selection.as_of is not None
    told = reader.cash_outside(selection, ["month"])
    month = told[told["month"] == month_end(selection.as_of).isoformat()]
    return int(told["payments"].sum()), int(month["payments"].sum())


def _outside_words(payments: int) -> str:
    """What is left out of cash, in words."""
    told = f"{counted(payments, 'payment')} on loans that were not placed left out" if payments else ""
    return "; ".join([*([told] if told else []), "waivers never count"])


def _work(reader: PortfolioReader, selection: Selection, book: Book, month: str) -> dict[str, Measure]:
    counts: dict[str, Measure] = {}
    activity = reader.activity(selection, ["cohort", "month"])
    of_month = _of_month(activity.drop(columns="cohort"), month)
    if book.has_actions:
        counts = {
            "contacts_month": _count(int(of_month["contacts"]), of="actions"),
            "promises_month": _count(int(of_month["promises"]), of="actions"),
        }
    else:
        counts = _undefined("this book has no actions", contacts_month="count", promises_month="count")
    units: dict[str, Unit] = {
        "cost_to_collect": "share",
        "net_recovery": "currency",
        "cost_to_collect_to_date": "share",
        "net_recovery_to_date": "currency",
    }
    if not book.has_costs:
        why = NO_COSTS if book.has_payments else f"{NO_PAYMENTS} and no costs"
        return counts | _undefined(why, cost_month="currency", cost_to_date="currency", **units)
    costs = reader.costs(selection, ["month"])
    in_month = _Costs(_of_month(costs, month), activity[activity["month"] == month])
    to_date = _Costs(costs.drop(columns="month").sum(), activity)
    counts |= {"cost_month": in_month.amount(), "cost_to_date": to_date.amount()}
    if not book.has_payments:
        return counts | _undefined(NO_PAYMENTS, **units)
    cash, (outside, of_this_month) = reader.cash(selection, ["month"]), _outside(reader, selection)
    return (
        counts
        | in_month.beside(_of_month(cash, month), of_this_month, "")
        | to_date.beside(cash.drop(columns="month").sum(), outside, "_to_date")
    )


def _uncosted_words(actions: int) -> str:
    return f"{counted(actions, 'action')} without a stated cost left out" if actions else ""


class _Costs:
    """The costs of a window, alone and beside its cash.

    Args:
        costs: costed, cost of the placed loans.
        activity: cohort, actions, costed, cost of the window, for what is left out: actions without a stated cost, and
            those before a placement.
    """

    def __init__(self, costs: pd.Series, activity: pd.DataFrame) -> None:
        self._cost, self._actions = round(float(costs["cost"]), 2), int(costs["costed"])
        uncosted = int((activity["actions"] - activity["costed"]).sum())
        self._left_out = uncosted + before_placement(activity)[0]
        self._why = "; ".join(told for told in (_uncosted_words(uncosted), left_out(activity)) if told)

    def amount(self) -> Measure:
        """What was spent."""
        return amount(self._cost, n=self._actions, of="actions", excluded=self._left_out, why=self._why)

    def beside(self, cash: pd.Series, outside: int, suffix: str) -> dict[str, Measure]:
        """Cost by cash, and cash less cost. Both leave payments and actions out: the payments are counted, both are named.

        Args:
            outside: payments of the window on loans that were not placed.
        """
        received = round(float(cash["cash"]), 2)
        left = "; ".join(told for told in (_outside_words(outside), self._why) if told)
        return {
            f"cost_to_collect{suffix}": ratio(
                self._cost,
                received,
                n=self._actions,
                of="actions",
                excluded=outside,
                excluded_of="payments",
                why=left,
                when_zero=NO_CASH,
            ),
            f"net_recovery{suffix}": amount(
                received - self._cost,
                n=int(cash["payments"]),
                of="payments",
                excluded=outside,
                why=f"cash {received:,.2f} less costs {self._cost:,.2f} of {counted(self._actions, 'action')}; {left}",
            ),
        }


def _of_month(frame: pd.DataFrame, month: str) -> pd.Series:
    rows = frame[frame["month"] == month].drop(columns="month")
    return rows.sum()


def _undefined(reason: str, **units: Unit) -> dict[str, Measure]:
    return {name: Measure.undefined(reason, unit=unit) for name, unit in units.items()}
