"""Segments: who are they, and which ones do we work?"""

from __future__ import annotations

import dash
from dash import dcc, html

from dashboard.components.head import page_layout
from dashboard.components.switch import keep_in_url
from dashboard.page import Page
from dashboard.pages.segments import confirm, listing, moves, others, priorities, profiles, scatter, sureness
from dashboard.pages.segments.evidence import TABS
from dashboard.services import Services

PAGE = Page("/segments", "Segments", "Work", "Who are they, and which ones do we work?")


def layout() -> html.Div:
    """The page without numbers."""
    return page_layout(
        PAGE,
        [
            html.P(["Score: ", html.Span("", id="segments-badge", className="badge-pill")], className="score-line"),
            html.Div([scatter.card(), profiles.card(priorities.part())], className="row-2 segments-row"),
            TABS.row(),
            *TABS.panels([[listing.card()], [sureness.card()], [moves.card()], [others.card()]]),
            dcc.Store(id=listing.KEYS),
        ],
    )


def register(app: dash.Dash, services: Services) -> None:
    """The page's callbacks."""
    for control in (*scatter.CONTROLS, *listing.CONTROLS, *moves.CONTROLS):
        keep_in_url(app, control)
    TABS.register(app)
    profiles.register(app, services, PAGE)
    priorities.register(app, services)
    scatter.register(app, services)
    listing.register(app, services)
    confirm.register(app, services)
    sureness.register(app, services)
    moves.register(app, services)
    others.register(app, services)
