"""The worker claims, keeps alive, ends, and outlives every job."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from core.errors import Refused
from core.records import Job
from core.workflows.worker import work, work_once


class Queue:
    """One job, and what the worker says of it."""

    def __init__(self, kind: str = "count", *, alive: bool = True, busy_beats: int = 0) -> None:
        self.waiting = [Job(1, kind, {"to": 3}, "waiting", 0.0, "", None, "ann", 0, False, "2026-10-31", None, None)]
        self.alive = alive
        self.busy_beats = busy_beats
        self.beats: list[tuple[float, str]] = []
        self.ended: list[tuple] = []

    def claim(self, owner, lease_seconds):
        return self.waiting.pop() if self.waiting else None

    def heartbeat(self, job_id, owner, progress, message, lease_seconds):
        if self.busy_beats:
            self.busy_beats -= 1
            raise BlockingIOError("the store is busy")
        self.beats.append((progress, message))
        return self.alive

    def finish(self, job_id, owner, status, result, message):
        self.ended.append((job_id, owner, status, dict(result), message))
        return True


def once(queue: Queue, handler, faults: list[str] | None = None, **options) -> bool:
    report = (faults if faults is not None else []).append
    return work_once(queue, {"count": handler}, owner="w1", report=report, lease_seconds=0.3, **options)


def test_a_job_runs_once_and_its_result_is_kept():
    queue = Queue()
    assert once(queue, lambda job, progress: {"counted": job.payload["to"]})
    assert queue.ended == [(1, "w1", "done", {"counted": 3}, "done")]
    assert not once(queue, lambda job, progress: pytest.fail("there was no second job"))


def test_progress_reaches_the_queue():
    queue = Queue()

    def handler(job, progress):
        progress(0.5, "half way")
        deadline = time.monotonic() + 60
        while (0.5, "half way") not in queue.beats and time.monotonic() < deadline:
            time.sleep(0.01)
        return {}

    once(queue, handler)
    assert (0.5, "half way") in queue.beats


def silent_until(true: Callable[[], bool]):
    """A step that reports nothing until the beats have come, or half a minute is over."""

    def handler(job, progress):
        deadline = time.monotonic() + 30
        while not true() and time.monotonic() < deadline:
            time.sleep(0.01)
        return {}

    return handler


def test_a_silent_step_keeps_its_lease():
    queue = Queue()
    once(queue, silent_until(lambda: len(queue.beats) >= 3))
    assert len(queue.beats) >= 3


def test_a_busy_store_costs_a_beat_and_not_the_job():
    queue = Queue(busy_beats=2)
    once(queue, silent_until(lambda: bool(queue.beats)), busy=BlockingIOError)
    assert queue.ended[0][2] == "done"
    assert queue.beats


def test_a_cancelled_job_stops_at_its_next_report():
    queue = Queue(alive=False)

    def handler(job, progress):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            progress(0.1, "still going")
            time.sleep(0.01)
        return {}

    once(queue, handler)
    assert queue.ended[0][2] == "cancelled"
    assert queue.ended[0][4] == "stopped by a person; what was not finished was not stored"


def test_a_refusal_ends_the_job_with_its_remedy():
    queue = Queue()

    def handler(job, progress):
        raise Refused("The file is empty", remedy="Choose another.")

    once(queue, handler)
    assert queue.ended == [
        (1, "w1", "failed", {"refusal": "The file is empty. Choose another."}, "The file is empty. Choose another.")
    ]


def test_a_fault_is_logged_but_never_shown_and_the_worker_lives_on():
    queue, faults = Queue(), []
    once(queue, lambda job, progress: 1 / 0, faults)
    assert queue.ended[0][2] == "failed"
    assert "division" not in queue.ended[0][4]
    assert "ZeroDivisionError" in faults[0]


def test_work_nobody_knows_fails_with_its_name():
    queue = Queue("dance")
    once(queue, lambda job, progress: {})
    assert queue.ended[0][2:] == ("failed", {}, "there is no work called 'dance'")


def test_the_loop_ends_when_it_is_told_to():
    stop = threading.Event()
    queue = Queue()

    def handler(job, progress):
        stop.set()
        return {}

    work(queue, {"count": handler}, owner="w1", report=print, stop=stop, idle_seconds=0.01)
    assert queue.ended[0][2] == "done"


def test_work_that_waits_for_an_empty_queue_is_done_after_the_jobs_until_there_is_none_left():
    stop, order, left = threading.Event(), [], [True, True, False]
    queue = Queue()

    def idle():
        order.append("idle")
        more = left.pop(0)
        if not more:
            stop.set()
        return more

    def handler(job, progress):
        order.append("job")
        return {}

    work(queue, {"count": handler}, owner="w1", report=print, stop=stop, idle_seconds=0.01, when_idle=idle)
    assert order == ["job", "idle", "idle", "idle"]


def test_a_fault_in_idle_work_is_reported_once_and_the_worker_takes_the_next_job():
    stop, faults = threading.Event(), []
    queue = Queue()
    later = queue.waiting.pop()

    def idle():
        threading.Timer(0.1, lambda: queue.waiting.append(later)).start()
        return bool(1 / 0)

    def handler(job, progress):
        stop.set()
        return {}

    work(queue, {"count": handler}, owner="w1", report=faults.append, stop=stop, idle_seconds=0.01, when_idle=idle)
    assert queue.ended[0][2] == "done"
    assert len(faults) == 1
    assert "ZeroDivisionError" in faults[0]
