"""What setting and reading targets comes to, on the fakes and on the store."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.db.conftest import NOON
from tests.fakes import FakePortfolioReader, FakeTargetWriter
from tests.new_store import new_store

DAY, LATER = date(2026, 11, 20), date(2026, 11, 21)
BUDGET = [("cash_month", "2026-11-30", None, 1200.50), ("cash_month", None, None, 1000.0)]


@pytest.fixture(params=["fake", "sql"])
def store(request, tmp_path):
    """A writer, and the readers of both books."""
    if request.param == "fake":
        books = {name: FakePortfolioReader(pd.DataFrame(), name=name) for name in ("own", "sample")}
        yield FakeTargetWriter(**books), books
        return
    engine = new_store(tmp_path / "book.db")
    yield (
        SqlPortfolioWriter(engine, lambda: NOON),
        {name: SqlPortfolioReader(engine, name) for name in ("own", "sample")},
    )
    engine.dispose()


def frame(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["metric", "month", "age_months", "value"])


def told(reader) -> list[tuple]:
    found = reader.targets()
    return list(found.astype(object).where(found.notna(), None).itertuples(index=False, name=None))


def test_nothing_is_set_at_first_and_the_columns_are_there(store):
    _, books = store
    found = books["own"].targets()
    assert len(found) == 0
    assert list(found.columns) == ["metric", "month", "age_months", "value", "set_on", "who"]
    assert (found["age_months"].dtype, found["value"].dtype) == (float, float)


def test_what_was_set_is_told_by_metric_month_and_age_with_who_and_when(store):
    writer, books = store
    given = frame(
        *BUDGET,
        ("liquidation", None, 12, 0.4),
        ("liquidation", None, 6.0, 0.3),
        ("cash_month", "2026-10-31", None, 7.0),
    )
    assert writer.put_targets("own", given, "ana", DAY) == 5
    assert told(books["own"]) == [
        ("cash_month", None, None, 1000.0, "2026-11-20", "ana"),
        ("cash_month", "2026-10-31", None, 7.0, "2026-11-20", "ana"),
        ("cash_month", "2026-11-30", None, 1200.50, "2026-11-20", "ana"),
        ("liquidation", None, 6.0, 0.3, "2026-11-20", "ana"),
        ("liquidation", None, 12.0, 0.4, "2026-11-20", "ana"),
    ]


def test_the_newest_of_a_key_holds_and_its_neighbours_stay(store):
    writer, books = store
    writer.put_targets("own", frame(*BUDGET), "ana", DAY)
    writer.put_targets("own", frame(("cash_month", "2026-11-30", None, 0.0)), "bob", LATER)
    assert told(books["own"]) == [
        ("cash_month", None, None, 1000.0, "2026-11-20", "ana"),
        ("cash_month", "2026-11-30", None, 0.0, "2026-11-21", "bob"),
    ]


def test_a_target_without_a_value_is_taken_away_and_may_be_set_again(store):
    writer, books = store
    writer.put_targets("own", frame(*BUDGET), "ana", DAY)
    assert writer.put_targets("own", frame(("cash_month", None, None, float("nan"))), "ana", DAY) == 1
    assert [row[1] for row in told(books["own"])] == ["2026-11-30"]
    writer.put_targets("own", frame(("cash_month", None, None, 5.0)), "bob", LATER)
    assert told(books["own"])[0] == ("cash_month", None, None, 5.0, "2026-11-21", "bob")


def test_what_was_set_is_told_as_it_was_on_a_day(store):
    writer, books = store
    writer.put_targets("own", frame(*BUDGET), "ana", DAY)
    later = frame(("cash_month", "2026-11-30", None, 7.0), ("cash_month", None, None, float("nan")))
    writer.put_targets("own", later, "bob", LATER)
    writer.put_targets("sample", frame(("cash_month", None, None, 77777.0)), "ana", DAY)
    values = {day: books["own"].targets(day)["value"].tolist() for day in (date(2026, 11, 19), DAY, LATER, None)}
    assert values == {date(2026, 11, 19): [], DAY: [1000.0, 1200.50], LATER: [7.0], None: [7.0]}


def test_each_book_has_its_own_targets(store):
    writer, books = store
    writer.put_targets("own", frame(*BUDGET), "ana", DAY)
    writer.put_targets("sample", frame(("cash_month", None, None, 77777.0)), "ana", DAY)
    assert [row[3] for row in told(books["own"])] == [1000.0, 1200.50]
    assert [row[3] for row in told(books["sample"])] == [77777.0]
