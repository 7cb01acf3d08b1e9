"""What needs attention and the year so far, in words."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

from core.metrics.attention import Attention, Concern
from core.metrics.measure import Measure, amount
from dashboard.text_attention import attention_subtitle, told, unseen_words, year_subtitle, year_title

DAY = date(2026, 10, 31)
ROLLS = Concern("rolls", 436_920.0, 99, "loans", 0.712, 0.28, 0.605, DAY, "Auto", "1-29", 12)


def test_each_concern_says_amount_evidence_and_where_to_look():
    assert told(ROLLS) == (
        "Auto, 1-29: 437 k more rolled to a worse bucket than usual",
        "71.2 % in Oct 2026 against 28.0 % in 12 months before; its usual swing ends at 60.5 %; n = 99 loans.",
        "/recovery?product=Auto",
        "See where it rolls",
    )
    whole = told(replace(ROLLS, product="all products"))
    assert (whole.finding.partition(":")[0], whole.path) == ("1-29", "/recovery")
    broken = told(replace(ROLLS, kind="promises", of="promises", amount=50_513.0, now=0.382, usual=0.508, limit=0.45))
    assert broken.finding == "Promises broken: 50.5 k promised and not paid"
    less = told(replace(ROLLS, kind="cash", months=6, now=0.013, usual=0.026))
    assert less.finding == "Auto pays less: 437 k less cash in 6 months"
    assert less.path == "/recovery?product=Auto"
    missed = told(replace(ROLLS, kind="budget", amount=1e5, now=9e5, usual=1e6, n=1644, product=""))
    assert (missed.finding, missed.path) == ("The budget is missed by 100 k", "/targets")
    assert missed.evidence == "Cash in Oct 2026 was 900 k of 1.00 M; n = 1,644 payments."
    late = told(Concern("late book", math.nan, 11, "days", math.nan, math.nan, math.nan, DAY))
    assert late[:2] == (
        "The book is late: its newest figures are of 31 Oct 2026",
        "The next month-end was 11 days ago.",
    )


def test_the_subtitle_says_what_was_looked_at_and_the_foot_what_was_not():
    assert (
        attention_subtitle(Attention((), 28, ()), DAY) == "Oct 2026; 28 roll rates held against their own months before"
    )
    assert attention_subtitle(Attention((ROLLS, ROLLS), 0, ()), DAY) == "Oct 2026; most money first"
    assert unseen_words(()) == ""
    assert unseen_words(("Budget: none is set.", "Cash: no.")) == "Not looked at. Budget: none is set. Cash: no."


def test_the_year_is_held_against_last_year_and_the_budget():
    cash, before = amount(9_196_550.84, n=15_968, of="payments"), amount(9_881_445.75, n=9, of="payments")
    unknown = Measure.undefined("the book begins on 31 Jan 2026", unit="currency")
    assert year_title(cash, before) == "Cash this year: 9.20 M, 6.9 % less than last year"
    assert year_title(cash, replace(before, value=8e6)) == "Cash this year: 9.20 M, 15.0 % more than last year"
    assert year_title(cash, unknown) == "Cash this year: 9.20 M"
    assert year_title(unknown, before) == "Cash this year"
    assert year_subtitle(cash, before, 1e7, "") == (
        "Cash on placed loans, adding up from January, n = 15,968 payments; last year 9.88 M; budget 10.0 M, −8.0 %"
    )
    assert year_subtitle(cash, unknown, math.nan, "no target is set").endswith(
        "; last year n/a, because the book begins on 31 Jan 2026; budget n/a, because no target is set"
    )
