"""Flows written by hand, and a reader that answers with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd

from core.metrics.delinquency import BUCKETS
from core.metrics.flows import FLOW_MEASURES, LEFT, NEW
from core.selection import Selection

OCTOBER = "2026-10-31"
DAYS = (date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31))
STOCK = ["bucket", "loans", "balance"]


def flow(origin: str, state: str, opening: float = 0.0, loans: int = 1, month: str = OCTOBER, **more: float) -> dict:
    """A flow whose closing balance follows from its amounts; what is left of a loan that left goes where it belongs."""
    row = dict.fromkeys(FLOW_MEASURES, 0) | {"month": month, "origin": origin, "state": state, "loans": loans}
    row |= {"opening": opening, **more}
    left = round(row["opening"] - row["cash"] - row["waived"] + row["interest"] + row["other"], 2)
    if state in LEFT:
        lost = {"charged off": "written_off", "missing": "gone", "paid": "other"}.get(state, "sold")
        row[lost] = -left if lost == "other" else left
    elif origin != NEW:
        row["closing"] = left
    return row


def flows(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["month", "origin", "state", *FLOW_MEASURES])


def stock(**balances: float) -> pd.DataFrame:
    """One loan a bucket, unless the balance is a pair (loans, balance); `b1_29` is the bucket 1-29, `b120` 120+."""
    named = {"b120": "120+", "Current": "Current"}
    rows = [
        (named.get(name, name.removeprefix("b").replace("_", "-")), *(told if isinstance(told, tuple) else (1, told)))
        for name, told in balances.items()
    ]
    assert {row[0] for row in rows} <= set(BUCKETS)
    return pd.DataFrame(rows, columns=STOCK)


class StubReader:
    """Answers `book`, `flows` and `stock` from what it was given."""

    def __init__(
        self,
        told: pd.DataFrame | None = None,
        stocks: dict[str, pd.DataFrame] | None = None,
        days: Sequence[date] = DAYS,
        **has: Any,
    ) -> None:
        self.told = flows() if told is None else told
        self.stocks = stocks or {}
        self.held = SimpleNamespace(
            days=tuple(days), is_empty=not days, has_payments=True, has_actions=True,
            payments_until=date(2026, 11, 5), actions_until=date(2026, 11, 5),
        )  # fmt: skip
        self.held.__dict__.update(has)
        self.known_on: list[date | None] = []

    def book(self, known_on: date | None = None) -> SimpleNamespace:
        self.known_on.append(known_on)
        return self.held

    def flows(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        until = (selection.as_of or self.held.days[-1]).isoformat()
        known = self.told[self.told["month"] <= until]
        return known.groupby(list(by), as_index=False)[list(FLOW_MEASURES)].sum()

    def stock(self, selection: Selection, by: Sequence[str] = ()) -> pd.DataFrame:
        assert list(by) == ["bucket"]
        assert selection.as_of in self.held.days, f"{selection.as_of} is no day of this book"
        return self.stocks[selection.as_of.isoformat()]
