"""The stock: which loans are open, in arrears and workable on a day, one row a loan and day."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, select

from core.columns import PERSON_HOLDS
from core.metrics.delinquency import OPEN
from db.cubes.dimensions import dimensions, live_score, when
from db.known import NOW, Knowledge, alias_of
from db.tables import scores, snapshots


def is_stock(known: Knowledge) -> ColumnElement[bool]:
    """The snapshot speaks, and the loan is open: paid, charged off, sold and recalled loans are no stock."""
    return and_(known.speaks(snapshots), snapshots.c.status == OPEN)


IN_ARREARS = snapshots.c.dpd >= 1


def person_held(known: Knowledge) -> ColumnElement[bool]:
    """A hold about the person on any loan of the borrower that day: nobody may work any of them."""
    held = alias_of(snapshots, "held")
    same = (held.c.borrower_id == snapshots.c.borrower_id, held.c.as_of == snapshots.c.as_of)
    about_person = (held.c.hold.is_not(None), held.c.hold.in_(PERSON_HOLDS))
    return select(held.c.id).where(*same, known.speaks(held), *about_person).correlate(snapshots).exists()


def is_workable(known: Knowledge) -> ColumnElement[bool]:
    """In arrears, and no hold binds the loan."""
    return and_(IN_ARREARS, snapshots.c.hold.is_(None), ~person_held(known))


def stock_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    """One row a live, open snapshot: snapshot_id, loan_id, book_id, as_of, DIMENSIONS, STOCK_MEASURES."""
    row, expected, workable = snapshots.c, scores.c.expected_recovery, is_workable(known)
    return (
        select(
            row.id.label("snapshot_id"),
            row.loan_id,
            row.book_id,
            row.as_of,
            *dimensions(known),
            literal(1).label("loans"),
            row.balance,
            when(IN_ARREARS, 1).label("arrears_loans"),
            when(IN_ARREARS, row.balance).label("arrears_balance"),
            when(workable, 1).label("workable_loans"),
            when(workable, row.balance).label("workable_balance"),
            when(expected.is_not(None), 1).label("expected_loans"),
            func.coalesce(expected, 0).label("expected_recovery"),
        )
        .select_from(snapshots.outerjoin(scores, live_score(known)))
        .where(is_stock(known), *conditions)
    )
