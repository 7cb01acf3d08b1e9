"""What needs attention: a few computed sentences, most money first, each with its evidence and where to look."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash
from dash import Output, dcc, html

from core.metrics.attention import Attention, attention
from core.monitoring.alerts import alerts
from core.selection import DIMENSIONS
from core.workflows.monitored import of_model
from dashboard import text_attention as say
from dashboard.services import Services
from dashboard.state import VIEW, View, view_of
from dashboard.text_attention import Told
from dashboard.text_drift import attention_of

CARD = "portfolio-attention"
LIST, SUBTITLE, UNSEEN = f"{CARD}-list", f"{CARD}-subtitle", f"{CARD}-unseen"


def card() -> html.Section:
    """The list, empty."""
    head = html.Div([html.H2(say.HEADING, id=f"{CARD}-title"), html.P("", id=SUBTITLE, className="subtitle")])
    return html.Section(
        [
            html.Div(head, className="card-head"),
            html.Div([], id=LIST, role="status"),
            html.P("", id=UNSEEN, className="subtitle unseen"),
        ],
        className="card",
        **{"aria-labelledby": f"{CARD}-title"},
    )


def update_attention(services: Services, search: str | None) -> tuple[list[Any], str, str]:
    """The sentences, what was looked at, and what could not be."""
    view = view_of(services, search)
    seen = attention(view.reader, view.selection, view.today, services.settings.pack_days)
    return _items(view, seen, _score(view)), say.attention_subtitle(seen, view.as_of), say.unseen_words(seen.unseen)


def _score(view: View) -> Told | None:
    """What stands out about the model in use, as known then and up to the day looked at; None where nothing does."""
    champion = view.reader.champion()
    if champion is None:
        return None
    rows = of_model(view.reader.monitoring(view.selection.known_on), champion.id)
    return attention_of(alerts(row for row in rows if row["as_of"] <= view.as_of.isoformat()))


def _items(view: View, seen: Attention, score: Told | None = None) -> list[Any]:
    if not seen.concerns and score is None:
        return [html.P([html.B(say.CALM), "."], className="calm")] if seen.rates else [html.P(f"{say.UNJUDGED}.")]
    words = [say.told(concern) for concern in seen.concerns[: say.MOST_SHOWN]] + ([score] if score else [])
    return [
        html.Ol(
            [
                html.Li([html.P(html.B(each.finding)), html.P([each.evidence, " ", dcc.Link(each.link, href=_href(view, each.path))])])
                for each in words
            ],
            className="concerns",
        )
    ]  # fmt: skip


def _href(view: View, path: str) -> str:
    """The page with the view's own filters, narrowed further by those of the path, and the page's own key where it has one."""
    page, _, own = path.partition("?")
    name, _, value = own.partition("=")
    selection = view.selection.only(**{name: (value,)}) if name in DIMENSIONS else view.selection
    query = replace(selection, lasso=None, search="").to_query()
    kept = "&".join(part for part in (query, "" if name in DIMENSIONS else own) if part)
    return f"{page}?{kept}" if kept else page


def register(app: dash.Dash, services: Services) -> None:
    """The list listens to the view."""
    places = [Output(LIST, "children"), Output(SUBTITLE, "children"), Output(UNSEEN, "children")]

    @app.callback(places, inputs=VIEW)
    def needs(search: str | None, **_: Any) -> tuple[list[Any], str, str]:
        return update_attention(services, search)
