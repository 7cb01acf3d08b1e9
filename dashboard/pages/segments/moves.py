"""From one month-end to the next: who changed their segment, who stayed, who left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash
from dash import Output, html

from core.records import Segmentation
from dashboard import text_segments as say
from dashboard.components.switch import switch
from dashboard.components.table import empty_table, table_heads, table_rows
from dashboard.pages.segments.evidence import TABS
from dashboard.services import Services
from dashboard.state import View, page_key, view_of

CARD = "segments-moves"
CONTROLS = ("segments-moves-by",)
MEASURES = (("loans", "Loans"), ("balance", "Balance"))


def card() -> html.Section:
    """The empty card."""
    by = switch(CONTROLS[0], "Counted by", MEASURES, "loans", key="moves")
    head = [html.Div([html.H2("", id=f"{CARD}-title"), html.P("", id=f"{CARD}-subtitle", className="subtitle")]), by]
    return html.Section(
        [html.Div(head, className="card-head"), empty_table(CARD, "Moves between segments", kind="moves")],
        className="card",
    )


def update_moves(services: Services, search: str | None) -> dict[str, Any]:
    """The matrix of the newest whole month up to the day asked about."""
    view = view_of(services, search)
    chosen = replace(view.selection, lasso=None, search="")
    moves = view.reader.segment_moves(chosen, by=["month", "origin", "became"])
    month = say.month_of(moves)
    if month is None:
        empty = {"heads": [], "rows": [], "title": "How loans moved between segments"}
        return empty | {"subtitle": say.moves_absent(len(view.book.days))}
    matrix = moves[moves["month"] == month]
    by_balance = page_key(search, "moves", [name for name, _ in MEASURES], "loans") == "balance"
    heads, rows = say.matrix_cells(matrix, view.reader.values("segment"), by_balance=by_balance)
    fitted = view.reader.segmentation()
    anew = fitted is not None and _fitted_on(view, fitted) == month
    return {
        "title": say.moves_title(matrix, anew=anew),
        "subtitle": say.moves_subtitle(matrix, by_balance=by_balance) + (say.MOVED_BY_THE_FIT if anew else ""),
        "heads": table_heads(heads),
        "rows": table_rows(rows, heads),
    }


def _fitted_on(view: View, segmentation: Segmentation) -> str | None:
    """The day whose loans shaped the segments in use, ISO; None where no file stands behind them."""
    if segmentation.batch_id is None:
        return None
    newest = view.reader.batch(segmentation.batch_id).last_day
    return newest.isoformat() if newest else None


def register(app: dash.Dash, services: Services) -> None:
    """The matrix follows the address."""
    outputs = {
        "title": Output(f"{CARD}-title", "children"), "subtitle": Output(f"{CARD}-subtitle", "children"),
        "heads": Output(f"{CARD}-heads", "children"), "rows": Output(CARD, "children"),
        "tab": Output(TABS.tab("moves"), "children"),
    }  # fmt: skip

    @app.callback(output=outputs, **TABS.whole())
    def draw(search: str | None, **_: Any) -> dict[str, Any]:
        told = update_moves(services, search)
        return told | {"tab": TABS.words("moves", told["title"])}
