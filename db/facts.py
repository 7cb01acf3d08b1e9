"""The rows that a sum is made of: listed page by page without counting or skipping, and what changed among them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Subquery,
    and_,
    case,
    except_,
    func,
    literal,
    or_,
    select,
    union_all,
)

from core.errors import SelectionRefused
from core.metrics.facts import FACT_FIELDS
from core.metrics.flows import FLOW_MONEY
from core.records import FactPage
from core.selection import DIMENSIONS
from db.cube import ACTIVITY, CASH, PLACED, PROMISES, STOCK, Cube, effective_rows, of_promises, posted_rows
from db.frames import COUNT, frame_of
from db.known import Knowledge
from db.loans import BLOCK
from db.recall import recall
from db.sums import MONEY, Scope, kept
from db.tables import actions, borrowers, loans, payments, placements, snapshots

Expression = ColumnElement[Any]
_DATES = ("as_of", "placed_on", "day", "acted_on", "month", "cohort", "promised_on", "due_on")
_TEXTS = ("loan_ref", "borrower_ref", "payment_ref", "action")
_COUNTS = ("dpd", "batch_id")


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

    def rows(self, measure: str) -> Callable[..., Select[Any] | Subquery]:
        """One row a fact."""
        return self.sides.get(measure, self.sides.get("", self.cube.rows))

    @property
    def groups(self) -> list[str]:
        """What a cell may name: what the question's `by` allows."""
        return [name for name in dict.fromkeys((*DIMENSIONS, *self.cube.groups)) if name != "as_of"]


KINDS: dict[str, FactKind] = {
    "stock": FactKind(
        STOCK,
        lambda scope: (snapshots.c.book_id == scope.book_id, snapshots.c.as_of == scope.day),
        "as_of", "loan_id", "balance", of_day=True, joined=_with_snapshot,
        more={"borrower_ref": borrowers.c.borrower_ref, "dpd": snapshots.c.dpd},
    ),
    "placed": FactKind(
        PLACED, lambda scope: (placements.c.book_id == scope.book_id,), "placed_on", "loan_id", "balance"
    ),
    "cash": FactKind(  # listed as posted, or as effective where that is asked for
        CASH, lambda scope: (payments.c.book_id == scope.book_id,), "day", "payment_id", "cash",
        told_where={"cash": "cash", "cash_effective": "cash_effective"}, joined=_with_payment,
        sides={"": posted_rows, "cash_effective": effective_rows},
        more={
            "payment_kind": case((payments.c.amount < 0, "reversal"), else_="cash"),
            "payment_ref": payments.c.payment_ref, "batch_id": payments.c.batch_id,
        },
    ),
    "activity": FactKind(
        ACTIVITY, lambda scope: (actions.c.book_id == scope.book_id,), "acted_on", "action_id", "actions",
        told_where={"cost": "costed", "promised": "promised"}, joined=_with_action,
        more={name: actions.c[name] for name in ("action", "channel", "result", "batch_id")},
    ),
    "promises": FactKind(
        PROMISES, lambda scope: (of_promises(scope.book_id),), "day", "promise_id", "promises",
        told_where=dict.fromkeys(("promised", "kept", "kept_amount"), "promises"),
    ),
}  # fmt: skip


class FactList:
    """The facts of one kind in one cell of a selection, newest first, ties by number.

    Args:
        connection: an open read.
        scope: the selection, resolved.
        kind: a key of KINDS.
        cell: group to the value wanted.
        measure: only rows where it is not 0; "" for all of them, summed by the kind's default.

    Raises:
        SelectionRefused: an unknown kind, group or measure.
    """

    def __init__(self, connection: Connection, scope: Scope, kind: str, cell: Mapping[str, str], measure: str) -> None:
        _check("There are no rows of '{}'", kind, list(KINDS))
        self._connection, self._scope, self._name, self._kind = connection, scope, kind, KINDS[kind]
        for group in cell:
            _check(f"Rows of {kind} cannot be narrowed by '{{}}'", group, self._kind.groups)
        if measure:
            _check(f"Rows of {kind} have no measure '{{}}'", measure, self._kind.cube.measures)
        self._cell, self._measure, self._known = dict(cell), measure, scope.known
        self._summed = measure or self._kind.default

    def page(self, after: str | None, limit: int) -> FactPage:
        """`limit` rows behind the key `after`, the key of the next page, and how many rows there are in all."""
        facts = self._facts(self._known)
        place = _place(facts.c[self._kind.day], facts.c[self._kind.number])
        chosen = self._chosen(facts) + ([] if after is None else [_behind(place, self._position(after, 2))])
        some = select(facts).where(*chosen).order_by(*(column.desc() for column in place)).limit(limit + 1)
        found = self._connection.execute(self._told(some.subquery("facts"), [])).all()
        n, total = self._whole(facts)
        more = self._key(found[limit - 1], 2) if len(found) > limit else None
        return FactPage(self._frame(found[:limit], 2), more, n, total)

    def blocks(self) -> Iterator[pd.DataFrame]:
        """All of them in the order of `page`, BLOCK at a time."""
        facts = self._facts(self._known)
        query = self._told(facts, self._chosen(facts))
        result = self._connection.execute(query, execution_options={"yield_per": BLOCK})
        for part in result.partitions(BLOCK):
            yield self._frame(part, 2)

    def restated(self, before: Knowledge, after: str | None, limit: int) -> FactPage:
        """What was added (and its measures) or taken off (less its measures) since an earlier knowledge."""
        changes = self._changes(before)
        place = _place(changes.c.fact_day, changes.c.fact_number, changes.c.sign)
        behind = [] if after is None else [_behind(place, self._position(after, 3))]
        query = select(changes).where(*behind).order_by(*(column.desc() for column in place)).limit(limit + 1)
        found = self._connection.execute(query).all()
        total = func.coalesce(func.sum(changes.c.summed), 0)
        n, whole = self._connection.execute(select(func.count(), total).select_from(changes)).one()
        more = self._key(found[limit - 1], 3) if len(found) > limit else None
        frame = self._frame(found[:limit], 4)
        told = ["added" if row.sign > 0 else "taken off" for row in found[:limit]]
        return FactPage(frame.assign(change=pd.Series(told, dtype="str")), more, int(n), self._in_units(whole))

    def _changes(self, before: Knowledge) -> Subquery:
        """Rows of either knowledge that the other does not have word for word, with their sign."""
        now, then = self._compared(self._known), self._compared(before)
        signed = [
            select(
                rows.c.fact_day, rows.c.fact_number, literal(sign).label("sign"), (rows.c.summed * sign).label("summed"),
                *(self._signed(rows, name, sign) for name in FACT_FIELDS[self._name]),
            )
            for sign, rows in ((1, except_(now, then).subquery()), (-1, except_(then, now).subquery()))
        ]  # fmt: skip
        return union_all(*signed).subquery("changes")

    def _compared(self, known: Knowledge) -> Select[Any]:
        facts = self._facts(known)
        told = self._told(facts, self._chosen(facts), also=self._kind.cube.measures).order_by(None)
        return told.add_columns(facts.c[self._summed].label("summed"))

    def _signed(self, rows: Subquery, name: str, sign: int) -> Expression:
        column = rows.c[name]
        return (column * sign).label(name) if name in self._kind.cube.measures else column

    def _facts(self, known: Knowledge) -> Subquery:
        facts = self._kind.rows(self._measure)(*self._kind.about(self._scope), known=known)
        return facts if isinstance(facts, Subquery) else facts.subquery("facts")

    def _chosen(self, facts: Subquery) -> list[ColumnElement[bool]]:
        kind, day = self._kind, facts.c[self._kind.day]
        chosen = [day == self._scope.day if kind.of_day else day <= self._scope.until]
        chosen += kept(facts, self._scope.filters)
        chosen += [facts.c[name] == value for name, value in self._cell.items()]
        if "month" in self._cell:
            month = self._cell["month"]
            chosen.append(day.between(f"{month[:8]}01", month))
        if self._measure:
            chosen.append(facts.c[self._summed] != 0)
        return chosen

    def _told(self, facts: Subquery, chosen: Sequence[ColumnElement[bool]], also: Sequence[str] = ()) -> Select[Any]:
        """Day, number and fields of the rows, newest first."""
        place = _place(facts.c[self._kind.day], facts.c[self._kind.number])
        fields = [self._field(facts, name).label(name) for name in FACT_FIELDS[self._name]]
        measures = [facts.c[name].label(f"measured_{name}") for name in also]
        return (
            select(place[0].label("fact_day"), place[1].label("fact_number"), *fields, *measures)
            .select_from(self._kind.joined(facts))
            .where(*chosen)
            .order_by(*(column.desc() for column in place))
        )

    def _field(self, facts: Subquery, name: str) -> Expression:
        kind = self._kind
        if name == "loan_ref":
            return loans.c.loan_ref
        if name in kind.more:
            return kind.more[name]
        if name in kind.told_where:
            return case((facts.c[kind.told_where[name]] != 0, facts.c[name]))
        return facts.c[name]

    def _whole(self, facts: Subquery) -> tuple[int, float]:
        """How many rows there are and what they come to; remembered."""
        scope = self._scope
        asked = ("facts", self._name, scope.book_id, scope.day, scope.until, scope.chosen, self._known, self._measure,
                 tuple(sorted(self._cell.items())))  # fmt: skip
        query = select(func.count(), func.coalesce(func.sum(facts.c[self._summed]), 0)).where(*self._chosen(facts))
        n, total = recall(self._connection).answer(asked, lambda: tuple(self._connection.execute(query).one()))
        return int(n), self._in_units(total)

    def _in_units(self, total: int) -> float:
        return total / 100 if self._summed in MONEY or self._summed in FLOW_MONEY else float(total)

    def _frame(self, rows: Sequence[Row[Any]], skip: int) -> pd.DataFrame:
        return frame_of([row[skip:] for row in rows], {name: _type(name) for name in FACT_FIELDS[self._name]})

    def _key(self, row: Row[Any], length: int) -> str:
        return base64.urlsafe_b64encode(json.dumps([self._name, *row[:length]]).encode()).decode()

    def _position(self, key: str, length: int) -> list[Any]:
        """The inverse of `_key`."""
        try:
            named, day, *numbers = json.loads(base64.b64decode(key.encode(), altchars=b"-_", validate=True))
        except (ValueError, TypeError, binascii.Error):
            named, day, numbers = None, None, []
        whole = len(numbers) == length - 1 and all(type(number) is int for number in numbers)
        if named != self._name or not isinstance(day, str) or not whole:
            raise SelectionRefused(
                "This page of the list cannot be found", where=(key[:40],), remedy="Start at its first page."
            )
        return [day, *numbers]


def _place(*columns: Expression) -> tuple[Expression, ...]:
    return columns


def _behind(place: Sequence[Expression], last: Sequence[Any]) -> ColumnElement[bool]:
    """Behind a row in descending order of `place`."""
    ties = [and_(*(place[i] == last[i] for i in range(n)), place[n] < last[n]) for n in range(len(place))]
    return or_(*ties)


def _check(found: str, name: str, allowed: Sequence[str]) -> None:
    if name not in allowed:
        raise SelectionRefused(found.format(name), remedy=f"Use one of {', '.join(allowed)}.")


def _type(name: str) -> str:
    if name in MONEY or name in FLOW_MONEY:
        return "money"
    if name in _COUNTS:
        return COUNT
    if name == "kept":
        return "number"
    return "text" if name in _TEXTS else "date" if name in _DATES else "category"
