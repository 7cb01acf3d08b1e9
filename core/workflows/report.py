"""What is asked of an ingest, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Pairs
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from core.columns import Kind
from core.errors import BookChangeRefused, Refused, Reject
from core.intake.map import NO_MAPPING, Mapping, Resolution
from core.intake.reconcile import rejects_csv
from core.records import BookName
from core.wording import counted, dated

Status = Literal["committed", "duplicate", "dry-run", "refused"]


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """A file and what the analyst says of it. None means "find out" (kind) or "not stated" (days)."""

    path: Path
    filename: str
    kind: Kind | None = None
    as_of: date | None = None
    received_on: date | None = None
    mapping: Mapping = NO_MAPPING
    accept_good_rows: bool = False
    accept_change: bool = False  # the analyst says that halving or doubling the book is right
    scope: Literal["full", "partial"] = "full"
    dry_run: bool = False
    book: BookName = "own"
    show: bool = True  # this book is on show afterwards
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of a file. `refusal` says why and what to do where it was refused."""

    status: Status
    batch: int | None
    kind: Kind | None
    filename: str
    rows: int = 0
    accepted: int = 0
    rejects: tuple[Reject, ...] = ()
    control_totals: Pairs[str, Any] | None = None
    findings: tuple[str, ...] = ()
    as_of: date | None = None
    as_of_assumed: bool = False
    header: tuple[str, ...] = ()
    resolution: Resolution | None = None
    refusal: Refused | None = None

    def as_json(self) -> dict[str, Any]:
        """The keys others rely on, and more; `rejects_file` is set by whoever writes that file, and `asks` names what the
        analyst can say to have a refused file loaded."""
        return {
            "batch": self.batch,
            "status": self.status,
            "kind": self.kind,
            "filename": self.filename,
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": len(self.rejects),
            "rejects_file": None,
            "control_totals": dict(self.control_totals or {}),
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "as_of_assumed": self.as_of_assumed,
            "findings": list(self.findings),
            "refusal": None if self.refusal is None else str(self.refusal),
            "asks": "accept_change" if isinstance(self.refusal, BookChangeRefused) else None,
        }

    def as_text(self, rejects_file: str | None, measure_job: int | None = None) -> str:
        """The report in sentences, for a person at a terminal.

        Args:
            rejects_file: where the rejects were written. measure_job: the measurement of strategies that waits since.
        """
        number = f" as batch {self.batch}" if self.status == "committed" else ""
        lines = [f"{self.filename}: {self.status}{number}"]
        if self.kind:
            lines.append(
                f"{self.kind}, {counted(self.rows, 'row')}, {self.accepted:,} accepted, {counted(len(self.rejects), 'reject')}"
            )
        if self.as_of:
            assumed = " (assumed: neither the file nor --as-of says a day)" if self.as_of_assumed else ""
            lines.append(f"as of {dated(self.as_of)}{assumed}")
        lines += self.findings
        if self.refusal:
            lines.append(f"Refused: {self.refusal}")
        if rejects_file:
            lines.append(f"Every reject with its line, column, value and reason: {rejects_file}")
        if measure_job is not None:
            lines.append(
                f"Enough came in since strategies were measured: job {measure_job} measures them again, as soon as "
                "'run.py serve' or 'run.py worker' runs"
            )
        return "\n  ".join(lines)


def write_rejects(file: Path, report: IngestReport, folder: Path, log: Callable[[str], None]) -> Path | None:
    """Write the rejects of a file as a CSV in `folder`; None, and a line to `log`, where it cannot be."""
    target = folder / f"{file.stem}.rejects.csv"
    try:
        target.write_text(rejects_csv(report.rejects), encoding="utf-8")
    except OSError as error:
        log(f"The rejects could not be written to {target}: {error.strerror}. The page Batches offers them.")
        return None
    return target
