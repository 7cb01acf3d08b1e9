"""What the page compares with, and what it adds up: kept in the address, followed by every part of the page."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, cast

import pandas as pd
from dash import html

from core.metrics.comparison import Against, day_compared
from core.metrics.measure import Measure
from core.metrics.targets import TARGET_METRICS, target_of
from core.records import Book
from core.selection import Selection
from dashboard import format as show
from dashboard import text_portfolio as say
from dashboard.components.switch import switch
from dashboard.state import View, page_key

WITH, AS = "portfolio-with", "portfolio-as"
CONTROLS = (WITH, AS)
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

    def target(self, name: str, now: Measure) -> Measure:
        """The target of a number in the month of the view, in the number's own unit; undefined with the reason."""
        if name not in TARGET_METRICS:
            return Measure.undefined(say.NO_TARGET_POSSIBLE, unit=now.unit)
        if now.unit == "currency" and self.view.selection.filters:
            return Measure.undefined(say.TARGET_OF_THE_WHOLE, unit=now.unit)
        value = target_of(self.targets, name, self.view.as_of)
        if math.isnan(value):
            return Measure.undefined(say.NO_TARGET, unit=now.unit)
        return replace(now, value=value, low=math.nan, high=math.nan)


def controls() -> html.Div:
    """The two switches that hold for the whole page."""
    compared = [("month", "Last month"), ("year", "Last year"), ("target", "Target")]
    return html.Div(
        [
            _labelled("Compare with", switch(WITH, "Compare with", compared, HOW[0], key="with")),
            _labelled(
                "Add up", switch(AS, "Add up", [("balance", "Balance"), ("loans", "Loans")], AMOUNTS[0], key="as")
            ),
        ],
        className="portfolio-controls",
    )


def _labelled(words: str, control: html.Fieldset) -> html.Div:
    return html.Div(
        [html.Span(words, className="muted", **{"aria-hidden": "true"}), control], className="portfolio-control"
    )


def compared_of(view: View, search: str | None) -> Compared:
    """What an address asks a view to be compared with."""
    how = cast(Literal["month", "year", "target"], page_key(search, "with", HOW, HOW[0]))
    book = view.reader.book(view.selection.known_on)
    earlier = None if how == "target" else day_compared(book, view.selection, "year" if how == "year" else "month")
    counted = page_key(search, "as", AMOUNTS, AMOUNTS[0]) == "loans"
    before = view.selection.at(earlier) if earlier else None
    return Compared(view, book, how, before, view.reader.targets(), counted)
