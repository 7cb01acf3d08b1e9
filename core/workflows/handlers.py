"""What the worker does for each kind of job, and the command line at once: which workflow, with which ports."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.ports import JobQueue, PortfolioReader, PortfolioWriter, Progress
from core.records import BookName, Job

if TYPE_CHECKING:
    from core.workflows.report import IngestReport, IngestRequest
    from core.workflows.worker import Handler


class Ports(Protocol):
    """One store as the composition root wires it."""

    def reader(self, book: BookName | None = None) -> PortfolioReader:
        """A reader of that book, or of the one on show."""

    @property
    def writer(self) -> PortfolioWriter:
        """Changes to the store."""

    @property
    def jobs(self) -> JobQueue:
        """The queue of the worker."""

    @property
    def data_dir(self) -> Path:
        """The folder for uploads in progress."""

    def today(self) -> date:
        """The day it is for the people who use it."""

    def clock(self) -> float:
        """Seconds, of whatever beginning."""


def handlers(ports: Ports) -> dict[str, Handler]:
    """By kind of job, what does it. What a job needs is imported when it runs, so that the others start at once."""
    from core.workflows.effects import in_short
    from core.workflows.policies import STRATEGY_DECISIONS
    from core.workflows.promote import DECISIONS
    from core.workflows.segments import segment_jobs

    return {
        "check": lambda job, progress: _ingest_job(ports, job, progress, dry_run=True),
        "ingest": lambda job, progress: _ingest_job(ports, job, progress, dry_run=False),
        "undo": lambda job, progress: undo_batch(ports, int(job.payload["batch"]), job.who),
        "redate": lambda job, progress: _redate(ports, job),
        **dict.fromkeys(("train", "recalibrate"), functools.partial(train_book, ports)),
        "sample": lambda job, progress: _load_sample(ports, job, progress),
        **dict.fromkeys(
            DECISIONS, lambda job, progress: decide_on_model(ports, job.kind, job.payload, job.who, progress)
        ),
        **segment_jobs(ports.reader, ports.writer, ports.today),
        "effects": lambda job, progress: in_short(measure_book(ports, job, progress)),
        **dict.fromkeys(STRATEGY_DECISIONS, lambda job, _: decide_on_strategies(ports, job.kind, job.payload, job.who)),
        **dict.fromkeys(("plan-trial", "decide-trial"), lambda job, _: decide_on_trial(ports, job)),
    }


def measure_book(ports: Ports, job: Job, told: Progress, asked: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """Measure what works in a book, while no other measurement of it runs; `asked` instead of the job's payload."""
    from core.workflows import alone, effects

    said = job.payload if asked is None else asked
    book = said.get("book") or ports.reader().book().name
    alone.measure_alone(ports.jobs, job, book)
    return effects.run(
        ports.reader(book), ports.writer, effects.Asked.of(said), today=ports.today(), who=job.who, progress=told, clock=ports.clock
    )  # fmt: skip


def decide_on_strategies(ports: Ports, what: str, said: Mapping[str, Any], who: str) -> Mapping[str, Any]:
    """What a person decided about strategies, on the book on show (core.workflows.policies)."""
    from core.workflows.policies import decided

    return decided(what, said, reader=ports.reader(), writer=ports.writer, today=ports.today(), who=who)


def ingest_file(ports: Ports, request: IngestRequest, who: str, progress: Progress) -> IngestReport:
    """Check or load a file into the book it was meant for (core.workflows.ingest)."""
    from core.workflows.ingest import ingest

    reader = ports.reader(request.book)
    return ingest(request, reader=reader, writer=ports.writer, today=ports.today(), who=who, progress=progress)


def ingest_here(
    ports: Ports, request: IngestRequest, who: str, progress: Progress, *, rejects_into: Path, log: Callable[[str], None]
) -> tuple[dict[str, Any], str]:  # fmt: skip
    """Check or load a file for a person at a terminal, its rejects written as a CSV into a folder. Strategies are asked to be measured
    again where the file brought what it takes.

    Args:
        log: told where that CSV cannot be written.

    Returns:
        What became of the file: `IngestReport.as_json`, measure_job (the number of the measurement that waits since, None for none);
        and in sentences.
    """
    from core.workflows.report import write_rejects

    report = ingest_file(ports, request, who, progress)
    result = report.as_json()
    result["measure_job"] = _measure_if_due(ports, report.status, request.book, who)
    if report.rejects:
        rejects_file = write_rejects(request.path, report, rejects_into, log)
        result["rejects_file"] = None if rejects_file is None else str(rejects_file)
    return result, report.as_text(result["rejects_file"], result["measure_job"])


def undo_batch(ports: Ports, batch: int, who: str) -> Mapping[str, Any]:
    """Take a batch back, in the book that it is in. Raises UnknownBatch."""
    from core.workflows.batches import undo

    reader = ports.reader(ports.reader().batch(batch).book)
    return undo(batch, reader=reader, writer=ports.writer, today=ports.today(), who=who)


def train_book(
    ports: Ports, job: Job, told: Progress, because: str = "", first: Callable[[], object] = lambda: None
) -> Mapping[str, Any]:
    """Train or recalibrate on the book on show, while no other training of it runs; `first` is done before."""
    from core.workflows import alone, recalibrate, train

    book = ports.reader().book().name
    alone.train_alone(ports.jobs, job, book)
    first()
    work: Callable[..., Mapping[str, Any]] = train.train
    if job.kind == "recalibrate":
        work = functools.partial(recalibrate.recalibrate, because=because or str(job.payload.get("because", "")))
    return work(ports.reader(book), ports.writer, today=ports.today(), who=job.who, progress=told)


def decide(ports: Ports, what: str, said: Mapping[str, Any], who: str, progress: Progress) -> Mapping[str, Any]:
    """Carry out at once what a person at a terminal decided about models or strategies."""
    from core.workflows.policies import STRATEGY_DECISIONS

    if what in STRATEGY_DECISIONS:
        return decide_on_strategies(ports, what, said, who)
    return decide_on_model(ports, what, said, who, progress)


def decide_on_model(
    ports: Ports, what: str, said: Mapping[str, Any], who: str, progress: Progress
) -> Mapping[str, Any]:
    """Carry out what a person decided about the models of the book on show (core.workflows.promote)."""
    from core.workflows.promote import decided

    return decided(
        what, said, reader=ports.reader(), writer=ports.writer, today=ports.today(), who=who, progress=progress
    )


def decide_on_trial(ports: Ports, job: Job) -> Mapping[str, Any]:
    """Register a trial, or close one: the payload holds its plan, or its name and whether it is stopped before its end; and why."""
    from core.workflows.trials import decide_trial, register_trial

    given: dict[str, Any] = {"reader": ports.reader(), "writer": ports.writer, "today": ports.today(), "who": job.who}
    because = str(job.payload.get("because") or "")
    if job.kind == "plan-trial":
        return register_trial(job.payload["plan"], why=because, **given)
    return decide_trial(str(job.payload["trial"]), because=because, stop=bool(job.payload.get("stop")), **given)


def _ingest_job(ports: Ports, job: Job, progress: Progress, *, dry_run: bool) -> Mapping[str, Any]:
    from core.workflows.jobs import ingest_job

    load = functools.partial(ingest_file, ports, who=job.who, progress=progress)
    result = ingest_job(job, load, uploads=ports.data_dir, dry_run=dry_run)
    _measure_if_due(ports, result["status"], job.payload.get("book") or "own", job.who)
    return result


def _measure_if_due(ports: Ports, status: str, book: BookName, who: str) -> int | None:
    """After a file was stored, ask for a measurement where enough came in; returns the job."""
    from core.workflows.effects_since import queue_if_due

    return queue_if_due(ports.reader(book), ports.jobs, who) if status == "committed" else None


def _redate(ports: Ports, job: Job) -> Mapping[str, Any]:
    from core.workflows.batches import redate

    batch, as_of = int(job.payload["batch"]), date.fromisoformat(job.payload["as_of"])
    reader = ports.reader(ports.reader().batch(batch).book)
    return redate(batch, as_of, reader=reader, writer=ports.writer, today=ports.today(), who=job.who)


def _load_sample(ports: Ports, job: Job, progress: Progress) -> Mapping[str, Any]:
    from core.workflows.alone import train_alone
    from core.workflows.sample import load_sample

    train_alone(ports.jobs, job, "sample")
    return load_sample(
        reader=ports.reader("sample"), ingest=lambda request: ingest_file(ports, request, job.who, lambda *_: None),
        writer=ports.writer, folder=ports.data_dir, today=ports.today(), who=job.who, progress=progress,
        show=bool(job.payload.get("show")),
    )  # fmt: skip
