"""Targets in, as one piece: a file is checked, and its targets are set all together or not at all."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from core.errors import Refused, Reject
from core.intake.targets import CheckedTargets, read_targets
from core.metrics.targets import TARGET_METRICS
from core.ports import PortfolioReader, PortfolioWriter
from core.wording import agree, counted


@dataclass(frozen=True, slots=True)
class TargetsReport:
    """What became of a file of targets, or what is set where no file was given.

    Attributes:
        targets: metric, month, age_months, value: of the file's good rows, or all that are set.
        written: how many were set by this call.
        rejected: how many rows of the file have a fault; with one, nothing is set.
        rejects: every fault, in file order.
        findings: sentences about what was assumed or left out.
        from_file: whether a file was given.
    """

    targets: pd.DataFrame
    written: int = 0
    rejected: int = 0
    rejects: Sequence[Reject] = ()
    findings: Sequence[str] = ()
    from_file: bool = True

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; an absent month or age is null."""
        told = self.targets.astype(object).where(self.targets.notna(), None)
        return {
            "written": self.written,
            "rejected": self.rejected,
            "targets": [_whole_age(row) for row in told.to_dict("records")],
            "rejects": [
                {"line": reject.line, "column": reject.column, "value": reject.value, "reason": reject.reason}
                for reject in self.rejects
            ],
            "findings": list(self.findings),
        }

    def as_text(self) -> str:
        """Sentences for a person, then one line a target or a fault."""
        targets = counted(len(self.targets), "target")
        if not self.from_file:
            head = f"{targets} set." if len(self.targets) else "No target is set."
        elif self.rejected:
            rows = self.rejected + len(self.targets)
            head = (
                f"Nothing was set: {self.rejected:,} of {counted(rows, 'row')} {agree(self.rejected, 'has', 'have')} a "
                "fault. Mend them and bring the file again."
            )
        else:
            head = f"{targets} set." if self.written else f"{targets} could be set; nothing was written."
        lines = [str(reject) for reject in self.rejects] or [_line(row) for row in self.targets.to_dict("records")]
        return "\n".join([head, *self.findings, *lines])


def listed(reader: PortfolioReader) -> TargetsReport:
    """What is set for the book on show."""
    return TargetsReport(reader.targets(), from_file=False)


def bring(
    path: Path, *, reader: PortfolioReader, writer: PortfolioWriter, today: date, who: str, dry_run: bool = False
) -> TargetsReport:
    """Check a file of targets and set them for the book on show, all or none.

    Raises:
        FileRefused: the file as a whole cannot be used (see `core.intake.targets.read_targets`).
        Refused: there is no book yet.
    """
    checked = check(path, reader)
    written = 0
    if not (dry_run or checked.rejected):
        written = writer.put_targets(reader.book().name, checked.frame, who, today)
    return TargetsReport(checked.frame, written, checked.rejected, checked.rejects, checked.findings)


def check(path: Path, reader: PortfolioReader) -> CheckedTargets:
    """Check a file of targets against the book on show. Raises as `bring`."""
    book = reader.book()
    if book.is_empty:
        raise Refused("There is no book yet that targets could belong to", remedy="Load a portfolio file first.")
    return read_targets(path, currency=book.currency)


def _whole_age(row: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
    return {**row, "age_months": None if row["age_months"] is None else int(row["age_months"])}


def _line(row: Mapping[Hashable, Any]) -> str:
    when = row["month"] if isinstance(row["month"], str) else "always"
    when = when if pd.isna(row["age_months"]) else counted(int(row["age_months"]), "month")
    value = f"{row['value']:,.2f}" if TARGET_METRICS[row["metric"]].unit == "currency" else f"{row['value']:.4f}"
    return f"{row['metric']:<20} {when:<12} {value:>18}"
