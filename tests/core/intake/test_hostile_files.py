"""Thirty files that `pandas.read_csv` refuses, shifts or changes in silence: each has one right verdict here."""

from __future__ import annotations

import gzip
import statistics
import zipfile
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest

from core.errors import FileRefused
from tests.core.intake.loading import HEADER, load, reasons
from tests.costs import cpu_seconds

GOOD = "BYSTANDER,250.75,10"
NOTED = f"{HEADER},Note"


def rows(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *lines, ""]).encode()


def _zip() -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return packed.getvalue()


def _many(count: int, last: str) -> bytes:
    return rows(*(f"L{at},{at}.25,{at % 90}" for at in range(count)), last)


FILES_REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "binary": (lambda: bytes(range(256)) * 8, "binary data"),
    "xlsx named csv": (_zip, "xlsx.*save it as CSV"),
    "empty": (lambda: b"", "is empty"),
    "unclosed quote": (lambda: rows(GOOD, '"L2,5,1', "L3,6,2"), "never closed .*line 3"),
    "duplicate header": (
        lambda: rows("L1,1,2,3", header="Loan_ID,Days_Past_Due,outstanding,outstanding"),
        r"more than once \(line 1: 'outstanding'",
    ),
    "NUL": (lambda: rows(GOOD, "L\x002,5,1"), r"binary data.*line 3"),
    "NUL far down": (lambda: _many(80_000, "L\x00x,5,1"), r"NUL character.*line 80002"),
    "6 MB in one line": (lambda: rows(GOOD, f"{'x' * 6_000_000},5,1"), r"longer than 4 MB \(line 3\)"),
    "1.5 MB in one field": (lambda: rows(GOOD, f'"{"x" * 1_500_000}",5,1'), r"larger than 1 MB.*line 3"),
    "500,000 columns": (lambda: ",".join(f"c{at}" for at in range(500_000)).encode(), "more than 1,000 columns"),
    "gzip": (lambda: gzip.compress(b"0" * 3_000_000), "gzip archive"),
    "every row another segment": (
        lambda: rows(*(f"L{at},1,1,S{at}" for at in range(30_000)), header=f"{HEADER},Region"),
        r"Region has 30,000 different values.*unknown column",
    ),
    "header only": (lambda: rows(), "0 rows"),
}

ROWS_REFUSED: dict[str, tuple[Callable[[], bytes], list[tuple[int, str, str]]]] = {
    "one extra field in a later row": (
        lambda: rows(GOOD, "L2,5,1,surplus"),
        [(3, "(row)", "has 4 fields where the header has 3")],
    ),
    "every row one extra field": (
        lambda: rows("Ann,L1,1,2", "Bob,L2,3,4"),
        [(line, "(row)", "has 4 fields where the header has 3") for line in (2, 3)],
    ),
    "short row": (lambda: rows(GOOD, "L2,5"), [(3, "(row)", "has 2 fields where the header has 3")]),
    "one bad cell in very many": (
        lambda: _many(20_000, "LX,soon,1"),
        [(20_002, "Outstanding_Loan_Amount", "is not a number")],
    ),
    "infinity and NaN": (
        lambda: rows(GOOD, "L2,Infinity,1", "L3,NaN,1"),
        [
            (3, "Outstanding_Loan_Amount", "is infinite"),
            (4, "Outstanding_Loan_Amount", "is empty, and every row needs it"),
        ],
    ),
    "two of 1e308": (
        lambda: rows(GOOD, "L2,1e308,1", "L3,1e308,1"),
        [(line, "Outstanding_Loan_Amount", "is larger than 10,000,000,000,000 (10^13)") for line in (3, 4)],
    ),
    "10^23": (
        lambda: rows(GOOD, f"L2,1{'0' * 23},1"),
        [(3, "Outstanding_Loan_Amount", "is larger than 10,000,000,000,000 (10^13)")],
    ),
    "negative balance": (lambda: rows(GOOD, "L2,-5,1"), [(3, "Outstanding_Loan_Amount", "is below 0")]),
    "negative days past due": (lambda: rows(GOOD, "L2,5,-1"), [(3, "Days_Past_Due", "is below 0")]),
    "right-to-left override": (
        lambda: rows(GOOD, "L\u202e2,5,1"),
        [(3, "Loan_ID", "holds the invisible character U+202E")],
    ),
    "formula where an amount belongs": (
        lambda: rows(GOOD, "L2,=1+1,1"),
        [(3, "Outstanding_Loan_Amount", "is not a number")],
    ),
}

ACCEPTED: dict[str, tuple[Callable[[], bytes], dict[str, object]]] = {
    "UTF-16": (
        lambda: rows("Łódź,1.5,2").decode().encode("utf-16"),
        {"loan_ref": "Łódź", "balance": 1.5, "dpd": 2},
    ),
    "latin-1": (lambda: rows("Zoë,1.5,2").decode().encode("latin-1"), {"loan_ref": "Zoë", "balance": 1.5, "dpd": 2}),
    "semicolons and decimal commas": (
        lambda: b"Loan_ID;Outstanding_Loan_Amount;Days_Past_Due\nL1;1.234,50;7\n",
        {"loan_ref": "L1", "balance": 1234.5, "dpd": 7},
    ),
    "a borrower named NA": (
        lambda: rows("null,5,1,NA", header=f"{HEADER},Borrower_ID"),
        {"loan_ref": "null", "borrower_ref": "NA"},
    ),
    "a borrower named None": (lambda: rows("L1,5,1,None", header=NOTED), {"extra": '{"Note": "None"}'}),
    "leading zeros": (lambda: rows("000123,5,1"), {"loan_ref": "000123"}),
    "thousands in quotes": (lambda: rows('L1,"1,234.50",1'), {"balance": 1234.5}),
    "HTML": (
        lambda: rows('L1,5,1,"<img src=x onerror=""alert(1)"">"', header=f"{HEADER},Region"),
        {"region": '<img src=x onerror="alert(1)">'},
    ),
    "formula in a text": (
        lambda: rows("=cmd|' /C calc'!A0,5,1,@SUM(A1)", header=NOTED),
        {"loan_ref": "=cmd|' /C calc'!A0", "extra": '{"Note": "@SUM(A1)"}'},
    ),
    "quoted newline": (lambda: rows('L1,5,1,"two\nlines"', header=NOTED), {"extra": '{"Note": "two\\nlines"}'}),
}


def verdict(folder: Path, content: bytes) -> None:
    with suppress(FileRefused):
        load(folder, content)


def test_no_hostile_file_costs_much_more_than_a_plain_one_of_20_000_rows(tmp_path):
    plain, trials = _many(20_000, GOOD), 3
    assert len(load(tmp_path, plain).frame) == 20_001
    yardstick = statistics.median(cpu_seconds(lambda: load(tmp_path, plain)) for _ in range(trials))
    for name, (make, _) in {**FILES_REFUSED, **ROWS_REFUSED, **ACCEPTED}.items():
        content = make()
        spent = min(cpu_seconds(lambda content=content: verdict(tmp_path, content)) for _ in range(trials))
        assert spent < 5 * yardstick, f"{name}: {spent:.2f} s of CPU, a plain file {yardstick:.2f} s"


def test_all_thirty_hostile_files_and_four_variants_of_them_are_here():
    assert len(FILES_REFUSED) + len(ROWS_REFUSED) + len(ACCEPTED) == 34


@pytest.mark.parametrize("name", FILES_REFUSED)
def test_a_file_that_is_none_of_ours_is_refused_with_the_place_and_a_remedy(tmp_path, name):
    content, message = FILES_REFUSED[name]
    with pytest.raises(FileRefused, match=f"(?s){message}") as refused:
        load(tmp_path, content())
    assert refused.value.remedy


@pytest.mark.parametrize("name", ROWS_REFUSED)
def test_a_broken_row_is_refused_with_line_column_and_reason_and_the_others_are_kept(tmp_path, name):
    content, expected = ROWS_REFUSED[name]
    checked = load(tmp_path, content())
    assert reasons(checked) == expected
    assert len(checked.frame) == checked.rows - len(expected)
    assert checked.frame["balance"].sum() < 1e13
    if b"BYSTANDER" in content():
        assert checked.frame.loc[0, ["loan_ref", "balance", "dpd", "line"]].tolist() == ["BYSTANDER", 250.75, 10, 2]


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_unusual_but_sound_file_is_accepted_with_its_exact_values(tmp_path, name):
    content, expected = ACCEPTED[name]
    checked = load(tmp_path, content())
    assert checked.rejects == ()
    assert {name: checked.frame.loc[0, name] for name in expected} == expected
