"""The rule score, fact by fact: what orders the work as long as no model does."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_models_start as say
from dashboard.pages.models.seen import Listens, Seen, Shared

CARD = "models-rule"


def card() -> html.Section:
    """The empty card."""
    return html.Section(
        [
            html.H2(say.RULE_TITLE),
            html.P(say.RULE_SUBTITLE, className="subtitle"),
            html.Dl([], id=f"{CARD}-facts", className="facts"),
        ],
        id=CARD,
        className="is-absent",
    )


def update_rule(seen: Seen) -> tuple[list[html.Div], str]:
    """The facts of the rule, and the class of the card: absent while a model that can be read orders the work."""
    if seen.champion is not None and not seen.damage:
        return [], "is-absent"
    return [html.Div([html.Dt(name), html.Dd(words)]) for name, words in say.rule_facts()], "card"


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The card follows the book."""

    @app.callback(Output(f"{CARD}-facts", "children"), Output(CARD, "className"), **view)
    def rule(search: str | None, **_: Any) -> tuple[list[html.Div], str]:
        return update_rule(shared.seen(search))
