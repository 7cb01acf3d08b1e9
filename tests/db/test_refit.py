"""Segments fitted again, and compared, on a store: what carries over, what is logged, what is refused."""

from datetime import date

import pytest

from core.errors import Refused, TooLittleData
from core.segments import clustering, comparison
from core.workflows.refresh import score_unit
from core.workflows.segments import checked_reason, compare, refit, with_outcomes
from db.reader import SqlPortfolioReader
from tests.core.segments.blobs import grouped_book
from tests.db.conftest import KNOWN_ON, assert_cubes_equal_rows, loan, payments, portfolio, rows_of

LONG_AGO, TODAY = "2025-01-31", "2026-06-30"
SAYS = {"today": date(2026, 7, 2), "who": "ana", "progress": lambda share, message: None}


def book_rows(each: int = 75, seed: int = 1) -> list[dict]:
    frame = grouped_book(seed=seed, each=each).drop(columns="group").round(2)
    return [
        loan(f"L{place:03d}", **row) | {"dpd": int(row["dpd"])} for place, row in enumerate(frame.to_dict("records"))
    ]


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(clustering, "REDRAWS", 3)
    monkeypatch.setattr(comparison, "REDRAWS", 2)


def ingested(writer, batch) -> int:
    with writer.unit("own", kind="batch", known_on=KNOWN_ON, who="ana") as unit:
        number = unit.append(batch)
        score_unit(unit, batch_id=number, newest_before=None)
    return number


def test_a_refit_keeps_names_says_why_and_compares(engine, writer, quick):
    reader = SqlPortfolioReader(engine, budget_seconds=60)
    rows = book_rows()
    ingested(writer, portfolio(rows, as_of=LONG_AGO))
    number = ingested(writer, portfolio(rows, as_of=TODAY))
    paid = [
        {"loan_ref": row["loan_ref"], "paid_on": "2025-03-01", "amount": 10.0 + place} for place, row in enumerate(rows)
    ]
    ingested(writer, payments(paid, received_on=date(2026, 7, 1)))
    before = reader.segmentation()
    told = refit(reader, writer, reason="  we sold   the cards ", **SAYS)
    now = reader.segmentation()
    assert now.names == before.names
    assert now.content["ids"] == before.content["ids"]
    assert (now.reason, now.who, now.batch_id) == ("we sold the cards", "ana", number)
    assert (before.content["loans_on"], now.content["loans_on"]) == (LONG_AGO, TODAY)
    assert now.comparison["on"] == "outcomes"
    assert now.comparison["n"] == 225
    assert told["kept"] == told["segments"] == 3
    assert told["sentence"] == "3 segments on 30 Jun 2026, 3 of them as before; 225 loans placed."
    notes = rows_of(engine, "SELECT note FROM revisions ORDER BY id DESC LIMIT 1")
    assert notes == [("segments fitted again: we sold the cards",)]
    assert_cubes_equal_rows(engine)


def test_a_book_without_outcomes_is_compared_on_its_open_loans_and_nothing_else_changes(engine, writer, quick):
    reader = SqlPortfolioReader(engine, budget_seconds=60)
    ingested(writer, portfolio([*book_rows(), loan("paid off", status="paid")], as_of=TODAY))
    before = reader.segmentation()
    assert before.comparison is None
    told = compare(reader, writer, **SAYS)
    now = reader.segmentation()
    assert now.comparison["on"] == "newest day"
    assert now.comparison["n"] == 225
    assert told["ways"] == 5
    assert (now.id, now.names, now.content) == (before.id, before.names, before.content)
    assert with_outcomes(reader).empty


def test_what_cannot_be_fitted_or_compared_is_refused(engine, writer):
    reader = SqlPortfolioReader(engine, budget_seconds=60)
    with pytest.raises(Refused, match="no loan in this book"):
        refit(reader, writer, reason="because", **SAYS)
    ingested(writer, portfolio([loan(f"L{place}") for place in range(20)], as_of=TODAY))
    with pytest.raises(TooLittleData, match="50 loans and this day has 20"):
        refit(reader, writer, reason="because", **SAYS)
    with pytest.raises(Refused, match="has no segments yet"):
        compare(reader, writer, **SAYS)
    assert reader.segmentation() is None


@pytest.mark.parametrize("text", ["", None, "  a  b ", "x" * 201, 7])
def test_a_refit_without_a_reason_is_refused(text):
    with pytest.raises(Refused, match="The reason is"):
        checked_reason(text)
