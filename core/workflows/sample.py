"""The sample book: written as CSV files, and brought in through the same path as anybody's files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from core.errors import FileRefused
from core.ports import JobQueue, PortfolioReader, PortfolioWriter, Progress
from core.records import Book
from core.synthetic import MANIFEST, SampleFile, generate, manifest, write_files
from core.workflows.report import IngestReport, IngestRequest
from core.workflows.sample_history import SampleHistory

SEED = 7
LOANS, MONTHS = 6000, 27
LOADED = 0.65
"""The part of the whole that loading the months is; with the book on show, the newest training follows."""
_ARRIVAL = ("payments", "actions", "portfolio")  # the portfolio last: it scores with the month's payments in the store


def write_sample(
    out: Path, *, loans: int, months: int, seed: int, last_month_end: date | None = None
) -> tuple[dict[str, Any], str]:
    """Write the sample book's CSV files and manifest.json into a folder, made where missing.

    Returns:
        files (how many), out, loans, months, seed; and a sentence. The same arguments give the same bytes.

    Raises:
        FileRefused: the folder cannot be written.
    """
    files = _files(loans=loans, months=months, seed=seed, last_month_end=last_month_end)
    try:
        written = _write(out, files)
        (out / MANIFEST).write_text(manifest(files), encoding="utf-8", newline="")
    except OSError as error:
        raise FileRefused(f"{out} cannot be written: {error.strerror}", remedy="Choose another --out.") from None
    told = {"files": len(written), "out": str(out), "loans": loans, "months": months, "seed": seed}
    return told, f"{len(written)} files written to {out}; manifest.json lists them in the order they arrived."


def queue_if_new(book: Book, queue: JobQueue) -> bool:
    """Ask for the sample book where a store is new: nothing is in it, nobody hid the sample, and no load of it waits or runs.

    Returns:
        Whether it was asked for.
    """
    loading = any(job.kind == "sample" and not job.is_over for job in queue.recent())
    if not book.is_empty or book.sample_hidden or loading:
        return False
    queue.add("sample", {}, "Recoup")
    return True


def load_sample(
    *,
    reader: PortfolioReader,
    ingest: Callable[[IngestRequest], IngestReport],
    writer: PortfolioWriter,
    folder: Path,
    today: date,
    who: str,
    progress: Progress,
    show: bool = False,
) -> dict[str, Any]:
    """Bring the sample book into the store and put it on show where no own book is stored, or where `show` asks for it.

    It comes with the past that a lender would have: segments fitted again, a score trained on the way and monitored from
    then on (see `core.workflows.sample_history`). The book is on show as soon as its months are loaded; the newest training
    follows. A load that was cut short goes on where it stopped: files that are in already are recognised by their content.

    Args:
        reader: opened on the sample book.
        ingest: the ingest workflow, wired to the store.
        folder: where the files are written meanwhile.
        today: the newest month-end of the sample is the last one whose files would have arrived.

    Returns:
        batches (committed now), files.
    """
    target = folder / "sample-being-loaded"
    progress(0.01, "making the sample book")
    made = _files(loans=LOANS, months=MONTHS, seed=SEED, last_month_end=_newest_month_end(today))
    files = sorted(made, key=lambda file: (file.received_on, _ARRIVAL.index(file.kind)))
    paths = _write(target, files)
    history, months, committed = SampleHistory(reader, writer), 0, 0
    for position, (file, path) in enumerate(zip(files, paths, strict=True)):
        step = _part(progress, 0.1 + LOADED * position / len(files), LOADED / len(files))
        step(0, f"sample book: {file.filename}")
        report = ingest(_request(file, path))
        if report.refusal is not None:
            raise report.refusal
        committed += report.status == "committed"
        if file.kind == "portfolio":
            months += 1
            history.month_arrived(months, file, step)
    shutil.rmtree(target)
    if show or not reader.book().own_stored:
        with writer.unit("sample", kind="show", known_on=today, who=who, note="sample book") as unit:
            unit.show("sample")
    history.newest_month(files[-1], _part(progress, 0.1 + LOADED, 0.89 - LOADED))
    return {"batches": committed, "files": len(files)}


def _part(progress: Progress, start: float, length: float) -> Progress:
    """The progress of a step within the whole."""
    return lambda share, words: progress(start + length * share, words)


def _newest_month_end(today: date) -> date:
    """The newest month-end whose files have arrived by `today` (they come on the third day after it)."""
    return (today - timedelta(days=3)).replace(day=1) - timedelta(days=1)


def _files(*, loans: int, months: int, seed: int, last_month_end: date | None) -> list[SampleFile]:
    newest = {} if last_month_end is None else {"last_month_end": last_month_end}
    return list(write_files(generate(seed, loans, months, **newest)))


def _write(out: Path, files: list[SampleFile]) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / file.filename for file in files]
    for file, path in zip(files, paths, strict=True):
        path.write_text(file.text, encoding="utf-8", newline="")
    return paths


def _request(file: SampleFile, path: Path) -> IngestRequest:
    return IngestRequest(
        path=path,
        filename=file.filename,
        kind=file.kind,
        as_of=file.as_of,
        received_on=file.received_on,
        book="sample",
        show=False,
    )
