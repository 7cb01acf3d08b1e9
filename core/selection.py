"""What a person is looking at: dates, filters and a lasso, as one value that fits in a URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import parse_qs, urlencode

from core.errors import SelectionRefused

MOST_FIELDS = 500
"""Parts an address may have."""

DIMENSIONS: tuple[str, ...] = (
    "product",
    "region",
    "segment",
    "strategy",
    "proposed",
    "bucket",
    "band",
    "branch",
    "agency",
    "collector",
    "hold",
)
"""Fields a selection may filter on and a view may group by, with the words used in URLs and in `--where`."""

AXES: tuple[str, ...] = (
    "balance",
    "dpd",
    "monthly_income",
    "loan_amount",
    "interest_rate",
    "tenure_months",
    "collateral_value",
    "emi",
    "missed_payments",
    "risk_score",
)
"""Numeric fields that may be an axis of the scatter."""

NOT_STATED = "not stated"
"""The label of an absent category, in filters, cubes and charts alike."""


@dataclass(frozen=True, slots=True)
class Lasso:
    """A polygon drawn in the scatter: two axes and its corners in the axes' units."""

    x: str
    y: str
    corners: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if self.x not in AXES or self.y not in AXES:
            raise SelectionRefused(
                f"A lasso over {self.x} and {self.y} is not possible", remedy=f"Use two of {', '.join(AXES)}."
            )
        if not 3 <= len(self.corners) <= 200:
            raise SelectionRefused(
                f"A lasso of {len(self.corners)} corners is not possible",
                remedy="Draw it again, with 3 to 200 corners.",
            )

    def to_text(self) -> str:
        """`x~y~x1,y1~x2,y2...`, with four significant digits more than a screen shows."""
        return "~".join([self.x, self.y, *(f"{x:.7g},{y:.7g}" for x, y in self.corners)])

    @classmethod
    def from_text(cls, text: str) -> Lasso:
        """The inverse of `to_text`; raises SelectionRefused when it is not one."""
        try:
            x, y, *points = text.split("~")
            corners = tuple((float(a), float(b)) for a, b in (point.split(",") for point in points))
        except ValueError:
            raise SelectionRefused(
                "The lasso in this address cannot be read", where=(text[:60],), remedy="Draw it again."
            ) from None
        return cls(x, y, corners)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the book, on which day, against which earlier day.

    `as_of` None means the newest day in the book; `against` None the day before it in the book.
    `known_on` asks with the knowledge of that day (batches received and undone up to it); None with all there is now.
    `filters` maps a dimension to the values kept; an absent dimension keeps everything.
    """

    as_of: date | None = None
    against: date | None = None
    known_on: date | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lasso: Lasso | None = None
    search: str = ""

    def __post_init__(self) -> None:
        for name in self.filters:
            if name not in DIMENSIONS:
                raise SelectionRefused(f"There is no filter '{name}'", remedy=f"Use one of {', '.join(DIMENSIONS)}.")

    def only(self, **values: str | Sequence[str]) -> Selection:
        """This selection narrowed: `selection.only(product="Auto")`."""
        added = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in values.items()}
        return replace(self, filters={**self.filters, **added})

    def at(self, as_of: date | None) -> Selection:
        """This selection on another day."""
        return replace(self, as_of=as_of)

    def knowing(self, known_on: date | None) -> Selection:
        """This selection with the knowledge of another day."""
        return replace(self, known_on=known_on)

    def to_query(self) -> str:
        """The URL query of this selection, in a fixed order, so that equal views have equal addresses."""
        pairs: list[tuple[str, str]] = []
        if self.as_of:
            pairs.append(("as_of", self.as_of.isoformat()))
        if self.against:
            pairs.append(("against", self.against.isoformat()))
        if self.known_on:
            pairs.append(("known_on", self.known_on.isoformat()))
        for name in DIMENSIONS:
            pairs.extend((name, value) for value in sorted(self.filters.get(name, ())))
        if self.lasso:
            pairs.append(("lasso", self.lasso.to_text()))
        if self.search:
            pairs.append(("search", self.search))
        return urlencode(pairs)

    @classmethod
    def from_query(cls, query: str) -> Selection:
        """A selection from a URL query; keys that belong to a page (axes, colours) are left alone.

        Raises SelectionRefused for a date that is none or a lasso that cannot be read.
        """
        try:
            given = parse_qs(query.lstrip("?"), keep_blank_values=False, max_num_fields=MOST_FIELDS)
        except ValueError:
            raise SelectionRefused(
                f"This address has more than {MOST_FIELDS} parts", remedy="Choose fewer values in the filters."
            ) from None
        return cls(
            as_of=_day(given, "as_of"),
            against=_day(given, "against"),
            known_on=_day(given, "known_on"),
            filters={name: tuple(sorted(set(given[name]))) for name in DIMENSIONS if name in given},
            lasso=Lasso.from_text(given["lasso"][-1]) if "lasso" in given else None,
            search=given.get("search", [""])[-1].strip()[:80],
        )


def _day(given: Mapping[str, list[str]], key: str) -> date | None:
    if key not in given:
        return None
    try:
        return date.fromisoformat(given[key][-1])
    except ValueError:
        raise SelectionRefused(
            f"'{given[key][-1][:20]}' is not a day", where=(key,), remedy="Write it as 2026-10-31."
        ) from None
