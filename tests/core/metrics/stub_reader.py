"""A reader that adds up the frames it was given, for the thin functions that only read and compute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from core.records import Book
from core.selection import Selection

KEYS = ("strategy", "branch", "cohort", "month")


def a_book(*days: date, payments: bool = True, costs: bool = True, until: date | None = None) -> Book:
    """A lender's own book with these days; its newest payments and actions files were received on `until`, or a month
    after its newest day."""
    known = until or (days[-1] if days else date(2026, 10, 31)) + timedelta(days=30)
    return Book(
        name="own", revision=1, days=days, currency="EUR", loans=1, has_payments=payments, has_actions=costs,
        has_costs=costs, sample_hidden=False, own_stored=True, last_received_on=None, as_of_assumed=False,
        payments_until=known if payments else None, actions_until=known if costs else None,
    )  # fmt: skip


class StubReader:
    """Answers each question with the sums over `by` of the frame named after it.

    Args:
        book: answered as it is.
        frames: rows of a question, with every column that `by` may name; the others are added up.
    """

    def __init__(self, book: Book, **frames: pd.DataFrame) -> None:
        self._book = book
        self._frames = frames
        self.selections: list[Selection] = []
        self.known_on: date | None = None

    def book(self, known_on: date | None = None) -> Book:
        self.known_on = known_on
        return self._book

    def placed(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        return self._sums("placed", selection, by)

    def cash(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        return self._sums("cash", selection, by)

    def activity(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        return self._sums("activity", selection, by)

    def costs(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        return self._sums("costs", selection, by)

    def stock(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        return self._sums("stock", selection, by)

    def borrowers(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        return self._sums("borrowers", selection, by)

    def recovery_spread(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        return self._sums("recovery_spread", selection, by)

    def _sums(self, question: str, selection: Selection, by: Sequence[str]) -> pd.DataFrame:
        self.selections.append(selection)
        rows = self._frames[question]
        measures = [name for name in rows.columns if name not in KEYS]
        rows = rows.astype(dict.fromkeys(measures, float))
        if not by:
            return rows[measures].sum().to_frame().T
        return rows.groupby(list(by), as_index=False)[measures].sum()
