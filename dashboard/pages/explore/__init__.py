"""Explore: what does this book look like?"""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard.components.chart import chart_card, chart_outputs
from dashboard.components.head import answer_id, page_layout
from dashboard.figures.explore import HEIGHT, MAP_HEIGHT
from dashboard.page import Page
from dashboard.pages.explore import columns, outcomes
from dashboard.services import Services
from dashboard.state import VIEW

PAGE = Page("/explore", "Explore", "Prove", "What does this book look like?")

NO_DRAWER = (
    "The charts of this page are for looking around: they count or draw single loans, stated outcomes and columns as the "
    "files give them, no figure of the catalogue stands behind a point, and so none opens 'why this number'. The rows are "
    "on Segments, with the same filters, and can be taken away there."
)


def layout() -> html.Div:
    """The page without numbers."""
    legend = html.Div([html.Span("Outcome", className="muted"), html.Ul([], id="explore-legend", className="legend")],
                      id="explore-outcomes", className="outcome-line is-absent")  # fmt: skip
    return page_layout(
        PAGE,
        [
            html.Div(
                [chart_card(f"explore-{name}", height=HEIGHT) for name in ("amount", "income")], className="row-even"
            ),
            legend,
            html.Div(
                [chart_card(f"explore-{name}", height=HEIGHT) for name in ("history", "missed")], className="row-even"
            ),
            html.Div(
                [chart_card(f"explore-{name}", height=HEIGHT) for name in ("scatter", "segments")], className="row-even"
            ),
            chart_card("explore-correlation", height=MAP_HEIGHT),
            html.P(NO_DRAWER, className="muted"),
        ],
    )


def register(app: dash.Dash, services: Services) -> None:
    """Two reads: the columns on the day, and how loans ended."""

    @app.callback(output={name: chart_outputs(f"explore-{name}") for name in columns.CHARTS}, inputs=VIEW)
    def on_the_day(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return columns.update_columns(services, search, mode)

    ended = {
        **{name: chart_outputs(f"explore-{name}") for name in outcomes.CHARTS},
        "legend": Output("explore-legend", "children"),
        "legend_class": Output("explore-outcomes", "className"),
        "answer": Output(answer_id(PAGE), "children"),
    }

    @app.callback(output=ended, inputs=VIEW)
    def how_loans_ended(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return outcomes.update_outcomes(services, search, mode)
