"""Doubles of a book that learned: what it was from each day on, and what waits to be put in order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from core.errors import HistoryUnsettled
from core.records import Book, BookName
from core.selection import Selection
from tests.fakes import FakePortfolioReader

BY_DAY = {"payments_of": 1, "cash_between": 3}
"""Questions that name their day of knowledge, and where."""


class FakeHistoryReader:
    """A PortfolioReader that answers as known on a day.

    Args:
        told: the whole book as it was known from each day on.
        unsettled: whether files that came out of order wait.
    """

    def __init__(self, told: Mapping[date, FakePortfolioReader], *, unsettled: bool = False) -> None:
        self._told = dict(sorted(told.items()))
        self.unsettled = unsettled

    def book(self, known_on: date | None = None) -> Book:
        return self._knowing(known_on).book()

    def known_days(self) -> list[date]:
        return list(self._told)

    def __getattr__(self, name: str) -> Any:
        """Any other question: put to the book as known on the day of its selection, where it has one."""
        newest = getattr(self._knowing(None), name)

        def ask(*arguments: Any, **named: Any) -> Any:
            asked = next((one for one in (*arguments, *named.values()) if isinstance(one, Selection)), Selection())
            known_on = asked.known_on
            if name in BY_DAY:
                known_on = named.get("known_on", arguments[BY_DAY[name]] if len(arguments) > BY_DAY[name] else None)
            return getattr(self._knowing(known_on), name)(*arguments, **named)

        return ask if callable(newest) else newest

    def _knowing(self, known_on: date | None) -> FakePortfolioReader:
        days = list(self._told)
        if known_on is None or known_on >= days[-1]:
            return self._told[days[-1]]
        if self.unsettled:
            raise HistoryUnsettled(
                f"What was known on {known_on} is being put in order", remedy="Ask again in a moment."
            )
        before = [day for day in days if day <= known_on]
        return self._told[before[-1]] if before else FakePortfolioReader(pd.DataFrame())


class FakeHistoryWriter:
    """The part of a PortfolioWriter that puts what is known of earlier days in order."""

    def __init__(self, **books: FakeHistoryReader) -> None:
        self.books = books

    def settle_history(self, book: BookName) -> bool:
        waited = book in self.books and self.books[book].unsettled
        if waited:
            self.books[book].unsettled = False
        return waited
