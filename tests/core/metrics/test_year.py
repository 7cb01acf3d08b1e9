"""The calendar year so far, worked by hand."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.metrics.year import budget_by_month, cash_by_month, unheld, year_measures
from core.selection import Selection
from tests.core.metrics.flow_rows import StubReader, flow, flows

ENDS = [date.fromisoformat(day) for day in ("2024-12-31", "2025-01-31", "2025-02-28", "2025-12-31", "2026-01-31", "2026-02-28")]  # fmt: skip
CASH = pd.DataFrame(
    [
        ("2024-12-31", 7, 700.0),  # the bystander: the year before last
        ("2025-01-31", 1, 10.0),
        ("2025-02-28", 2, 20.5),
        ("2025-03-31", 9, 900.0),  # after the same day of last year
        ("2025-12-31", 5, 500.0),
        ("2026-01-31", 3, 33.0),
        ("2026-02-28", 4, -3.0),  # more was taken back than came
    ],
    columns=["month", "payments", "cash"],
)
LOST = flows(
    flow("120+", "charged off", 100.0, month="2026-02-28", cash=40.0),
    flow("Current", "charged off", 5.0, month="2026-02-28"),
    flow("120+", "sold", 77.0, month="2026-02-28"),  # bystanders: neither sold nor missing is charged off
    flow("120+", "missing", 78.0, month="2026-02-28"),
    flow("120+", "charged off", 30.0, month="2026-01-31", loans=2),
    flow("120+", "charged off", 999.0, month="2025-12-31"),  # the bystander: last year
)


class Reader(StubReader):
    """Answers cash too, up to the day asked for."""

    def cash(self, selection, by=()):
        assert list(by) == ["month"]
        assert selection.as_of is not None
        return CASH[CASH["month"] <= selection.as_of.isoformat()].reset_index(drop=True)


def measures(days=ENDS, as_of=ENDS[-1], **has):
    return year_measures(Reader(LOST, days=days, **has), Selection(as_of=as_of))


def told(measure):
    return (measure.value, measure.numerator, measure.denominator, measure.n, measure.of)


def test_cash_counts_from_january_and_last_year_up_to_the_same_day():
    found = measures()
    assert told(found["cash_year"]) == (30.0, 30.0, 1.0, 7, "payments")
    assert told(found["cash_year_before"]) == (30.5, 30.5, 1.0, 3, "payments")
    assert found["cash_year_before"].why == "posted from 1 Jan 2025 to 28 Feb 2025"


def test_what_was_written_off_is_what_was_left_of_loans_charged_off():
    found = measures()
    assert told(found["written_off_month"]) == (65.0, 65.0, 1.0, 2, "loans")  # 100 - 40 + 5
    assert told(found["written_off_year"]) == (95.0, 95.0, 1.0, 4, "loans")  # and 30 in January


def test_a_year_that_the_book_holds_in_part_is_undefined():
    found = measures(days=ENDS[3:])
    assert found["cash_year"].value == 30.0
    assert found["cash_year_before"].why == "the book begins on 31 Dec 2025 and the year on 1 Jan 2025"
    assert measures(days=ENDS[4:])["cash_year"].why == "the book begins on 31 Jan 2026 and the year on 1 Jan 2026"
    late = measures(days=ENDS[4:])
    assert late["written_off_month"].value == 65.0
    assert math.isnan(late["written_off_year"].value)
    assert late["written_off_year"].why.startswith("the book holds no loans of 31 Dec 2025, and a month")


def test_a_month_in_the_middle_that_is_missing_makes_the_year_undefined():
    assert "no loans of 31 Jan 2026, and" in measures(days=[*ENDS[:4], ENDS[5]])["written_off_year"].why


def test_without_payments_there_is_no_cash_but_there_are_write_offs():
    found = measures(has_payments=False)
    assert found["cash_year"].why == found["cash_year_before"].why == "this book has no payments"
    assert found["written_off_year"].value == 95.0


def test_a_day_within_a_month_counts_cash_to_that_day_and_write_offs_to_the_month_before():
    found = measures(days=[*ENDS[:-1], date(2026, 2, 14)], as_of=date(2026, 2, 14))
    assert found["written_off_month"].value == 30.0
    assert found["cash_year_before"].why == "posted from 1 Jan 2025 to 14 Feb 2025"


def test_months_without_cash_are_zeros_not_gaps():
    march = cash_by_month(CASH[CASH["month"] != "2026-01-31"], date(2026, 3, 31))
    assert march[["month", "cash", "to_date"]].to_numpy().tolist() == [
        ["2026-01-31", 0.0, 0.0], ["2026-02-28", -3.0, -3.0], ["2026-03-31", 0.0, -3.0],
    ]  # fmt: skip


def test_a_budget_adds_up_as_long_as_every_month_has_one():
    rows = [("cash_month", "2026-01-31", 50.0), ("cash_month", "2026-02-28", 60.0), ("cost_month", "2026-03-31", 9.0)]
    targets = pd.DataFrame(rows, columns=["metric", "month", "value"]).assign(age_months=np.nan)
    told = budget_by_month(targets, date(2026, 3, 31))
    assert told["to_date"].tolist() == pytest.approx([50.0, 110.0, math.nan], nan_ok=True)
    always = pd.concat([targets, pd.DataFrame([{"metric": "cash_month", "month": np.nan, "value": 40.0}])])
    assert budget_by_month(always, date(2026, 3, 31))["to_date"].tolist() == [50.0, 110.0, 150.0]


def test_an_empty_book_holds_no_year():
    assert unheld(StubReader(days=()).book(), 2026) == "the book is empty"


def test_a_month_that_no_payments_file_can_have_told_is_no_cash_of_the_year():
    found = measures(payments_until=date(2026, 1, 31))["cash_year"]
    assert math.isnan(found.value)
    assert found.why == "payments are known up to 31 Jan 2026: no file can have told those of Feb 2026"
    assert measures(payments_until=date(2026, 2, 10))["cash_year"].why.endswith(
        "; payments are known up to 10 Feb 2026"
    )
