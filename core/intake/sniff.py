"""What kind of text is this file: its encoding, its delimiter and its header."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from core.errors import FileRefused
from core.wording import counted

DELIMITERS: tuple[str, ...] = (",", ";", "\t", "|")
HEAD_BYTES = 1 << 20
MOST_COLUMNS = 1_000
LONGEST_NAME = 200
SAMPLE_RECORDS = 200
SAVE_AS_CSV = "Open it in the program it came from, save it as CSV, and load that."

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a spreadsheet or zip archive (xlsx, ods, zip)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (xls)"),
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "an SQLite database"),
)
_BYTE_ORDER_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written.

    Attributes:
        encoding: a Python codec name.
        delimiter: one of `DELIMITERS`, or what a first line `sep=` names.
        header: the column names as they stand; an unnamed column is called "column 3" after its place.
        header_line: the line the header begins on, counted from 1.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int = 1


def sniff(head: bytes, *, encoding: str | None = None) -> Dialect:
    """The dialect of a file, from its first `HEAD_BYTES` bytes (or all of it).

    Args:
        head: the beginning of the file; it may stop in the middle of a line or a character.
        encoding: the analyst's word on the encoding; where None a byte order mark decides, else UTF-8, else cp1252.

    Raises:
        FileRefused: the file is empty, is no text, has no delimiter, names a column twice or has too many columns.
    """
    _refuse_other_formats(head)
    chosen = encoding or _encoding(head)
    if not chosen.lower().startswith(("utf-16", "utf_16", "utf-32", "utf_32")):
        _refuse_binary(head.decode("latin-1"))
    text = _decode(head, chosen)
    _refuse_binary(text)
    lines, delimiter, before = _stated_delimiter(text)
    delimiter = delimiter or _delimiter(lines)
    header, header_line = _header(lines, delimiter)
    return Dialect(chosen, delimiter, header, header_line + before)


def sniff_file(path: Path, *, encoding: str | None = None) -> Dialect:
    """The dialect of a whole file: like `sniff`, but letters beyond the head also count for its encoding.

    Raises:
        FileRefused: as `sniff`; also where UTF-8 letters and undecodable bytes are mixed in one file.
    """
    with path.open("rb") as file:
        dialect = sniff(file.read(HEAD_BYTES), encoding=encoding)
    if encoding or not dialect.encoding.startswith("utf-8"):
        return dialect
    line, saw_letters = undecodable_line(path, dialect.encoding)
    if line is None:
        return dialect
    if saw_letters or dialect.encoding == "utf-8-sig":
        raise FileRefused(
            "The file mixes UTF-8 with another encoding",
            where=(f"line {line}",),
            remedy="Save it again with one encoding (UTF-8), or state its encoding.",
        )
    with path.open("rb") as file:
        return sniff(file.read(HEAD_BYTES), encoding="cp1252")


def undecodable_line(path: Path, encoding: str) -> tuple[int | None, bool]:
    """The first line that cannot be decoded (None where all can), and whether a letter beyond ASCII came before it."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, saw_letters = 1, False
    with path.open("rb") as file:
        while True:
            chunk = file.read(HEAD_BYTES)
            held = len(decoder.getstate()[0])
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                good = error.object[: error.start]
                return line + good.count(b"\n"), saw_letters or not good[held:].isascii()
            line += text.count("\n")
            saw_letters = saw_letters or not text.isascii()
            if not chunk:
                return None, saw_letters


def _refuse_other_formats(head: bytes) -> None:
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise FileRefused("The file is empty", remedy="Choose a CSV file with a header line and rows.")
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            raise FileRefused(f"The file is {name}, not a CSV", remedy=SAVE_AS_CSV)
    if head[:512].lstrip().lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise FileRefused("The file is a web page or XML, not a CSV", remedy=SAVE_AS_CSV)


def _encoding(head: bytes) -> str:
    for mark, name in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _decode(head: bytes, encoding: str) -> str:
    try:
        " ".encode(encoding)
        return codecs.getincrementaldecoder(encoding)().decode(head)
    except LookupError:
        raise FileRefused(
            f"There is no encoding '{encoding[:40]}'", remedy="Use utf-8, utf-16, cp1252 or another codec name."
        ) from None
    except UnicodeError as error:
        before = error.object[: error.start] if isinstance(error, UnicodeDecodeError) else b""
        line = before.count(b"\n") + 1
        raise FileRefused(
            f"The file is not text in {encoding}", where=(f"line {line}",), remedy="Save it as CSV in UTF-8."
        ) from None


def _refuse_binary(text: str) -> None:
    control = sum(text.count(chr(code)) for code in range(32) if chr(code) not in "\t\n\r\f\v")
    if "\x00" in text or control > len(text) / 100:
        place = next(at for at, letter in enumerate(text) if ord(letter) < 32 and letter not in "\t\n\r\f\v")
        line = text.count("\n", 0, place) + 1
        raise FileRefused("The file holds binary data, not text", where=(f"line {line}",), remedy=SAVE_AS_CSV)


def _stated_delimiter(text: str) -> tuple[str, str, int]:
    """The text below a first line `sep=;`, the delimiter it names ("" without one), and the lines it takes."""
    first, _, rest = text.partition("\n")
    stated = first.rstrip("\r")
    if stated.lower().startswith("sep=") and len(stated) == 5:
        return rest, stated[4], 1
    return text, "", 0


def _records(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The first records of a text with the line each begins on, blank lines left out, up to the first broken one."""
    csv.field_size_limit(HEAD_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                found.append((begins, record))
            begins = reader.line_num + 1
            if len(found) == SAMPLE_RECORDS:
                break
    except csv.Error:
        pass
    return found


def _delimiter(text: str) -> str:
    """The delimiter that splits the header (not inside its quotes) and gives most records one width, then more columns."""
    complete = text.rsplit("\n", 1)[0] if text.count("\n") > 1 else text
    best: tuple[bool, float, int, str] | None = None
    for delimiter in DELIMITERS:
        records = [record for _, record in _records(complete, delimiter)]
        widths = [len(record) for record in records]
        if not widths or widths[0] < 2:
            continue
        unquoted = '"' not in "".join(records[0])
        rows = widths[1:] or widths
        consistent = Counter(rows).most_common(1)[0][1] / len(rows)
        if best is None or (unquoted, consistent, widths[0]) > best[:3]:
            best = (unquoted, consistent, widths[0], delimiter)
    if best is None:
        raise FileRefused(
            "The file has one column only; no comma, semicolon, tab or bar separates its header",
            where=(f"line 1: '{text.splitlines()[0][:60]}'",),
            remedy="Save it as CSV with a header line and one of these separators.",
        )
    return best[3]


def _header(text: str, delimiter: str) -> tuple[tuple[str, ...], int]:
    records = _records(text, delimiter)
    if not records:
        raise FileRefused("The header line cannot be read", where=("line 1",), remedy="Check its quotes.")
    line, names = records[0]
    if len(names) > MOST_COLUMNS:
        raise FileRefused(
            f"The file has more than {MOST_COLUMNS:,} columns (found {len(names):,})",
            where=(f"line {line}",),
            remedy="Export only the columns a loan, payment or action needs.",
        )
    if len(text) >= HEAD_BYTES // 4 and "\n" not in text and "\r" not in text:
        raise FileRefused("The first line does not end", where=("line 1",), remedy="Check that it is a CSV file.")
    header = tuple(name.strip() or f"column {place}" for place, name in enumerate(names, start=1))
    long = [name for name in header if len(name) > LONGEST_NAME]
    if long:
        raise FileRefused(
            f"A column name is longer than {LONGEST_NAME} characters",
            where=[f"line {line}: '{long[0][:60]}'"],
            remedy="Check that the first line is the header, and its quotes.",
        )
    twice = [name for name, times in Counter(header).items() if times > 1]
    if twice:
        raise FileRefused(
            f"The header names {counted(len(twice), 'column')} more than once",
            where=[f"line {line}: '{name[:60]}'" for name in twice],
            remedy="Give every column its own name.",
        )
    return header, line
