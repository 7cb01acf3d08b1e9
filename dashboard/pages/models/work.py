"""What a person can do first: train, and see how far that is. The work is the worker's."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, dcc, html, set_props

from core.records import Job
from dashboard import ids
from dashboard import text_batches as told
from dashboard.pages.models.seen import Listens, Shared
from dashboard.services import Services
from dashboard.training import MODEL_JOBS as KINDS
from dashboard.training import start_training

CARD = "models-work"
TRAIN, STOP, PULSE, BAR = "models-train", "models-stop", "models-pulse", "models-bar"
MESSAGE, OUTCOME, SAID, CHANGED = "models-message", "models-outcome", "models-said", "models-changed"
ANEW = "models-alarms-recalibrate"
"""The button beside the alert that advises a recalibration; once pressed it says that it was asked for."""
PULSE_MS, ABSENT, LOOKED_AT = 700, "is-absent", 200


def card() -> html.Section:
    """The button, progress and what came of it, empty."""
    return html.Section(
        [
            html.H2("Train"),
            html.P(
                "A training may take minutes and goes on when this page is closed. A refused model never orders work.",
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
    stop = "button quiet" if job.kind in ("train", "recalibrate") else ABSENT
    return {"bar": "job-bar", "share": str(job.progress), "message": message, "outcome": "", "tone": "notice", "stop": stop,
            "busy": True, "still": False}  # fmt: skip


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
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
            "_": Input(PULSE, "n_intervals"), "known": Input(ids.REVISION, "data"), "begun": Input(SAID, "children"),
            "changed": Input(CHANGED, "children"),
            "recalibrating": Input(ANEW, "children"),
        },
    )  # fmt: skip
    def work(known: int | str | None, **_: Any) -> dict[str, Any]:
        now = update_work(services)
        revision = services.reader().book().revision
        if now["still"] and isinstance(known, int) and known != revision:
            set_props(ids.REVISION, {"data": revision})
        return now

    @app.callback(Output(SAID, "children"), Input(TRAIN, "n_clicks"), prevent_initial_call=True)
    def begin(_train: int | None) -> str:
        return f"Training asked for, job {start_training(services)}."

    @app.callback(Input(STOP, "n_clicks"), prevent_initial_call=True)
    def stop(_: int | None) -> None:
        job = job_of(services)
        if job is not None and not job.is_over:
            services.jobs.cancel(job.id)
