"""The list of batches, and what can be done with one of them."""

from __future__ import annotations

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, html
from dash.exceptions import PreventUpdate

from core.errors import Refused, UnknownBatch
from core.records import Batch
from dashboard import format as show
from dashboard import ids
from dashboard import text_batches as say
from dashboard.components.grid import grid, number_column, text_column
from dashboard.pages.batches import panel, work
from dashboard.services import Services

GRID = "batches-list"
ABSENT = "is-absent"
HEAD_PX, ROW_PX, MOST_ROWS_SEEN = 40, 36, 8
MOST_ROWS = 500
PARTS = {
    "panel": ("batches-chosen", "className"), "title": ("batches-chosen-title", "children"), "note": ("batches-chosen-note", "children"),
    "undo": ("batches-undo", "className"), "redate": ("batches-redate-part", "className"), "day": ("batches-new-as-of", "value"),
    "rejects": ("batches-rejects-link", "className"), "href": ("batches-rejects-link", "href"),
    "words": ("batches-undo-words", "children"), "confirm": ("batches-confirm", "className"),
}  # fmt: skip


def card() -> html.Section:
    """The empty card."""
    columns = [
        number_column("id", "No.", minWidth=64, maxWidth=76), text_column("kind", "Kind", minWidth=96, flex=1),
        text_column("filename", "File", minWidth=214, flex=6, tooltipField="filename"), text_column("as_of", "As of", minWidth=176, flex=3),
        text_column("received", "Received", minWidth=104, flex=2), number_column("rows", "Rows", minWidth=76, flex=1),
        number_column("rejected", "Rejects", minWidth=80, flex=1), text_column("status", "Status", minWidth=130, flex=2),
        text_column("who", "By", minWidth=80, flex=1),
    ]  # fmt: skip
    table = grid(
        GRID, columns, label="Batches, newest first", height=330, columnSize=None,
        dashGridOptions={"rowSelection": {"mode": "singleRow", "enableClickSelection": True, "checkboxes": True},
                         "selectionColumnDef": {"headerName": "Choose", "width": 84, "minWidth": 84}, "localeText": {"noRowsToShow": "No batch yet."}},
    )  # fmt: skip
    return html.Section(
        [
            html.H2("What was brought in"),
            html.P("", id="batches-list-note", className="subtitle"),
            table,
            _chosen_part(),
        ],
        className="card",
    )


def _chosen_part() -> html.Div:
    redate = html.Div(
        [
            html.Label("Right as-of", htmlFor="batches-new-as-of"),
            dbc.Input(id="batches-new-as-of", type="date", value="", size="sm"),
            html.Button("Correct the as-of", id="batches-redate", className="button quiet"),
        ],
        id="batches-redate-part",
        className=ABSENT,
    )
    confirm = html.Div(
        [
            html.P("", id="batches-undo-words"),
            html.Div(
                [
                    html.Button("Yes, undo it", id="batches-undo-yes", className="button"),
                    html.Button("Keep it", id="batches-undo-no", className="button quiet"),
                ],
                className="actions",
            ),
        ],
        id="batches-confirm",
        className=ABSENT,
        role="alert",
    )
    return html.Div(
        [
            html.H3("", id="batches-chosen-title"),
            html.P("", id="batches-chosen-note", className="subtitle"),
            html.Div(
                [
                    html.Button("Undo", id="batches-undo", className=ABSENT),
                    redate,
                    html.A("Download its rejects", id="batches-rejects-link", href="", className=ABSENT, download=""),
                ],
                className="actions",
            ),
            confirm,
        ],
        id="batches-chosen",
        className=ABSENT,
    )


def update_list(services: Services) -> tuple[list[dict[str, Any]], str, dict[str, str]]:
    """The rows, newest first, what they are, and the room they take."""
    reader = services.reader()
    batches = reader.batches(limit=MOST_ROWS)
    whose = "the sample book" if reader.book().is_sample else "your book"
    newest = "the newest " if len(batches) == MOST_ROWS else ""
    note = f"{newest}{show.count(len(batches), 'batches')} of {whose}, newest first; choose one to undo it, correct its as-of or fetch its rejects"
    height = HEAD_PX + ROW_PX * min(max(len(batches), 2), MOST_ROWS_SEEN)
    return [_row(batch) for batch in batches], note, {"width": "100%", "height": f"{height}px"}


def _row(batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.id, "kind": batch.kind, "filename": batch.filename, "as_of": _as_of(batch), "received": show.day(batch.received_on),
        "rows": show.number(batch.rows), "rejected": show.number(batch.rejected), "status": _status(batch), "who": batch.who,
    }  # fmt: skip


def _as_of(batch: Batch) -> str:
    if batch.as_of:
        return f"{show.day(batch.as_of)}{' (assumed)' if batch.as_of_assumed else ''}"
    if not batch.first_day or not batch.last_day:
        return show.UNDEFINED
    if batch.first_day == batch.last_day:
        return show.day(batch.first_day)
    return f"{show.day_beside(batch.first_day, batch.last_day)} to {show.day(batch.last_day)}"


def _status(batch: Batch) -> str:
    if batch.status == "undone" and batch.undone_on:
        return f"undone {show.day(batch.undone_on)}"
    return batch.status


def chosen(selected: list[dict[str, Any]] | None) -> int | None:
    """The number of the chosen batch."""
    number = selected[0].get("id") if selected and isinstance(selected[0], dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def update_chosen(
    services: Services, selected: list[dict[str, Any]] | None, *, confirming: bool = False
) -> dict[str, Any]:
    """What can be done with the chosen batch, by part."""
    number = chosen(selected)
    shown: dict[str, Any] = dict.fromkeys(PARTS, "") | dict.fromkeys(
        ("panel", "undo", "redate", "rejects", "confirm"), ABSENT
    )
    if number is None:
        return shown
    try:
        batch = services.reader().batch(number)
    except UnknownBatch:
        return shown
    live = batch.status == "committed"
    totals = "; ".join(
        f"{name} {value}"
        for name, value in say.totals_rows({"control_totals": batch.control_totals, "kind": batch.kind})[2:]
    )
    shown |= {
        "panel": "chosen", "title": f"Batch {batch.id}: {batch.filename}", "note": " ".join([f"{totals}.", *batch.findings]),
        "words": say.undo_words(batch),
    }  # fmt: skip
    if live:
        shown["undo"] = "button quiet"
        shown["confirm"] = "notice bad" if confirming else ABSENT
    if live and batch.kind == "portfolio" and batch.as_of:
        shown |= {"redate": "redate", "day": batch.as_of.isoformat()}
    if batch.rejected:
        shown |= {"rejects": "link", "href": f"/download/rejects-{batch.id}.csv"}
    return shown


def start_undo(services: Services, selected: list[dict[str, Any]] | None) -> int:
    """Queue the undo of the chosen batch. Returns the job."""
    number = chosen(selected)
    if number is None:
        raise PreventUpdate
    return services.jobs.add("undo", {"batch": number}, services.settings.who)


def start_redate(services: Services, selected: list[dict[str, Any]] | None, as_of: str | None) -> int:
    """Queue the correction of the chosen batch's day. Returns the job. Raises Refused without a day, or for the day it has."""
    number, day = chosen(selected), work.day_of(as_of)
    if number is None:
        raise PreventUpdate
    if day is None:
        raise Refused("No day was given", remedy="Choose the day the file describes.")
    batch = services.reader().batch(number)
    if batch.as_of and batch.as_of.isoformat() == day and not batch.as_of_assumed:
        raise Refused(f"Batch {number} is as of {show.day(day)} already", remedy="Choose another day.")
    return services.jobs.add("redate", {"batch": number, "as_of": day}, services.settings.who)


def register(app: dash.Dash, services: Services) -> None:
    """The card's callbacks."""
    selected = State(GRID, "selectedRows")
    started = Output(panel.STARTED, "data", allow_duplicate=True)

    @app.callback(
        Output(GRID, "rowData"),
        Output("batches-list-note", "children"),
        Output(GRID, "style"),
        Input(ids.REVISION, "data"),
        Input(panel.PULSE, "disabled"),
    )
    def rows(*_: Any) -> tuple[list[dict[str, Any]], str, dict[str, str]]:
        return update_list(services)

    @app.callback(
        output={part: Output(*where) for part, where in PARTS.items()},
        inputs={
            "selected": Input(GRID, "selectedRows"), "_undo": Input("batches-undo", "n_clicks"), "_no": Input("batches-undo-no", "n_clicks"),
            "_yes": Input("batches-undo-yes", "n_clicks"), "_revision": Input(ids.REVISION, "data"),
        },
    )  # fmt: skip
    def one(selected: list[dict[str, Any]] | None, **_: Any) -> dict[str, Any]:
        return update_chosen(services, selected, confirming=dash.ctx.triggered_id == "batches-undo")

    @app.callback(started, Input("batches-undo-yes", "n_clicks"), selected, prevent_initial_call=True)
    def undo(_: int, rows: list[dict[str, Any]] | None) -> int:
        return start_undo(services, rows)

    @app.callback(
        started,
        Input("batches-redate", "n_clicks"),
        selected,
        State("batches-new-as-of", "value"),
        prevent_initial_call=True,
    )
    def redate(_: int, rows: list[dict[str, Any]] | None, as_of: str | None) -> int:
        return start_redate(services, rows, as_of)
