"""What a training needs and what this book has of it; shown until something was trained."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from core.metrics.ripeness import ripe_day
from core.metrics.vintages import matured
from core.scores.rows.target import WINDOW_MONTHS
from core.selection import Selection
from dashboard import text_models_start as say
from dashboard.components.facts import fact_rows
from dashboard.pages.models.seen import Listens, Seen, Shared
from dashboard.services import Services

CARD = "models-needs"


def card() -> html.Section:
    """The empty facts."""
    return html.Section(
        [html.H2(say.NEEDS_TITLE), html.Dl([], id=f"{CARD}-facts", className="facts")], id=CARD, className="is-absent"
    )


def update_needs(services: Services, seen: Seen) -> dict[str, str] | None:
    """The facts by name; None once something was trained."""
    if seen.models:
        return None
    reader = services.reader()
    day = seen.book.days[-1]
    until = ripe_day(seen.book, day, "payments")
    placed = reader.placed(Selection(as_of=day), ["cohort"])
    received = seen.book.payments_until or until
    ripe, most = (
        int(matured(placed, known, WINDOW_MONTHS)["loans"].sum()) if len(placed) else 0
        for known in (until, max(until, received))
    )
    return say.needs(seen.book, ripe, until, most - ripe)


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The card follows the book."""

    @app.callback(Output(f"{CARD}-facts", "children"), Output(CARD, "className"), **view)
    def needs(search: str | None, **_: Any) -> tuple[list[Any], str]:
        told = update_needs(shared.services, shared.seen(search))
        return ([], "is-absent") if told is None else (fact_rows(say.NEEDS, told), "card")
