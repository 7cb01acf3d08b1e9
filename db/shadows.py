"""Models in the shadow: which ones are scored beside the champion, and how far they agreed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from core.records import Model, Shadow
from db.learned import fallen_models
from db.model_events import events_of
from db.register import models_of
from db.tables import model_shadows

KEPT_DAYS = 92
"""How long a model that was in use before is scored beside the one that took its place."""


def shadowed(connection: Connection, book_id: int, at: str) -> list[Model]:
    """The newest challenger, and the model that was in use before where it gave up its place within 92 days."""
    fallen = fallen_models(connection, book_id)
    models = {each.id: each for each in models_of(connection, book_id) if each.id not in fallen}
    challenger = next((each for each in models.values() if each.status == "challenger"), None)
    since = (datetime.fromisoformat(at) - timedelta(days=KEPT_DAYS)).isoformat()
    gone = [
        each.model
        for each in events_of(connection, book_id)
        if each.what in ("retired", "withdrawn") and each.at >= since
    ]
    before = next((models[number] for number in gone if number in models and models[number].status == "retired"), None)
    return [each for each in (challenger, before) if each is not None]


def put_shadow(
    connection: Connection, book_id: int, revision_id: int, model_id: int, against: int | None, as_of: str,
    figures: Mapping[str, Any],
) -> None:  # fmt: skip
    """Append how far a model agreed on a day."""
    told = json.dumps(dict(figures), sort_keys=True, allow_nan=False)
    connection.exec_driver_sql(
        "INSERT INTO model_shadows (book_id, revision_id, model_id, against, as_of, figures) VALUES (?, ?, ?, ?, ?, ?)",
        (book_id, revision_id, model_id, against, as_of, told),
    )


def shadows_of(connection: Connection, book_id: int) -> list[Shadow]:
    """The newest comparison of each model on each day, newest first."""
    newest = select(func.max(model_shadows.c.id)).where(model_shadows.c.book_id == book_id)
    newest = newest.group_by(model_shadows.c.model_id, model_shadows.c.as_of)
    query = (
        select(model_shadows)
        .where(model_shadows.c.id.in_(newest))
        .order_by(model_shadows.c.as_of.desc(), model_shadows.c.id.desc())
    )
    return [
        Shadow(row["model_id"], row["against"], row["as_of"], json.loads(row["figures"]))
        for row in connection.execute(query).mappings()
    ]
