"""A person's decision on which model is in use: put another one there, roll back, or take it out of use, with a reason. The work is the worker's."""

from __future__ import annotations

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, html
from dash.exceptions import PreventUpdate

from core.errors import Refused
from core.workflows.promote import to_return
from core.workflows.reasons import whole_reason
from dashboard import text_models_registry as say
from dashboard.at_work import is_busy
from dashboard.components.reason import reason_field
from dashboard.pages.models.seen import Listens, Seen, Shared
from dashboard.pages.models.work import CHANGED
from dashboard.services import Services
from dashboard.training import MODEL_JOBS

CARD = "models-decide"
CHOICE, WHY, PROMOTE, BACK = "models-choice", "models-because", "models-promote", "models-rollback"
OUT = "models-withdraw"


def card() -> html.Section:
    """The choice, the reason and the buttons, empty."""
    choice = html.Div(
        [html.Label("Model", htmlFor=CHOICE), dbc.Select(id=CHOICE, options=[], value="", size="sm")],
        className="chooser",
    )
    return html.Section(
        [
            html.H2("Put another model in use, roll back, or take it out of use"),
            html.Div([choice, reason_field(WHY, say.REASON_LABEL)], className="models-choice"),
            html.Div(
                [
                    html.Button("Put it in use", id=PROMOTE, className="button quiet"),
                    html.Button("Roll back", id=BACK, className="button quiet"),
                    html.Button("Take out of use", id=OUT, className="button quiet"),
                ],
                className="actions",
            ),
            html.P("", id=CHANGED, className="muted", role="status"),
        ],
        className="card",
        id=CARD,
    )


def update_choices(services: Services, seen: Seen) -> dict[str, Any]:
    """What may be put in use, which of it is chosen, what a rollback would bring back and what is in use; the card is away
    where a person could do nothing."""
    able = say.candidates(seen.models)
    back = to_return(services.reader())
    return {
        "options": able, "value": able[0]["value"] if able else "", "none": not able,
        "words": f"Roll back to model {back.id}" if back else "Nothing to roll back to", "no_back": back is None,
        "out": f"Take model {seen.champion.id} out of use" if seen.champion else "No model is in use",
        "none_out": seen.champion is None, "look": "card" if able or back or seen.champion else "is-absent",
    }  # fmt: skip


def start_change(services: Services, number: str | None, because: str | None, *, out: bool = False) -> str:
    """Queue a promotion of that model, or a rollback (`out`: that none is in use) where none is given. Returns what to say."""
    try:
        words = whole_reason(because)
    except Refused as refusal:
        return str(refusal)
    if not words:
        return "Say why first: it stands in the log with your name."
    if is_busy(services, MODEL_JOBS):
        return "Another job about models is at work: wait until it is done."
    models = services.reader().models()
    in_use = next((each.id for each in models if each.status == "champion"), None)
    said = {"because": words, "in_use": in_use}
    if number is None:
        services.jobs.add("withdraw" if out else "rollback", said, services.settings.who)
        return ""
    able = {each["value"] for each in say.candidates(models)}
    if number not in able:
        raise Refused("That model cannot be put in use", remedy="Choose one of the list.")
    services.jobs.add("promote", {"model": int(number), **said}, services.settings.who)
    return ""


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """What can be decided follows the book; what was decided is told here, and its progress beside the training."""
    places = {
        "options": Output(CHOICE, "options"), "value": Output(CHOICE, "value"), "none": Output(PROMOTE, "disabled"),
        "words": Output(BACK, "children"), "no_back": Output(BACK, "disabled"), "look": Output(CARD, "className"),
        "out": Output(OUT, "children"), "none_out": Output(OUT, "disabled"),
    }  # fmt: skip

    @app.callback(output=places, **view)
    def choices(search: str | None, **_: Any) -> dict[str, Any]:
        return update_choices(shared.services, shared.seen(search))

    @app.callback(
        Output(CHANGED, "children"), Input(PROMOTE, "n_clicks"), Input(BACK, "n_clicks"),
        Input(OUT, "n_clicks"), State(CHOICE, "value"), State(WHY, "value"), prevent_initial_call=True,
    )  # fmt: skip
    def change(
        _promote: int | None, _back: int | None, _out: int | None, number: str | None, because: str | None
    ) -> str:
        pressed = dash.ctx.triggered_id
        if pressed not in (PROMOTE, BACK, OUT):
            raise PreventUpdate
        asked = number or "" if pressed == PROMOTE else None
        return (
            start_change(shared.services, asked, because, out=pressed == OUT)
            or "Asked for; how far it is stands beside the training."
        )
