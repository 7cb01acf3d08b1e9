"""The durable queue between processes: nothing is claimed twice, lost by a kill, or waited for while the store is busy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import OperationalError

from db.engine import BUSY_SECONDS, open_store, writing
from db.jobs import SqlJobQueue

CLAIMER = """
import sys
from datetime import UTC, datetime
from db.engine import open_store
from db.jobs import SqlJobQueue
queue = SqlJobQueue(open_store(sys.argv[1]), lambda: datetime.now(UTC))
idle = 0
while idle < 20:
    job = queue.claim(sys.argv[2], 600)
    if job is None:
        idle += 1
    else:
        idle = 0
        print(job.id, flush=True)
        if sys.argv[3] == "finish":
            queue.finish(job.id, sys.argv[2], "done", {"by": sys.argv[2]}, "")
"""


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'jobs.db'}"


@pytest.fixture
def store(url):
    engine = open_store(url)
    yield engine
    engine.dispose()


@pytest.fixture
def queue(store):
    return SqlJobQueue(store, lambda: datetime.now(UTC))


def claimer(url: str, owner: str, end: str = "finish") -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", CLAIMER, url, owner, end], stdout=subprocess.PIPE, text=True)


def test_four_processes_never_get_the_same_job(url, queue):
    numbers = [queue.add("train", {}, "ana") for _ in range(24)]
    running = [claimer(url, f"w{n}") for n in range(4)]
    claimed = [int(line) for process in running for line in process.communicate(timeout=600)[0].split()]
    left = {job.id for job in queue.recent(100) if not job.is_over}
    assert Counter(claimed) == Counter(set(numbers) - left)
    assert left == set()


def test_eight_threads_never_get_the_same_job(queue):
    numbers = [queue.add("train", {}, "ana") for _ in range(16)]
    claimed: list[int] = []

    def claim_all(owner: str) -> None:
        while len(claimed) < len(numbers):
            job = queue.claim(owner, 600)
            if job is not None:
                claimed.append(job.id)

    threads = [threading.Thread(target=claim_all, args=(f"t{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert sorted(claimed) == numbers


def test_a_killed_worker_loses_its_lease_and_not_the_job(url, store):
    moment = datetime.now(UTC).timestamp()
    queue = SqlJobQueue(store, lambda: datetime.fromtimestamp(moment, UTC))
    number = queue.add("train", {}, "ana")
    process = claimer(url, "w1", "hang")
    assert process.stdout is not None
    assert process.stdout.readline().strip() == str(number)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=300)
    assert queue.claim("w2", 600) is None
    moment += 700
    assert queue.claim("w2", 600).id == number
    assert not queue.finish(number, "w1", "done", {}, "")
    assert queue.finish(number, "w2", "done", {}, "")


def test_while_another_writes_a_claim_and_a_heartbeat_come_back_soon(queue, store):
    number = queue.add("train", {}, "ana")
    assert queue.claim("w1", 600).id == number
    queue.add("undo", {}, "ana")
    with writing(store) as busy:
        busy.exec_driver_sql("SELECT 1")
        started = time.monotonic()
        assert queue.claim("w2", 600) is None
        assert queue.heartbeat(number, "w1", 0.5, "storing", 600)
        assert time.monotonic() - started < BUSY_SECONDS / 2  # a patient writer waits for all of them
    assert queue.job(number).progress == 0.0
    assert queue.claim("w2", 600) is not None


def test_what_a_person_asks_for_waits_for_the_lock(queue, store):
    number = queue.add("train", {}, "ana")
    locked, release = threading.Event(), threading.Event()

    def hold() -> None:
        with writing(store) as busy:
            busy.exec_driver_sql("SELECT 1")
            locked.set()
            release.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(10)
    threading.Timer(0.6, release.set).start()
    queue.cancel(number)
    holder.join(100)
    assert queue.job(number).status == "cancelled"


def test_a_broken_store_is_an_error_and_not_a_busy_one(queue, store):
    number = queue.add("train", {}, "ana")
    with writing(store) as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_more BEFORE UPDATE ON jobs BEGIN SELECT missing.x FROM missing; END"
        )
    with pytest.raises(OperationalError, match="no such table"):
        queue.claim("w1", 600)
    with pytest.raises(OperationalError, match="no such table"):
        queue.heartbeat(number, "w1", 0.5, "", 600)


def test_a_result_that_is_no_json_is_refused_before_it_is_stored(queue):
    number = queue.add("train", {}, "ana")
    queue.claim("w1", 600)
    with pytest.raises(ValueError, match="not JSON compliant"):
        queue.finish(number, "w1", "done", {"auc": float("nan")}, "")
    assert queue.job(number).status == "running"
