"""Models in the shadow: scored beside the one in use on each newest day without ordering work, and how far they agree."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_models_registry as say
from dashboard.components.grid import grid, number_column, text_column
from dashboard.pages.models.seen import Listens, Shared

CARD = "models-shadow"
TITLE = f"{CARD}-title"
MOST_ROWS = 24


def card() -> html.Section:
    """The empty table."""
    columns = [
        number_column("model", "Model", minWidth=70, maxWidth=80), text_column("day", "Day", minWidth=105),
        text_column("against", "Beside", minWidth=100), number_column("n", "n", minWidth=75),
        number_column("rank", "Rank correlation, 95 % interval", minWidth=185),
        number_column("band", "Another band, 95 % interval", minWidth=200),
        number_column("strategy", "Another strategy, 95 % interval", minWidth=200),
    ]  # fmt: skip
    return html.Section(
        [
            html.H2("", id=TITLE),
            html.P(say.SHADOWED, className="subtitle"),
            grid(CARD, columns, label="Models in the shadow", rowData=[]),
        ],
        className="is-absent",
        id=f"{CARD}-card",
        **{"aria-labelledby": TITLE},
    )


def update_shadow(shared: Shared) -> tuple[str, list[dict[str, str]]]:
    """The title and the rows of days the book holds."""
    reader = shared.services.reader()
    days = {day.isoformat() for day in reader.book().days}
    held = [each for each in reader.shadows() if each.as_of in days]
    return say.shadow_title(held), say.shadow_rows(held[:MOST_ROWS])


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The table follows the book."""

    @app.callback(Output(TITLE, "children"), Output(CARD, "rowData"), Output(f"{CARD}-card", "className"), **view)
    def shadow(**_: Any) -> tuple[str, list[dict[str, str]], str]:
        title, rows = update_shadow(shared)
        return title, rows, "card" if rows else "is-absent"
