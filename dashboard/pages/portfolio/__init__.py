"""Portfolio: how are we doing, and what needs attention?"""

from __future__ import annotations

import dash
from dash import html

from dashboard import compared
from dashboard.components.head import page_layout
from dashboard.components.switch import keep_in_url
from dashboard.page import Page
from dashboard.pages.portfolio import attention, bridge, change, evidence, expected, headline, restated, stuck, year
from dashboard.services import Services

PAGE = Page("/", "Portfolio", "See", "How are we doing, and what needs attention?")


def layout() -> html.Div:
    """The page without numbers."""
    return page_layout(
        PAGE,
        [
            compared.controls(PAGE.key),
            restated.line(),
            headline.cards(),
            html.Div(
                [html.Div([attention.card(), year.lost_cards()], className="stack"), year.card()], className="row-even"
            ),
            headline.counter_cards(),
            html.Div([change.card(), bridge.card()], className="row-even"),
            html.Div([stuck.card(), evidence.freshness_card()], className="row-2"),
            expected.card(),
            evidence.largest_card(),
        ],
    )


def register(app: dash.Dash, services: Services) -> None:
    """The page's callbacks."""
    for control in (*compared.controls_of(PAGE.key), *change.CONTROLS, *stuck.CONTROLS):
        keep_in_url(app, control)
    headline.register(app, services, PAGE)
    for part in (restated, attention, year, change, bridge, stuck, expected, evidence):
        part.register(app, services)
