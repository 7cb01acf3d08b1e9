"""How sure segments are: borderline loans, loans unlike anything seen, how still the segments hold; and a refit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash
from dash import Input, Output, State, dcc, html, no_update, set_props

from core.errors import Refused
from core.selection import NOT_STATED
from core.workflows.segments import LONGEST_REASON, checked_reason
from dashboard import ids
from dashboard import text_segments as say
from dashboard.components.reason import reason_field
from dashboard.components.table import empty_table, table_rows
from dashboard.pages.segments.evidence import TABS
from dashboard.services import Services
from dashboard.state import view_of

CARD = "segments-sure"
REASON, REFIT, SAID, JOB, CLOCK = (f"segments-refit{part}" for part in ("-reason", "", "-said", "-job", "-clock"))
HEADS = ("Segment", "Loans", "Borderline", "Unlike", "Held back")
POLL_MS = 1_000


def card() -> html.Section:
    """The empty card, with the refit."""
    ask = reason_field(REASON, say.ASK_REASON, longest=LONGEST_REASON)
    refit = html.Button("Fit the segments again", id=REFIT, className="button quiet")
    fit = [
        html.Ul([], id=f"{CARD}-fit", className="fit-sentences"),
        html.Div([ask, refit], className="refit"),
        html.P("", id=SAID, className="muted", role="status"),
    ]
    return html.Section(
        [
            html.H2("", id=f"{CARD}-title"),
            html.P("", id=f"{CARD}-subtitle", className="subtitle"),
            html.Div(
                [empty_table(CARD, "How sure the segments are", HEADS, kind="sure"), html.Div(fit)],
                className="sure-body",
            ),
            dcc.Store(id=JOB),
            dcc.Interval(id=CLOCK, interval=POLL_MS, disabled=True),
        ],
        className="card",
    )


def update_sureness(services: Services, search: str | None) -> dict[str, Any]:
    """Counts by segment, and how still they hold."""
    view = view_of(services, search)
    chosen = replace(view.selection, lasso=None, search="")
    margins = view.reader.segment_margins(chosen, by=["segment"])
    margins = margins[margins["segment"] != NOT_STATED].sort_values("placed", ascending=False)
    sums = margins[["placed", "borderline", "unlike"]].sum()
    placed, borderline, unlike = (int(sums[name]) for name in ("placed", "borderline", "unlike"))
    segmentation = view.reader.segmentation()
    return {
        "title": say.sure_title(placed, borderline, unlike),
        "subtitle": say.sure_subtitle(segmentation, placed),
        "rows": table_rows(say.sure_rows(margins), HEADS),
        "fit": [html.Li(line) for line in (*say.moved_on(placed, unlike), *say.fit_sentences(segmentation))],
    }


def start_refit(services: Services, reason: str | None) -> tuple[int | None, str]:
    """Queue the refit: the job, and what is said; no job where it is refused."""
    try:
        because = checked_reason(reason)
        if services.reader().book().is_empty:
            raise Refused("There is no loan in this book", remedy="Load a portfolio file first.")
    except Refused as refusal:
        return None, str(refusal)
    return services.jobs.add("refit", {"reason": because}, services.settings.who), "Queued."


def update_job(services: Services, number: int | None) -> tuple[str, bool, bool]:
    """How the job stands: its words, whether there is nothing more to wait for, and whether it brought anything."""
    job = services.jobs.job(number) if isinstance(number, int) else None
    over = job is None or job.is_over
    return say.job_words(job), over, bool(job and job.status == "done")


def watch(app: dash.Dash, services: Services, *, said: str, job: str, clock: str) -> None:
    """Follow a job of this page until it is over, then let every card read anew."""

    @app.callback(
        Output(said, "children", allow_duplicate=True), Output(clock, "disabled", allow_duplicate=True),
        Input(clock, "n_intervals"), State(job, "data"), prevent_initial_call=True,
    )  # fmt: skip
    def follow(_ticks: int | None, number: int | None) -> tuple[str, bool]:
        words, over, done = update_job(services, number)
        if done:
            set_props(ids.REVISION, {"data": services.reader().book().revision})
        return words, over


def register(app: dash.Dash, services: Services) -> None:
    """The card, and the refit with its progress."""
    outputs = {
        "title": Output(f"{CARD}-title", "children"), "subtitle": Output(f"{CARD}-subtitle", "children"),
        "rows": Output(CARD, "children"), "fit": Output(f"{CARD}-fit", "children"),
        "tab": Output(TABS.tab("sure"), "children"),
    }  # fmt: skip

    @app.callback(output=outputs, **TABS.whole())
    def draw(search: str | None, **_: Any) -> dict[str, Any]:
        told = update_sureness(services, search)
        return told | {"tab": TABS.words("sure", told["title"])}

    @app.callback(
        Output(JOB, "data"), Output(SAID, "children"), Output(CLOCK, "disabled"), Output(REASON, "value"),
        Input(REFIT, "n_clicks"), State(REASON, "value"), prevent_initial_call=True,
    )  # fmt: skip
    def begin(_clicks: int | None, reason: str | None) -> tuple[Any, str, bool, Any]:
        number, words = start_refit(services, reason)
        return number, words, number is None, no_update if number is None else ""

    watch(app, services, said=SAID, job=JOB, clock=CLOCK)
