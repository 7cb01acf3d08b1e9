"""The rows behind a number, as a grid shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from core.metrics.definitions import Behind
from core.selection import NOT_STATED
from dashboard import format as show
from dashboard.components.grid import number_column, text_column
from dashboard.text_why import FIELDS

DAYS = {"as_of", "placed_on", "day", "acted_on", "promised_on", "due_on"}
MONTHS = {"month", "cohort"}
MONEY = {
    "balance", "cash", "cash_effective", "cost", "promised", "opening", "closing", "waived", "interest", "written_off",
    "sold", "gone", "other", "kept_amount", "due",
}  # fmt: skip


def columns_of(behind: Behind, fields: Sequence[str]) -> list[dict[str, Any]]:
    """The grid's columns of some rows: the loan, what is added up, then the rest."""
    ordered = sorted(fields, key=lambda name: (name != "loan_ref", name != behind.measure, list(fields).index(name)))
    return [_column(name) for name in ordered]


def rows_of(frame: pd.DataFrame, fields: Sequence[str]) -> list[dict[str, str]]:
    """Rows as text: amounts to the hundredth, days in words, nothing where nothing is stated."""
    return [_row(row) for row in frame[list(fields)].to_dict("records")]


def _column(name: str) -> dict[str, Any]:
    if name == "loan_ref":
        return text_column(name, FIELDS[name], pinned="left", width=104, flex=0)
    made = number_column if name in MONEY or name in ("dpd", "attempts") else text_column
    return made(name, FIELDS[name], minWidth=220 if name == "segment" else 112)


def _row(row: Mapping[Any, Any]) -> dict[str, str]:
    return {str(name): _cell(str(name), value) for name, value in row.items()}


def _cell(name: str, value: Any) -> str:
    if value is None or value != value or value == NOT_STATED:
        return ""
    if name in MONEY:
        return show.money_exact(value)
    if name == "kept":
        return "yes" if value else "no"
    if name in DAYS:
        return show.day(str(value))
    if name in MONTHS:
        return show.month(str(value))
    return show.number(value) if isinstance(value, (int, float)) else str(value)
