"""How loans moved between adjacent month-ends: one row a flow, in the words of `core.metrics.flows`."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Label, Select, Text, and_, case, func, literal, or_, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import CTE, FunctionElement

from core.metrics.contacts import CONTACTED_RESULTS, REACHED_RESULTS
from core.metrics.delinquency import BUCKETS, OPEN
from core.metrics.flows import FLOW_MEASURES, MISSING, NEW, REDEFAULT_DPD, REDEFAULT_MONTHS, SUSTAINED_MONTHS
from core.metrics.portfolio import month_end as month_end_of
from core.selection import DIMENSIONS
from db.cubes.cash import CASH_KINDS, payment_kind
from db.cubes.dimensions import dimension, live_score, month_end, said
from db.cubes.stock import IN_ARREARS, is_workable
from db.known import NOW, Knowledge, alias_of
from db.tables import actions, payments, promises, scores, snapshots

Expression = ColumnElement[Any]
Condition = ColumnElement[bool]
CURRENT = BUCKETS[0]
WAIVER = "waiver"
TAKEN_OVER = ("sold", "recalled")
PAID, CHARGED_OFF = "paid", "charged off"
FOLLOWED = (*BUCKETS, PAID, CHARGED_OFF)
"""Where a cure can be followed to. What was sold or recalled was lost sight of, like what is missing."""
_NOTHING = (
    "opening", "cash", "waived", "due", "dated", "workable", "attempts", "contacted", "reached", "promised",
    "cured", "seen_3", "sustained_3", "seen_6", "redefaulted_6",
)  # fmt: skip
"""What a loan that is new cannot have."""


OPENS_ON = "date({}, 'start of month', '-1 day')"
"""The month-end at which the flow of a day opens."""

CURED_ON = (
    "o.dpd >= 1 AND EXISTS (SELECT 1 FROM snapshots n WHERE n.loan_id = o.loan_id AND n.as_of = ? AND n.live = 1 "
    "AND n.status = 'open' AND n.dpd = 0)"
)
"""A snapshot `o` in arrears is Current on the day given."""


class _month_end_after(FunctionElement[str]):  # noqa: N801 - spelled as the SQL function it stands for
    """The month-end so many months ("+2 months": one more than wanted) after the first of an ISO day's month, less a day."""

    name = "month_end_after"
    type = Text()
    inherit_cache = True


@compiles(_month_end_after, "sqlite")
def _month_end_after_sqlite(element: _month_end_after, compiler: Any, **options: Any) -> str:
    day, shift = (compiler.process(part, **options) for part in element.clauses)
    return f"date({day}, 'start of month', {shift}, '-1 day')"


@compiles(_month_end_after, "postgresql")
def _month_end_after_postgresql(element: _month_end_after, compiler: Any, **options: Any) -> str:
    day, shift = (compiler.process(part, **options) for part in element.clauses)
    return f"((date_trunc('month', ({day})::date) + cast({shift} as interval) - interval '1 day')::date)::text"


def month_end_after(day: Expression, months: int) -> Expression:
    """The month-end so many months after that of an ISO day; months may be below 0."""
    return _month_end_after(day, literal(f"{months + 1:+d} months"))


def month_end_from(day: str, months: int) -> str:
    """The month-end so many months from that of a day."""
    year, month = divmod(int(day[:4]) * 12 + int(day[5:7]) - 1 + months, 12)
    return month_end_of(date(year, month + 1, 1)).isoformat()


def cures_seen_on(day: str) -> list[tuple[str, str]]:
    """Opening and closing month-ends of the cures that a month-end bears witness to."""
    return [(month_end_from(day, -after - 1), month_end_from(day, -after)) for after in range(1, REDEFAULT_MONTHS + 1)]


def flow_rows(*conditions: Condition, known: Knowledge = NOW) -> Select[Any]:
    """One row a flow, month-ends only.

    Args:
        conditions: narrow the snapshots that flows start from: that of the opening month-end, of an arrival that of
            the closing one.
        known: what is known by when.

    Returns:
        snapshot_id (of that snapshot), loan_id, book_id, month (the closing month-end), origin, state, DIMENSIONS (of
        that snapshot and its score), FLOW_MEASURES (counts, and money in whole hundredths).
    """
    flow = union_all(_openings(conditions, known), _arrivals(conditions, known)).subquery("flow").c
    told = ("snapshot_id", "loan_id", "book_id", "month", "origin", "state", *DIMENSIONS)
    is_old, works = flow.origin != NEW, flow.workable == 1
    gap = flow.closing - (flow.opening - flow.cash - flow.waived)
    short = case((and_(is_old, gap < 0), -gap), else_=0)
    gone = (CHARGED_OFF, *TAKEN_OVER, MISSING)
    derived: dict[str, Expression] = {
        "loans": literal(1),
        "interest": case((and_(is_old, gap > 0), gap), else_=0),
        "written_off": case((flow.state == CHARGED_OFF, short), else_=0),
        "sold": case((flow.state.in_(TAKEN_OVER), short), else_=0),
        "gone": case((flow.state == MISSING, short), else_=0),
        "other": case((flow.state.not_in(gone), -short), else_=0),
        "worked": case((and_(works, flow.attempts > 0), 1), else_=0),
        "paying": case((and_(works, flow.cash > 0), 1), else_=0),
        "redefaulted_6": case((flow.seen_6 == 1, flow.redefaulted_6), else_=0),
    }
    derived |= {name: case((works, flow[name]), else_=0) for name in ("attempts", "contacted", "reached", "promised")}
    measures = ((derived[name] if name in derived else flow[name]).label(name) for name in FLOW_MEASURES)
    return select(*(flow[name] for name in told), *measures)


def _openings(conditions: tuple[Condition, ...], known: Knowledge) -> Select[Any]:
    """Loans open on a month-end, with where they are and what happened by the next."""
    opened, closing = snapshots.c, alias_of(snapshots, "closing")
    closes_on = month_end_after(opened.as_of, 1)
    reached = and_(closing.c.loan_id == opened.loan_id, closing.c.as_of == closes_on, known.speaks(closing))
    is_open = closing.c.status == OPEN
    state = case((closing.c.id.is_(None), MISSING), (is_open, closing.c.bucket), else_=closing.c.status)
    cured = and_(opened.bucket != CURRENT, is_open, closing.c.bucket == CURRENT)
    return (
        select(
            *_told(closes_on, opened.bucket, state, known),
            opened.balance.label("opening"),
            case((is_open, closing.c.balance), else_=0).label("closing"),
            _paid(CASH_KINDS, closes_on, known).label("cash"),
            _paid((WAIVER,), closes_on, known).label("waived"),
            func.coalesce(opened.emi, 0).label("due"),
            _one(opened.emi.is_not(None)).label("dated"),
            _one(is_workable(known)).label("workable"),
            *_work(closes_on, known),
            *_aftermath(cured, known),
        )
        .select_from(snapshots.outerjoin(closing, reached).outerjoin(scores, live_score(known)))
        .where(known.speaks(snapshots), opened.status == OPEN, opened.as_of == month_end(opened.as_of))
        .where(or_(closing.c.id.is_not(None), is_day(closes_on, known)), *conditions)
    )


def _arrivals(conditions: tuple[Condition, ...], known: Knowledge) -> Select[Any]:
    """Loans open on a month-end that were not open on the one before, which the book tells of."""
    arrived, before = snapshots.c, alias_of(snapshots, "before")
    opened_on = month_end_after(arrived.as_of, -1)
    was_open = (
        select(before.c.id)
        .where(before.c.loan_id == arrived.loan_id, before.c.as_of == opened_on)
        .where(before.c.status == OPEN, known.speaks(before))
        .correlate(snapshots)
    )
    # in the order of `_openings`: a union takes its columns by place
    nothing = {name: literal(0).label(name) for name in _NOTHING}
    closing = arrived.balance.label("closing")
    return (
        select(
            *_told(arrived.as_of, literal(NEW), arrived.bucket, known),
            nothing.pop("opening"),
            closing,
            *nothing.values(),
        )
        .select_from(snapshots.outerjoin(scores, live_score(known)))
        .where(known.speaks(snapshots), arrived.status == OPEN, arrived.as_of == month_end(arrived.as_of))
        .where(~was_open.exists(), is_day(opened_on, known), *conditions)
    )


def _told(month: Expression, origin: Expression, state: Expression, known: Knowledge) -> list[Label[Any]]:
    row = snapshots.c
    about = [row.id.label("snapshot_id"), row.loan_id.label("loan_id"), row.book_id.label("book_id")]
    about += [month.label("month"), origin.label("origin"), state.label("state")]
    return [*about, *(said(dimension(name, known)).label(name) for name in DIMENSIONS)]


def is_day(day: Expression, known: Knowledge) -> Condition:
    """The snapshot's book tells of that day."""
    of_book = alias_of(snapshots, "of_book")
    if known.known_on is None:
        told = select(of_book.c.id).where(of_book.c.book_id == snapshots.c.book_id, of_book.c.as_of == day)
        return told.where(known.speaks(of_book)).correlate(snapshots).exists()
    days = _known_days(known)
    told = select(days.c.as_of).where(days.c.book_id == snapshots.c.book_id, days.c.as_of == day)
    return told.correlate(snapshots).exists()


@lru_cache(maxsize=64)
def _known_days(known: Knowledge) -> CTE:
    """Days as known earlier, worked out once a query: no index holds which row spoke then."""
    row = alias_of(snapshots, "told_then")
    told = select(row.c.book_id, row.c.as_of).where(known.speaks(row)).distinct()
    on = known.known_on.replace("-", "_") if isinstance(known.known_on, str) else "a_day"
    return told.cte(f"days_known_on_{on}")


def _paid(kinds: tuple[str, ...], until: Expression, known: Knowledge) -> Expression:
    """Payments of these kinds posted after the opening day and by the closing one, net of what takes them back."""
    row = payments.c
    posted = select(func.coalesce(func.sum(row.amount), 0)).where(
        row.loan_id == snapshots.c.loan_id, row.paid_on > snapshots.c.as_of, row.paid_on <= until,
        payment_kind(known).in_(kinds), known.speaks(payments),
    )  # fmt: skip
    return posted.correlate(snapshots).scalar_subquery()


def _work(until: Expression, known: Knowledge) -> list[Label[Any]]:
    """attempts, contacted, reached, promised: of loans in arrears, 0 for all others."""
    row = actions.c
    done = select(row.id).where(
        row.loan_id == snapshots.c.loan_id, row.acted_on > snapshots.c.as_of, row.acted_on <= until,
        known.speaks(actions),
    )  # fmt: skip
    result, promise = func.lower(row.result), promises.c
    made = and_(promise.action_id == row.id, known.speaks(promises))
    promised = done.select_from(actions.join(promises, made))
    count = done.with_only_columns(func.count()).correlate(snapshots).scalar_subquery()
    told: dict[str, Expression] = {
        "attempts": count,
        "contacted": _one(done.where(result.in_(CONTACTED_RESULTS)).correlate(snapshots).exists()),
        "reached": _one(done.where(result.in_(REACHED_RESULTS)).correlate(snapshots).exists()),
        "promised": _one(promised.correlate(snapshots).exists()),
    }
    return [case((IN_ARREARS, found), else_=0).label(name) for name, found in told.items()]


def _aftermath(cured: Condition, known: Knowledge) -> list[Label[Any]]:
    """cured, seen_3, sustained_3, seen_6, redefaulted_6 (whether or not it was seen): what became of a cure."""
    later = alias_of(snapshots, "later")
    of_loan = select(later.c.id).where(later.c.loan_id == snapshots.c.loan_id, known.speaks(later))
    within = of_loan.where(later.c.as_of.in_(_months_after_cure(REDEFAULT_MONTHS)))
    fell_back = or_(and_(later.c.status == OPEN, later.c.dpd >= REDEFAULT_DPD), later.c.status == CHARGED_OFF)
    late = within.where(fell_back).correlate(snapshots).exists()
    book_tells = and_(*(is_day(day, known) for day in _months_after_cure(REDEFAULT_MONTHS)))
    stands, went_on = _end_of_cure(SUSTAINED_MONTHS, known), _end_of_cure(REDEFAULT_MONTHS, known)
    told: dict[str, Condition] = {
        "cured": cured,
        "seen_3": and_(cured, is_day(_months_after_cure(SUSTAINED_MONTHS)[-1], known), stands.in_(FOLLOWED)),
        "sustained_3": and_(
            cured, is_day(_months_after_cure(SUSTAINED_MONTHS)[-1], known), stands.in_((CURRENT, PAID))
        ),
        "seen_6": and_(cured, book_tells, or_(late, went_on.in_(FOLLOWED))),
        "redefaulted_6": and_(cured, late),
    }
    return [_one(held).label(name) for name, held in told.items()]


def _months_after_cure(months: int) -> list[Expression]:
    """The month-ends after the one on which a loan, in arrears on the snapshot's day, was Current."""
    return [month_end_after(snapshots.c.as_of, 1 + after) for after in range(1, months + 1)]


def _end_of_cure(months: int, known: Knowledge) -> Expression:
    """Where a cured loan stands so many months on: its bucket; CHARGED_OFF where it was so on any month-end on the way,
    else PAID where it ended so (and was perhaps sold after); null where it was lost sight of."""
    then, days = alias_of(snapshots, "ended"), _months_after_cure(months)
    ended = then.c.status.in_((PAID, CHARGED_OFF))
    stands = case((ended, then.c.status), (and_(then.c.status == OPEN, then.c.as_of == days[-1]), then.c.bucket))
    newest = (
        select(stands)
        .where(then.c.loan_id == snapshots.c.loan_id, known.speaks(then), then.c.as_of.in_(days))
        .where(then.c.status.not_in(TAKEN_OVER))
        .order_by(_one(then.c.status == CHARGED_OFF).desc(), then.c.as_of.desc())
        .limit(1)
    )
    return newest.correlate(snapshots).scalar_subquery()


def _one(held: Condition) -> Expression:
    return case((held, 1), else_=0)
