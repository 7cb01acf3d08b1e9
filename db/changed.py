"""What may tell something else than it did on an earlier day: looked up first, so that only its rows are compared.

A fact speaks on one day of two and not on the other only if its latest spell began or ended after the earlier of them
(`db.known`): an earlier spell that ended since has a later one that began since.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, Table, or_, select, union

from db.sums import Scope
from db.tables import payments, placements, scores


def cash_may_differ(scope: Scope, since: str) -> Sequence[ColumnElement[bool]]:
    """Of the payments up to the scope's last day: those of loans with a payment, a reversal, a payment that a reversal
    names, a placement or a placement's score that began or ceased to speak after a day."""
    row, of_book = payments.c, payments.c.book_id == scope.book_id
    named = select(row.reverses_ref).where(of_book, row.reverses_ref.is_not(None))
    counts = or_(row.paid_on <= scope.until, row.amount < 0, row.payment_ref.in_(named))
    paid = select(row.loan_id).where(of_book, _turned(payments, since), counts)
    return [row.loan_id.in_(union(paid, *_placed_anew(scope, since)))]


def placements_may_differ(scope: Scope, since: str) -> Sequence[ColumnElement[bool]]:
    """The placements of loans with a placement, or a placement's score, that began or ceased to speak after a day."""
    return [placements.c.loan_id.in_(union(*_placed_anew(scope, since)))]


def _placed_anew(scope: Scope, since: str) -> tuple[Select[tuple[int]], Select[tuple[int]]]:
    of_book = select(placements.c.loan_id).where(placements.c.book_id == scope.book_id)
    scored = of_book.join(scores, scores.c.snapshot_id == placements.c.snapshot_id)
    return of_book.where(_turned(placements, since)), scored.where(_turned(scores, since))


def _turned(table: Table, since: str) -> ColumnElement[bool]:
    """The fact began or ceased to speak after a day."""
    return or_(table.c.since_on > since, table.c.until_on > since)
