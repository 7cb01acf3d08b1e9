"""What each cube counts: one query a cube, over rows, used for its deltas and for the proof that it equals them.

The `*_rows` functions answer one row a fact with every dimension and measure; a cube is their sum. Conditions given
to them narrow the rows (over `snapshots`, `placements`, `payments`, `actions` or `scores` columns of `db.tables`);
`known` says with which knowledge (see db.known): now, or on an earlier day. What the store keeps only for now (the
strategy of a row whose file named none, what a reversal takes back) is worked out for an earlier day by the same rule.
An absent dimension is "not stated"; money is whole hundredths.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Label,
    Select,
    Subquery,
    Table,
    Text,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from core.columns import PERSON_HOLDS
from core.metrics.contacts import REACHED_RESULTS
from core.metrics.delinquency import OPEN
from core.metrics.flows import FLOW_MEASURES
from core.metrics.promises import PROMISE_MEASURES
from core.selection import DIMENSIONS, NOT_STATED
from db.known import NOW, Knowledge
from db.tables import (
    STOCK_MEASURES,
    actions,
    assignments,
    cube_activity,
    cube_borrowers,
    cube_cash,
    cube_flows,
    cube_placed,
    cube_promises,
    cube_site,
    cube_stock,
    payments,
    placements,
    promise_outcomes,
    promises,
    scores,
    snapshots,
)

CASH_KINDS = ("cash", "reversal")
"""Payment kinds that are money; a waiver never is."""

NO_COHORT = "none"
"""The cohort of an action before the loan's first placement."""


class month_end(FunctionElement[str]):  # noqa: N801 - spelled as the SQL function it stands for
    """The last day of the month of an ISO day, as ISO text."""

    name = "month_end"
    type = Text()
    inherit_cache = True


@compiles(month_end, "sqlite")
def _month_end_sqlite(element: month_end, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, 'start of month', '+1 month', '-1 day')"


@compiles(month_end, "postgresql")
def _month_end_postgresql(element: month_end, compiler: Any, **options: Any) -> str:
    day = compiler.process(element.clauses, **options)
    return f"((date_trunc('month', ({day})::date) + interval '1 month' - interval '1 day')::date)::text"


def is_stock(known: Knowledge) -> ColumnElement[bool]:
    """The snapshot speaks, and the loan is open: paid, charged off, sold and recalled loans are no stock."""
    return and_(known.speaks(snapshots), snapshots.c.status == OPEN)


IN_ARREARS = snapshots.c.dpd >= 1


def person_held(known: Knowledge) -> ColumnElement[bool]:
    """A hold about the person on any loan of the borrower that day: nobody may work any of them."""
    held = snapshots.alias("held")
    same = (held.c.borrower_id == snapshots.c.borrower_id, held.c.as_of == snapshots.c.as_of)
    about_person = (held.c.hold.is_not(None), held.c.hold.in_(PERSON_HOLDS))
    return select(held.c.id).where(*same, known.speaks(held), *about_person).correlate(snapshots).exists()


def is_workable(known: Knowledge) -> ColumnElement[bool]:
    """In arrears, and no hold binds the loan."""
    return and_(IN_ARREARS, snapshots.c.hold.is_(None), ~person_held(known))


def live_score(known: Knowledge) -> ColumnElement[bool]:
    """The score that speaks for the snapshot, as a join's condition."""
    return and_(scores.c.snapshot_id == snapshots.c.id, known.speaks(scores))


def strategy_of(known: Knowledge) -> ColumnElement[Any]:
    """The strategy the snapshot's loan was under that day: as its file says, else the assignment in force.

    For now it is stored (`db.assignments.restate_snapshots` keeps it); for an earlier day it is looked up."""
    if known.known_on is None:
        return snapshots.c.strategy
    given = assignments.alias("in_force")
    in_force = (
        select(given.c.strategy)
        .where(given.c.loan_id == snapshots.c.loan_id, known.speaks(given), given.c.assigned_on <= snapshots.c.as_of)
        .order_by(given.c.assigned_on.desc(), (given.c.decided_by == "person").desc(), given.c.id.desc())
        .limit(1)
        .correlate(snapshots)
        .scalar_subquery()
    )
    return func.coalesce(snapshots.c.strategy_stated, in_force)


IS_STOCK = is_stock(NOW)
IS_WORKABLE = is_workable(NOW)
LIVE_SCORE = live_score(NOW)


def said(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A dimension's value, "not stated" where it is absent."""
    return func.coalesce(column, NOT_STATED)


def _dimensions(known: Knowledge, **instead: ColumnElement[Any]) -> list[Label[Any]]:
    """Every dimension of a selection, from a snapshot and its live score, or from what is given instead."""
    of_score = ("segment", "proposed", "band")
    told = {"strategy": strategy_of(known)} | instead
    return [
        said(told.get(name, (scores if name in of_score else snapshots).c[name])).label(name) for name in DIMENSIONS
    ]


def _when(condition: ColumnElement[bool], value: Any) -> ColumnElement[Any]:
    return case((condition, value), else_=0)


def stock_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    """One row a live, open snapshot: snapshot_id, loan_id, book_id, as_of, DIMENSIONS, STOCK_MEASURES."""
    row, expected, workable = snapshots.c, scores.c.expected_recovery, is_workable(known)
    return (
        select(
            row.id.label("snapshot_id"),
            row.loan_id,
            row.book_id,
            row.as_of,
            *_dimensions(known),
            literal(1).label("loans"),
            row.balance,
            _when(IN_ARREARS, 1).label("arrears_loans"),
            _when(IN_ARREARS, row.balance).label("arrears_balance"),
            _when(workable, 1).label("workable_loans"),
            _when(workable, row.balance).label("workable_balance"),
            _when(expected.is_not(None), 1).label("expected_loans"),
            func.coalesce(expected, 0).label("expected_recovery"),
        )
        .select_from(snapshots.outerjoin(scores, live_score(known)))
        .where(is_stock(known), *conditions)
    )


def placed_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    """One row a recovery episode: loan_id, book_id, placed_on, cohort, DIMENSIONS at placement, loans, balance."""
    return (
        select(
            placements.c.loan_id,
            placements.c.book_id,
            placements.c.placed_on,
            month_end(placements.c.placed_on).label("cohort"),
            *_dimensions(known, strategy=placements.c.strategy),
            literal(1).label("loans"),
            placements.c.balance,
        )
        .select_from(
            placements.join(snapshots, snapshots.c.id == placements.c.snapshot_id).outerjoin(scores, live_score(known))
        )
        .where(known.speaks(placements), *conditions)
    )


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
    named = payments.alias("named")
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
    begun = placements.alias("earlier")
    return (
        select(begun.c.id)
        .where(begun.c.loan_id == payments.c.loan_id, begun.c.placed_on <= effective_on(known), known.speaks(begun))
        .order_by(begun.c.placed_on.desc())
        .limit(1)
        .correlate(payments)
        .scalar_subquery()
    )


def is_cash(known: Knowledge) -> ColumnElement[bool]:
    """The payment speaks and is money."""
    return and_(known.speaks(payments), payment_kind(known).in_(CASH_KINDS))


EPISODE_OF_PAYMENT = episode_of_payment(NOW)
IS_CASH = is_cash(NOW)


def cash_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Subquery:
    """Two rows a payment or reversal of an episode: posted on paid_on, and effective on effective_on.

    Columns: payment_id, loan_id, book_id, day (paid_on or effective_on), month, cohort, DIMENSIONS at placement,
    payments (1 for a posted cash payment; a reversal is none), cash (posted), cash_effective.
    """
    both = posted_rows(*conditions, known=known), effective_rows(*conditions, known=known)
    return union_all(*both).subquery("cash_rows")


def posted_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    """The rows of `cash_rows` on the days money was posted."""
    is_payment = _when(payment_kind(known) == "cash", 1)
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
    return (
        select(
            payments.c.id.label("payment_id"),
            payments.c.loan_id,
            payments.c.book_id,
            day.label("day"),
            month_end(day).label("month"),
            month_end(placements.c.placed_on).label("cohort"),
            *_dimensions(known, strategy=placements.c.strategy),
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


def snapshot_of_action(known: Knowledge) -> ColumnElement[Any]:
    """The loan's latest live snapshot on or before the action, or the first one after it."""
    return func.coalesce(_snapshot_of_action(True, known), _snapshot_of_action(False, known))


def _snapshot_of_action(before: bool, known: Knowledge) -> ColumnElement[Any]:
    acted_on, on_day = actions.c.acted_on, snapshots.alias("on_day")
    return (
        select(on_day.c.id)
        .where(
            on_day.c.loan_id == actions.c.loan_id,
            known.speaks(on_day),
            on_day.c.as_of <= acted_on if before else on_day.c.as_of > acted_on,
        )
        .order_by(on_day.c.as_of.desc() if before else on_day.c.as_of)
        .limit(1)
        .correlate(actions)
        .scalar_subquery()
    )


SNAPSHOT_OF_ACTION = snapshot_of_action(NOW)


def _cohort_of_action(known: Knowledge) -> ColumnElement[Any]:
    begun = placements.alias("begun")
    placed_on = (
        select(month_end(begun.c.placed_on))
        .where(begun.c.loan_id == actions.c.loan_id, begun.c.placed_on <= actions.c.acted_on, known.speaks(begun))
        .order_by(begun.c.placed_on.desc())
        .limit(1)
        .correlate(actions)
        .scalar_subquery()
    )
    return func.coalesce(placed_on, NO_COHORT)


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
            _cohort_of_action(known).label("cohort"),
            *_dimensions(known, strategy=of_strategy),
            literal(1).label("actions"),
            _when(func.lower(actions.c.result).in_(REACHED_RESULTS), 1).label("contacts"),
            _when(promises.c.id.is_not(None), 1).label("promises"),
            func.coalesce(promises.c.amount, 0).label("promised"),
            func.coalesce(actions.c.cost, 0).label("cost"),
            _when(actions.c.cost.is_not(None), 1).label("costed"),
        )
        .select_from(
            actions.outerjoin(promises, and_(promises.c.action_id == actions.c.id, known.speaks(promises)))
            .outerjoin(snapshots, snapshots.c.id == snapshot_of_action(known))
            .outerjoin(scores, live_score(known))
        )
        .where(known.speaks(actions), *conditions)
    )


def promise_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Subquery:
    """One row a promise: promise_id, loan_id, book_id, promised_on, due_on, fate, day (it is resolved on; where it cannot
    be judged, it was made on), month, DIMENSIONS on the day it was made (as its action has them), PROMISE_MEASURES.
    Conditions are on its action."""
    made = activity_rows(*conditions, known=known).subquery("made")
    fate, amount = promise_outcomes.c.fate, promises.c.amount
    judged = fate.in_(("kept", "broken"))
    day = func.coalesce(promise_outcomes.c.resolved_on, promises.c.promised_on)
    measures = {
        "promises": _when(judged, 1),
        "promised": _when(judged, amount),
        "kept": _when(fate == "kept", 1),
        "kept_amount": promise_outcomes.c.kept_amount,
        "unstated": _when(fate == "unstated", 1),
        "cancelled": _when(fate == "cancelled", 1),
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


def of_promises(book_id: int) -> ColumnElement[bool]:
    """The actions of a book in which something was promised: few of them, so `promise_rows` begins there."""
    return actions.c.id.in_(select(promises.c.action_id).where(promises.c.book_id == book_id))


@dataclass(frozen=True, slots=True)
class Cube:
    """A cube: its table, the rows it sums, and the column of those rows by which a change finds them."""

    table: Table
    rows: Callable[..., Select[Any] | Subquery]
    key: ColumnElement[Any]
    days: tuple[str, ...]
    measures: tuple[str, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """Days, dimensions and whatever else tells one cell from another."""
        others = {"id", "book_id", "revision_id", *self.days, *self.measures}
        return (*self.days, *(column.name for column in self.table.columns if column.name not in others))

    def sums(self, *conditions: ColumnElement[bool], sign: int = 1, known: Knowledge = NOW) -> Select[Any]:
        """Cells of the rows that meet the conditions: book_id, groups, measures (times `sign`)."""
        rows = self.rows(*conditions, known=known)
        facts = rows if isinstance(rows, Subquery) else rows.subquery("facts")
        keys = [facts.c.book_id, *(facts.c[name] for name in self.groups)]
        totals = [(func.sum(facts.c[name]) * sign).label(name) for name in self.measures]
        return select(*keys, *totals).group_by(*keys)


STOCK = Cube(cube_stock, stock_rows, snapshots.c.id, ("as_of",), STOCK_MEASURES)
SITE = Cube(cube_site, stock_rows, snapshots.c.id, ("as_of",), STOCK_MEASURES)
PLACED = Cube(cube_placed, placed_rows, placements.c.loan_id, ("cohort",), ("loans", "balance"))
CASH = Cube(cube_cash, cash_rows, payments.c.id, ("cohort", "month"), ("payments", "cash", "cash_effective"))
ACTIVITY = Cube(
    cube_activity,
    activity_rows,
    actions.c.id,
    ("cohort", "month"),
    ("actions", "contacts", "promises", "promised", "cost", "costed"),
)
PROMISES = Cube(cube_promises, promise_rows, actions.c.id, ("month",), PROMISE_MEASURES)


def _flow_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Select[Any]:
    from db.flows import flow_rows  # it is made of the definitions above

    return flow_rows(*conditions, known=known)


def _borrower_rows(*conditions: ColumnElement[bool], known: Knowledge = NOW) -> Subquery:
    from db.borrower_rows import borrower_rows  # it is made of the definitions above

    return borrower_rows(*conditions, known=known)


FLOWS = Cube(cube_flows, _flow_rows, snapshots.c.id, ("month",), FLOW_MEASURES)
BORROWERS = Cube(cube_borrowers, _borrower_rows, snapshots.c.id, ("as_of",), ("borrowers", "arrears_borrowers"))
CUBES = (STOCK, SITE, PLACED, CASH, ACTIVITY, PROMISES, FLOWS, BORROWERS)


def recount(connection: Connection, known: Knowledge = NOW) -> dict[str, pd.DataFrame]:
    """Where a cube and the rows disagree: per cube the cells whose sums differ (cube minus rows).

    Args:
        known: now, or an earlier day: then the deltas of revisions up to that day against the rows as known then.

    Returns:
        cube's table name to a frame of book_id, groups and the differences; all empty in a sound store.
    """
    return {cube.table.name: _differences(connection, cube, known) for cube in CUBES}


def _differences(connection: Connection, cube: Cube, known: Knowledge) -> pd.DataFrame:
    names = ("book_id", *cube.groups)
    kept = select(*(cube.table.c[name] for name in (*names, *cube.measures))).where(*known.cells(cube.table))
    both = union_all(kept, cube.sums(sign=-1, known=known)).subquery("both")
    totals = [func.sum(both.c[name]).label(name) for name in cube.measures]
    query = (
        select(*(both.c[name] for name in names), *totals)
        .group_by(*(both.c[name] for name in names))
        .having(or_(*(func.sum(both.c[name]) != 0 for name in cube.measures)))
    )
    found = connection.execute(query)
    return pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()))
