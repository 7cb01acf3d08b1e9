"""What was placed: one row a recovery episode, by the loan's attributes then."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select

from db.cubes.dimensions import dimensions, live_score, month_end
from db.known import NOW, Knowledge
from db.tables import placements, scores, snapshots


def placed_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    """One row a recovery episode: loan_id, book_id, placed_on, cohort, DIMENSIONS at placement, loans, balance."""
    return (
        select(
            placements.c.loan_id,
            placements.c.book_id,
            placements.c.placed_on,
            month_end(placements.c.placed_on).label("cohort"),
            *dimensions(known, strategy=placements.c.strategy),
            literal(1).label("loans"),
            placements.c.balance,
        )
        .select_from(
            placements.join(snapshots, snapshots.c.id == placements.c.snapshot_id).outerjoin(scores, live_score(known))
        )
        .where(known.speaks(placements), *conditions)
    )
