"""A file of targets is set whole or not at all."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest

from core.errors import FileRefused, Refused
from core.workflows.targets import bring, listed
from tests.contract.book import fake
from tests.fakes import FakePortfolioReader, FakeTargetWriter

DAY = date(2026, 11, 20)
GOOD = "Metric,Month,Age_Months,Value\ncash_month,2026-11,,1200.50\nliquidation,,6,30 %\n"


@pytest.fixture
def book():
    return fake()


def given(book, tmp_path, text: str, **options):
    path = tmp_path / "plan.csv"
    path.write_text(text)
    return bring(path, reader=book, writer=FakeTargetWriter(own=book), today=DAY, who="ana", **options)


def test_a_good_file_is_set_and_told(book, tmp_path):
    report = given(book, tmp_path, GOOD)
    assert json.loads(json.dumps(report.as_json())) == {
        "written": 2, "rejected": 0, "rejects": [], "findings": [],
        "targets": [
            {"metric": "cash_month", "month": "2026-11-30", "age_months": None, "value": 1200.5},
            {"metric": "liquidation", "month": None, "age_months": 6, "value": 0.3},
        ],
    }  # fmt: skip
    assert report.as_text().splitlines() == [
        "2 targets set.",
        "cash_month           2026-11-30             1,200.50",
        "liquidation          6 months                 0.3000",
    ]
    assert book.targets()["who"].tolist() == ["ana", "ana"]


def test_one_wrong_row_and_nothing_is_set(book, tmp_path):
    report = given(book, tmp_path, GOOD + "profit,,,5\n")
    assert (report.written, report.rejected, len(book.targets())) == (0, 1, 0)
    text = report.as_text().splitlines()
    assert text[0] == "Nothing was set: 1 of 3 rows has a fault. Mend them and bring the file again."
    assert text[1].startswith("line 4, Metric: 'profit' may have no target")


def test_a_dry_run_sets_nothing(book, tmp_path):
    report = given(book, tmp_path, GOOD, dry_run=True)
    assert (report.written, len(report.targets), len(book.targets())) == (0, 2, 0)
    assert report.as_text().startswith("2 targets could be set; nothing was written.")


def test_what_is_set_is_listed(book, tmp_path):
    assert listed(book).as_text() == "No target is set."
    given(book, tmp_path, "Metric,Value,Note\npenetration,80 %,hm\n")
    assert listed(book).as_text() == "1 target set.\npenetration          always                   0.8000"
    assert listed(book).as_json()["targets"] == [
        {"metric": "penetration", "month": None, "age_months": None, "value": 0.8, "set_on": "2026-11-20", "who": "ana"}
    ]


def test_an_amount_must_be_in_the_books_currency(book, tmp_path):
    assert (
        given(book, tmp_path, "Metric,Value\ncash_month,USD 5\n").rejects[0].reason
        == "is not in EUR, the currency of the book; convert it"
    )


def test_a_file_that_is_none_of_targets_is_refused(book, tmp_path):
    with pytest.raises(FileRefused, match="needs the column Value"):
        given(book, tmp_path, "Metric,Month\ncash_month,2026-09\n")


def test_without_a_book_there_is_nothing_to_set_targets_for(tmp_path):
    with pytest.raises(Refused, match=r"no book yet.*Load a portfolio file first"):
        given(FakePortfolioReader(pd.DataFrame()), tmp_path, GOOD)
