"""When it was measured, what came since, and the button that measures again, with its progress. The work is the worker's."""

from __future__ import annotations

from typing import Any

import dash
from dash import Output, html

from dashboard import text_strategy_work as say
from dashboard.components.work import Work
from dashboard.pages.strategies.seen import Listens, Seen, Shared
from dashboard.services import Services
from dashboard.strategy_work import JOBS, MEASURE, start_measuring

CARD = "strategies-work"
RUN, STATE = "strategies-measure", "strategies-state"
CHANGED = ("strategies-suggested", "strategies-planned")
"""Where the panels that decide say what was asked for."""
WORK = Work("strategies", RUN, JOBS, stoppable=(MEASURE,), heard=CHANGED)


def card() -> html.Section:
    """State, button and progress, empty."""
    return html.Section(
        [html.Div([html.P("", id=STATE), WORK.buttons(say.FIRST)], className="work-row"), *WORK.progress()],
        className="card slim",
        id=CARD,
        **{"aria-label": "The measurement"},
    )


def update_state(services: Services, seen: Seen) -> tuple[list[Any], str]:
    """When it was measured and what came since; the word on the button."""
    came = 0
    if seen.run is not None:
        known = set(seen.run.batches)
        came = sum(1 for each in services.reader().batches() if each.status == "committed" and each.id not in known)
    return say.state(seen.run, came), say.FIRST if seen.run is None else say.AGAIN


def begin(services: Services) -> str:
    """Ask for a measurement; what is said of it."""
    return f"Asked for, job {start_measuring(services)}. It goes on when this page is closed."


def register(app: dash.Dash, shared: Shared, view: Listens) -> None:
    """The card follows the newest job about strategies; its state tells what came since the page's own measurement."""
    WORK.register(app, shared.services, begin)

    @app.callback(Output(STATE, "children"), Output(RUN, "children"), **view)
    def state(**_: Any) -> tuple[list[Any], str]:
        return update_state(shared.services, shared.seen())
