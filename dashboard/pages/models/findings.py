"""What each tab found, on the tab itself, and at its end what it cannot tell yet and why."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_models_tabs as say
from dashboard.components.tabs import KEY, Tabs
from dashboard.pages.models.contest import contested
from dashboard.pages.models.seen import Shared
from dashboard.pages.models.watched import watched
from dashboard.state import page_key

TABS = Tabs("models", "Evidence about the score", say.TABS)
KEYS = [key for key, _ in say.TABS]


def untold_id(key: str) -> str:
    """Where a tab says what it cannot tell."""
    return f"models-untold-{key}"


def untold_place(key: str) -> html.Div:
    """That place, empty."""
    return html.Div([], id=untold_id(key), className="is-absent")


def update_findings(shared: Shared, search: str | None) -> dict[str, list[Any]]:
    """Of every tab, in their order: its words, whether it is left out, and what it cannot tell."""
    seen, model, rows = watched(shared, search)
    found = {
        "good": say.good(seen.shown, seen.champion, seen.damage), "holds": say.holds(rows), "why": say.why(seen.card),
        "out": say.out(seen.shown), "which": say.which(seen.models, seen.champion),
    }  # fmt: skip
    shadows = len(shared.services.reader().shadows())
    untold = say.untold(seen.shown, model, rows, contested(seen), shadows)
    here = page_key(search, KEY, KEYS, KEYS[0])
    return {
        "words": [TABS.words(key, found[key]) for key in KEYS],
        "hidden": [key != here and say.left_out(key, seen.shown, rows) for key in KEYS],
        "untold": [_list(untold[key]) for key in KEYS],
        "looks": ["untold" if untold[key] else "is-absent" for key in KEYS],
    }


def _list(told: list[tuple[str, str]]) -> list[Any]:
    return [html.Ul([html.Li([html.B(what), ": ", why]) for what, why in told])] if told else []


def register(app: dash.Dash, shared: Shared) -> None:
    """The findings follow the book and the model looked at."""
    TABS.register(app)
    places = {
        "words": [Output(TABS.tab(key), "children") for key in KEYS], "hidden": [Output(TABS.tab(key), "hidden") for key in KEYS],
        "untold": [Output(untold_id(key), "children") for key in KEYS], "looks": [Output(untold_id(key), "className") for key in KEYS],
    }  # fmt: skip

    @app.callback(output=places, **TABS.whole())
    def findings(search: str | None, **_: Any) -> dict[str, list[Any]]:
        return update_findings(shared, search)
