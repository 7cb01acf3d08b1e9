"""Which rows stand behind each kind of sum, and how they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Select, Subquery, and_, case, cast, func, tuple_

from core.metrics.cells import MOVES, Wanted
from core.metrics.flows import FLOW_MONEY
from core.selection import DIMENSIONS
from db.changed import cash_may_differ, placements_may_differ
from db.cubes.all import ACTIVITY, CASH, COSTS, FLOWS, PLACED, PROMISES, STOCK
from db.cubes.cash import effective_rows, posted_rows
from db.cubes.cube import Cube
from db.cubes.promises import of_promises
from db.frames import COUNT
from db.sums import MONEY, Scope
from db.tables import actions, borrowers, loans, payments, placements, snapshots

Expression = ColumnElement[Any]
_DATES = ("as_of", "placed_on", "day", "acted_on", "month", "cohort", "promised_on", "due_on")
_TEXTS = ("loan_ref", "borrower_ref", "payment_ref", "action")
_COUNTS = ("dpd", "batch_id", "attempts")


def _with_loan(facts: Subquery) -> FromClause:
    return facts.join(loans, loans.c.id == facts.c.loan_id)


def _with_snapshot(facts: Subquery) -> FromClause:
    told = _with_loan(facts).join(snapshots, snapshots.c.id == facts.c.snapshot_id)
    return told.join(borrowers, borrowers.c.id == snapshots.c.borrower_id)


def _with_payment(facts: Subquery) -> FromClause:
    return _with_loan(facts).join(payments, payments.c.id == facts.c.payment_id)


def _with_action(facts: Subquery) -> FromClause:
    return _with_loan(facts).join(actions, actions.c.id == facts.c.action_id)


@dataclass(frozen=True, slots=True)
class FactKind:
    """Where the rows of a kind come from and how they are told.

    Attributes:
        cube: whose rows they are, and whose measures they have.
        about: conditions on those rows' own tables, so that only a selection's are read.
        day: the column of the rows that says when one counts; `number` tells those of a day apart. Together they are
            what a fact is, whichever file told it.
        default: the measure that is summed where none is asked for.
        told_where: field to the measure without which it says nothing (0 is no answer there).
        joined: the rows with what `more` reads.
        more: fields that are no column of the rows.
        of_day: rows of the selection's snapshot day only, not of every day up to it.
        sides: measure to the rows that carry it, where the cube's rows hold a fact once for each of its days: "" for
            the measures that are not named.
        month_of: the column whose month a cell asks for; "" the day.
        of_month: conditions like `about`, where only the rows of the month-ends from one to another are wanted.
        derived: what a cell may ask that is no column of the rows.
        may_differ: conditions like `about` that keep every row which may be told otherwise than on an earlier day.
    """

    cube: Cube
    about: Callable[[Scope], Sequence[ColumnElement[bool]]]
    day: str
    number: str
    default: str
    told_where: Mapping[str, str] = field(default_factory=dict)
    joined: Callable[[Subquery], FromClause] = _with_loan
    more: Mapping[str, Expression] = field(default_factory=dict)
    of_day: bool = False
    sides: Mapping[str, Callable[..., Select[Any]]] = field(default_factory=dict)
    month_of: str = ""
    of_month: Callable[[str, str], Sequence[ColumnElement[bool]]] = lambda _first, _last: ()
    derived: Mapping[str, Callable[[Subquery, Wanted], ColumnElement[bool]]] = field(default_factory=dict)
    may_differ: Callable[[Scope, str], Sequence[ColumnElement[bool]]] = lambda _scope, _since: ()

    def rows(self, measure: str) -> Callable[..., Select[Any] | Subquery]:
        """One row a fact."""
        return self.sides.get(measure, self.sides.get("", self.cube.rows))

    def is_money(self, measure: str) -> bool:
        """A measure is in hundredths: "promised" is an amount of actions, of flows it is a count."""
        return measure in FLOW_MONEY if self.cube is FLOWS else measure in MONEY

    @property
    def groups(self) -> list[str]:
        """What a cell may name: what the question's `by` allows, and what is derived from it."""
        return [name for name in dict.fromkeys((*DIMENSIONS, *self.cube.groups, *self.derived)) if name != "as_of"]


def _month_before(month: str) -> str:
    return (date.fromisoformat(month).replace(day=1) - timedelta(days=1)).isoformat()


def _flows_of(first: str, last: str) -> Sequence[ColumnElement[bool]]:
    ends = snapshots.c.as_of
    if first == last:
        return (ends.in_([_month_before(last), last]),)
    return (*((ends >= _month_before(first),) if first else ()), *((ends <= last,) if last else ()))


def _is_workable(facts: Subquery, wanted: Wanted) -> ColumnElement[bool]:
    return facts.c.workable_loans == int(wanted.values == ("yes",))


def _goes(facts: Subquery, wanted: Wanted) -> ColumnElement[bool]:
    pairs = [pair for move in wanted.values for pair in MOVES[move]]
    return tuple_(facts.c.origin, facts.c.state).in_(pairs)


def _is_aged(facts: Subquery, wanted: Wanted) -> ColumnElement[bool]:
    """So many calendar months after the placement's own; a row of no placement has no age."""
    age = _through(facts.c.month) - _through(facts.c.cohort)
    ends = (wanted.values or (wanted.first,))[0], (wanted.values or (wanted.last,))[0]
    told: list[ColumnElement[bool]] = [facts.c.cohort.like("____-__-__")]
    told += [age >= int(ends[0])] if ends[0] else []
    return and_(*told, *([age <= int(ends[1])] if ends[1] else []))


def _through(month: Expression) -> Expression:
    """A month-end's month, counted through the years."""
    return cast(func.substr(month, 1, 4), Integer) * 12 + cast(func.substr(month, 6, 2), Integer)


KINDS: dict[str, FactKind] = {
    "stock": FactKind(
        STOCK,
        lambda scope: (snapshots.c.book_id == scope.book_id, snapshots.c.as_of == scope.day),
        "as_of", "loan_id", "balance", of_day=True, joined=_with_snapshot,
        more={"borrower_ref": borrowers.c.borrower_ref, "dpd": snapshots.c.dpd}, derived={"workable": _is_workable},
    ),
    "placed": FactKind(
        PLACED, lambda scope: (placements.c.book_id == scope.book_id,), "placed_on", "loan_id", "balance",
        may_differ=placements_may_differ,
    ),
    "cash": FactKind(  # listed as posted, or as effective where that is asked for
        CASH, lambda scope: (payments.c.book_id == scope.book_id,), "told_on", "payment_id", "cash", month_of="day",
        told_where={"cash": "cash", "cash_effective": "cash_effective"}, joined=_with_payment,
        sides={"": posted_rows, "cash_effective": effective_rows}, derived={"age": _is_aged}, may_differ=cash_may_differ,
        more={
            "payment_kind": case((payments.c.amount < 0, "reversal"), else_="cash"),
            "payment_ref": payments.c.payment_ref, "batch_id": payments.c.batch_id,
        },
    ),
    "activity": FactKind(
        ACTIVITY, lambda scope: (actions.c.book_id == scope.book_id,), "acted_on", "action_id", "actions",
        told_where={"cost": "costed", "promised": "promised"}, joined=_with_action,
        more={name: actions.c[name] for name in ("action", "channel", "result", "batch_id")}, derived={"age": _is_aged},
    ),
    "costs": FactKind(
        COSTS, lambda scope: (actions.c.book_id == scope.book_id,), "acted_on", "action_id", "cost", joined=_with_action,
        more={name: actions.c[name] for name in ("action", "channel", "result", "batch_id")}, derived={"age": _is_aged},
    ),
    "flows": FactKind(
        FLOWS, lambda scope: (snapshots.c.book_id == scope.book_id,), "month", "snapshot_id", "loans",
        of_month=_flows_of, derived={"move": _goes},
    ),
    "promises": FactKind(
        PROMISES, lambda scope: (of_promises(scope.book_id),), "told_on", "promise_id", "promises",
        told_where={"promised": "promises", "kept": "judged", "kept_amount": "judged"}, month_of="day",
    ),
}  # fmt: skip


def type_of(name: str) -> str:
    """The type of a field or measure, as `db.frames.frame_of` knows it."""
    if name in MONEY or name in FLOW_MONEY:
        return "money"
    if name in _COUNTS:
        return COUNT
    if name == "kept":
        return "number"
    return "text" if name in _TEXTS else "date" if name in _DATES else "category"
