"""The newest month that is over, and whether the book holds both of its ends."""

from __future__ import annotations

from datetime import date

import pytest

from core.errors import TooLittleData
from core.metrics.whole_month import flows_of_month, newest_whole_month
from core.selection import Selection
from core.wording import dated
from tests.core.metrics.flow_rows import DAYS, StubReader, flow, flows

AUGUST, SEPTEMBER, OCTOBER = DAYS


def month(as_of: date | None, days: tuple[date, ...] = DAYS):
    return newest_whole_month(StubReader(days=days).book(), Selection(as_of=as_of))


@pytest.mark.parametrize(
    ("as_of", "opening", "closing"),
    [
        (None, SEPTEMBER, OCTOBER),
        (OCTOBER, SEPTEMBER, OCTOBER),
        (date(2026, 12, 24), SEPTEMBER, OCTOBER),  # the stock of that day is October's too
        (date(2026, 10, 30), AUGUST, SEPTEMBER),
    ],
)
def test_the_month_ends_on_the_newest_day_of_the_book_up_to_the_day_asked(as_of, opening, closing):
    found = month(as_of)
    assert (found.opening, found.closing, found.why) == (opening, closing, "")
    assert found.words == f"from {dated(opening)} to {dated(closing)}"


def test_a_day_inside_a_month_leaves_the_month_before():
    found = month(None, (*DAYS, date(2026, 11, 12)))
    assert (found.opening, found.closing, found.why) == (SEPTEMBER, OCTOBER, "")


@pytest.mark.parametrize(
    ("days", "absent"),
    [
        ((AUGUST, OCTOBER), "30 Sep 2026"),
        ((OCTOBER,), "30 Sep 2026"),
        ((date(2026, 11, 12),), "30 Sep 2026 and 31 Oct 2026"),
        (
            (AUGUST, SEPTEMBER, date(2026, 11, 12)),
            "31 Oct 2026",
        ),  # August's and September's flows are not taken instead
    ],
)
def test_a_month_without_one_of_its_ends_says_which(days, absent):
    assert month(None, days).why == f"this book holds no loans of {absent}, and a month is known by both its ends"


def test_an_empty_book_has_no_month():
    with pytest.raises(TooLittleData, match="holds no loans yet"):
        month(None, ())


def test_the_flows_of_the_month_are_those_of_no_other():
    reader = StubReader(flows(flow("1-29", "1-29", 10.0), flow("1-29", "1-29", 99.0, month="2026-09-30")))
    found = flows_of_month(reader, Selection(), newest_whole_month(reader.book(), Selection()), ["origin"])
    assert found[["origin", "opening"]].to_numpy().tolist() == [["1-29", 10.0]]
    assert "month" not in found
