"""Borrowers of open loans: how many distinct ones there are in a group, and all the loans of one of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, Subquery, case, func, literal, select, union_all

from core.loan_fields import LOAN_FIELDS
from core.metrics.delinquency import OPEN
from core.selection import DIMENSIONS
from db.cube import IN_ARREARS, live_score, said
from db.frames import frame_of
from db.known import NOW, Knowledge
from db.loans import TYPES, loan_rows
from db.measures import dimension
from db.sums import Scope
from db.tables import borrowers, loans, placements, scores, snapshots

ALL = "all"
"""The group of every borrower, as a dimension and as its value."""

BORROWER_DIMENSIONS = ("product", "region", "segment", "strategy", "bucket", "band", "branch", "agency")
"""Dimensions by which the cube counts borrowers, one at a time."""


def open_loan_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    """One row an open loan and day: borrower_id, book_id, as_of, DIMENSIONS, in_arrears (1 or 0)."""
    row = snapshots.c
    return (
        select(
            row.borrower_id,
            row.book_id,
            row.as_of,
            *(said(dimension(name, known)).label(name) for name in DIMENSIONS),
            case((IN_ARREARS, 1), else_=0).label("in_arrears"),
        )
        .select_from(snapshots.outerjoin(scores, live_score(known)))
        .where(known.speaks(snapshots), row.status == OPEN, *conditions)
    )


def borrower_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Subquery:
    """One row a borrower, day and group they have an open loan in.

    Conditions must keep all loans of a borrower on a day or none of them, else a borrower is counted twice.

    Returns:
        borrower_id, book_id, as_of, dimension ("all" or one of BORROWER_DIMENSIONS), value, borrowers (1),
        arrears_borrowers (1 with a loan 1+ days past due in the group).
    """
    row = open_loan_rows(*conditions, known=known).cte("open_loan").c
    groups: dict[str, ColumnElement[Any]] = {ALL: literal(ALL)} | {name: row[name] for name in BORROWER_DIMENSIONS}
    parts = [
        select(
            row.borrower_id,
            row.book_id,
            row.as_of,
            literal(name).label("dimension"),
            value.label("value"),
            literal(1).label("borrowers"),
            func.max(row.in_arrears).label("arrears_borrowers"),
        ).group_by(row.borrower_id, row.book_id, row.as_of, *([] if name == ALL else [value]))
        for name, value in groups.items()
    ]
    return union_all(*parts).subquery("borrower_rows")


def borrower_loans(connection: Connection, scope: Scope, borrower_ref: str) -> pd.DataFrame:
    """Every loan of a borrower on the scope's day, of any status, by number; its filters do not apply.

    Returns:
        the fields of LOAN_FIELDS, status, and placed_on: when its latest episode up to the scope's last day began, NaN
        where it was never placed. Empty for an unknown borrower.
    """
    named, fields = loan_rows(scope.known)
    begun = select(func.max(placements.c.placed_on)).where(
        placements.c.loan_id == snapshots.c.loan_id, placements.c.placed_on <= scope.until, scope.known.speaks(placements)
    )
    told = {**fields, "placed_on": begun.correlate(snapshots).scalar_subquery()}
    names = list(dict.fromkeys([*LOAN_FIELDS, "status", "hold", "placed_on"]))
    query = (
        select(*(told[name].label(name) for name in names))
        .select_from(named)
        .where(borrowers.c.book_id == scope.book_id, borrowers.c.borrower_ref == borrower_ref)
        .where(snapshots.c.as_of == scope.day, scope.known.speaks(snapshots))
        .order_by(loans.c.loan_ref)
    )
    return frame_of(connection.execute(query).all(), {name: TYPES[name] for name in names})
