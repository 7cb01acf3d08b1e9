"""The job at hand: how far it is, what was found, what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qs

import dash
from dash import Input, Output, State, html, set_props
from dash.exceptions import PreventUpdate

from core.columns import KINDS, Kind
from core.errors import Refused
from core.intake.map import guess_kind
from core.records import Book, Job
from dashboard import format as show
from dashboard import ids
from dashboard import text_batches as say
from dashboard.pages.batches import mapping
from dashboard.pages.batches.panel import (
    ABSENT,
    ANYWAY,
    HEAD_PX,
    MAPPING,
    MOST_ROWS_SEEN,
    PARTS,
    PULSE,
    ROW_PX,
    STARTED,
    mapping_columns,
)
from dashboard.services import Services
from dashboard.uploads import discard

GUESS = "guess"
LARGEST_JOB = 2**31
MOST_NOTES = 60


def said(kind: str | None, as_of: str | None, scope: str | None) -> dict[str, Any]:
    """What the analyst said, as a job carries it. Raises Refused for what no control offers."""
    if kind and kind not in (*KINDS, GUESS):
        raise Refused(f"There is no kind of file called '{kind[:40]}'", remedy=f"Choose one of {', '.join(KINDS)}.")
    return {
        "kind": kind if kind in KINDS else None, "as_of": day_of(as_of), "scope": "partial" if scope == "partial" else "full",
        "received_on": None, "accept_good_rows": False, "accept_change": False, "book": "own",
    }  # fmt: skip


def day_of(text: str | None) -> str | None:
    """A day from a date field, None for none. Raises Refused."""
    if not text:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Refused(f"'{text[:20]}' is not a day", remedy="Write it as 2026-10-31.") from None


def job_of(services: Services, search: str | None) -> Job | None:
    """The job the address names, else the newest that is not over; None where there is neither."""
    asked = parse_qs((search or "").lstrip("?")).get("job", [""])[-1]
    if asked.isascii() and asked.isdigit() and int(asked) < LARGEST_JOB:
        return services.jobs.job(int(asked))
    return next((job for job in services.jobs.recent() if not job.is_over), None)


def update_job(services: Services, search: str | None, *, polled: bool = False) -> dict[str, Any]:
    """Everything the card shows, by part; when polled while the job runs, only how far it is."""
    job = job_of(services, search)
    if polled and job is not None and not job.is_over:
        progress = {"message": _how_far(job), "share": str(job.progress)}
        return dict.fromkeys(PARTS, dash.no_update) | progress
    shown: dict[str, Any] = dict.fromkeys(PARTS, "") | {
        "totals": [], "findings": [], "mapping": [], "rejects": [], "still": True, "share": "0", "load_off": False, "good_off": False, "anyway_off": False,
        "mapping_columns": dash.no_update, "card": ABSENT, "mapping_open": False, "rejects_style": dash.no_update,
    }  # fmt: skip
    for part in (
        "bar",
        "cancel",
        "found",
        "mapping_class",
        "rejects_class",
        "choice",
        "load",
        "good",
        "anyway",
        "discard",
        "done",
    ):
        shown[part] = ABSENT
    if job is None:
        return shown
    shown |= {"card": "card job", "title": say.job_title(job)}
    if not job.is_over:
        cancel = "button quiet" if job.kind in ("check", "ingest", "train", "sample") else ABSENT
        return shown | {
            "message": _how_far(job),
            "share": str(job.progress),
            "bar": "job-bar",
            "cancel": cancel,
            "still": False,
        }
    words, tone = say.outcome(job)
    shown |= {"outcome": words, "outcome_class": f"notice {tone}"}
    result = job.result or {}
    if job.kind in ("check", "ingest"):
        shown |= _checked(services, job, result)
    elif job.status == "done":
        shown["done"] = "link"
    return shown


def _how_far(job: Job) -> str:
    return "stopping" if job.cancel else say.job_message(job)


def _checked(services: Services, job: Job, result: Mapping[str, Any]) -> dict[str, Any]:
    """What was found in a file, and what can be done with it."""
    parts: dict[str, Any] = {}
    if result.get("control_totals"):
        totals = [html.Tr([html.Th(name, scope="row"), html.Td(value)]) for name, value in say.totals_rows(result)]
        notes = list(result.get("findings") or []) or ["Nothing: every column was understood as it stands."]
        parts |= {"totals": totals[:40], "findings": [html.Li(note) for note in notes[:MOST_NOTES]], "found": "row-even found"}
    rejects = list(result.get("rejects") or [])
    if rejects:
        height = HEAD_PX + ROW_PX * min(len(rejects), MOST_ROWS_SEEN)
        parts |= {
            "rejects": rejects, "rejects_class": "part", "rejects_note": _rejects_note(result, rejects),
            "rejects_style": {"width": "100%", "height": f"{height}px"},
        }  # fmt: skip
    if job.kind == "ingest":
        stored = result.get("status") == "committed"
        return parts | {
            "done": "link" if stored else ABSENT,
            **({} if stored else _next(services.reader().book(), job, result, retry=True)),
        }
    return parts | _mapping(job, result) | _next(services.reader().book(), job, result, retry=False)


def _rejects_note(result: Mapping[str, Any], rejects: list[Any]) -> str:
    everything = int(result.get("rejected") or len(rejects))
    lines = len({reject["line"] for reject in rejects})
    faults = show.count(everything, "faults")
    shown = f"The first {show.number(len(rejects))} of {faults}" if everything > len(rejects) else faults
    return f"{shown}, on {show.count(lines, 'lines')}; line 1 is the header, as a text editor counts"


def _mapping(job: Job, result: Mapping[str, Any]) -> dict[str, Any]:
    header = list(result.get("header") or [])
    if not header or result.get("status") == "duplicate":
        return {}
    chosen = mapping.from_text(job.payload.get("mapping"))
    kind = kind_of(job, result)
    rows = mapping.mapping_rows(header, kind, chosen)
    lacking = mapping.missing(rows, kind) if not chosen.get("constants") else []
    kept = sum(row["ours"] == mapping.KEPT for row in rows)
    note = (
        f"Read as {kind}: {len(rows) - kept} of {show.count(len(rows), 'columns')} understood, {kept} kept as they came"
    )
    if lacking:
        note += f"; missing: {', '.join(lacking)}. Choose which column it is"
    if job.payload.get("remembered"):
        note += f"; mapped as in batch {job.payload['remembered']}"
    return {
        "mapping": rows, "mapping_columns": mapping_columns(kind), "mapping_class": "part", "mapping_note": f"{note}.",
        "mapping_open": bool(lacking),
    }  # fmt: skip


def kind_of(job: Job, result: Mapping[str, Any]) -> Kind:
    """The kind a file was, or would be, read as."""
    said_kind = result.get("kind") or job.payload.get("kind")
    if said_kind in KINDS:
        return said_kind
    return guess_kind(list(result.get("header") or []))


def _next(book: Book, job: Job, result: Mapping[str, Any], *, retry: bool) -> dict[str, Any]:
    """The buttons."""
    status, accepted, rejected = (
        result.get("status"),
        int(result.get("accepted") or 0),
        int(result.get("rejected") or 0),
    )
    discardable = "button quiet" if status != "duplicate" else ABSENT
    loadable = status == "dry-run"
    good = status == "refused" and rejected > 0 and accepted > 0
    anyway = result.get("asks") == "accept_change"
    sample = book.is_sample and not book.is_empty and (loadable or good or anyway)
    return {
        "load": "button" if loadable and not retry else ABSENT,
        "good": "button" if good and not anyway else ABSENT,
        "anyway": "button" if anyway else ABSENT,
        "good_words": f"Load the {show.count(accepted, 'good rows')} only",
        "discard": discardable,
        "choice": "choice" if sample else ABSENT,
    }


def start_again(
    services: Services,
    search: str | None,
    rows: list[dict[str, str]] | None,
    kind: str | None,
    as_of: str | None,
    scope: str | None,
) -> int:
    """Queue another check of the same file, with the columns and the circumstances as they are now. Returns the job."""
    job = _checked_job(services, search)
    told = said(kind, as_of, scope)
    read_as = told["kind"] or kind_of(job, job.result or {})
    changed = mapping.edited_map(rows or [], read_as, mapping.from_text(job.payload.get("mapping")))
    payload = {
        **job.payload,
        **told,
        "kind": told["kind"] or job.payload.get("kind"),
        "mapping": mapping.as_text(changed),
        "remembered": None,
    }
    return services.jobs.add("check", payload, services.settings.who)


def start_load(services: Services, search: str | None, *, good_rows_only: bool, shown: str | None) -> int:
    """Queue the loading of the file that was checked, as it was checked. Returns the job."""
    job = _checked_job(services, search)
    payload = {**job.payload, "accept_good_rows": good_rows_only, "show": shown != "sample"}
    return services.jobs.add("ingest", payload, services.settings.who)


def start_load_anyway(services: Services, search: str | None, shown: str | None) -> int:
    """Queue the loading of a file that was refused for what it makes of the book: it is right, the analyst says.
    Returns the job."""
    job = _checked_job(services, search)
    payload = {**job.payload, "accept_change": True, "show": shown != "sample"}
    return services.jobs.add("ingest", payload, services.settings.who)


def throw_away(services: Services, search: str | None) -> int:
    """Remove the file that was checked; returns 0, no job."""
    job = _checked_job(services, search)
    discard(services.uploads, str(job.payload["path"]))
    return 0


def _checked_job(services: Services, search: str | None) -> Job:
    job = job_of(services, search)
    if job is None or job.kind not in ("check", "ingest") or not job.is_over:
        raise PreventUpdate
    return job


def register(app: dash.Dash, services: Services) -> None:
    """The card's callbacks."""
    address = State(ids.URL, "search")

    @app.callback(
        output={part: Output(*where) for part, where in PARTS.items()},
        inputs={
            "search": Input(ids.URL, "search"),
            "_": Input(PULSE, "n_intervals"),
            "known": State(ids.REVISION, "data"),
        },
    )
    def job(search: str | None, known: int | None, **_: Any) -> dict[str, Any]:
        shown = update_job(services, search, polled=dash.ctx.triggered_id == PULSE)
        if shown["still"] is True and shown["card"] != ABSENT:
            revision = services.reader().book().revision
            if known is not None and revision != known:
                set_props(ids.REVISION, {"data": revision})
        return shown

    @app.callback(Input("batches-cancel", "n_clicks"), address, prevent_initial_call=True)
    def cancel(_: int, search: str | None) -> None:
        running = job_of(services, search)
        if running is not None:
            services.jobs.cancel(running.id)

    @app.callback(
        Output("batches-load", "disabled", allow_duplicate=True),
        Output("batches-load-good", "disabled", allow_duplicate=True),
        Output(ANYWAY, "disabled", allow_duplicate=True),
        Output("batches-again-note", "children", allow_duplicate=True),
        Input(MAPPING, "cellValueChanged"),
        Input("batches-kind", "value"),
        Input("batches-as-of", "value"),
        Input("batches-scope", "value"),
        prevent_initial_call=True,
    )
    def changed(*_: Any) -> tuple[bool, bool, bool, str]:
        return True, True, True, "Changed since the check: check again before loading."

    _register_starts(app, services)


def _register_starts(app: dash.Dash, services: Services) -> None:
    """The buttons that queue another job about the same file."""
    address = State(ids.URL, "search")
    started = Output(STARTED, "data", allow_duplicate=True)

    @app.callback(
        started,
        Input("batches-again", "n_clicks"),
        address,
        State(MAPPING, "rowData"),
        State("batches-kind", "value"),
        State("batches-as-of", "value"),
        State("batches-scope", "value"),
        prevent_initial_call=True,
    )
    def again(_: int, search: str | None, rows: Any, kind: str | None, as_of: str | None, scope: str | None) -> int:
        return start_again(services, search, rows, kind, as_of, scope)

    @app.callback(
        started, Input("batches-load", "n_clicks"), address, State("batches-show", "value"), prevent_initial_call=True
    )
    def load(_: int, search: str | None, shown: str | None) -> int:
        return start_load(services, search, good_rows_only=False, shown=shown)

    @app.callback(
        started,
        Input("batches-load-good", "n_clicks"),
        address,
        State("batches-show", "value"),
        prevent_initial_call=True,
    )
    def load_good(_: int, search: str | None, shown: str | None) -> int:
        return start_load(services, search, good_rows_only=True, shown=shown)

    @app.callback(
        started, Input(ANYWAY, "n_clicks"), address, State("batches-show", "value"), prevent_initial_call=True
    )
    def load_anyway(_: int, search: str | None, shown: str | None) -> int:
        return start_load_anyway(services, search, shown)

    @app.callback(started, Input("batches-discard", "n_clicks"), address, prevent_initial_call=True)
    def throw(_: int, search: str | None) -> int:
        return throw_away(services, search)
