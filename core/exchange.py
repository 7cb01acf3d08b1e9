"""Tables out as CSV that a spreadsheet opens without running anything, and templates to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.columns import COLUMNS, Column, Kind

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_EXAMPLES: dict[str, str] = {
    "loan_ref": "LN-000123", "borrower_ref": "BR-000045", "payment_ref": "P-000001", "hold": "", "trial": "", "arm": "",
    "assignment_probability": "", "reverses_ref": "", "currency": "EUR", "product": "Personal", "region": "North",
    "branch": "Main Street", "agency": "In-house", "collector": "C-07", "gender": "Female", "employment_type": "Salaried",
    "payment_history": "Delayed", "strategy": "Standard", "collection_method": "Calls", "channel": "Phone",
    "recovery_status": "Partially Recovered", "legal_action_taken": "No", "action": "call", "result": "promise",
    "promise_due": "2026-02-10", "placed_on": "2025-12-31", "assigned_on": "2025-12-31", "age": "41", "dpd": "45",
}  # fmt: skip
_EXAMPLES_BY_DTYPE = {
    "text": "", "category": "", "money": "1000.00", "integer": "2", "number": "12", "share": "0.5", "date": "2026-01-31",
}  # fmt: skip


def to_csv(frame: pd.DataFrame, headers: Mapping[str, str] | None = None) -> str:
    """A frame as CSV text, one line per row, lines ending in a line feed.

    Text is quoted, and given a leading apostrophe where a spreadsheet would take it for a formula; numbers stay
    numbers; absent values are empty.

    Args:
        frame: what to write; its index is not written.
        headers: column to header; a column it leaves out keeps its own name.

    References:
        OWASP, CSV Injection.
    """
    names = [(headers or {}).get(str(column), str(column)) for column in frame.columns]
    columns = [[_cell(value) for value in frame.iloc[:, place]] for place in range(frame.shape[1])]
    lines = [",".join(map(_quoted, names)), *(",".join(cells) for cells in zip(*columns, strict=True))]
    return "\n".join(lines) + "\n"


def template(kind: Kind) -> str:
    """The header of a kind of file and one example row, which Recoup itself accepts."""
    example = {column.header: [_example(column)] for column in COLUMNS[kind]}
    return to_csv(pd.DataFrame(example))


def _example(column: Column) -> str:
    if column.field in _EXAMPLES:
        return _EXAMPLES[column.field]
    return column.values[0][1] if column.values else _EXAMPLES_BY_DTYPE[column.dtype]


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, (bool, np.bool_)):
        return _quoted("yes" if value else "no")
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    return _quoted(str(value))


def _quoted(text: str) -> str:
    guarded = f"'{text}" if text.startswith(FORMULA_STARTS) else text
    return '"' + guarded.replace('"', '""') + '"'
