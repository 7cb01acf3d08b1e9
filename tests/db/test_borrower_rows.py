"""Borrowers of open loans, counted once in each group, and that the count follows whatever changes."""

from datetime import date

import pytest

from core.selection import Selection
from db.borrower_rows import BORROWER_DIMENSIONS
from db.reader import SqlPortfolioReader
from tests.db.conftest import KNOWN_ON, assert_cubes_equal_rows, cell, loan, portfolio, put, score_rows, undo

JANUARY, FEBRUARY = "2026-01-31", "2026-02-28"
BOTH = "borrowers, arrears_borrowers"


def test_a_borrower_counts_once_in_all_and_once_in_each_group(engine, writer):
    rows = [
        loan("A", 1, 30, borrower_ref="X", product="Auto", branch="Hill"),
        loan("B", 2, 0, borrower_ref="X", product="Auto"),
        loan("C", 4, 0, borrower_ref="X", product="Home"),
        loan("D", 8, 0, borrower_ref="Y", product="Home"),
        loan("gone", 16, 95, borrower_ref="Z", product="Home", status="sold"),
    ]
    put(writer, portfolio(rows, JANUARY))
    assert cell(engine, "cube_borrowers", BOTH, as_of=JANUARY, dimension="all", value="all") == (2, 1)
    assert cell(engine, "cube_borrowers", BOTH, dimension="product", value="Auto") == (1, 1)
    assert cell(engine, "cube_borrowers", BOTH, dimension="product", value="Home") == (2, 0)  # X is late on A only
    assert cell(engine, "cube_borrowers", BOTH, dimension="branch", value="not stated") == (2, 0)
    assert cell(engine, "cube_borrowers", BOTH, dimension="bucket", value="Current") == (2, 0)
    assert_cubes_equal_rows(engine)


def test_a_loan_that_changes_its_borrower_leaves_the_old_one_and_joins_the_new(engine, writer):
    rows = [loan("A", 1, 30, borrower_ref="X"), loan("B", 1, 0, borrower_ref="X"), loan("C", 1, 0, borrower_ref="Y")]
    put(writer, portfolio(rows, JANUARY))
    moved = put(writer, portfolio([loan("A", 1, 30, borrower_ref="Y")], JANUARY, scope="partial"))[0]
    whole = {"dimension": "all", "value": "all"}
    assert cell(engine, "cube_borrowers", BOTH, **whole) == (2, 1)
    assert_cubes_equal_rows(engine)
    put(writer, portfolio([loan("B", 1, 0, borrower_ref="Y")], JANUARY, scope="partial"))
    assert cell(engine, "cube_borrowers", BOTH, **whole) == (1, 1)
    undo(writer, moved)
    assert cell(engine, "cube_borrowers", BOTH, **whole) == (2, 1)
    assert_cubes_equal_rows(engine)


def test_a_new_score_moves_a_borrower_between_segments_and_changes_no_other_count(engine, writer):
    rows = [loan("A", 1, 30, borrower_ref="X"), loan("B", 1, 95, borrower_ref="X")]
    put(writer, portfolio(rows, JANUARY), score=score_rows)
    assert cell(engine, "cube_borrowers", "borrowers", dimension="segment") == (2,)
    with writer.unit("own", kind="scoring", known_on=KNOWN_ON, who="ana") as unit:
        unit.put_scores(score_rows(unit.all_on(date(2026, 1, 31)), segment="one"), None)
    assert cell(engine, "cube_borrowers", BOTH, dimension="segment", value="one") == (1, 1)
    assert cell(engine, "cube_borrowers", "borrowers", dimension="segment") == (1,)
    assert cell(engine, "cube_borrowers", BOTH, dimension="all") == (1, 1)
    assert_cubes_equal_rows(engine)


@pytest.mark.parametrize("dimension", [*BORROWER_DIMENSIONS, None])
def test_the_cube_and_the_rows_count_the_same(engine, writer, dimension):
    rows = [
        loan("A", 1, 30, borrower_ref="X", product="Auto", collector="Ann", strategy="Legal"),
        loan("B", 2, 0, borrower_ref="X", region="North", agency="Acme", branch="Hill"),
        loan("C", 4, 5, borrower_ref="Y", product="Auto"),
    ]
    put(writer, portfolio(rows, JANUARY), portfolio(rows[:1], FEBRUARY), score=score_rows)
    reader, by = SqlPortfolioReader(engine), [dimension] if dimension else []
    for day in (date(2026, 1, 31), date(2026, 2, 28)):
        from_cube = reader.borrowers(Selection(as_of=day), by)
        from_rows = reader.borrowers(Selection(as_of=day).only(collector=("Ann", "not stated")), by)
        assert from_cube.to_dict("records") == from_rows.to_dict("records")
        assert len(from_cube) > 0


def test_every_loan_of_a_borrower_is_told_with_the_day_its_latest_episode_began(engine, writer):
    rows = [loan("B", 1, 0, borrower_ref="X"), loan("A", 2, 30, borrower_ref="X"), loan("C", 4, 30, borrower_ref="Y")]
    put(writer, portfolio(rows, JANUARY), portfolio([loan("A", 3, 60, borrower_ref="X")], FEBRUARY), score=score_rows)
    reader = SqlPortfolioReader(engine)
    found = reader.borrower_loans("X", Selection(as_of=date(2026, 2, 10)))
    assert found[["loan_ref", "balance", "bucket"]].to_dict("records") == [
        {"loan_ref": "A", "balance": 2.0, "bucket": "30-59"},
        {"loan_ref": "B", "balance": 1.0, "bucket": "Current"},
    ]
    assert found["placed_on"].tolist()[0] == JANUARY
    assert found["placed_on"].isna().tolist() == [False, True]
    assert reader.borrower_loans("X", Selection())["balance"].tolist() == [3.0]


def test_an_empty_store_has_no_borrowers_no_flows_and_no_loans(engine):
    reader = SqlPortfolioReader(engine)
    assert reader.borrowers(Selection()).to_dict("records") == [{"borrowers": 0, "arrears_borrowers": 0}]
    assert (reader.flows(Selection()) == 0).all(axis=None)
    assert (reader.recovery_spread(Selection()) == 0).all(axis=None)
    assert len(reader.borrower_loans("X", Selection())) == 0
    assert (len(reader.borrower_sizes(Selection())), len(reader.top_borrowers(Selection()))) == (0, 0)


def test_the_largest_arrears_are_remembered_until_a_file_changes_them_and_known_as_of_a_day(engine, writer):
    put(writer, portfolio([loan("A", 1, 30, borrower_ref="X")], JANUARY, received_on=date(2026, 2, 3)))
    reader = SqlPortfolioReader(engine)
    assert reader.top_borrowers(Selection())["arrears_balance"].tolist() == [1.0]
    more = [loan("B", 5, 30, borrower_ref="X")]
    with writer.unit("own", kind="batch", known_on=date(2026, 12, 1), who="ana") as unit:
        unit.append(portfolio(more, JANUARY, scope="partial", received_on=date(2026, 12, 1)))
    assert reader.top_borrowers(Selection())["arrears_balance"].tolist() == [6.0]
    assert reader.top_borrowers(Selection(known_on=KNOWN_ON))["arrears_balance"].tolist() == [1.0]
    assert reader.borrower_sizes(Selection(known_on=KNOWN_ON))["size"].tolist() == [1]
    assert reader.borrower_sizes(Selection())["size"].tolist() == [2]
