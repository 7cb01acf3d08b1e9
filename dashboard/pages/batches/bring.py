"""The card that takes a file, and what the analyst says about it."""

from __future__ import annotations

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, html
from dash.exceptions import PreventUpdate

from core.columns import KINDS
from core.errors import FileRefused
from dashboard.pages.batches import mapping, panel, work
from dashboard.services import Services
from dashboard.text_batches import KINDS as KIND_WORDS
from dashboard.uploads import STORED_NAME, clean_name

SENT = "batches-sent"
KIND, AS_OF, SCOPE = "batches-kind", "batches-as-of", "batches-scope"
SCOPES = {"full": "the whole book", "partial": "a part of the book"}


def card() -> html.Section:
    """The empty card; assets/upload.js puts the file input into `batches-drop`."""
    kinds = [
        {"value": work.GUESS, "label": "find out"},
        *({"value": kind, "label": KIND_WORDS[kind]} for kind in KINDS),
    ]
    scopes = [{"value": scope, "label": words} for scope, words in SCOPES.items()]
    said = html.Div(
        [
            _field("What it holds", KIND, dbc.Select(id=KIND, options=kinds, value=work.GUESS, size="sm")),
            _field("As of (if its rows have no date)", AS_OF, dbc.Input(id=AS_OF, type="date", value="", size="sm")),
            _field("A portfolio file holds", SCOPE, dbc.Select(id=SCOPE, options=scopes, value="full", size="sm")),
        ],
        className="batches-said",
    )
    return html.Section(
        [
            html.H2("Bring a file"),
            html.P(
                "Any CSV: delimiter, decimal mark and encoding are found out. It is checked first; nothing is stored before you say so. "
                "A loan missing from a file of the whole book has left it.",
                className="subtitle",
            ),
            said,
            html.Div([], id="batches-drop", className="drop"),
        ],
        className="card",
    )


def _field(label: str, control: str, element: Any) -> html.Div:
    return html.Div([html.Label(label, htmlFor=control), element], className="chooser")


def start_check(
    services: Services, sent: dict[str, Any] | None, kind: str | None, as_of: str | None, scope: str | None
) -> int:
    """Queue the check of a file that arrived; what was said about such a file before is said again. Returns the job."""
    if not sent:
        raise PreventUpdate
    path, filename = str(sent.get("path", "")), clean_name(str(sent.get("filename", "")))
    if not STORED_NAME.fullmatch(path) or not (services.uploads / path).is_file():
        raise FileRefused(f"The upload of {filename} is no longer here", remedy="Send the file again.")
    known = mapping.remembered(mapping.header_of(services.uploads / path), services.reader().batches())
    payload = {
        "path": path, "filename": filename, **work.said(kind, as_of, scope), "mapping": mapping.as_text(known[0]) if known else None,
        "remembered": known[1].id if known else None,
    }  # fmt: skip
    return services.jobs.add("check", payload, services.settings.who)


def register(app: dash.Dash, services: Services) -> None:
    """The card's callback."""

    @app.callback(
        Output(panel.STARTED, "data"),
        Input(SENT, "data"),
        State(KIND, "value"),
        State(AS_OF, "value"),
        State(SCOPE, "value"),
        prevent_initial_call=True,
    )
    def check(sent: dict[str, Any] | None, kind: str | None, as_of: str | None, scope: str | None) -> int:
        return start_check(services, sent, kind, as_of, scope)
