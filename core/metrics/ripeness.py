"""Up to which day can the files have told what happened, and what is undefined because none can have told it?

A payment or an action is known no earlier than its file was received. So the newest payments file that is live says, by
the day it was received, up to when payments can be known: a month that begins after it has no cash yet, not no cash.
Cohorts and promises ripen by that day too, never by the calendar alone.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from core.errors import SelectionRefused
from core.metrics.measure import Measure
from core.records import Book
from core.selection import Selection
from core.wording import dated, named_month

Source = Literal["payments", "actions"]
SOURCES: tuple[Source, ...] = ("payments", "actions")
A_FEW_DAYS = 3


_SAID = re.compile(r"\b(?:payments|actions) are known up to \d{1,2} [A-Z][a-z]{2} \d{4}")


def told_until(book: Book, source: Source) -> date | None:
    """The day the newest live file of a kind was received; None where the book has none."""
    return book.payments_until if source == "payments" else book.actions_until


def ripe_day(book: Book, day: date, *sources: Source) -> date:
    """The day up to which a question about `day` can be answered: the earlier of it and what the files can have told.

    Args:
        book: as known on the selection's day of knowledge.
        sources: what must be known; a kind of which the book has no file sets no limit (what needs it is undefined by
            itself).
    """
    return min([day, *_ends(book, sources).values()])


def outcomes_until(received: date, newest_day: date | None, payments: Iterable[date]) -> date:
    """Up to which day payments say what became of a book's loans: the day the newest payments file was received, but no later
    than the data reach.

    A file received in December that ends in October tells nothing of November; one portfolio of a year ago with the payments
    since tells a whole year. The data reach to the newest portfolio day, or beyond it as long as every month has a payment:
    to three days after the newest one within its month, for nobody may pay on its very last. One stray payment after silent
    months makes those no months without cash.

    Args:
        received: the day the newest payments file was received.
        newest_day: the newest portfolio day; None where there is none.
        payments: the newest day of each month, at least, on which money moved on loans of the portfolio.

    >>> outcomes_until(date(2026, 1, 3), date(2025, 10, 31), [date(2025, 11, 30), date(2025, 12, 29)])
    datetime.date(2025, 12, 31)
    >>> outcomes_until(date(2026, 1, 3), date(2025, 10, 31), [date(2025, 12, 29)])
    datetime.date(2025, 10, 31)
    """
    if newest_day is None:
        return received
    newest = {_month(day): day for day in sorted(payments) if day > newest_day}
    told, month = newest_day, _month(newest_day)
    if month not in newest:
        month += 1
    while month in newest:
        told, month = newest[month], month + 1
    if told > newest_day:
        told = min(told + timedelta(days=A_FEW_DAYS), told.replace(day=monthrange(told.year, told.month)[1]))
    return min(received, told)


def _month(day: date) -> int:
    return day.year * 12 + day.month


def untold(book: Book, day: date, *sources: Source) -> str:
    """Why nothing of the month of `day` can have been told; "" where a part of it can, or where the book has no such file.

    >>> from core.records import Book
    >>> book = Book("own", 1, (), "", 0, True, False, False, False, True, None, False, date(2026, 10, 12), None)
    >>> untold(book, date(2026, 11, 30), "payments")
    'payments are known up to 12 Oct 2026: no file can have told those of Nov 2026'
    >>> untold(book, date(2026, 10, 31), "payments"), partly(book, date(2026, 10, 31), "payments")
    ('', 'payments are known up to 12 Oct 2026')
    """
    late = {source: until for source, until in _ends(book, sources).items() if until < day.replace(day=1)}
    words = [f"{_known(*each)}: no file can have told those of {named_month(day)}" for each in late.items()]
    return "; ".join(words)


def partly(book: Book, day: date, *sources: Source) -> str:
    """Up to when what is asked about is known, where that is before `day`; "" where all of it can have been told."""
    return ", ".join(_known(*each) for each in _ends(book, sources).items() if each[1] < day)


def told_in_time(measure: Measure, book: Book, day: date, *sources: Source) -> Measure:
    """A number of the month of `day`: undefined where no file can have told that month, and told in part with a note."""
    why = untold(book, day, *sources)
    if not why:
        return noted(measure, partly(book, day, *sources))
    return Measure.undefined(why, unit=measure.unit, of=measure.of) if measure.is_defined else measure


def noted(measure: Measure, note: str) -> Measure:
    """The measure with one more remark in its `why`, where that does not say so already."""
    if not note or note in measure.why:
        return measure
    return replace(measure, why=f"{measure.why}; {note}" if measure.why else note)


def known_until(why: str) -> str:
    """Of what stands beside a number, only until when payments and actions are known; "" where it says nothing of that.

    >>> known_until("waivers never count; payments are known up to 12 Oct 2026")
    'payments are known up to 12 Oct 2026'
    >>> known_until("from 30 Sep 2026 to 31 Oct 2026")
    ''
    """
    return ", ".join(dict.fromkeys(_SAID.findall(why)))


def unripe(book: Book, day: date, *sources: Source) -> str:
    """Why nothing of the book has ripened: what must be known ends before the book's first day; "" where it does not."""
    ripe = ripe_day(book, day, *sources)
    if ripe == day or not book.days or ripe >= book.days[0]:
        return ""
    return f"{partly(book, day, *sources)}, and the book begins on {dated(book.days[0])}"


def refuse_days_ahead(book: Book, selection: Selection, today: date) -> None:
    """Refuse questions about days that nobody can know of yet.

    Args:
        book: as known on the selection's day of knowledge.
        today: the day of the question.

    Raises:
        SelectionRefused: `known_on` is after today; or `as_of` or `against` is after both today and the book's newest
            day.
    """
    if selection.known_on is not None and selection.known_on > today:
        raise SelectionRefused(
            f"Nobody can know yet what will be known on {dated(selection.known_on)}",
            where=(f"today is {dated(today)}",),
            remedy=f"Ask with the knowledge of {dated(today)} or earlier, or leave the day of knowledge out.",
        )
    newest = max([today, *book.days[-1:]])
    for day in (selection.as_of, selection.against):
        if day is not None and day > newest:
            held = f"the newest figures are of {dated(book.days[-1])}" if book.days else "the book holds no figures"
            raise SelectionRefused(
                f"{dated(day)} has not come yet",
                where=(held, f"today is {dated(today)}"),
                remedy=f"Choose a day up to {dated(newest)}.",
            )


def _ends(book: Book, sources: tuple[Source, ...]) -> dict[Source, date]:
    """Up to when each of these kinds is known, where the book has files of it."""
    found = {source: told_until(book, source) for source in sources}
    return {source: until for source, until in found.items() if until is not None}


def _known(source: Source, until: date) -> str:
    return f"{source} are known up to {dated(until)}"
