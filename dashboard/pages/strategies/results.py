"""What the panels of "What it brought" read alike: results by strategy, as they happened."""

from __future__ import annotations

import pandas as pd

from core.metrics.ripeness import Source, partly
from core.metrics.strategies import strategy_results
from core.strategies.catalogue import HOLD, STRATEGY_NAMES
from dashboard.state import View

ORDER = (*STRATEGY_NAMES, HOLD)
NUMBERS = {
    "rate": "recovery_rate", "cash": "cash_to_date", "placed": "placed:loans", "cost": "cost_to_date",
    "cost_share": "cost_to_collect_to_date", "net": "net_recovery_to_date",
}  # fmt: skip
"""The number behind each column and cell, of a strategy or of a segment under it."""


def results_of(view: View, by: list[str]) -> pd.DataFrame:
    """`strategy_results` of a view, by strategy and whatever else."""
    reader, selection, book = view.reader, view.selection, view.book
    return strategy_results(
        reader.given(selection, by),
        reader.placed(selection, by),
        reader.cash(selection, by) if book.has_payments else None,
        reader.costs(selection, by) if book.has_costs else None,
        by,
        order=ORDER,
    )


def until(view: View, *sources: Source) -> str:
    """Up to when these are known, where that is before the day looked at."""
    part = partly(view.book, view.as_of, *sources)
    return f"; {part}" if part else ""
