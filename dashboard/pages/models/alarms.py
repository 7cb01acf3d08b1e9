"""What stands out about the score, worst first, each with what to do; and what has not matured yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash
from dash import Input, Output, State, html

from core.monitoring.alerts import RECALIBRATE, Alert, alerts
from core.records import Model
from dashboard import ids
from dashboard import text_drift as say
from dashboard.pages.models.seen import Listens, Shared
from dashboard.pages.models.watched import watched
from dashboard.pages.models.work import ANEW
from dashboard.training import start_recalibration

CARD = "models-alarms"
TITLE, SUBTITLE, LIST = f"{CARD}-title", f"{CARD}-subtitle", f"{CARD}-list"
MOST_SHOWN = 8


def card() -> html.Section:
    """The list, empty."""
    head = [html.H2("", id=TITLE), html.P("", id=SUBTITLE, className="subtitle")]
    return html.Section(
        [
            *head,
            html.Div([], id=LIST, role="status"),
            html.Button(say.RECALIBRATE, id=ANEW, className="is-absent"),
        ],
        className="is-absent",
        id=CARD,
        **{"aria-labelledby": TITLE},
    )


def update_alarms(model: Model | None, rows: Sequence[dict[str, Any]]) -> tuple[str, str, list[Any], str]:
    """Title, what was looked at, the alerts, and what waits to mature."""
    found = alerts(rows)
    shown = [html.P(say.nothing_watched(model), className="absent")] if not rows else _list(found, model)
    return say.alarms_title(found, rows), say.alarms_subtitle(rows, model), shown, say.maturity_words(rows)


def advised(model: Model | None, rows: Sequence[dict[str, Any]]) -> Alert | None:
    """The alert of the model in use that asks for a recalibration; None where none does, or where its order fell too."""
    found = alerts(rows) if model is not None and model.status == "champion" else []
    if any(each.kind == "ranking" for each in found):
        return None
    return next((each for each in found if each.kind in RECALIBRATE), None)


def _list(found: Sequence[Alert], model: Model | None) -> list[Any]:
    if not found:
        return [html.P([html.B(say.CALM), "."], className="calm")]
    return [
        html.Ol(
            [
                html.Li(
                    [
                        html.P([html.B(say.told(each).finding), " ", html.Span(each.level, className=f"badge-pill {_tone(each)}")]),
                        html.P([say.told(each).evidence, " ", each.to_do if model is not None else say.RULE_TO_DO]),
                    ],
                    className=each.level,
                )
                for each in found[:MOST_SHOWN]
            ],
            className="concerns",
        )
    ]  # fmt: skip


def _tone(alert: Alert) -> str:
    return "bad" if alert.level == "red" else "neutral"


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The card follows the model looked at."""
    places = [
        Output(TITLE, "children"),
        Output(SUBTITLE, "children"),
        Output(LIST, "children"),
        Output(CARD, "className"),
    ]

    @app.callback(places, **view)
    def alarms(search: str | None, **_: Any) -> tuple[str, str, list[Any], str]:
        _, model, rows = watched(shared, search)
        title, subtitle, listed, waits = update_alarms(model, rows)
        return (
            title,
            subtitle,
            [*listed, html.P(waits, id=f"{CARD}-maturity", className="subtitle")],
            "card" if rows else "is-absent",
        )

    @app.callback(Output(ANEW, "className"), Output(ANEW, "children"), **view)
    def button(search: str | None, **_: Any) -> tuple[str, str]:
        _, model, rows = watched(shared, search)
        return "is-absent" if advised(model, rows) is None else "button", say.RECALIBRATE

    @app.callback(
        Output(ANEW, "children", allow_duplicate=True), Input(ANEW, "n_clicks"), State(ids.URL, "search"), prevent_initial_call=True,
    )  # fmt: skip
    def recalibrate(_: int | None, search: str | None) -> str:
        _, model, rows = watched(shared, search)
        alert = advised(model, rows)
        if alert is None:
            return say.NOT_ADVISED
        return say.recalibrating(start_recalibration(shared.services, say.reason_of(alert)))
