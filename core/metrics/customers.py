"""Who owes it? Borrowers rather than loans, and one borrower's loans together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from core.columns import PERSON_HOLDS
from core.metrics.delinquency import OPEN
from core.metrics.measure import Measure, ratio
from core.metrics.portfolio import newest_day
from core.ports import PortfolioReader
from core.selection import NOT_STATED, Selection

NOBODY = "no borrower has an open loan here"


def customer_measures(reader: PortfolioReader, selection: Selection) -> dict[str, Measure]:
    """How many people stand behind the open loans of a day.

    A loan whose files name no borrower counts as a borrower of its own, as it does in the store.

    Returns:
        borrowers, borrowers_in_arrears (with a loan at least one day past due): counts of distinct borrowers.
        loans_per_borrower: open loans / borrowers, unit ratio; undefined where there is no borrower.
    """
    at = selection.at(newest_day(reader.book(selection.known_on), selection))
    people = reader.borrowers(at).iloc[0]
    borrowers, late = int(people["borrowers"]), int(people["arrears_borrowers"])
    loans = int(reader.stock(at).iloc[0]["loans"])
    current = "borrowers whose loans are all current are left out"
    return {
        "borrowers": Measure(borrowers, borrowers, 1.0, borrowers, "count", of="borrowers"),
        "borrowers_in_arrears": Measure(
            late, late, 1.0, late, "count", of="borrowers", excluded=borrowers - late,
            why=current if borrowers > late else "",
        ),
        "loans_per_borrower": ratio(loans, borrowers, n=borrowers, unit="ratio", of="borrowers", when_zero=NOBODY),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class BorrowerSummary:
    """One borrower's loans, added up.

    Attributes:
        loans: all known on the day, of any status; `open_loans` of them are stock.
        balance, arrears_balance: currency, of open loans; arrears are at least one day past due.
        loans_in_arrears: open loans at least one day past due.
        worst_bucket, worst_dpd: of the open loan furthest behind; "" and 0 where none is open.
        products: of the open loans, or of all where none is open, in alphabetical order.
        holds: what holds stand on any of the loans, in alphabetical order; (): none.
        held_loans: open loans nobody may work: with a hold of their own, or all of them where one is about the person.
        cash: to date, currency; NaN where it was not asked for or the book has no payments.
    """

    loans: int
    open_loans: int
    balance: float
    arrears_balance: float
    loans_in_arrears: int
    worst_bucket: str
    worst_dpd: int
    products: tuple[str, ...]
    holds: tuple[str, ...]
    held_loans: int
    cash: float


def borrower_summary(loans: pd.DataFrame, cash: pd.DataFrame | None = None) -> BorrowerSummary:
    """What a borrower owes on all loans together, how far behind they are, and whether they may be worked.

    Args:
        loans: from `PortfolioReader.borrower_loans`: loan_ref, status, balance (currency), dpd (days), bucket, product
            and hold ("not stated" where there is none).
        cash: from `PortfolioReader.cash_between` over those loans: loan_ref, cash (currency; loans that paid nothing are
            absent). Rows of other loans are left alone. None where the book has no payments.

    Returns:
        The sums; zeros and empty words for a borrower nobody knows.
    """
    stock = loans[loans["status"] == OPEN]
    late = stock[stock["dpd"] >= 1]
    worst = stock.sort_values("dpd", kind="stable").tail(1)
    held = loans["hold"].notna() & (loans["hold"] != NOT_STATED)
    holds = _words(loans.loc[held, "hold"])
    about_the_person = bool(set(holds) & set(PERSON_HOLDS))
    received = (
        math.nan if cash is None else round(float(cash.loc[cash["loan_ref"].isin(loans["loan_ref"]), "cash"].sum()), 2)
    )
    return BorrowerSummary(
        loans=len(loans),
        open_loans=len(stock),
        balance=round(float(stock["balance"].sum()), 2),
        arrears_balance=round(float(late["balance"].sum()), 2),
        loans_in_arrears=len(late),
        worst_bucket="" if worst.empty else str(worst["bucket"].iloc[0]),
        worst_dpd=0 if worst.empty else int(worst["dpd"].iloc[0]),
        products=_words((loans if stock.empty else stock)["product"]),
        holds=holds,
        held_loans=len(stock) if about_the_person else int(held[stock.index].sum()),
        cash=received,
    )


def _words(values: pd.Series) -> tuple[str, ...]:
    return tuple(sorted({str(value) for value in values}))
