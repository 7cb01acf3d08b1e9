"""A score that still ranks and promises too few gets new probabilities; one training serves all tests here."""

from __future__ import annotations

import json
import shutil
from datetime import date

import numpy as np
import pytest

from core.errors import Refused
from core.scores.measures.logit import logit, sigmoid
from core.scores.registry.limits import limits_of
from core.scores.scoring.model_score import model_risk
from core.workflows.promote import rollback
from core.workflows.recalibrate import recalibrate
from db.engine import open_store
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.db.conftest import NOON
from tests.monitored import ALIKE, LAST, LEARNED, alike, bring, cash_of, file_of, loans_of

TODAY = date(2026, 7, 4)


def harder(model):
    """The loans of a year later, of which more are lost than the score says: every log-odds is a whole unit higher."""
    rows, draw = alike(), np.random.default_rng(5)
    p = model_risk(model, rows).to_numpy()
    lost = draw.random(len(rows)) < (sigmoid(logit(p) + 1) - p) / (1 - p)  # of those that else would have paid
    return rows.assign(cash_12m=rows["cash_12m"].where(~lost, 0.0))


@pytest.fixture(scope="session")
def store(trained, tmp_path_factory):
    """Trained on the loans of the first month; those of a year later brought less than it promised."""
    path = tmp_path_factory.mktemp("recalibrated") / "store.db"
    engine = open_store(f"sqlite:///{shutil.copy(trained, path)}")
    bring(engine, cash_of(harder(SqlPortfolioReader(engine).champion()), "2025-09-15", "2026-07-02"))
    bring(engine, file_of(loans_of(LAST, 4, 60, "Z"), "2026-07-03"))
    engine.dispose()
    return path


@pytest.fixture
def book(store, tmp_path):
    engine = open_store(f"sqlite:///{shutil.copy(store, tmp_path / 'book.db')}")
    yield SqlPortfolioReader(engine), SqlPortfolioWriter(engine, lambda: NOON)
    engine.dispose()


def asked(book, because="fewer paid than promised"):
    return recalibrate(*book, because=because, today=TODAY, who="ana", progress=lambda *_: None)


def changed(book, statement):
    with book[1].unit("own", kind="scoring", known_on=TODAY, who="ana") as unit:
        unit._connection.exec_driver_sql(statement)


def test_it_takes_the_place_of_the_model_and_says_what_it_was_made_of(book):
    reader, _ = book
    before, rows = reader.champion(), reader.training_rows()
    told = asked(book)
    json.dumps(told, allow_nan=False)
    assert (told["status"], told["recalibrated_from"], told["loans"] <= 400) == ("champion", before.id, True)
    model = reader.champion()
    assert model.id == told["model"] != before.id
    card = model.card
    # the learned loans are those of the second month alone, and the card says of which model the order is
    assert (card["data"]["first_day"], card["data"]["last_day"], card["data"]["loans"]) == (ALIKE, ALIKE, 400)
    assert card["recalibrated"]["learned"]["last_day"] == LEARNED
    assert {"why": f"placed by 30 Jun 2024, the last day model {before.id} learned from", "loans": 900} in card[
        "excluded"
    ]
    assert sum(each["loans"] for each in card["excluded"]) + 400 == rows["loan_ref"].nunique()
    assert limits_of(card)[0].startswith("Its probabilities were set anew on ")
    # same order, higher promises
    old, new = (model_risk(each, alike()) for each in (before, model))
    assert old.rank().corr(new.rank()) > 0.999
    assert new.mean() > old.mean() + 0.1
    rules = card["comparison"]["rules"]
    assert {each["rule"] for each in rules} == {"better", "calibration", "promise"}
    assert all(each["passed"] and each["n"] <= 400 for each in rules)
    assert card["ece"] < 0.08
    event = next(each for each in reader.model_events() if each.model == model.id and each.what == "promoted")
    assert (event.who, "because fewer paid than promised; it passes every rule" in event.because) == ("ana", True)
    # through the existing workflow back again
    back = rollback(because="a test", reader=reader, writer=book[1], today=TODAY, who="ana", progress=lambda *_: None)
    assert back["model"] == before.id


def test_too_few_matured_loans_are_refused_with_the_day_when_there_will_be_more(book):
    changed(book, "UPDATE payments SET live = 0")
    reader = book[0]
    before = len(reader.models())
    changed(book, "DELETE FROM payments")
    with pytest.raises(Refused, match="Model 1 cannot be recalibrated"):
        asked(book)
    assert len(reader.models()) == before


def test_few_of_one_outcome_are_counted_and_the_next_day_named(book):
    # all but 40 of the second month's loans are left unpaid: too few recovered ones
    paid = alike()[alike()["cash_12m"] > 0]["loan_ref"].tolist()
    kept = ", ".join(f"'{ref}'" for ref in paid[:40])
    changed(
        book,
        f"DELETE FROM payments WHERE loan_id IN (SELECT id FROM loans WHERE loan_ref LIKE 'A%' AND loan_ref NOT IN ({kept}))",
    )
    with pytest.raises(
        Refused,
        match=r"it takes 50 loans of each outcome placed after 30 Jun 2024.* and 400 \(3\d\d not recovered\) have",
    ) as refusal:
        asked(book)
    assert "The next 60 loans can be judged once payments up to 30 Jun 2027 are loaded." in str(refusal.value)


def test_an_order_that_fell_is_not_recalibrated(trained, tmp_path):
    engine = open_store(f"sqlite:///{shutil.copy(trained, tmp_path / 'fell.db')}")
    lost = np.random.default_rng(5).random(400) < 0.5  # whoever they are
    bring(engine, cash_of(alike().assign(cash_12m=alike()["cash_12m"].where(~lost, 0.0)), "2025-10-15", "2026-07-03"))
    bring(engine, file_of(loans_of(LAST, 4, 60, "Z"), "2026-07-03"))
    book = SqlPortfolioReader(engine), SqlPortfolioWriter(engine, lambda: NOON)
    with pytest.raises(
        Refused, match=r"The order of the loans fell: AUC 0\.\d+, at training 0\.\d+, a fall of 0\.\d+ \(95 %"
    ):
        asked(book)
    assert len(book[0].models()) == 1
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "because", "words"),
    [
        ("UPDATE models SET status = 'retired'", "a shift", "No model is in use"),
        (
            "UPDATE models SET card = json_remove(card, '$.data.last_day')",
            "a shift",
            "does not say which loans it learned from",
        ),
        (
            "UPDATE models SET card = json_set(card, '$.outcome_column', 'recovery_status')",
            "a shift",
            "learned its outcomes from",
        ),
        ("UPDATE models SET artifact = '{}'", "a shift", "."),
        ("UPDATE models SET status = status", " ", "Nothing says why"),
    ],
)
def test_what_cannot_be_recalibrated_is_refused_and_nothing_stored(book, statement, because, words):
    changed(book, statement)
    before = len(book[0].models())
    with pytest.raises(Refused, match=words):
        asked(book, because)
    assert len(book[0].models()) == before


def test_a_score_that_promises_rightly_keeps_its_place(trained, tmp_path):
    engine = open_store(f"sqlite:///{shutil.copy(trained, tmp_path / 'right.db')}")
    book = SqlPortfolioReader(engine), SqlPortfolioWriter(engine, lambda: NOON)
    bring(engine, cash_of(alike(), "2025-10-15", "2026-07-03"))
    bring(engine, file_of(loans_of(LAST, 4, 60, "Z"), "2026-07-03"))
    told = asked(book)
    held, shadows = book[0].champion().id, book[0].shadows()
    engine.dispose()
    assert (told["status"], held) == ("challenger", 1)
    assert "It waits as challenger, because it fails against model 1: it is not clearly better" in told["sentence"]
    assert [each.model for each in shadows] == [told["model"]]
