"""Files that do not fit the book: each rule of core.intake.plausibility in text, in JSON and on the page's job."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import run as recoup
from core.synthetic import generate, write_files
from core.workflows import handlers
from core.workflows.report import IngestRequest
from tests.command_line import run
from tests.test_bad_input import GOOD, HEADER, loans_in, written
from tests.tutorial import lookalike

PAID = "Loan_ID,Paid_On,Amount\n"


@pytest.fixture
def db(tmp_path):
    return f"sqlite:///{tmp_path / 'store.db'}"


def month_end(day: str, loans: int, balance: str = "100.00") -> str:
    """A whole book; the day stands in a column we do not know, so that no two months are the same bytes."""
    rows = "".join(f"LN{number},{balance},{number % 3},{day}\n" for number in range(loans))
    return HEADER.replace("\n", ",Printed\n") + rows


def put(tmp_path: Path, db: str, content: str, *options: str, name: str = "book.csv"):
    """Text and JSON of the same ingest: first as a dry run in words, then for good in JSON."""
    path = written(tmp_path, content, name)
    words = run("ingest", path, "--db", db, "--dry-run", *options)
    return words, run("ingest", path, "--db", db, "--json", *options)


def on_page(db: str, content: str, tmp_path: Path, **said) -> dict:
    """The result of the check job behind the Batches page, of the same file."""
    store = recoup.Recoup(recoup.load_settings(db=db, data_dir=str(tmp_path / "data")))
    name = "0" * 32 + ".csv"
    (store.data_dir / name).write_text(content)
    number = store.jobs.add("check", {"path": name, "filename": "book.csv", **said}, "ana")
    return dict(handlers.handlers(store)["check"](store.jobs.job(number), lambda *_: None))


def has(report: dict, words: str) -> bool:
    return any(words in finding for finding in report["findings"])


@pytest.fixture(scope="module")
def august(tmp_path_factory):
    """The folder of a book of 40 loans on 31 August, made once to be copied."""
    folder = tmp_path_factory.mktemp("august")
    path = written(folder, month_end("2026-08-31", 40), "book.csv")
    assert run("ingest", path, "--db", f"sqlite:///{folder / 'store.db'}", "--as-of", "2026-08-31").code == 0
    return folder


@pytest.fixture
def forty(tmp_path, db, august):
    """A book of 40 loans on 31 August."""
    shutil.copytree(august, tmp_path, dirs_exist_ok=True)
    return db


def test_a_book_that_shrinks_below_half_is_refused_everywhere_until_somebody_says_it_is_right(tmp_path, forty):
    content, when = month_end("2026-09-30", 19), ("--as-of", "2026-09-30")
    words, refused = put(tmp_path, forty, content, *when)
    assert (words.code, refused.code, refused.json["status"]) == (2, 2, "refused")
    for said in (words.out, refused.json["refusal"]):
        assert "from 40 open loans and a balance of 4,000.00 on 31 Aug 2026 to 19 open loans" in said
        assert "less than half" in said
        assert "say --partial; if it is right, say --accept-change" in said
    assert refused.json["asks"] == "accept_change"
    page = on_page(forty, content, tmp_path, as_of="2026-09-30")
    assert (page["status"], page["asks"], page["refusal"]) == ("refused", "accept_change", refused.json["refusal"])
    assert loans_in(forty) == 40
    taken = put(tmp_path, forty, content, *when, "--accept-change")[1]
    assert (taken.code, loans_in(forty)) == (0, 19)
    assert has(taken.json, "Accepted, as you said that it is right")


def test_the_question_can_be_answered_with_partial_and_on_the_page(tmp_path, forty):
    content = month_end("2026-09-30", 19)
    page = on_page(forty, content, tmp_path, as_of="2026-09-30", accept_change=True)
    assert (page["status"], page["asks"]) == ("dry-run", None)
    assert has(page, "less than half")
    report = put(tmp_path, forty, content, "--as-of", "2026-09-30", "--partial")[1].json
    assert (report["status"], loans_in(forty)) == ("committed", 40)


def test_amounts_a_hundred_times_off_are_asked_about_and_a_second_try_on_the_same_day_is_not_held_to_them(
    tmp_path, forty
):
    when = ("--as-of", "2026-09-30")
    cents = put(tmp_path, forty, month_end("2026-09-30", 40, "10000.00"), *when)[1]
    assert "more than double" in cents.json["refusal"]
    assert put(tmp_path, forty, month_end("2026-09-30", 40, "10000.00"), *when, "--accept-change")[1].code == 0
    assert put(tmp_path, forty, month_end("2026-09-30", 41), *when)[1].json["status"] == "committed"


def test_a_left_out_month_end_is_flagged_and_the_file_that_fills_it_says_so(tmp_path, forty):
    words, report = put(tmp_path, forty, month_end("2026-10-31", 41), "--as-of", "2026-10-31")
    missing = "The month-end 30 Sep 2026 is missing between 31 Aug 2026 and 31 Oct 2026"
    assert missing in words.out
    assert has(report.json, missing)
    filled = put(tmp_path, forty, month_end("2026-09-30", 42), "--as-of", "2026-09-30")[1].json
    assert has(filled, "30 Sep 2026 fills a gap")
    assert filled["status"] == "committed"


def test_findings_are_kept_with_the_batch_and_shown_by_the_page_that_lists_it(tmp_path, forty):
    number = put(tmp_path, forty, month_end("2026-10-15", 41), "--as-of", "2026-10-15")[1].json["batch"]
    store = recoup.Recoup(recoup.load_settings(db=forty))
    assert "15 Oct 2026 is not the end of a month" in " ".join(store.reader().batch(number).findings)
    page = on_page(forty, month_end("2026-10-20", 42), tmp_path, as_of="2026-10-20")
    assert has(page, "20 Oct 2026 is not the end of a month")


def test_payments_before_their_loan_are_flagged_with_how_many_how_much_and_on_which(tmp_path, forty):
    put(tmp_path, forty, month_end("2026-09-30", 42), "--as-of", "2026-09-30")
    rows = (
        "LN41,2026-09-12,10.10\nLN41,2026-09-13,0.20\nLN3,2026-07-01,5.00\nLN3,2026-09-02,7.00\nLN41,2026-10-02,9.00\n"
    )
    words, report = put(tmp_path, forty, PAID + rows, name="paid.csv")
    said = "3 payments of 15.30 in all on 2 loans are dated before the first day of their loans in this book"
    assert said in words.out
    assert has(report.json, said)
    assert has(
        report.json,
        "such as LN41 paid 12 Sep 2026, known from 30 Sep 2026; LN3 paid 1 Jul 2026, known from 31 Aug 2026",
    )
    assert has(on_page(forty, PAID + rows + "LN1,2026-10-03,1\n", tmp_path), said)


def test_a_payment_after_the_stated_placement_is_in_time_though_the_book_came_later(tmp_path, db):
    placed = HEADER.replace("\n", ",Placed_On\n") + "LN1,100,5,2026-09-02\nLN2,100,5,\n"
    put(tmp_path, db, placed, "--as-of", "2026-09-30")
    report = put(tmp_path, db, PAID + "LN1,2026-09-10,4.00\nLN2,2026-09-10,6.00\n", name="paid.csv")[1].json
    assert has(report, "1 payment of 6.00 in all on 1 loan is dated before")


def test_payments_on_loans_that_left_the_book_are_not_before_them(tmp_path, forty):
    put(tmp_path, forty, month_end("2026-09-30", 38), "--as-of", "2026-09-30")
    put(tmp_path, forty, month_end("2026-10-31", 38), "--as-of", "2026-10-31")
    assert put(tmp_path, forty, PAID + "LN39,2026-10-10,4.00\n", name="paid.csv")[1].json["findings"] == []


def test_a_payment_far_above_its_loans_largest_balance_is_kept_and_flagged(tmp_path, forty):
    """LN1 owed 100.00 at most, and owes nothing by the newest day; LN2 paid what it owed and a fee."""
    put(tmp_path, forty, HEADER + "LN1,0,0\nLN2,100,5\n", "--as-of", "2026-09-30", "--partial")
    words, report = put(
        tmp_path, forty, PAID + "LN1,2026-09-10,100.00\nLN1,2026-09-11,201.00\nLN2,2026-09-10,120.00\n", name="paid.csv"
    )
    assert (
        "1 payment of 201.00 in all on 1 loan is more than twice the largest balance of its loan in this book"
        in words.out
    )
    assert "(such as LN1 paid 201.00 on 11 Sep 2026, largest balance 100.00): kept and counted" in words.out
    assert (report.json["status"], report.json["accepted"]) == ("committed", 3)


def test_payments_of_unknown_loans_are_kept_and_flagged(tmp_path, forty):
    words, report = put(tmp_path, forty, PAID + "NEW,2026-09-10,4.00\nLN1,2026-09-10,4.00\n", name="paid.csv")
    assert "1 row is about 1 loan this book does not hold yet (such as NEW)" in words.out
    assert (report.json["status"], report.json["accepted"]) == ("committed", 2)


@pytest.mark.parametrize(
    ("content", "column"),
    [(PAID + "LN1,2026-09-10,4\nLN1,2026-10-05,4\n", "Paid_On"),
     ("Loan_ID,Acted_On,Action\nLN1,2026-09-10,call\nLN1,2026-10-05,call\n", "Acted_On"),
     (HEADER.replace("\n", ",Snapshot_Date\n") + "LN1,5,1,2026-09-10\nLN1,5,1,2026-10-05\n", "Snapshot_Date")],
)  # fmt: skip
def test_a_row_after_the_day_its_file_was_received_is_refused_by_line_and_value(
    tmp_path, db, monkeypatch, content, column
):
    monkeypatch.chdir(tmp_path)
    words, report = put(tmp_path, db, content, "--received-on", "2026-10-02")
    for said in (words.out, report.json["refusal"]):
        assert f"line 3, {column}: '2026-10-05' is in the future: the file was received on 2 Oct 2026" in said
    assert (report.code, report.json["rejected"], loans_in(db)) == (2, 1, 0)


def test_a_snapshot_stated_for_a_day_after_it_was_received_is_refused(tmp_path, db):
    report = put(tmp_path, db, GOOD, "--as-of", "2026-10-31", "--received-on", "2026-10-02")[1]
    assert "The day 31 Oct 2026 is in the future" in report.json["refusal"]
    assert report.code == 2


EUROS = HEADER.replace("\n", ",Currency\n") + "LN1,100,5,EUR\nLN2,100,5,EUR\n"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (EUROS.replace("EUR", "USD"), r"is in USD \(rows: 2, from line 2 on\) and this book is in EUR"),
        (HEADER + "LN1,£100,5\n", r"is in GBP \(rows: 1"),
        (PAID + "LN1,2026-10-10,$5\n", "and 8 more .rows: 1, from line 2 on. and this book is in EUR"),
        (EUROS + "LN3,1,1,USD\n", r"mixes currencies \(EUR on 2 rows, USD on 1 row\).*line 2, Currency: 'EUR'; line 4, Currency: 'USD'"),
        (PAID.replace("\n", ",Currency\n") + "LN1,2026-10-10,5,EUR\nLN1,2026-10-10,6,CHF\n", "EUR on 1 row, CHF on 1 row"),
    ],
)  # fmt: skip
def test_money_of_two_currencies_is_never_added(tmp_path, db, content, found):
    put(tmp_path, db, EUROS, "--as-of", "2026-09-30")
    words, report = put(tmp_path, db, content, "--as-of", "2026-10-31", name="other.csv")
    assert (words.code, report.code) == (2, 2)
    assert re.search(found, words.out)
    assert re.search(found, report.json["refusal"])
    assert loans_in(db) == 2


def test_amounts_marked_with_a_sign_bind_the_book_though_no_column_names_the_currency(tmp_path, db):
    put(tmp_path, db, HEADER + "LN1,€100,5\n", "--as-of", "2026-09-30")
    refused = put(tmp_path, db, HEADER + "LN1,£100,5\n", "--as-of", "2026-10-31")[1].json["refusal"]
    assert "this book is in EUR" in refused


def test_a_file_without_a_currency_is_taken_as_the_books_and_says_so(tmp_path, db):
    put(tmp_path, db, EUROS, "--as-of", "2026-09-30")
    words, report = put(tmp_path, db, GOOD, "--as-of", "2026-10-31")
    said = "The file states no currency: its amounts were taken as EUR"
    assert said in words.out
    assert has(report.json, said)
    assert put(tmp_path, db, PAID + "LN1,2026-11-02,5\n", name="paid.csv")[1].json["findings"] == []


def test_the_sample_books_files_raise_no_false_alarm(tmp_path, db):
    store = recoup.Recoup(recoup.load_settings(db=db))
    findings = []
    for file in write_files(generate(7, 300, 9)):
        path = written(tmp_path, file.text, file.filename)
        told = IngestRequest(Path(path), file.filename, file.kind, file.as_of, file.received_on)
        report = handlers.ingest_file(store, told, "ana", lambda *_: None)
        assert report.status == "committed", report.refusal
        findings += [finding for finding in report.findings if "does not hold yet" not in finding]
    assert findings == []


def test_the_tutorial_file_raises_no_false_alarm(tmp_path, db):
    content = lookalike().to_csv(index=False)
    first = put(tmp_path, db, content)[1].json
    assert first["status"] == "committed"
    assert not has(first, "month")
    assert not has(first, "currency")
    assert not has(first, "would take the book")
