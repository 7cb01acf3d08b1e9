"""What a cell of a chart asks of a column: one value, one of several, or everything from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import SelectionRefused
from core.metrics.delinquency import BUCKETS
from core.metrics.flows import STATES
from core.metrics.recovery import cohort_months
from core.metrics.roll import DIRECTIONS, direction

SEVERAL, BETWEEN = "|", ".."
SETS: tuple[str, ...] = ("origin", "state", "move")
"""Columns whose values may be several, written "paid|Current"."""
SPANS: tuple[str, ...] = ("month", "cohort", "age")
"""Columns of which a span may be asked, written "2026-01-31..2026-03-31"; an end that is left out is open."""
WORKABLE: tuple[str, ...] = ("yes", "no")

MOVES: Mapping[str, tuple[tuple[str, str], ...]] = {
    wanted: tuple((origin, state) for origin in BUCKETS for state in STATES if direction(origin, state) == wanted)
    for wanted in DIRECTIONS
}
"""Origin and state of the flows that go each way: "forward" is a worse bucket or charged off."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The values of a column that a cell asks for.

    Attributes:
        values: any of these; () where a span is asked for.
        first, last: the ends of the span, both in it; "" for an open one.
    """

    values: tuple[str, ...] = ()
    first: str = ""
    last: str = ""

    @property
    def is_span(self) -> bool:
        return not self.values


def wanted(column: str, text: str) -> Wanted:
    """What a cell's text asks of a column.

    Args:
        column: of the rows. "age" counts months from a placement's to the row's own, "move" is the direction of a flow
            (see core.metrics.roll), "workable" whether a loan is.
        text: as it stands in an address.

    Raises:
        SelectionRefused: an age that is no number of months, or a direction or answer there is not.

    >>> wanted("state", "paid|Current"), wanted("month", "2026-01-31..2026-03-31").last
    (Wanted(values=('paid', 'Current'), first='', last=''), '2026-03-31')
    """
    if column in SPANS and BETWEEN in text:
        asked = Wanted((), *text.split(BETWEEN, 1))
    elif column == "cohort":
        asked = Wanted(cohort_months(text))
    else:
        asked = Wanted(tuple(text.split(SEVERAL)) if column in SETS else (text,))
    known = {"move": DIRECTIONS, "workable": WORKABLE}.get(column, asked.values)
    odd = [value for value in asked.values if value not in known]
    if column == "age":
        odd = [value for value in (*asked.values, asked.first, asked.last) if value and not value.isdecimal()]
    if odd:
        raise SelectionRefused(
            f"'{odd[0][:20]}' is no {column} of these rows", where=("cell",), remedy="Open the number from its chart."
        )
    return asked


def span(first: str, last: str) -> str:
    """A cell's text for everything from one value to another; "" is an open end."""
    return f"{first}{BETWEEN}{last}"


def several(*values: str) -> str:
    """A cell's text for any of some values."""
    return SEVERAL.join(values)
