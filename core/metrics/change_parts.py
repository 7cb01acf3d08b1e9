"""One bar of "what changed": a group's performance, or the volume or mix of all groups, and the sums it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from core.errors import SelectionRefused
from core.metrics.cells import several, wanted
from core.metrics.change import CLEAR_ERRORS, mix_and_performance
from core.metrics.comparison import Window, cash_over, payers_over, unpaid_because, window_of
from core.metrics.definitions import Behind, Better, Definition
from core.metrics.delinquency import ARREARS
from core.metrics.measure import Measure, Unit
from core.ports import PortfolioReader
from core.records import Book
from core.selection import DIMENSIONS, Selection

Part = Literal["volume", "mix", "performance", "change"]
FAMILY = "change"
NO_ROWS = "neither side has a loan of it"


@dataclass(frozen=True, slots=True)
class Changing:
    """A sum that changes between two sides.

    Attributes:
        kind: its facts: flows of some months against as many others, or the stock of two days.
        amount, base: the sum, and what its rate is taken of.
        label, amount_label, base_label: what they are called.
    """

    kind: Literal["flows", "stock"]
    amount: str
    base: str
    unit: Unit
    better: Better
    label: str
    amount_label: str
    base_label: str


CHANGING: Mapping[str, Changing] = {
    "cash": Changing("flows", "cash", "opening", "currency", "up", "Cash on arrears", "Cash", "Opening balance in arrears"),
    "payers": Changing("flows", "paying", "workable", "count", "up", "Paying loans", "Loans that paid", "Workable loans"),
    "arrears": Changing("stock", "arrears_balance", "balance", "currency", "down", "In arrears", "Balance in arrears", "Balance"),
    "late_loans": Changing("stock", "arrears_loans", "loans", "count", "down", "Loans in arrears", "Loans in arrears", "Open loans"),
}  # fmt: skip
"""By the first part of the name of their numbers: "cash_performance", "late_loans_mix"."""


def _formula(sum_of: Changing, part: Part) -> str:
    amount, base = sum_of.amount_label.lower(), sum_of.base_label.lower()
    rate = f"A rate is {amount} by {base}; later and earlier are the two sides compared."
    return {
        "performance": f"The later {base} times the later rate less the earlier one. {rate}",
        "mix": f"For each group: the later {base} of all groups, times the group's later share of it less its earlier one, "
        f"times the group's earlier rate; added up. A group without an earlier rate counts whole. {rate}",
        "volume": f"Each group's earlier {amount}, times how much more or less {base} all groups have together; added up.",
        "change": f"The later {amount} less the earlier.",
    }[part]


def _definition(name: str, sum_of: Changing, part: Part) -> Definition:
    def side(measure: str, label: str, window: Literal["after", "before"]) -> Behind:
        of_arrears = (("origin", several(*ARREARS)),) if sum_of.kind == "flows" else ()
        return Behind(sum_of.kind, measure, label, fixed=of_arrears, window=window)

    amounts = [side(sum_of.amount, sum_of.amount_label, window) for window in ("after", "before")]
    bases = [side(sum_of.base, sum_of.base_label, window) for window in ("after", "before")]
    return Definition(
        f"{name}_{part}", f"{sum_of.label}, {part}", sum_of.unit,
        "neither" if part in ("volume", "mix") else sum_of.better, _formula(sum_of, part), FAMILY,
        amounts[0], None if part == "change" else bases[0],
        numerator_before=amounts[1], denominator_before=None if part == "change" else bases[1],
    )  # fmt: skip


_ALL: tuple[Part, ...] = ("volume", "mix", "performance", "change")
CHANGES: dict[str, Definition] = {
    f"{name}_{part}": _definition(name, sum_of, part) for name, sum_of in CHANGING.items() for part in _ALL
}
"""By name. The cell says which sides: "before" and, where they are months, "after"; and which groups: "by" a dimension
for all of them, or one group by its dimension ("origin" for the bucket of a flow)."""


def change_measure(
    reader: PortfolioReader, selection: Selection, meant: Definition, cell: Mapping[str, str]
) -> Measure:
    """A part of a change, by the same computation as its bar.

    Args:
        selection: with its `as_of` stated.
        meant: one of CHANGES.
        cell: "before", for flows "after", and "by" or one group, not both.

    Returns:
        The part, with what the rows of each of its sides come to; n counts the loans of the later side (loan-months,
        where that is months). The interval of a performance of cash is two standard errors of the swing between months.
        Undefined where the book cannot compare the two sides, or where neither holds the group.

    Raises:
        SelectionRefused: a side or a group is missing from the cell or cannot be read.
    """
    name, _, part = meant.name.rpartition("_")
    sum_of, (by, group) = CHANGING[name], _groups(cell)
    parts, why = _parts(reader, selection, name, by, cell)
    if why:
        return Measure.undefined(why, unit=meant.unit)
    rows = parts if group is None else parts[parts[by] == group]
    if rows.empty:
        return Measure.undefined(NO_ROWS, unit=meant.unit)
    sums = {
        "numerator": "after",
        "denominator": "base_after",
        "numerator_before": "before",
        "denominator_before": "base_before",
    }
    told = tuple(
        (side, round(float(rows[column].sum()), 2)) for side, column in sums.items() if side in meant.every_side
    )
    value = round(float(rows[part].sum()), 2)
    low, high = _interval(rows, part, value)
    return Measure(
        value, value, 1.0, int(rows["loans"].sum()), meant.unit, of="loan-months" if sum_of.kind == "flows" else "loans",
        why=_remark(rows, part), low=low, high=high, sums=told,
        interval=f"{CLEAR_ERRORS:.0f} standard errors, by how the rate swings between months" if low == low else "",
    )  # fmt: skip


def _groups(cell: Mapping[str, str]) -> tuple[str, str | None]:
    """The dimension a cell asks for, and the one group of it; None for all of them."""
    known = (*DIMENSIONS, "origin")
    named: list[tuple[str, str | None]] = [(column, value) for column, value in cell.items() if column in known]
    named += [(cell["by"], None)] if cell.get("by") in known else []
    if len(named) != 1:
        raise SelectionRefused(
            f"A change is of one group or of all groups of one kind: found {len(named)}", where=("cell",),
            remedy="Open it from its chart.",
        )  # fmt: skip
    return named[0]


def _parts(
    reader: PortfolioReader, selection: Selection, name: str, by: str, cell: Mapping[str, str]
) -> tuple[pd.DataFrame, str]:
    """The parts of every group, and why there are none."""
    sum_of = CHANGING[name]
    if sum_of.kind == "stock":
        day = side_day(reader.book(selection.known_on), cell.get("before", ""))
        before, after = (reader.stock(each, [by]) for each in (selection.at(day), selection))
        return mix_and_performance(before, after, by, sum_of.base, sum_of.amount), ""
    book = reader.book(selection.known_on)
    months = _window(book, cell)
    why = unpaid_because(book, months) or months.why
    if why:
        return pd.DataFrame(), why
    flows = reader.flows(selection, list(dict.fromkeys(["month", "origin", by])))
    return (payers_over if name == "payers" else cash_over)(flows, months, by), ""


def _window(book: Book, cell: Mapping[str, str]) -> Window:
    sides = [wanted("month", cell.get(side, "")) for side in ("after", "before")]
    return window_of(book, *((side.first, side.last) if side.is_span else (side.values[0],) * 2 for side in sides))


def side_day(book: Book, text: str) -> date:
    """The day of a stock compared. Raises SelectionRefused where the text is none, or the book does not hold it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day not in book.days:
        raise SelectionRefused(
            f"The book holds no figures for '{text[:20]}'", where=("before",), remedy="Open the number from its chart."
        )
    return day


def _interval(rows: pd.DataFrame, part: str, value: float) -> tuple[float, float]:
    error = float("nan")
    if part == "performance" and len(rows) == 1 and "performance_error" in rows:
        error = CLEAR_ERRORS * float(rows["performance_error"].iloc[0])
    return value - error, value + error


def _remark(rows: pd.DataFrame, part: str) -> str:
    if part != "performance" or len(rows) != 1:
        return ""
    absent = [
        when for when, side in (("earlier", "before"), ("later", "after")) if pd.isna(rows[f"rate_{side}"].iloc[0])
    ]
    return f"it has no {' and no '.join(absent)} rate, so none can have changed" if absent else ""
