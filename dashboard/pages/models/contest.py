"""How the model looked at did against the one in use when it was trained: the rules of promotion, one a row."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_models_registry as say
from dashboard.components.grid import grid, number_column, text_column
from dashboard.pages.models.seen import Seen, Shared
from dashboard.state import VIEW

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
            html.Div([html.H2("", id=TITLE), html.P("", id=SUBTITLE, className="subtitle")]),
            grid(CARD, columns, label="Rules of promotion", rowData=[], empty="There was no contest."),
        ],
        className="card chart",
        **{"aria-labelledby": TITLE},
    )


def update_contest(seen: Seen) -> dict[str, Any]:
    """Title, subtitle and rules."""
    model = seen.shown
    return {"title": say.contest_title(model), "subtitle": say.contest_subtitle(model), "rows": say.contest_rows(model)}


def register(app: dash.Dash, shared: Shared) -> None:
    """The card's one callback."""
    places = {
        "title": Output(TITLE, "children"),
        "subtitle": Output(SUBTITLE, "children"),
        "rows": Output(CARD, "rowData"),
    }

    @app.callback(output=places, inputs=VIEW)
    def contest(search: str | None, **_: Any) -> dict[str, Any]:
        return update_contest(shared.seen(search))
