"""Books no score can be learned from, through the command line: each says what was found and which score orders the work."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.command_line import run
from tests.core.scores.worlds import world

HEADERS = {"loan_ref": "Loan_ID", "borrower_ref": "Borrower_ID", "balance": "Outstanding_Loan_Amount", "dpd": "Days_Past_Due",
           "monthly_income": "Monthly_Income", "emi": "Monthly_EMI", "collateral_value": "Collateral_Value",
           "missed_payments": "Num_Missed_Payments", "product": "Loan_Type"}  # fmt: skip


def book(loans: int, lost=None, **columns) -> pd.DataFrame:
    """A file of loans with a stated outcome; it is written off where `lost`, by default where nothing was paid."""
    rows = world(seed=3, loans=loans)
    lost = (rows["cash_12m"] == 0) if lost is None else lost
    status = np.where(lost, "Written Off", "Fully Recovered")
    return rows[list(HEADERS)].rename(columns=HEADERS).assign(Recovery_Status=status, **columns)


def said(frame: pd.DataFrame, tmp_path, *more: str):
    path, db = tmp_path / "book.csv", f"sqlite:///{tmp_path / 'book.db'}"
    frame.to_csv(path, index=False)
    loaded = run("ingest", str(path), "--db", db, "--as-of", "2026-01-31", "--json").json
    assert loaded["status"] == "committed", loaded
    return run("train", "--db", db, "--json", *more)


@pytest.mark.parametrize(
    ("frame", "verdict", "why"),
    [
        (book(300, lost=False), "too little history", "Of 300 loans with an outcome all were recovered: with one outcome only"),
        (book(20), "too little history", " of 20 loans had the rarer outcome; 50 are needed"),
        (
            book(300)[["Loan_ID", "Recovery_Status"]].assign(Outstanding_Loan_Amount=100, Days_Past_Due=30, Loan_Type="Auto"),
            "no usable signal", "No fact known at the snapshot is stated and varies between these 300 loans",
        ),
        (
            book(300)[["Loan_ID", "Recovery_Status"]].assign(Outstanding_Loan_Amount=100, Days_Past_Due=30, Monthly_Income="", Monthly_EMI=""),
            "no usable signal", "No fact known at the snapshot is stated and varies",
        ),
        (book(300, lost=world(seed=3, loans=300)["dpd"] > 90), "no usable signal", "The outcome can be told from Days_Past_Due alone"),
    ],
    ids=["one class", "twenty rows", "constant columns", "features without values", "circular"],
)  # fmt: skip
def test_a_book_that_carries_no_score_is_refused_with_the_reason(tmp_path, frame, verdict, why):
    outcome = said(frame, tmp_path)
    assert outcome.code == 0
    told = outcome.json
    assert (told["verdict"], told["status"], told["rescored"]) == (verdict, "refused", 0)
    assert why in told["sentence"]
    assert (told["score_in_use"], told["auc"]) == ("rule score", None)
    assert "The rule score orders the work" in told["sentence"]


def test_constant_and_empty_columns_are_named_as_saying_nothing(tmp_path):
    told = said(book(60, Interest_Rate=9.5, Other_EMI=""), tmp_path).json
    unused = {each["column"]: each["why"] for each in told["unused"]}
    assert unused["Interest_Rate"] == "The same in every row"
    assert unused["Other_EMI"] == "Stated in no row"
    assert "Days_Past_Due" not in unused


def test_letting_a_column_in_needs_a_reason_and_a_column(tmp_path):
    frame = book(60, Zone_Code="7")
    refused = said(frame, tmp_path, "--allow", "Zone_Code")
    assert (refused.code, "Letting Zone_Code in needs a reason" in refused.err + refused.out) == (2, True)
    db = f"sqlite:///{tmp_path / 'book.db'}"
    unknown = run("train", "--db", db, "--allow", "Nowhere", "--because", "x")
    assert (unknown.code, "no column 'Nowhere'" in unknown.err) == (2, True)
    kept = run("train", "--db", db, "--json", "--allow", "Zone_Code", "--because", "of the form")
    assert (kept.code, kept.json["verdict"]) == (0, "too little history")
    taken = run("train", "--db", db, "--json", "--forbid", "Zone_Code")
    assert [each["why"].split(" on ")[0] for each in taken.json["quarantined"]] == ["Kept out by analyst"]
