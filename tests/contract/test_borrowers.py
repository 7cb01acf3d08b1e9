"""Borrowers by how many loans they have, and those with the largest arrears: the fake and the store say the same."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest

from core.columns import PORTFOLIO
from core.errors import SelectionRefused
from core.selection import DIMENSIONS, Selection
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.contract import book
from tests.db.conftest import NOON, loan, portfolio, put, score_rows
from tests.fakes import FakePortfolioReader
from tests.new_store import new_store

NOW = Selection()
OCTOBER = "2026-10-31"
SIZES = ["size", "borrowers", "loans", "balance", "arrears_borrowers", "arrears_loans", "arrears_balance"]
LARGEST = ["borrower_ref", "loans", "balance", "arrears_loans", "arrears_balance", "dpd"]

LOANS = [
    loan("A", 1000.0, 30, borrower_ref="X", product="Auto", agency="Acme"),
    loan("B", 200.0, 0, borrower_ref="X", product="Home"),
    loan("C", 50.0, 5, borrower_ref="X", product="Home"),
    loan("D", 700.0, 0, borrower_ref="Y", product="Auto"),
    loan("E", 600.0, 95, borrower_ref="Z", product="Auto"),
    loan("F", 400.0, 1, borrower_ref="Z", product="Auto"),
    *(loan(f"G{n}", 100.10, 10 if n < 2 else 0, borrower_ref="W", product="Boat") for n in range(5)),
    loan("H", 1000.0, 40, borrower_ref="V", product="Auto"),
    loan("sold", 9999.0, 95, borrower_ref="Y", product="Home", status="sold"),  # the bystander: no stock
]
BEFORE = [loan("A", 5000.0, 0, borrower_ref="X", product="Auto")]


@pytest.fixture(scope="module", params=["fake", "sql"])
def reader(request, tmp_path_factory):
    if request.param == "fake":
        scored = pd.DataFrame([*({"as_of": OCTOBER, **row} for row in LOANS), {"as_of": "2026-09-30", **BEFORE[0]}])
        told = score_rows(scored.assign(snapshot_id=range(len(scored)))).drop(columns="snapshot_id")
        return FakePortfolioReader(pd.concat([scored, told], axis=1))
    engine = new_store(tmp_path_factory.mktemp("people") / "book.db")
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    put(writer, portfolio(BEFORE, "2026-09-30"), portfolio(LOANS, OCTOBER), score=score_rows)
    with writer.unit("own", kind="show", known_on=NOON.date(), who="ana") as unit:
        unit.show("own")
    return SqlPortfolioReader(engine)


def rows(frame: pd.DataFrame) -> list[tuple]:
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_each_borrower_counts_once_among_those_with_as_many_open_loans(reader):
    sizes = reader.borrower_sizes(NOW)
    assert sizes.columns.tolist() == SIZES
    assert rows(sizes) == [
        (1, 2, 2, 1700.00, 1, 1, 1000.00),  # Y, V
        (2, 1, 2, 1000.00, 1, 2, 1000.00),  # Z
        (3, 1, 3, 1250.00, 1, 2, 1050.00),  # X
        (4, 1, 5, 500.50, 1, 2, 200.20),  # W, who has five
    ]


def test_the_largest_arrears_come_first_over_all_loans_of_a_borrower(reader):
    largest = reader.top_borrowers(NOW)
    assert largest.columns.tolist() == LARGEST
    assert rows(largest) == [
        ("X", 3, 1250.00, 2, 1050.00, 30),  # no loan of X is as large as that of V
        ("V", 1, 1000.00, 1, 1000.00, 40),
        ("Z", 2, 1000.00, 2, 1000.00, 95),
        ("W", 5, 500.50, 2, 200.20, 10),
    ]
    assert rows(reader.top_borrowers(NOW, limit=2)) == rows(largest)[:2]


def test_a_filter_keeps_loans_and_a_borrower_has_those_that_are_kept(reader):
    at_home = NOW.only(product="Home")
    assert rows(reader.borrower_sizes(at_home)) == [(2, 1, 2, 250.00, 1, 1, 50.00)]
    assert rows(reader.top_borrowers(at_home)) == [("X", 2, 250.00, 1, 50.00, 5)]
    assert reader.top_borrowers(NOW.only(segment="long overdue"))["borrower_ref"].tolist() == ["Z"]
    assert rows(reader.top_borrowers(NOW.only(agency="Acme"))) == [("X", 1, 1000.00, 1, 1000.00, 30)]


def test_a_loan_leads_to_its_borrower_of_the_day_whatever_its_status(reader):
    assert reader.borrower_of("F", NOW) == "Z"
    assert reader.borrower_of("sold", NOW.only(product="Boat")) == "Y"
    assert reader.borrower_of("F", NOW.at(date(2026, 9, 30))) is None
    assert reader.borrower_of("f", NOW) is None


def test_another_day_has_its_own_borrowers(reader):
    september = NOW.at(date(2026, 9, 30))
    assert rows(reader.borrower_sizes(september)) == [(1, 1, 1, 5000.00, 0, 0, 0.00)]
    assert len(reader.top_borrowers(september)) == 0


def test_nobody_is_an_empty_frame_with_its_columns(reader):
    nowhere = NOW.only(product="Plane")
    assert (len(reader.borrower_sizes(nowhere)), reader.borrower_sizes(nowhere).columns.tolist()) == (0, SIZES)
    assert (len(reader.top_borrowers(nowhere)), reader.top_borrowers(nowhere).columns.tolist()) == (0, LARGEST)


def test_a_day_before_the_first_is_refused(reader):
    with pytest.raises(SelectionRefused, match="says nothing about 30 Aug 2026"):
        reader.borrower_sizes(NOW.at(date(2026, 8, 30)))
    with pytest.raises(SelectionRefused, match="says nothing about 30 Aug 2026"):
        reader.top_borrowers(NOW.at(date(2026, 8, 30)))
    with pytest.raises(SelectionRefused, match="says nothing about 30 Aug 2026"):
        reader.borrower_of("A", NOW.at(date(2026, 8, 30)))


def test_a_borrowers_loans_come_as_scores_are_made_of_them_with_the_score_that_spoke(reader):
    told = reader.borrower_snapshots("X", NOW)
    assert told["loan_ref"].tolist() == ["A", "B", "C"]
    assert set(told["borrower_ref"]) == {"X"}
    assert set(told["as_of"]) == {OCTOBER}
    assert told["balance"].tolist() == [1000.0, 200.0, 50.0]
    assert told["dpd"].tolist() == [30, 0, 5]
    assert told["product"].tolist() == ["Auto", "Home", "Home"]
    assert told["agency"].isna().tolist() == [False, True, True]  # absent, not "not stated"
    assert told["monthly_income"].isna().all()
    assert told["confirmed"].isna().all()
    assert told["source"].tolist() == ["rule"] * 3
    assert told["policy"].notna().all()
    assert told["reasons"].tolist() == [["overdue"]] * 3
    assert [json.loads(text)["margin"] for text in told["contributions"]] == pytest.approx(told["risk_score"].tolist())
    assert {column.field for column in PORTFOLIO} | {"extra"} <= set(told.columns)
    before = reader.borrower_snapshots("X", NOW.at(date(2026, 9, 30)))
    assert (before["loan_ref"].tolist(), before["balance"].tolist()) == (["A"], [5000.0])
    assert reader.borrower_snapshots("nobody", NOW).empty


@pytest.fixture(scope="module", params=["fake", "sql"])
def eight(request, tmp_path_factory):
    return book.fake() if request.param == "fake" else book.adapter(tmp_path_factory.mktemp("eight"))


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_the_sizes_add_up_to_the_stock_and_to_its_borrowers_whatever_is_kept(eight, dimension):
    for value in eight.values(dimension):
        kept = NOW.only(**{dimension: value})
        sums = eight.borrower_sizes(kept).sum()
        stock, people = eight.stock(kept).iloc[0], eight.borrowers(kept).iloc[0]
        for name in ("loans", "balance", "arrears_loans", "arrears_balance"):
            assert sums[name] == pytest.approx(stock[name], abs=0.001), (dimension, value, name)
        assert (sums["borrowers"], sums["arrears_borrowers"]) == (people["borrowers"], people["arrears_borrowers"])
        assert eight.top_borrowers(kept)["arrears_balance"].sum() == pytest.approx(stock["arrears_balance"])
