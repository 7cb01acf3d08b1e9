"""Cash: what came in on placed loans, by their attributes at placement; and what came in on others, and waivers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, or_, select, union_all

from db.cubes.dimensions import dimensions, episode_at, live_score, month_end, snapshot_at, when
from db.known import NOW, Knowledge, alias_of
from db.tables import payments, placements, scores, snapshots

CASH_KINDS = ("cash", "reversal")
"""Payment kinds that are money; a waiver never is."""


def effective_on(known: Knowledge) -> ColumnElement[str]:
    """The day a payment counts for: a reversal counts back to the payment it names, where that one speaks."""
    if known.known_on is None:
        return payments.c.effective_on
    return case(
        (payments.c.amount < 0, func.coalesce(_named(known, "paid_on"), payments.c.paid_on)), else_=payments.c.paid_on
    )


def payment_kind(known: Knowledge) -> ColumnElement[str]:
    """cash, reversal or waiver; what takes a waiver back is a waiver too."""
    if known.known_on is None:
        return payments.c.payment_kind
    takes_back = case((_named(known, "payment_kind") == "waiver", "waiver"), else_="reversal")
    return case((payments.c.amount < 0, takes_back), else_=payments.c.payment_kind)


def _named(known: Knowledge, column: str) -> ColumnElement[Any]:
    """A column of the payment that a reversal names; the rule is that of `db.settle.settle_payments`."""
    named = alias_of(payments, "named")
    return (
        select(named.c[column])
        .where(named.c.book_id == payments.c.book_id, named.c.payment_ref == payments.c.reverses_ref)
        .where(named.c.loan_id == payments.c.loan_id, known.speaks(named), named.c.amount > 0)
        .limit(1)
        .correlate(payments)
        .scalar_subquery()
    )


def episode_of_payment(known: Knowledge) -> ColumnElement[Any]:
    """The episode a payment belongs to: the latest that had begun; NULL before the first placement."""
    return episode_at(placements.c.id, payments.c.loan_id, effective_on(known), known)


def is_cash(known: Knowledge) -> ColumnElement[bool]:
    """The payment speaks and is money."""
    return and_(known.speaks(payments), payment_kind(known).in_(CASH_KINDS))


def cash_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Subquery:
    """Two rows a payment or reversal of an episode: posted on paid_on, and effective on effective_on.

    Columns: payment_id, loan_id, book_id, day (paid_on or effective_on), month, told_on (the day from which the row
    counts: both days must have come) and its month `told`, cohort, DIMENSIONS at placement, payments (1 for a posted
    cash payment; a reversal is none), cash (posted), cash_effective.
    """
    both = posted_rows(*conditions, known=known), effective_rows(*conditions, known=known)
    return union_all(*both).subquery("cash_rows")


def posted_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    """The rows of `cash_rows` on the days money was posted."""
    is_payment = when(payment_kind(known) == "cash", 1)
    return _cash(payments.c.paid_on, is_payment, payments.c.amount, literal(0), conditions, known)


def effective_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    """The rows of `cash_rows` on the days money counts back to."""
    return _cash(effective_on(known), literal(0), literal(0), payments.c.amount, conditions, known)


def _cash(
    day: ColumnElement[Any],
    count: ColumnElement[Any],
    cash: ColumnElement[Any],
    effective: ColumnElement[Any],
    conditions: tuple[ColumnElement[bool], ...],
    known: Knowledge,
) -> Select[Any]:
    told_on = case((payments.c.paid_on > day, payments.c.paid_on), else_=day)
    return (
        select(
            payments.c.id.label("payment_id"),
            payments.c.loan_id,
            payments.c.book_id,
            day.label("day"),
            month_end(day).label("month"),
            told_on.label("told_on"),
            month_end(told_on).label("told"),
            month_end(placements.c.placed_on).label("cohort"),
            *dimensions(known, strategy=placements.c.strategy),
            count.label("payments"),
            cash.label("cash"),
            effective.label("cash_effective"),
        )
        .select_from(
            payments.join(placements, placements.c.id == episode_of_payment(known))
            .join(snapshots, snapshots.c.id == placements.c.snapshot_id)
            .outerjoin(scores, live_score(known))
        )
        .where(is_cash(known), *conditions)
    )


def outside_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    """One row a payment of no episode, or a waiver: payment_id, loan_id, book_id, day, month, DIMENSIONS then, payments
    (a reversal is none), cash, waivers, waived."""
    amount, kind = payments.c.amount, payment_kind(known)
    moved, waiver = kind.in_(CASH_KINDS), kind == "waiver"
    then = snapshots.c.id == snapshot_at(payments.c.loan_id, payments.c.paid_on, known)
    return (
        select(
            payments.c.id.label("payment_id"),
            payments.c.loan_id,
            payments.c.book_id,
            payments.c.paid_on.label("day"),
            month_end(payments.c.paid_on).label("month"),
            *dimensions(known),
            when(kind == "cash", 1).label("payments"),
            when(moved, amount).label("cash"),
            when(and_(waiver, amount > 0), 1).label("waivers"),
            when(waiver, amount).label("waived"),
        )
        .select_from(payments.outerjoin(snapshots, then).outerjoin(scores, live_score(known)))
        .where(known.speaks(payments), or_(waiver, and_(moved, episode_of_payment(known).is_(None))), *conditions)
    )
