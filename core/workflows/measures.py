"""Every number of a selection at once: what `metrics` tells, and what the drawer opens one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from core.errors import TooLittleData
from core.metrics.answers import FAMILIES, Family
from core.metrics.measure import Measure
from core.metrics.portfolio import newest_day
from core.metrics.ripeness import refuse_days_ahead
from core.metrics.value import value_measures
from core.ports import PortfolioReader
from core.records import BookName
from core.selection import Selection
from core.strategies.catalogue import CATALOGUE
from core.wording import dated
from core.workflows.filter_values import known_filters


@dataclass(frozen=True, slots=True)
class MeasuresReport:
    """Every metric of a book on a day, with the knowledge of a day."""

    as_of: date
    known_on: date
    book: BookName
    measures: Mapping[str, Measure]

    def as_json(self) -> dict[str, Any]:
        """The keys others rely on; a number the data cannot carry is null, with `why`."""
        return {
            "as_of": self.as_of.isoformat(),
            "known_on": self.known_on.isoformat(),
            "book": self.book,
            "metrics": {name: measure.as_json() for name, measure in self.measures.items()},
        }

    def as_text(self) -> str:
        """One line a metric, for a person at a terminal."""
        width = max(map(len, self.measures), default=0)
        lines = [f"{name:<{width}}  {_plain(measure)}" for name, measure in self.measures.items()]
        return "\n".join([f"as of {self.as_of.isoformat()}, known on {self.known_on.isoformat()}", *lines])


def families(discount_rate: float) -> dict[str, Family]:
    """What computes each family of metrics, those that need fees and a discount rate included.

    Args:
        discount_rate: a year, 0-1, at which later cash counts for less.
    """
    fees = {strategy.name: strategy.fee_share for strategy in CATALOGUE}
    return {**FAMILIES, "value": partial(value_measures, fee_shares=fees, discount_rate=discount_rate)}


def measured(
    reader: PortfolioReader, selection: Selection, computed_by: Mapping[str, Family], today: date
) -> MeasuresReport:
    """Every metric of the catalogue; what the data cannot carry is NaN with the reason.

    Args:
        selection: its day is the newest of the book as known then where it names none.
        computed_by: from `families`.
        today: the day of the question, which is its knowledge where the selection names none.

    Raises:
        TooLittleData: nothing was known of the book on the day of knowledge.
        SelectionRefused: a filter on a value that the book does not know, or a day that nobody can know of yet.
    """
    book = reader.book(selection.known_on)
    refuse_days_ahead(book, selection, today)
    if book.is_empty and selection.known_on:
        raise TooLittleData(
            f"Nothing was known of this book on {dated(selection.known_on)}",
            remedy="Ask with the knowledge of a later day.",
        )
    selection = known_filters(reader, selection)
    day = newest_day(book, selection)
    measures = {
        name: measure for family in computed_by.values() for name, measure in family(reader, selection.at(day)).items()
    }
    return MeasuresReport(day, selection.known_on or today, book.name, measures)


def _plain(measure: Measure) -> str:
    if not measure.is_defined:
        return f"n/a, because {measure.why}"
    between = f", {measure.low:,.4f} to {measure.high:,.4f}" if measure.interval else ""
    beside = f"; {measure.why}" if measure.why else ""
    return f"{measure.value:,.4f} {measure.unit}{between} (n = {measure.n:,} {measure.of}{beside})"
