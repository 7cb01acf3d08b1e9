"""The whole path on a book worked by hand: files in by the command line, numbers out, to the cent."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

import run as recoup
from core.metrics.portfolio import measures_before
from core.selection import Selection
from tests import eight_loans
from tests.command_line import run


def load(tmp_path: Path, order: tuple[int, ...] | None = None) -> str:
    db = f"sqlite:///{tmp_path / 'book.db'}"
    files = eight_loans.write(tmp_path)
    for position in order or range(len(files)):
        path, kind, as_of = files[position]
        dated = [] if as_of is None else ["--as-of", as_of.isoformat()]
        result = run("ingest", str(path), "--db", db, "--json", *dated)
        assert (result.code, result.json["status"], result.json["kind"]) == (0, "committed", kind)
    return db


def assert_equal(metrics: dict, expected: dict) -> None:
    for name, (value, numerator, denominator, n) in expected.items():
        found = metrics[name]
        assert found["value"] == pytest.approx(value, abs=1e-9), name
        assert found["numerator"] == pytest.approx(numerator, abs=0.001), name
        assert found["denominator"] == pytest.approx(denominator, abs=0.001), name
        assert found["n"] == n, name


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    return load(tmp_path_factory.mktemp("eight"))


def test_the_numbers_of_october_equal_those_worked_by_hand(db):
    answer = run("metrics", "--db", db, "--json", "--as-of", "2026-10-31").json
    assert answer["as_of"] == "2026-10-31"
    assert_equal(answer["metrics"], eight_loans.ON_31_OCTOBER)


def test_the_command_line_tells_every_table_unless_it_is_asked_not_to(db):
    answer = run("metrics", "--db", db, "--json", "--as-of", "2026-10-31")
    arrears = {
        row["line"]: row["amount"] for row in answer.json["tables"]["bridge"]["rows"] if row["bucket"] == "arrears"
    }
    assert arrears["closing"] == answer.json["metrics"]["bridge_closing"]["value"]
    assert "NaN" not in answer.out
    assert "tables" not in run("metrics", "--db", db, "--json", "--no-tables").json


def test_the_numbers_of_september_are_what_they_were(db):
    assert_equal(
        run("metrics", "--db", db, "--json", "--as-of", "2026-09-30").json["metrics"], eight_loans.ON_30_SEPTEMBER
    )


def test_a_filter_counts_only_what_it_names(db):
    metrics = run("metrics", "--db", db, "--json", "--as-of", "2026-10-31", "--where", "product=Auto").json["metrics"]
    assert (metrics["outstanding"]["value"], metrics["outstanding"]["n"]) == (2500.35, 2)
    assert (metrics["balance_placed"]["value"], metrics["cash_to_date"]["value"]) == (2600.35, 100.00)


def test_payments_outside_a_placement_are_named_as_excluded(db):
    metrics = run("metrics", "--db", db, "--json", "--as-of", "2026-10-31").json["metrics"]
    assert metrics["cash_to_date"]["excluded"] == 2  # LN8 was never placed, LN3 only later


def test_the_order_of_the_files_changes_no_number(tmp_path):
    orders = list(permutations(range(5)))
    for number, order in enumerate((orders[119], orders[57], orders[31])):
        folder = tmp_path / str(number)
        folder.mkdir()
        metrics = run("metrics", "--db", load(folder, order), "--json", "--as-of", "2026-10-31").json["metrics"]
        assert_equal(metrics, eight_loans.ON_31_OCTOBER)


def test_undoing_the_payments_brings_back_the_answers_of_before(tmp_path):
    db = load(tmp_path, (0, 1, 2))
    before = run("metrics", "--db", db, "--json").json["metrics"]
    path, _, _ = eight_loans.write(tmp_path)[3]
    batch = run("ingest", str(path), "--db", db, "--json").json["batch"]
    assert run("metrics", "--db", db, "--json").json["metrics"] != before
    assert run("undo", str(batch), "--db", db, "--json").json["status"] == "undone"
    assert run("metrics", "--db", db, "--json").json["metrics"] == before


def test_taking_a_waiver_back_is_no_cash_either(tmp_path):
    db = load(tmp_path)
    before = run("metrics", "--db", db, "--json").json["metrics"]
    later = tmp_path / "waiver-taken-back.csv"
    later.write_text(
        "Loan_ID,Paid_On,Amount,Payment_ID,Kind,Reverses_Payment_ID\nLN2,2026-10-20,500.00,P11,reversal,P7\n"
    )
    assert run("ingest", str(later), "--db", db, "--json").json["status"] == "committed"
    after = run("metrics", "--db", db, "--json").json["metrics"]
    moved = {name: (before[name]["value"], after[name]["value"]) for name in before if after[name] != before[name]}
    assert moved == {"bridge_waived": (-500.0, 0.0), "bridge_interest_and_fees": (1550.83, 1050.83)}


def test_a_waiver_that_arrives_after_its_reversal_is_recognised(tmp_path):
    db = load(tmp_path, (0, 1, 2))
    header = "Loan_ID,Paid_On,Amount,Payment_ID,Kind,Reverses_Payment_ID\n"
    for name, row in (
        ("back", "LN2,2026-10-20,500.00,P11,reversal,P7\n"),
        ("given", "LN2,2026-10-03,500.00,P7,waiver,\n"),
    ):
        path = tmp_path / f"{name}.csv"
        path.write_text(header + row)
        run("ingest", str(path), "--db", db, "--json")
    assert run("metrics", "--db", db, "--json").json["metrics"]["cash_to_date"]["value"] == 0.0


def test_a_month_that_is_not_over_is_compared_with_none(db):
    reader = recoup.Recoup(recoup.load_settings(db=db)).reader()
    september = Selection(as_of=date(2026, 9, 30))
    whole = measures_before(reader, september, date(2026, 10, 31))
    assert whole["cash_month"].value == 400.00
    part = measures_before(reader, september, date(2026, 10, 15))
    assert not part["cash_month"].is_defined
    assert "not over" in part["cash_month"].why
    assert part["in_arrears"].value == whole["in_arrears"].value == 16650.60
