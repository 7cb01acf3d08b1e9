"""A file of targets: what is read, and what is said about every line that is not."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from core.errors import FileRefused
from core.intake import targets as room
from core.intake.targets import CheckedTargets, read_targets


@pytest.fixture
def check(tmp_path):
    def read(text: str, **options) -> CheckedTargets:
        path = tmp_path / "targets.csv"
        path.write_text(text, encoding="utf-8")
        return read_targets(path, **options)

    return read


def rows(checked: CheckedTargets) -> list[tuple]:
    plain = checked.frame.astype(object).where(checked.frame.notna(), None)
    return list(plain.itertuples(index=False, name=None))


def faults(checked: CheckedTargets) -> list[tuple[int, str, str, str]]:
    return [(reject.line, reject.column, reject.value, reject.reason) for reject in checked.rejects]


def test_a_file_sets_targets_for_months_for_always_and_for_ages(check):
    checked = check(
        "Metric,Month,Age_Months,Value\ncash_month,2026-09,,125000.50\nrecovery_rate,2026-09-30,,35 %\npenetration,,,0.8\nLiquidation,,6,30%\n"
    )
    assert rows(checked) == [
        ("cash_month", "2026-09-30", None, 125000.50),
        ("recovery_rate", "2026-09-30", None, 0.35),
        ("penetration", None, None, 0.8),
        ("liquidation", None, 6.0, 0.30),
    ]
    assert (checked.rejects, checked.rows, checked.rejected, checked.findings) == ((), 4, 0, ())
    assert {name: str(dtype) for name, dtype in checked.frame.dtypes.items()} == {
        "metric": "str", "month": "str", "age_months": "float64", "value": "float64",
    }  # fmt: skip


def test_headers_match_without_case_spaces_and_hyphens_and_columns_may_stand_in_any_order(check):
    checked = check("VALUE;age months;metric\n12,5;;cash-month\n1.200;;cost month\n")
    assert rows(checked) == [("cash_month", None, None, 12.5), ("cost_month", None, None, 1200.0)]


@pytest.mark.parametrize(
    ("written", "month"),
    [("2026-09", "2026-09-30"), ("2026/9", "2026-09-30"), ("09/2026", "2026-09-30"), ("Sep-26", "2026-09-30"),
     ("Sept 2026", "2026-09-30"), ("2026-02-01", "2026-02-28"), ("30.09.2026", "2026-09-30"), ("30 Sep 2026", "2026-09-30"),
     ("2028-02", "2028-02-29"), ("-", None)],
)  # fmt: skip
def test_a_month_may_be_written_in_many_ways_and_means_its_last_day(check, written, month):
    assert [row[1] for row in rows(check(f"Metric;Month;Value\ncash_month;{written};5\n"))] == [month]


@pytest.mark.parametrize("written", ["soon", "2026-13", "13/2026", "Foo 2026", "2026-02-30", "0000-01", "45000"])
def test_what_is_no_month_is_refused(check, written):
    assert faults(check(f"Metric,Month,Value\ncash_month,{written},5\n")) == [
        (2, "Month", written, "is not a month; write it as 2026-09")
    ]


def test_every_wrong_line_is_told_with_its_place_and_its_good_neighbours_are_kept_apart(check):
    checked = check(
        "Metric,Month,Age_Months,Value\nprofit,2026-09,,5\ncash_month,1926-09,,5\ncash_month,2026-09,3,soon\nliquidation,2026-09,,40\n"
        "liquidation,,2.5,30%\nliquidation,,999,30%\ncash_month,2026-10,,\n,,,7\ncash_month,2026-11,,9\ncost_month,2026-11\n"
    )
    assert faults(checked) == [
        (2, "Metric", "profit", f"may have no target; those that may are {', '.join(room.TARGET_METRICS)}"),
        (3, "Month", "1926-09", "is not between 1950 and 2100; write it as 2026-09"),
        (4, "Age_Months", "3", "does not belong to cash_month, which is set by month; leave it empty"),
        (4, "Value", "soon", "is not a number; write 125000 or 1250.50"),
        (5, "Month", "2026-09", "does not belong to liquidation, which is set by age; leave it empty"),
        (5, "Age_Months", "", "is missing; liquidation is set for an age in months, write 6 or 12"),
        (5, "Value", "40", "is above 1; write a share as 0.35 or 35 %"),
        (6, "Age_Months", "2.5", "is not a whole number of months from 0 to 120; write 6 or 12"),
        (7, "Age_Months", "999", "is not a whole number of months from 0 to 120; write 6 or 12"),
        (8, "Value", "", "is missing; write 125000 or 1250.50"),
        (9, "Metric", "", f"is missing; write one of {', '.join(room.TARGET_METRICS)}"),
        (11, "(row)", "cost_month,2026-11", "has 2 fields where the header has 4"),
    ]
    assert rows(checked) == [("cash_month", "2026-11-30", None, 9.0)]
    assert (checked.rows, checked.rejected) == (10, 9)


def test_the_same_target_twice_is_refused_with_the_line_of_the_first(check):
    checked = check(
        "Metric,Month,Age_Months,Value\ncash_month,2026-09,,5\ncash_month,30.09.2026,,6\ncash_month,,,6\nliquidation,,3,5%\nliquidation,,3.0,6%\n"
    )
    assert faults(checked) == [
        (3, "Value", "6", "is a second value for the target that line 2 sets; keep one of them"),
        (6, "Value", "6%", "is a second value for the target that line 5 sets; keep one of them"),
    ]
    assert len(checked.frame) == 3


def test_an_amount_in_another_currency_than_the_books_is_refused(check):
    told = faults(check("Metric,Value\ncash_month,USD 5\ncost_month,EUR 6\n", currency="EUR"))
    assert told == [(2, "Value", "USD 5", "is not in EUR, the currency of the book; convert it")]


def test_columns_that_mean_nothing_here_are_named_and_those_of_the_export_are_not(check):
    assert check("Metric,Value,Set_On,Who\ncash_month,5,2026-11-20,ana\n").findings == ()
    assert check("Metric,Value,Owner\ncash_month,5,ana\n").findings == ("Columns left out: Owner.",)


def test_an_assumption_about_days_is_told(check):
    assert check("Metric;Month;Value\ncash_month;30.09.26;5\n").findings == (
        "Month: two-digit years 00-49 were read as 2000-2049, 50-99 as 1950-1999.",
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Metric,Month\ncash_month,2026-09\n", r"needs the column Value \(found Metric, Month\)\. Its columns are Metric, Month, Age_Months, Value"),
        ("A,B\n1,2\n", "needs the column Metric and Value"),
        ("Metric,metric ,Value\na,b,1\n", r"has the column Metric twice \('Metric'; 'metric'\)"),
        ("Metric,Value\n", "has a header and 0 rows"),
        ("Metric;Month;Value\ncash_month;05/06/2026;5\n", r"can be read two ways.*\('05/06/2026'\)\. Write months as 2026-09"),
        ("Metric,Value\n" + "x" * (1 << 20), "has 1 MB at most"),
        ("one column\n5\n", "one column only"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_targets_is_refused_whole(check, text, says):
    with pytest.raises(FileRefused, match=says):
        check(text)


def test_a_file_that_is_not_there_is_refused():
    with pytest.raises(FileRefused, match=r"gone\.csv cannot be read: No such file"):
        read_targets(Path("/nonexistent/gone.csv"))


def test_a_value_that_is_nan_in_the_frame_is_never_made_of_a_cell(check):
    checked = check("Metric,Value\ncash_month,nan\ncost_month,inf\n")
    assert [fault[3] for fault in faults(checked)] == [
        "is missing; write 125000 or 1250.50",
        "is infinite; write 125000 or 1250.50",
    ]
    assert not any(math.isnan(value) for value in checked.frame["value"])
