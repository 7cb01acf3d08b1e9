"""How a model did against the one in use when it was trained: the rules of promotion, one a row.

The model is the one the address names; else the newest that waits or was held against the one in use.
"""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from core.records import Model
from dashboard import text_models_registry as say
from dashboard.components.grid import grid, listing, listing_id, listing_look, number_column, text_column
from dashboard.pages.models.seen import Listens, Seen, Shared

CARD = "models-contest"
TITLE, SUBTITLE = f"{CARD}-title", f"{CARD}-subtitle"


def card() -> html.Section:
    """The empty table."""
    columns = [
        text_column("rule", "It had to", minWidth=210, flex=2, wrapText=True, autoHeight=True),
        number_column("figure", "Figure", minWidth=85), number_column("interval", "95 % interval", minWidth=135),
        number_column("n", "n (not recovered)", minWidth=110), text_column("held", "Held?", minWidth=70),
    ]  # fmt: skip
    return html.Section(
        [
            html.H2("", id=TITLE),
            html.P("", id=SUBTITLE, className="subtitle"),
            listing(grid(CARD, columns, label="Rules of promotion", rowData=[])),
        ],
        className="is-absent",
        id=f"{CARD}-card",
        **{"aria-labelledby": TITLE},
    )


def update_contest(seen: Seen) -> dict[str, Any]:
    """Title, subtitle and rules."""
    model = contested(seen)
    rows = say.contest_rows(model)
    return {
        "title": say.contest_title(model), "subtitle": say.contest_subtitle(model), "rows": rows, "look": listing_look(rows),
        "card": "card chart" if say.contest_shown(model) else "is-absent",
    }  # fmt: skip


def contested(seen: Seen) -> Model | None:
    """The model whose contest is shown."""
    if seen.asked:
        return seen.shown
    met = (each for each in seen.models if each.status == "challenger" or each.card.get("comparison"))
    return next(met, seen.shown)


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The card's one callback."""
    places = {
        "title": Output(TITLE, "children"),
        "subtitle": Output(SUBTITLE, "children"),
        "rows": Output(CARD, "rowData"),
        "look": Output(listing_id(CARD), "className"),
        "card": Output(f"{CARD}-card", "className"),
    }

    @app.callback(output=places, **view)
    def contest(search: str | None, **_: Any) -> dict[str, Any]:
        return update_contest(shared.seen(search))
