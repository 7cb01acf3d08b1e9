"""Bring a file in: check it, store it, score it, all or nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from core.columns import Kind
from core.errors import DuplicateBatch, FileRefused, Refused
from core.intake.map import Resolution, guess_kind, resolve
from core.intake.read import read_blocks
from core.intake.sniff import Dialect, sniff_file
from core.intake.validate import Checked, validate
from core.ports import PortfolioReader, PortfolioWriter, Progress
from core.records import Batch, NewBatch
from core.wording import agree, counted, dated
from core.workflows.fit import fitting, flagged
from core.workflows.monitor import monitor_unit
from core.workflows.refresh import score_unit
from core.workflows.report import IngestReport, IngestRequest, Status


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A file that could be read and understood, with its rows checked."""

    header: tuple[str, ...]
    kind: Kind
    sha256: str
    resolution: Resolution
    checked: Checked
    as_of: date | None
    as_of_assumed: bool


def ingest(
    request: IngestRequest,
    *,
    reader: PortfolioReader,
    writer: PortfolioWriter,
    today: date,
    who: str,
    progress: Progress,
) -> IngestReport:
    """Check a file and, unless it is a dry run, store and score it in one revision of the book.

    Args:
        request: the file and its circumstances.
        reader: opened on `request.book`.
        today: the day of the call; a portfolio without any date takes `received_on`, else this.

    Returns:
        A report; a file that cannot be taken (also one received on a day to come) gives status "refused" with the remedy, never an exception.
    """
    sheet: _Sheet | None = None
    dialect: Dialect | None = None
    try:
        _refuse_future(request, today)
        progress(0.02, "reading")
        sha256 = digest(request.path)
        earlier = reader.live_batch_with(sha256, request.book)
        if earlier is not None:
            return _duplicate(request, earlier)
        dialect = sniff_file(request.path, encoding=request.encoding)
        sheet = _check(request, dialect, sha256, today, progress)
        sheet = replace(sheet, checked=flagged(sheet.checked, reader))
        _refuse_bad_rows(sheet.checked, request)
        sheet = replace(sheet, checked=fitting(sheet.checked, request, reader))
    except Refused as refusal:
        if sheet is None:
            header = dialect.header if dialect else ()
            return IngestReport("refused", None, request.kind, request.filename, header=header, refusal=refusal)
        return _refused(request, sheet, refusal, writer, today, who)
    if request.dry_run:
        return _report("dry-run", None, request, sheet)
    return _store(request, sheet, reader, writer, today, who, progress)


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal. Raises FileRefused where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileRefused(
            f"{path.name} cannot be read: {error.strerror or error}", remedy="Check the name and that you may read it."
        ) from None


def _refuse_future(request: IngestRequest, today: date) -> None:
    if request.received_on is not None and request.received_on > today:
        raise FileRefused(
            f"{request.filename} cannot have been received on {dated(request.received_on)}: today is {dated(today)}",
            remedy="Give the day it came, or leave it out for today.",
        )


def _check(request: IngestRequest, dialect: Dialect, sha256: str, today: date, progress: Progress) -> _Sheet:
    kind = request.kind or guess_kind(dialect.header, request.mapping)
    resolution = resolve(dialect.header, kind, request.mapping)
    progress(0.1, "checking rows")
    received_on = request.received_on or today
    undated = kind == "portfolio" and "as_of" not in resolution.fields
    as_of = (request.as_of or received_on) if undated else request.as_of
    checked = validate(read_blocks(request.path, dialect), resolution, as_of=as_of, today=received_on)
    batch_day = as_of if undated else None
    return _Sheet(dialect.header, kind, sha256, resolution, checked, batch_day, undated and request.as_of is None)


def _refuse_bad_rows(checked: Checked, request: IngestRequest) -> None:
    where = [str(reject) for reject in checked.rejects[:3]]
    accepted = len(checked.frame)
    if accepted == 0:
        found = f"{request.filename} holds no row that can be used ({counted(checked.rows, 'row')} read)"
        raise FileRefused(found, where=where, remedy="Check that it is the right file and kind.")
    if checked.rejects and not request.accept_good_rows:
        lines = len({reject.line for reject in checked.rejects})
        found = f"{lines:,} of {counted(checked.rows, 'row')} of {request.filename} {agree(lines, 'breaks', 'break')} a rule, so nothing was loaded"
        raise FileRefused(found, where=where, remedy="Mend them, or load the good rows only.")


def _store(
    request: IngestRequest,
    sheet: _Sheet,
    reader: PortfolioReader,
    writer: PortfolioWriter,
    today: date,
    who: str,
    progress: Progress,
) -> IngestReport:
    batch = _new_batch(request, sheet, today)
    newest_before = max(reader.book().days, default=None)
    progress(0.4, "storing")
    try:
        with writer.unit(
            request.book, kind="batch", known_on=batch.received_on, who=who, note=request.filename
        ) as unit:
            number = unit.append(batch)
            progress(0.7, "scoring")
            until = _last_day(sheet.checked) if sheet.kind == "payments" else None
            score_unit(unit, batch_id=number, newest_before=newest_before, payments_until=until)
            monitor_unit(unit, _days(sheet))
            if request.show:
                unit.show(request.book)
            progress(0.95, "saving")
    except DuplicateBatch as race:
        return _report("duplicate", race.batch_id, request, sheet)
    progress(1.0, "done")
    return _report("committed", number, request, sheet)


def _days(sheet: _Sheet) -> list[str]:
    """The days whose loans a portfolio file tells of; none of any other file."""
    return sorted({str(day) for day in sheet.checked.frame["as_of"]}) if sheet.kind == "portfolio" else []


def _last_day(checked: Checked) -> date | None:
    last_day = checked.control_totals.get("last_day")
    return date.fromisoformat(last_day) if last_day else None


def _new_batch(request: IngestRequest, sheet: _Sheet, today: date) -> NewBatch:
    return NewBatch(
        kind=sheet.kind,
        filename=request.filename,
        sha256=sheet.sha256,
        mapping=request.mapping.as_dict(),
        as_of=sheet.as_of,
        as_of_assumed=sheet.as_of_assumed,
        scope=request.scope,
        received_on=request.received_on or today,
        rows=sheet.checked.rows,
        rejects=sheet.checked.rejects,
        control_totals=sheet.checked.control_totals,
        findings=sheet.checked.findings,
        frame=sheet.checked.frame,
    )


def _report(status: Status, batch: int | None, request: IngestRequest, sheet: _Sheet) -> IngestReport:
    return IngestReport(
        status=status,
        batch=batch,
        kind=sheet.kind,
        filename=request.filename,
        rows=sheet.checked.rows,
        accepted=len(sheet.checked.frame),
        rejects=sheet.checked.rejects,
        control_totals=sheet.checked.control_totals,
        findings=sheet.checked.findings,
        as_of=sheet.as_of,
        as_of_assumed=sheet.as_of_assumed,
        header=sheet.header,
        resolution=sheet.resolution,
    )


def _duplicate(request: IngestRequest, earlier: Batch) -> IngestReport:
    day = f" as of {dated(earlier.as_of)}" if earlier.as_of else ""
    finding = f"The same file is batch {earlier.id} already ({earlier.filename}{day}, received {dated(earlier.received_on)}); nothing was added."
    return IngestReport(
        "duplicate",
        earlier.id,
        earlier.kind,
        request.filename,
        rows=earlier.rows,
        accepted=earlier.accepted,
        control_totals=earlier.control_totals,
        findings=(finding,),
        as_of=earlier.as_of,
        as_of_assumed=earlier.as_of_assumed,
    )


def _refused(
    request: IngestRequest, sheet: _Sheet, refusal: Refused, writer: PortfolioWriter, today: date, who: str
) -> IngestReport:
    report = replace(_report("refused", None, request, sheet), refusal=refusal)
    if request.dry_run:
        return report
    return replace(report, batch=writer.record_refusal(request.book, _new_batch(request, sheet, today), who))
