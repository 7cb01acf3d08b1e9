"""The drawer that says why a number is what it is, and lists the rows behind it."""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import Output, dcc, html

from dashboard import ids
from dashboard.components.grid import grid
from dashboard.components.pager import pager

GRID = "why-rows"
KEYS = "why-rows-keys"
HEIGHT = 380


def drawer() -> dbc.Offcanvas:
    """The empty drawer. Fill it with `explanation_outputs` and `rows_outputs`."""
    head = html.Div(
        [
            html.H2("", id="why-title"),
            html.Button("Close", id="why-close", className="button quiet", **{"aria-label": "Close why this number"}),
        ],
        className="why-head",
    )
    explanation = [
        html.P("", id="why-value", className="why-value"),
        html.P("", id="why-because", className="muted"),
        html.P("", id="why-formula", className="why-formula"),
        html.P("", id="why-source", className="muted why-source"),
        html.Dl([], id="why-facts", className="facts"),
    ]
    rows = [
        html.Div(
            [
                html.H3("The rows behind it"),
                html.A("All rows as CSV", id="why-csv", href="", className="link", download=""),
            ],
            className="why-rows-head",
        ),
        html.Div([], id="why-sides", className="why-sides", role="group", **{"aria-label": "Which rows"}),
        html.P("", id="why-rows-note", className="subtitle"),
        grid(GRID, [], label="The rows behind the number", height=HEIGHT, rowData=[]),
        pager(GRID),
        dcc.Store(id=KEYS),
    ]
    body = html.Div(
        [
            html.P("Reading the rows ...", className="why-waiting muted", role="status"),
            html.Div([*explanation, html.Div(rows, id="why-rows-part")], className="why-content"),
        ],
        id="why-body",
        className="why-body is-waiting",
    )
    return dbc.Offcanvas(
        [head, body],
        id=ids.DRAWER,
        is_open=False,
        placement="end",
        close_button=False,
        keyboard=True,
        autofocus=True,
        labelledby="why-title",
        class_name="why-drawer",
    )


def explanation_outputs() -> dict[str, Output]:
    """Where the words go, by part."""
    places = {"title": "why-title", "value": "why-value", "because": "why-because", "formula": "why-formula",
              "source": "why-source", "facts": "why-facts", "sides": "why-sides"}  # fmt: skip
    return {
        **{part: Output(id, "children") for part, id in places.items()},
        "state": Output("why-body", "className"),
        "rows_state": Output("why-rows-part", "className"),
        "csv": Output("why-csv", "href"),
    }


def rows_outputs() -> dict[str, Output]:
    """Where the rows go, by part."""
    return {
        "note": Output("why-rows-note", "children"),
        "columns": Output(GRID, "columnDefs"),
        "rows": Output(GRID, "rowData"),
        "place": Output(f"{GRID}-place", "children"),
        "previous": Output(f"{GRID}-previous", "disabled"),
        "next": Output(f"{GRID}-next", "disabled"),
        "keys": Output(KEYS, "data"),
    }


def why_button(query: str, label: str, *, described_by: str = "") -> html.Button:
    """What opens the drawer on a number.

    Args:
        query: the number's address, `Why.to_query()`.
        label: the number's name, read out.
        described_by: id of a text that tells the same without the drawer.
    """
    more = {"aria-describedby": described_by} if described_by else {}
    return html.Button(
        "why this number",
        className="why-link",
        **{"data-why": query, "aria-haspopup": "dialog", "aria-label": f"why this number: {label}", **more},
    )
