"""Scores as stored: one speaks for a snapshot, the newest whose batch and model still stand."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from db.rows import insert_rows
from db.spells import begin, end
from db.tables import scores
from db.touched import Touched

_PLAIN = ("segment", "segment_margin", "segment_nearest", "risk_score", "band", "expected_rate", "proposed", "policy", "source",
          "contributions", "expected_source", "expected_variance")  # fmt: skip
_MONEY = ("expected_recovery", "expected_net", "expected_low", "expected_high")
_OF_CHOSEN = "snapshot_id IN (SELECT id FROM chosen_snapshots)"
_UNDONE = (
    "SELECT r.id FROM revisions r JOIN batches b ON b.id = r.batch_id WHERE r.kind <> 'undo' AND b.status = 'undone'"
)


def put_scores(
    connection: Connection, revision_id: int, touched: Touched, frame: pd.DataFrame, model_id: int | None
) -> None:
    """Store scores (see WriteUnit.put_scores); each takes the place of the one its snapshot had."""
    if frame.empty:
        return
    ids = [int(number) for number in frame["snapshot_id"]]
    touch_scored(connection, touched, ids)
    end(connection, "scores", touched.known_on, _OF_CHOSEN)
    columns: dict[str, list[Any]] = {name: _plain(frame[name]) for name in _PLAIN}
    for name in _MONEY:
        columns[name] = [None if amount is None else round(float(amount) * 100) for amount in _plain(frame[name])]
    columns["needs_confirmation"] = [int(bool(needed)) for needed in frame["needs_confirmation"]]
    columns["segment_unlike"] = [int(bool(unlike)) for unlike in frame["segment_unlike"]]
    columns["reasons"] = [json.dumps(list(reasons), ensure_ascii=False) for reasons in frame["reasons"]]
    names = ("revision_id", "live", "since_on", "model_id", "snapshot_id", *columns)
    spoken = (revision_id, 1, touched.known_on, model_id)
    rows = [(*spoken, *row) for row in zip(ids, *columns.values(), strict=True)]
    insert_rows(connection, scores, names, rows)
    connection.exec_driver_sql("DELETE FROM spoke WHERE id IN (SELECT id FROM chosen_snapshots)")


def speak_again(connection: Connection, revision_id: int, touched: Touched, numbers: tuple[int, int]) -> None:
    """What a revision said of its snapshots takes the place of what was said before: for a history told anew.

    Args:
        numbers: the first and last number of the revision's scores.
    """
    told = {"revision": revision_id, "first": numbers[0], "last": numbers[1]}
    of_revision = "FROM scores WHERE id BETWEEN :first AND :last AND revision_id = :revision"
    found = connection.exec_driver_sql(f"SELECT DISTINCT snapshot_id {of_revision}", told)
    touch_scored(connection, touched, [int(row[0]) for row in found])
    end(connection, "scores", touched.known_on, _OF_CHOSEN)
    newest = f"id IN (SELECT max(id) {of_revision} GROUP BY snapshot_id)"
    begin(connection, "scores", touched.known_on, newest, told)


def settle_scores(connection: Connection, revision_id: int, touched: Touched, fallen_models: Collection[int]) -> None:
    """Silence scores of undone batches and fallen models; of those given up to this revision the newest one left of
    each snapshot speaks again.

    A snapshot that speaks and is left without a score joins `spoke`, to be scored anew."""
    models = ", ".join(str(int(model)) for model in sorted(fallen_models)) or "-1"
    stands = f"revision_id NOT IN ({_UNDONE}) AND coalesce(model_id, 0) NOT IN ({models})"
    fallen = connection.exec_driver_sql(f"SELECT id, snapshot_id FROM scores WHERE live = 1 AND NOT ({stands})").all()
    if not fallen:
        return
    touch_scored(connection, touched, sorted({int(row.snapshot_id) for row in fallen}))
    run = connection.exec_driver_sql
    ended = [(touched.known_on, row.id) for row in fallen]
    run("UPDATE scores SET live = 0, until_on = ? WHERE id = ?", ended)
    newest = (
        "id IN (SELECT max(s.id) FROM chosen_snapshots c CROSS JOIN scores s WHERE s.snapshot_id = c.id "
        f"AND s.revision_id <= :revision AND {stands.replace('revision_id', 's.revision_id', 1)} GROUP BY s.snapshot_id)"
    )
    begin(connection, "scores", touched.known_on, newest, {"revision": revision_id})
    run(
        "INSERT INTO spoke SELECT s.id FROM chosen_snapshots c CROSS JOIN snapshots s WHERE s.id = c.id AND s.live = 1 "
        "AND NOT EXISTS (SELECT 1 FROM scores x WHERE x.snapshot_id = s.id AND x.live = 1) ON CONFLICT DO NOTHING"
    )


def touch_scored(connection: Connection, touched: Touched, snapshot_ids: list[int]) -> None:
    """Touch all that takes attributes from the scores of these snapshots, which go into `chosen_snapshots`."""
    run = connection.exec_driver_sql
    for table in ("chosen_snapshots", "moved", "chosen"):
        run(f"DELETE FROM {table}")
    run("INSERT INTO chosen_snapshots VALUES (?)", [(number,) for number in snapshot_ids])
    run(
        "INSERT INTO moved SELECT DISTINCT s.loan_id, s.as_of FROM chosen_snapshots c CROSS JOIN snapshots s "
        "WHERE s.id = c.id"
    )
    touched.days()
    run(
        "INSERT INTO chosen SELECT DISTINCT p.loan_id FROM chosen_snapshots c CROSS JOIN placements p "
        "WHERE p.snapshot_id = c.id AND p.live = 1"
    )
    touched.loans()


def _plain(series: pd.Series) -> list[Any]:
    return [None if value is None or value is pd.NA or value != value else value for value in series.tolist()]
