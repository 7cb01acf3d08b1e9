"""What the expected recovery rests on: how well loans are told, which strategies are known, how intervals are made."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_models_rate as say
from dashboard.components.facts import fact_rows
from dashboard.pages.models.seen import Listens, Seen, Shared

CARD = "models-rate-facts"
FACTS = (
    ("beats", "Against pooled experience"), ("known", "Strategies it knows"), ("unknown", "Strategies it does not know"),
    ("held", "Rates learned"), ("loan", "Interval of one loan"), ("sum", "Interval of a sum"), ("limits", "Not covered by the intervals"),
)  # fmt: skip


def card() -> html.Section:
    """The empty facts."""
    return html.Section(
        [
            html.H2("", id=f"{CARD}-title"),
            html.P("", id=f"{CARD}-subtitle", className="subtitle"),
            html.Dl([], id=f"{CARD}-list", className="facts"),
        ],
        className="card",
        id=CARD,
        **{"aria-labelledby": f"{CARD}-title"},
    )


def update_facts(seen: Seen) -> dict[str, str]:
    """Title, subtitle and every fact of the model looked at, by name; the card is away where there is no rate model."""
    told = say.rate_of(seen.shown)
    if told is None:
        nothing = dict.fromkeys((name for name, _ in FACTS), "")
        return nothing | {"title": say.FACTS_TITLE, "subtitle": say.no_rate(seen.shown), "look": "is-absent"}
    return say.facts(told) | {"title": say.facts_title(told), "subtitle": say.facts_subtitle(told), "look": "card"}


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The facts follow the model looked at."""
    places = {
        "title": Output(f"{CARD}-title", "children"), "subtitle": Output(f"{CARD}-subtitle", "children"),
        "look": Output(CARD, "className"), "facts": Output(f"{CARD}-list", "children"),
    }  # fmt: skip

    @app.callback(output=places, **view)
    def facts(search: str | None, **_: Any) -> dict[str, Any]:
        told = update_facts(shared.seen(search))
        return {name: told[name] for name in ("title", "subtitle", "look")} | {"facts": fact_rows(FACTS, told)}
