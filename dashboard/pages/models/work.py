"""What a person can do: train, put another model in use, roll back; and how far that is. The work is the worker's."""

from __future__ import annotations

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, dcc, html, set_props

from core.errors import Refused
from core.records import Job
from core.workflows.promote import to_return
from dashboard import ids
from dashboard import text_batches as told
from dashboard import text_models_registry as say
from dashboard.pages.models.seen import Seen, Shared
from dashboard.services import Services
from dashboard.training import start_training

CARD = "models-work"
TRAIN, STOP, PROMOTE, BACK = "models-train", "models-stop", "models-promote", "models-rollback"
CHOICE, WHY, PULSE, BAR = "models-choice", "models-because", "models-pulse", "models-bar"
MESSAGE, OUTCOME, SAID = "models-message", "models-outcome", "models-said"
KINDS = ("train", "promote", "rollback")
PULSE_MS, ABSENT, LOOKED_AT = 700, "is-absent", 200
MOST_WORDS = 500


def card() -> html.Section:
    """Buttons, progress and what came of it, empty."""
    reason = html.Div(
        [
            html.Label("Why? It stands in the log with your name", htmlFor=WHY),
            dbc.Input(id=WHY, value="", type="text", maxLength=MOST_WORDS, size="sm"),
        ],
        className="chooser",
    )
    choice = html.Div(
        [html.Label("Model", htmlFor=CHOICE), dbc.Select(id=CHOICE, options=[], value="", size="sm")],
        className="chooser",
    )
    return html.Section(
        [
            html.H2("Train, put in use, roll back"),
            html.P(
                "A training takes minutes and goes on when this page is closed. A refused model never orders work.",
                className="subtitle",
            ),
            html.Div(
                [
                    html.Button("Train on outcomes", id=TRAIN, className="button"),
                    html.Button("Stop", id=STOP, className=ABSENT),
                ],
                className="actions",
            ),
            html.Progress(id=BAR, value="0", max="1", className=ABSENT, **{"aria-label": "Progress of the job"}),
            html.P("", id=MESSAGE, className="muted", role="status"),
            html.Div("", id=OUTCOME, className="notice", role="status"),
            html.Div([choice, reason], className="models-choice"),
            html.Div(
                [
                    html.Button("Put it in use", id=PROMOTE, className="button quiet"),
                    html.Button("Roll back", id=BACK, className="button quiet"),
                ],
                className="actions",
            ),
            html.P("", id=SAID, className="muted", role="status"),
            dcc.Interval(id=PULSE, interval=PULSE_MS, disabled=True),
        ],
        className="card",
        id=CARD,
    )


def job_of(services: Services) -> Job | None:
    """The newest job about models, over or not; None where there was none."""
    return next((job for job in services.jobs.recent(LOOKED_AT) if job.kind in KINDS), None)


def update_work(services: Services) -> dict[str, Any]:
    """How far the newest job is, or what came of it; buttons are closed while one runs."""
    job = job_of(services)
    if job is None:
        return {"bar": ABSENT, "share": "0", "message": "", "outcome": "", "tone": "notice", "stop": ABSENT, "busy": False,
                "still": True}  # fmt: skip
    if job.is_over:
        words, tone = told.outcome(job)
        return {"bar": ABSENT, "share": "1", "message": told.job_title(job), "outcome": words, "tone": f"notice {tone}",
                "stop": ABSENT, "busy": False, "still": True}  # fmt: skip
    message = "stopping" if job.cancel else f"{told.job_title(job)}: {told.job_message(job)}"
    stop = "button quiet" if job.kind == "train" else ABSENT
    return {"bar": "job-bar", "share": str(job.progress), "message": message, "outcome": "", "tone": "notice", "stop": stop,
            "busy": True, "still": False}  # fmt: skip


def update_choices(services: Services, seen: Seen) -> tuple[list[dict[str, str]], str, bool, str, bool]:
    """What may be put in use, which of it is chosen, and what a rollback would bring back."""
    able = say.candidates(seen.models)
    back = to_return(services.reader())
    words = f"Roll back to model {back.id}" if back else "Nothing to roll back to"
    return able, able[0]["value"] if able else "", not able, words, back is None


def start_change(services: Services, number: str | None, because: str | None) -> str:
    """Queue a promotion of that model, or a rollback where none is given. Returns what to say."""
    words = " ".join((because or "").split())
    if not words:
        return "Say why first: it stands in the log with your name."
    if any(job.kind in KINDS and not job.is_over for job in services.jobs.recent(LOOKED_AT)):
        return "Another job about models is at work: wait until it is done."
    if number is None:
        services.jobs.add("rollback", {"because": words[:MOST_WORDS]}, services.settings.who)
        return ""
    able = {each["value"] for each in say.candidates(services.reader().models())}
    if number not in able:
        raise Refused("That model cannot be put in use", remedy="Choose one of the list.")
    payload = {"model": int(number), "because": words[:MOST_WORDS]}
    services.jobs.add("promote", payload, services.settings.who)
    return ""


def register(app: dash.Dash, shared: Shared) -> None:
    """The card follows the newest job by a pulse of its own; a result makes the page look again."""
    services = shared.services
    places = {
        "bar": Output(BAR, "className"), "share": Output(BAR, "value"), "message": Output(MESSAGE, "children"),
        "outcome": Output(OUTCOME, "children"), "tone": Output(OUTCOME, "className"), "stop": Output(STOP, "className"),
        "busy": Output(TRAIN, "disabled"), "still": Output(PULSE, "disabled"),
    }  # fmt: skip

    @app.callback(
        output=places,
        inputs={
            "_": Input(PULSE, "n_intervals"),
            "known": Input(ids.REVISION, "data"),
            "begun": Input(SAID, "children"),
        },
    )
    def work(known: int | str | None, **_: Any) -> dict[str, Any]:
        now = update_work(services)
        revision = services.reader().book().revision
        if now["still"] and isinstance(known, int) and known != revision:
            set_props(ids.REVISION, {"data": revision})
        return now

    @app.callback(
        Output(CHOICE, "options"), Output(CHOICE, "value"), Output(PROMOTE, "disabled"), Output(BACK, "children"),
        Output(BACK, "disabled"), Input(ids.URL, "search"), Input(ids.REVISION, "data"),
    )  # fmt: skip
    def choices(search: str | None, _: int | str | None) -> tuple[list[dict[str, str]], str, bool, str, bool]:
        return update_choices(services, shared.seen(search))

    @app.callback(
        Output(SAID, "children"), Input(TRAIN, "n_clicks"), Input(PROMOTE, "n_clicks"), Input(BACK, "n_clicks"),
        State(CHOICE, "value"), State(WHY, "value"), prevent_initial_call=True,
    )  # fmt: skip
    def begin(
        _train: int | None, _promote: int | None, _back: int | None, number: str | None, because: str | None
    ) -> str:
        if dash.ctx.triggered_id == TRAIN:
            return f"Training asked for, job {start_training(services)}."
        return (
            start_change(services, number or "" if dash.ctx.triggered_id == PROMOTE else None, because) or "Asked for."
        )

    @app.callback(Input(STOP, "n_clicks"), prevent_initial_call=True)
    def stop(_: int | None) -> None:
        job = job_of(services)
        if job is not None and not job.is_over:
            services.jobs.cancel(job.id)
