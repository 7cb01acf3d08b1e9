"""K-means beside hierarchical clustering, a Gaussian mixture, DBSCAN and the tutorials' recipe, on the same loans."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, dcc, html

from dashboard import text_segments as say
from dashboard.components.table import empty_table, table_rows
from dashboard.pages.segments.evidence import TABS
from dashboard.pages.segments.sureness import POLL_MS, watch
from dashboard.services import Services
from dashboard.state import view_of

CARD = "segments-others"
BUTTON, SAID, JOB, CLOCK, TABLE = (f"{CARD}-{part}" for part in ("compare", "said", "job", "clock", "table"))


def card() -> html.Section:
    """The empty card."""
    words = html.Div([html.H2("", id=f"{CARD}-title"), html.P("", id=f"{CARD}-subtitle", className="subtitle")])
    button = html.Button("Compare now", id=BUTTON, className="button quiet")
    return html.Section(
        [
            html.Div([words, button], className="card-head"),
            html.P("", id=SAID, className="muted", role="status"),
            html.Div(empty_table(CARD, "Ways to find groups", say.WAYS, kind="ways"), id=TABLE, className="is-absent"),
            html.Ul([], id=f"{CARD}-verdict", className="fit-sentences"),
            dcc.Store(id=JOB),
            dcc.Interval(id=CLOCK, interval=POLL_MS, disabled=True),
        ],
        className="card",
    )


def update_others(services: Services, search: str | None) -> dict[str, Any]:
    """The comparison that the worker kept with the segments in use."""
    segmentation = view_of(services, search).reader.segmentation()
    comparison = segmentation.comparison if segmentation else None
    return {
        "title": say.others_title(comparison),
        "subtitle": say.others_subtitle(comparison),
        "table": "" if comparison else "is-absent",
        "rows": table_rows(say.others_rows(comparison), say.WAYS),
        "verdict": [html.Li(line) for line in comparison["verdict"]] if comparison else [],
    }


def start_comparison(services: Services) -> tuple[int | None, str]:
    """Queue the comparison; no job where there is nothing to compare."""
    if services.reader().segmentation() is None:
        return None, f"Nothing to compare, because {say.NO_SEGMENTS}."
    return services.jobs.add("compare segments", {}, services.settings.who), "Queued."


def register(app: dash.Dash, services: Services) -> None:
    """The card, and the comparison by a click."""
    outputs = {
        "title": Output(f"{CARD}-title", "children"), "subtitle": Output(f"{CARD}-subtitle", "children"),
        "table": Output(TABLE, "className"), "rows": Output(CARD, "children"),
        "verdict": Output(f"{CARD}-verdict", "children"),
        "tab": Output(TABS.tab("ways"), "children"),
    }  # fmt: skip

    @app.callback(output=outputs, **TABS.whole())
    def draw(search: str | None, **_: Any) -> dict[str, Any]:
        told = update_others(services, search)
        return told | {"tab": TABS.words("ways", say.others_words(len(told["rows"])))}

    @app.callback(
        Output(JOB, "data"), Output(SAID, "children"), Output(CLOCK, "disabled"), Input(BUTTON, "n_clicks"),
        prevent_initial_call=True,
    )  # fmt: skip
    def begin(_clicks: int | None) -> tuple[Any, str, bool]:
        number, words = start_comparison(services)
        return number, words, number is None

    watch(app, services, said=SAID, job=JOB, clock=CLOCK)
