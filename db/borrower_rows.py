"""Borrowers of open loans: how many distinct ones there are in a group, who owes most, and all the loans of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, Subquery, case, func, literal, select, union_all

from core.loan_fields import LOAN_FIELDS
from core.metrics.delinquency import OPEN
from core.selection import DIMENSIONS
from db.cubes.dimensions import dimension, live_score, said
from db.cubes.stock import IN_ARREARS
from db.frames import COUNT, frame_of
from db.known import NOW, Knowledge
from db.loans import SNAPSHOT_TYPES, TYPES, loan_rows
from db.recall import recall
from db.sums import Scope, check_groups
from db.tables import assignments, borrowers, loans, placements, scores, snapshots

ALL = "all"
"""The group of every borrower, as a dimension and as its value."""

BORROWER_DIMENSIONS = ("product", "region", "segment", "strategy", "bucket", "band", "branch", "agency")
"""Dimensions by which the cube counts borrowers, one at a time."""

OF_SCORE = {"segment", "proposed", "band"}
"""Dimensions that only a score tells: without a filter on one of them scores are not read."""

MANY = 4
"""The size that stands for this many open loans of a borrower, or more."""


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
        placements.c.loan_id == snapshots.c.loan_id,
        placements.c.placed_on <= scope.until,
        scope.known.speaks(placements),
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


def borrower_snapshots(connection: Connection, scope: Scope, borrower_ref: str) -> pd.DataFrame:
    """Every loan of a borrower on the scope's day, of any status, by number, as scores are made of it.

    Returns:
        loan_ref, borrower_ref, as_of, extra, every portfolio column, confirmed (the strategy a person last confirmed),
        source, risk_score, policy, reasons (list) and contributions (text) of the score; NaN where nothing is told. Empty for
        an unknown borrower.
    """
    decided = select(assignments.c.strategy).where(
        assignments.c.loan_id == snapshots.c.loan_id, assignments.c.decided_by == "person", scope.known.speaks(assignments)
    )  # fmt: skip
    newest = decided.order_by(assignments.c.assigned_on.desc(), assignments.c.id.desc()).limit(1)
    types = {"loan_ref": "text", "borrower_ref": "text", "as_of": "text", "extra": "text"}
    types |= {name: "text" if dtype == "category" else dtype for name, dtype in SNAPSHOT_TYPES.items()}
    told: dict[str, Any] = {name: snapshots.c[name] for name in ("extra", *SNAPSHOT_TYPES)}
    told |= {"loan_ref": loans.c.loan_ref, "borrower_ref": borrowers.c.borrower_ref}
    told |= {"confirmed": newest.correlate(snapshots).scalar_subquery()}
    told |= {name: scores.c[name] for name in ("source", "risk_score", "policy", "reasons", "contributions")}
    types |= {"confirmed": "text", "source": "text", "risk_score": "number", "policy": "text"}
    types |= {"reasons": "list", "contributions": "text"}
    query = (
        select(*(told[name].label(name) for name in types))
        .select_from(loan_rows(scope.known)[0])
        .where(borrowers.c.book_id == scope.book_id, borrowers.c.borrower_ref == borrower_ref)
        .where(snapshots.c.as_of == scope.day, scope.known.speaks(snapshots))
        .order_by(loans.c.loan_ref)
    )
    return frame_of(connection.execute(query).all(), types)


def borrower_of(connection: Connection, scope: Scope, loan_ref: str) -> str | None:
    """The borrower of a loan on the scope's day, whatever its status; its filters do not apply. None for an unknown loan."""
    query = (
        select(borrowers.c.borrower_ref)
        .select_from(snapshots.join(loans, loans.c.id == snapshots.c.loan_id))
        .join(borrowers, borrowers.c.id == snapshots.c.borrower_id)
        .where(loans.c.book_id == scope.book_id, loans.c.loan_ref == loan_ref)
        .where(snapshots.c.as_of == scope.day, scope.known.speaks(snapshots))
    )
    return connection.execute(query).scalar()


def borrower_sizes(connection: Connection, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """Borrowers of open loans on the scope's day by how many of them they have; it has no groups.

    Returns:
        size (MANY stands for that many or more), borrowers, loans, balance, arrears_borrowers, arrears_loans,
        arrears_balance, by size. Empty where there is no open loan.
    """
    check_groups(by, ())
    people = _people(scope).c
    size = case((people.loans >= MANY, MANY), else_=people.loans).label("size")
    names = ("loans", "balance", "arrears_loans", "arrears_balance")
    loans_held, balance, late, arrears = (func.sum(people[name]) for name in names)
    owing = func.sum(case((people.arrears_loans > 0, 1), else_=0))
    query = select(size, func.count(), loans_held, balance, owing, late, arrears).group_by(size).order_by(size)
    counts = dict.fromkeys(("size", "borrowers", "loans"), COUNT) | {"balance": "money"}
    owed = {"arrears_borrowers": COUNT, "arrears_loans": COUNT, "arrears_balance": "money"}
    return frame_of(connection.execute(query).all(), counts | owed)


def top_borrowers(connection: Connection, scope: Scope, limit: int) -> pd.DataFrame:
    """The borrowers with the largest arrears on the scope's day over their open loans that it keeps; remembered.

    Returns:
        borrower_ref, loans, balance, arrears_loans, arrears_balance, dpd (of the loan furthest behind), largest first,
        ties by borrower_ref. Empty where nothing is in arrears.
    """
    people = _people(scope)
    dtypes = {"loans": COUNT, "balance": "money", "arrears_loans": COUNT, "arrears_balance": "money", "dpd": COUNT}
    query = (
        select(borrowers.c.borrower_ref, *(people.c[name] for name in dtypes))
        .select_from(people.join(borrowers, borrowers.c.id == people.c.borrower_id))
        .where(people.c.arrears_balance > 0)
        .order_by(people.c.arrears_balance.desc(), borrowers.c.borrower_ref)
        .limit(limit)
    )
    asked = ("top_borrowers", scope.book_id, scope.day, scope.chosen, scope.known, limit)
    found = recall(connection).answer(asked, lambda: connection.execute(query).all())
    return frame_of(found, {"borrower_ref": "text"} | dtypes)


def _people(scope: Scope) -> Subquery:
    """One row a borrower of open loans that the scope keeps on its day: borrower_id and their sums."""
    row, known = snapshots.c, scope.known
    kept = [said(dimension(name, known)).in_(values) for name, values in scope.filters.items()]
    scored = snapshots.outerjoin(scores, live_score(known)) if OF_SCORE & set(scope.filters) else snapshots
    return (
        select(
            row.borrower_id,
            func.count().label("loans"),
            func.sum(row.balance).label("balance"),
            func.sum(case((IN_ARREARS, 1), else_=0)).label("arrears_loans"),
            func.sum(case((IN_ARREARS, row.balance), else_=0)).label("arrears_balance"),
            func.max(row.dpd).label("dpd"),
        )
        .select_from(scored)
        .where(row.book_id == scope.book_id, row.as_of == scope.day, known.speaks(snapshots), row.status == OPEN, *kept)
        .group_by(row.borrower_id)
        .subquery("people")
    )
