"""What every JobQueue does, whoever keeps the jobs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from db.jobs import SqlJobQueue
from tests.fakes import FakeJobQueue
from tests.new_store import new_store

LEASE = 60.0


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["fake", "sql"])
def queue(request, clock, tmp_path):
    if request.param == "fake":
        yield FakeJobQueue(clock)
        return
    engine = new_store(tmp_path / "jobs.db")
    yield SqlJobQueue(engine, clock)
    engine.dispose()


def test_a_new_job_waits_as_it_was_told(queue):
    number = queue.add("ingest", {"path": "ü.csv", "rows": 3}, "ana")
    job = queue.job(number)
    assert (job.kind, job.payload, job.status, job.who) == ("ingest", {"path": "ü.csv", "rows": 3}, "waiting", "ana")
    assert (job.progress, job.attempts, job.result, job.is_over) == (0.0, 0, None, False)
    assert job.created_at == "2026-11-20T12:00:00+00:00"


def test_there_is_nothing_to_claim_in_an_empty_queue(queue):
    assert queue.claim("w1", LEASE) is None
    assert queue.job(1) is None


def test_the_oldest_waiting_job_is_claimed_first_and_once(queue):
    first, second = queue.add("train", {}, "ana"), queue.add("undo", {}, "ana")
    claimed = queue.claim("w1", LEASE)
    assert (claimed.id, claimed.status, claimed.attempts) == (first, "running", 1)
    assert queue.claim("w2", LEASE).id == second
    assert queue.claim("w3", LEASE) is None


def test_recent_jobs_are_newest_first(queue):
    numbers = [queue.add("train", {}, "ana") for _ in range(3)]
    assert [job.id for job in queue.recent(2)] == numbers[:0:-1]


def test_a_heartbeat_reports_progress_and_keeps_the_lease(queue, clock):
    number = queue.add("train", {}, "ana")
    queue.claim("w1", LEASE)
    clock.passes(50)
    assert queue.heartbeat(number, "w1", 0.4, "fitting", LEASE)
    clock.passes(50)
    assert queue.claim("w2", LEASE) is None
    assert (queue.job(number).progress, queue.job(number).message) == (0.4, "fitting")


def test_progress_stays_between_nothing_and_everything(queue):
    number = queue.add("train", {}, "ana")
    queue.claim("w1", LEASE)
    queue.heartbeat(number, "w1", 1.7, "", LEASE)
    assert queue.job(number).progress == 1.0


def test_an_expired_lease_is_taken_over_and_the_old_owner_changes_nothing(queue, clock):
    number = queue.add("train", {}, "ana")
    queue.claim("w1", LEASE)
    clock.passes(LEASE + 1)
    taken = queue.claim("w2", LEASE)
    assert (taken.id, taken.attempts) == (number, 2)
    assert not queue.heartbeat(number, "w1", 0.9, "late", LEASE)
    assert not queue.finish(number, "w1", "done", {"from": "w1"}, "late")
    assert (queue.job(number).status, queue.job(number).message, queue.job(number).result) == ("running", "", None)
    assert queue.finish(number, "w2", "done", {"from": "w2"}, "done")
    assert queue.job(number).result == {"from": "w2"}


def test_an_owner_whose_lease_ran_out_unnoticed_may_still_finish(queue, clock):
    number = queue.add("train", {}, "ana")
    queue.claim("w1", LEASE)
    clock.passes(LEASE + 1)
    assert queue.finish(number, "w1", "done", {}, "done")
    assert queue.claim("w2", LEASE) is None


def test_an_end_is_an_end(queue, clock):
    number = queue.add("train", {}, "ana")
    queue.claim("w1", LEASE)
    clock.passes(5)
    assert queue.finish(number, "w1", "failed", {"why": "broken"}, "broken")
    job = queue.job(number)
    assert (job.status, job.message, job.result, job.is_over) == ("failed", "broken", {"why": "broken"}, True)
    assert (job.started_at, job.finished_at) == ("2026-11-20T12:00:00+00:00", "2026-11-20T12:00:05+00:00")
    assert not queue.finish(number, "w1", "done", {}, "again")
    queue.cancel(number)
    assert queue.job(number).status == "failed"


def test_a_job_that_is_done_is_whole(queue):
    number = queue.add("train", {}, "ana")
    queue.claim("w1", LEASE)
    queue.finish(number, "w1", "done", {}, "")
    assert queue.job(number).progress == 1.0


def test_a_job_cannot_end_as_something_else(queue):
    number = queue.add("train", {}, "ana")
    queue.claim("w1", LEASE)
    with pytest.raises(ValueError, match="not as 'paused'"):
        queue.finish(number, "w1", "paused", {}, "")


def test_a_job_claimed_three_times_without_an_end_fails(queue, clock):
    number, bystander = queue.add("train", {}, "ana"), queue.add("undo", {}, "ana")
    for owner in ("w1", "w2", "w3"):
        assert queue.claim(owner, LEASE).id == number
        clock.passes(LEASE + 1)
    assert queue.claim("w4", LEASE).id == bystander
    job = queue.job(number)
    assert (job.status, job.attempts) == ("failed", 3)
    assert job.message == "Given up: it was started 3 times and never came to an end."


def test_a_waiting_job_is_cancelled_at_once(queue):
    number, bystander = queue.add("train", {}, "ana"), queue.add("undo", {}, "ana")
    queue.cancel(number)
    assert (queue.job(number).status, queue.job(bystander).status) == ("cancelled", "waiting")
    assert queue.claim("w1", LEASE).id == bystander


def test_a_running_job_is_asked_to_stop_and_ends_when_its_owner_says_so(queue):
    number = queue.add("train", {}, "ana")
    queue.claim("w1", LEASE)
    queue.cancel(number)
    assert (queue.job(number).status, queue.job(number).cancel) == ("running", True)
    assert not queue.heartbeat(number, "w1", 0.5, "", LEASE)
    assert queue.finish(number, "w1", "cancelled", {}, "stopped")
    assert queue.job(number).status == "cancelled"


def test_a_cancelled_job_whose_owner_died_is_not_started_again(queue, clock):
    number = queue.add("train", {}, "ana")
    queue.claim("w1", LEASE)
    queue.cancel(number)
    clock.passes(LEASE + 1)
    assert queue.claim("w2", LEASE) is None
    assert queue.job(number).status == "cancelled"


def test_cancelling_what_is_not_there_changes_nothing(queue):
    queue.cancel(99)
    assert queue.recent() == []


def test_a_job_that_its_caller_runs_is_running_from_its_start_and_no_worker_takes_it(queue, clock):
    job = queue.begin("train", {"for": "own"}, "ana", "terminal", LEASE)
    assert (job.status, job.who, job.payload, job.started_at) == (
        "running",
        "ana",
        {"for": "own"},
        "2026-11-20T12:00:00+00:00",
    )
    bystander = queue.add("undo", {}, "ben")
    assert queue.claim("w1", LEASE).id == bystander
    clock.passes(50)
    assert queue.heartbeat(job.id, "terminal", 0.4, "training", LEASE)
    queue.finish(bystander, "w1", "done", {}, "")
    clock.passes(50)
    assert queue.claim("w1", LEASE) is None
    assert queue.job(job.id).status == "running"
    assert queue.finish(job.id, "terminal", "done", {"model": 1}, "done")
    assert queue.job(job.id).result == {"model": 1}


def test_a_job_whose_caller_died_fails_and_says_so(queue, clock):
    job = queue.begin("train", {}, "ana", "terminal", LEASE)
    clock.passes(LEASE + 1)
    assert queue.claim("w1", LEASE) is None
    assert (queue.job(job.id).status, queue.job(job.id).message) == (
        "failed", "Its process ended before it did; what was not finished was not stored.",
    )  # fmt: skip


def test_what_one_job_holds_another_does_not_get_until_it_is_over(queue):
    first, second = (queue.begin("train", {}, who, who, LEASE) for who in ("ana", "ben"))
    assert queue.hold(first.id, "train own") is None
    assert queue.hold(first.id, "train own") is None  # again is no harm
    assert queue.hold(second.id, "train sample") is None
    other = queue.begin("train", {}, "cem", "cem", LEASE)
    assert queue.hold(other.id, "train own").id == first.id
    assert queue.hold(second.id, "train own").who == "ana"
    queue.finish(first.id, "ana", "failed", {}, "")
    assert queue.hold(other.id, "train own") is None
    assert queue.hold(second.id, "train own").id == other.id


def test_what_a_dead_job_held_is_free_once_its_lease_ran_out_and_its_next_owner_asks_anew(queue, clock):
    number = queue.add("train", {}, "ana")
    queue.claim("w1", LEASE)
    assert queue.hold(number, "train own") is None
    clock.passes(LEASE + 1)
    other = queue.begin("train", {}, "ben", "terminal", LEASE)
    assert queue.hold(other.id, "train own") is None
    assert queue.claim("w2", LEASE).id == number
    assert queue.hold(number, "train own").id == other.id
    queue.finish(other.id, "terminal", "done", {}, "")
    assert queue.hold(number, "train own") is None


def test_of_many_that_ask_at_once_one_holds_it(queue):
    asking = [queue.begin("train", {}, f"w{n}", f"w{n}", LEASE) for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda job: queue.hold(job.id, "train own"), asking))
    assert sum(other is None for other in told) == 1
    assert len({other.id for other in told if other is not None}) == 1
