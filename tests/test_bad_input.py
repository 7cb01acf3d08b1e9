"""Bad input meets a clear error: what was found, where, what to do; exit code 2, and nothing half-written."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import run

ROOT = Path(__file__).resolve().parents[1]
HEADER = "Loan_ID,Outstanding_Loan_Amount,Days_Past_Due\n"
GOOD = HEADER + "LN1,1000.00,10\nLN2,250.50,0\n"


@pytest.fixture
def db(tmp_path):
    return f"sqlite:///{tmp_path / 'store.db'}"


def written(tmp_path: Path, content: str | bytes, name: str = "book.csv") -> str:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def loans_in(db: str) -> int:
    metrics = run("metrics", "--db", db, "--json")
    return 0 if metrics.code == 2 else metrics.json["metrics"]["loans"]["value"]


@pytest.mark.parametrize(
    ("content", "found", "remedy"),
    [
        (b"", "empty", "Choose|choose|Export|export|Send|send|Check|check"),
        (b"\x00\x01\x02\x03" * 50, "CSV|text|binary", "CSV"),
        (b"PK\x03\x04" + b"\x00" * 60, "Excel|zip|xlsx", "CSV"),
        (HEADER, "0 rows", "Export"),
        ("Loan_ID,Outstanding_Loan_Amount\nLN1,5\n", "Days_Past_Due", "map it"),
    ],
    ids=["empty", "binary", "spreadsheet", "header only", "missing column"],
)  # fmt: skip
def test_a_file_that_is_no_portfolio_is_refused_with_what_to_do(tmp_path, db, content, found, remedy):
    outcome = run("ingest", written(tmp_path, content), "--db", db, "--json")
    assert outcome.code == 2
    assert outcome.json["status"] == "refused"
    refusal = outcome.json["refusal"]
    assert any(word in refusal for word in found.split("|")), refusal
    assert any(word in refusal for word in remedy.split("|")), refusal
    assert loans_in(db) == 0


def test_broken_cells_are_named_by_line_column_and_value_and_nothing_is_loaded(tmp_path, db, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = "LN1,1000.00,10\nLN2,soon,0\nLN3,10.00,minus two\n"
    outcome = run("ingest", written(tmp_path, HEADER + rows), "--db", db, "--json")
    assert (outcome.code, outcome.json["accepted"], outcome.json["rejected"]) == (2, 1, 2)
    assert "line 3, Outstanding_Loan_Amount: 'soon'" in outcome.json["refusal"]
    rejects = Path(outcome.json["rejects_file"]).read_text()
    assert "minus two" in rejects
    assert "Days_Past_Due" in rejects
    assert loans_in(db) == 0


def test_good_rows_of_a_mixed_file_are_kept_only_when_the_analyst_says_so(tmp_path, db, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, HEADER + "LN1,1000.00,10\nLN2,soon,0\n")
    outcome = run("ingest", path, "--db", db, "--json", "--accept-good-rows")
    assert (outcome.code, outcome.json["status"], outcome.json["accepted"], outcome.json["rejected"]) == (
        0,
        "committed",
        1,
        1,
    )
    assert loans_in(db) == 1


def test_a_dry_run_says_what_would_happen_and_stores_nothing(tmp_path, db):
    outcome = run("ingest", written(tmp_path, GOOD), "--db", db, "--json", "--dry-run")
    assert (outcome.code, outcome.json["status"], outcome.json["accepted"], outcome.json["batch"]) == (
        0,
        "dry-run",
        2,
        None,
    )
    assert loans_in(db) == 0


def test_the_same_bytes_again_are_a_duplicate_that_names_its_batch(tmp_path, db):
    path = written(tmp_path, GOOD)
    first = run("ingest", path, "--db", db, "--json").json
    again = run("ingest", path, "--db", db, "--json")
    assert (again.code, again.json["status"], again.json["batch"]) == (0, "duplicate", first["batch"])
    assert loans_in(db) == 2


def test_after_an_undo_the_same_file_may_come_again(tmp_path, db):
    path = written(tmp_path, GOOD)
    batch = run("ingest", path, "--db", db, "--json").json["batch"]
    assert run("undo", str(batch), "--db", db).code == 0
    assert loans_in(db) == 0
    assert run("ingest", path, "--db", db, "--json").json["status"] == "committed"


def test_undoing_what_is_not_there_is_refused(db):
    outcome = run("undo", "41", "--db", db)
    assert outcome.code == 2
    assert "41" in outcome.err


def test_a_missing_file_is_refused(tmp_path, db):
    outcome = run("ingest", str(tmp_path / "nowhere.csv"), "--db", db, "--json")
    assert outcome.code == 2
    assert "cannot be read" in outcome.json["refusal"]


def test_a_portfolio_without_any_date_takes_today_and_says_so(tmp_path, db):
    report = run("ingest", written(tmp_path, GOOD), "--db", db, "--json").json
    assert report["as_of_assumed"] is True
    dated = run("ingest", written(tmp_path, GOOD + "LN3,1,1\n"), "--db", db, "--json", "--as-of", "2026-01-31").json
    assert (dated["as_of"], dated["as_of_assumed"]) == ("2026-01-31", False)


def test_a_foreign_database_is_left_alone(tmp_path):
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE customers (id INTEGER)")
    before = path.read_bytes()
    outcome = run("metrics", "--db", f"sqlite:///{path}")
    assert outcome.code == 2
    assert len(outcome.err.strip().splitlines()) == 1
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "notes.db"
    path.write_text("these are my notes, not a database " * 40)
    outcome = run("metrics", "--db", f"sqlite:///{path}")
    assert outcome.code == 2
    assert path.read_text().startswith("these are my notes")


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    outcome = run("metrics", "--db", f"sqlite:///{tmp_path}/no/such/folder/store.db")
    assert outcome.code == 2
    assert "folder" in outcome.err


def alone(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "run.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


def test_an_unknown_option_is_one_line_and_exit_code_two():
    done = alone("ingest", "x.csv", "--colour", "red")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "--colour" in done.stderr


def test_a_taken_port_is_one_line_and_exit_code_two(db):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = alone("serve", "--db", db, "--no-sample", "--port", str(other.getsockname()[1]))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "--port" in done.stderr


def test_another_address_is_refused_until_there_is_a_sign_in(db):
    done = alone("serve", "--db", db, "--host", "0.0.0.0")
    assert done.returncode == 2
    assert "sign-in" in done.stderr


def test_an_unusable_setting_is_named(monkeypatch, db):
    monkeypatch.setenv("RECOUP_PORT", "none")
    outcome = run("metrics", "--db", db)
    assert outcome.code == 2
    assert "port" in outcome.err.lower()


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("colour=red", "no filter 'colour'"),
        ("product", "not a condition"),
        ("=Auto", "not a condition"),
        ("product= ", "'product= ' names no value. Write it as product=Auto, or product='not stated'"),
        ("bucket=120", "no bucket '120' (it has 6, nearest '120+'; "),
        ("product=Auto", "no product 'Auto': no loan of it states one. Leave this filter out"),
    ],
)
def test_a_filter_that_does_not_exist_is_refused(tmp_path, db, condition, said):
    run("ingest", written(tmp_path, GOOD), "--db", db)
    outcome = run("metrics", "--db", db, "--where", condition)
    assert outcome.code == 2
    assert said in outcome.err


def test_conditions_of_one_field_mean_any_and_of_two_fields_both(tmp_path, db):
    text = (
        "Loan_ID,Outstanding_Loan_Amount,Days_Past_Due,Loan_Type,Region\n"
        "A,100,0,Auto,North\nB,200,0,Home  Loan,North\nC,400,0,Boat,North\nD,800,0,Auto,South\n"
    )
    run("ingest", written(tmp_path, text), "--db", db, "--as-of", "2026-10-31")

    def outstanding(*conditions: str) -> float:
        asked = [part for condition in conditions for part in ("--where", condition)]
        return run("metrics", "--db", db, "--json", *asked).json["metrics"]["outstanding"]["value"]

    assert outstanding("product=Auto") == 900
    assert outstanding("product=Auto", "product=home loan", "product=auto") == 1100
    assert outstanding(" Product = AUTO ", "region=north") == 100
    refused = run("metrics", "--db", db, "--where", "product=Auto", "--where", "product=Train")
    assert refused.code == 2
    assert "no product 'Train' (it has 3, nearest " in refused.err


def test_a_file_cannot_have_been_received_on_a_day_to_come(tmp_path, db):
    path = written(tmp_path, GOOD)
    result = run("ingest", path, "--db", db, "--json", "--received-on", "2999-01-31", "--as-of", "2026-01-31")
    assert (result.code, result.json["status"]) == (2, "refused")
    assert "cannot have been received on 31 Jan 2999" in result.json["refusal"]
    assert "Give the day it came" in result.json["refusal"]
    assert loans_in(db) == 0
