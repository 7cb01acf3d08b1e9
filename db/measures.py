"""What no cube counts, row by row, in the definitions of `db.cubes`: assignments and stated outcomes.

Each SELECT answers one row a fact with every dimension of a selection, its day, and its measures in whole hundredths
or counts.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select

from db.cubes.dimensions import dimensions, live_score, month_end, said, snapshot_at
from db.known import NOW, Knowledge
from db.tables import assignments, scores, snapshots


def given_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    """One row a live assignment: day, month, DIMENSIONS then, decided_by, trial, arm, loan_id, assignment_id, balance."""
    then = snapshots.c.id == snapshot_at(assignments.c.loan_id, assignments.c.assigned_on, known)
    return (
        select(
            assignments.c.assigned_on.label("day"),
            month_end(assignments.c.assigned_on).label("month"),
            *dimensions(known, strategy=assignments.c.strategy),
            assignments.c.decided_by,
            said(assignments.c.trial).label("trial"),
            said(assignments.c.arm).label("arm"),
            assignments.c.loan_id,
            assignments.c.id.label("assignment_id"),
            func.coalesce(snapshots.c.balance, 0).label("balance"),
        )
        .select_from(assignments.outerjoin(snapshots, then).outerjoin(scores, live_score(known)))
        .where(known.speaks(assignments), *conditions)
    )


def outcome_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    """One row a live snapshot, of any status, that states an outcome: DIMENSIONS, recovery_status, loans, balance,
    recovered_loans (1 where an amount was stated), recovered."""
    recovered = snapshots.c.recovered_amount
    return (
        select(
            *dimensions(known),
            said(snapshots.c.recovery_status).label("recovery_status"),
            literal(1).label("loans"),
            snapshots.c.balance,
            case((recovered.is_not(None), 1), else_=0).label("recovered_loans"),
            func.coalesce(recovered, 0).label("recovered"),
        )
        .select_from(snapshots.outerjoin(scores, live_score(known)))
        .where(
            known.speaks(snapshots), or_(snapshots.c.recovery_status.is_not(None), recovered.is_not(None)), *conditions
        )
    )
