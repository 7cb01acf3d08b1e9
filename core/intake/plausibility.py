"""Does a file fit the book it is for, and what is said where it does not?

| what is odd | what becomes of it |
|---|---|
| a payment or action after the day its file was received | that row is refused (`core.intake.dates`) |
| a snapshot dated after that day | that row, or the whole file where its one day is, is refused (`core.intake.validate`) |
| a loan twice on one day | the later row is refused (`core.intake.rules`) |
| two currencies in a file, or another one than the book's | the file is refused |
| a whole-book file that leaves less than half of the book's loans or balance, or more than doubles the balance while an average loan more than doubles too | refused until the analyst says that it is right; flagged where the book had fewer than 20 loans |
| a whole-book file that more than doubles the book by new loans | accepted and flagged |
| a portfolio file that states no currency, for a book that has one | accepted and flagged: taken as the book's |
| a payment or action on a loan the book does not hold | accepted, kept and flagged |
| a payment before the first day of its loan | accepted and flagged: it belongs to no cohort |
| a payment of more than twice the largest balance the book ever held of its loan | accepted and flagged |
| month-ends left out between two days | accepted and flagged, and said again when a later file fills them |
| a day that ends no month, in a book of several days | accepted and flagged |
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import pandas as pd

from core.columns import Kind
from core.errors import BookChangeRefused, FileRefused
from core.intake.currencies import named
from core.metrics.delinquency import OPEN
from core.metrics.portfolio import month_end
from core.wording import agree, counted, dated

SMALLEST_SHARE, LARGEST_SHARE = 0.5, 2.0
"""What a whole-book file may leave of the book, and make of it, before somebody is asked."""
FEWEST_LOANS = 20
"""Half of fewer loans than this is chance; it is said, and nobody is asked."""
LARGEST_PAYMENT = 2.0
"""A payment of more than so many times the largest balance of its loan is doubtful: payoffs carry interest and fees, not as much again."""
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Size:
    """The open loans of a day: how many, and their balance in currency units."""

    day: date
    loans: int
    balance: float

    def __str__(self) -> str:
        return f"{counted(self.loans, 'open loan')} and a balance of {self.balance:,.2f} on {dated(self.day)}"

    def is_far_from(self, before: Size) -> bool:
        """Less than half of `before`, or more than double, by loans or by balance; one that was 0 cannot tell."""
        pairs = ((self.loans, before.loans), (self.balance, before.balance))
        return any(was > 0 and not SMALLEST_SHARE <= now / was <= LARGEST_SHARE for now, was in pairs)

    def is_dearer_than(self, before: Size) -> bool:
        """An average loan owes more than double what it did: the mark of amounts in another unit."""
        return self.balance * before.loans > before.balance * self.loans * LARGEST_SHARE

    def is_under(self, before: Size) -> bool:
        """Less than half of `before`, by loans or by balance."""
        return self.loans < before.loans * SMALLEST_SHARE or self.balance < before.balance * SMALLEST_SHARE


def sizes(frame: pd.DataFrame) -> list[Size]:
    """The size of each day of a portfolio file, oldest first.

    Args:
        frame: its accepted rows: as_of (ISO), balance (currency) and, where the file states it, status (None is open).

    >>> rows = pd.DataFrame({"as_of": ["2026-09-30"] * 2, "balance": [10.0, 5.0], "status": [None, "paid"]})
    >>> [str(size) for size in sizes(rows)]
    ['1 open loan and a balance of 10.00 on 30 Sep 2026']
    """
    is_open = frame["status"].isna() | (frame["status"] == OPEN) if "status" in frame else frame["balance"].notna()
    kept = frame["balance"].where(is_open, 0.0).groupby(frame["as_of"]).sum().round(2)
    loans = is_open.groupby(frame["as_of"]).sum()
    return [Size(date.fromisoformat(day), int(loans[day]), float(kept[day])) for day in sorted(kept.index)]


def book_change(filename: str, size: Size, earlier: Sequence[Size], *, is_right: bool) -> list[str]:
    """What is said where a day of a whole-book file is far from what the book held.

    Args:
        size: the day as the file tells it.
        earlier: the nearest earlier day, and that very day where the book holds it already; near one of them is near.
        is_right: the analyst says that the change is right.

    Returns:
        One finding, or none.

    Raises:
        BookChangeRefused: less than half is left, or an average loan doubled; nobody said that this is right, and the book
            had 20 loans or more. A book that grows by loans is only flagged: it loses nothing, and first files grow.
    """
    if not earlier or not all(size.is_far_from(before) for before in earlier):
        return []
    before = earlier[0]
    how = "less than half" if size.is_under(before) else "more than double"
    found = f"{filename} would take the book from {before} to {size}: {how}"
    is_doubtful = size.is_under(before) or size.is_dearer_than(before)
    if is_doubtful and not is_right and before.loans >= FEWEST_LOANS:
        other = "it holds a part of the book, say --partial"
        if not size.is_under(before):
            other = "its amounts are in another unit than those of the earlier files, mend them and load it again"
        raise BookChangeRefused(found, remedy=f"If {other}; if it is right, say --accept-change.")
    if size.is_under(before):
        meaning = "loans missing from it have left the book, and stock, roll rates and bridges show them as gone"
    else:
        meaning = "check that its amounts are in the unit of the earlier files"
    why = "as its loans grew with it"
    if is_doubtful:
        why = (
            "as you said that it is right"
            if is_right
            else f"as {counted(before.loans, 'loan')} {agree(before.loans, 'is', 'are')} too few to judge by"
        )
    return [f"{found}. Accepted, {why}; {meaning}."]


def currency_of_book(
    kind: Kind, stated: Collection[str], of_book: str, frame: pd.DataFrame, filename: str
) -> list[str]:
    """What is said where a file's currency is not the one the book has.

    Args:
        stated: the ISO codes the file's amounts can be in (one, or several where a sign is shared); empty: not stated.
        of_book: the book's ISO code, "" where it has none or holds nothing.
        frame: the accepted rows.

    Raises:
        FileRefused: the file is in another currency.
    """
    if stated and of_book and of_book not in stated:
        line = int(frame["line"].iloc[0]) if len(frame) else 2
        raise FileRefused(
            f"{filename} is in {named(stated)} (rows: {len(frame):,}, from line {line} on) and this book is in {of_book}; "
            "money of two currencies cannot be added",
            remedy=f"Convert its amounts to {of_book}: one book has one currency. If the book's is wrong, undo its files first.",
        )
    if kind == "portfolio" and of_book and not stated:
        return [f"The file states no currency: its amounts were taken as {of_book}, like the rest of the book."]
    return []


def unknown_loans(frame: pd.DataFrame, unknown: Sequence[str]) -> list[str]:
    """What is said of payments or actions whose loans the book does not hold; `unknown` are those loans."""
    if not unknown:
        return []
    rows = int(frame["loan_ref"].isin(unknown).sum())
    return [
        f"{counted(rows, 'row')} {agree(rows, 'is', 'are')} about {counted(len(unknown), 'loan')} this book does not hold yet (such as {', '.join(unknown[:SHOWN])}): "
        "kept, and counted once a portfolio file brings the loan."
    ]


def payments_before_loan(frame: pd.DataFrame, begins: Mapping[str, str]) -> list[str]:
    """What is said of cash that was paid before the book knew of its loan.

    Args:
        frame: accepted payments: loan_ref, paid_on (ISO), amount (currency), payment_kind where stated (else cash).
        begins: per loan the first day the book holds it, or its Placed_On where that is earlier (ISO); other loans are not judged.

    >>> rows = pd.DataFrame({"loan_ref": ["A", "A"], "paid_on": ["2026-08-12", "2026-10-02"], "amount": [5.0, 7.0]})
    >>> payments_before_loan(rows, {"A": "2026-09-30"})[0].partition(" in this book")[0]
    '1 payment of 5.00 in all on 1 loan is dated before the first day of its loan'
    """
    cash = frame[frame["payment_kind"] == "cash"] if "payment_kind" in frame else frame
    begun = cash["loan_ref"].map(begins)
    early = cash[begun.notna() & (cash["paid_on"] < begun)]
    if early.empty:
        return []
    total = round(float(early["amount"].sum()), 2)
    firsts = early.drop_duplicates("loan_ref")
    few = "; ".join(
        f"{loan} paid {dated(day)}, known from {dated(begins[loan])}"
        for loan, day in zip(firsts["loan_ref"][:SHOWN], firsts["paid_on"][:SHOWN], strict=True)
    )
    whose = agree(len(firsts), "its loan", "their loans")
    return [
        f"{counted(len(early), 'payment')} of {total:,.2f} in all on {counted(len(firsts), 'loan')} {agree(len(early), 'is', 'are')} dated "
        f"before the first day of {whose} in this book (such as {few}): kept, but cash before placement belongs to no cohort and to no recovery rate."
    ]


def payments_above_balance(frame: pd.DataFrame, largest: Mapping[str, float]) -> list[str]:
    """What is said of cash far above what its loan ever owed: an amount in another unit, or on another loan.

    Args:
        frame: accepted payments: loan_ref, paid_on (ISO), amount (currency), payment_kind where stated (else cash).
        largest: per loan the largest balance (currency) the book held of it; other loans, and those of 0, are not judged.

    >>> rows = pd.DataFrame({"loan_ref": ["A", "A"], "paid_on": ["2026-10-02", "2026-10-09"], "amount": [200.0, 200.01]})
    >>> payments_above_balance(rows, {"A": 100.0})[0].partition(" (")[0]
    '1 payment of 200.01 in all on 1 loan is more than twice the largest balance of its loan in this book'
    """
    cash = frame[frame["payment_kind"] == "cash"] if "payment_kind" in frame else frame
    limit = cash["loan_ref"].map(largest).astype(float) * LARGEST_PAYMENT
    above = cash[(limit > 0) & (cash["amount"] > limit)]
    if above.empty:
        return []
    total, loans = round(float(above["amount"].sum()), 2), above["loan_ref"].nunique()
    few = "; ".join(
        f"{loan} paid {amount:,.2f} on {dated(day)}, largest balance {largest[loan]:,.2f}"
        for loan, day, amount in zip(*(above[name][:SHOWN] for name in ("loan_ref", "paid_on", "amount")), strict=True)
    )
    whose = agree(loans, "its loan", "their loans")
    return [
        f"{counted(len(above), 'payment')} of {total:,.2f} in all on {counted(loans, 'loan')} {agree(len(above), 'is', 'are')} more than "
        f"twice the largest balance of {whose} in this book (such as {few}): kept and counted; check the unit of the amounts and the loan numbers, and undo the file if they "
        "are wrong."
    ]


def month_gaps(new: Collection[date], held: Collection[date]) -> list[str]:
    """What is said of month-ends that lie between two days of the book and that it does not hold.

    Args:
        new: the days of a portfolio file.
        held: the days of the book before it.

    >>> month_gaps([date(2026, 10, 31)], [date(2026, 8, 31)])[0].partition(":")[0]
    'The month-end 30 Sep 2026 is missing between 31 Aug 2026 and 31 Oct 2026'
    """
    before, after = sorted(held), sorted({*held, *new})
    added = set(new) - set(held)
    found: list[str] = []
    for start, end in pairwise(after):
        missing = _month_ends_between(start, end)
        if missing and (start in added or end in added):
            ends, are = agree(len(missing), "month-end", "month-ends"), agree(len(missing), "is", "are")
            found.append(
                f"The {ends} {_few(missing)} {are} missing between {dated(start)} and {dated(end)}: roll rates, cures and bridges need both "
                "ends of a month and are not computed across the gap."
            )
    for start, end in pairwise(before):
        filled = [day for day in _month_ends_between(start, end) if day in added]
        if filled:
            found.append(
                f"{_few(filled)} {agree(len(filled), 'fills', 'fill')} a gap between {dated(start)} and {dated(end)}: roll rates, cures and bridges of the months beside it "
                "can be computed now."
            )
    return found[:SHOWN] + ([f"{counted(len(found) - SHOWN, 'more gap')} like these."] if len(found) > SHOWN else [])


def days_within_months(new: Collection[date], held: Collection[date]) -> list[str]:
    """What is said of a file's days that end no month, once the book has several days and so could tell what moved."""
    within = sorted(day for day in set(new) - set(held) if day != month_end(day))
    if not within or len({*held, *new}) < 2:
        return []
    ends = agree(len(within), "is not the end of a month", "are not the ends of months")
    return [
        f"{_few(within)} {ends}: balances and placements count, but roll rates, cures and bridges are between month-ends "
        "and leave such a day out."
    ]


def _month_ends_between(start: date, end: date) -> list[date]:
    """Month-ends after `start` and before `end`."""
    found = []
    day = month_end(start) if start < month_end(start) else month_end(start + timedelta(days=1))
    while day < end:
        found.append(day)
        day = month_end(day + timedelta(days=1))
    return found


def _few(days: Sequence[date]) -> str:
    more = len(days) - SHOWN
    return ", ".join(map(dated, days[:SHOWN])) + (f" and {more} more" if more > 0 else "")
