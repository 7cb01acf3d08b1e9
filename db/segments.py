"""The segments of a day as stored, and their change by hysteresis: for the walk in core.workflows.refresh."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd
from sqlalchemy import Connection

from db.scores import touch_scored
from db.spells import end
from db.tables import scores
from db.touched import Touched

_COPIED = ", ".join(
    column.name for column in scores.columns if column.name not in ("id", "revision_id", "live", "since_on", "until_on", "segment")
)  # fmt: skip


def segments_on(connection: Connection, book_id: int, day: date) -> pd.DataFrame:
    """The live scores of a day that have a segment (see WriteUnit.segments_on)."""
    found = connection.exec_driver_sql(
        "SELECT s.id, s.loan_id, c.segment, coalesce(c.segment_nearest, c.segment), c.segment_margin FROM snapshots s "
        "CROSS JOIN scores c WHERE s.book_id = ? AND s.as_of = ? AND s.live = 1 AND c.snapshot_id = s.id AND c.live = 1 "
        "AND c.segment IS NOT NULL",
        (book_id, day.isoformat()),
    ).all()
    names = ["snapshot_id", "loan_ref", "segment", "nearest", "margin"]
    frame = pd.DataFrame([tuple(row) for row in found], columns=names)
    return frame.astype({"margin": float, "segment": object, "nearest": object})


def put_segments(connection: Connection, revision_id: int, touched: Touched, segments: Mapping[int, str]) -> None:
    """Another segment for snapshots whose score stands otherwise (see WriteUnit.put_segments).

    A score of this very revision is changed where it is; for an older one a copy speaks in its place, so that an
    earlier day of knowledge keeps what was said, and an undo of this revision's batch brings it back."""
    if not segments:
        return
    touch_scored(connection, touched, list(segments))
    run = connection.exec_driver_sql
    ours = "SELECT snapshot_id FROM scores WHERE revision_id = ? AND live = 1 AND snapshot_id IN (SELECT id FROM chosen_snapshots)"
    own = {int(row[0]) for row in run(ours, (revision_id,))}
    update = "UPDATE scores SET segment = ? WHERE snapshot_id = ? AND revision_id = ? AND live = 1"
    if changed := [(segments[number], number, revision_id) for number in sorted(own)]:
        run(update, changed)
    older = [number for number in segments if number not in own]
    if not older:
        return
    copy = (
        f"INSERT INTO scores ({_COPIED}, revision_id, live, since_on, segment) "
        f"SELECT {_COPIED}, ?, 1, ?, ? FROM scores WHERE snapshot_id = ? AND live = 1"
    )
    rows = [(revision_id, touched.known_on, segments[number], number) for number in older]
    run("DELETE FROM chosen_snapshots")
    run("INSERT INTO chosen_snapshots VALUES (?)", [(number,) for number in older])
    newest = int(run("SELECT coalesce(max(id), 0) FROM scores").scalar_one())
    run(copy, rows)
    end(connection, "scores", touched.known_on, f"id <= {newest} AND snapshot_id IN (SELECT id FROM chosen_snapshots)")


def touched_days(connection: Connection, book_id: int) -> list[date]:
    """The days whose snapshots or scores this revision touched, oldest first (see WriteUnit.touched_days)."""
    query = (
        "SELECT DISTINCT t.as_of FROM touched_days t JOIN loans l ON l.id = t.loan_id WHERE l.book_id = ? ORDER BY 1"
    )
    return [date.fromisoformat(row[0]) for row in connection.exec_driver_sql(query, (book_id,))]


def days_of(connection: Connection, book_id: int) -> list[date]:
    """The snapshot days of the book as they stand, oldest first: one look-up a day."""
    days: list[date] = []
    after = ""
    query = "SELECT min(as_of) FROM snapshots WHERE book_id = ? AND live = 1 AND as_of > ?"
    while (found := connection.exec_driver_sql(query, (book_id, after)).scalar()) is not None:
        days.append(date.fromisoformat(after := str(found)))
    return days
