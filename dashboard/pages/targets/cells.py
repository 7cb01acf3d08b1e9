"""Targets typed into a table: every cell of an edit is set, or none of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from dash.exceptions import PreventUpdate

from core.errors import Refused
from core.intake.target_values import read_value
from core.metrics.targets import TARGET_METRICS
from dashboard import text_targets as say
from dashboard.services import Services

EDITED = "cellValueChanged"
EDITING = {"singleClickEdit": True, "stopEditingWhenCellsLoseFocus": True, "enterNavigatesVerticallyAfterEdit": True}
FIGURE = ["ag-right-aligned-cell", "figure", "target"]
MOST_CELLS = 500


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it was typed: for a month (ISO), for an age in months, or for every month."""

    metric: str
    month: str | None
    age: int | None
    name: str
    text: str


def typed(changes: Any) -> list[tuple[dict[str, Any], str, str]]:
    """The changes of a grid: the row's data, the column and the text typed, without cells left as they were.

    Raises:
        PreventUpdate: nothing was changed.
        Refused: what was sent is no change of a grid.
    """
    told = [_typed(change) for change in changes] if isinstance(changes, list) else []
    changed = [(row, column, text) for row, column, text, before in told if text != before]
    if not changed:
        raise PreventUpdate
    return changed[:MOST_CELLS]


def _typed(change: Any) -> tuple[dict[str, Any], str, str, str]:
    given = change if isinstance(change, dict) else {}
    row, column, *texts = (given.get(name) for name in ("data", "colId", "value", "oldValue"))
    plain = all(text is None or isinstance(text, (str, int, float)) for text in texts)
    if not (isinstance(row, dict) and isinstance(column, str) and plain):
        raise no_cell()
    text, before = ("" if text is None else str(text).strip() for text in texts)
    return row, column, text, before


def no_cell() -> Refused:
    """A cell that no table of the page has."""
    return Refused("There is no such cell in the table of targets", remedy="Reload the page.")


def put(services: Services, cells: Sequence[Cell]) -> tuple[str, str]:
    """Set what was typed; an empty cell takes its target away. Returns what to say, and the class of the notice."""
    book, who = services.reader().book(), services.settings.who
    values = []
    for cell in cells:
        metric = TARGET_METRICS[cell.metric]
        value, why = read_value(metric, cell.text, currency=book.currency) if cell.text else (math.nan, "")
        if why:
            return say.was_refused(cell.name, cell.text, why), "notice bad"
        values.append((cell.metric, cell.month, cell.age, value))
    frame = pd.DataFrame(values, columns=["metric", "month", "age_months", "value"])
    services.writer.put_targets(book.name, frame, who, services.today())
    taken = int(frame["value"].isna().sum())
    return say.was_set([cell.name for cell in cells], taken, who), "notice good"
