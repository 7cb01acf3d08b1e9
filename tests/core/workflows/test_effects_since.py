"""How much came in since a measurement, and when it is time for another."""

from __future__ import annotations

from datetime import date

import pytest

from core.records import StrategyRun
from core.workflows.effects_since import queue_if_due, since
from tests.core.workflows.ledger import BOOK, batch
from tests.fakes import FakeJobQueue
from tests.monitored import NOON

WAITING = [{"on": "2026-10-31", "loans": 30}, {"on": "2026-11-30", "loans": 500}]


def run_of(n=400, waiting=WAITING, batches=(1, 2), **more) -> StrategyRun:
    return StrategyRun(
        5, "2026-10-02", "", "ana", batches, more.pop("limits", {}), {"n": n, "waiting": waiting, **more}
    )


class Book:
    """A reader with a run and batches."""

    def __init__(self, run, *batches, book=BOOK):
        self.run, self.held, self.told = run, list(batches), book

    def strategy_run(self):
        return self.run

    def batches(self, limit):
        return self.held

    def book(self):
        return self.told


def test_where_nothing_came_in_nothing_is_said():
    told = since(run_of(waiting=WAITING[1:]), BOOK, [batch(1), batch(2)])
    assert (told.outcomes, told.files, told.due, told.words) == (0, 0, False, "")


def test_outcomes_are_counted_by_the_day_they_are_known():
    told = since(run_of(), BOOK, [batch(3, "payments")])
    assert (told.outcomes, told.due) == (30, False)
    assert told.words == "Measured as known on 2 Oct 2026; since then the outcome of 30 loans more are known."


@pytest.mark.parametrize(
    ("n", "loans", "due"), [(300, 30, True), (301, 30, False), (9_000, 199, False), (9_000, 200, True)]
)
def test_a_tenth_or_two_hundred_new_outcomes_ask_for_a_measurement(n, loans, due):
    assert since(run_of(n, [{"on": "2026-10-31", "loans": loans}]), BOOK, [batch(3)]).due is due


def test_files_without_outcomes_are_told_and_ask_for_nothing():
    told = since(
        run_of(waiting=WAITING[1:]), BOOK, [batch(1), batch(3), batch(4, "actions"), batch(5, status="undone")]
    )
    assert (told.files, told.due) == (2, False)
    assert "2 files were loaded, without an outcome" in told.words


def test_in_a_book_without_payments_a_new_portfolio_may_bring_outcomes():
    assert since(run_of(waiting=[]), BOOK, [batch(3)]).due
    assert not since(run_of(waiting=[]), BOOK, [batch(3, "actions")]).due


def test_a_measurement_is_asked_for_once_with_what_the_last_one_was_asked():
    queue = FakeJobQueue(lambda: NOON)
    reader = Book(run_of(300, reference="Standard", limits={"budget": 5}), batch(3))
    number = queue_if_due(reader, queue, "ana")
    job = queue.job(number)
    assert (job.kind, job.who) == ("effects", "ana")
    assert job.payload == {"book": "own", "reference": "Standard", "limits": '{"budget": 5}'}
    assert queue_if_due(reader, queue, "ana") is None


def test_nothing_is_asked_for_where_nothing_was_measured_or_it_is_not_time():
    queue = FakeJobQueue(lambda: NOON)
    assert queue_if_due(Book(None, batch(3)), queue, "ana") is None
    assert queue_if_due(Book(run_of(5_000), batch(3)), queue, "ana") is None
    assert queue.recent() == []


def test_a_book_without_days_has_no_new_outcomes():
    from dataclasses import replace

    empty = replace(BOOK, days=(), payments_until=None)
    assert since(run_of(), empty, []).outcomes == 0
    assert since(run_of(), replace(BOOK, payments_until=date(2026, 10, 30)), []).outcomes == 0
