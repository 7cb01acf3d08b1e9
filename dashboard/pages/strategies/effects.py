"""What each strategy brought beside what it caused: a row an effect with interval, n and verdict, and how each was come by."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_effects as say
from dashboard.components.badges import strategy_chip
from dashboard.components.table import BELOW, cell, empty_table, table_heads
from dashboard.pages.strategies.seen import Listens, Seen, Shared
from dashboard.text_effects_why import why_lines

CARD = "strategies-effects"
TITLE, SUBTITLE, WHY = f"{CARD}-title", f"{CARD}-subtitle", f"{CARD}-why"


def card() -> html.Section:
    """The empty table, and the place of what stands behind each row."""
    return html.Section(
        [
            html.H2("", id=TITLE),
            html.P("", id=SUBTITLE, className="subtitle"),
            empty_table(CARD, "Effects of strategies", kind="effects"),
            html.Div([], id=WHY, className="whys"),
        ],
        className="is-absent",
        id=f"{CARD}-card",
        **{"aria-labelledby": TITLE},
    )


def update_effects(seen: Seen) -> dict[str, Any]:
    """Title, rows and reasons; away where nothing was measured."""
    effects = seen.effects()
    return {
        "title": say.table_title(seen.run),
        "subtitle": say.table_subtitle(seen.run, seen.currency),
        "heads": table_heads(say.HEADS),
        "rows": [_row(each, seen.currency) for each in effects],
        "why": [_why(each, seen) for each in effects],
        "look": "card" if effects else "is-absent",
    }


def _row(effect: say.Effect, currency: str) -> html.Tr:
    name = html.Th([strategy_chip(effect["strategy"]), html.Small(say.OUTCOME[effect["outcome"]])], scope="row")
    cells = [
        cell(_lines(text), head) for text, head in zip(say.effect_cells(effect, currency), say.HEADS[1:], strict=True)
    ]
    return html.Tr([name, *cells], className=f"is-{say.direction(effect)}")


def _lines(text: str) -> list[Any]:
    first, *rest = text.split(BELOW)
    return [first, *map(html.Small, rest)]


def _why(effect: say.Effect, seen: Seen) -> html.Details:
    words = f"Why this number: {effect['strategy']}, {say.OUTCOME[effect['outcome']]}"
    return html.Details([html.Summary(words), *map(html.P, why_lines(effect, seen.content))], className="as-table")


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The card's one callback."""
    places = {
        "title": Output(TITLE, "children"), "subtitle": Output(SUBTITLE, "children"), "heads": Output(f"{CARD}-heads", "children"),
        "rows": Output(CARD, "children"), "why": Output(WHY, "children"), "look": Output(f"{CARD}-card", "className"),
    }  # fmt: skip

    @app.callback(output=places, **view)
    def effects(**_: Any) -> dict[str, Any]:
        return update_effects(shared.seen())
