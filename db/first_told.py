"""Facts of a snapshot as they were told in their time: what a file says of a day once its outcome is known teaches nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from sqlalchemy import Connection, select

from core.columns import by_field
from core.metrics.restatement import PACK_DAYS
from core.monitoring.maturity import matures_on
from db.tables import batches, snapshots

WINDOW_MONTHS = 12
MOST_ASKED = 5_000
"""Numbers in one statement: SQLite takes 32,766."""
OUTCOMES = tuple(name for name, column in by_field("portfolio").items() if column.known_at == "after")
"""Columns of the outcome: always those of the row that speaks now."""


def told_in_time(connection: Connection, book_id: int) -> dict[int, int]:
    """By the number of a snapshot that speaks now, the number of the one to learn from in its place.

    A day's facts are those of the newest file received by ten days after it, when its pack closes; where none was, those of
    the first file received within the year in which the outcome comes about. A snapshot first told after that year (a
    backfill) is taken as it stands, and is not listed; nor is one that was never restated.
    """
    told = select(
        snapshots.c.id,
        snapshots.c.loan_id,
        snapshots.c.as_of,
        snapshots.c.live,
        batches.c.received_on,
        batches.c.id.label("batch"),
    ).select_from(snapshots.join(batches, batches.c.id == snapshots.c.batch_id))
    chosen = (snapshots.c.book_id == book_id, batches.c.status == "committed", snapshots.c.carried_from.is_(None))
    earlier = connection.execute(told.where(*chosen, snapshots.c.live == 0)).all()
    if not earlier:
        return {}
    days = sorted({row.as_of for row in earlier})
    now = {
        (row.loan_id, row.as_of): row
        for start in range(0, len(days), MOST_ASKED)
        for row in connection.execute(
            told.where(*chosen, snapshots.c.live == 1, snapshots.c.as_of.in_(days[start : start + MOST_ASKED]))
        )
    }
    versions: dict[int, list[tuple[str, int, int]]] = {}
    for row in earlier:
        speaks = now.get((row.loan_id, row.as_of))
        if speaks is not None:
            versions.setdefault(speaks.id, [(speaks.received_on, speaks.batch, speaks.id)]).append(
                (row.received_on, row.batch, row.id)
            )
    days_of = {row.id: row.as_of for row in now.values()}
    taken = {number: _in_time(each, date.fromisoformat(days_of[number])) for number, each in versions.items()}
    return {number: instead for number, instead in taken.items() if instead not in (None, number)}


def _in_time(versions: list[tuple[str, int, int]], day: date) -> int | None:
    """The version to learn from, None where all were told too late to tell which is untouched by the outcome."""
    ordered = sorted(versions)
    closed, over = (day + timedelta(days=PACK_DAYS)).isoformat(), matures_on(day, WINDOW_MONTHS).isoformat()
    by_the_pack = [number for received, _, number in ordered if received <= closed]
    if by_the_pack:
        return by_the_pack[-1]
    return ordered[0][2] if ordered[0][0] < over else None


def with_facts_of(rows: pd.DataFrame, earlier: pd.DataFrame, instead: dict[int, int]) -> pd.DataFrame:
    """The rows with the facts of other snapshots in place of their own; what tells the outcome stays.

    Args:
        rows: snapshots that speak now; earlier: those to learn from, in the same columns.
        instead: from `told_in_time`.
    """
    facts = [name for name in rows.columns if name not in OUTCOMES]
    place = pd.Series(rows["snapshot_id"].map(instead), index=rows.index).dropna().astype("int64")
    other = earlier.set_index("snapshot_id", drop=False).loc[place.to_numpy()]
    changed = pd.concat([other[facts].set_index(place.index), rows.loc[place.index, [*OUTCOMES]]], axis=1)[rows.columns]
    return pd.concat([rows.drop(index=place.index), changed]).sort_index()
