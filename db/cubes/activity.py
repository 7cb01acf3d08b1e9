"""The work done: one row an action, by the loan's attributes on its day; and what it cost, by those at placement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, func, literal, select

from core.metrics.contacts import REACHED_RESULTS
from core.metrics.costs import NO_COHORT
from db.cubes.dimensions import dimensions, episode_at, live_score, month_end, snapshot_at, strategy_of, when
from db.known import NOW, Knowledge
from db.tables import actions, placements, promises, scores, snapshots


def _episode(told: Column[Any], known: Knowledge) -> ColumnElement[Any]:
    return episode_at(told, actions.c.loan_id, actions.c.acted_on, known)


def activity_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    """One row a live action: action_id, loan_id, book_id, acted_on, month, cohort (of the latest placement by that
    day, "none" before the first), DIMENSIONS on the day, and its measures: actions, contacts, promises, promised,
    cost, costed (1 where a cost was stated)."""
    of_strategy = func.coalesce(actions.c.strategy, strategy_of(known))
    return (
        select(
            actions.c.id.label("action_id"),
            actions.c.loan_id,
            actions.c.book_id,
            actions.c.acted_on,
            month_end(actions.c.acted_on).label("month"),
            func.coalesce(month_end(_episode(placements.c.placed_on, known)), NO_COHORT).label("cohort"),
            *dimensions(known, strategy=of_strategy),
            literal(1).label("actions"),
            when(func.lower(actions.c.result).in_(REACHED_RESULTS), 1).label("contacts"),
            when(promises.c.id.is_not(None), 1).label("promises"),
            func.coalesce(promises.c.amount, 0).label("promised"),
            func.coalesce(actions.c.cost, 0).label("cost"),
            when(actions.c.cost.is_not(None), 1).label("costed"),
        )
        .select_from(
            actions.outerjoin(promises, and_(promises.c.action_id == actions.c.id, known.speaks(promises)))
            .outerjoin(snapshots, snapshots.c.id == snapshot_at(actions.c.loan_id, actions.c.acted_on, known))
            .outerjoin(scores, live_score(known))
        )
        .where(known.speaks(actions), *conditions)
    )


def cost_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    """One row a live action of an episode whose cost is stated: action_id, loan_id, book_id, acted_on, month, cohort,
    DIMENSIONS at placement, costed (1), cost."""
    return (
        select(
            actions.c.id.label("action_id"),
            actions.c.loan_id,
            actions.c.book_id,
            actions.c.acted_on,
            month_end(actions.c.acted_on).label("month"),
            month_end(placements.c.placed_on).label("cohort"),
            *dimensions(known, strategy=placements.c.strategy),
            literal(1).label("costed"),
            actions.c.cost,
        )
        .select_from(
            actions.join(placements, placements.c.id == _episode(placements.c.id, known))
            .join(snapshots, snapshots.c.id == placements.c.snapshot_id)
            .outerjoin(scores, live_score(known))
        )
        .where(known.speaks(actions), actions.c.cost.is_not(None), *conditions)
    )
