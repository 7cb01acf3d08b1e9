"""How targets are kept: appended, as a revision that changes what pages show and nothing that is known."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from db.reader import SqlPortfolioReader
from tests.db.conftest import loan, portfolio, put, rows_of, visible

DAY = date(2026, 11, 20)


def target(value: float) -> pd.DataFrame:
    return pd.DataFrame([("cash_month", "2026-11-30", None, value)], columns=["metric", "month", "age_months", "value"])


def test_every_target_ever_set_stays_in_the_store(engine, writer):
    for value in (5.0, 6.0, float("nan")):
        writer.put_targets("own", target(value), "ana", DAY)
    assert rows_of(engine, "SELECT metric, month, age_months, value, set_on, who FROM targets ORDER BY id") == [
        ("cash_month", "2026-11-30", -1, value, "2026-11-20", "ana") for value in (5.0, 6.0, None)
    ]


def test_a_page_that_watches_the_revision_learns_of_a_new_target(engine, writer):
    put(writer, portfolio([loan("LN1")], as_of="2026-10-31"))
    reader = SqlPortfolioReader(engine)
    before, seen = reader.book(), visible(engine)
    writer.put_targets("own", target(5.0), "ana", DAY)
    after = reader.book()
    assert after.revision > before.revision
    assert (after.days, after.loans, visible(engine)) == (before.days, before.loans, seen)
    assert rows_of(engine, "SELECT kind, who, note FROM revisions ORDER BY id DESC LIMIT 1") == [
        ("show", "ana", "targets set")
    ]


def test_a_write_that_fails_leaves_nothing(engine, writer):
    wrong = pd.concat([target(5.0), target(6.0).assign(metric=None, age_months="old")])
    with pytest.raises(ValueError, match="old"):
        writer.put_targets("own", wrong, "ana", DAY)
    assert rows_of(engine, "SELECT count(*) FROM targets") == [(0,)]
    assert rows_of(engine, "SELECT count(*) FROM revisions") == [(0,)]
