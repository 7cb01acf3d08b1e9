"""Jobs that carry a file: from their payload to the ingest workflow, and back to plain JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from core.columns import by_field
from core.errors import FileRefused
from core.intake.map import NO_MAPPING, Resolution
from core.intake.map import Mapping as ColumnMap
from core.records import Job
from core.workflows.report import IngestReport, IngestRequest

REJECTS_SHOWN = 200
UPLOAD_NAME = re.compile(r"[0-9a-f]{32}\.csv")
"""What an upload is called: a name of ours, never one that came with a request."""
UPLOAD_KEPT_SECONDS = 24 * 3600
"""How long an upload waits for somebody to load it."""


def ingest_job(
    job: Job, ingest: Callable[[IngestRequest], IngestReport], *, uploads: Path, dry_run: bool
) -> dict[str, Any]:
    """Check or load an uploaded file.

    Args:
        job: payload with path (inside `uploads`), filename and, where the analyst said so, kind, as_of, received_on, scope,
            mapping (the JSON of `--map`), accept_good_rows, accept_change, book, show.
        ingest: the workflow, wired to a store.

    Returns:
        The report's JSON with `resolution` and the first rejects; an uploaded file that was loaded is removed.
        Raises FileRefused where the upload is gone.
    """
    request = _request(job.payload, uploads, dry_run)
    report = ingest(request)
    if report.status in ("committed", "duplicate"):
        request.path.unlink(missing_ok=True)
    return {
        **report.as_json(),
        "path": job.payload["path"],
        "header": list(report.header),
        "resolution": None if report.resolution is None else _resolution(report.resolution),
        "rejects": [
            {"line": reject.line, "column": reject.column, "value": reject.value, "reason": reject.reason}
            for reject in report.rejects[:REJECTS_SHOWN]
        ],
    }


def sweep_uploads(uploads: Path, now_seconds: float) -> int:
    """Remove uploads nobody loaded for `UPLOAD_KEPT_SECONDS`, whole or cut short; returns how many.

    Args:
        uploads: the folder they wait in; files of other names are left alone.
        now_seconds: the present moment, in seconds of the epoch as file times are.
    """
    gone = 0
    for path in uploads.glob("*.csv"):
        if not UPLOAD_NAME.fullmatch(path.name) or path.is_symlink():
            continue
        if now_seconds - path.stat().st_mtime > UPLOAD_KEPT_SECONDS:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _resolution(resolution: Resolution) -> dict[str, Any]:
    """Which of our columns each of theirs feeds, and which stay as they came."""
    ours = by_field(resolution.kind)
    return {
        "columns": {theirs: ours[name].header for name, theirs in resolution.sources.items()},
        "extra": list(resolution.extra),
    }


def _request(payload: Mapping[str, Any], uploads: Path, dry_run: bool) -> IngestRequest:
    path = uploads / payload["path"]
    if not UPLOAD_NAME.fullmatch(payload["path"]) or path.is_symlink() or not path.is_file():
        raise FileRefused(f"The upload of {payload['filename']} is no longer here", remedy="Send the file again.")
    return IngestRequest(
        path=path,
        filename=payload["filename"],
        kind=payload.get("kind"),
        as_of=_day(payload.get("as_of")),
        received_on=_day(payload.get("received_on")),
        mapping=ColumnMap.from_json(payload["mapping"]) if payload.get("mapping") else NO_MAPPING,
        accept_good_rows=bool(payload.get("accept_good_rows")),
        accept_change=bool(payload.get("accept_change")),
        scope=payload.get("scope") or "full",
        dry_run=dry_run,
        book=payload.get("book") or "own",
        show=bool(payload.get("show", True)),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
