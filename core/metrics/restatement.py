"""What did later files change about a month that was reported already?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.metrics.portfolio import month_end, newest_day
from core.ports import PortfolioReader
from core.records import Book
from core.selection import Selection
from core.wording import dated

PACK_DAYS = 10
"""So many days after its month-end the pack of a month is closed, unless set otherwise."""

RESTATED: dict[str, tuple[str, str]] = {
    "outstanding": ("stock", "balance"),
    "in_arrears": ("stock", "arrears_balance"),
    "balance_placed": ("placed", "balance"),
    "cash_to_date": ("cash", "cash"),
}
"""The sums of a pack that are watched: the question of the reader and its measure."""


@dataclass(frozen=True, slots=True)
class Restated:
    """One sum of a day as the pack knew it and as known now; amounts in currency.

    `kind` and `measure` name the rows behind the difference: `PortfolioReader.restated(kind, ..., measure=measure)`.
    """

    name: str
    kind: str
    measure: str
    then: float
    now: float

    @property
    def change(self) -> float:
        """By how much later files moved it: now less then."""
        return round(self.now - self.then, 2)


@dataclass(frozen=True, slots=True)
class Restatement:
    """What became of the pack of a day. `why` says why there is nothing to compare, "" where there is."""

    as_of: date
    known_before: date
    known_on: date
    sums: tuple[Restated, ...] = ()
    why: str = ""

    @property
    def changed(self) -> tuple[Restated, ...]:
        """The sums that moved, largest first."""
        return tuple(sorted((each for each in self.sums if each.change), key=lambda each: -abs(each.change)))


def restatement(reader: PortfolioReader, selection: Selection, today: date, pack_days: int = PACK_DAYS) -> Restatement:
    """What later files changed about the selection's day since its pack was closed.

    Args:
        reader: of the book.
        selection: the day, the filters, and the knowledge compared with the pack's (`known_on`, today where None).
        today: the day of the question.
        pack_days: the pack of a day is what was known so many days after it.

    Returns:
        The sums of RESTATED then and now. Nothing is compared, and `why` says so, while the pack is still open, and
        where the book did not hold the day when it closed.

    References:
        Two clocks: ../../README.md, "How the numbers are defined".
    """
    book = reader.book(selection.known_on)
    day = newest_day(book, selection)
    closed, known_on = day + timedelta(days=pack_days), selection.known_on or today
    if known_on <= closed:
        return Restatement(day, closed, known_on, why=f"its pack is open until {dated(closed)}")
    then = reader.book(closed)
    if day not in then.days:
        return Restatement(day, closed, known_on, why=_not_held(then, day, closed))
    earlier, later = selection.at(day).knowing(closed), selection.at(day)
    sums = [
        Restated(name, kind, measure, _sum(reader, kind, measure, earlier), _sum(reader, kind, measure, later))
        for name, (kind, measure) in RESTATED.items()
    ]
    return Restatement(day, closed, known_on, tuple(sums))


def closed_packs(
    days: Sequence[date], learned: Sequence[date], today: date, pack_days: int = PACK_DAYS
) -> list[tuple[date, date]]:
    """The packs that are closed: each month-end of the book with the day its pack closed, newest first.

    Args:
        days: the days of the book.
        learned: the days on which it learned something, oldest first; a pack that closed before the first has nothing
            in it.
        today: a pack is closed once its day has come.
        pack_days: as in `restatement`.

    >>> closed_packs([date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 15), date(2026, 10, 31)], [date(2026, 9, 20)], date(2026, 11, 1))
    [(datetime.date(2026, 9, 30), datetime.date(2026, 10, 10))]
    """
    closing = [(day, day + timedelta(days=pack_days)) for day in sorted(days, reverse=True) if day == month_end(day)]
    return [(day, closed) for day, closed in closing if learned and learned[0] <= closed <= today]


def _not_held(then: Book, day: date, closed: date) -> str:
    held = f"its newest day was {dated(then.days[-1])}" if then.days else "it was empty"
    return f"the book did not hold {dated(day)} when its pack closed on {dated(closed)}: {held}"


def _sum(reader: PortfolioReader, kind: str, measure: str, selection: Selection) -> float:
    questions = {"stock": reader.stock, "placed": reader.placed, "cash": reader.cash}
    return round(float(questions[kind](selection).iloc[0][measure]), 2)
