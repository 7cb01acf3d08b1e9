"""What is said where a person looks at the book with the knowledge of an earlier day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dashboard import format as show

NOW = "now"
BACK = "Back to now"
OF_NOW: Mapping[str, str] = {
    "customers": "The payments of a borrower, and what they come to, are those known now.",
    "strategies": "Whether a model scores, or the rules, is said as of now.",
    "segments": "The names of the segments and the model in use are those of now, and a confirmation acts on the book as it is now.",
    "explore": "Where the files state no outcome, what a loan paid afterwards counts all that is known now.",
}
"""What of a page does not follow the day of knowledge, by the page's key; a page that is absent follows it throughout."""


def known_words(known_on: date, page: str, *, follows: bool, newest: date | None) -> str:
    """What the banner says.

    Args:
        known_on: the day of knowledge.
        page: the page's key; follows: whether it shows anything as known on that day.
        newest: the last day on which the book learned something, None where it never did.

    >>> known_words(date(2026, 8, 10), "recovery", follows=True, newest=date(2026, 11, 3))
    'As known on 10 Aug 2026: what arrived later is left out.'
    """
    day = show.day(known_on)
    if not follows:
        return f"This page shows the book as it is now; the others are shown as known on {day}."
    arrived = "what arrived later is left out" if newest and known_on < newest else "nothing has arrived since"
    return " ".join([f"As known on {day}: {arrived}.", *([OF_NOW[page]] if page in OF_NOW else [])])


def pack_words(day: date, closed: date) -> str:
    """A closed pack in the list of days of knowledge.

    >>> pack_words(date(2026, 9, 30), date(2026, 10, 10))
    'Pack of Sep 2026, closed 10 Oct 2026'
    """
    return f"Pack of {show.month(day)}, closed {show.day(closed)}"


def nothing_known(known_on: date) -> str:
    """Why there is nothing to see on a day before the first file."""
    return f"Nothing was known of this book on {show.day(known_on)}"
