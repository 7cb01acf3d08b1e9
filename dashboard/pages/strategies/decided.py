"""Who decided what about strategies, when, why, and on which figures."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from dashboard import text_strategy_work as say
from dashboard.components import pager
from dashboard.components.table import empty_table, table_heads, table_rows
from dashboard.pages.strategies.seen import Listens, Seen, Shared

CARD = "strategies-log"
FIRST = f"{CARD}-first"
"""How many newer lines than those shown there are."""
MOST = 18


def card() -> html.Section:
    """The empty log."""
    return html.Section(
        [
            html.H2("", id=f"{CARD}-title"),
            html.P(say.LOG_NOTE, className="subtitle"),
            empty_table(CARD, "Decisions about strategies", kind="log"),
            pager.pager(CARD),
            dcc.Store(id=FIRST),
        ],
        className="card",
        **{"aria-labelledby": f"{CARD}-title"},
    )


def update_log(seen: Seen, first: int | None = None, step: int = 0) -> dict[str, Any]:
    """Title, heads and a page of rows.

    Args:
        first: how many newer lines than those shown there were, as this function returned it.
        step: +1 for older lines, -1 for newer ones, 0 for the newest.
    """
    events = seen.events
    begin = max(0, (first or 0) + step * MOST) if step else 0
    shown = events[begin : begin + MOST]
    return {
        "title": say.log_title(events), "heads": table_heads(say.LOG_HEADS if shown else ()),
        "rows": table_rows(say.log_rows(shown), say.LOG_HEADS), "place": pager.place(begin + 1, len(shown), len(events)),
        "previous": begin == 0, "next": begin + MOST >= len(events), "first": begin,
    }  # fmt: skip


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The log follows the book; buttons turn its pages."""
    places = {
        "title": Output(f"{CARD}-title", "children"), "heads": Output(f"{CARD}-heads", "children"), "rows": Output(CARD, "children"),
        "place": Output(f"{CARD}-place", "children"), "previous": Output(f"{CARD}-previous", "disabled"),
        "next": Output(f"{CARD}-next", "disabled"), "first": Output(FIRST, "data"),
    }  # fmt: skip
    turns = {
        "newer": Input(f"{CARD}-previous", "n_clicks"), "older": Input(f"{CARD}-next", "n_clicks"), "first": State(FIRST, "data"),
    }  # fmt: skip

    @app.callback(output=places, **{**view, "inputs": {**view["inputs"], **turns}})
    def log(first: int | None, **_: Any) -> dict[str, Any]:
        step = {f"{CARD}-next": 1, f"{CARD}-previous": -1}.get(str(dash.ctx.triggered_id), 0)
        return update_log(shared.seen(), first, step)
