"""What no file can have told, by the command line: files in as a lender sends them, late, older than the figures, undone."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from core.wording import dated
from tests.command_line import run

LOANS = "Loan_ID,Outstanding_Loan_Amount,Days_Past_Due\nA,1000.00,45\nBYSTANDER,500.00,0\n"
SEPTEMBER = "Loan_ID,Paid_On,Amount\nA,2026-09-30,40.00\nBYSTANDER,2026-09-29,7.00\n"
OCTOBER = "Loan_ID,Paid_On,Amount\nA,2026-10-15,60.00\nA,2026-10-20,0.50\n"
WORK = (
    "Loan_ID,Acted_On,Action,Cost,Result,Promise_Amount,Promise_Due\n"
    "A,2026-10-01,call,3.00,promise,60.00,2026-10-15\n"
    "A,2026-10-02,call,1.00,promise,90.00,2026-10-26\n"
)


def put(db: str, folder: Path, name: str, text: str, received_on: str, *more: str) -> str:
    path = folder / f"{name}.csv"
    path.write_text(text, encoding="utf-8")
    told = run("ingest", str(path), "--db", db, "--json", "--received-on", received_on, *more)
    assert (told.code, told.json["status"], told.json["rejected"]) == (0, "committed", 0), told
    return str(told.json["batch"])


@pytest.fixture
def db(tmp_path):
    """September and October, with payments received on 2 and 21 October and actions on 2 November."""
    db = f"sqlite:///{tmp_path / 'book.db'}"
    put(db, tmp_path, "september", LOANS, "2026-10-01", "--as-of", "2026-09-30")
    put(db, tmp_path, "paid-september", SEPTEMBER, "2026-10-02")
    put(db, tmp_path, "paid-october", OCTOBER, "2026-10-21")
    put(db, tmp_path, "october", LOANS.replace("1000.00", "939.50"), "2026-11-02", "--as-of", "2026-10-31")
    put(db, tmp_path, "work", WORK, "2026-11-02")
    return db


def metrics(db: str, *asked: str) -> dict:
    return run("metrics", "--db", db, "--json", *asked).json["metrics"]


def values(told: dict, *names: str) -> list[float | None]:
    return [told[name]["value"] for name in names]


def test_payments_older_than_the_snapshots_tell_the_month_in_part_and_judge_what_came_due_by_then(db):
    told = metrics(db, "--as-of", "2026-10-31")
    assert values(told, "cash_month", "net_recovery", "cost_month", "bridge_cash") == [60.5, 56.5, 4.0, -60.5]
    for name in ("cash_month", "net_recovery", "bridge_cash", "paying_rate", "recovery_rate", "promises_kept_rate"):
        assert told[name]["why"].endswith("payments are known up to 21 Oct 2026"), name
    assert "known" not in told["contacts_month"]["why"]
    kept = told["promises_kept_rate"]
    assert (kept["numerator"], kept["denominator"]) == (1.0, 1.0)  # the other came due, with grace, on the 29th
    assert told["forecast_cash_next_month"]["value"] is None


def test_long_after_the_last_files_months_are_undefined_and_sums_to_date_are_not(db):
    told = metrics(db, "--as-of", "2026-11-28")
    assert values(told, "cash_month", "net_recovery", "cost_to_collect") == [None] * 3
    assert values(told, "contacts_month", "cost_month") == [0, 0.0]  # of November so far: actions came on the 2nd
    assert told["cash_month"]["why"] == "payments are known up to 21 Oct 2026: no file can have told those of Nov 2026"
    assert told["contacts_month"]["why"] == "actions are known up to 2 Nov 2026"
    assert values(told, "cash_to_date", "cost_to_date", "outstanding") == [100.5, 4.0, 1439.5]
    assert told["cash_to_date"]["why"].endswith("payments are known up to 21 Oct 2026")


def test_an_undone_payments_file_leaves_what_the_file_before_it_told(db):
    before = metrics(db, "--as-of", "2026-10-31")
    assert run("undo", "3", "--db", db).code == 0
    told = metrics(db, "--as-of", "2026-10-31")
    why = "waivers never count; payments are known up to 2 Oct 2026"
    assert (told["cash_month"]["value"], told["cash_month"]["why"]) == (0.0, why)
    assert told["promises_kept_rate"]["value"] is None  # neither promise had come due by 2 October
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    assert metrics(db, "--as-of", "2026-10-31", "--known-on", yesterday) == before
    early = metrics(db, "--as-of", "2026-10-31", "--known-on", "2026-11-02")
    assert early == before


def test_a_file_received_later_with_old_payments_tells_the_months_until_then(db, tmp_path):
    put(db, tmp_path, "late", "Loan_ID,Paid_On,Amount\nA,2026-10-01,5.00\n", "2026-11-20")
    told = metrics(db, "--as-of", "2026-10-31")
    assert (told["cash_month"]["value"], told["cash_month"]["why"]) == (65.5, "waivers never count")
    assert metrics(db, "--as-of", "2026-11-20")["cash_month"]["value"] == 0.0
    kept = told["promises_kept_rate"]
    assert (kept["numerator"], kept["denominator"]) == (1.0, 2.0)


A_WEEK_ON = (date.today() + timedelta(days=7)).isoformat()
"""Not tomorrow: the tests may run past midnight."""


@pytest.mark.parametrize(
    ("asked", "found", "remedy"),
    [
        (("--as-of", A_WEEK_ON), f"{dated(A_WEEK_ON)} has not come yet", "the newest figures are of 31 Oct 2026"),
        (("--as-of", "9999-12-31"), "31 Dec 9999 has not come yet", "Choose a day up to"),
        (("--as-of", "2026-10-31", "--known-on", A_WEEK_ON), f"what will be known on {dated(A_WEEK_ON)}", "or leave the day of knowledge out"),
    ],
)  # fmt: skip
def test_days_to_come_are_refused_with_what_was_found_and_what_to_do(db, asked, found, remedy):
    told = run("metrics", "--db", db, "--json", *asked)
    assert told.code == 2
    assert found in told.out + told.err
    assert remedy in told.out + told.err
