"""Decisions of persons: which loans go under which strategy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from core.columns import PERSON_HOLDS
from core.errors import Refused
from core.metrics.delinquency import OPEN
from core.strategies.catalogue import STRATEGY_NAMES, resolve_strategy
from db.rows import insert_rows
from db.tables import assignments

_NEWEST = (
    "SELECT l.loan_ref, l.id AS loan_id, s.id AS snapshot_id, s.status, coalesce(s.hold, (SELECT h.hold FROM snapshots h "
    "WHERE h.borrower_id = s.borrower_id AND h.as_of = s.as_of AND h.live = 1 AND h.hold IS NOT NULL "
    f"AND h.hold IN ({', '.join(repr(hold) for hold in PERSON_HOLDS)}) LIMIT 1)) AS hold "
    "FROM refs r CROSS JOIN loans l JOIN snapshots s ON s.id = (SELECT n.id FROM snapshots n WHERE n.loan_id = l.id "
    "AND n.live = 1 ORDER BY n.as_of DESC LIMIT 1) WHERE l.book_id = ? AND l.loan_ref = r.ref"
)


def decide(
    connection: Connection,
    book_id: int,
    revision_id: int,
    loan_refs: Sequence[str],
    strategy: str,
    decided_on: date,
    who: str,
    known_on: str,
    drawn: Mapping[str, tuple[str, str, float]] | None = None,
) -> set[int]:
    """Write a person's assignment for each loan, and ask for new scores of their newest snapshots.

    Where chance chose and the person confirmed, `drawn` tells by loan the trial, the arm and the chance of that arm.

    Returns:
        the loans, by number.

    Raises:
        Refused: no such strategy; loans that are not in the book, have left it, or are on hold. Nothing is written.
    """
    name = resolve_strategy(strategy)
    if name is None:
        raise Refused(f"There is no strategy '{strategy}'", remedy=f"Use one of {', '.join(STRATEGY_NAMES)}.")
    refs = sorted(set(loan_refs))
    connection.exec_driver_sql("DELETE FROM refs")
    if refs:
        connection.exec_driver_sql("INSERT INTO refs VALUES (?)", [(ref,) for ref in refs])
    found = {row.loan_ref: row for row in connection.exec_driver_sql(_NEWEST, (book_id,))}
    _refuse("are not in the book", [ref for ref in refs if ref not in found], "Check the numbers.")
    held = [f"{ref}: {found[ref].hold}" for ref in refs if found[ref].hold]
    _refuse("are on hold", held, "Take them out of the list; nobody may work them while the hold lasts.")
    left = [f"{ref}: {found[ref].status}" for ref in refs if found[ref].status != OPEN]
    _refuse("are not open", left, "Take them out of the list.")
    names = ("revision_id", "book_id", "live", "since_on", "loan_id", "assigned_on", "strategy", "decided_by", "who")
    by_chance = ("trial", "arm", "probability")
    told = drawn or {}
    day = decided_on.isoformat()
    rows = [
        (
            revision_id,
            book_id,
            1,
            known_on,
            found[ref].loan_id,
            day,
            name,
            "person",
            who,
            *told.get(ref, (None, None, None)),
        )
        for ref in refs
    ]
    insert_rows(connection, assignments, (*names, *by_chance), rows)
    if refs:
        newest = [(found[ref].snapshot_id,) for ref in refs]
        connection.exec_driver_sql("INSERT INTO spoke VALUES (?) ON CONFLICT DO NOTHING", newest)
    return {int(found[ref].loan_id) for ref in refs}


def _refuse(what: str, where: Sequence[str], remedy: str) -> None:
    if where:
        raise Refused(f"{len(where)} of the loans {what}", where=where, remedy=remedy)
