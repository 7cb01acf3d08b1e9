"""How the stock moves from one month-end to the next: the words and amounts of a flow.

A flow is one loan between two adjacent month-ends of the book (the days d0 and d1, both snapshot days of the book,
d1 the calendar month-end after d0). Loans open on d0 give one flow each: `origin` is their bucket on d0. Loans open on
d1 that were not open on d0 give one too: `origin` is NEW. `state` is the bucket on d1 where the loan is open then, else
the status its snapshot of d1 states, or MISSING where there is none. A snapshot inside a month opens no flow.
"""

from __future__ import annotations

from core.metrics.delinquency import BUCKETS

NEW = "new"
MISSING = "missing"
LEFT: tuple[str, ...] = ("paid", "charged off", "sold", "recalled", MISSING)
"""States of loans that are no stock any more: absorbing, so that the rows of a roll matrix sum to 1."""
ORIGINS: tuple[str, ...] = (*BUCKETS, NEW)
STATES: tuple[str, ...] = (*BUCKETS, *LEFT)

SUSTAINED_MONTHS = 3
"""A cure is followed to its end: the loan stands in a file so many months on, or was paid or charged off before. One
that was sold, recalled or is missing before is lost sight of and counts on neither side, except that a fall back seen
by then stays a fall back."""
REDEFAULT_MONTHS = 6
REDEFAULT_DPD = 30

FLOW_MONEY: tuple[str, ...] = (
    "opening",  # balance on d0; 0 for a new loan
    "closing",  # balance on d1 where the loan is open then, else 0
    "cash",  # posted in (d0, d1], net of reversals, waivers left out; 0 for a new loan
    "waived",  # waivers posted in (d0, d1], net of what takes them back; 0 for a new loan
    "interest",  # what the balance gained beyond opening - cash - waived: interest, fees, or cash above the balance
    "written_off",  # what was left of a loan now charged off: opening - cash - waived, never below 0
    "sold",  # the same of a loan now sold or recalled
    "gone",  # the same of a loan now missing
    "other",  # signed: what closing lacks against opening - cash - waived for a loan still open or paid (0 or below)
    "due",  # Monthly_EMI on d0 where stated, else 0; 0 for a new loan
)
"""Amounts of a flow in currency. opening - cash - waived + interest - written_off - sold - gone + other = closing for
every flow that is not new, to the cent."""

FLOW_COUNTS: tuple[str, ...] = (
    "loans",  # 1
    "workable",  # 1 where the loan was workable on d0 (in arrears, no hold); 0 for a new loan
    "attempts",  # actions in (d0, d1] on a workable loan
    "worked",  # 1 where there was at least one
    "contacted",  # 1 where somebody was reached (core.metrics.contacts.CONTACTED_RESULTS)
    "reached",  # 1 where the right party was (REACHED_RESULTS)
    "promised",  # 1 where a promise was made
    "paying",  # 1 where cash net of reversals in (d0, d1] was above 0 on a workable loan
    "cured",  # 1 where origin is a bucket in arrears and state is Current
    "seen_3",  # 1 where cured, the book holds the month-end three months after d1, and the cure was followed till then
    "sustained_3",  # 1 where seen_3 and the loan is Current there, or was paid by then
    "seen_6",  # 1 where cured, the book holds each of the six month-ends after d1, and the cure was followed till its end
    "redefaulted_6",  # 1 where seen_6 and on any of them the loan was open with DPD >= 30, or charged off
    "dated",  # 1 where Monthly_EMI was stated on d0
)
FLOW_MEASURES: tuple[str, ...] = (*FLOW_COUNTS, *FLOW_MONEY)
