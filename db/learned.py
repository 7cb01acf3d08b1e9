"""What was learned from the book: clusterings and models, and what becomes of them when a batch is undone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from core.records import Segmentation


def put_segmentation(
    connection: Connection,
    book_id: int,
    at: str,
    content: Mapping[str, Any],
    names: Sequence[str],
    batch_id: int | None,
) -> Segmentation:
    """Store a clustering; it takes the place of the one in use. Returns it as stored."""
    connection.exec_driver_sql("UPDATE segmentations SET live = 0 WHERE book_id = ? AND live = 1", (book_id,))
    number = connection.exec_driver_sql(
        "INSERT INTO segmentations (book_id, batch_id, live, fitted_at, content) VALUES (?, ?, 1, ?, ?) RETURNING id",
        (book_id, batch_id, at, json.dumps(content, sort_keys=True)),
    ).scalar_one()
    rows = [(number, place, name) for place, name in enumerate(names, start=1)]
    if rows:
        connection.exec_driver_sql("INSERT INTO segments (segmentation_id, number, name) VALUES (?, ?, ?)", rows)
    return Segmentation(int(number), batch_id, content, tuple(names))


def put_model(connection: Connection, book_id: int, at: str, model: Mapping[str, Any]) -> int:
    """Store a model or refused attempt; a new champion retires the one in use."""
    if model["status"] == "champion":
        connection.exec_driver_sql(
            "UPDATE models SET status = 'retired' WHERE book_id = ? AND status = 'champion'", (book_id,)
        )
    row = (
        book_id,
        model["kind"],
        model["status"],
        at,
        json.dumps(sorted(int(batch) for batch in model["trained_on_batches"])),
        model["sha256"],
        json.dumps(model["card"], sort_keys=True, ensure_ascii=False),
        model["artifact"],
    )
    number = connection.exec_driver_sql(
        "INSERT INTO models (book_id, kind, status, trained_at, trained_on_batches, sha256, card, artifact) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        row,
    ).scalar_one()
    return int(number)


def fallen_models(connection: Connection, book_id: int) -> set[int]:
    """Models that learned from a batch that was undone since."""
    run = connection.exec_driver_sql
    undone = {row[0] for row in run("SELECT id FROM batches WHERE book_id = ? AND status = 'undone'", (book_id,))}
    trained = run("SELECT id, trained_on_batches FROM models WHERE book_id = ?", (book_id,))
    return {int(model) for model, batches in trained if undone & set(json.loads(batches))}


def settle_learned(connection: Connection, book_id: int) -> set[int]:
    """After an undo: retire fallen models and drop clusterings fitted on what is gone; the previous ones return.

    Returns:
        the models that fell, now or earlier.
    """
    fallen = fallen_models(connection, book_id)
    run = connection.exec_driver_sql
    of_book = "SELECT id, status FROM models WHERE book_id = ? AND status IN ('champion', 'challenger', 'retired') ORDER BY id DESC"
    models = [(int(number), str(status)) for number, status in run(of_book, (book_id,))]
    run(
        "UPDATE models SET status = 'retired' WHERE id = ? AND status <> 'refused'",
        [(number,) for number in fallen] or [(-1,)],
    )
    standing = [(number, status) for number, status in models if number not in fallen]
    if not any(status == "champion" for _, status in standing):
        before = [number for number, status in standing if status == "retired"]
        run("UPDATE models SET status = 'champion' WHERE id = ?", (before[0] if before else -1,))
    run("UPDATE segmentations SET live = 0 WHERE book_id = ?", (book_id,))
    run(
        "UPDATE segmentations SET live = 1 WHERE id = (SELECT max(g.id) FROM segmentations g LEFT JOIN batches b "
        "ON b.id = g.batch_id WHERE g.book_id = ? AND coalesce(b.status, 'committed') = 'committed')",
        (book_id,),
    )
    return fallen
