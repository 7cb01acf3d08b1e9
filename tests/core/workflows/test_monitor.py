"""A watched book end to end, on a store: trained once for all tests here."""

from __future__ import annotations

import json
import shutil
from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.monitoring.alerts import alerts
from core.records import Model
from core.scores.scoring.model_score import model_score
from core.workflows.batches import undo
from core.workflows.monitor import FEWEST_NEW, _some, baselines, later_days, monitor_unit, workable
from core.workflows.monitored import findings, monitored, of_model
from core.workflows.promote import promote
from db.engine import open_store
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.core.workflows.ledger import Ledger
from tests.db.conftest import NOON
from tests.monitored import ALIKE, LAST, LEARNED, OTHERS, alike, bring, file_of, loans_of, matured_book
from tests.new_store import new_store


@pytest.fixture(scope="session")
def matured(trained, tmp_path_factory):
    path = tmp_path_factory.mktemp("watched") / "matured.db"
    engine = open_store(f"sqlite:///{shutil.copy(trained, path)}")
    numbers = matured_book(engine)
    engine.dispose()
    return path, numbers


@pytest.fixture
def book(trained, tmp_path):
    """The trained book, for one test to go on with."""
    engine = open_store(f"sqlite:///{shutil.copy(trained, tmp_path / 'book.db')}")
    yield engine
    engine.dispose()


@pytest.fixture
def watched(matured, tmp_path):
    """The matured book for one test, and the numbers of its batches."""
    engine = open_store(f"sqlite:///{shutil.copy(matured[0], tmp_path / 'watched.db')}")
    yield engine, matured[1]
    engine.dispose()


def found(engine, what, known_on=None):
    rows = findings(SqlPortfolioReader(engine).monitoring(known_on))
    return [row for row in rows if row["what"] == what]


def test_a_new_model_is_watched_at_once_on_the_days_it_did_not_learn_from(book):
    rows = findings(SqlPortfolioReader(book).monitoring())
    assert {row["as_of"] for row in rows} == {ALIKE}
    assert [row["what"] for row in rows].count("score") == 1
    assert all((row["n"], row["m"], row["alarm"]) == (400, 900, 0) for row in rows if row["what"] in ("score", "input"))
    assert {row["feature"] for row in rows if row["what"] == "input"} >= {
        "income (log)",
        "product",
        "missed payments (log)",
    }
    assert rows[0]["details"]["who"] == "new"
    assert (rows[0]["details"]["first_day"], rows[0]["details"]["last_day"]) == (LEARNED, LEARNED)


def test_what_has_not_matured_is_waited_for_and_never_guessed(book):
    (told,) = found(book, "maturity")
    assert (told["value"], told["n"]) == (0, 400)
    assert (told["details"]["waiting"], told["details"]["next_on"], told["details"]["next_loans"]) == (400, LAST, 400)
    assert found(book, "calibration") == found(book, "ranking") == []


def test_other_loans_raise_the_alarm_of_what_changed_and_say_which_column_is_gone(watched):
    engine, _ = watched
    rows = [row for row in findings(SqlPortfolioReader(engine).monitoring()) if row["as_of"] == OTHERS]
    alarmed = {row["feature"] or "score": row["details"]["kind"] for row in rows if row["alarm"]}
    assert alarmed == {
        "score": "score", "income (log)": "input", "debt-to-income": "input", "missed payments (log)": "vanished",
    }  # fmt: skip


def test_what_matured_is_held_against_the_score_given_then(watched):
    engine, numbers = watched
    calibration, ranking = found(engine, "calibration")[-1], found(engine, "ranking")[-1]
    assert (calibration["as_of"], calibration["batch_id"], ranking["n"]) == (ALIKE, numbers["cash"], 400)
    lost = alike()["cash_12m"] == 0
    as_said = ~alike()["strategy"].isin(["Legal", "Settlement"])
    told = calibration["details"]
    assert (calibration["n"], told["actual"], told["other_strategies"]) == (
        as_said.sum(),
        (lost & as_said).sum(),
        (~as_said).sum(),
    )
    model = SqlPortfolioReader(engine).champion()
    score = model_score(model, alike())["risk_score"][as_said.to_numpy()]
    assert told["expected"] == pytest.approx(score.sum(), abs=1e-3)
    assert told["low"] < calibration["value"] < told["high"]
    assert sum(part["n"] for part in told["deciles"]) == calibration["n"]
    assert [each["n"] for each in ranking["details"]["cohorts"]] == [400]
    assert ranking["details"]["before"] == pytest.approx(model.card["baseline"]["new"]["auc"])
    assert found(engine, "maturity")[-1]["details"]["next_on"] == "2026-07-31"


def test_the_alerts_that_stand_are_those_of_the_newest_day(watched):
    engine, numbers = watched
    kinds = {each.kind for each in alerts(findings(SqlPortfolioReader(engine).monitoring()))}
    assert kinds <= {"recent", "slope"}
    undo(numbers["last"], reader=SqlPortfolioReader(engine), writer=SqlPortfolioWriter(engine, lambda: NOON), today=NOON.date(), who="ana")  # fmt: skip
    assert {each.kind for each in alerts(findings(SqlPortfolioReader(engine).monitoring()))} >= {
        "vanished",
        "score",
        "input",
    }


def test_an_undone_batch_loses_its_say_and_an_earlier_day_knows_what_it_knew(watched):
    engine, numbers = watched
    before, cash = date(2026, 7, 3), numbers["cash"]
    assert found(engine, "calibration", before) == []
    assert {row["as_of"] for row in found(engine, "score", date(2025, 7, 31))} == {ALIKE}
    undo(cash, reader=SqlPortfolioReader(engine), writer=SqlPortfolioWriter(engine, lambda: NOON), today=NOON.date(), who="ana")  # fmt: skip
    assert found(engine, "calibration") == []
    assert found(engine, "maturity")[-1]["value"] == 0
    assert [row["batch_id"] for row in found(engine, "calibration", date(2026, 7, 20))] == [cash]


def test_with_few_new_loans_the_stock_is_held_against_the_stock_of_the_training_day(book):
    rows = pd.concat([alike().assign(as_of=OTHERS), loans_of(OTHERS, 3, FEWEST_NEW - 1, "F")], ignore_index=True)
    bring(book, file_of(rows, "2025-08-03"))
    (score,) = [row for row in found(book, "score") if row["as_of"] == OTHERS]
    assert (score["details"]["who"], score["n"], score["m"]) == ("stock", 499, 400)
    assert (score["details"]["first_day"], score["alarm"]) == (ALIKE, 0)


def test_without_a_model_new_loans_are_held_against_those_of_the_year_before(tmp_path):
    engine = new_store(tmp_path / "rule.db")
    for day, seed, prefix in (("2024-06-30", 1, "L"), ("2024-07-31", 2, "A"), ("2024-08-31", 3, "O")):
        rows = loans_of(day, seed, 150, prefix)
        bring(engine, file_of(rows.assign(dpd=rows["dpd"] + 120) if prefix == "O" else rows, "2024-09-03"))
    told = SqlPortfolioReader(engine).monitoring()
    engine.dispose()
    assert told["model_id"].isna().all()
    assert set(told["as_of"]) == {"2024-08-31"}
    days = told[told["feature"] == "days past due (log)"].iloc[0]
    assert (days["n"], days["m"], days["alarm"]) == (150, 150, 1)
    assert json.loads(days["details"])["first_day"] == "2024-07-31"
    assert not told[told["feature"] == "income (log)"]["alarm"].any()


def test_a_damaged_model_or_one_without_a_baseline_is_not_watched_and_breaks_nothing(book):
    before = len(SqlPortfolioReader(book).monitoring())
    with SqlPortfolioWriter(book, lambda: NOON).unit("own", kind="scoring", known_on=NOON.date(), who="ana") as unit:
        for change in ("artifact = '{}'", "card = '{}'"):
            unit._connection.exec_driver_sql(f"UPDATE models SET {change}")
            monitor_unit(unit, ["2025-05-31"])
    rows = SqlPortfolioReader(book).monitoring()
    assert len(rows) == before
    assert "2025-05-31" not in set(rows["as_of"])


def test_a_refused_training_has_nothing_to_be_held_against():
    class Refused:
        artifact = ""

    assert baselines(Refused(), None, Ledger()) == {}


def test_workable_loans_are_open_late_free_and_owe_something():
    frame = pd.DataFrame(
        {"dpd": [5, 0, 5, 5, 5], "balance": [1.0, 1.0, 0.0, 1.0, 1.0], "status": ["open", "open", None, "paid", "open"],
         "hold": [None, None, None, None, "dispute"]}
    )  # fmt: skip
    assert workable(frame).index.tolist() == [0]


def test_a_large_day_is_compared_by_a_sample_that_stays_the_same():
    frame = pd.DataFrame({"x": np.arange(12_000)})
    one, other = _some(frame)["x"], _some(frame)["x"]
    assert (len(one), one.is_monotonic_increasing) == (10_000, True)
    assert one.equals(other)


def test_a_model_is_watched_from_the_day_after_those_it_learned_from(watched):
    engine, _ = watched
    reader = SqlPortfolioReader(engine)
    assert later_days(reader.champion(), reader.book().days) == [ALIKE, OTHERS, LAST]


def test_the_command_line_tells_how_the_score_stands_with_what_to_do(watched, book):
    engine, numbers = watched
    undo(numbers["last"], reader=SqlPortfolioReader(engine), writer=SqlPortfolioWriter(engine, lambda: NOON), today=NOON.date(), who="ana")  # fmt: skip
    told, text = monitored(SqlPortfolioReader(engine))
    json.dumps(told, allow_nan=False)
    assert told.keys() == {
        "model", "alerts", "drift", "calibration", "recent", "ranking", "maturity", "sentence",
    }  # fmt: skip
    gone = next(each for each in told["alerts"] if each["kind"] == "vanished")
    assert (gone["feature"], gone["level"], gone["value"], gone["n"]) == ("missed payments (log)", "red", 1.0, 400)
    assert gone["to_do"].startswith("Mend the file")
    assert {each["feature"] for each in told["drift"]} >= {"score", "income (log)"}
    assert text.splitlines()[1].startswith(
        "red: share of missed payments (log) not stated 1.000, before 0.000, n = 400. Mend"
    )
    calm, words = monitored(SqlPortfolioReader(book))
    assert calm["alerts"] == []
    assert words.splitlines()[1] == "400 loans it scored have not matured; the next 400 on 30 Jun 2026."


def test_a_model_in_use_that_cannot_be_read_is_said_first():
    from tests.fakes import FakePortfolioReader

    reader = FakePortfolioReader(pd.DataFrame())
    reader.held = [Model(4, "logistic", "champion", "", "0" * 64, {}, "{}")]
    told, text = monitored(reader)
    assert text.splitlines() == [
        "The stored model is damaged: its content does not match its hash: the rule score orders the work. Train again, or roll back.",
        "Model 4: nothing was compared yet. Each portfolio file that comes is.",
    ]
    assert told["sentence"] == text.splitlines()[0]


def test_a_book_that_was_never_watched_says_so():
    from tests.fakes import FakePortfolioReader

    told, text = monitored(FakePortfolioReader(pd.DataFrame()))
    assert (told["model"], told["drift"], told["maturity"]) == (None, [], None)
    assert text == "The rule score: nothing was compared yet. Each portfolio file that comes is."


def test_a_model_that_is_put_in_use_by_a_person_is_watched_at_once(book):
    reader, writer = SqlPortfolioReader(book), SqlPortfolioWriter(book, lambda: NOON)
    held = reader.champion()
    with writer.unit("own", kind="scoring", known_on=NOON.date(), who="ana") as unit:
        second = unit.put_model({"kind": held.kind, "status": "challenger", "sha256": held.sha256, "card": held.card,
                                 "artifact": held.artifact, "trained_on_batches": [1]})  # fmt: skip
    promote(
        second, because="a test", reader=reader, writer=writer, today=NOON.date(), who="ana", progress=lambda *_: None
    )
    rows = of_model(reader.monitoring(), second)
    assert {row["as_of"] for row in rows} == {ALIKE}
    assert [row["value"] for row in rows if row["what"] == "score"] == [row["value"] for row in found(book, "score")][
        :1
    ]
