"""Who is in which segment on a day, and how loans moved between segments from one month-end to the next."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, literal, or_, select, union_all

from core.metrics.delinquency import OPEN
from core.metrics.flows import MISSING, NEW
from core.segments.migration import CLEARLY
from db.cubes.dimensions import dimensions, live_score, month_end, said, when
from db.cubes.stock import is_stock
from db.flows import Condition, is_day, month_end_after
from db.known import NOW, Knowledge
from db.tables import scores, snapshots

MARGIN_MEASURES = ("placed", "borderline", "unlike", "held_back")
MOVE_MEASURES = ("loans", "balance", "held_back")


def margin_rows(*conditions: Condition, known: Knowledge = NOW) -> Select[Any]:
    """One row a live, open snapshot with a segment: snapshot_id, book_id, as_of, DIMENSIONS, MARGIN_MEASURES.

    placed: 1; borderline: the margin is 10 % or less; unlike: further out than 99 % of the fit; held_back: it is nearer to
    another segment, but not clearly and not for a second month."""
    row, score = snapshots.c, scores.c
    return (
        select(
            row.id.label("snapshot_id"), row.book_id, row.as_of, *dimensions(known),
            literal(1).label("placed"),
            when(and_(score.segment_margin.is_not(None), score.segment_margin <= CLEARLY), 1).label("borderline"),
            when(score.segment_unlike == 1, 1).label("unlike"),
            when(score.segment_nearest != score.segment, 1).label("held_back"),
        )
        .select_from(snapshots.join(scores, live_score(known)))
        .where(is_stock(known), score.segment.is_not(None), *conditions)
    )  # fmt: skip


def move_rows(*conditions: Condition, known: Knowledge = NOW) -> Select[Any]:
    """One row a loan and pair of adjacent month-ends of the book, the flows of `db.flows` seen by segment.

    Args:
        conditions: narrow the snapshots that moves start from: that of the opening month-end, of an arrival that of the
            closing one.
        known: what is known by when.

    Returns:
        snapshot_id (of that snapshot), book_id, month (the closing month-end), origin (segment then, or "new"), became
        (segment now, else paid, charged off, sold, recalled or missing), DIMENSIONS (of that snapshot and its score),
        loans (1), balance (on the opening month-end; of an arrival on the closing one; whole hundredths), held_back
        (nearer to another segment now, but left where it was).
    """
    moved = union_all(_openings(conditions, known), _arrivals(conditions, known)).subquery("moved")
    return select(*moved.c)


def _openings(conditions: tuple[Condition, ...], known: Knowledge) -> Select[Any]:
    opened, closing, then = snapshots.c, snapshots.alias("closing"), scores.alias("score_then")
    closes_on = month_end_after(opened.as_of, 1)
    reached = and_(closing.c.loan_id == opened.loan_id, closing.c.as_of == closes_on, known.speaks(closing))
    told = and_(then.c.snapshot_id == closing.c.id, known.speaks(then))
    is_open = closing.c.status == OPEN
    became = case((closing.c.id.is_(None), MISSING), (is_open, said(then.c.segment)), else_=closing.c.status)
    held = when(and_(is_open, then.c.segment_nearest != then.c.segment), 1)
    source = snapshots.outerjoin(closing, reached).outerjoin(then, told).outerjoin(scores, live_score(known))
    return (
        select(
            opened.id.label("snapshot_id"), opened.book_id, closes_on.label("month"),
            said(scores.c.segment).label("origin"), became.label("became"), *dimensions(known),
            literal(1).label("loans"), opened.balance, held.label("held_back"),
        )
        .select_from(source)
        .where(known.speaks(snapshots), opened.status == OPEN, opened.as_of == month_end(opened.as_of))
        .where(or_(closing.c.id.is_not(None), is_day(closes_on, known)), *conditions)
    )  # fmt: skip


def _arrivals(conditions: tuple[Condition, ...], known: Knowledge) -> Select[Any]:
    arrived, before = snapshots.c, snapshots.alias("before")
    opened_on = month_end_after(arrived.as_of, -1)
    was_open = (
        select(before.c.id)
        .where(before.c.loan_id == arrived.loan_id, before.c.as_of == opened_on)
        .where(before.c.status == OPEN, known.speaks(before))
        .correlate(snapshots)
    )
    return (
        select(
            arrived.id.label("snapshot_id"), arrived.book_id, arrived.as_of.label("month"),
            literal(NEW).label("origin"), said(scores.c.segment).label("became"), *dimensions(known),
            literal(1).label("loans"), arrived.balance, literal(0).label("held_back"),
        )
        .select_from(snapshots.outerjoin(scores, live_score(known)))
        .where(known.speaks(snapshots), arrived.status == OPEN, arrived.as_of == month_end(arrived.as_of))
        .where(~was_open.exists(), is_day(opened_on, known), *conditions)
    )  # fmt: skip
