"""The rows that a sum is made of: listed page by page without counting or skipping, and what changed among them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from core.errors import SelectionRefused
from core.metrics.cells import Wanted, wanted
from core.metrics.facts import FACT_FIELDS
from core.records import FactPage
from db.fact_kinds import KINDS, type_of
from db.frames import frame_of
from db.known import Knowledge
from db.loans import BLOCK
from db.questions import flows
from db.recall import recall
from db.sums import Scope, kept
from db.tables import loans

Expression = ColumnElement[Any]
_LARGEST = 2**63 - 1
"""The largest number a row may have; a key with a larger one is none of ours."""


class FactList:
    """The facts of one kind in one cell of a selection, newest first, ties by number.

    Args:
        connection: an open read.
        scope: the selection, resolved.
        kind: a key of KINDS.
        cell: group to what is wanted of it (see core.metrics.cells).
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
        self._wanted = {name: wanted(name, text) for name, text in cell.items()}

    def page(self, after: str | None, limit: int) -> FactPage:
        """`limit` rows behind the key `after`, the key of the next page, and how many rows there are in all."""
        position = None if after is None else self._position(after, 2)
        found = self._newest(position, limit + 1)
        n, total = self._whole()
        more = self._key(found[limit - 1], 2) if len(found) > limit else None
        return FactPage(self._frame(found[:limit], 2), more, n, total)

    def _newest(self, behind: list[Any] | None, count: int) -> Sequence[Row[Any]]:
        """So many rows behind a place. Where a month can be read by itself, the newest two are tried before all."""
        months = () if any(self._months()) else self._months_up_to(str(behind[0]) if behind else self._scope.until)
        for narrowed in [months, ()] if months else [()]:
            facts = self._facts(self._known, *narrowed) if narrowed else self._all
            place = [facts.c[self._kind.day], facts.c[self._kind.number]]
            chosen = self._chosen(facts) + ([_behind(place, behind)] if behind else [])
            some = select(facts).where(*chosen).order_by(*(column.desc() for column in place)).limit(count)
            found = self._connection.execute(self._told(some.subquery("facts"), [])).all()
            if len(found) == count:
                break
        return found

    def _months_up_to(self, day: str) -> Sequence[ColumnElement[bool]]:
        """From the month before a day's on; nothing where a key names no day."""
        try:
            return self._kind.of_month((date.fromisoformat(day).replace(day=1) - timedelta(days=1)).isoformat(), "")
        except (ValueError, OverflowError):
            return ()

    def blocks(self) -> Iterator[pd.DataFrame]:
        """All of them in the order of `page`, BLOCK at a time."""
        query = self._told(self._all, self._chosen(self._all))
        result = self._connection.execute(query, execution_options={"yield_per": BLOCK})
        for part in result.partitions(BLOCK):
            yield self._frame(part, 2)

    def restated(self, before: Knowledge, after: str | None, limit: int) -> FactPage:
        """What was added (and its measures) or taken off (less its measures) since an earlier knowledge."""
        asked = ("restated", *self._asked(), before, after, limit)
        page = recall(self._connection).answer(asked, lambda: self._restated(before, after, limit))
        return replace(page, frame=page.frame.copy())

    def _restated(self, before: Knowledge, after: str | None, limit: int) -> FactPage:
        changes = self._changes(before)
        place = [changes.c.fact_day, changes.c.fact_number, changes.c.sign]
        behind = [] if after is None else [_behind(place, self._position(after, 3))]
        query = select(changes).where(*behind).order_by(*(column.desc() for column in place)).limit(limit + 1)
        found = self._connection.execute(query).all()
        more = self._key(found[limit - 1], 3) if len(found) > limit else None
        told = ["added" if row.sign > 0 else "taken off" for row in found[:limit]]
        frame = self._frame(found[:limit], 5).assign(change=pd.Series(told, dtype="str"))
        n, total = (found[0].n, found[0].total) if found else (0, 0)
        return FactPage(frame, more, int(n), self._in_units(total))

    def _changes(self, before: Knowledge) -> Subquery:
        """Rows of either knowledge that the other does not have word for word: their place and sign, how many they are
        and what they come to in all, and their fields."""
        days = [str(known.known_on) for known in (self._known, before) if known.known_on is not None]
        may = self._kind.may_differ(self._scope, min(days)) if days else ()
        sides = [(sign, self._compared(known, may).subquery()) for sign, known in ((1, self._known), (-1, before))]
        both = union_all(*(select(literal(sign).label("sign"), *rows.c) for sign, rows in sides)).subquery("both")
        words = [column for column in both.c if column.name != "sign"]
        sign = func.sum(both.c.sign)
        rows = select(sign.label("sign"), *words).group_by(*words).having(sign != 0).subquery("differing")
        return select(
            rows.c.fact_day, rows.c.fact_number, rows.c.sign, func.count().over().label("n"),
            func.sum(rows.c.summed * rows.c.sign).over().label("total"),
            *(self._signed(rows, name) for name in FACT_FIELDS[self._name]),
        ).subquery("changes")  # fmt: skip

    def _compared(self, known: Knowledge, may_differ: Sequence[ColumnElement[bool]]) -> Select[Any]:
        facts = self._facts(known, *may_differ)
        told = self._told(facts, self._chosen(facts), also=self._kind.cube.measures).order_by(None)
        return told.add_columns(facts.c[self._summed].label("summed"))

    def _signed(self, rows: Subquery, name: str) -> Expression:
        column = rows.c[name]
        return (column * rows.c.sign).label(name) if name in self._kind.cube.measures else column

    @cached_property
    def _all(self) -> Subquery:
        """What is listed is chosen from these; made once, for making the rows of a flow takes longer than reading some."""
        return self._facts(self._known)

    def _facts(self, known: Knowledge, *narrowed: ColumnElement[bool]) -> Subquery:
        about = [*self._kind.about(self._scope), *self._of_month(), *narrowed]
        facts = self._kind.rows(self._measure)(*about, known=known)
        return facts if isinstance(facts, Subquery) else facts.subquery("facts")

    def _of_month(self) -> Sequence[ColumnElement[bool]]:
        first, last = self._months()
        if not (first or last):
            return ()
        try:
            return self._kind.of_month(first, last)
        except ValueError:
            raise SelectionRefused(
                f"'{self._cell['month'][:22]}' is not a day", where=("month",), remedy="Write it as 2026-10-31."
            ) from None

    def _months(self) -> tuple[str, str]:
        """The month-ends from one to another that a cell asks for; "" for an open end, both where it asks for none."""
        asked = self._wanted.get("month", Wanted())
        return (asked.first, asked.last) if asked.is_span else (asked.values[0], asked.values[0])

    def _chosen(self, facts: Subquery) -> list[ColumnElement[bool]]:
        kind, day = self._kind, facts.c[self._kind.day]
        chosen = [day == self._scope.day if kind.of_day else day <= self._scope.until]
        chosen += kept(facts, self._scope.filters)
        derived = kind.derived
        chosen += [derived.get(name, _column(name))(facts, asked) for name, asked in self._wanted.items()]
        first, last = self._months()
        of_month = facts.c[kind.month_of or kind.day]
        chosen += [of_month >= f"{first[:8]}01"] if first else []
        chosen += [of_month <= last] if last else []
        if self._measure:
            chosen.append(facts.c[self._summed] != 0)
        return chosen

    def _told(self, facts: Subquery, chosen: Sequence[ColumnElement[bool]], also: Sequence[str] = ()) -> Select[Any]:
        """Day, number and fields of the rows, newest first."""
        place = [facts.c[self._kind.day], facts.c[self._kind.number]]
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

    def _whole(self) -> tuple[int, float]:
        """How many rows there are and what they come to; remembered."""
        asked = ("facts", *self._asked())
        n, total = recall(self._connection).answer(asked, self._counted)
        return int(n), self._in_units(total)

    def _counted(self) -> tuple[int, int]:
        if self._name == "flows" and not (self._cell or self._measure):  # each is one loan's, and the cube adds them up
            loans_moved = int(flows(self._connection, self._scope, ())["loans"].iloc[0])
            return loans_moved, loans_moved
        facts = self._all
        query = select(func.count(), func.coalesce(func.sum(facts.c[self._summed]), 0)).where(*self._chosen(facts))
        n, total = self._connection.execute(query).one()
        return int(n), total

    def _asked(self) -> tuple[Any, ...]:
        """What is listed, as a key."""
        scope = self._scope
        return (self._name, scope.book_id, scope.day, scope.until, scope.chosen, self._known, self._measure,
                tuple(sorted(self._cell.items())))  # fmt: skip

    def _in_units(self, total: int) -> float:
        return total / 100 if self._kind.is_money(self._summed) else float(total)

    def _frame(self, rows: Sequence[Row[Any]], skip: int) -> pd.DataFrame:
        return frame_of([row[skip:] for row in rows], {name: type_of(name) for name in FACT_FIELDS[self._name]})

    def _key(self, row: Row[Any], length: int) -> str:
        return base64.urlsafe_b64encode(json.dumps([self._name, *row[:length]]).encode()).decode()

    def _position(self, key: str, length: int) -> list[Any]:
        """The inverse of `_key`."""
        try:
            named, day, *numbers = json.loads(base64.b64decode(key.encode(), altchars=b"-_", validate=True))
        except (ValueError, TypeError, binascii.Error):
            named, day, numbers = None, None, []
        whole = len(numbers) == length - 1 and all(
            type(number) is int and abs(number) <= _LARGEST for number in numbers
        )
        if named != self._name or not isinstance(day, str) or not whole:
            raise SelectionRefused(
                "This page of the list cannot be found", where=(key[:40],), remedy="Start at its first page."
            )
        return [day, *numbers]


def _column(name: str) -> Callable[[Subquery, Wanted], ColumnElement[bool]]:
    """A column of the rows has what a cell asks for; a span of cohorts holds none that is no month-end ("none")."""

    def holds(facts: Subquery, asked: Wanted) -> ColumnElement[bool]:
        column = facts.c[name]
        if not asked.is_span:
            return column == asked.values[0] if len(asked.values) == 1 else column.in_(asked.values)
        ends = [column >= asked.first] if asked.first else []
        return and_(column.like("____-__-__"), *ends, *([column <= asked.last] if asked.last else []))

    return holds


def _behind(place: Sequence[Expression], last: Sequence[Any]) -> ColumnElement[bool]:
    """Behind a row in descending order of `place`."""
    ties = [and_(*(place[i] == last[i] for i in range(n)), place[n] < last[n]) for n in range(len(place))]
    return or_(*ties)


def _check(found: str, name: str, allowed: Sequence[str]) -> None:
    if name not in allowed:
        raise SelectionRefused(found.format(name), remedy=f"Use one of {', '.join(allowed)}.")
