"""A person's decision, in a real store."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.errors import Refused
from core.selection import Selection
from core.workflows.decide import decide
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.contract.book import store
from tests.db.conftest import NOON

TODAY = date(2026, 11, 20)


@pytest.fixture
def book(tmp_path: Path) -> tuple[SqlPortfolioReader, SqlPortfolioWriter]:
    engine = store(tmp_path)
    return SqlPortfolioReader(engine), SqlPortfolioWriter(engine, lambda: NOON)


def said_of(reader: SqlPortfolioReader, loan_ref: str) -> dict[str, object]:
    return reader.loans(Selection(search=loan_ref)).frame.iloc[0].to_dict()


def test_a_confirmed_loan_waits_no_longer_and_its_neighbours_are_left_alone(book):
    reader, writer = book
    bystander, revision = said_of(reader, "LN3"), reader.book().revision
    assert said_of(reader, "LN2")["needs_confirmation"]
    assert decide(["LN2"], "Legal", reader=reader, writer=writer, today=TODAY, who="ana") == 1
    told = said_of(reader, "LN2")
    assert (told["proposed"], told["needs_confirmation"]) == ("Legal", False)
    assert reader.book().revision > revision
    assert str(said_of(reader, "LN3")) == str(bystander)


def test_a_loan_on_hold_is_refused_and_nothing_changes(book):
    reader, writer = book
    before = reader.book().revision
    with pytest.raises(Refused, match="on hold"):
        decide(["LN2", "LN6"], "Legal", reader=reader, writer=writer, today=TODAY, who="ana")
    assert reader.book().revision == before
    assert said_of(reader, "LN2")["needs_confirmation"]
