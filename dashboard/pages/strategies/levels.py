"""What a loan recovers, costs and leaves under each strategy, were all loans under it."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_levels as say
from dashboard.components.table import empty_table, table_heads, table_rows
from dashboard.pages.strategies.seen import Listens, Seen, Shared

CARD = "strategies-levels"


def card() -> html.Section:
    """The empty table."""
    return html.Section(
        [
            html.H2("", id=f"{CARD}-title"),
            html.P(say.SUBTITLE, className="subtitle"),
            empty_table(CARD, "What a loan recovers, costs and leaves", kind="levels"),
            html.P("", id=f"{CARD}-note", className="subtitle"),
        ],
        className="is-absent",
        id=f"{CARD}-card",
        **{"aria-labelledby": f"{CARD}-title"},
    )


def update_levels(seen: Seen) -> dict[str, Any]:
    """A row a strategy."""
    rows = say.level_rows(seen.content, seen.currency)
    return {
        "title": say.levels_title(seen.content, seen.currency),
        "heads": table_heads(say.HEADS),
        "rows": table_rows(rows, say.HEADS),
        "note": say.levels_note(seen.content),
        "look": "card" if rows else "is-absent",
    }


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The card's one callback."""
    places = {
        "title": Output(f"{CARD}-title", "children"), "heads": Output(f"{CARD}-heads", "children"), "rows": Output(CARD, "children"),
        "note": Output(f"{CARD}-note", "children"), "look": Output(f"{CARD}-card", "className"),
    }  # fmt: skip

    @app.callback(output=places, **view)
    def levels(**_: Any) -> dict[str, Any]:
        return update_levels(shared.seen())
