"""Models through the store and the command line: promote, roll back, and what happens when a stored model is damaged."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, date, datetime

import pytest

from core.records import Ruling
from core.scores.scoring.evaluate import sha256_of
from core.workflows.batches import redate
from core.workflows.refresh import score_unit
from db.engine import open_store, writing
from db.jobs import SqlJobQueue
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.command_line import run
from tests.dashboard.models_book import ARTIFACT, CARD, CONTENT
from tests.db.conftest import KNOWN_ON, NOON, loan, portfolio, rows_of

DAY = "2026-10-31"


@pytest.fixture
def store(tmp_path):
    """Three loans; model 2 is in use, model 1 was before, model 3 waits, model 4 was refused."""
    url = f"sqlite:///{tmp_path / 'models.db'}"
    engine = open_store(url)
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    with writer.unit("own", kind="batch", known_on=KNOWN_ON, who="ana") as unit:
        unit.append(portfolio([loan("A", dpd=5), loan("B", dpd=60), loan("C", dpd=170)], as_of=DAY))
        unit.show("own")
    for place, status in enumerate(("champion", "champion", "challenger", "refused")):
        text = (
            "" if status == "refused" else ARTIFACT.replace('"coefficients": [0.8]', f'"coefficients": [{0.8 + place}]')
        )
        row = {"kind": "logistic", "status": status, "sha256": sha256_of(text), "card": CARD, "artifact": text}
        with writer.unit("own", kind="scoring", known_on=KNOWN_ON, who="ana") as unit:
            unit.put_model(row | {"trained_on_batches": [1]})
    yield url, engine
    engine.dispose()


def asked(url, *words):
    done = run(*words, "--db", url, "--json")
    return done.code, done.json


def sources(engine):
    """Who scored the newest day."""
    return rows_of(
        engine,
        "SELECT DISTINCT source, model_id FROM scores JOIN snapshots ON snapshots.id = snapshot_id WHERE scores.live = 1 "
        "AND as_of = (SELECT max(as_of) FROM snapshots WHERE live = 1)",
    )


def test_a_person_promotes_and_rolls_back_and_every_answer_names_who_and_why(store):
    url, engine = store
    assert asked(url, "models")[1]["returns"] == 1
    code, told = asked(url, "models", "promote", "3", "--because", "the new product")
    assert (code, told["model"], told["replaced"], told["rescored"]) == (0, 3, 2, 3)
    assert sources(engine) == [("model", 3)]
    code, told = asked(url, "models", "rollback", "--because", "complaints")
    assert (code, told["model"], told["replaced"]) == (0, 2, 3)
    assert sources(engine) == [("model", 2)]
    listed = asked(url, "models")[1]
    assert [(each["model"], each["status"]) for each in listed["models"]] == [
        (4, "refused"), (3, "retired"), (2, "champion"), (1, "retired"),
    ]  # fmt: skip
    assert [(each["model"], each["what"], each["because"]) for each in listed["events"][:2]] == [
        (2, "returned", "complaints"), (3, "withdrawn", "model 2 took its place: complaints"),
    ]  # fmt: skip
    code, told = asked(url, "models", "promote", "4", "--because", "x")
    assert (code, told["status"]) == (2, "refused")
    shadows = SqlPortfolioReader(engine).shadows()
    assert {(each.model, each.against) for each in shadows} >= {(3, 2)}


def test_a_person_takes_the_model_in_use_out_of_use(store):
    url, engine = store
    code, told = asked(url, "models", "withdraw", "--because", "it was trained on the wrong file")
    assert (code, told["model"], told["rescored"], sources(engine)) == (0, 2, 3, [("rule", None)])
    assert asked(url, "models")[1]["champion"] is None
    assert asked(url, "models", "withdraw", "--because", "again")[0] == 2


def taken_back(store, what):
    """Batch 2 undone, with its book on show or kept aside, or given the day after."""
    url, engine = store
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    if what == "redate":
        reader = SqlPortfolioReader(engine, "own")
        redate(2, date(2026, 11, 16), reader=reader, writer=writer, today=KNOWN_ON, who="ana")
        return
    if what == "undo aside":
        with writer.unit("sample", kind="show", known_on=KNOWN_ON, who="ana") as unit:
            unit.show("sample")
    assert asked(url, "undo", "2")[0] == 0


@pytest.mark.parametrize("what", ["undo", "undo aside", "redate"])
@pytest.mark.parametrize(("kept_out", "after"), [(True, [("rule", None)]), (False, [("model", 5)])])
def test_a_model_that_returns_with_an_undo_and_reads_what_stays_out_by_now_is_withdrawn(store, kept_out, after, what):
    """Model 5 reads LEAK; model 6 learned from batch 2 too and falls with it."""
    _, engine = store
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    reads = CARD | {"inputs": ["days past due (log)", "extra:LEAK"]}
    row = {"kind": "logistic", "status": "champion", "sha256": sha256_of(ARTIFACT), "artifact": ARTIFACT}
    with writer.unit("own", kind="scoring", known_on=KNOWN_ON, who="ana") as unit:
        unit.put_model(row | {"card": reads, "trained_on_batches": [1]})
        score_unit(unit, batch_id=None, newest_before=date(2026, 10, 31), payments_until=date(2026, 10, 31))
    with writer.unit("own", kind="batch", known_on=KNOWN_ON, who="ana") as unit:
        unit.append(portfolio([loan("A", dpd=35)], as_of="2026-11-15"))
        unit.put_model(row | {"card": CARD, "trained_on_batches": [1, 2]})
        score_unit(unit, batch_id=2, newest_before=None)
    if kept_out:
        writer.put_ruling("own", Ruling("LEAK", False, "filled in later", "ana", "2026-11-19"))
    taken_back(store, what)
    assert sources(engine) == after
    newest = SqlPortfolioReader(engine, "own").model_events()[0]
    assert (newest.model, newest.what) == (5, "withdrawn" if kept_out else "returned")
    assert ("it reads LEAK" in newest.because) == kept_out


@pytest.mark.parametrize(
    ("text", "own_hash", "says"),
    [
        (ARTIFACT.replace("0.8", "0.9"), False, "The stored model is damaged: its content does not match its hash"),
        (pickle.dumps(CONTENT).decode("latin-1"), True, "The stored model is not readable as JSON"),
        (json.dumps({"any": "thing"}), True, "The stored model is of another format"),
        (json.dumps(CONTENT | {"format": "recoup-model-9"}), True, "The stored model is of another format"),
    ],
)
def test_a_damaged_or_foreign_model_is_said_and_the_rule_score_orders_the_work(store, text, own_hash, says):
    url, engine = store
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE models SET artifact = ? WHERE id = 2", (text,))
        if own_hash:
            connection.exec_driver_sql("UPDATE models SET sha256 = ? WHERE id = 2", (sha256_of(text),))
    listed = asked(url, "models")[1]
    told = next(each for each in listed["models"] if each["model"] == 2)
    assert (told["readable"], told["damage"]) == (False, says)
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    with writer.unit("own", kind="batch", known_on=KNOWN_ON, who="ana") as unit:
        unit.append(portfolio([loan("A", dpd=35), loan("B", dpd=90), loan("C", dpd=200)], as_of="2026-11-15"))
        score_unit(unit, batch_id=2, newest_before=None)
    live = rows_of(
        engine, "SELECT c.source, c.reasons FROM scores c JOIN snapshots s ON s.id = c.snapshot_id WHERE c.live = 1 AND s.as_of = ?",
        "2026-11-15",
    )  # fmt: skip
    assert [source for source, _ in live] == ["rule"] * 3
    assert all(f"{says}, so the rule score orders the work" in reasons for _, reasons in live)
    code, told = asked(url, "models", "rollback", "--because", "it is damaged")
    assert (code, told["model"], sources(engine)) == (0, 1, [("model", 1)])


def test_a_training_at_the_command_line_is_refused_while_another_runs_and_keeps_no_word_on_a_column(store):
    url, engine = store
    queue = SqlJobQueue(engine, lambda: datetime.now(UTC))
    running = queue.begin("train", {}, "ben", "another terminal", 60)
    assert queue.hold(running.id, "train own") is None
    code, told = asked(url, "train", "--forbid", "Product_Type", "--because", "it says who they are")
    assert (code, told["status"]) == (2, "refused")
    assert "A training of this book is at work since" in told["refusal"]
    assert "asked for by ben" in told["refusal"]
    assert SqlPortfolioReader(engine).rulings() == []
    assert [(job.who, job.status) for job in queue.recent()] == [("analyst", "failed"), ("ben", "running")]


def test_a_training_at_the_command_line_is_a_job_that_the_pages_see(store):
    url, engine = store
    code, told = asked(url, "train")
    assert (code, told["verdict"]) == (0, "too little history")
    (job,) = SqlJobQueue(engine, lambda: datetime.now(UTC)).recent()
    assert (job.kind, job.status, job.result["model"]) == ("train", "done", told["model"])


def test_a_recalibration_that_cannot_be_is_refused_in_words_and_changes_nothing(store):
    url, engine = store
    code, told = asked(url, "train", "--recalibrate", "--because", "fewer paid")
    assert code != 0
    assert "Model 2 cannot be recalibrated" in json.dumps(told)
    assert len(rows_of(engine, "SELECT id FROM models")) == 4
    assert rows_of(engine, "SELECT id FROM models WHERE status = 'champion'") == [(2,)]
    assert "Nothing says why" in json.dumps(asked(url, "train", "--recalibrate")[1])
