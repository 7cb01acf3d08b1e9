"""When it was measured, what came since, and the button that measures again, with its progress. The work is the worker's."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, dcc, html, set_props

from core.records import Job
from dashboard import ids
from dashboard import text_batches as told
from dashboard import text_strategy_work as say
from dashboard.pages.strategies.seen import Listens, Seen, Shared
from dashboard.services import Services
from dashboard.strategy_work import JOBS, LOOKED_AT, MEASURE, start_measuring

CARD = "strategies-work"
RUN, STOP, PULSE, BAR = "strategies-measure", "strategies-stop", "strategies-pulse", "strategies-bar"
MESSAGE, OUTCOME, SAID, STATE = "strategies-message", "strategies-outcome", "strategies-said", "strategies-state"
CHANGED = ("strategies-suggested", "strategies-planned")
"""Where the panels that decide say what was asked for."""
PULSE_MS, ABSENT = 700, "is-absent"


def card() -> html.Section:
    """State, button and progress, empty."""
    buttons = [
        html.Button(say.FIRST, id=RUN, className="button"),
        html.Button("Stop", id=STOP, className=ABSENT),
    ]
    return html.Section(
        [
            html.Div([html.P("", id=STATE), html.Div(buttons, className="actions")], className="work-row"),
            html.Progress(id=BAR, value="0", max="1", className=ABSENT, **{"aria-label": "Progress of the job"}),
            html.P("", id=MESSAGE, className="muted", role="status"),
            html.Div("", id=OUTCOME, className="notice", role="status"),
            html.P("", id=SAID, className="muted", role="status"),
            dcc.Interval(id=PULSE, interval=PULSE_MS, disabled=True),
        ],
        className="card slim",
        id=CARD,
        **{"aria-label": "The measurement"},
    )


def job_of(services: Services) -> Job | None:
    """The newest job about strategies, over or not; None where there was none."""
    return next((job for job in services.jobs.recent(LOOKED_AT) if job.kind in JOBS), None)


def update_work(services: Services) -> dict[str, Any]:
    """How far the newest job is, or what came of it; the button is closed while one runs."""
    job = job_of(services)
    still = {
        "bar": ABSENT,
        "share": "0",
        "message": "",
        "outcome": "",
        "tone": "notice",
        "stop": ABSENT,
        "busy": False,
        "still": True,
    }
    if job is None:
        return still
    if job.is_over:
        words, tone = told.outcome(job)
        return {**still, "share": "1", "outcome": words, "tone": f"notice {tone}"}
    message = "stopping" if job.cancel else f"{told.job_title(job)}: {told.job_message(job)}"
    stop = "button quiet" if job.kind == MEASURE else ABSENT
    return {
        **still,
        "bar": "job-bar",
        "share": str(job.progress),
        "message": message,
        "stop": stop,
        "busy": True,
        "still": False,
    }


def update_state(services: Services, seen: Seen) -> tuple[list[Any], str]:
    """When it was measured and what came since; the word on the button."""
    came = 0
    if seen.run is not None:
        known = set(seen.run.batches)
        came = sum(1 for each in services.reader().batches() if each.status == "committed" and each.id not in known)
    return say.state(seen.run, came), say.FIRST if seen.run is None else say.AGAIN


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The card follows the newest job by a pulse of its own; a result makes the page look again."""
    services = shared.services
    places = {
        "bar": Output(BAR, "className"), "share": Output(BAR, "value"), "message": Output(MESSAGE, "children"),
        "outcome": Output(OUTCOME, "children"), "tone": Output(OUTCOME, "className"), "stop": Output(STOP, "className"),
        "busy": Output(RUN, "disabled"), "still": Output(PULSE, "disabled"),
    }  # fmt: skip
    asked = {f"asked_{place}": Input(name, "children") for place, name in enumerate(CHANGED)}

    @app.callback(
        output=places,
        inputs={
            "_": Input(PULSE, "n_intervals"),
            "known": Input(ids.REVISION, "data"),
            "begun": Input(SAID, "children"),
            **asked,
        },
    )
    def work(known: int | str | None, **_: Any) -> dict[str, Any]:
        now = update_work(services)
        revision = services.reader().book().revision
        if now["still"] and isinstance(known, int) and known != revision:
            set_props(ids.REVISION, {"data": revision})
        return now

    @app.callback(Output(STATE, "children"), Output(RUN, "children"), **view)
    def state(**_: Any) -> tuple[list[Any], str]:
        return update_state(services, shared.seen())

    @app.callback(Output(SAID, "children"), Input(RUN, "n_clicks"), prevent_initial_call=True)
    def begin(_: int | None) -> str:
        return f"Asked for, job {start_measuring(services)}. It goes on when this page is closed."

    @app.callback(Input(STOP, "n_clicks"), prevent_initial_call=True)
    def stop(_: int | None) -> None:
        job = job_of(services)
        if job is not None and not job.is_over:
            services.jobs.cancel(job.id)
