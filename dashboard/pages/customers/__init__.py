"""Customers and sites: who owes us, and where is more recovered?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
from dash import html

from core.metrics.catalogue import definition
from core.metrics.customers import customer_measures
from core.metrics.measure import Measure
from core.selection import Selection
from dashboard import format as show
from dashboard.components.head import page_layout
from dashboard.components.kpi import kpi_card, kpi_outputs, kpi_props
from dashboard.components.switch import keep_in_url
from dashboard.page import Page
from dashboard.pages.customers import borrower, several, sites
from dashboard.services import Services
from dashboard.state import VIEW, View, view_of

PAGE = Page("/customers", "Customers and sites", "See", "Who owes us, and where is more recovered?")

FIGURES = ("borrowers", "borrowers_in_arrears", "loans_per_borrower", "loans")
MOST_DAYS = 24
"""A trend counts the borrowers of so many days, the newest ones."""


def layout() -> html.Div:
    """The page without numbers."""
    cards = [kpi_card(f"customers-{name}", definition(name).label) for name in FIGURES]
    return page_layout(
        PAGE,
        [
            html.Div(cards, className="kpis by-four"),
            borrower.card(),
            sites.card(),
            sites.table_card(),
            html.Div([several.largest_card(), several.sizes_card()], className="row-2"),
        ],
    )


def update_headline(services: Services, search: str | None, mode: str | None) -> dict[str, Any]:
    """How many borrowers, how many of them behind, and the loans they have."""
    view = view_of(services, search)
    now = _measures(view, view.selection)
    before = _measures(view, view.before) if view.before else {}
    before_on = show.day_beside(view.selection.against, view.as_of) if view.selection.against else ""
    trends = _trends(view)
    return {
        name: kpi_props(
            now[name], label=definition(name).label, better=definition(name).better, mode=mode, before=before.get(name),
            before_on=before_on, trend=trends.get(name, ()), formula=definition(name).formula,
        )
        for name in FIGURES
    }  # fmt: skip


def _measures(view: View, selection: Selection) -> Mapping[str, Measure]:
    loans = int(view.reader.stock(selection).iloc[0]["loans"])
    return customer_measures(view.reader, selection) | {"loans": Measure(loans, loans, 1.0, loans, "count")}


def _trends(view: View) -> dict[str, list[float]]:
    """The counts over the newest days; only of the whole book, whose days are added up already."""
    if view.selection.filters:
        return {}
    days = [day for day in view.book.days if day <= view.as_of][-MOST_DAYS:]
    counts = [_measures(view, view.selection.at(day)) for day in days]
    return {name: [figures[name].value for figures in counts] for name in FIGURES if name != "loans_per_borrower"}


def register(app: dash.Dash, services: Services) -> None:
    """The page's callbacks."""
    for control in (*sites.CONTROLS, *borrower.CONTROLS):
        keep_in_url(app, control)

    @app.callback(output={name: kpi_outputs(f"customers-{name}") for name in FIGURES}, inputs=VIEW)
    def headline(search: str | None, mode: str | None, **_: Any) -> dict[str, Any]:
        return update_headline(services, search, mode)

    sites.register(app, services, PAGE)
    several.register(app, services)
    borrower.register(app, services)
