"""What keeping and reading people's words on columns comes to, on the fakes and on the store."""

from __future__ import annotations

import pandas as pd
import pytest

from core.records import Ruling
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.db.conftest import NOON
from tests.fakes import FakePortfolioReader, FakeTargetWriter
from tests.new_store import new_store

FIRST = Ruling("zone", True, "it is of the application form", "ana", "2026-11-20")
BYSTANDER = Ruling("Agency fee", False, "a test field", "bob", "2026-11-20")
LATER = Ruling("zone", False, "taken back", "bob", "2026-11-21")


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


def test_nobody_said_anything_at_first(store):
    assert store[1]["own"].rulings() == []


def test_the_last_word_on_each_column_holds_in_its_own_book(store):
    writer, books = store
    for ruling in (FIRST, BYSTANDER):
        writer.put_ruling("own", ruling)
    assert books["own"].rulings() == [BYSTANDER, FIRST]
    writer.put_ruling("own", LATER)
    writer.put_ruling("sample", FIRST)
    assert books["own"].rulings() == [BYSTANDER, LATER]
    assert books["sample"].rulings() == [FIRST]


@pytest.mark.parametrize("store", ["sql"], indirect=True)
def test_a_ruling_is_a_revision_so_that_pages_look_again(store):
    writer, books = store
    writer.put_ruling("own", FIRST)
    before = books["own"].book().revision
    writer.put_ruling("own", LATER)
    assert books["own"].book().revision > before
