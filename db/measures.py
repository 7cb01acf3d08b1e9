"""What no cube counts, row by row, in the definitions of `db.cube`: cash outside placements, assignments, outcomes.

Each SELECT answers one row a fact with every dimension of a selection, its day, and its measures in whole hundredths
or counts.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select

from core.selection import DIMENSIONS
from db.cube import CASH_KINDS, episode_of_payment, live_score, month_end, payment_kind, said, strategy_of
from db.known import NOW, Knowledge
from db.tables import assignments, payments, scores, snapshots

Expression = ColumnElement[Any]
_OF_SCORE = ("segment", "proposed", "band")


def dimension(name: str, known: Knowledge = NOW) -> Expression:
    """A dimension of a snapshot or its live score: null where absent."""
    if name == "strategy":
        return strategy_of(known)
    return (scores if name in _OF_SCORE else snapshots).c[name]


def _dimensions(known: Knowledge, **instead: Expression) -> list[Expression]:
    return [said(instead[name] if name in instead else dimension(name, known)).label(name) for name in DIMENSIONS]


def snapshot_at(loan_id: Expression, day: Expression, known: Knowledge = NOW) -> Expression:
    """The live snapshot of a loan newest on a day, or its first after it where there is none."""
    then = snapshots.alias("then")
    live = select(then.c.id).where(then.c.loan_id == loan_id, known.speaks(then))
    before = live.where(then.c.as_of <= day).order_by(then.c.as_of.desc()).limit(1)
    after = live.where(then.c.as_of > day).order_by(then.c.as_of).limit(1)
    return func.coalesce(before.scalar_subquery(), after.scalar_subquery())


def outside_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    """One row a payment of no episode, or a waiver: day, DIMENSIONS then, loan_id (null for a waiver), payments
    (a reversal is none), cash, waivers, waived."""
    amount, nothing, kind = payments.c.amount, literal(0), payment_kind(known)
    moved = kind.in_(CASH_KINDS)
    waiver = kind == "waiver"
    then = snapshots.c.id == snapshot_at(payments.c.loan_id, payments.c.paid_on, known)
    return (
        select(
            payments.c.paid_on.label("day"),
            *_dimensions(known),
            case((moved, payments.c.loan_id)).label("loan_id"),
            case((kind == "cash", 1), else_=0).label("payments"),
            case((moved, amount), else_=nothing).label("cash"),
            case((and_(waiver, amount > 0), 1), else_=0).label("waivers"),
            case((waiver, amount), else_=nothing).label("waived"),
        )
        .select_from(payments.outerjoin(snapshots, then).outerjoin(scores, live_score(known)))
        .where(known.speaks(payments), or_(waiver, and_(moved, episode_of_payment(known).is_(None))), *conditions)
    )


def given_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    """One row a live assignment: day, month, DIMENSIONS then, decided_by, trial, arm, loan_id, assignment_id, balance."""
    then = snapshots.c.id == snapshot_at(assignments.c.loan_id, assignments.c.assigned_on, known)
    return (
        select(
            assignments.c.assigned_on.label("day"),
            month_end(assignments.c.assigned_on).label("month"),
            *_dimensions(known, strategy=assignments.c.strategy),
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
            *_dimensions(known),
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
