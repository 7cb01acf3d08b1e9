"""One training of a book, and one measurement of it, at a time: two would learn from the same rows, each against what the other may replace."""

from __future__ import annotations

from core.errors import Refused
from core.ports import JobQueue
from core.records import BookName, Job
from core.wording import dated

_WORDS = {"sample": "The sample book is being loaded, which trains it,"}


def train_alone(queue: JobQueue, job: Job, book: BookName) -> None:
    """Keep other trainings of a book away as long as a job runs; the lock of a process that died runs out with its lease.

    Args:
        job: the job that is about to train, running.
        book: the book it trains on.

    Raises:
        Refused: another job trains on it: which, since when, who asked for it, and what to do.
    """
    _alone(queue, job, f"train {book}", "A training of this book", "train")


def measure_alone(queue: JobQueue, job: Job, book: BookName) -> None:
    """Keep other measurements of what works in a book away as long as a job runs. Raises Refused as `train_alone` does."""
    _alone(queue, job, f"measure {book}", "A measurement of what works in this book", "measure")


def _alone(queue: JobQueue, job: Job, what: str, doing: str, again: str) -> None:
    other = queue.hold(job.id, what)
    if other is None:
        return
    began = other.started_at or other.created_at
    since = f"since {dated(began[:10])}, {began[11:16]} UTC (job {other.id}, asked for by {other.who})"
    raise Refused(
        f"{_WORDS.get(other.kind, f'{doing} is at work')} {since}",
        remedy=f"Wait until it is over, or stop it on the page Batches; then {again} again. Nothing was changed.",
    )
