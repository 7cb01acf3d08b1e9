"""Plan a trial: arms, shares, outcome, loans; what it could find is worked out while typing. Or close the one looked at."""

from __future__ import annotations

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, html
from dash.exceptions import PreventUpdate

from core.errors import Refused
from core.strategies.catalogue import STRATEGY_NAMES
from core.workflows.policy_arms import triable
from dashboard import ids
from dashboard import text_trials as say
from dashboard.components.reason import reason_field
from dashboard.pages.strategies.seen import Listens, Seen, Shared
from dashboard.pages.strategies.trials import trial_asked, trials_of
from dashboard.strategy_work import decide
from dashboard.text_policy import REASON_LABEL

CARD, SAID, FOUND, WHY = "strategies-plan", "strategies-planned", "strategies-plan-found", "strategies-plan-because"
NAME, ARM, SHARE, LOANS, OUTCOME, START = (
    f"strategies-plan-{part}" for part in ("name", "arm", "share", "loans", "outcome", "start")
)
REGISTER, CLOSE = "strategies-plan-register", "strategies-plan-close"


def card() -> html.Section:
    """The form."""
    outcomes = [{"value": name, "label": words} for name, words in say.OUTCOMES]
    fields = [
        _field(
            "Name", dbc.Input(id=NAME, type="text", value="", size="sm", maxlength=say.MOST_NAME, autocomplete="off")
        ),
        _field("Challenger", dbc.Select(id=ARM, options=_strategies(), value=STRATEGY_NAMES[1], size="sm")),
        _field(
            "Its share, percent",
            dbc.Input(id=SHARE, type="text", value="50", size="sm", inputmode="numeric", maxlength=2, debounce=250),
        ),
        _field(
            "Loans in the smaller arm",
            dbc.Input(id=LOANS, type="text", value="1200", size="sm", inputmode="numeric", maxlength=9, debounce=250),
        ),
        _field("Outcome", dbc.Select(id=OUTCOME, options=outcomes, value=say.OUTCOMES[0][0], size="sm")),
        _field("First day", dbc.Input(id=START, type="date", value="", size="sm")),
    ]
    return html.Section(
        [
            html.H2("Plan a trial: some loans by chance another way, the others as now"),
            html.Div(fields, className="plan-fields"),
            html.P("", id=FOUND, className="subtitle", **{"aria-live": "polite"}),
            reason_field(WHY, REASON_LABEL),
            html.Div(
                [
                    html.Button("Register the trial", id=REGISTER, className="button quiet"),
                    html.Button("Close the trial looked at", id=CLOSE, className="is-absent"),
                ],
                className="actions",
            ),
            html.P("", id=SAID, className="muted", role="status"),
        ],
        className="card",
        id=CARD,
    )


def _strategies() -> list[dict[str, str]]:
    return [{"value": name, "label": name} for name in STRATEGY_NAMES]


def update_arms(seen: Seen) -> list[dict[str, str]]:
    """What a challenger may be: a strategy, or what a learned policy proposes."""
    by_policy = [{"value": f"policy {each.id}", "label": say.policy_arm(each)} for each in triable(seen.policies)]
    return [*_strategies(), *by_policy]


def _field(words: str, control: Any) -> html.Div:
    return html.Div([html.Label(words, htmlFor=control.id), control], className="chooser")


def start_trial(shared: Shared, fields: tuple[str | None, ...], because: str | None) -> str:
    """Queue the registration of a trial. Returns what is wrong, in words; "" where it was asked for."""
    if fields[1] not in {each["value"] for each in update_arms(shared.seen())}:
        return "There is no such challenger by now: choose one of the list."
    try:
        plan = say.plan_of_form(*fields)
    except Refused as refusal:
        return f"{refusal.found}. {refusal.remedy}"
    return decide(shared.services, "plan-trial", {"plan": plan}, because)


def close_trial(shared: Shared, search: str | None, because: str | None) -> str:
    """Queue that the trial looked at is closed, with its verdict or, before there is one, without. Returns what is wrong."""
    told = trial_asked(search, trials_of(shared))
    if told is None or told["status"] not in ("running", "planned"):
        return "There is no running trial to close."
    return decide(
        shared.services, "decide-trial", {"trial": told["name"], "stop": told["verdict"] == "not yet"}, because
    )


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """What could be found follows the form; what was asked for is told here."""

    @app.callback(Output(CLOSE, "className"), **view)
    def closing(search: str | None, **_: Any) -> str:
        told = trial_asked(search, trials_of(shared))
        runs = told is not None and told["status"] in ("running", "planned")
        return "button quiet" if runs else "is-absent"

    @app.callback(Output(ARM, "options"), **view)
    def arms(**_: Any) -> list[dict[str, str]]:
        return update_arms(shared.seen())

    @app.callback(
        Output(FOUND, "children"),
        Input(OUTCOME, "value"),
        Input(LOANS, "value"),
        Input(SHARE, "value"),
        Input(ids.REVISION, "data"),
    )
    def found(outcome: str | None, loans: str | None, share: str | None, _: Any) -> str:
        seen = shared.seen()
        return say.effect_found(seen.content, outcome or "", loans, share, seen.currency)

    fields = [State(name, "value") for name in (NAME, ARM, OUTCOME, LOANS, SHARE, START)]

    @app.callback(
        Output(SAID, "children"), Input(REGISTER, "n_clicks"), Input(CLOSE, "n_clicks"), State(WHY, "value"), State(ids.URL, "search"),
        *fields, prevent_initial_call=True,
    )  # fmt: skip
    def change(
        _register: int | None, _close: int | None, because: str | None, search: str | None, *given: str | None
    ) -> str:
        pressed = dash.ctx.triggered_id
        if pressed not in (REGISTER, CLOSE):
            raise PreventUpdate
        wrong = start_trial(shared, given, because) if pressed == REGISTER else close_trial(shared, search, because)
        return wrong or "Asked for; how far it is stands above."
