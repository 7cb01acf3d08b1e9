"""Nothing here: an address that leads to no page."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.badges import state_card


def layout() -> html.Div:
    """The page, with the way back."""
    card = state_card(
        "", "Nothing stands at this address.", dcc.Link("Back to Portfolio", href="/", className="button")
    )
    head = html.Header(
        [html.H1("This page does not exist"), html.P("Perhaps the address was cut short.", className="answer")],
        className="page-head",
    )
    return html.Div([head, html.Div(card, className="page-body")], className="page")
