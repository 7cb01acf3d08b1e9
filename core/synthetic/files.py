"""The sample book as the files a lender would receive, in the order to take them in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from core.columns import Kind
from core.synthetic.book import SampleBook

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One file of the sample book. `as_of` is stated for portfolio files only; payments and actions bring their days."""

    filename: str
    kind: Kind
    as_of: date | None
    received_on: date
    text: str


def write_files(book: SampleBook) -> Iterator[SampleFile]:
    """The CSV files of a book, month by month; names sort in that order.

    The portfolio comes last of its month, so that it is scored with the month's payments known.

    Yields:
        SampleFile with the text of a comma-separated UTF-8 file; nothing is written anywhere.
        A month without payments or actions has no such file, for a file without rows would be refused.
    """
    for month, day in enumerate(book.calendar.month_ends):
        received_on = book.calendar.received_on(month)
        parts: tuple[tuple[Kind, date | None, pd.DataFrame], ...] = (
            ("payments", None, book.payments[received_on]),
            ("actions", None, book.actions[received_on]),
            ("portfolio", day, book.portfolio[day]),
        )
        for place, (kind, as_of, frame) in enumerate(parts, start=1):
            if len(frame):
                text = frame.to_csv(index=False, float_format="%.2f", lineterminator="\n")
                yield SampleFile(f"{day}-{place}-{kind}.csv", kind, as_of, received_on, text)


def manifest(files: list[SampleFile]) -> str:
    """The list of files in ingest order as JSON: file, kind, as_of (null where rows bring their day), received_on."""
    listed = [
        {
            "file": file.filename,
            "kind": file.kind,
            "as_of": file.as_of.isoformat() if file.as_of else None,
            "received_on": file.received_on.isoformat(),
        }
        for file in files
    ]
    return json.dumps({"synthetic": True, "files": listed}, indent=1) + "\n"
