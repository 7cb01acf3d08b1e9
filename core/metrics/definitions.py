"""What a metric is: its words, which direction is better, and which facts stand behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from core.metrics.cells import span
from core.metrics.comparison import year_before
from core.metrics.cure import matured_months
from core.metrics.delinquency import BUCKETS
from core.metrics.flows import FLOW_COUNTS, FLOW_MONEY
from core.metrics.measure import Unit
from core.metrics.portfolio import month_end
from core.metrics.ripeness import Source, ripe_day
from core.records import Book
from core.selection import Selection

Better = Literal["up", "down", "neither"]
Clock = Literal["", "month", "whole month", "month before"]
When = Callable[[date], Mapping[str, str]]
"""Columns that narrow the rows, for a day looked at: a span of months, cohorts that are old enough."""

SIDES: tuple[str, ...] = ("numerator", "denominator", "less", "more", "numerator_before", "denominator_before")
"""What a number's sets of rows are called."""
IN_ARREARS: tuple[str, ...] = BUCKETS[1:]
README = "README.md, How the numbers are defined"

_COUNT: Unit = "count"
_MONEY: Unit = "currency"
FACT_MEASURES: dict[str, dict[str, Unit]] = {
    "stock": {
        "loans": _COUNT, "balance": _MONEY, "arrears_loans": _COUNT, "arrears_balance": _MONEY, "workable_loans": _COUNT,
        "workable_balance": _MONEY, "expected_loans": _COUNT, "expected_recovery": _MONEY,
    },
    "placed": {"loans": _COUNT, "balance": _MONEY},
    "cash": {"payments": _COUNT, "cash": _MONEY, "cash_effective": _MONEY},
    "activity": {
        "actions": _COUNT, "contacts": _COUNT, "promises": _COUNT, "promised": _MONEY, "cost": _MONEY, "costed": _COUNT,
    },
    "costs": {"costed": _COUNT, "cost": _MONEY},
    "flows": {**dict.fromkeys(FLOW_COUNTS, _COUNT), **dict.fromkeys(FLOW_MONEY, _MONEY)},
    "promises": {
        "promises": _COUNT, "promised": _MONEY, "kept": _COUNT, "kept_amount": _MONEY, "unstated": _COUNT,
        "cancelled": _COUNT,
    },
}  # fmt: skip
"""What may be added up over each kind of fact, and its unit."""


def whole_month(day: date) -> date:
    """The newest month-end on or before a day.

    >>> whole_month(date(2026, 10, 31)), whole_month(date(2026, 10, 30))
    (datetime.date(2026, 10, 31), datetime.date(2026, 9, 30))
    """
    return day if day == month_end(day) else day.replace(day=1) - timedelta(days=1)


def any_time(_: date) -> Mapping[str, str]:
    """No narrowing."""
    return {}


def of_the_year(day: date) -> Mapping[str, str]:
    """The 12 months that end with the month of a day.

    >>> of_the_year(date(2026, 10, 31))
    {'month': '2025-11-30..2026-10-31'}
    """
    first = month_end(date(day.year - (day.month < 12), day.month % 12 + 1, 1))
    return {"month": span(first.isoformat(), month_end(day).isoformat())}


def since_january(day: date) -> Mapping[str, str]:
    """The months of a day's calendar year, up to its own.

    >>> since_january(date(2026, 3, 5))
    {'month': '2026-01-31..2026-03-31'}
    """
    return {"month": span(date(day.year, 1, 31).isoformat(), month_end(day).isoformat())}


def cures_followed(months: int) -> When:
    """The months of the cures that can have been followed so long."""

    def when(day: date) -> Mapping[str, str]:
        old = matured_months(whole_month(day), months)
        return {"month": span(old[0], old[-1])}

    return when


def reached(months: int, *, up_to_it: bool = False) -> When:
    """The cohorts whose every loan is so many months old.

    Args:
        up_to_it: only what came in up to that age.

    >>> reached(3, up_to_it=True)(date(2026, 10, 30))
    {'cohort': '..2026-06-30', 'age': '..3'}
    """

    def when(day: date) -> Mapping[str, str]:
        newest = whole_month(day)
        through = newest.year * 12 + newest.month - 1 - months
        last = month_end(date(through // 12, through % 12 + 1, 1)).isoformat()
        return {"cohort": span("", last), **({"age": span("", str(months))} if up_to_it else {})}

    return when


@dataclass(frozen=True, slots=True)
class Behind:
    """The facts behind one side of a number.

    Attributes:
        kind, measure: the question of the reader, and what is summed over its rows.
        label: what the sum is called.
        clock: which part of time: "" all of it up to the day (the stock: the day itself); "month" the month of the day;
            "whole month" the newest month that is over; "month before" the month-end before that.
        fixed: further columns that must hold a value.
        buckets: only rows of these buckets; () for all.
        when: narrows them further by the day.
        years_back: looked at on the same day so many years before (0 or 1); a month-end stays one.
        told_by: the files whose newest day ends what can be looked at; "costs" are actions where the book states their cost.
        without: columns of a cell by which these rows are not narrowed: of a share of the loans in a bucket the state they
            came to belongs to the numerator alone.
        window: of the two sides that are compared, which one these rows are of; a cell says when that is, under the same
            name: a span of months, or the day of a stock (its later day is the one looked at).
        computed: what the number is called that is computed from these rows, where it is not their sum; `how` says how.
    """

    kind: str
    measure: str
    label: str
    clock: Clock = ""
    fixed: tuple[tuple[str, str], ...] = ()
    buckets: tuple[str, ...] = ()
    when: When = any_time
    years_back: int = 0
    told_by: tuple[Source | Literal["costs"], ...] = ()
    without: tuple[str, ...] = ()
    computed: str = ""
    how: str = ""
    window: Literal["", "after", "before"] = ""

    @property
    def rows(self) -> Behind:
        """Which rows these are, whatever they are called."""
        return replace(self, label="", computed="", how="")

    @property
    def called(self) -> str:
        """What this side of the number is called: its own name where it is computed, else that of its rows."""
        return self.computed or self.label

    @property
    def unit(self) -> Unit:
        """The unit of the sum."""
        return FACT_MEASURES[self.kind][self.measure]

    def ripe_day(self, book: Book, as_of: date) -> date:
        """The day up to which these rows can be looked at: see core.metrics.ripeness."""
        costs: tuple[Source, ...] = ("actions",) if book.has_costs else ()
        sources = [source for each in self.told_by for source in (costs if each == "costs" else (each,))]
        return ripe_day(book, as_of, *sources)

    def cell(self, as_of: date) -> dict[str, str]:
        """The columns that narrow the rows, for a day looked at."""
        day = self._day(as_of)
        dated = {"month": month_end(day).isoformat()} if self.clock and self.kind != "stock" else {}
        return {**dated, **self.when(self._then(as_of)), **dict(self.fixed)}

    def narrowed(self, selection: Selection) -> Selection:
        """A selection, its `as_of` stated, narrowed to the buckets of this side and moved to its day.

        A bucket that the selection leaves out already stays out.
        """
        assert selection.as_of is not None
        moves = self.kind == "stock" or self.years_back
        moved = selection.at(self._day(selection.as_of)) if moves else selection
        if not self.buckets:
            return moved
        chosen = selection.filters.get("bucket", self.buckets)
        kept = tuple(bucket for bucket in self.buckets if bucket in chosen)
        return replace(moved, filters={**moved.filters, "bucket": kept or ("none",)})

    def _then(self, as_of: date) -> date:
        return year_before(as_of) if self.years_back else as_of

    def _day(self, as_of: date) -> date:
        as_of = self._then(as_of)
        if self.clock in ("", "month"):
            return as_of
        newest = whole_month(as_of)
        return newest if self.clock == "whole month" else newest.replace(day=1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Definition:
    """One metric in words.

    Attributes:
        name, label, unit, better: as on screen; `better` is the direction that is good.
        formula: how it is computed, one plain sentence.
        family: which function computes it; see core.metrics.answers. "rows" for a number that only points of charts have:
            it is the sums of its rows.
        numerator: the facts behind it, or behind what stands above the line.
        denominator: those below the line, where it is a ratio.
        less: those that are taken off, where it is a difference.
        more: a third kind of rows it was computed from.
        numerator_before, denominator_before: the same two sides of what it is compared with, where it is a change.
        source: where the definition stands.
    """

    name: str
    label: str
    unit: Unit
    better: Better
    formula: str
    family: str
    numerator: Behind
    denominator: Behind | None = None
    less: Behind | None = None
    more: Behind | None = None
    source: str = README
    numerator_before: Behind | None = None
    denominator_before: Behind | None = None

    @property
    def sides(self) -> dict[str, Behind]:
        """The sets of rows there are to show, by side; one where both sides are the same rows."""
        sides = self.every_side
        if self.denominator is not None and self.denominator.rows == self.numerator.rows:
            del sides["denominator"]
        return sides

    @property
    def every_side(self) -> dict[str, Behind]:
        """All sides, also where two are the same rows."""
        given = {name: getattr(self, name) for name in SIDES}
        return {name: side for name, side in given.items() if side is not None}

    @property
    def is_change(self) -> bool:
        """Whether it compares two sides."""
        return self.numerator_before is not None
