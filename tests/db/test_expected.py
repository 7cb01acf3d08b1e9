"""How sure expected sums are costs a day, however long the history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event

from core.selection import Selection
from db.reader import SqlPortfolioReader
from tests.db.conftest import loan, portfolio, put

NOW = Selection(as_of=date(2026, 2, 28))
DAYS = ("2026-01-31", "2026-02-28", "2026-03-31")


@pytest.mark.parametrize("selection", [NOW, NOW.only(product=("Home",)), replace(NOW, known_on=date(2026, 12, 1))])
def test_only_the_scores_of_the_day_are_read_and_found_by_its_loans(writer, engine, selection):
    for day in DAYS:
        put(writer, portfolio([loan("L1", 100.0, 40), loan("L2", 200.0, 5)], day))
    asked: list[tuple[str, tuple]] = []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    SqlPortfolioReader(engine).expected_spread(selection, ["segment"])
    statement, given = next((text, given) for text, given in asked if "expected_variance" in text)
    with engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
    steps = [step for step in plan if " snapshots " in step or " scores " in step]
    assert [step.split(" (")[0] for step in steps] == [
        "SEARCH snapshots USING INDEX snapshots_live",
        "SEARCH scores USING INDEX scores_of_snapshot",
    ]
    assert "book_id=? AND as_of=?" in steps[0]
    assert "snapshot_id=?" in steps[1]
    assert not any(step.startswith("SCAN") for step in plan), plan
