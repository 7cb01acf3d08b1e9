"""What a page compares with, and what it adds up: kept in the address, followed by every part of the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

import pandas as pd
from dash import html

from core.metrics.comparison import Against, day_compared
from core.metrics.targets import Target, target_for
from core.records import Book
from core.selection import Selection
from dashboard import format as show
from dashboard import text_compared as say
from dashboard.components.switch import switch
from dashboard.state import View, page_key

HOW = ("month", "year", "target")
AMOUNTS = ("balance", "loans")


@dataclass(frozen=True, slots=True)
class Compared:
    """What the numbers of a view are compared with.

    Attributes:
        view: the view, and `book` what is known of the book in it.
        how: "month" (the day before in the book, or the one chosen), "year" or "target".
        before: the selection on the earlier day; None where there is none, and for targets.
        targets: what was set.
        counted: whether sums are of loans instead of balances.
    """

    view: View
    book: Book
    how: Literal["month", "year", "target"]
    before: Selection | None
    targets: pd.DataFrame
    counted: bool

    @property
    def against(self) -> Against:
        """The earlier months to compare with; those just before where the page looks at targets."""
        return "year" if self.how == "year" else "month"

    @property
    def before_on(self) -> str:
        """The earlier day in words; "" where there is none."""
        return show.day_beside(self.before.as_of, self.view.as_of) if self.before and self.before.as_of else ""

    @property
    def why(self) -> str:
        """Why there is no earlier day."""
        return say.no_earlier_day(self.how, self.view.as_of)

    def target(self, name: str, day: date | None = None) -> Target:
        """What a number of the view is held against; `day` is the one it is of, the view's where none is given."""
        return target_for(self.targets, name, self.view.selection, day or self.view.as_of, self.book)


def controls_of(page: str) -> tuple[str, str]:
    """The ids of the two switches on a page."""
    return f"{page}-with", f"{page}-as"


def controls(page: str) -> html.Div:
    """The two switches that hold for a whole page; pages share their keys in the address."""
    compared = [("month", "Last month"), ("year", "Last year"), ("target", "Target")]
    added = [("balance", "Balance"), ("loans", "Loans")]
    against, amounts = controls_of(page)
    return html.Div(
        [
            switch(against, "Compare with", compared, HOW[0], key="with", shown=True),
            switch(amounts, "Add up", added, AMOUNTS[0], key="as", shown=True),
        ],
        className="compare-controls",
    )


def compared_of(view: View, search: str | None) -> Compared:
    """What an address asks a view to be compared with."""
    how = cast(Literal["month", "year", "target"], page_key(search, "with", HOW, HOW[0]))
    book = view.reader.book(view.selection.known_on)
    earlier = None if how == "target" else day_compared(book, view.selection, "year" if how == "year" else "month")
    counted = page_key(search, "as", AMOUNTS, AMOUNTS[0]) == "loans"
    before = view.selection.at(earlier) if earlier else None
    return Compared(view, book, how, before, view.reader.targets(view.selection.known_on), counted)
