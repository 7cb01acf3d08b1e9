"""What the effects rest on: which loans, what was left out, what was adjusted for and what not, and who measured."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_effects_why as say
from dashboard.components.facts import fact_rows
from dashboard.pages.strategies.seen import Listens, Seen, Shared
from dashboard.text_levels import changes_words

CARD = "strategies-rests"


def card() -> html.Section:
    """The empty facts, and the place of what changed."""
    return html.Section(
        [
            html.H2("What it rests on"),
            html.Ul([], id=f"{CARD}-changes", className="concerns"),
            html.Dl([], id=f"{CARD}-facts", className="facts"),
        ],
        className="is-absent",
        id=CARD,
    )


def update_rests(seen: Seen) -> tuple[list[Any], list[Any], str]:
    """The facts, the effects that changed, and whether there is anything."""
    facts = say.rest_facts(seen.run)
    changed = [html.Li(words, className="amber") for words in changes_words(seen.content.get("changes") or ())]
    return fact_rows(say.REST, facts) if facts else [], changed, "card" if facts else "is-absent"


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The card follows the run."""

    @app.callback(
        Output(f"{CARD}-facts", "children"), Output(f"{CARD}-changes", "children"), Output(CARD, "className"), **view
    )
    def rests(**_: Any) -> tuple[list[Any], list[Any], str]:
        return update_rests(shared.seen())
