"""A pack is compared with what is known later: nothing silent, nothing before its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from core.metrics.restatement import closed_packs, restatement
from core.selection import Selection
from tests.dashboard.small_book import BOOK

OCTOBER = date(2026, 10, 31)
CLOSED = date(2026, 11, 10)
TODAY = date(2026, 11, 21)


class TwoKnowledges:
    """What a book said on the day its pack closed, and what it says now: 12.34 of cash came late, nothing else."""

    def __init__(self, days_then=BOOK.days) -> None:
        self.days_then = days_then
        self.asked: list[date | None] = []

    def book(self, known_on=None):
        return replace(BOOK, days=self.days_then) if known_on == CLOSED else BOOK

    def stock(self, selection):
        self.asked.append(selection.known_on)
        return pd.DataFrame({"balance": [1000.0], "arrears_balance": [400.0]})

    def placed(self, selection):
        return pd.DataFrame({"balance": [700.0]})

    def cash(self, selection):
        return pd.DataFrame({"cash": [50.0 if selection.known_on == CLOSED else 62.34]})


def test_cash_that_came_late_is_told_with_its_rows_and_nothing_else_is():
    reader = TwoKnowledges()
    told = restatement(reader, Selection(as_of=OCTOBER), TODAY)
    assert told.known_before == CLOSED
    assert told.why == ""
    assert [(each.name, each.kind, each.measure, each.change) for each in told.changed] == [
        ("cash_to_date", "cash", "cash", 12.34)
    ]
    assert set(reader.asked) == {CLOSED, None}


def test_the_day_without_a_date_is_the_newest_of_the_book():
    assert restatement(TwoKnowledges(), Selection(), TODAY).as_of == OCTOBER


def test_an_open_pack_is_compared_with_nothing():
    told = restatement(TwoKnowledges(), Selection(as_of=OCTOBER), CLOSED)
    assert told.changed == ()
    assert told.why == "its pack is open until 10 Nov 2026"


def test_knowledge_of_a_day_before_the_pack_closed_compares_nothing_either():
    asked = Selection(as_of=OCTOBER, known_on=date(2026, 11, 3))
    assert "open until" in restatement(TwoKnowledges(), asked, TODAY).why


@pytest.mark.parametrize(("days", "held"), [((), "it was empty"), (BOOK.days[:-1], "its newest day was 30 Sep 2026")])
def test_a_day_that_came_after_its_pack_was_never_reported(days, held):
    why = restatement(TwoKnowledges(days), Selection(as_of=OCTOBER), TODAY).why
    assert why == f"the book did not hold 31 Oct 2026 when its pack closed on 10 Nov 2026: {held}"


def test_the_days_until_a_pack_closes_can_be_set():
    assert restatement(TwoKnowledges(), Selection(as_of=OCTOBER), TODAY, pack_days=60).known_before == date(
        2026, 12, 30
    )


ENDS = [date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 15), OCTOBER]


@pytest.mark.parametrize(
    ("learned", "today", "days", "closed"),
    [
        ([date(2026, 9, 3)], date(2026, 11, 9), 10, [date(2026, 10, 10), date(2026, 9, 10)]),  # October's is open
        ([date(2026, 9, 3)], date(2026, 11, 10), 10, [CLOSED, date(2026, 10, 10), date(2026, 9, 10)]),
        ([date(2026, 9, 11)], CLOSED, 10, [CLOSED, date(2026, 10, 10)]),  # August's closed before the first file
        ([date(2026, 9, 3)], CLOSED, 0, [OCTOBER, date(2026, 9, 30)]),
        ([], CLOSED, 10, []),
    ],
)
def test_closed_packs_are_those_of_month_ends_newest_first(learned, today, days, closed):
    found = closed_packs(ENDS, learned, today, days)
    assert [day for _, day in found] == closed
    assert all(day in ENDS and day.day > 15 for day, _ in found)
