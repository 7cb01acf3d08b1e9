"""The sample book's files: accepted whole by the ordinary intake, in order, and telling nothing they should not."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from core.columns import COLUMNS, KINDS
from core.intake.map import guess_kind, resolve
from core.intake.read import read_blocks
from core.intake.sniff import sniff_file
from core.intake.validate import Checked, validate
from core.synthetic import SampleBook, SampleFile, generate, manifest, write_files


def checked(file: SampleFile, folder: Path) -> Checked:
    path = folder / file.filename
    path.write_text(file.text, encoding="utf-8", newline="")
    dialect = sniff_file(path)
    resolution = resolve(dialect.header, guess_kind(dialect.header))
    assert resolution.kind == file.kind
    return validate(read_blocks(path, dialect), resolution, as_of=file.as_of, today=file.received_on)


def test_there_are_three_files_a_month_whose_names_sort_in_the_order_to_take_them_in(files: list[SampleFile]) -> None:
    assert len(files) == 72
    assert [file.filename for file in files] == sorted(file.filename for file in files)
    assert [file.filename for file in files[:3]] == [
        "2024-11-30-1-payments.csv",
        "2024-11-30-2-actions.csv",
        "2024-11-30-3-portfolio.csv",
    ]
    assert [str(file.as_of) for file in files[:3]] == ["None", "None", "2024-11-30"]
    assert {str(file.received_on) for file in files[:3]} == {"2024-12-03"}


@pytest.mark.parametrize("place", [0, 1, 2, 36, 37, 38, 69, 70, 71])
def test_the_intake_accepts_every_row_of_a_file_on_the_day_it_is_received(
    place: int, files: list[SampleFile], tmp_path: Path
) -> None:
    result = checked(files[place], tmp_path)
    assert result.rejects == ()
    assert len(result.frame) == result.rows == files[place].text.count("\n") - 1 > 100


def test_the_intake_accepts_every_row_of_every_file_of_a_small_book(tmp_path: Path) -> None:
    for file in write_files(generate(5, loans=120, months=15)):
        result = checked(file, tmp_path)
        assert result.rejects == ()
        assert len(result.frame) == result.rows > 0


@pytest.mark.parametrize("kind", KINDS)
def test_files_hold_only_canonical_headers_known_when_the_file_is_written(kind: str, book: SampleBook) -> None:
    known = {column.header: column.known_at for column in COLUMNS[kind]}  # type: ignore[index]
    for frame in getattr(book, kind).values():
        assert set(frame.columns) <= set(known)
        assert "after" not in {known[header] for header in frame.columns}


def test_no_file_tells_what_was_planted(files: list[SampleFile], book: SampleBook) -> None:
    header = {word for file in files for word in file.text[: file.text.index("\n")].split(",")}
    hidden = {"archetype", "willingness", "luck", "lean", "arrears", *book.truth.potential.columns} - {"loan_ref"}
    assert not {word.casefold() for word in header} & {word.casefold() for word in hidden}


def test_money_is_written_to_the_cent(files: list[SampleFile]) -> None:
    payments = pd.concat(pd.read_csv(_open(file), dtype=str) for file in files if file.kind == "payments")
    assert payments["Amount"].str.fullmatch(r"\d+\.\d\d").all()


def test_the_files_together_hold_all_the_money_of_the_book(told: dict[str, pd.DataFrame], book: SampleBook) -> None:
    sums = told["payments"].groupby("Kind")["Amount"].sum().mul(100).round().astype(int)
    assert sums["reversal"] == book.path.taken_back.sum()
    assert sums["waiver"] == book.path.waived.sum()
    placed = told["portfolio"].groupby("Loan_ID")["Snapshot_Date"].min()
    payments = told["payments"].assign(placed=told["payments"]["Loan_ID"].map(placed))
    in_episode = payments[(payments["Kind"] == "cash") & (payments["Paid_On"] > payments["placed"])]
    assert round(in_episode["Amount"].sum() * 100) == book.path.cash.sum()


def test_a_reversal_names_an_earlier_payment_of_the_same_loan_and_amount(told: dict[str, pd.DataFrame]) -> None:
    payments = told["payments"]
    assert not payments["Payment_ID"].duplicated().any()
    back = payments[payments["Kind"] == "reversal"]
    both = back.merge(payments, left_on="Reverses_Payment_ID", right_on="Payment_ID", suffixes=("", "_of"))
    assert len(both) == len(back) > 0
    assert (both["Amount"] == both["Amount_of"]).all()
    assert (both["Loan_ID"] == both["Loan_ID_of"]).all()
    assert (both["Paid_On"] > both["Paid_On_of"]).all()


def test_the_manifest_lists_the_files_in_order(files: list[SampleFile]) -> None:
    listed = json.loads(manifest(files))
    assert listed["synthetic"] is True
    assert listed["files"][2] == {
        "file": "2024-11-30-3-portfolio.csv",
        "kind": "portfolio",
        "as_of": "2024-11-30",
        "received_on": "2024-12-03",
    }
    assert [entry["file"] for entry in listed["files"]] == [file.filename for file in files]


def _open(file: SampleFile) -> StringIO:
    return StringIO(file.text)
