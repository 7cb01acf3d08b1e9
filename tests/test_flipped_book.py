"""Protected attributes change nothing, from the file to the list that is handed out: the whole way, by the command line."""

from __future__ import annotations

import csv
import json

import pytest
from sqlalchemy import text

from core.columns import by_field
from core.scores.fairness.groups import flipped
from db.engine import open_store, reading
from tests.command_line import run
from tests.core.scores.worlds import world

DAY = "2025-06-30"


def write(path, frame):
    """A portfolio file of these loans, outcomes and one unknown column included."""
    headers = {field: column.header for field, column in by_field("portfolio").items() if field in frame}
    told = frame[list(headers)].rename(columns=headers)
    told["Recovered_Amount"], told["Months_Observed"] = frame["cash_12m"], 12
    told["MARRIAGE"] = [json.loads(each)["MARRIAGE"] for each in frame["extra"]]
    told.to_csv(path, index=False)
    return str(path)


def recommended(db, folder):
    out = folder / "out.csv"
    assert run("recommend", "--db", db, "--out", str(out)).code == 0
    with out.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def scores(db):
    with reading(open_store(db)) as connection:
        found = connection.execute(text(
            "SELECT l.loan_ref, s.source, s.risk_score, s.band, s.proposed, s.needs_confirmation, s.segment, s.reasons, "
            "s.contributions, n.age, n.gender FROM scores s JOIN snapshots n ON n.id = s.snapshot_id "
            "JOIN loans l ON l.id = n.loan_id WHERE s.live = 1 AND n.live = 1 ORDER BY l.loan_ref"
        ))  # fmt: skip
        return [tuple(row) for row in found]


@pytest.mark.parametrize("trained", [False, True], ids=["rule", "model"])
def test_flipping_every_protected_attribute_changes_no_score_and_no_recommendation(tmp_path, trained):
    frame = world(seed=3, loans=600)
    frame["extra"] = [json.dumps({"MARRIAGE": "yes" if row % 3 else "no"}) for row in range(len(frame))]
    db = f"sqlite:///{tmp_path / 'book.db'}"
    load = ("--db", db, "--as-of", DAY, "--received-on", "2026-07-01", "--json")
    assert run("ingest", write(tmp_path / "a.csv", frame), *load).json["status"] == "committed"
    if trained:
        assert run("train", "--db", db, "--json").json["status"] == "champion"
    before, listed = scores(db), recommended(db, tmp_path)
    other, fields = flipped(frame)
    assert fields == ["Age", "Gender", "MARRIAGE"]
    assert run("ingest", write(tmp_path / "b.csv", other), *load, "--accept-change").json["status"] == "committed"
    after = scores(db)
    assert {row[1] for row in before} == {"model" if trained else "rule"}
    assert all(a[-2:] != b[-2:] for a, b in zip(before, after, strict=True))
    assert [row[:-2] for row in before] == [row[:-2] for row in after]
    assert recommended(db, tmp_path) == listed
    for row in after:
        told = json.loads(row[8])
        assert abs(told["base"] + sum(told["parts"].values()) - told["margin"]) < 1e-8
