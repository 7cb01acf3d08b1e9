"""The small table of the liquidation target by age."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash
import pandas as pd
from dash import Input, Output, html, set_props

from core.metrics.targets import LIQUIDATION, TARGET_METRICS
from dashboard import format as show
from dashboard import ids
from dashboard import text_targets as say
from dashboard.components.grid import grid, number_column, text_column
from dashboard.pages.targets import cells
from dashboard.services import Services

GRID, SAID = "targets-ages", "targets-ages-said"
AGES_MONTHS = (3, 6, 9, 12, 18, 24)
METRIC = TARGET_METRICS[LIQUIDATION]


def card() -> html.Section:
    """The empty table."""
    columns = [
        text_column("label", "Months since placement", minWidth=120),
        number_column("value", "Liquidation", minWidth=100, editable=True, cellClass=cells.FIGURE),
    ]
    table = grid(
        GRID, columns, label="Liquidation target by age", columnSize=None, getRowId="params.data.age",
        dashGridOptions={**cells.EDITING, "localeText": {"noRowsToShow": "No age yet."}},
    )  # fmt: skip
    return html.Section(
        [
            html.H2("Liquidation by age"),
            html.P("", id=f"{GRID}-note", className="subtitle targets-note"),
            table,
            html.Div("", id=SAID, className="notice", role="status"),
        ],
        className="card",
    )


def of_ages(targets: pd.DataFrame) -> pd.DataFrame:
    """The targets that are set for an age, youngest first."""
    return targets[(targets["metric"] == LIQUIDATION) & targets["age_months"].notna()].sort_values("age_months")


def rows_of(targets: pd.DataFrame) -> list[dict[str, str]]:
    """One row an age: the usual ones and whatever else a file set, with what is set as text."""
    known = of_ages(targets)
    words = {int(row.age_months): say.value_words(row.value, METRIC) for row in known.itertuples()}
    return [
        {"age": str(age), "label": show.count(age, "months"), "value": words.get(age, "")}
        for age in sorted({*AGES_MONTHS, *words})
    ]


def update_table(services: Services) -> tuple[list[dict[str, str]], str]:
    """The rows and the note."""
    targets = services.reader().targets()
    return rows_of(targets), say.AGES_NOTE + say.falls(of_ages(targets))


def update_cells(services: Services, changes: Sequence[Any] | None) -> tuple[str, str, list[dict[str, str]]]:
    """Set what was typed. Returns what to say, its class, and the rows as they now are."""
    typed = cells.typed(changes)
    offered = {row["age"]: row["label"] for row in rows_of(services.reader().targets())}
    told = cells.put(services, [_cell(*change, offered) for change in typed])
    return *told, rows_of(services.reader().targets())


def _cell(row: dict[str, Any], column: str, text: str, offered: dict[str, str]) -> cells.Cell:
    age = str(row.get("age"))
    if column != "value" or age not in offered:
        raise cells.no_cell()
    return cells.Cell(LIQUIDATION, None, int(age), f"{METRIC.label} at {offered[age]}", text)


def register(app: dash.Dash, services: Services) -> None:
    """The table follows the book; an edit is written at once."""

    @app.callback(Output(GRID, "rowData"), Output(f"{GRID}-note", "children"), Input(ids.REVISION, "data"))
    def table(_: int | None) -> tuple[list[dict[str, str]], str]:
        return update_table(services)

    @app.callback(
        Output(SAID, "children"), Output(SAID, "className"), Output(GRID, "rowData", allow_duplicate=True),
        Input(GRID, cells.EDITED), prevent_initial_call=True,
    )  # fmt: skip
    def edited(changes: list[Any] | None) -> tuple[str, str, list[dict[str, str]]]:
        answer = update_cells(services, changes)
        set_props(ids.REVISION, {"data": services.reader().book().revision})
        return answer
