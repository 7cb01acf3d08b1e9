"""Any metric by its name, of any part of the book: the number, and the rows it was computed from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from core.errors import SelectionRefused
from core.metrics.bridge import bridge_measures
from core.metrics.catalogue import definition
from core.metrics.change_parts import FAMILY, change_measure, side_day
from core.metrics.collection_effectiveness import cei_measure
from core.metrics.customers import customer_measures
from core.metrics.definitions import FACT_MEASURES, Behind, Definition
from core.metrics.early_warning import early_warning_measures
from core.metrics.forecast import forecast_measures
from core.metrics.funnel import funnel_measures
from core.metrics.intervals import with_wilson
from core.metrics.measure import Measure, Unit, amount, ratio
from core.metrics.portfolio import portfolio_measures
from core.metrics.promises import promise_measures
from core.metrics.ripeness import Source, untold
from core.metrics.roll import roll_measures
from core.metrics.vintages import liquidation_measures
from core.metrics.year import year_measures
from core.ports import PortfolioReader
from core.records import Book, FactPage
from core.selection import DIMENSIONS, Selection

Family = Callable[[PortfolioReader, Selection], Mapping[str, Measure]]
FAMILIES: dict[str, Family] = {
    "portfolio": portfolio_measures,
    "roll": roll_measures,
    "bridge": bridge_measures,
    "funnel": funnel_measures,
    "promises": promise_measures,
    "collection_effectiveness": lambda reader, selection: {"cei": cei_measure(reader, selection)},
    "vintages": liquidation_measures,
    "year": year_measures,
    "customers": customer_measures,
    "forecast": forecast_measures,
    "early_warning": early_warning_measures,
}
"""What computes each family of metrics. "value" needs fees and a discount rate: who knows them adds it."""

OF_ROWS = "rows"
"""The family of numbers that only points of charts have."""
NOUNS = {
    "stock": "loans", "placed": "placements", "cash": "payments", "activity": "actions", "costs": "actions", "flows": "loans", "promises": "promises",
}  # fmt: skip
"""What a row of each kind of fact is called."""
TOLD_BY: dict[str, tuple[Source, ...]] = {"cash": ("payments",), "activity": ("actions",), "costs": ("actions",)}
"""Which files tell the rows of a month; of the others, month-ends tell or the promises' own rule."""


def narrowed(selection: Selection, cell: Mapping[str, str]) -> tuple[Selection, dict[str, str]]:
    """A selection narrowed by the filters among a cell's columns, and the columns that are none.

    >>> narrowed(Selection(), {"product": "Auto", "month": "2026-10-31"})[1]
    {'month': '2026-10-31'}
    """
    dimensions = {name: (value,) for name, value in cell.items() if name in DIMENSIONS}
    rest = {name: value for name, value in cell.items() if name not in DIMENSIONS}
    return replace(selection, filters={**selection.filters, **dimensions}), rest


def answer(
    reader: PortfolioReader,
    selection: Selection,
    name: str,
    cell: Mapping[str, str] | None = None,
    families: Mapping[str, Family] = FAMILIES,
) -> Measure:
    """One metric of a selection.

    Args:
        selection: with its `as_of` stated.
        name: a metric of the catalogue.
        cell: columns that narrow it: filters, or clocks of the rows behind it ("month", "cohort", "origin", "state").
        families: what computes each family, where it needs more than the book.

    Returns:
        The metric; undefined where its family does not have it for this book.

    Raises:
        SelectionRefused: an unknown name, or a number that cannot be narrowed that way.
    """
    meant = definition(name)
    chosen, rest = narrowed(selection, cell or {})
    if meant.family == FAMILY:
        return change_measure(reader, selection, meant, cell or {})
    if rest or meant.family == OF_ROWS:
        return _of_rows(reader, chosen, meant, rest)
    family = families.get(meant.family)
    measures = family(reader, chosen) if family else {}
    if name not in measures:
        return Measure.undefined("it is not computed for this book", unit=meant.unit)
    return measures[name]


def rows_behind(
    reader: PortfolioReader,
    selection: Selection,
    behind: Behind,
    cell: Mapping[str, str],
    *,
    after: str | None = None,
    limit: int = 100,
) -> FactPage:
    """A page of the rows behind one side of a number; `cell` as in `answer`, it wins over the side's own clock."""
    chosen, columns = scope_of(reader.book(selection.known_on), selection, behind, cell)
    return reader.facts(behind.kind, chosen, columns, measure=behind.measure, after=after, limit=limit)


def scope_of(
    book: Book, selection: Selection, behind: Behind, cell: Mapping[str, str]
) -> tuple[Selection, dict[str, str]]:
    """The selection and the columns under which the rows of one side are read.

    Args:
        book: as known on the selection's day of knowledge.
        selection: with its `as_of` stated.
    """
    if behind.window:
        selection, cell = _of_window(book, selection, behind, cell)
    assert selection.as_of is not None
    selection = selection.at(behind.ripe_day(book, selection.as_of))
    chosen, rest = narrowed(selection, {name: value for name, value in cell.items() if name not in behind.without})
    assert selection.as_of is not None
    return behind.narrowed(chosen), {**behind.cell(selection.as_of), **rest}


def _of_window(
    book: Book, selection: Selection, behind: Behind, cell: Mapping[str, str]
) -> tuple[Selection, dict[str, str]]:
    """The selection and the cell of one of the two sides that are compared."""
    rest = {name: value for name, value in cell.items() if name not in ("after", "before", "by")}
    if behind.kind != "stock":
        return selection, {"month": cell.get(behind.window, ""), **rest}
    return (selection.at(side_day(book, cell.get("before", ""))) if behind.window == "before" else selection), rest


def sum_of(page: FactPage, kind: str, measure: str) -> Measure:
    """What all rows of a page's question come to, as a measure over them."""
    unit: Unit = FACT_MEASURES[kind][measure]
    if unit == "currency":
        return amount(page.total, n=page.n, of=NOUNS[kind])
    return Measure(page.total, page.total, 1.0, page.n, "count", of=NOUNS[kind])


def _of_rows(reader: PortfolioReader, selection: Selection, meant: Definition, cell: Mapping[str, str]) -> Measure:
    """A metric from the sums of its rows; only where every row listed counts."""
    sides = [side for side in (meant.numerator, meant.denominator, meant.less) if side is not None]
    if any(side.computed for side in sides):
        raise SelectionRefused(
            f"{meant.label} cannot be told by {', '.join(cell)}", remedy="Open it from the figure itself."
        )
    pages = [rows_behind(reader, selection, side, cell, limit=1) for side in sides]
    why = _untold(reader, selection, cell, *(side.kind for side in sides))
    if why:
        return Measure.undefined(why, unit=meant.unit, of=NOUNS[sides[0].kind])
    above = sum_of(pages[0], sides[0].kind, sides[0].measure)
    if meant.denominator is not None:
        share = ratio(
            above.value, round(pages[1].total, 2), n=pages[1].n, unit=meant.unit, of=NOUNS[sides[1].kind], when_zero="there is nothing to divide by",
        )  # fmt: skip
        counted = meant.unit == "share" and all(side.unit == "count" for side in sides)
        return with_wilson(share) if counted and share.is_defined else share
    if meant.less is not None:
        return amount(above.value - pages[1].total, n=above.n, of=above.of)
    return above


def _untold(reader: PortfolioReader, selection: Selection, cell: Mapping[str, str], *kinds: str) -> str:
    """Why no file can have told such rows of the cell's month; "" where one can, or where the cell names no month."""
    month, _ = day_of(cell, "month")
    sources = [source for kind in kinds for source in TOLD_BY.get(kind, ())]
    return untold(reader.book(selection.known_on), month, *sources) if month else ""


def day_of(cell: Mapping[str, str], column: str = "as_of") -> tuple[date | None, dict[str, str]]:
    """The day a cell asks for by a column, None where it names none; and the other columns.

    Raises:
        SelectionRefused: it is no day.
    """
    rest = {name: value for name, value in cell.items() if name != column}
    if column not in cell:
        return None, rest
    try:
        return date.fromisoformat(cell[column]), rest
    except ValueError:
        raise SelectionRefused(
            f"'{cell[column][:20]}' is not a day", where=("cell",), remedy="Write it as 2026-10-31."
        ) from None
