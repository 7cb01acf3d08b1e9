"""Promises: one row a promise that is due, kept, broken, cancelled or cannot be judged."""

from __future__ import annotations

from sqlalchemy import BindParameter, ColumnElement, Subquery, func, select

from core.metrics.promises import PROMISE_MEASURES
from core.selection import DIMENSIONS
from db.cubes.activity import activity_rows
from db.cubes.dimensions import month_end, when
from db.known import NOW, Knowledge
from db.tables import actions, promise_outcomes, promises


def promise_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Subquery:
    """One row a promise: promise_id, loan_id, book_id, promised_on, due_on, fate, day (it is resolved on; where it cannot
    be judged, it was made on), month, DIMENSIONS on the day it was made (as its action has them), PROMISE_MEASURES.
    Conditions are on its action."""
    made = activity_rows(*conditions, known=known).subquery("made")
    fate, amount = promise_outcomes.c.fate, promises.c.amount
    judged = fate.in_(("kept", "broken"))
    day = func.coalesce(promise_outcomes.c.resolved_on, promises.c.promised_on)
    measures = {
        "promises": when(judged, 1),
        "promised": when(judged, amount),
        "kept": when(fate == "kept", 1),
        "kept_amount": promise_outcomes.c.kept_amount,
        "unstated": when(fate == "unstated", 1),
        "cancelled": when(fate == "cancelled", 1),
    }
    fates = promises.join(promise_outcomes, promise_outcomes.c.promise_id == promises.c.id)
    return (
        select(
            promises.c.id.label("promise_id"),
            *(made.c[name] for name in ("loan_id", "book_id")),
            promises.c.promised_on,
            promises.c.due_on,
            fate,
            day.label("day"),
            month_end(day).label("month"),
            *(made.c[name] for name in DIMENSIONS),
            *(measures[name].label(name) for name in PROMISE_MEASURES),
        )
        .select_from(made.join(fates, promises.c.action_id == made.c.action_id))
        .where(known.speaks(promises), known.speaks(promise_outcomes))
        .subquery("promise_rows")
    )


def of_promises(book_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """The actions of a book in which something was promised: few of them, so `promise_rows` begins there."""
    return actions.c.id.in_(select(promises.c.action_id).where(promises.c.book_id == book_id))
