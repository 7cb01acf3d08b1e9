"""Batches: bring a file, check it, load it."""

from __future__ import annotations

import dash
from dash import ClientsideFunction, Input, Output, dcc, html

from dashboard import ids
from dashboard.components.head import answer_id, page_layout, sentence
from dashboard.page import Page
from dashboard.pages.batches import book, bring, listing, panel, work
from dashboard.services import Services
from dashboard.text_batches import batches_answer

PAGE = Page("/batches", "Batches", "Data", "Bring a file, check it, load it", filters=False)


def layout() -> html.Div:
    """The page without numbers."""
    return page_layout(
        PAGE,
        [
            html.Div([bring.card(), book.downloads_card()], className="row-2"),
            panel.card(),
            listing.card(),
            html.Div([book.score_card(), book.sample_card()], className="row-even"),
            dcc.Store(id=bring.SENT),
            dcc.Store(id=panel.STARTED),
        ],
    )


def update_answer(services: Services) -> list[object]:
    """What the book is made of, in a sentence."""
    reader = services.reader()
    return sentence(batches_answer(reader.book(), reader.batches()))


def register(app: dash.Dash, services: Services) -> None:
    """The page's callbacks."""

    @app.callback(Output(answer_id(PAGE), "children"), Input(ids.REVISION, "data"))
    def answer(_: int | None) -> list[object]:
        return update_answer(services)

    app.clientside_callback(
        ClientsideFunction("batches", "follow"), Input(panel.STARTED, "data"), prevent_initial_call=True
    )
    bring.register(app, services)
    work.register(app, services)
    listing.register(app, services)
    book.register(app, services)
