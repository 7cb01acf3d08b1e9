"""One row a loan as it was when it was first worked under a strategy, with what it brought and cost since (core.metrics.treated)."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from core.metrics.treated import GIVEN, first_treated, with_outcomes
from core.records import Book
from db.first_told import MOST_ASKED, told_in_time, with_facts_of
from db.frames import COUNT, frame_of
from db.known import NOW
from db.outcomes import outcomes_known_until
from db.tables import actions, assignments, snapshots
from db.training import cash_told, snapshots_numbered

_SHORT = {
    "snapshot_id": COUNT, "loan_id": COUNT, "as_of": "date", "status": "text", "hold": "text", "dpd": "number", "balance": "money",
    "strategy": "text", "assigned_on": "date", "recovery_status": "text", "recovered_amount": "money",
}  # fmt: skip
_GIVEN = {name: {"loan_id": COUNT, "probability": "number"}.get(name, "text") for name in GIVEN}
_OF_THE_DAY = ("status", "hold", "dpd", "balance")


def treated_rows(connection: Connection, book_id: int, book: Book) -> pd.DataFrame:
    """As `PortfolioReader.treated_rows` says."""
    short, instead = _short(connection, book_id), told_in_time(connection, book_id)
    short = _as_told_in_time(connection, short, instead)
    states = short["recovery_status"].notna() | short["recovered_amount"].notna()
    given = _given(connection, book_id)
    first = first_treated(short.assign(states_outcome=states), given, by_payments=book.has_payments)
    rows = snapshots_numbered(connection, first["snapshot_id"].tolist())
    mine = {number: other for number, other in instead.items() if number in set(first["snapshot_id"])}
    if mine:
        rows = with_facts_of(rows, snapshots_numbered(connection, sorted(mine.values())), mine)
        back = {other: number for number, other in mine.items()}
        rows["snapshot_id"] = rows["snapshot_id"].map(lambda number: back.get(number, number))
    named = [name for name in first.columns if name not in ("loan_id", "as_of", "snapshot_id")]
    rows = first[["snapshot_id", *named]].merge(
        rows.drop(columns=[name for name in named if name in rows]), on="snapshot_id"
    )
    cash_until = outcomes_known_until(connection, book_id) if book.has_payments else None
    known = [day for day in (book.actions_until, cash_until) if day is not None]
    return with_outcomes(
        rows,
        cash_told(connection, book_id) if book.has_payments else None,
        cash_until,
        _costs(connection, book_id) if book.has_costs else None,
        min(known, default=None),
    )


def _short(connection: Connection, book_id: int, *numbers: Any) -> pd.DataFrame:
    named = [snapshots.c.id, *(snapshots.c[name] for name in list(_SHORT)[1:])]
    live = (snapshots.c.book_id == book_id, snapshots.c.live == 1)
    query = select(*named).where(*((snapshots.c.id.in_(numbers),) if numbers else live))
    return frame_of(connection.execute(query.order_by(snapshots.c.as_of, snapshots.c.loan_id)).all(), _SHORT)


def _as_told_in_time(connection: Connection, short: pd.DataFrame, instead: dict[int, int]) -> pd.DataFrame:
    """Whether a loan could be worked, as told in time; what it was given stays as it stands now."""
    if not instead:
        return short
    wanted = sorted(instead.values())
    parts = [_short(connection, 0, *wanted[start : start + MOST_ASKED]) for start in range(0, len(wanted), MOST_ASKED)]
    then = pd.concat(parts).set_index("snapshot_id")
    other = short["snapshot_id"].map(instead)
    told = other.notna() & other.isin(then.index)
    changed = short.copy()
    changed.loc[told, list(_OF_THE_DAY)] = then.loc[other[told].astype("int64"), list(_OF_THE_DAY)].to_numpy()
    return changed.astype({"dpd": float, "balance": float})


def _given(connection: Connection, book_id: int) -> pd.DataFrame:
    named = [assignments.c[name] for name in GIVEN]
    query = select(*named).where(assignments.c.book_id == book_id, assignments.c.live == 1).order_by(assignments.c.id)
    return frame_of(connection.execute(query).all(), _GIVEN)


def _costs(connection: Connection, book_id: int) -> pd.DataFrame:
    told = (actions.c.loan_id, actions.c.acted_on, actions.c.cost)
    query = select(*told).where(actions.c.book_id == book_id, NOW.speaks(actions), actions.c.cost.is_not(None))
    return frame_of(connection.execute(query).all(), {"loan_id": COUNT, "effective_on": "date", "amount": "money"})
