"""The small book with the rows behind its numbers: stock, placements, cash and actions, read by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from core.errors import SelectionRefused
from core.metrics.contacts import is_contact
from core.metrics.facts import FACT_FIELDS
from core.metrics.portfolio import month_end
from core.records import Book, FactPage
from core.selection import DIMENSIONS, NOT_STATED, Selection
from tests.dashboard.small_book import BOOK, SmallBookReader
from tests.fake_facts import cost_rows, is_wanted

BLOCK = 7


class FactsReader(SmallBookReader):
    """As the port asks, newest first. `flows` and `promises` are refused: this book has none.

    Args:
        record: as of SmallBookReader.
        slow: every question for rows is refused, as one that takes too long.
    """

    def __init__(self, record: Book = BOOK, *, slow: bool = False) -> None:
        super().__init__(record)
        self.slow = slow

    def facts(
        self, kind: str, selection: Selection, cell: Mapping[str, str] = {}, *, measure: str = "",
        after: str | None = None, limit: int = 100,
    ) -> FactPage:  # fmt: skip
        rows = self._facts(kind, selection, cell, measure)
        start = int(after) if after else 0
        frame = rows[start : start + limit]
        key = str(start + limit) if start + limit < len(rows) else None
        return FactPage(frame[list(FACT_FIELDS[kind])], key, len(rows), round(float(rows[measure].sum()), 2))

    def iter_facts(
        self, kind: str, selection: Selection, cell: Mapping[str, str] = {}, *, measure: str = ""
    ) -> Iterator[pd.DataFrame]:
        rows = self._facts(kind, selection, cell, measure)
        for start in range(0, len(rows), BLOCK):
            yield rows[start : start + BLOCK]

    def _facts(self, kind: str, selection: Selection, cell: Mapping[str, str], measure: str) -> pd.DataFrame:
        if self.slow or kind not in ("stock", "placed", "cash", "activity", "costs"):
            raise SelectionRefused(f"The rows of {kind} cannot be read now", remedy="Choose fewer of them.")
        rows, day = getattr(self, f"_{kind}_facts")(selection)
        for column, value in cell.items():
            if column not in rows and column not in ("age", "workable"):
                raise SelectionRefused(f"'{column}' is not known here", remedy="Leave it out.")
            rows = rows[np.array([is_wanted(row, column, value) for row in rows.to_dict("records")], dtype=bool)]
        for column, kept in selection.filters.items():
            rows = rows[rows[column].isin(kept)]
        rows = rows[rows[measure] != 0].sort_values([day, "loan_ref"], ascending=[False, True])
        return rows.reset_index(drop=True)

    def _stock_facts(self, selection: Selection) -> tuple[pd.DataFrame, str]:
        rows = self._stock_rows(Selection())
        assert selection.as_of is not None
        return _stated(rows[rows["as_of"] == selection.as_of.isoformat()]), "as_of"

    def _placed_facts(self, selection: Selection) -> tuple[pd.DataFrame, str]:
        refs = self._snapshots.drop_duplicates("loan_id").set_index("loan_id")["loan_ref"]
        rows = self._placed.assign(loan_ref=self._placed["loan_id"].map(refs))
        return _stated(rows[rows["placed_on"] <= self._until(selection)]), "placed_on"

    def _cash_facts(self, selection: Selection) -> tuple[pd.DataFrame, str]:
        paid = self._payments[self._payments["placed_on"].notna()].drop(columns=list(DIMENSIONS))
        rows = paid.merge(self._placed[["loan_id", "episode", *DIMENSIONS]], on=["loan_id", "episode"])
        rows = rows.assign(
            day=rows["paid_on"], cash=rows["amount"], cash_effective=rows["amount"], cohort=rows["placed_on"].map(_end),
            month=rows["paid_on"].map(_end), payments=(rows["payment_kind"] == "cash").astype(int),
        )  # fmt: skip
        return _stated(rows[rows["day"] <= self._until(selection)]), "day"

    def _activity_facts(self, selection: Selection) -> tuple[pd.DataFrame, str]:
        rows = self._actions.assign(
            month=self._actions["acted_on"].map(_end), promised=0.0, promises=0, actions=1, costed=1, batch_id=3,
            contacts=self._actions["result"].map(is_contact).astype(int),
        )  # fmt: skip
        return _stated(rows[rows["acted_on"] <= self._until(selection)]), "acted_on"

    def _costs_facts(self, selection: Selection) -> tuple[pd.DataFrame, str]:
        rows = cost_rows(self).assign(batch_id=3)
        rows = rows.assign(month=rows["acted_on"].map(_end))
        return _stated(rows[rows["acted_on"] <= self._until(selection)]), "acted_on"


def _stated(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.assign(batch_id=3)
    return rows.assign(
        **{name: rows[name].where(rows[name].notna(), NOT_STATED) for name in DIMENSIONS if name in rows}
    )


def _end(day: str) -> str:
    return month_end(pd.Timestamp(day).date()).isoformat()
