"""Words that numbers and days need. The pages write theirs through `dashboard.format`, which asks here."""

from __future__ import annotations

from datetime import date

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def counted(n: int, noun: str) -> str:
    """A number of things in words: the noun in the singular for one; thousands set apart.

    Args:
        n: how many, 0 or more.
        noun: in the singular; several words where the last one is counted ("empty line").

    >>> counted(1, "payment"), counted(0, "payment"), counted(1200, "loan")
    ('1 payment', '0 payments', '1,200 loans')
    >>> counted(2, "branch"), counted(2, "agency"), counted(2, "day")
    ('2 branches', '2 agencies', '2 days')
    """
    return f"{n:,} {noun if n == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """A noun for several: "loans", "batches", "agencies"."""
    if noun.endswith(("ch", "sh", "s", "x")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def agree(n: int, one: str, several: str) -> str:
    """The word that goes with a number of things: "is" or "are", "has" or "have".

    >>> agree(1, "was", "were"), agree(0, "was", "were")
    ('was', 'were')
    """
    return one if n == 1 else several


def dated(day: date | str) -> str:
    """A day in a sentence; text is ISO.

    >>> dated("2026-10-31"), dated(date(2026, 9, 1))
    ('31 Oct 2026', '1 Sep 2026')
    """
    known = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{known.day} {named_month(known)}"


def named_month(day: date | str) -> str:
    """The month of a day in a sentence; text is ISO, with or without its day. Raises ValueError for what is no month.

    >>> named_month("2026-10-31"), named_month("2026-09")
    ('Oct 2026', 'Sep 2026')
    """
    year, month = (int(part) for part in str(day).split("-")[:2])
    if not 1 <= month <= len(MONTHS):
        raise ValueError(f"{day} is in no month")
    return f"{MONTHS[month - 1]} {year}"
