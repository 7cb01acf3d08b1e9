"""Words that numbers need."""

from __future__ import annotations


def counted(n: int, noun: str) -> str:
    """A number of things in words: the noun in the singular for one; thousands set apart.

    >>> counted(1, "payment"), counted(0, "payment"), counted(1200, "loan")
    ('1 payment', '0 payments', '1,200 loans')
    """
    return f"{n:,} {noun}" + ("" if n == 1 else "s")
