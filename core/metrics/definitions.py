"""What a metric is: its words, which direction is better, and which facts stand behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from core.metrics.delinquency import BUCKETS
from core.metrics.flows import FLOW_COUNTS, FLOW_MONEY
from core.metrics.measure import Unit
from core.metrics.portfolio import month_end
from core.selection import Selection

Better = Literal["up", "down", "neither"]
Clock = Literal["", "month", "whole month", "month before"]

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
        only: which of these rows count, in words, where not every one does; "" where they add up to the number.
    """

    kind: str
    measure: str
    label: str
    clock: Clock = ""
    fixed: tuple[tuple[str, str], ...] = ()
    buckets: tuple[str, ...] = ()
    only: str = ""

    @property
    def unit(self) -> Unit:
        """The unit of the sum."""
        return FACT_MEASURES[self.kind][self.measure]

    def cell(self, as_of: date) -> dict[str, str]:
        """The columns that narrow the rows, for a day looked at."""
        day = self._day(as_of)
        dated = {"month": month_end(day).isoformat()} if self.clock and self.kind != "stock" else {}
        return {**dated, **dict(self.fixed)}

    def narrowed(self, selection: Selection) -> Selection:
        """A selection, its `as_of` stated, narrowed to the buckets of this side and moved to its day.

        A bucket that the selection leaves out already stays out.
        """
        assert selection.as_of is not None
        moved = selection.at(self._day(selection.as_of)) if self.kind == "stock" else selection
        if not self.buckets:
            return moved
        chosen = selection.filters.get("bucket", self.buckets)
        kept = tuple(bucket for bucket in self.buckets if bucket in chosen)
        return replace(moved, filters={**moved.filters, "bucket": kept or ("none",)})

    def _day(self, as_of: date) -> date:
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
        family: which function computes it; see core.metrics.answers.
        numerator: the facts behind it, or behind what stands above the line.
        denominator: those below the line, where it is a ratio.
        less: those that are taken off, where it is a difference.
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
    source: str = README

    @property
    def sides(self) -> dict[str, Behind]:
        """The sets of rows there are to show, by side; one where both sides are the same rows."""
        given = {"numerator": self.numerator, "denominator": self.denominator, "less": self.less}
        sides = {name: side for name, side in given.items() if side is not None}
        if self.denominator is not None and self.denominator == self.numerator:
            del sides["denominator"]
        return sides
