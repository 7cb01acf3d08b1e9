"""A person's word, with a reason: on a suggestion, on the policy that waits, on the one in use. The work is the worker's."""

from __future__ import annotations

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, html
from dash.exceptions import PreventUpdate

from core.errors import Refused
from dashboard import text_policy as say
from dashboard.components.reason import reason_field
from dashboard.pages.strategies.seen import Listens, Seen, Shared
from dashboard.pages.strategies.suggestions import told_of
from dashboard.services import Services
from dashboard.strategy_work import decide

CARD = "strategies-decide"
CHOICE, WHY, YES, LATER = "strategies-choice", "strategies-because", "strategies-accept", "strategies-later"
SAID = "strategies-suggested"
CROWN, BACK = "crown", "back"


def card() -> html.Section:
    """The choice, the reason and the buttons, empty."""
    choice = html.Div(
        [html.Label("About", htmlFor=CHOICE), dbc.Select(id=CHOICE, options=[], value="", size="sm")],
        className="chooser",
    )
    return html.Section(
        [
            html.H2("Decide"),
            html.Div([choice, reason_field(WHY, say.REASON_LABEL)], className="models-choice"),
            html.Div(
                [
                    html.Button("Accept", id=YES, className="button quiet"),
                    html.Button("Not now", id=LATER, className="button quiet"),
                ],
                className="actions",
            ),
            html.P("", id=SAID, className="muted", role="status"),
        ],
        className="card",
        id=CARD,
    )


def update_choices(seen: Seen) -> dict[str, Any]:
    """What can be decided; the card is away where that is nothing."""
    told = [
        {"value": str(place), "label": f"{place}. {say.short(each['words'])}"}
        for place, each in enumerate(told_of(seen), start=1)
    ]
    able = say.may_crown(seen)
    if able is not None:
        told.append({"value": CROWN, "label": f"Policy {able.id}: let it propose"})
    if seen.in_use is not None:
        told.append({"value": BACK, "label": f"Policy {seen.in_use.id}: back to the thresholds"})
    return {"options": told, "value": told[0]["value"] if told else "", "look": "card" if told else "is-absent"}


def say_of(services: Services, seen: Seen, about: str | None, because: str | None, *, yes: bool) -> str:
    """Queue what a person says. Returns what is wrong, in words; "" where it was asked for.

    Raises:
        Refused: it is about nothing that can be decided.
    """
    if seen.run is None or about not in {each["value"] for each in update_choices(seen)["options"]}:
        raise Refused("There is nothing of that kind to decide", remedy="Choose one of the list.")
    if about in (CROWN, BACK):
        if not yes:
            return "Nothing changes: a policy is put to work, or taken out of use, by Accept."
        able = say.may_crown(seen)
        if about == BACK:
            return decide(services, "rollback-policy", {"policy": seen.in_use.id if seen.in_use else None}, because)
        return decide(services, "crown-policy", {"policy": able.id if able else None}, because)
    kind = "accept-suggestion" if yes else "refuse-suggestion"
    return decide(services, kind, {"run": seen.run.id, "suggestion": int(about)}, because)


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """What can be decided follows the book; what was decided is told here, its progress above."""
    places = {"options": Output(CHOICE, "options"), "value": Output(CHOICE, "value"), "look": Output(CARD, "className")}

    @app.callback(output=places, **view)
    def choices(**_: Any) -> dict[str, Any]:
        return update_choices(shared.seen())

    @app.callback(
        Output(SAID, "children"), Input(YES, "n_clicks"), Input(LATER, "n_clicks"), State(CHOICE, "value"), State(WHY, "value"),
        prevent_initial_call=True,
    )  # fmt: skip
    def said(_yes: int | None, _later: int | None, about: str | None, because: str | None) -> str:
        pressed = dash.ctx.triggered_id
        if pressed not in (YES, LATER):
            raise PreventUpdate
        wrong = say_of(shared.services, shared.seen(), about, because, yes=pressed == YES)
        return wrong or "Asked for: it stands under Decided in a moment."
