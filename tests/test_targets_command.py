"""`run.py targets`."""

from __future__ import annotations

import pytest

from tests.command_line import run

GOOD = "Metric,Month,Age_Months,Value\ncash_month,2026-11,,1200.50\nliquidation,,6,30 %\n"
SET = [("cash_month", "2026-11-30", None, 1200.5), ("liquidation", None, 6, 0.3)]


@pytest.fixture
def db(tmp_path):
    book = tmp_path / "book.csv"
    book.write_text("Loan_ID,Outstanding_Loan_Amount,Days_Past_Due\nLN1,10.00,3\n")
    url = f"sqlite:///{tmp_path / 'store.db'}"
    assert run("ingest", str(book), "--db", url, "--as-of", "2026-10-31").code == 0
    return url


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text(GOOD)
    return path


def told(outcome) -> list[tuple]:
    return [
        tuple(target[name] for name in ("metric", "month", "age_months", "value")) for target in outcome.json["targets"]
    ]


def test_a_file_is_checked_then_set_then_listed(db, plan):
    dry = run("targets", str(plan), "--dry-run", "--db", db, "--json")
    assert (dry.code, dry.json["written"], dry.json["rejected"], told(dry)) == (0, 0, 0, SET)
    assert told(run("targets", "--db", db, "--json")) == []
    done = run("targets", str(plan), "--db", db, "--json")
    assert (done.code, done.json["written"], done.json["rejected"], told(done)) == (0, 2, 0, SET)
    assert told(run("targets", "--db", db, "--json")) == SET
    assert run("targets", "--db", db).out.startswith("2 targets set.\ncash_month")


def test_a_file_with_one_wrong_line_is_refused_whole_with_exit_code_2(db, plan):
    plan.write_text(GOOD + "penetration,,,180 %\n")
    outcome = run("targets", str(plan), "--db", db, "--json")
    assert (outcome.code, outcome.json["written"], outcome.json["rejected"]) == (2, 0, 1)
    assert outcome.json["rejects"] == [
        {
            "line": 4,
            "column": "Value",
            "value": "180 %",
            "reason": "is not between 0 % and 100 %; write a share as 0.35 or 35 %",
        }
    ]
    assert told(run("targets", "--db", db, "--json")) == []


def test_a_file_that_is_missing_is_one_clear_line(db):
    outcome = run("targets", "gone.csv", "--db", db)
    assert (outcome.code, outcome.err) == (
        2,
        "Refused: gone.csv cannot be read: No such file or directory. Check the name and that you may read it.\n",
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty. Choose a CSV file"),
        (b"Metric,Value\n", "has a header and 0 rows. Give each target a row"),
        (b"PK\x03\x04" + bytes(200), "is a spreadsheet or zip archive"),
        (b"Loan_ID,Outstanding_Loan_Amount\nA,1\n", "needs the column Metric and Value (found Loan_ID"),
        (b"Metric,metric,Value\na,b,1\n", "has the column Metric twice ('Metric'; 'metric'). Keep one of them"),
        (b'Metric,Value\n"cash_month,5\n', "A quote is opened and never closed (the record that begins on line 2)"),
        (b"Metric,Month,Value\ncash_month,05/06/2026,5\n", "('05/06/2026'). Write months as 2026-09"),
        (b"Metric,Value\ncash_month,5\0\n", "holds binary data, not text (line 2)"),
        (b"Metric,Value\n" + b"cash_month,5\n" * 90_000, "has 1 MB at most. Check that it is the right file"),
    ],
)
def test_a_rough_file_is_refused_with_what_where_and_what_to_do(db, plan, content, said):
    plan.write_bytes(content)
    outcome = run("targets", str(plan), "--db", db)
    assert outcome.code == 2
    assert outcome.err.startswith("Refused: ")
    assert said in outcome.err
    assert told(run("targets", "--db", db, "--json")) == []
