"""Train on a book with history, use the model, lose it again with the batch it learned from: through the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from core.synthetic import generate, write_files
from tests.command_line import run

MONTHS = 16


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A store with a small sample book as somebody's own, and its last portfolio batch."""
    folder: Path = tmp_path_factory.mktemp("learning")
    db = f"sqlite:///{folder / 'book.db'}"
    portfolio = 0
    for file in write_files(generate(3, loans=1000, months=MONTHS)):
        path = folder / file.filename
        path.write_text(file.text)
        dated = [] if file.as_of is None else ["--as-of", file.as_of.isoformat()]
        outcome = run("ingest", str(path), "--db", db, "--json", "--received-on", file.received_on.isoformat(), *dated)
        assert outcome.json["status"] == "committed", outcome.json
        portfolio = outcome.json["batch"] if file.kind == "portfolio" else portfolio
    return db, portfolio, folder


def recommended(db: str, folder: Path) -> list[dict[str, str]]:
    out = folder / "recommended.csv"
    assert run("recommend", "--db", db, "--out", str(out), "--json").code == 0
    with out.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_a_model_learned_from_outcomes_orders_the_work_until_its_batch_is_undone(book):
    db, portfolio, folder = book
    by_rule = recommended(db, folder)
    assert {row["Score_Source"] for row in by_rule} == {"rule"}

    trained = run("train", "--db", db, "--json").json
    assert (trained["verdict"], trained["status"]) == ("usable", "champion")
    assert trained["auc_ci"][0] > 0.65
    assert trained["auc_ci"][0] < trained["auc"] < trained["auc_ci"][1]
    assert trained["n"] > trained["events"] > 50
    metrics = run("metrics", "--db", db, "--json").json["metrics"]

    by_model = recommended(db, folder)
    assert {row["Score_Source"] for row in by_model} == {"model"}
    assert [row["Loan_ID"] for row in by_model] == [row["Loan_ID"] for row in by_rule]
    assert run("metrics", "--db", db, "--json").json["metrics"] == metrics

    assert run("undo", str(portfolio), "--db", db).code == 0
    assert {row["Score_Source"] for row in recommended(db, folder)} == {"rule"}


def test_every_recommendation_says_why_and_legal_waits_for_a_person(book):
    rows = recommended(book[0], book[2])
    assert {row["Strategy"] for row in rows} <= {"Standard", "Settlement", "Legal", "Hold", "None"}
    assert all(row["Reasons"] and row["Policy"] for row in rows)
    assert all(row["Needs_Confirmation"] == ("yes" if row["Strategy"] == "Legal" else "no") for row in rows)
    tracks: dict[str, set[str]] = {}
    for row in rows:
        if row["Strategy"] in ("Standard", "Settlement", "Legal"):
            tracks.setdefault(row["Borrower_ID"], set()).add(row["Strategy"])
    assert all(len(found) == 1 for found in tracks.values())
    assert any(len([row for row in rows if row["Borrower_ID"] == borrower]) > 1 for borrower in tracks)


def test_limits_cap_a_strategy_and_say_so(book, tmp_path):
    limits = tmp_path / "limits.json"
    limits.write_text(json.dumps({"strategies": {"Legal": {"capacity_count": 3}}}))
    out = tmp_path / "limited.csv"
    assert run("recommend", "--db", book[0], "--out", str(out), "--limits", str(limits), "--json").code == 0
    with out.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["Strategy"] == "Legal" for row in rows) <= 3


def test_limits_that_cannot_be_read_are_refused(book, tmp_path):
    limits = tmp_path / "limits.json"
    limits.write_text("{strategies")
    outcome = run("recommend", "--db", book[0], "--out", str(tmp_path / "x.csv"), "--limits", str(limits))
    assert outcome.code == 2
    assert not (tmp_path / "x.csv").exists()
