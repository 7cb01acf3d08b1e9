"""What the model looked at had to pass, rule by rule: its figure, its interval, its n, and whether it held."""

from __future__ import annotations

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Output, dcc, html

from dashboard import text_models as say
from dashboard.components.switch import keep_in_url
from dashboard.components.table import empty_table, table_rows
from dashboard.pages.models.seen import IN_USE, KEY, Listens, Seen, Shared
from dashboard.text_models_registry import choices

CARD = "models-verdict"
TITLE, SUBTITLE, BADGE = f"{CARD}-title", f"{CARD}-subtitle", f"{CARD}-badge"
SHOWN, CHOOSER = "models-shown", "models-shown-chooser"


def card() -> html.Section:
    """A badge, the choice of the model looked at, and the table of rules, empty."""
    chooser = html.Div(
        [
            html.Label(say.LOOKED_AT, htmlFor=SHOWN),
            dbc.Select(id=SHOWN, options=choices([], IN_USE), value=IN_USE, size="sm"),
            dcc.Store(id=f"{SHOWN}-key", data={"key": KEY, "default": IN_USE}),
        ],
        id=CHOOSER,
        className="is-absent",
    )
    head = [
        html.Div([html.H2("", id=TITLE), html.P("", id=SUBTITLE, className="subtitle")]),
        html.Div([html.Span("", id=BADGE, className="badge-pill"), chooser], className="card-controls"),
    ]
    return html.Section(
        [
            html.Div(head, className="card-head"),
            empty_table(CARD, "What a model has to pass", say.CHECK_HEADS, kind="checks"),
        ],
        className="card chart",
        **{"aria-labelledby": TITLE},
    )


def update_verdict(seen: Seen) -> dict[str, Any]:
    """Title, badge and rules of the model looked at."""
    told = say.verdict_of(seen.models, seen.champion, seen.damage)
    if seen.champion is not None and seen.shown is not seen.champion:
        told = say.Verdict("", "not in use", "neutral")
    return {
        "title": say.checks_title(seen.shown),
        "subtitle": say.checks_subtitle(seen.shown),
        "badge": told.badge,
        "tone": f"badge-pill {told.tone}",
        "rows": say.check_rows(seen.card),
        "choices": choices(seen.models, IN_USE),
        "chooser": "chooser" if len(seen.models) > 1 else "is-absent",
    }


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The card follows the book; the model looked at is kept in the address."""
    keep_in_url(app, SHOWN)
    places = {
        "title": Output(TITLE, "children"), "subtitle": Output(SUBTITLE, "children"), "badge": Output(BADGE, "children"),
        "tone": Output(BADGE, "className"), "rows": Output(CARD, "children"),
        "choices": Output(SHOWN, "options"), "chooser": Output(CHOOSER, "className"),
    }  # fmt: skip

    @app.callback(output=places, **view)
    def verdict(search: str | None, **_: Any) -> dict[str, Any]:
        told = update_verdict(shared.seen(search))
        cells = [[row[name] for name in ("rule", "figure", "interval", "n", "held")] for row in told["rows"]]
        return told | {"rows": table_rows(cells, say.CHECK_HEADS)}
