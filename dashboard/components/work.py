"""What a page had the worker do: the buttons that begin and stop it, how far the newest job is, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import dash
from dash import Input, Output, dcc, html, set_props
from dash.development.base_component import Component

from dashboard import ids
from dashboard import text_batches as say
from dashboard.at_work import newest
from dashboard.services import Services

PULSE_MS, ABSENT = 700, "is-absent"


@dataclass(frozen=True, slots=True)
class Work:
    """The work of one page.

    Attributes:
        page: prefix of its ids.
        begins: id of the button that asks for a job.
        kinds: of the jobs that are followed.
        stoppable: those that can be stopped while they run.
        heard: other places of the page whose words say that a job was asked for.
    """

    page: str
    begins: str
    kinds: tuple[str, ...]
    stoppable: tuple[str, ...]
    heard: tuple[str, ...]

    def part(self, name: str) -> str:
        """The id of a part: stop, pulse, bar, message, outcome or said."""
        return f"{self.page}-{name}"

    def buttons(self, words: str) -> html.Div:
        """The button that begins, and the one that stops."""
        return html.Div(
            [
                html.Button(words, id=self.begins, className="button"),
                html.Button("Stop", id=self.part("stop"), className=ABSENT),
            ],
            className="actions",
        )

    def progress(self) -> list[Component]:
        """How far it is and what came of it, empty."""
        bar = {"value": "0", "max": "1", "className": ABSENT, "aria-label": "Progress of the job"}
        return [
            html.Progress(id=self.part("bar"), **bar),
            html.P("", id=self.part("message"), className="muted", role="status"),
            html.Div("", id=self.part("outcome"), className="notice", role="status"),
            html.P("", id=self.part("said"), className="muted", role="status"),
            dcc.Interval(id=self.part("pulse"), interval=PULSE_MS, disabled=True),
        ]

    def told(self, services: Services) -> dict[str, Any]:
        """How far the newest job is, or what came of it; the button is closed while one runs."""
        job = newest(services, self.kinds)
        still = {
            "bar": ABSENT, "share": "0", "message": "", "outcome": "", "tone": "notice", "stop": ABSENT, "busy": False, "still": True,
        }  # fmt: skip
        if job is None:
            return still
        title = say.job_title(job)
        if job.is_over:
            words, tone = say.outcome(job)
            return {**still, "share": "1", "message": title, "outcome": words, "tone": f"notice {tone}"}
        message = "stopping" if job.cancel else f"{title}: {say.job_message(job)}"
        stop = "button quiet" if job.kind in self.stoppable else ABSENT
        under_way = {"bar": "job-bar", "share": str(job.progress), "message": message, "stop": stop}
        return {**still, **under_way, "busy": True, "still": False}

    def register(self, app: dash.Dash, services: Services, begin: Callable[[Services], str]) -> None:
        """The panel follows the newest job by a pulse of its own; a result makes the page look again.

        Args:
            begin: asks for a job; returns what is said of it.
        """
        self._follow(app, services)

        @app.callback(Output(self.part("said"), "children"), Input(self.begins, "n_clicks"), prevent_initial_call=True)
        def asked_for(_: int | None) -> str:
            return begin(services)

        @app.callback(Input(self.part("stop"), "n_clicks"), prevent_initial_call=True)
        def stop(_: int | None) -> None:
            job = newest(services, self.kinds)
            if job is not None and not job.is_over:
                services.jobs.cancel(job.id)

    def _follow(self, app: dash.Dash, services: Services) -> None:
        places: Mapping[str, Output] = {
            "bar": Output(self.part("bar"), "className"), "share": Output(self.part("bar"), "value"),
            "message": Output(self.part("message"), "children"), "outcome": Output(self.part("outcome"), "children"),
            "tone": Output(self.part("outcome"), "className"), "stop": Output(self.part("stop"), "className"),
            "busy": Output(self.begins, "disabled"), "still": Output(self.part("pulse"), "disabled"),
        }  # fmt: skip
        heard = {f"heard_{each}": Input(name, "children") for each, name in enumerate((self.part("said"), *self.heard))}

        @app.callback(
            output=places,
            inputs={"_": Input(self.part("pulse"), "n_intervals"), "known": Input(ids.REVISION, "data"), **heard},
        )
        def work(known: int | str | None, **_: Any) -> dict[str, Any]:
            now = self.told(services)
            revision = services.reader().book().revision
            if now["still"] and isinstance(known, int) and known != revision:
                set_props(ids.REVISION, {"data": revision})
            return now
