"""What the newest run suggests, in words with n and interval."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_policy as say
from dashboard.components.badges import badge
from dashboard.pages.strategies.seen import Listens, Seen, Shared

CARD = "strategies-suggestions"
MOST = 9
"""Of groups at most 8, and the limit that should be wider."""


def card() -> html.Section:
    """The empty list."""
    return html.Section(
        [
            html.H2("", id=f"{CARD}-title"),
            html.P(say.SUGGESTIONS_NOTE, className="subtitle"),
            html.Ol([], id=CARD, className="suggestions"),
        ],
        className="card",
        **{"aria-labelledby": f"{CARD}-title"},
    )


def told_of(seen: Seen) -> list[Any]:
    """The suggestions shown, in the order of the run."""
    return list(seen.content.get("suggestions") or ())[:MOST]


def update_suggestions(seen: Seen) -> tuple[str, list[html.Li]]:
    """The suggestions with what was said of each."""
    told = told_of(seen)
    standing = say.standing(seen.run, seen.events)
    return say.suggestions_title(seen.run, told), [
        _item(each, standing.get(place, "")) for place, each in enumerate(told, start=1)
    ]


def _item(suggestion: Any, standing: str) -> html.Li:
    words = [suggestion["words"], " ", badge(say.strength_words(suggestion), say.strength_tone(suggestion))]
    return html.Li([*words, *([html.Small(standing, className="muted")] if standing else [])])


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The list follows the run."""

    @app.callback(Output(f"{CARD}-title", "children"), Output(CARD, "children"), **view)
    def suggestions(**_: Any) -> tuple[str, list[html.Li]]:
        return update_suggestions(shared.seen())
