"""A checked file against the book it is for: what is flagged, and what is refused. The rules: core.intake.plausibility."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from core.intake.plausibility import (
    Size,
    book_change,
    currency_of_book,
    days_within_months,
    month_gaps,
    payments_above_balance,
    payments_before_loan,
    sizes,
    unknown_loans,
)
from core.intake.validate import Checked
from core.ports import PortfolioReader
from core.selection import Selection
from core.workflows.report import IngestRequest
from core.workflows.vanished import vanished


def flagged(checked: Checked, reader: PortfolioReader) -> Checked:
    """The file with what is odd about it, beside this book, before its other findings."""
    if checked.frame.empty:
        return checked
    held, refs = reader.book().days, checked.frame["loan_ref"].unique().tolist()
    if checked.kind == "portfolio":
        found = [
            *vanished(checked.frame, reader.champion()), *month_gaps(checked.days, held), *days_within_months(checked.days, held)
        ]  # fmt: skip
    else:
        unknown = reader.unknown_loans(refs)
        found = unknown_loans(checked.frame, unknown)
    if checked.kind == "payments":
        found += payments_before_loan(checked.frame, _begins(checked.frame, unknown, held, reader))
        found += payments_above_balance(checked.frame, reader.largest_balances(refs))
    return replace(checked, findings=(*found, *checked.findings))


def fitting(checked: Checked, request: IngestRequest, reader: PortfolioReader) -> Checked:
    """The file with what was said of its currency and of what it makes of the book.

    Raises:
        FileRefused: it is in another currency than the book.
        BookChangeRefused: it would halve or double the book, and nobody said that this is right.
    """
    found = currency_of_book(checked.kind, checked.currencies, _currency(reader), checked.frame, request.filename)
    if checked.kind == "portfolio" and request.scope == "full":
        found += _changes(checked, request, reader)
    return replace(checked, findings=(*found, *checked.findings))


def _currency(reader: PortfolioReader) -> str:
    """The book's currency: that of its newest day, else what its newest file's amounts were marked with; "" where none says."""
    book = reader.book()
    if book.is_empty or book.currency:
        return book.currency
    live = (batch for batch in reader.batches() if batch.status == "committed")
    return next((said for batch in live if (said := str(batch.control_totals.get("currency") or ""))), "")


def _changes(checked: Checked, request: IngestRequest, reader: PortfolioReader) -> list[str]:
    """What is said of each day of a whole-book file that is far from the nearest earlier day and from the day it replaces."""
    held, found = reader.book().days, list[str]()
    told: list[Size] = []
    for size in sizes(checked.frame):
        before = max((day for day in held if day < size.day), default=None)
        earlier = [told[-1]] if told and (before is None or told[-1].day >= before) else []
        if before is not None and not earlier:
            earlier = [_size(before, reader)]
        if size.day in held:
            earlier.append(_size(size.day, reader))
        found += book_change(request.filename, size, earlier, is_right=request.accept_change)
        told.append(size)
    return found


def _size(day: date, reader: PortfolioReader) -> Size:
    stock = reader.stock(Selection(as_of=day)).iloc[0]
    return Size(day, int(stock["loans"]), float(stock["balance"]))


def _begins(
    frame: pd.DataFrame, unknown: Sequence[str], held: Sequence[date], reader: PortfolioReader
) -> dict[str, str]:
    """Per loan the first day the book holds it, or its Placed_On where that is earlier.

    Days are read from the last one before the file's first payment on, and only until every loan was met: a loan that
    left the book before it is absent.
    """
    newest = max(held, default=date.min).isoformat()
    paid = frame[(frame["paid_on"] < newest) & ~frame["loan_ref"].isin(unknown)]
    if paid.empty:
        return {}
    first_paid = paid["paid_on"].min()
    from_day = max((day for day in held if day.isoformat() <= first_paid), default=held[0])
    begins: dict[str, str] = {}
    sought = set(paid["loan_ref"])
    for day in (day for day in held if day >= from_day):
        if not sought:
            break
        for block in reader.snapshots(day):
            met = block[block["loan_ref"].isin(sought)]
            placed = met["placed_on"].where(met["placed_on"].notna(), day.isoformat())
            begins |= {loan: min(on, day.isoformat()) for loan, on in zip(met["loan_ref"], placed, strict=True)}
        sought -= set(begins)
    return begins
