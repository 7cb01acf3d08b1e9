"""A question is given up for its own work, not for the work of others."""

from __future__ import annotations

import itertools
import time

import pytest

from core.errors import Refused
from db import budget
from db.budget import brief_read

COUNT_UP = "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < {}) SELECT count(*) FROM up"


def test_what_works_for_longer_than_its_budget_is_given_up(engine):
    with (
        pytest.raises(Refused, match=r"longer than 0\.05 seconds\. Narrow the selection, or ask later"),
        brief_read(engine, 0.05) as connection,
    ):
        connection.exec_driver_sql(COUNT_UP.format(100_000_000)).all()


def test_what_waits_for_its_turn_is_not(engine, monkeypatch):
    """The clock runs twice as long as the budget, the processor hardly at all."""
    started = time.monotonic()
    monkeypatch.setattr(budget.time, "monotonic", lambda: started + 2.0)
    with brief_read(engine, 1.0) as connection:
        monkeypatch.setattr(budget.time, "monotonic", lambda: started + 4.0)
        assert connection.exec_driver_sql(COUNT_UP.format(50_000)).scalar() == 50_000


def test_nobody_waits_without_end(engine, monkeypatch):
    now, steps = time.monotonic(), itertools.chain([0.0], itertools.repeat(budget.PATIENCE + 1.0))
    monkeypatch.setattr(budget.time, "monotonic", lambda: now + next(steps))
    with pytest.raises(Refused, match="longer than 1 seconds"), brief_read(engine, 1.0) as connection:
        connection.exec_driver_sql(COUNT_UP.format(50_000)).all()


def test_the_connection_is_as_good_as_new_afterwards(engine):
    with pytest.raises(Refused), brief_read(engine, 0.01) as connection:
        connection.exec_driver_sql(COUNT_UP.format(100_000_000)).all()
    with brief_read(engine, 1.0) as connection:
        assert connection.exec_driver_sql(COUNT_UP.format(10_000)).scalar() == 10_000
