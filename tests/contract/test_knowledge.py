"""What a book answers with the knowledge of an earlier day, on the fakes and on the store, worked by hand.

Told on the 1st of November: September, two loans in the North, a bystander in the South. On the 5th: October, where
one of them is repaid in part. On the 9th: September again, with another balance of the first loan.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from core.errors import HistoryUnsettled
from core.selection import Selection
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.db.conftest import NOON, loan, portfolio
from tests.fake_history import FakeHistoryReader, FakeHistoryWriter
from tests.fakes import FakePortfolioReader
from tests.new_store import new_store

SEPTEMBER, OCTOBER = "2026-09-30", "2026-10-31"
FIRST, FIFTH, NINTH = date(2026, 11, 1), date(2026, 11, 5), date(2026, 11, 9)
BYSTANDER = loan("Z", 7.0, 0, region="South")
TOLD = {
    FIRST: (SEPTEMBER, [loan("A", 100.0, 30, region="North"), loan("B", 50.0, 90, region="North"), BYSTANDER]),
    FIFTH: (OCTOBER, [loan("A", 80.0, 0, region="North"), loan("B", 50.0, 120, region="North"), BYSTANDER]),
    NINTH: (SEPTEMBER, [loan("A", 110.0, 30, region="North"), loan("B", 50.0, 90, region="North"), BYSTANDER]),
}
NORTH = Selection(filters={"region": ("North",)})


def fake_history(*, unsettled: bool = False) -> FakeHistoryReader:
    told, known = {}, {}
    for day, (as_of, rows) in TOLD.items():
        known = known | {as_of: rows}
        frame = pd.DataFrame([{"as_of": of_day, **row} for of_day, of_them in known.items() for row in of_them])
        told[day] = FakePortfolioReader(frame)
    return FakeHistoryReader(told, unsettled=unsettled)


def stored(path, days) -> tuple[SqlPortfolioReader, SqlPortfolioWriter]:
    engine = new_store(path / "book.db")
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    for day in days:
        as_of, rows = TOLD[day]
        batch = replace(portfolio(rows, as_of), received_on=day)
        with writer.unit("own", kind="batch", known_on=day, who="ana") as unit:
            unit.append(batch)
    with writer.unit("own", kind="show", known_on=NINTH, who="ana") as unit:
        unit.show("own")
    return SqlPortfolioReader(engine), writer


@pytest.fixture(params=["fake", "sql"])
def reader(request, tmp_path):
    return fake_history() if request.param == "fake" else stored(tmp_path, TOLD)[0]


@pytest.fixture(params=["fake", "sql"])
def unsettled(request, tmp_path):
    """A reader and its writer, where the file of the 1st was brought last."""
    if request.param == "sql":
        return stored(tmp_path, [FIFTH, NINTH, FIRST])
    held = fake_history(unsettled=True)
    return held, FakeHistoryWriter(own=held)


def balances(reader, as_of: str) -> dict[str, float]:
    asked = NORTH.at(date.fromisoformat(as_of))
    days = (FIRST, date(2026, 11, 4), FIFTH, NINTH, date(2030, 1, 1))
    return {day.isoformat(): reader.stock(asked.knowing(day))["balance"].iloc[0] for day in days}


def test_the_days_on_which_it_learned_come_oldest_first(reader):
    assert reader.known_days() == [FIRST, FIFTH, NINTH]


def test_a_book_holds_the_days_that_were_known_and_before_its_first_file_none(reader):
    assert reader.book().days == (date(2026, 9, 30), date(2026, 10, 31))
    assert reader.book(FIRST).days == reader.book(date(2026, 11, 4)).days == (date(2026, 9, 30),)
    assert reader.book(FIFTH).days == reader.book(NINTH).days == reader.book().days
    assert reader.book(date(2026, 10, 31)).is_empty


def test_a_sum_is_of_what_was_known_until_it_was_told_again(reader):
    assert balances(reader, SEPTEMBER) == {
        "2026-11-01": 150.0, "2026-11-04": 150.0, "2026-11-05": 150.0, "2026-11-09": 160.0, "2030-01-01": 160.0,
    }  # fmt: skip
    assert reader.stock(NORTH.at(date(2026, 9, 30)))["balance"].iloc[0] == 160.0


def test_without_a_day_asked_about_it_is_the_newest_that_was_known(reader):
    known = {day: reader.stock(NORTH.knowing(day))["balance"].iloc[0] for day in TOLD}
    assert known == {FIRST: 150.0, FIFTH: 130.0, NINTH: 130.0}
    assert reader.stock_history(NORTH.knowing(FIRST))["as_of"].tolist() == [SEPTEMBER]


def test_lists_points_and_exports_follow_the_day_of_knowledge(reader):
    asked = NORTH.at(date(2026, 9, 30)).knowing(FIRST)
    page = reader.loans(asked, sort="balance")
    assert list(zip(page.frame["loan_ref"], page.frame["balance"], strict=True)) == [("A", 100.0), ("B", 50.0)]
    assert reader.loan_points(asked, ["balance"], limit=9)[0].sort_values("loan_ref")["balance"].tolist() == [
        100.0,
        50.0,
    ]
    assert [row for block in reader.iter_loans(asked, "balance") for row in block["balance"]] == [100.0, 50.0]
    assert reader.facts("stock", asked, measure="balance").total == 150.0


def test_while_history_is_unsettled_today_is_answered_and_earlier_days_are_refused(unsettled):
    reader, _ = unsettled
    assert reader.stock(NORTH.knowing(NINTH))["balance"].iloc[0] == 130.0
    assert reader.book().days == (date(2026, 9, 30), date(2026, 10, 31))
    for ask in (lambda: reader.book(FIFTH), lambda: reader.book(date.min), lambda: reader.stock(NORTH.knowing(FIRST)),
                lambda: list(reader.iter_loans(NORTH.knowing(FIRST)))):  # fmt: skip
        with pytest.raises(HistoryUnsettled, match=r"is being put in order.*Ask again in a moment"):
            ask()


def test_history_is_settled_once_and_then_every_day_is_answered(unsettled):
    reader, writer = unsettled
    assert writer.settle_history("own")
    assert balances(reader, SEPTEMBER)["2026-11-05"] == 150.0
    assert reader.book(FIRST).days == (date(2026, 9, 30),)
    assert not writer.settle_history("own")
    assert not writer.settle_history("sample")


def test_values_are_known_as_known_on_the_day(reader):
    assert reader.known_values("region", NORTH.knowing(date(2026, 10, 31))) == []
    assert reader.known_values("region", NORTH.knowing(FIRST)) == ["North", "South"]
    assert reader.known_values("bucket", NORTH.knowing(FIRST)) == ["30-59", "90-119", "Current"]
    assert reader.known_values("bucket", NORTH) == ["120+", "30-59", "90-119", "Current"]
