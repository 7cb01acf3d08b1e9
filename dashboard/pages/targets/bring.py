"""The card that takes a file of targets: checked first, set when a person says so."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, html, set_props
from dash.exceptions import PreventUpdate

from core.errors import FileRefused, Refused, Reject
from core.intake.targets import CheckedTargets
from core.workflows.targets import bring, check
from dashboard import ids
from dashboard import text_targets as say
from dashboard.components.grid import grid, number_column, text_column
from dashboard.services import Services
from dashboard.uploads import STORED_NAME, clean_name, discard

SENT = "targets-sent"
SET, DISCARD, REJECTS = "targets-set", "targets-discard", "targets-rejects"
PARTS = {
    "outcome": ("targets-outcome", "children"), "tone": ("targets-outcome", "className"),
    "findings": ("targets-findings", "children"), "rejects": (REJECTS, "rowData"), "rejects_class": ("targets-rejects-part", "className"),
    "set": (SET, "className"), "discard": (DISCARD, "className"),
}  # fmt: skip
ABSENT = "is-absent"
MOST_REJECTS = 500
NOTHING: dict[str, Any] = {
    "outcome": "", "tone": "notice", "findings": "", "rejects": [], "rejects_class": ABSENT, "set": ABSENT, "discard": ABSENT,
}  # fmt: skip


def card() -> html.Section:
    """The empty card; assets/upload.js puts the file input into `targets-drop`."""
    columns = [
        number_column("line", "Line", minWidth=60, maxWidth=64), text_column("column", "Column", minWidth=96, maxWidth=108),
        text_column("value", "Value", minWidth=90, maxWidth=120, tooltipField="value"),
        text_column("reason", "Why it was refused", minWidth=240, flex=2, wrapText=True, autoHeight=True),
    ]  # fmt: skip
    rejects = grid(REJECTS, columns, label="Rows with a fault", height=220, columnSize=None,
                   dashGridOptions={"localeText": {"noRowsToShow": say.NO_ROWS}})  # fmt: skip
    return html.Section(
        [
            html.H2("Bring a file"),
            html.P(say.BRING_NOTE, className="subtitle targets-note"),
            html.Div([], id="targets-drop", className="drop"),
            html.Div("", id="targets-outcome", className="notice", role="status"),
            html.P("", id="targets-findings", className="muted"),
            html.Div(rejects, id="targets-rejects-part", className=ABSENT),
            html.Div(
                [
                    html.Button("Set these targets", id=SET, className=ABSENT),
                    html.Button("Discard", id=DISCARD, className=ABSENT),
                ],
                className="actions",
            ),
        ],
        className="card targets-bring",
    )


def update_check(services: Services, sent: dict[str, Any] | None) -> dict[str, Any]:
    """What the check of a file that arrived found."""
    if not sent:
        raise PreventUpdate
    path, filename = _names(sent)
    try:
        checked = check(_stored(services, path, filename), services.reader())
    except Refused as refusal:
        discard(services.uploads, path)
        return {**NOTHING, "outcome": str(refusal), "tone": "notice bad"}
    return _report(checked, filename)


def set_targets(services: Services, sent: dict[str, Any] | None) -> dict[str, Any]:
    """Set the targets of the file that was checked: it is read again, so that what is set is what is there."""
    path, filename = _names(sent or {})
    who = services.settings.who
    try:
        done = bring(
            _stored(services, path, filename),
            reader=services.reader(),
            writer=services.writer,
            today=services.today(),
            who=who,
        )
    except Refused as refusal:
        return {**NOTHING, "outcome": str(refusal), "tone": "notice bad"}
    discard(services.uploads, path)
    if done.rejected:
        return {**NOTHING, "outcome": say.check_words(filename, len(done.targets), done.rejected), "tone": "notice bad"}
    return {**NOTHING, "outcome": say.brought(done.written, filename, who), "tone": "notice good"}


def drop_file(services: Services, sent: dict[str, Any] | None) -> dict[str, Any]:
    """Forget the file that was sent."""
    discard(services.uploads, _names(sent or {})[0])
    return NOTHING


def _names(sent: dict[str, Any]) -> tuple[str, str]:
    return str(sent.get("path", "")), clean_name(str(sent.get("filename", "")))


def _stored(services: Services, path: str, filename: str) -> Any:
    if not STORED_NAME.fullmatch(path) or not (services.uploads / path).is_file():
        raise FileRefused(f"The upload of {filename} is no longer here", remedy="Send the file again.")
    return services.uploads / path


def _report(checked: CheckedTargets, filename: str) -> dict[str, Any]:
    good, rejected = len(checked.frame), checked.rejected
    return {
        "outcome": say.check_words(filename, good, rejected),
        "tone": "notice bad" if rejected else "notice",
        "findings": " ".join(checked.findings),
        "rejects": [_row(reject) for reject in checked.rejects[:MOST_REJECTS]],
        "rejects_class": "" if rejected else ABSENT,
        "set": ABSENT if rejected else "button",
        "discard": "button quiet",
    }


def _row(reject: Reject) -> dict[str, Any]:
    return {"line": reject.line, "column": reject.column, "value": reject.value, "reason": reject.reason}


def register(app: dash.Dash, services: Services) -> None:
    """Check, set, discard."""
    steps = {SET: set_targets, DISCARD: drop_file}

    @app.callback(
        output={name: Output(*place) for name, place in PARTS.items()},
        inputs={"sent": Input(SENT, "data"), "_set": Input(SET, "n_clicks"), "_discard": Input(DISCARD, "n_clicks")},
        prevent_initial_call=True,
    )
    def step(sent: dict[str, Any] | None, **_: Any) -> dict[str, Any]:
        change = steps.get(dash.ctx.triggered_id, update_check)(services, sent)
        if dash.ctx.triggered_id == SET:
            set_props(ids.REVISION, {"data": services.reader().book().revision})
        return change
