"""The field's tutorials on this book, beside the model: right about a flag it made itself, and what that says of paying."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_models_recipe as say
from dashboard.components.grid import grid, number_column, text_column
from dashboard.pages.models.seen import Listens, Seen, Shared

CARD = "models-recipe"
TITLE, SUBTITLE, NOTE = f"{CARD}-title", f"{CARD}-subtitle", f"{CARD}-note"


def card() -> html.Section:
    """The table of both scores, empty."""
    columns = [
        text_column("what", "Figure of", minWidth=230, flex=2, wrapText=True, autoHeight=True),
        number_column("figure", "Figure", minWidth=80), number_column("interval", "95 % interval", minWidth=130),
        number_column("n", "n", minWidth=80),
    ]  # fmt: skip
    return html.Section(
        [
            html.H2("", id=TITLE),
            html.P("", id=SUBTITLE, className="subtitle"),
            grid(CARD, columns, label="The tutorials' recipe and the model", rowData=[]),
            html.P("", id=NOTE, className="muted"),
        ],
        className="is-absent",
        id=f"{CARD}-card",
        **{"aria-labelledby": TITLE},
    )


def update_recipe(seen: Seen) -> dict[str, Any]:
    """Title, rows and note of the model looked at."""
    shown = seen.shown
    rows = say.recipe_rows(shown)
    return {
        "title": say.recipe_title(shown),
        "subtitle": say.recipe_subtitle(shown),
        "rows": rows,
        "look": "card" if rows else "is-absent",
        "note": say.recipe_note(shown),
    }


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The card follows the model looked at."""
    places = {
        "title": Output(TITLE, "children"), "subtitle": Output(SUBTITLE, "children"), "rows": Output(CARD, "rowData"),
        "note": Output(NOTE, "children"), "look": Output(f"{CARD}-card", "className"),
    }  # fmt: skip

    @app.callback(output=places, **view)
    def recipe(search: str | None, **_: Any) -> dict[str, Any]:
        return update_recipe(shared.seen(search))
