"""The worker's loop: claim a job, keep its lease alive while it runs, end it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.errors import JobCancelled, Refused, trace_without_data
from core.ports import JobQueue, Progress
from core.records import Job


class Process(Protocol):
    """A process as `subprocess.Popen` tells it."""

    @property
    def returncode(self) -> int | None:
        """Its exit code; None while it runs."""

    def poll(self) -> int | None:
        """Look whether it ended."""

    def terminate(self) -> None:
        """Ask it to end."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""


Handler = Callable[[Job, Progress], Mapping[str, Any]]
Report = Callable[[str], None]
WhenIdle = Callable[[], bool]
LEASE_SECONDS = 60.0
STOPPED = "stopped by a person; what was not finished was not stored"
PAUSE_SECONDS = 1.0
"""How long a worker that ended by itself is not replaced."""
SHY_SECONDS = 5.0
"""How long the worker leaves a store alone that could not be read or written."""


@dataclass
class _Heart:
    """Beats from its own thread, so that a long silent step keeps its lease; the work only notes how far it is.

    A beat that the store cannot take now (it is busy with this very job's transaction) is not a loss: the next one is.
    """

    queue: JobQueue
    job_id: int
    owner: str
    lease_seconds: float
    busy: type[Exception] | tuple[type[Exception], ...]

    def __post_init__(self) -> None:
        self._told = (0.0, "starting")
        self._stop_asked = threading.Event()
        self._over = threading.Event()
        self._changed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"heart-{self.job_id}", daemon=True)

    def __enter__(self) -> _Heart:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._changed.set()
        self._thread.join()

    def tell(self, share: float, message: str) -> None:
        """The `Progress` of a job. Raises JobCancelled once a person asked for it to stop; at 1 it is done, and too late."""
        self._told = (share, message)
        self._changed.set()
        if share < 1 and self._stop_asked.is_set():
            raise JobCancelled

    def _run(self) -> None:
        while not self._over.is_set():
            share, message = self._told
            try:
                if not self.queue.heartbeat(self.job_id, self.owner, share, message, self.lease_seconds):
                    self._stop_asked.set()
            except self.busy:
                pass
            self._changed.wait(self.lease_seconds / 6)
            self._changed.clear()


def run_here(
    queue: JobQueue,
    kind: str,
    handler: Handler,
    *,
    who: str,
    owner: str,
    told: Progress,
    busy: type[Exception] | tuple[type[Exception], ...] = (),
    lease_seconds: float = LEASE_SECONDS,
) -> Mapping[str, Any]:
    """Run a job in this process and at once, as a job of the queue that everybody sees and a person may stop.

    Args:
        handler: what to do; whatever it raises is raised here, and the job ends with it.
        told: the progress of the person who waits, beside the queue's.

    Raises:
        Refused: by the handler; or a person stopped it.
    """
    job = queue.begin(kind, {}, who, owner, lease_seconds)
    status: str = "failed"
    result: Mapping[str, Any] = {}
    message = "stopped before its end; what was not finished was not stored"
    try:
        with _Heart(queue, job.id, owner, lease_seconds, busy) as heart:

            def progress(share: float, words: str) -> None:
                told(share, words)
                heart.tell(share, words)

            result = handler(job, progress)
        status, message = "done", "done"
    except JobCancelled:
        status, message = "cancelled", STOPPED
        raise Refused("A person stopped it", remedy="What was not finished was not stored; ask again.") from None
    except Refused as refusal:
        result, message = {"refusal": str(refusal)}, str(refusal)
        raise
    finally:
        queue.finish(job.id, owner, status, result, message)
    return result


def work_once(
    queue: JobQueue,
    handlers: Mapping[str, Handler],
    *,
    owner: str,
    report: Report,
    busy: type[Exception] | tuple[type[Exception], ...] = (),
    lease_seconds: float = LEASE_SECONDS,
) -> bool:
    """Claim and run the oldest job; False when there is none.

    Args:
        handlers: what each kind of job does; a job of another kind fails with that said.
        owner: this worker's name; a job whose lease another worker took is left to it.
        report: told of a fault of ours, with its traceback.
        busy: what the queue raises when the store cannot be written now.
    """
    job = queue.claim(owner, lease_seconds)
    if job is None:
        return False
    with _Heart(queue, job.id, owner, lease_seconds, busy) as heart:
        status, result, message = _run(job, handlers, heart.tell, report)
    queue.finish(job.id, owner, status, result, message)
    return True


def _run(
    job: Job, handlers: Mapping[str, Handler], progress: Progress, report: Report
) -> tuple[str, Mapping[str, Any], str]:
    handler = handlers.get(job.kind)
    if handler is None:
        return "failed", {}, f"there is no work called '{job.kind}'"
    try:
        return "done", handler(job, progress), "done"
    except JobCancelled:
        return "cancelled", {}, STOPPED
    except Refused as refusal:
        return "failed", {"refusal": str(refusal)}, str(refusal)
    except Exception as fault:  # the worker must outlive any one job
        report(trace_without_data(fault))
        return (
            "failed",
            {},
            "a fault in Recoup stopped this job; what was not finished was not stored. The log of the worker has the details.",
        )


def work(
    queue: JobQueue,
    handlers: Mapping[str, Handler],
    *,
    owner: str,
    report: Report,
    stop: threading.Event,
    busy: type[Exception] | tuple[type[Exception], ...] = (),
    idle_seconds: float = 0.5,
    when_idle: WhenIdle = lambda: False,
) -> None:
    """Run jobs until `stop` is set. A store that fails between jobs (its disk is full) is reported and tried again:
    the lease of a job that could not be ended runs out, and the job is claimed anew.

    Args:
        when_idle: work that waits for an empty queue; answers whether there was any. A fault in it is reported once,
            and it rests until another job has run.
    """
    kinds: tuple[type[Exception], ...] = (Refused, *(busy if isinstance(busy, tuple) else (busy,)))
    rests = False
    while not stop.is_set():
        try:
            worked = work_once(queue, handlers, owner=owner, report=report, busy=busy)
            rests = rests and not worked
            if not worked and not rests:
                worked, rests = _idle(when_idle, report, kinds)
        except kinds as failed:
            report(str(failed) if isinstance(failed, Refused) else trace_without_data(failed))
            stop.wait(SHY_SECONDS)
        else:
            if not worked:
                stop.wait(idle_seconds)


def _idle(when_idle: WhenIdle, report: Report, kinds: tuple[type[Exception], ...]) -> tuple[bool, bool]:
    """Whether there was work, and whether a fault in it asks for rest; what the store cannot take now is raised."""
    try:
        return when_idle(), False
    except kinds:
        raise
    except Exception as fault:  # the worker must outlive it
        report(trace_without_data(fault))
        return False, True


def keep_running(start: Callable[[], Process], over: threading.Event, report: Report) -> None:
    """A worker beside the server, and another where one ended before its time; its jobs are taken up where it left them.

    Args:
        start: begins a worker in a process of its own.
        over: once it is set, the worker is ended.
        report: told where another is started.
    """
    while not over.is_set():
        worker = start()
        while worker.poll() is None and not over.wait(0.5):
            pass
        if over.is_set():
            worker.terminate()
            worker.wait(timeout=10)
        else:
            report(f"The worker ended by itself (exit code {worker.returncode}); another is started.")
            over.wait(PAUSE_SECONDS)
