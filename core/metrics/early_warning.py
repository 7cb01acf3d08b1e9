"""Which accounts are about to roll to a worse bucket, and what stands on them?"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from core.metrics.delinquency import BUCKETS
from core.metrics.intervals import wilson
from core.metrics.measure import Measure, Unit
from core.metrics.movements import is_month_end
from core.metrics.portfolio import newest_day
from core.ports import PortfolioReader
from core.selection import Selection
from core.wording import dated

LEARNED_MONTHS = 6
FEWEST_LOANS = 100
"""Opening loans a product must have in a bucket, over the months learned from, for a probability of its own."""
EVERY_PRODUCT = "every product"
CHARGED_OFF = "charged off"

_RISKS = ["product", "bucket", "loans", "probability", "low", "high"]
_UNITS: dict[str, Unit] = {"rolling_next_month": "currency", "rolling_loans_next_month": "count"}


def roll_risks(flows: pd.DataFrame) -> pd.DataFrame:
    """How likely does a loan of a bucket roll to a worse one, or get charged off, by the next month-end?

    One loan one vote, over the newest six months together. A loan that was sold, recalled, is missing or paid counts as
    one that did not roll; a loan new in the book has no bucket to roll from.

    Args:
        flows: month (closing month-end, ISO), product, origin, state, loans (count); see core.metrics.flows.

    Returns:
        product (or EVERY_PRODUCT: the bucket as a whole), bucket, loans (opening loan-months n), probability (share
        0-1), low, high (95 % Wilson). One row a bucket with loans, in order of buckets, then one a product with at least
        100 opening loans in it. Empty without flows.

    References:
        Roll rate by count: ../../README.md, "How the numbers are defined". Interval: core.metrics.intervals.wilson.
    """
    newest = sorted(flows["month"].unique())[-LEARNED_MONTHS:]
    told = flows[flows["month"].isin(newest) & flows["origin"].isin(BUCKETS)]
    if told.empty:
        return pd.DataFrame(columns=_RISKS)
    place = {label: number for number, label in enumerate([*BUCKETS, CHARGED_OFF])}
    worse = told["state"].map(place).fillna(-1) > told["origin"].map(place)
    loans = pd.DataFrame({"product": told["product"], "bucket": told["origin"], "loans": told["loans"]})
    loans["rolled"] = told["loans"].where(worse, 0)
    own = loans.groupby(["product", "bucket"], as_index=False)[["loans", "rolled"]].sum()
    whole = loans.groupby("bucket", as_index=False)[["loans", "rolled"]].sum().assign(product=EVERY_PRODUCT)
    risks = pd.concat([whole[whole["loans"] > 0], own[own["loans"] >= FEWEST_LOANS]], ignore_index=True)
    risks["probability"] = risks["rolled"] / risks["loans"]
    ends = [wilson(rolled, n) for rolled, n in zip(risks["rolled"], risks["loans"], strict=True)]
    risks["low"], risks["high"] = np.array(ends, dtype=float).reshape(-1, 2).T
    order = risks["bucket"].map(place).sort_values(kind="stable").index
    return risks.loc[order, _RISKS].astype({"loans": int}).reset_index(drop=True)


def about_to_roll(stock: pd.DataFrame, risks: pd.DataFrame) -> pd.DataFrame:
    """How many loans, and how much balance, will probably have rolled forward by the next month-end?

    Args:
        stock: product, bucket, loans (count), balance (currency) of a month-end.
        risks: from `roll_risks`.

    Returns:
        product, bucket, loans, balance, learned_from (the product, or EVERY_PRODUCT where it has too few loans of its
        own), n (opening loans the probability rests on), probability, low, high, expected_loans (loans x probability),
        expected_balance (balance x probability, currency); largest expected balance first. Probability and what follows
        from it are NaN for a bucket that no loan was in over the months learned from.
    """
    named = risks.rename(columns={"loans": "n", "product": "learned_from"})
    own = stock.merge(named, how="left", left_on=["product", "bucket"], right_on=["learned_from", "bucket"])
    whole = named[named["learned_from"] == EVERY_PRODUCT]
    other = stock.merge(whole, how="left", on="bucket")
    found = own["n"].notna()
    seen = stock[["product", "bucket", "loans", "balance"]].reset_index(drop=True)
    for name in ("learned_from", "n", "probability", "low", "high"):
        seen[name] = own[name].where(found, other[name])
    seen["learned_from"] = seen["learned_from"].fillna(EVERY_PRODUCT)
    seen["n"] = seen["n"].fillna(0).astype(int)
    seen["expected_loans"] = seen["loans"] * seen["probability"]
    # in whole hundredths and loans, so that half a hundredth goes to the even one, whatever floats make of it
    balance, n, probability = (seen[name].astype(float) for name in ("balance", "n", "probability"))
    seen["expected_balance"] = ((balance * 100).round() * (n * probability).round() / n).round() / 100
    return seen.sort_values("expected_balance", ascending=False, kind="stable", ignore_index=True)


def early_warning(reader: PortfolioReader, selection: Selection) -> pd.DataFrame:
    """`about_to_roll` of a selection at the newest month-end up to its day; empty where the book holds none.

    Raises:
        TooLittleData: the book is empty and the selection names no day.
    """
    start = _start(reader, selection)
    if start is None:
        return about_to_roll(
            pd.DataFrame(columns=["product", "bucket", "loans", "balance"]), pd.DataFrame(columns=_RISKS)
        )
    flows = reader.flows(selection.at(start), ["month", "product", "origin", "state"])
    return about_to_roll(reader.stock(selection.at(start), ["product", "bucket"]), roll_risks(flows))


def early_warning_measures(reader: PortfolioReader, selection: Selection) -> dict[str, Measure]:
    """How much is expected to roll forward by the next month-end?

    Returns:
        rolling_next_month: expected balance that rolls to a worse bucket or is charged off, of current loans and loans in
            arrears. Unit currency.
        rolling_loans_next_month: how many loans. Unit count.
        Of both, n is the loans looked at, excluded those in a bucket that had none over the months learned from.

    Undefined numbers are NaN with the reason in `why`.
    """
    start = _start(reader, selection)
    if start is None:
        return _undefined("this book holds no month-end up to the day asked for")
    seen = early_warning(reader, selection)
    if seen.empty:
        return _undefined(f"no loan chosen is open on {dated(start)}")
    known = seen[seen["probability"].notna()]
    if known.empty:
        return _undefined("no month up to the day has both its ends in the book")
    n, excluded = int(known["loans"].sum()), int(seen["loans"].sum() - known["loans"].sum())
    why = f"from the stock of {dated(start)}" + ("; buckets that had no loans before are left out" if excluded else "")
    balance, loans = round(float(known["expected_balance"].sum()), 2), float(known["expected_loans"].sum())
    return {
        "rolling_next_month": Measure(balance, balance, 1.0, n, "currency", excluded=excluded, why=why),
        "rolling_loans_next_month": Measure(loans, loans, 1.0, n, "count", excluded=excluded, why=why),
    }


def _start(reader: PortfolioReader, selection: Selection) -> date | None:
    """The newest month-end of the book up to the selection's day."""
    book = reader.book(selection.known_on)
    day = newest_day(book, selection)
    return max((each for each in book.days if each <= day and is_month_end(each.isoformat())), default=None)


def _undefined(why: str) -> dict[str, Measure]:
    return {name: Measure.undefined(why, unit=unit) for name, unit in _UNITS.items()}
