"""What was learned from the book: clusterings and models, and what becomes of them when a batch is undone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection

from core.errors import Refused
from core.records import Segmentation
from core.scores.registry.succession import What, previous_champion
from db.model_events import log, told_in_order

UNDONE = "a batch it had learned from was undone"
INSTEAD = "the model in use fell with a batch that was undone"


def put_segmentation(
    connection: Connection,
    book_id: int,
    at: str,
    content: Mapping[str, Any],
    names: Sequence[str],
    batch_id: int | None,
    who: str = "",
    reason: str = "",
) -> Segmentation:
    """Store a clustering; it takes the place of the one in use. Returns it as stored."""
    connection.exec_driver_sql("UPDATE segmentations SET live = 0 WHERE book_id = ? AND live = 1", (book_id,))
    number = connection.exec_driver_sql(
        "INSERT INTO segmentations (book_id, batch_id, live, fitted_at, content, who, reason) "
        "VALUES (?, ?, 1, ?, ?, ?, ?) RETURNING id",
        (book_id, batch_id, at, json.dumps(content, sort_keys=True), who, reason),
    ).scalar_one()
    rows = [(number, place, name) for place, name in enumerate(names, start=1)]
    if rows:
        connection.exec_driver_sql("INSERT INTO segments (segmentation_id, number, name) VALUES (?, ?, ?)", rows)
    return Segmentation(int(number), batch_id, content, tuple(names), fitted_at=at, who=who, reason=reason)


def put_comparison(connection: Connection, book_id: int, number: int, comparison: Mapping[str, Any]) -> None:
    """Keep a comparison of ways to find groups with the clustering it is about."""
    told = json.dumps(comparison, sort_keys=True, allow_nan=False)
    connection.exec_driver_sql(
        "UPDATE segmentations SET comparison = ? WHERE id = ? AND book_id = ?", (told, number, book_id)
    )


def put_model(connection: Connection, book_id: int, at: str, who: str, model: Mapping[str, Any]) -> int:
    """Store a model or refused attempt; a new champion retires the one in use. The log says so."""
    row = (
        book_id,
        model["kind"],
        "challenger" if model["status"] == "champion" else model["status"],
        at,
        json.dumps(sorted(int(batch) for batch in model["trained_on_batches"])),
        model["sha256"],
        json.dumps(model["card"], sort_keys=True, ensure_ascii=False),
        model["artifact"],
    )
    number = int(
        connection.exec_driver_sql(
            "INSERT INTO models (book_id, kind, status, trained_at, trained_on_batches, sha256, card, artifact) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            row,
        ).scalar_one()
    )
    because, figures = str(model.get("because", "")), model.get("figures")
    log(connection, book_id, at, who, number, "trained", because, figures)
    if model["status"] == "champion":
        _place(connection, book_id, at, who, number, "promoted", because, figures)
    return number


def crown(
    connection: Connection, book_id: int, at: str, who: str, model_id: int, what: Literal["promoted", "returned"],
    because: str, figures: Mapping[str, Any],
) -> None:  # fmt: skip
    """Put a stored model in use (see WriteUnit.crown). Raises Refused."""
    query = "SELECT status FROM models WHERE book_id = ? AND id = ?"
    known = 0 < model_id < 2**63
    status = connection.exec_driver_sql(query, (book_id, model_id)).scalar() if known else None
    if status is None:
        raise Refused(f"There is no model {model_id}", remedy="Look up its number in the list of models.")
    if status == "refused":
        raise Refused(
            f"Model {model_id} was refused at training", remedy="A refused model never orders work; train again."
        )
    if status == "champion":
        raise Refused(f"Model {model_id} is in use already", remedy="Nothing to do.")
    if model_id in fallen_models(connection, book_id):
        raise Refused(f"Model {model_id} learned from a batch that was undone", remedy="Train again on what stands.")
    _place(connection, book_id, at, who, model_id, what, because, figures)


def _place(
    connection: Connection, book_id: int, at: str, who: str, model_id: int, what: Literal["promoted", "returned"],
    because: str, figures: Mapping[str, Any] | None,
) -> None:  # fmt: skip
    """Make a model champion; the one in use is retired, or withdrawn where another returns in its place."""
    run = connection.exec_driver_sql
    gone: What = "retired" if what == "promoted" else "withdrawn"
    in_use = run("SELECT id FROM models WHERE book_id = ? AND status = 'champion'", (book_id,)).all()
    for (other,) in in_use:
        run("UPDATE models SET status = 'retired' WHERE id = ?", (other,))
        log(connection, book_id, at, who, int(other), gone, f"model {model_id} took its place: {because}".rstrip(": "))
    run("UPDATE models SET status = 'champion' WHERE id = ?", (model_id,))
    log(connection, book_id, at, who, model_id, what, because, figures)


def withdraw(connection: Connection, book_id: int, at: str, who: str, model_id: int, because: str) -> None:
    """Take the model in use out of use (see WriteUnit.withdraw). Raises Refused."""
    run = connection.exec_driver_sql
    if (model_id,) not in run("SELECT id FROM models WHERE book_id = ? AND status = 'champion'", (book_id,)).all():
        raise Refused(f"Model {model_id} is not in use", remedy="Look up in the list of models which one is.")
    run("UPDATE models SET status = 'retired' WHERE id = ?", (model_id,))
    log(connection, book_id, at, who, model_id, "withdrawn", because)


def fallen_models(connection: Connection, book_id: int) -> set[int]:
    """Models that learned from a batch that was undone since."""
    run = connection.exec_driver_sql
    undone = {row[0] for row in run("SELECT id FROM batches WHERE book_id = ? AND status = 'undone'", (book_id,))}
    trained = run("SELECT id, trained_on_batches FROM models WHERE book_id = ?", (book_id,))
    return {int(model) for model, batches in trained if undone & set(json.loads(batches))}


def settle_learned(connection: Connection, book_id: int, at: str, who: str) -> set[int]:
    """After an undo: retire fallen models and drop clusterings fitted on what is gone; the previous ones return.

    Returns:
        the models that fell, now or earlier.
    """
    fallen = fallen_models(connection, book_id)
    run = connection.exec_driver_sql
    of_book = "SELECT id, status FROM models WHERE book_id = ? AND status IN ('champion', 'challenger')"
    standing = {int(number): str(status) for number, status in run(of_book, (book_id,))}
    falls = sorted(fallen & standing.keys())
    for number in falls:
        run("UPDATE models SET status = 'retired' WHERE id = ?", (number,))
        log(connection, book_id, at, who, number, "withdrawn", UNDONE)
    if any(standing[number] == "champion" for number in falls):
        before = previous_champion(told_in_order(connection, book_id), current=None, barred=fallen)
        if before is not None:
            _place(connection, book_id, at, who, before, "returned", INSTEAD, None)
    _settle_segmentations(connection, book_id)
    return fallen


def _settle_segmentations(connection: Connection, book_id: int) -> None:
    run = connection.exec_driver_sql
    run("UPDATE segmentations SET live = 0 WHERE book_id = ?", (book_id,))
    run(
        "UPDATE segmentations SET live = 1 WHERE id = (SELECT max(g.id) FROM segmentations g LEFT JOIN batches b "
        "ON b.id = g.batch_id WHERE g.book_id = ? AND coalesce(b.status, 'committed') = 'committed')",
        (book_id,),
    )
