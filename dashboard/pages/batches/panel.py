"""The card of the job at hand, without a job in it."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from core.columns import Kind
from dashboard.components.grid import grid, number_column, text_column
from dashboard.pages.batches import mapping

STARTED, PULSE = "batches-started", "batches-pulse"
CARD, MAPPING, REJECTS = "batches-job", "batches-mapping", "batches-rejects"
ANYWAY = "batches-load-anyway"
PULSE_MS = 700
HEAD_PX, ROW_PX, MOST_ROWS_SEEN = 46, 42, 6
PARTS = {
    "card": (CARD, "className"), "title": ("batches-job-title", "children"), "message": ("batches-job-message", "children"),
    "share": ("batches-job-bar", "value"), "bar": ("batches-job-bar", "className"), "cancel": ("batches-cancel", "className"),
    "outcome": ("batches-outcome", "children"), "outcome_class": ("batches-outcome", "className"),
    "totals": ("batches-totals", "children"), "found": ("batches-found", "className"), "findings": ("batches-findings", "children"),
    "mapping": (MAPPING, "rowData"), "mapping_columns": (MAPPING, "columnDefs"), "mapping_class": ("batches-mapping-part", "className"),
    "mapping_open": ("batches-mapping-part", "open"), "rejects_style": (REJECTS, "style"),
    "mapping_note": ("batches-mapping-note", "children"), "rejects": (REJECTS, "rowData"),
    "rejects_class": ("batches-rejects-part", "className"), "rejects_note": ("batches-rejects-note", "children"),
    "choice": ("batches-choice", "className"), "load": ("batches-load", "className"), "good": ("batches-load-good", "className"),
    "anyway": (ANYWAY, "className"), "anyway_off": (ANYWAY, "disabled"), "good_words": ("batches-load-good", "children"), "discard": ("batches-discard", "className"), "done": ("batches-job-done", "className"),
    "still": (PULSE, "disabled"), "load_off": ("batches-load", "disabled"), "good_off": ("batches-load-good", "disabled"),
    "again_note": ("batches-again-note", "children"),
}  # fmt: skip
ABSENT = "is-absent"


def card() -> html.Section:
    """The empty card, hidden while there is no job."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2("", id="batches-job-title"),
                    html.Button("Stop", id="batches-cancel", className=f"button quiet {ABSENT}"),
                ],
                className="card-head",
            ),
            html.Progress(
                id="batches-job-bar", value="0", max="1", className=ABSENT, **{"aria-label": "Progress of the job"}
            ),
            html.P("", id="batches-job-message", className="muted"),
            html.Div("", id="batches-outcome", className="notice", role="status"),
            _found_part(),
            _rejects_part(),
            _mapping_part(),
            _buttons(),
            dcc.Interval(id=PULSE, interval=PULSE_MS, disabled=True),
        ],
        id=CARD,
        className=ABSENT,
        **{"aria-labelledby": "batches-job-title"},
    )


def _found_part() -> html.Div:
    totals = html.Table(html.Tbody([], id="batches-totals"), className="plain-table")
    return html.Div(
        [
            html.Div([html.H3("Control totals"), totals]),
            html.Div([html.H3("What was noticed"), html.Ul([], id="batches-findings", className="findings")]),
        ],
        id="batches-found",
        className=ABSENT,
    )


def _rejects_part() -> html.Div:
    columns = [
        number_column("line", "Line", maxWidth=90), text_column("column", "Column", width=180),
        text_column("value", "Value", width=180, tooltipField="value"), text_column("reason", "Why it was refused", flex=1, minWidth=260, wrapText=True, autoHeight=True),
    ]  # fmt: skip
    return html.Div(
        [
            html.H3("Rejected rows"),
            html.P("", id="batches-rejects-note", className="subtitle"),
            grid(REJECTS, columns, label="Rejected rows", height=240, columnSize=None),
        ],
        id="batches-rejects-part",
        className=ABSENT,
    )


def _mapping_part() -> html.Details:
    again = html.Button("Check again", id="batches-again", className="button quiet")
    return html.Details(
        [
            html.Summary("Columns: theirs and ours"),
            html.P("", id="batches-mapping-note", className="subtitle"),
            grid(MAPPING, mapping_columns("portfolio"), label="Columns of the file and ours", height=280, columnSize=None,
                 dashGridOptions={"singleClickEdit": True, "stopEditingWhenCellsLoseFocus": True}),
            html.Div([again, html.Span("", id="batches-again-note", className="muted", role="status")], className="actions"),
        ],
        id="batches-mapping-part",
        className=ABSENT,
    )  # fmt: skip


def mapping_columns(kind: Kind) -> list[dict[str, Any]]:
    """The grid's columns, with our columns of a kind to choose from."""

    def list_of(values: list[str]) -> dict[str, Any]:
        return {
            "editable": True,
            "cellEditor": "agSelectCellEditor",
            "cellEditorParams": {"values": values},
            "cellClass": "editable",
        }

    return [
        text_column("theirs", "Column in the file", flex=1, minWidth=140),
        text_column("ours", "Is our column", flex=1, minWidth=170, **list_of(mapping.choices(kind))),
        text_column("known", "If kept, known", flex=1, minWidth=130, **list_of(list(mapping.WHEN.values()))),
    ]


def _buttons() -> html.Div:
    choice = html.Fieldset(
        [
            html.Legend("The sample book is on show"),
            dbc.RadioItems(
                id="batches-show",
                options=[
                    {"value": "own", "label": "Replace the sample book (recommended); it can be restored in one click"},
                    {"value": "sample", "label": "Keep the sample book on show"},
                ],
                value="own",
            ),
        ],
        id="batches-choice",
        className=ABSENT,
    )
    return html.Div(
        [
            choice,
            html.Div(
                [
                    html.Button("Load", id="batches-load", className=ABSENT),
                    html.Button("", id="batches-load-good", className=ABSENT),
                    html.Button("It is right: load it", id=ANYWAY, className=ABSENT),
                    html.Button("Discard", id="batches-discard", className=ABSENT),
                    dcc.Link("See it on Portfolio", href="/", id="batches-job-done", className=ABSENT),
                ],
                className="actions",
            ),
        ]
    )
