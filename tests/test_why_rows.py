"""The rows behind every number come to it: on a book of 100 loans over 23 months, on several days and under filters."""

from __future__ import annotations

from datetime import date
from math import isclose

import pytest

from core.metrics.answers import answer, rows_behind
from core.metrics.catalogue import CATALOGUE
from core.metrics.facts import fields_of
from core.ports import PortfolioReader
from core.selection import Selection
from core.workflows.measures import families
from db.engine import open_store
from db.reader import SqlPortfolioReader
from tests.agreement import hundred_loans

VIEWS = (
    Selection(as_of=date(2026, 10, 31)),
    Selection(as_of=date(2026, 10, 31)).only(product="Auto"),
    Selection(as_of=date(2026, 9, 30)).only(bucket=["1-29", "30-59"]),
    Selection(as_of=date(2026, 8, 31)).only(strategy="Settlement"),
)
MEANT = pytest.mark.parametrize("name", CATALOGUE)


@pytest.fixture(scope="module")
def reader(tmp_path_factory) -> PortfolioReader:
    return SqlPortfolioReader(open_store(hundred_loans(tmp_path_factory).db), budget_seconds=60)


@MEANT
def test_what_the_rows_of_each_side_come_to_is_that_side_of_the_number(reader, name):
    meant, told = CATALOGUE[name], 0
    for view in VIEWS:
        number = answer(reader, view, name, families=families(0.1))
        if not number.is_defined:
            continue
        for side, of_number in (("numerator", number.numerator), ("denominator", number.denominator)):
            behind = {"numerator": meant.numerator, "denominator": meant.denominator}[side]
            if behind is None or behind.computed or meant.less is not None:
                continue
            page = rows_behind(reader, view, behind, {}, limit=1)
            assert isclose(abs(page.total), abs(of_number), abs_tol=0.005), (view, side, page.total, of_number)
            told += 1
    assert told or meant.less or meant.numerator.computed or name == "liquidation_24m"


def test_a_difference_is_the_rows_of_one_side_less_those_of_the_other(reader):
    for name in ("net_recovery", "net_recovery_to_date"):
        meant = CATALOGUE[name]
        assert meant.less is not None
        for view in VIEWS:
            above, below = (rows_behind(reader, view, side, {}).total for side in (meant.numerator, meant.less))
            number = answer(reader, view, name)
            assert not number.is_defined or isclose(number.value, above - below, abs_tol=0.005)


def test_the_list_and_the_download_hold_only_rows_that_count(reader):
    behind = CATALOGUE["cure_rate_loans"].numerator
    page = rows_behind(reader, VIEWS[0], behind, {}, limit=999)
    assert 0 < page.n == len(page.frame) < rows_behind(reader, VIEWS[0], CATALOGUE["cure_rate_loans"].denominator, {}).n  # type: ignore[arg-type]
    assert set(page.frame["state"]) <= {"Current", "paid"}
    assert "Current" not in set(page.frame["origin"])


def test_what_is_added_up_over_flows_is_a_column_of_their_rows(reader):
    for name, side, column in (("intensity", "numerator", "attempts"), ("cei", "denominator", "due")):
        behind = CATALOGUE[name].sides[side]
        page = rows_behind(reader, VIEWS[0], behind, {}, limit=999)
        assert page.frame[column].sum() == pytest.approx(page.total)
        assert page.total > page.n > 0
        assert column in fields_of("flows", behind.measure)
        assert column not in fields_of("flows", "opening")
