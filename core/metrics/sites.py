"""Where is more recovered, and is the difference more than chance? Branches, agencies and collectors side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from core.metrics.portfolio import NO_PAYMENTS, newest_day
from core.metrics.spread import effective_number, interval_around, ratio_error, student_975
from core.ports import PortfolioReader
from core.selection import NOT_STATED, Selection

FEWEST_PLACEMENTS = 30
"""With fewer, the interval of a rate would promise more than so few placements can hold."""
FEWEST_EQUAL = 10
"""Nor where so few placements of equal size would carry as much evidence: then a few large balances decide the rate."""
TOO_FEW = f"fewer than {FEWEST_PLACEMENTS} placements: no interval"
TOO_UNEQUAL = "a few large balances decide this rate: no interval"
NO_SPREAD = "no payment sets these placements apart: no interval"
NOT_ADJUSTED = (
    "Not adjusted for what they were given: who gets the harder loans recovers less of them, however well they work."
)
"""Said beside every comparison of sites: a difference here is no proof of better or worse work."""

SUMS = ["loans", "balance", "cash", "balance_sq", "cash_sq", "balance_cash"]
COMPARED = ["loans", "balance", "cash", "rate", "low", "high", "others", "differs", "why"]


def site_comparison(spread: pd.DataFrame, by: str) -> pd.DataFrame:
    """Each site's recovery rate with its interval, and whether it differs from all the others together.

    A rate's interval is that of a ratio of two sums over placements (`core.metrics.spread.ratio_error`), with Student's
    t of as many placements of equal size as carry the same evidence, less one. It takes placements as independent, and
    with 30 to 60 placements of very unequal balances it holds the truth about 17 times in 20 rather than 19.

    A site differs where its rate lies further from the rate of all others than chance puts it one time in twenty, with
    the error of both. That asks more than that its interval excludes the rate of the others, which is itself
    uncertain: of two equal halves of a book that weaker rule would tell one pair in six apart. Of twenty equal sites
    one still differs by chance.

    Args:
        spread: `by`, loans (episodes), balance (placed), cash (posted to date), and the sums over episodes of squares
            and products: balance_sq, cash_sq, balance_cash.
        by: the dimension: branch, agency, collector or another.

    Returns:
        One row a site, the largest balance placed first and "not stated" last: `by`, loans, balance, cash, rate (cash /
        balance; NaN where nothing was placed), low, high (95 %; NaN with fewer than 30 placements, where a few balances
        decide or where no payment sets placements apart), others (rate of all others together; NaN where there are
        none), differs (never without both errors), why (why there is no interval, else ""). Empty without sites.

    References:
        Cochran (1977), Sampling Techniques, 3rd ed., chapter 6: the ratio estimate, and comparing two of them; Welch
        (1947), Biometrika 34, 28-35: the degrees of freedom of a difference.
    """
    own = spread[SUMS].to_numpy(float).reshape(-1, len(SUMS))
    rest = own.sum(axis=0) - own
    rows = []
    for sums, others in zip(own, rest, strict=True):
        site, other = _rate_of(*sums), _rate_of(*others)
        ends = interval_around(site.rate, site.error, site.freedom, lowest=0.0)
        rows.append((site.rate, *ends, other.rate, _apart(site, other), site.why))
    told = pd.DataFrame(rows, columns=["rate", "low", "high", "others", "differs", "why"], index=spread.index)
    frame = pd.concat([spread[[by, "loans", "balance", "cash"]], told], axis=1)
    return _largest_first(frame[[by, *COMPARED]], by, "balance")


def site_recovery(reader: PortfolioReader, selection: Selection, by: str) -> pd.DataFrame:
    """What each site recovers, and what it has in arrears now.

    The rate is over placements up to the day, under the site of the placement; the arrears are of open loans on the
    day, under the site they are with now.

    Returns:
        The columns of `site_comparison` and open_loans, open_balance, arrears_loans, arrears_balance (of the stock, 0
        where it has none there). Sites with stock and no placement are there with 0 loans. Cash and rates are NaN, with
        the reason in why, where the book has no payments.
    """
    book = reader.book(selection.known_on)
    at = selection.at(newest_day(book, selection))
    sites = site_comparison(reader.recovery_spread(at, [by]), by)
    if not book.has_payments:
        unknown = dict.fromkeys(("cash", "rate", "low", "high", "others"), math.nan)
        sites = sites.assign(**unknown, differs=False, why=NO_PAYMENTS)
    stock = reader.stock(at, [by]).rename(columns={"loans": "open_loans", "balance": "open_balance"})
    now = ["open_loans", "open_balance", "arrears_loans", "arrears_balance"]
    both = sites.merge(stock[[by, *now]], on=by, how="outer")
    never = both["loans"].isna()
    counts = dict.fromkeys(("loans", "balance", *now), 0)
    both = both.fillna({**counts, "why": TOO_FEW if book.has_payments else NO_PAYMENTS})
    both["cash"] = both["cash"].mask(never & book.has_payments, 0.0)
    both["differs"] = both["differs"].eq(True)
    both = both.astype({"loans": "int64", "open_loans": "int64", "arrears_loans": "int64"})
    return _largest_first(both, by, "balance")


@dataclass(frozen=True, slots=True)
class _Rate:
    rate: float
    error: float
    freedom: float
    why: str


def _rate_of(n: float, balance: float, cash: float, balance_sq: float, cash_sq: float, balance_cash: float) -> _Rate:
    rate = cash / balance if balance > 0 else math.nan
    equal = effective_number(balance, balance_sq)
    error = ratio_error(n, balance, cash, base_sq=balance_sq, amount_sq=cash_sq, base_amount=balance_cash)
    if n < FEWEST_PLACEMENTS:
        return _Rate(rate, math.nan, math.inf, TOO_FEW)
    if math.isnan(error):
        return _Rate(rate, math.nan, math.inf, NO_SPREAD)
    if equal < FEWEST_EQUAL:
        return _Rate(rate, math.nan, math.inf, TOO_UNEQUAL)
    return _Rate(rate, error, equal - 1, "")


def _apart(site: _Rate, other: _Rate) -> bool:
    if math.isnan(site.error) or math.isnan(other.error):
        return False
    variance = site.error**2 + other.error**2
    freedom = variance**2 / (site.error**4 / site.freedom + other.error**4 / other.freedom)
    return abs(site.rate - other.rate) > student_975(freedom) * math.sqrt(variance)


def _largest_first(frame: pd.DataFrame, by: str, amount: str) -> pd.DataFrame:
    named = frame.assign(_unnamed=frame[by] == NOT_STATED)
    ordered = named.sort_values(["_unnamed", amount, by], ascending=[True, False, True], kind="stable")
    return ordered.drop(columns="_unnamed").reset_index(drop=True)
