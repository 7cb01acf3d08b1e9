"""One training of a book at a time: the second is refused in words, and what it would have changed stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Refused
from core.workflows.alone import train_alone
from core.workflows.worker import run_here, work_once
from tests.fakes import FakeJobQueue

NOON = datetime(2026, 11, 20, 12, 5, tzinfo=UTC)


@pytest.fixture
def queue():
    return FakeJobQueue(lambda: NOON)


def test_a_second_training_is_told_which_runs_since_when_and_what_to_do(queue):
    first = queue.begin("train", {}, "ana", "a terminal", 60)
    train_alone(queue, first, "own")
    second = queue.begin("train", {}, "ben", "another", 60)
    train_alone(queue, second, "sample")  # of another book
    with pytest.raises(Refused) as told:
        train_alone(queue, second, "own")
    assert str(told.value) == (
        "A training of this book is at work since 20 Nov 2026, 12:05 UTC (job 1, asked for by ana). "
        "Wait until it is over, or stop it on the page Batches; then train again. Nothing was changed."
    )


def test_the_loading_of_the_sample_book_is_named_as_what_it_is(queue):
    queue.add("sample", {}, "Recoup")
    loading = queue.claim("w1", 60)
    train_alone(queue, loading, "sample")
    with pytest.raises(
        Refused, match=r"The sample book is being loaded, which trains it, since 20 Nov 2026, 12:05 UTC \(job 1"
    ):
        train_alone(queue, queue.begin("train", {}, "ben", "another", 60), "sample")


def here(queue, handler, told=lambda *_: None):
    return run_here(queue, "train", handler, who="ana", owner="a terminal", told=told)


def test_what_is_run_here_is_a_job_that_everybody_sees(queue):
    told = []

    def handler(job, progress):
        assert queue.job(job.id).status == "running"
        progress(0.5, "half way")
        return {"model": 7}

    assert here(queue, handler, lambda *words: told.append(words)) == {"model": 7}
    job = queue.job(1)
    assert (job.kind, job.who, job.status, job.result, told) == (
        "train",
        "ana",
        "done",
        {"model": 7},
        [(0.5, "half way")],
    )


def test_a_refusal_and_a_fault_end_the_job_and_reach_the_caller(queue):
    def refuses(job, progress):
        raise Refused("The file is empty", remedy="Choose another.")

    with pytest.raises(Refused, match="The file is empty"):
        here(queue, refuses)
    with pytest.raises(ZeroDivisionError):
        here(queue, lambda job, progress: 1 / 0)
    assert [(job.status, job.message) for job in queue.recent()[::-1]] == [
        ("failed", "The file is empty. Choose another."),
        ("failed", "stopped before its end; what was not finished was not stored"),
    ]


def test_a_person_may_stop_what_runs_at_a_terminal(queue):
    def handler(job, progress):
        queue.cancel(job.id)
        while True:
            progress(0.1, "training")

    with pytest.raises(Refused, match="A person stopped it"):
        here(queue, handler)
    assert queue.job(1).status == "cancelled"


def test_the_worker_refuses_a_training_while_a_terminal_trains_and_does_the_next_one(queue):
    terminal = queue.begin("train", {}, "ana", "a terminal", 60)
    train_alone(queue, terminal, "own")
    trained = []

    def handler(job, progress):
        train_alone(queue, job, "own")
        trained.append(job.id)
        return {}

    def asked() -> int:
        number = queue.add("train", {}, "ben")
        assert work_once(queue, {"train": handler}, owner="w1", report=pytest.fail)
        return number

    refused = queue.job(asked())
    assert (refused.status, trained) == ("failed", [])
    assert "asked for by ana" in refused.message
    queue.finish(terminal.id, "a terminal", "done", {}, "")
    assert trained == [asked()]


def test_the_lock_of_a_process_that_died_runs_out(queue):
    moments = [NOON]
    queue = FakeJobQueue(lambda: moments[-1])
    train_alone(queue, queue.begin("train", {}, "ana", "a terminal", 60), "own")
    moments.append(NOON + timedelta(seconds=61))
    train_alone(queue, queue.begin("train", {}, "ben", "another", 60), "own")
