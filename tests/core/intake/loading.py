"""From bytes to a checked file in one call, the way the ingest workflow does it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from core.columns import Kind
from core.intake.map import NO_MAPPING, Mapping, guess_kind, resolve
from core.intake.read import read_blocks
from core.intake.sniff import sniff_file
from core.intake.validate import Checked, validate

TODAY = date(2026, 11, 20)
AS_OF = date(2026, 10, 31)
HEADER = "Loan_ID,Outstanding_Loan_Amount,Days_Past_Due"


def load_file(
    path: Path,
    mapping: Mapping = NO_MAPPING,
    *,
    kind: Kind | None = None,
    as_of: date | None = AS_OF,
    block_bytes: int = 4 << 20,
) -> Checked:
    dialect = sniff_file(path)
    kind = kind or guess_kind(dialect.header, mapping)
    resolution = resolve(dialect.header, kind, mapping)
    return validate(read_blocks(path, dialect, block_bytes=block_bytes), resolution, as_of=as_of, today=TODAY)


def load(folder: Path, content: str | bytes, mapping: Mapping = NO_MAPPING, **how) -> Checked:
    path = folder / "file.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load_file(path, mapping, **how)


def portfolio(folder: Path, column: str, *cells: str, **how) -> Checked:
    """A portfolio of one loan per cell, in which only `column` varies; cells are quoted."""
    base = {"Outstanding_Loan_Amount": "100", "Days_Past_Due": "5"}
    base.pop(column, None)
    names = ["Loan_ID", *base, column]
    rows = [f'"L{at}",{",".join(base.values())},"{cell}"' for at, cell in enumerate(cells, start=1)]
    return load(folder, "\n".join([",".join(names), *rows]) + "\n", **how)


def reasons(checked: Checked) -> list[tuple[int, str, str]]:
    return [(reject.line, reject.column, reject.reason) for reject in checked.rejects]
