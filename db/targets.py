"""Targets and budgets: appended, never edited; the newest row of a key holds, and one without a value takes it away."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import Connection, func, select

from db.frames import frame_of
from db.rows import insert_rows
from db.tables import targets

ALWAYS = ""
NO_AGE = -1
_GIVEN = ("metric", "month", "age_months", "value")
_KEY = (targets.c.book_id, targets.c.metric, targets.c.month, targets.c.age_months)


def targets_of(connection: Connection, book_id: int, known_on: date | None = None) -> pd.DataFrame:
    """What is set, or was by a day (see PortfolioReader.targets), by metric, month and age; empty where nothing is."""
    given = [targets.c.book_id == book_id]
    if known_on is not None:
        given.append(targets.c.set_on <= known_on.isoformat())
    newest = select(func.max(targets.c.id).label("id")).where(*given).group_by(*_KEY).subquery()
    query = (
        select(
            targets.c.metric,
            func.nullif(targets.c.month, ALWAYS),
            func.nullif(targets.c.age_months, NO_AGE),
            targets.c.value,
            targets.c.set_on,
            targets.c.who,
        )
        .join(newest, newest.c.id == targets.c.id)
        .where(targets.c.value.is_not(None))
        .order_by(targets.c.metric, targets.c.month, targets.c.age_months)
    )
    dtypes = {
        "metric": "text", "month": "date", "age_months": "number", "value": "number", "set_on": "date", "who": "text",
    }  # fmt: skip
    return frame_of(connection.execute(query).all(), dtypes)


def put_targets(connection: Connection, book_id: int, given: pd.DataFrame, who: str, set_on: date) -> int:
    """Append targets (see PortfolioWriter.put_targets)."""
    told = given.astype(object).where(given.notna(), None)
    rows = [
        (book_id, metric, month or ALWAYS, NO_AGE if age is None else int(age), value, set_on.isoformat(), who)
        for metric, month, age, value in zip(*(told[name] for name in _GIVEN), strict=True)
    ]
    names = ("book_id", "metric", "month", "age_months", "value", "set_on", "who")
    insert_rows(connection, targets, names, rows)
    return len(rows)
