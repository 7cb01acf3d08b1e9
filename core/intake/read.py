"""Rows of a file as text, block by block, with the line each stands on. Nothing is converted."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd

from core.errors import FileRefused, Reject
from core.intake.sniff import HEAD_BYTES, SAVE_AS_CSV, Dialect, undecodable_line

FIELD_LIMIT = HEAD_BYTES
LINE_LIMIT = 4 << 20


@dataclass(frozen=True, slots=True)
class Block:
    """Some consecutive rows of a file.

    Attributes:
        first_line: the line its first row begins on (0 in a block without rows).
        lines: the line each row begins on, int64.
        frame: one object column of text per header; an empty cell is "".
        rejects: records that are no rows: too few or too many fields, broken quotes.
        blank: lines of nothing but separators and spaces, left out.
    """

    first_line: int
    lines: np.ndarray
    frame: pd.DataFrame
    rejects: tuple[Reject, ...] = ()
    blank: int = 0


@dataclass(slots=True)
class _Gathered:
    lines: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    blank: int = 0
    size: int = 0

    def block(self, header: tuple[str, ...]) -> Block:
        columns = zip(*self.rows, strict=True) if self.rows else ([] for _ in header)
        frame = pd.DataFrame({name: list(cells) for name, cells in zip(header, columns, strict=True)}, dtype=object)
        first = self.lines[0] if self.lines else 0
        return Block(first, np.array(self.lines, dtype=np.int64), frame, tuple(self.rejects), self.blank)


class _Lines:
    """The physical lines of a file, each capped, and how many characters were handed out since last asked."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.number = 0
        self.handed_out = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(LINE_LIMIT + 1):
            self.number += 1
            if len(line) > LINE_LIMIT:
                raise _too_long(self.number)
            if "\x00" in line:
                raise FileRefused(
                    "The file holds a NUL character, so it is not text",
                    where=(f"line {self.number}",),
                    remedy=SAVE_AS_CSV,
                )
            self.handed_out += len(line)
            yield line


def read_blocks(path: Path, dialect: Dialect, *, block_bytes: int = 4 << 20) -> Iterator[Block]:
    """The rows of a file, in blocks of about `block_bytes` characters.

    Lines are counted as an editor shows them: a quoted line break counts, blank lines count.
    A record with another number of fields than the header becomes a reject, so that no column shifts.

    Raises:
        FileRefused: a field above 1 MB, a line above 4 MB, a quote never closed, a NUL, bytes of another encoding.
    """
    csv.field_size_limit(FIELD_LIMIT)
    try:
        with path.open(encoding=dialect.encoding, newline="") as file:
            yield from _blocks(_Lines(file), dialect, block_bytes)
    except UnicodeDecodeError:
        line, _ = undecodable_line(path, dialect.encoding)
        raise FileRefused(
            f"The file is not {dialect.encoding} throughout",
            where=(f"line {line}",),
            remedy="Save it as CSV in UTF-8, or state its encoding (for example cp1252).",
        ) from None


def _blocks(lines: _Lines, dialect: Dialect, block_bytes: int) -> Iterator[Block]:
    reader = csv.reader(iter(lines), delimiter=dialect.delimiter, strict=True)
    width = len(dialect.header)
    gathered = _Gathered()
    while True:
        begins = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            gathered.rejects.append(_broken(error, begins, reader.line_num))
            continue
        if begins <= dialect.header_line:
            continue
        if not "".join(record).strip():
            gathered.blank += 1
        elif len(record) == width:
            gathered.rows.append(record)
            gathered.lines.append(begins)
        else:
            gathered.rejects.append(_ragged(record, dialect, begins))
        if lines.handed_out >= block_bytes:
            lines.handed_out = 0
            yield gathered.block(dialect.header)
            gathered = _Gathered()
    yield gathered.block(dialect.header)


def _ragged(record: list[str], dialect: Dialect, line: int) -> Reject:
    reason = f"has {len(record)} fields where the header has {len(dialect.header)}"
    return Reject(line, "(row)", dialect.delimiter.join(record)[:80], reason)


def _broken(error: csv.Error, begins: int, ends: int) -> Reject:
    """A record with broken quotes as a reject, where the records after it can still be told apart."""
    message = str(error)
    if "field limit" in message:
        raise FileRefused(
            "A field is larger than 1 MB, or a quote is never closed",
            where=(f"the record that begins on line {begins}",),
            remedy="Check the quotes there, or shorten the field.",
        ) from None
    if "end of data" in message:
        raise FileRefused(
            "A quote is opened and never closed",
            where=(f"the record that begins on line {begins}",),
            remedy="Close the quote, or double it inside a text.",
        ) from None
    span = f"line {begins}" if ends <= begins else f"lines {begins} to {ends}"
    return Reject(begins, "(row)", "", f"cannot be separated into fields: a stray quote in {span}")


def _too_long(line: int) -> FileRefused:
    return FileRefused(
        "A line is longer than 4 MB", where=(f"line {line}",), remedy="Check that it is a CSV file with line breaks."
    )
