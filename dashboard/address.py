"""The address of a number: which one, of which cell of a chart, and which of its rows. It stands in the URL's query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

from core.errors import SelectionRefused
from core.metrics.catalogue import CATALOGUE
from core.metrics.change_parts import CHANGES
from core.metrics.definitions import FACT_MEASURES, SIDES
from core.metrics.points import POINTS
from core.selection import DIMENSIONS, MOST_FIELDS

CELL_COLUMNS: tuple[str, ...] = (
    *DIMENSIONS,
    "as_of",
    "since",
    "month",
    "cohort",
    "age",
    "origin",
    "state",
    "move",
    "workable",
    "decided_by",
    "after",
    "before",
    "by",
)
"""Columns that may narrow a number, beside the filters of the view; "since" asks for the rows of a sum that files received
after that day added or took off, "after" and "before" say which two sides a change compares, "by" of which groups."""

FACTS_PATH = "/download/rows.csv"
"""Where every row behind a number is taken away, under the number's address."""
MOST_CELLS, LONGEST_VALUE = 8, 120
_REMEDY = "Open the number again from its figure or chart."


@dataclass(frozen=True, slots=True)
class Why:
    """A number somebody asks about.

    Attributes:
        number: a metric of the catalogue ("recovery_rate"), or a sum over facts: "cash:cash", "flows:opening".
        cell: the columns of the point of a chart it stands for; {} for the whole view.
        side: whose rows are listed.

    >>> Why("cash:cash", {"month": "2026-09-30"}).to_query()
    'why=cash%3Acash&cell=month~2026-09-30'
    """

    number: str
    cell: Mapping[str, str] = field(default_factory=dict)
    side: str = "numerator"

    def __post_init__(self) -> None:
        kind, _, measure = self.number.partition(":")
        known = any(self.number in numbers for numbers in (CATALOGUE, POINTS, CHANGES))
        if not known and measure not in FACT_MEASURES.get(kind, {}):
            raise SelectionRefused(f"There is no number called '{self.number[:60]}'", remedy=_REMEDY)
        if len(self.cell) > MOST_CELLS:
            raise SelectionRefused(f"A number is narrowed by {MOST_CELLS} columns at most", remedy=_REMEDY)
        for column, value in self.cell.items():
            if column not in CELL_COLUMNS:
                raise SelectionRefused(f"A number is not narrowed by '{column[:40]}'", remedy=_REMEDY)
            if not value or len(value) > LONGEST_VALUE or not value.isprintable():
                raise SelectionRefused(f"A {column} of {len(value)} letters cannot be read", remedy=_REMEDY)
        if self.side not in SIDES:
            raise SelectionRefused(f"A number has no rows called '{self.side[:40]}'", remedy=_REMEDY)

    @property
    def is_metric(self) -> bool:
        """Whether it is a metric of the catalogue, and not a sum over facts."""
        return ":" not in self.number

    def to_query(self) -> str:
        """Its part of an address, in a fixed order, so that equal numbers have equal addresses."""
        cells = sorted(f"{column}~{value}" for column, value in self.cell.items())
        pairs = [("why", self.number), *(("cell", cell) for cell in cells)]
        return urlencode([*pairs, *([("rows", self.side)] if self.side != SIDES[0] else [])], safe="~")

    def mark(self) -> str:
        """What a point of a chart carries as its customdata, so that a click on it asks about this number."""
        return f"why:{self.to_query()}"

    @classmethod
    def from_query(cls, query: str) -> Why | None:
        """The number an address asks about, None where it asks about none.

        Raises:
            SelectionRefused: a number, column or side there is not, or an address that cannot be read.
        """
        try:
            given = parse_qs(query.lstrip("?"), max_num_fields=MOST_FIELDS)
        except ValueError:
            raise SelectionRefused(f"This address has more than {MOST_FIELDS} parts", remedy=_REMEDY) from None
        if "why" not in given:
            return None
        cells = [text.partition("~") for text in given.get("cell", [])]
        return cls(given["why"][-1], {column: value for column, _, value in cells}, given.get("rows", SIDES[:1])[-1])
