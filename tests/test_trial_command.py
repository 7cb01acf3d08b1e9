"""`run.py trial`: from a plan in a file to its end, through the store."""

from __future__ import annotations

import csv
import json
from datetime import date

import pytest

import run as recoup
from tests.command_line import run

PLAN = {
    "name": "Letters", "arms": [{"name": "Now", "share": 0.5}, {"name": "Settle", "share": 0.5, "what": "Settlement"}],
    "starts_on": "2026-11-03", "planned_n": 60, "why": "earlier offers may bring more",
}  # fmt: skip


@pytest.fixture
def today(monkeypatch):
    days = {"now": date(2026, 11, 3)}
    monkeypatch.setattr(recoup, "today", lambda: days["now"])
    return days


@pytest.fixture
def store(tmp_path, today):
    book = tmp_path / "book.csv"
    lines = [f"L{row},B{row // 2},{100 + row}.00,{5 + row % 80},Standard" for row in range(120)]
    book.write_text("\n".join(["Loan_ID,Borrower_ID,Outstanding_Loan_Amount,Days_Past_Due,Strategy", *lines]))
    url = f"sqlite:///{tmp_path / 'store.db'}"
    assert run("ingest", str(book), "--as-of", "2026-10-31", "--db", url).code == 0
    return url


def planned(folder, **change: object) -> str:
    path = folder / "plan.json"
    path.write_text(json.dumps(PLAN | change))
    return str(path)


def test_a_trial_goes_from_its_plan_to_its_end(store, tmp_path, today):
    def asked(*words: str):
        return run("trial", *words, "--db", store, "--json")

    assert asked().json == {"trials": []}
    assert asked("plan", planned(tmp_path)).json["eligible_today"] == 120
    out = tmp_path / "desk.csv"
    told = asked("assign", "Letters", "--out", str(out)).json
    assert (told["stored"], sum(told["arms"].values())) == (False, 120)
    told = asked("assign", "Letters", "--out", str(out), "--confirm").json
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 120
    assert {row["Arm"] for row in rows} <= {"Now", "Settle", "Holdout"}
    by_borrower: dict[str, set[str]] = {}
    for row in rows:
        by_borrower.setdefault(row["Borrower_ID"], set()).add(row["Arm"])
    assert all(len(arms) == 1 for arms in by_borrower.values())
    verdict = asked("verdict", "Letters").json
    assert (verdict["verdict"], verdict["status"]) == ("not yet", "running")
    assert sum(arm["loans"] for arm in verdict["arms"]) == sum(row["Arm"] != "Holdout" for row in rows)
    reader = recoup.Recoup(recoup.load_settings(db=store)).reader()
    settled = {row["Loan_ID"] for row in rows if row["Arm"] == "Settle"}
    under = reader.trial_rows("Letters", window_days=90).set_index("loan_ref")["strategy"]
    assert set(under.index[under == "Settlement"]) == settled
    today["now"] = date(2026, 11, 9)
    assert asked("close", "Letters", "--because", "no budget").code == 2
    assert asked("close", "Letters", "--because", "no budget", "--stop").json["status"] == "stopped"
    newest = reader.strategy_events()[0]
    assert (newest.what, newest.because) == ("trial stopped", "no budget")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"starts_on": "2026-10-01"}, "before it is registered"),
        ({"planned_n": 5}, "5 loans an arm carry no interval"),
        ({"arms": PLAN["arms"][:1]}, "there is nothing to compare with"),
        ({"colour": "red"}, "unknown keys"),
        ({"why": ""}, "registered with its reason"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_one_line(store, tmp_path, change, words):
    done = run("trial", "plan", planned(tmp_path, **change), "--db", store)
    assert done.code == 2
    assert words in done.err
    assert run("trial", "verdict", "Letters", "--db", store).code == 2


def test_people_read_sentences(store, tmp_path):
    assert run("trial", "--db", store).out == "There is no trial: register one with `trial plan FILE`.\n"
    assert run("trial", "plan", planned(tmp_path), "--db", store).out.startswith(
        "Trial 'Letters' is registered: Now against Settle"
    )
    assert "Not yet: no loan takes part so far" in run("trial", "verdict", "Letters", "--db", store).out
