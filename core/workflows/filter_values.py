"""Does the book know the values a selection filters on? A value it never held is refused, and not answered with zeros."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from core.columns import PERSON_HOLDS
from core.errors import SelectionRefused
from core.metrics.delinquency import BUCKETS
from core.ports import PortfolioReader
from core.scores.scoring.bands import BANDS
from core.selection import NOT_STATED, Selection
from core.strategies.catalogue import HOLD, NONE, STRATEGY_NAMES

OURS: dict[str, tuple[str, ...]] = {
    "bucket": BUCKETS,
    "band": BANDS,
    "strategy": STRATEGY_NAMES,
    "proposed": (*STRATEGY_NAMES, HOLD, NONE),
    "hold": ("dispute", *PERSON_HOLDS),
}
"""Values that Recoup gives: known in every book, whether a loan has them or not."""
MOST_SHOWN = 60


def filters_of(conditions: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The filters of conditions like "product=Auto": of one field repeated any of its values.

    Raises:
        SelectionRefused: a text that is no condition.

    >>> filters_of(["product=Auto", "Region = North", "product=Card"])
    {'product': ('Auto', 'Card'), 'region': ('North',)}
    """
    filters: dict[str, tuple[str, ...]] = {}
    for condition in conditions:
        name, equals, value = (part.strip() for part in condition.partition("="))
        if not (name and equals and value):
            found = f"'{condition}' is not a condition" if not equals or not name else f"'{condition}' names no value"
            raise SelectionRefused(
                found, remedy=f"Write it as product=Auto, or product={NOT_STATED!r} for loans without one."
            )
        filters[name.lower()] = (*filters.get(name.lower(), ()), value)
    return filters


def known_filters(reader: PortfolioReader, selection: Selection) -> Selection:
    """A selection whose every value is known, in the spelling of the book.

    Known is what the book holds on any of its days, as known now or on the selection's day of knowledge; what Recoup
    itself gives (OURS, the names of the segments in use); and "not stated". So a value without a loan on the day asked
    about is answered with zeros, and one the book never held is refused. Case and spaces do not matter: "auto" stands
    for "Auto", and for "AUTO" too where the book has both; a value spelled exactly as in the book stands for itself
    alone. Several values of a field mean any of them, and the same one twice is one.

    Raises:
        SelectionRefused: a value that is none of these, with the three nearest that are.
    """
    if not selection.filters:
        return selection
    filters = {name: _known(reader, selection, name, values) for name, values in selection.filters.items()}
    return replace(selection, filters=filters)


def _known(reader: PortfolioReader, selection: Selection, name: str, values: Sequence[str]) -> tuple[str, ...]:
    known = set(reader.known_values(name, selection.knowing(None))) | {NOT_STATED, *OURS.get(name, ())}
    wider: list[Callable[[], Sequence[str]]] = []
    if selection.known_on is not None:
        wider.append(lambda: reader.known_values(name, selection))
    if name == "segment":
        wider.append(lambda: _segments(reader))
    for more in wider:
        if any(value not in known for value in values):
            known |= set(more())
    by_spelling: dict[str, list[str]] = {}
    for value in sorted(known):
        by_spelling.setdefault(_spelled(value), []).append(value)
    found: set[str] = set()
    for value in values:
        meant = [value] if value in known else by_spelling.get(_spelled(value))
        if meant is None:
            raise _refusal(name, value, known)
        found.update(meant)
    return tuple(sorted(found))


def _segments(reader: PortfolioReader) -> Sequence[str]:
    clustering = reader.segmentation()
    return clustering.names if clustering else ()


def _spelled(value: str) -> str:
    return " ".join(value.split()).casefold()


def _refusal(name: str, value: str, known: set[str]) -> SelectionRefused:
    stated = known - {NOT_STATED}
    shown = value if len(value) <= MOST_SHOWN else f"{value[:MOST_SHOWN]}..."
    if not stated:
        return SelectionRefused(
            f"This book has no {name} '{shown}': no loan of it states one", remedy="Leave this filter out."
        )
    likeness = {each: SequenceMatcher(None, _spelled(value[:500]), _spelled(each)).ratio() for each in sorted(stated)}
    nearest = sorted(likeness, key=lambda each: -likeness[each])
    return SelectionRefused(
        f"This book has no {name} '{shown}'",
        where=[f"it has {len(stated)}, nearest '{nearest[0]}'", *(f"'{each}'" for each in nearest[1:3])],
        remedy="Choose a value the book has, or leave this filter out.",
    )
