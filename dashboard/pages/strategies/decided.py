"""Who decided what about strategies, when, why, and on which figures."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_strategy_work as say
from dashboard.components.grid import grid, text_column
from dashboard.pages.strategies.seen import Listens, Seen, Shared

CARD = "strategies-log"


def card() -> html.Section:
    """The empty log."""
    wrapped = {"wrapText": True, "autoHeight": True}
    columns = [
        text_column("day", "When", minWidth=190), text_column("what", "What", minWidth=150, **wrapped), text_column("subject", "Of what", minWidth=170, **wrapped),
        text_column("who", "Who", minWidth=90), text_column("because", "Why", minWidth=260, flex=4, **wrapped),
        text_column("figures", "Resting on", minWidth=240, flex=2, **wrapped),
    ]  # fmt: skip
    return html.Section(
        [
            html.H2("", id=f"{CARD}-title"),
            html.P("Nothing here can be changed or taken away.", className="subtitle"),
            grid(CARD, columns, label="Decisions about strategies", rowData=[], empty="Nothing was decided yet."),
        ],
        className="card",
        **{"aria-labelledby": f"{CARD}-title"},
    )


def update_log(seen: Seen) -> tuple[str, list[dict[str, str]]]:
    """Title and rows."""
    return say.log_title(seen.events), say.log_rows(seen.events)


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The log follows the book."""

    @app.callback(Output(f"{CARD}-title", "children"), Output(CARD, "rowData"), **view)
    def log(**_: Any) -> tuple[str, list[dict[str, str]]]:
        return update_log(shared.seen())
