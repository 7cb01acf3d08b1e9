"""The table of months and metrics."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import dash
import pandas as pd
from dash import Input, Output, State, html, set_props

from core.metrics.portfolio import month_end
from core.metrics.targets import BUDGET, TARGET_METRICS
from dashboard import format as show
from dashboard import ids
from dashboard import text_targets as say
from dashboard.components.grid import grid, number_column, text_column
from dashboard.components.switch import keep_in_url, switch
from dashboard.pages.targets import cells
from dashboard.services import Services
from dashboard.state import page_key

GRID, SAID = "targets-months", "targets-months-said"
ALWAYS = "always"
PART = "targets-months-part"
PARTS = (("coming", "Coming months"), ("past", "Past months"))
MONTHS_BACK, MONTHS_AHEAD = 12, 12
"""The newest twelve months of the book, and the twelve after them."""
METRICS = tuple(metric for metric in TARGET_METRICS.values() if not metric.by_age)


def card() -> html.Section:
    """The empty table; its export stands beside its title."""
    columns = [text_column("label", "Month", pinned="left", minWidth=118, width=118, flex=0)]
    columns += [
        number_column(metric.name, _head(metric.name), minWidth=106, editable=True, cellClass=cells.FIGURE)
        for metric in METRICS
    ]
    table = grid(
        GRID, columns, label="Targets by month", columnSize=None, getRowId="params.data.month",
        dashGridOptions={**cells.EDITING, "localeText": {"noRowsToShow": "No month yet."}},
    )  # fmt: skip
    head = html.Div(
        [
            html.Div([html.H2("", id=f"{GRID}-title"), html.P("", id=f"{GRID}-note", className="subtitle")]),
            html.Div(
                [
                    switch(PART, "Which months", PARTS, PARTS[0][0], key="months"),
                    html.A("Download as CSV", href="/download/targets.csv", className="link", download=""),
                ],
                className="card-controls",
            ),
        ],
        className="card-head",
    )
    return html.Section([head, table, html.Div("", id=SAID, className="notice", role="status")], className="card")


def _head(name: str) -> str:
    label = TARGET_METRICS[name].label
    return f"{label} (budget)" if name == BUDGET else label


def months_from(first: date, count: int) -> list[date]:
    """`count` month-ends from that of `first` on."""
    ends = [month_end(first)]
    while len(ends) < count:
        ends.append(month_end(ends[-1] + timedelta(days=1)))
    return ends


def months_shown(newest: date, part: str) -> list[date]:
    """The month-ends of a part of the table, oldest first; the newest of the book stands in both parts."""
    if part != "past":
        return months_from(newest, MONTHS_AHEAD + 1)
    number = newest.year * 12 + newest.month - MONTHS_BACK
    return months_from(date(number // 12, number % 12 + 1, 1), MONTHS_BACK)


def rows_of(targets: pd.DataFrame, newest: date, part: str) -> list[dict[str, str]]:
    """The row that holds always, then one a month, with what is set as text."""
    words = {
        (row.metric, row.month if isinstance(row.month, str) else ALWAYS): say.value_words(
            row.value, TARGET_METRICS[row.metric]
        )
        for row in targets[targets["age_months"].isna() & targets["metric"].isin(TARGET_METRICS)].itertuples()
    }
    return [
        {"month": key, "label": label, **{metric.name: words.get((metric.name, key), "") for metric in METRICS}}
        for key, label in _labels(newest, part).items()
    ]


def _labels(newest: date, part: str) -> dict[str, str]:
    """The rows of the table: their keys and what they are called."""
    return {ALWAYS: say.EVERY_MONTH} | {month.isoformat(): show.month(month) for month in months_shown(newest, part)}


def update_table(services: Services, search: str | None) -> dict[str, Any]:
    """The table, its title and its note; empty for an empty book."""
    part = _part(search)
    reader = services.reader()
    book, targets = reader.book(), reader.targets()
    if book.is_empty:
        return {"rows": [], "title": "", "note": ""}
    newest = book.days[-1]
    shown = months_shown(newest, part)
    within = {month.isoformat() for name, _ in PARTS for month in months_shown(newest, name)}
    other = int((~targets["month"].dropna().isin(within)).sum())
    return {
        "rows": rows_of(targets, newest, part),
        "title": say.months_title(shown[0], shown[-1]),
        "note": say.months_note(newest, book.currency, other),
    }


def update_cells(
    services: Services, search: str | None, changes: Sequence[Any] | None
) -> tuple[str, str, list[dict[str, str]]]:
    """Set what was typed. Returns what to say, its class, and the rows as they now are."""
    book, part = services.reader().book(), _part(search)
    typed = cells.typed(changes)
    if book.is_empty:
        raise cells.no_cell()
    newest = book.days[-1]
    labels = _labels(newest, part)
    told = cells.put(services, [_cell(*change, labels) for change in typed])
    return *told, rows_of(services.reader().targets(), newest, part)


def _part(search: str | None) -> str:
    return page_key(search, "months", [name for name, _ in PARTS], PARTS[0][0])


def _cell(row: dict[str, Any], column: str, text: str, labels: dict[str, str]) -> cells.Cell:
    key = str(row.get("month"))
    if column not in [metric.name for metric in METRICS] or key not in labels:
        raise cells.no_cell()
    name = f"{TARGET_METRICS[column].label}, {labels[key]}"
    return cells.Cell(column, None if key == ALWAYS else key, None, name, text)


def register(app: dash.Dash, services: Services) -> None:
    """The table follows the book; an edit is written at once."""
    outputs = {
        "rows": Output(GRID, "rowData"),
        "title": Output(f"{GRID}-title", "children"),
        "note": Output(f"{GRID}-note", "children"),
    }

    keep_in_url(app, PART)

    @app.callback(output=outputs, inputs=[Input(ids.URL, "search"), Input(ids.REVISION, "data")])
    def table(search: str | None, _: int | None) -> dict[str, Any]:
        return update_table(services, search)

    @app.callback(
        Output(SAID, "children"), Output(SAID, "className"), Output(GRID, "rowData", allow_duplicate=True),
        Input(GRID, cells.EDITED), State(ids.URL, "search"), prevent_initial_call=True,
    )  # fmt: skip
    def edited(changes: list[Any] | None, search: str | None) -> tuple[str, str, list[dict[str, str]]]:
        answer = update_cells(services, search, changes)
        set_props(ids.REVISION, {"data": services.reader().book().revision})
        return answer
