"""From the address to what a person is looking at. The address is the only state of a view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import parse_qs

from dash import Input
from dash.exceptions import PreventUpdate

from core.errors import SelectionRefused
from core.ports import PortfolioReader
from core.records import Book
from core.selection import Selection
from dashboard import format as show
from dashboard import ids
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
        SelectionRefused: a day that the book does not hold, or an address that cannot be read.
    """
    reader = services.reader()
    if reader.book().is_empty:
        raise PreventUpdate
    asked = Selection.from_query(search or "")
    book = reader.book(asked.known_on)
    if book.is_empty:
        raise SelectionRefused(
            f"Nothing was known of this book on {show.day(asked.known_on)}",
            where=("known_on in the address",),
            remedy="Choose a later day of knowledge.",
        )
    as_of = _day_of(book, asked.as_of, "as_of") or book.days[-1]
    earlier = [day for day in book.days if day < as_of]
    against = _day_of(book, asked.against, "against") or (earlier[-1] if earlier else None)
    return View(reader, book, replace(asked, as_of=as_of, against=against), services.today())


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


def _day_of(book: Book, asked: date | None, key: str) -> date | None:
    if asked is None or asked in book.days:
        return asked
    raise SelectionRefused(
        f"The book holds no figures for {show.day(asked)}",
        where=(f"{key} in the address",),
        remedy=f"Choose {_choice(book)}.",
    )
