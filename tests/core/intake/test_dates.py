from __future__ import annotations

from collections import Counter
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.intake.cells import distinct
from core.intake.dates import read_days, take_apart_days
from tests.core.intake.loading import TODAY


def read(*texts: str, elsewhere: Counter[str] | None = None, latest: date | None = TODAY):
    reading = read_days("Paid_On", take_apart_days(distinct(texts)), elsewhere or Counter(), latest=latest)
    return reading.values.tolist(), reading.refused, reading.findings


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-31", "2026-10-31"),
        ("2026/10/31", "2026-10-31"),
        ("2026.1.5", "2026-01-05"),
        ("20261031", "2026-10-31"),
        ("31/10/2026", "2026-10-31"),
        ("31.10.2026", "2026-10-31"),
        ("10-31-2026", "2026-10-31"),
        ("31-Oct-2026", "2026-10-31"),
        ("31-OCT-26", "2026-10-31"),
        ("31 October 2026", "2026-10-31"),
        ("31Oct2026", "2026-10-31"),
        ("Oct 31, 2026", "2026-10-31"),
        ("1-Sept-1999", "1999-09-01"),
        (" 2026-10-31 ", "2026-10-31"),
        ("2026-10-31 00:00:00", "2026-10-31"),
        ("2026-10-31T23:59:59.999Z", "2026-10-31"),
        ("2026-10-31T23:59:59+05:30", "2026-10-31"),
        ("31/10/2026 9:15 PM", "2026-10-31"),
    ],
)
def test_days_are_read_as_banks_write_them(text, day):
    assert read(text)[:2] == ([day], {})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("soon", "is not a date"),
        ("Oct-2026", "names a month, not a day"),
        ("2026-10", "names a month, not a day"),
        ("45231", "is a spreadsheet's day number; format the column as a date before saving"),
        ("2026-02-30", "is not a day of the calendar"),
        ("31-Feb-2026", "is not a day of the calendar"),
        ("1949-12-31", "is before 1950"),
        ("2026-11-21", "is in the future: the file was received on 20 Nov 2026"),
        ("32/32/2026", "is not a day of the calendar"),
        ("31-Foo-2026", "is not a date"),
    ],
)
def test_what_is_no_day_of_the_past_is_refused_and_its_neighbour_is_not(text, reason):
    values, refused, _ = read(text, "2026-11-20")
    assert (values, refused) == ([None, "2026-11-20"], {0: reason})


def test_a_day_that_may_lie_ahead_is_not_refused():
    assert read("2027-01-05", latest=None)[:2] == (["2027-01-05"], {})


def test_absent_days_are_none():
    assert read("", "NA", "-")[:2] == ([None, None, None], {})


def test_one_certain_date_settles_the_order_of_its_column():
    assert read("05/06/2026", "31/01/2026") == (["2026-06-05", "2026-01-31"], {}, [])
    assert read("05/06/2026", "01/31/2026") == (["2026-05-06", "2026-01-31"], {}, [])


def test_other_date_columns_settle_a_column_that_shows_no_order():
    assert read("05/06/2026", elsewhere=Counter({"month": 4})) == (["2026-05-06"], {}, [])


def test_the_day_comes_first_where_nothing_shows_the_order_and_that_is_told():
    values, refused, findings = read("05/06/2026")
    assert (values, refused) == (["2026-06-05"], {})
    assert findings == ["Paid_On: day first assumed in dates like '05/06/2026'; no date of the file shows the order."]


def test_nothing_is_assumed_of_a_date_that_is_the_same_either_way():
    assert read("05/05/2026") == (["2026-05-05"], {}, [])


def test_in_a_contradictory_column_the_minority_is_refused():
    values, refused, findings = read("31/01/2026", "30/01/2026", "01/29/2026", "05/06/2026")
    assert values == ["2026-01-31", "2026-01-30", None, "2026-06-05"]
    assert refused == {2: "is not a date with the day first, as the column is written"}
    assert "2 dates are written day first and 1 month first" in findings[0]


def test_short_years_and_dropped_times_are_told():
    values, _, findings = read("31/12/49", "31/12/50 10:30", latest=None)
    assert values == ["2049-12-31", "1950-12-31"]
    assert findings == [
        "Paid_On: two-digit years 00-49 were read as 2000-2049, 50-99 as 1950-1999.",
        "Paid_On: times of day were left out.",
    ]


@given(
    st.lists(st.dates(date(1950, 1, 1), TODAY), min_size=1),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%d-%b-%Y", "%Y%m%d", "%B %d, %Y", "%Y-%m-%dT%H:%M:%S"]),
)
def test_every_unambiguous_format_gives_the_day_back(days, style):
    written = [datetime(day.year, day.month, day.day).strftime(style) for day in dict.fromkeys(days)]
    assert read(*written)[:2] == ([day.isoformat() for day in dict.fromkeys(days)], {})


@given(st.lists(st.dates(date(1950, 1, 1), TODAY), min_size=1), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_one_date_past_the_twelfth_makes_numeric_dates_certain(days, style):
    days = list(dict.fromkeys([*days, date(2026, 1, 31)]))
    assert read(*(day.strftime(style) for day in days)) == ([day.isoformat() for day in days], {}, [])
