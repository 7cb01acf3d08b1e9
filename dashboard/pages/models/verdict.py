"""What the model looked at had to pass, rule by rule: its figure, its interval, its n, and whether it held."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_models as say
from dashboard.components.grid import grid, number_column, text_column
from dashboard.pages.models.seen import Seen, Shared
from dashboard.state import VIEW

CARD = "models-verdict"
TITLE, SUBTITLE, BADGE = f"{CARD}-title", f"{CARD}-subtitle", f"{CARD}-badge"


def card() -> html.Section:
    """A badge, and the table of rules, empty."""
    columns = [
        text_column("rule", "It had to", minWidth=190, flex=2, wrapText=True, autoHeight=True),
        number_column("figure", "Figure", minWidth=80), number_column("interval", "95 % interval", minWidth=120),
        number_column("n", "n", minWidth=110), text_column("held", "Held?", minWidth=80, wrapText=True, autoHeight=True),
    ]  # fmt: skip
    head = [
        html.Div([html.H2("", id=TITLE), html.P("", id=SUBTITLE, className="subtitle")]),
        html.Span("", id=BADGE, className="badge-pill"),
    ]
    return html.Section(
        [
            html.Div(head, className="card-head"),
            grid(CARD, columns, label="What the model had to pass", rowData=[], empty="Nothing was trained yet."),
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
    }


def register(app: dash.Dash, shared: Shared) -> None:
    """The card's one callback."""
    places = {
        "title": Output(TITLE, "children"), "subtitle": Output(SUBTITLE, "children"), "badge": Output(BADGE, "children"),
        "tone": Output(BADGE, "className"), "rows": Output(CARD, "rowData"),
    }  # fmt: skip

    @app.callback(output=places, inputs=VIEW)
    def verdict(search: str | None, **_: Any) -> dict[str, Any]:
        return update_verdict(shared.seen(search))
