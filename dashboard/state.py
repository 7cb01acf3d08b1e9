"""From the address to what a person is looking at. The address is the only state of a view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from urllib.parse import parse_qs

from dash import Input
from dash.exceptions import PreventUpdate

from core.errors import SelectionRefused
from core.metrics.ripeness import refuse_days_ahead
from core.ports import PortfolioReader
from core.records import Book
from core.selection import MOST_FIELDS, Selection
from core.workflows.filter_values import known_filters
from dashboard import format as show
from dashboard import ids
from dashboard import text_known as say
from dashboard.services import Services

VIEW = {"search": Input(ids.URL, "search"), "mode": Input(ids.THEME, "data"), "revision": Input(ids.REVISION, "data")}
"""What every callback that shows data listens to."""


@dataclass(frozen=True, slots=True)
class View:
    """One look at the book: `selection` has its `as_of` filled in; `against` is None on the book's first day."""

    reader: PortfolioReader
    book: Book
    selection: Selection
    today: date

    @property
    def as_of(self) -> date:
        """The day looked at."""
        assert self.selection.as_of is not None
        return self.selection.as_of

    @property
    def before(self) -> Selection | None:
        """The same selection on the day it is compared with; None where there is no earlier day."""
        return self.selection.at(self.selection.against) if self.selection.against else None


def view_of(services: Services, search: str | None) -> View:
    """The view an address asks for.

    Raises:
        PreventUpdate: the book is empty; the shell then shows how to begin.
        SelectionRefused: a day or a filter's value that the book does not know, a day of knowledge that has not come
            yet, or an address that cannot be read.
        HistoryUnsettled: an earlier day of knowledge, while files that came out of order are put in place.
    """
    reader = services.reader()
    if reader.book().is_empty:
        raise PreventUpdate
    asked = Selection.from_query(search or "")
    book = book_known(reader, asked.known_on)
    asked = known_filters(reader, asked)
    refuse_days_ahead(book, asked, services.today())
    as_of = _day_of(book, asked, "as_of") or book.days[-1]
    earlier = [day for day in book.days if day < as_of]
    against = _day_of(book, asked, "against") or (earlier[-1] if earlier else None)
    return View(reader, book, replace(asked, as_of=as_of, against=against), services.today())


def book_known(reader: PortfolioReader, known_on: date | None) -> Book:
    """What a book with loans holds, or held as known on a day.

    Raises:
        SelectionRefused: nothing of it was known on that day.
        HistoryUnsettled: as `view_of`.
    """
    book = reader.book(known_on)
    if known_on is not None and book.is_empty:
        raise SelectionRefused(
            say.nothing_known(known_on),
            where=("known_on in the address",),
            remedy="Choose a later day of knowledge, or go back to now.",
        )
    return book


def known_on_of(search: str | None) -> date | None:
    """The day of knowledge in an address; None where it holds none that can be read: the page then says what is wrong."""
    try:
        given = parse_qs((search or "").lstrip("?"), max_num_fields=MOST_FIELDS).get("known_on", [""])[-1]
        return date.fromisoformat(given)
    except ValueError:
        return None


def page_key(search: str | None, key: str, allowed: Sequence[str], default: str) -> str:
    """A page's own key in the address (an axis, a colour, a tab); anything not allowed is the default."""
    given = parse_qs((search or "").lstrip("?")).get(key, [default])[-1]
    return given if given in allowed else default


def age_days(view: View) -> int:
    """How many days the newest day of the book lies back."""
    return max(0, (view.today - view.book.days[-1]) // timedelta(days=1))


def _choice(book: Book) -> str:
    if len(book.days) == 1:
        return f"{show.day(book.days[0])}, the only day it holds"
    return f"one of its {show.number(len(book.days))} days, {show.day(book.days[0])} to {show.day(book.days[-1])}"


def _day_of(book: Book, asked: Selection, key: Literal["as_of", "against"]) -> date | None:
    day = asked.as_of if key == "as_of" else asked.against
    if day is None or day in book.days:
        return day
    known = f"As known on {show.day(asked.known_on)} the" if asked.known_on else "The"
    raise SelectionRefused(
        f"{known} book holds no figures for {show.day(day)}",
        where=(f"{key} in the address",),
        remedy=f"Choose {_choice(book)}.",
    )
