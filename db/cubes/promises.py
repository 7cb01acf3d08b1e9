"""Promises: one row a promise that is due, kept, broken, cancelled or cannot be judged, and one a later day on which a
reversal changed what became of it."""

from __future__ import annotations

from sqlalchemy import BindParameter, ColumnElement, Subquery, and_, func, select

from core.metrics.promises import PROMISE_MEASURES
from core.selection import DIMENSIONS
from db.cubes.activity import activity_rows
from db.cubes.dimensions import month_end, when
from db.known import NOW, Knowledge
from db.tables import actions, promise_outcomes, promises


def promise_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Subquery:
    """One row a promise and change of it: promise_id, loan_id, book_id, promised_on, due_on, fate, day (it is resolved on;
    where it cannot be judged, it was made on) and its month, told_on (the day from which the row counts: that day, or of
    a reversal) and its month `told`, judged (1 or 0), DIMENSIONS on the day it was made (as its action has them),
    PROMISE_MEASURES (of a change what it changed). Conditions are on its action."""
    made = activity_rows(*conditions, known=known).subquery("made")
    outcome, amount = promise_outcomes.c, promises.c.amount
    fate, is_first = outcome.fate, outcome.told_on == outcome.resolved_on
    judged = fate.in_(("kept", "broken"))
    day, told_on = (func.coalesce(on, promises.c.promised_on) for on in (outcome.resolved_on, outcome.told_on))
    measures = {
        "promises": when(and_(judged, is_first), 1),
        "promised": when(and_(judged, is_first), amount),
        "kept": outcome.kept,
        "kept_amount": outcome.kept_amount,
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
            told_on.label("told_on"),
            month_end(told_on).label("told"),
            when(judged, 1).label("judged"),
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
