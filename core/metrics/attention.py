"""What needs attention? What left its usual swing, ranked by the money that hangs on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from core.metrics.change import FEWEST_MONTHS as FEWEST_BESIDE
from core.metrics.change import explain
from core.metrics.comparison import Window, cash_over, widest_window
from core.metrics.delinquency import ARREARS
from core.metrics.portfolio import NO_PAYMENTS, month_end
from core.metrics.ripeness import partly
from core.metrics.roll import direction
from core.metrics.spread import student
from core.metrics.targets import BUDGET, target_for
from core.metrics.whole_month import newest_whole_month
from core.ports import PortfolioReader
from core.records import Book
from core.selection import Selection

FALSE_ALARMS_SHARE = 0.05
"""Of months in which nothing changed, so many name a roll rate all the same: the limit is shared out over all that are looked at."""
MOST_MONTHS, FEWEST_MONTHS, FEWEST_LOANS = 12, 6, 30
EVERY_PRODUCT = "all products"

Kind = Literal["late book", "rolls", "promises", "cash", "budget"]


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that needs attention.

    Attributes:
        kind: what it is about.
        amount: the money that hangs on it, currency, not negative; NaN where it is not about money.
        n, of: how many rows stand behind it, and what they are.
        now, usual: the rate (0-1) of the month and the mean of the months before; for the budget the cash and the budget.
        limit: what the usual swing ends at; NaN where nothing is judged by a swing.
        product, bucket: where it is; "" for the whole.
        months: how many months the usual rate rests on.
        day: the month-end it is about, or the newest day of a book that is late.
    """

    kind: Kind
    amount: float
    n: int
    of: str
    now: float
    usual: float
    limit: float
    day: date
    product: str = ""
    bucket: str = ""
    months: int = 0


@dataclass(frozen=True, slots=True)
class Attention:
    """What needs attention, most money first; how many rates were held against their swing, and what could not be looked at
    and why, a sentence each."""

    concerns: tuple[Concern, ...]
    rates: int
    unseen: tuple[str, ...]


def attention(reader: PortfolioReader, selection: Selection, today: date, pack_days: int) -> Attention:
    """What of a selection needs attention on its day.

    Args:
        selection: with its `as_of` stated.
        today: the day of the question; a book is late where the next month-end was due before it.
        pack_days: days after a month-end by which its file is due.

    Returns:
        In this order of looking: a late book, roll rates by bucket and product, promises, cash on arrears, the budget. A
        late book comes first, the others by their amount.
    """
    book = reader.book(selection.known_on)
    month = newest_whole_month(book, selection)
    found: list[Concern | None] = [late_book(book, today, pack_days)]
    unseen: list[str] = []
    rates = 0
    flows = reader.flows(selection, ["month", "product", "origin", "state"])
    if month.why:
        unseen.append(f"Roll rates: {month.why}.")
    else:
        rolls, rates = worse_rolls(flows, month.closing)
        found += rolls
        if not rates:
            unseen.append(
                f"Roll rates: fewer than {FEWEST_MONTHS} earlier months with {FEWEST_LOANS} loans to compare with."
            )
    if not book.has_payments:
        return Attention(_ranked(found), rates, (*unseen, f"Promises, cash and budget: {NO_PAYMENTS}."))
    late = partly(book, month.closing, "payments")
    kept, why = (None, late) if late else fewer_kept(reader.promises(selection, ["month"]), month.closing)
    window = widest_window(book, selection, "month")
    less, no_cash = (None, late) if late else _less_cash(flows, window, month.closing)
    missed, no_budget = (None, late) if late else _budget(reader, selection)
    reasons = {"Promises": why, "Cash": no_cash, "Budget": no_budget}
    unseen += [f"{word}: {reason}." for word, reason in reasons.items() if reason]
    return Attention(_ranked([*found, kept, less, missed]), rates, tuple(unseen))


def late_book(book: Book, today: date, pack_days: int) -> Concern | None:
    """Whether a month-end newer than the book was due by today. A sample book is never late: it is not anybody's month."""
    newest = book.days[-1]
    following = month_end(newest + timedelta(days=1)) if newest == month_end(newest) else month_end(newest)
    days = (today - following) // timedelta(days=1)
    if book.is_sample or days <= pack_days:
        return None
    return Concern("late book", math.nan, days, "days", math.nan, math.nan, math.nan, newest)


def worse_rolls(flows: pd.DataFrame, closing: date) -> tuple[list[Concern], int]:
    """Which bucket, of which product, rolled forward more than it usually swings?

    The rate of the month is held against the months before it, up to 12 of them, each one draw: it stands out where it lies
    above mean + t x s x sqrt(1 + 1/k), with s their standard deviation, k their number, and t Student's quantile for a
    share of FALSE_ALARMS_SHARE / the number of rates looked at. Rates with fewer than 30 loans at the month's opening, or
    fewer than six months before, are not looked at.

    Args:
        flows: month (ISO), product, origin, state, opening (currency), loans; see core.metrics.flows.
        closing: the month-end judged.

    Returns:
        The concerns, and how many rates were looked at. A bucket as a whole is named only where none of its products is.
        The amount is what rolled beyond the mean.

    References:
        Hahn & Meeker (1991), Statistical Intervals, section 4.8: a prediction limit for one further observation; the limit
        is shared out after Bonferroni.
    """
    late = flows[flows["origin"].isin(ARREARS) & (flows["month"] <= closing.isoformat())]
    ways = [direction(*pair) == "forward" for pair in zip(late["origin"], late["state"], strict=True)]
    told = late.assign(forward=late["opening"].where(np.array(ways, dtype=bool), 0.0))
    whole = told.assign(product=EVERY_PRODUCT)
    keys = ["origin", "product", "month"]
    sums = pd.concat([told, whole])[[*keys, "opening", "forward", "loans"]].groupby(keys, as_index=False).sum()
    sums["rate"] = (sums["forward"] / sums["opening"]).where(sums["opening"] > 0)
    cells = [(key, rows) for key, rows in sums.groupby(["origin", "product"]) if _tellable(rows, closing)]
    found = []
    for (bucket, product), rows in cells:
        newest = rows[rows["month"] == closing.isoformat()].iloc[0]
        usual, limit, months = swing(_before(rows, closing)["rate"], FALSE_ALARMS_SHARE / len(cells))
        if newest["rate"] > limit:
            beyond = round(float((newest["rate"] - usual) * newest["opening"]), 2)
            found.append(Concern("rolls", beyond, int(newest["loans"]), "loans", float(newest["rate"]), usual, limit,
                                 closing, str(product), str(bucket), months))  # fmt: skip
    by_product = {concern.bucket for concern in found if concern.product != EVERY_PRODUCT}
    kept = [each for each in found if each.product != EVERY_PRODUCT or each.bucket not in by_product]
    return kept, len(cells)


def fewer_kept(promises: pd.DataFrame, closing: date) -> tuple[Concern | None, str]:
    """Whether a smaller share of the month's promises was kept than usually swings, by number; and why it cannot be told.

    Args:
        promises: month (ISO), promises, kept (counts), promised, kept_amount (currency), one row a month.
        closing: the month-end judged.

    Returns:
        The concern, its amount what was promised in the month and not paid; None where there is none.
    """
    told = promises[promises["promises"] > 0].assign(rate=lambda each: each["kept"] / each["promises"])
    newest, before = told[told["month"] == closing.isoformat()], _before(told, closing)
    if newest.empty or len(before) < FEWEST_MONTHS:
        return None, f"fewer than {FEWEST_MONTHS} earlier months with promises due" if len(
            newest
        ) else "none fell due in the month"
    row = newest.iloc[0]
    unkept, limit, months = swing(1 - before["rate"], FALSE_ALARMS_SHARE)
    if 1 - row["rate"] <= limit:
        return None, ""
    broken = round(float(row["promised"] - row["kept_amount"]), 2)
    return Concern(
        "promises",
        broken,
        int(row["promises"]),
        "promises",
        float(row["rate"]),
        1 - unkept,
        1 - limit,
        closing,
        months=months,
    ), ""


def swing(rates: Iterable[float], share: float) -> tuple[float, float, int]:
    """The mean of some months' rates, the limit that a further month exceeds in `share` of cases, and how many they are.

    From six months on, and down to a share of .001, the quantile behind the limit is too small by less than 0.4 %.

    >>> mean, limit, months = swing([0.30, 0.32, 0.28, 0.30, 0.32, 0.28], 0.05)
    >>> round(mean, 2), round(limit, 4), months
    (0.3, 0.3389, 6)
    """
    known = np.array([rate for rate in rates if not math.isnan(rate)], dtype=float)
    k = len(known)
    usual, deviation = float(known.mean()), float(known.std(ddof=1))
    return usual, usual + student(k - 1, share) * deviation * math.sqrt(1 + 1 / k), k


def _tellable(rows: pd.DataFrame, closing: date) -> bool:
    newest = rows[(rows["month"] == closing.isoformat()) & rows["rate"].notna() & (rows["loans"] >= FEWEST_LOANS)]
    return bool(len(newest)) and len(_before(rows, closing)) >= FEWEST_MONTHS


def _before(rows: pd.DataFrame, closing: date) -> pd.DataFrame:
    """The newest months before one that have a rate."""
    earlier = rows[(rows["month"] < closing.isoformat()) & rows["rate"].notna()]
    return earlier.sort_values("month").tail(MOST_MONTHS)


def _less_cash(flows: pd.DataFrame, months: Window, closing: date) -> tuple[Concern | None, str]:
    """The product that pays less than at its earlier rate, beyond the swing between months."""
    if months.why:
        return None, months.why
    if months.months < FEWEST_BESIDE:
        return None, f"fewer than {FEWEST_BESIDE} months on each side to judge a swing by"
    told = explain(cash_over(flows, months, "product"))
    if told is None or not told.is_clear or told.amount >= 0:
        return None, ""
    return Concern("cash", -told.amount, told.loans, "loan-months", told.rate_after, told.rate_before, math.nan, closing,
                   told.group, months=months.months), ""  # fmt: skip


def _budget(reader: PortfolioReader, selection: Selection) -> tuple[Concern | None, str]:
    """Whether the cash of the month missed its budget, by the one rule for targets."""
    assert selection.as_of is not None
    day = selection.as_of
    budget = target_for(reader.targets(selection.known_on), BUDGET, selection, day)
    if not budget.is_defined:
        return None, budget.why
    cash = reader.cash(selection, ["month"])
    of_month = cash[cash["month"] == day.isoformat()]
    came, payments = float(of_month["cash"].sum()), int(of_month["payments"].sum())
    if came >= budget.value:
        return None, ""
    return Concern("budget", round(budget.value - came, 2), payments, "payments", came, budget.value, math.nan, day), ""


def _ranked(found: Sequence[Concern | None]) -> tuple[Concern, ...]:
    """A late book first, for it puts everything else in question; then most money first."""
    concerns = [each for each in found if each is not None]
    return tuple(
        sorted(
            concerns, key=lambda each: (each.kind != "late book", -each.amount if each.amount == each.amount else 0.0)
        )
    )
