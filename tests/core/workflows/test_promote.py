"""A person puts a model in use or takes that back: who decides, what is logged, what is rescored, what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.errors import Refused
from core.records import Ruling
from core.workflows.promote import decided, listed, promote, rollback
from tests.dashboard.models_book import COMPARISON, NO_SIGNAL, model, reader_of
from tests.dashboard.small_book import BATCH
from tests.fake_models import FakeModelWriter
from tests.fakes import FakePortfolioReader

TODAY = date(2026, 11, 20)


@pytest.fixture
def kept():
    """A book whose model 2 took the place of model 1; 3 waits, 4 was refused."""
    reader = reader_of()
    writer = FakeModelWriter(reader)
    for status in ("champion", "champion", "challenger", "refused"):
        told = model(9, status, NO_SIGNAL) if status == "refused" else model(9, status)
        row = {"kind": told.kind, "status": status, "sha256": told.sha256, "card": told.card, "artifact": told.artifact}
        with writer.unit("own", kind="scoring", known_on=TODAY, who="ana") as unit:
            unit.put_model(row | {"trained_on_batches": [1], "because": "trained"})
    writer.units.clear()
    return reader, writer


def by_bob(kept, number, because="it fits the new product"):
    reader, writer = kept
    given = {"reader": reader, "writer": writer, "today": TODAY, "who": "bob", "progress": lambda *_: None}
    said = {"because": because} if number is None else {"model": number, "because": because}
    return decided("rollback" if number is None else "promote", said, **given)


def test_a_challenger_is_promoted_by_name_and_reason_and_the_newest_day_rescored(kept):
    reader, writer = kept
    steps = []
    told = promote(3, because=" it fits\nthe new product ", reader=reader, writer=writer, today=TODAY, who="bob",
                   progress=lambda done, _: steps.append(done))  # fmt: skip
    assert (told["model"], told["replaced"], told["rescored"]) == (3, 2, 40)
    assert told["sentence"] == "Model 3 is in use instead of model 2; 40 loans rescored."
    assert reader.champion().id == 3
    assert writer.units == [("own", "scoring", TODAY, "bob", "model 3 promoted")]
    scores, number = writer.scored[-1]
    assert (number, set(scores["source"])) == (3, {"model"})
    newest = reader.model_events()[0]
    assert (newest.model, newest.what, newest.who) == (3, "promoted", "bob")
    assert newest.because == "it fits the new product (put in use without a contest)"
    assert newest.figures["auc"] == reader.champion().card["auc"]
    assert steps == sorted(steps)


@pytest.mark.parametrize("number", [3, None])
def test_the_day_rescored_is_the_newest_at_the_time_of_writing_not_when_it_was_asked_for(kept, number):
    reader, writer = kept

    class AskedBefore:
        """The book as it was before its newest file came."""

        def __getattr__(self, name):
            return getattr(reader, name)

        def book(self):
            return replace(reader.book(), days=(date(2026, 9, 30),))

    given = {"reader": AskedBefore(), "writer": writer, "today": TODAY, "who": "bob", "progress": lambda *_: None}
    said = {"model": number, "because": "it fits"}
    assert decided("promote" if number else "withdraw", said, **given)["rescored"] == 40


@pytest.mark.parametrize(
    ("what", "seen", "was"), [("withdraw", 1, "model 1"), ("rollback", 1, "model 1"), ("promote", None, "no model")]
)
def test_a_decision_about_a_model_that_is_not_in_use_any_more_changes_nothing(kept, what, seen, was):
    reader, writer = kept
    given = {"reader": reader, "writer": writer, "today": TODAY, "who": "bob", "progress": lambda *_: None}
    said = {"because": "it is wrong", "model": 3, "in_use": seen}
    with pytest.raises(Refused, match=f"By now model 2 is in use; when this was decided it was {was}.*decide anew"):
        decided(what, said, **given)
    assert (writer.units, reader.champion().id) == ([], 2)
    assert decided(what, said | {"in_use": 2}, **given)["rescored"] == 40


@pytest.mark.parametrize(("what", "model_id"), [("withdraw", 0), ("promote", 3)])
def test_the_model_in_use_is_looked_at_again_with_the_write_lock_held(kept, what, model_id, monkeypatch):
    reader, writer = kept
    overtaken = reader.models()[0]
    monkeypatch.setattr("tests.fake_models.FakeModelUnit.champion", lambda _: overtaken)
    given = {"reader": reader, "writer": writer, "today": TODAY, "who": "bob", "progress": lambda *_: None}
    with pytest.raises(Refused, match=f"By now model {overtaken.id} is in use; when this was decided it was model 2"):
        decided(what, {"because": "it is wrong", "model": model_id}, **given)
    assert (reader.champion().id, writer.scored) == (2, [])


def test_who_met_on_loans_new_to_both_is_not_said_to_be_without_a_contest(kept):
    reader, _ = kept
    seen = {"on": "all", "against": 2, "passed": False, "rules": []}
    reader.held[:] = [
        replace(each, card=each.card | {"comparison": {**COMPARISON, "against": 2} if each.id == 3 else seen})
        for each in reader.held
    ]
    by_bob(kept, 3)
    assert reader.model_events()[0].because == "it fits the new product"
    by_bob(kept, 2)
    assert reader.model_events()[0].because == "it fits the new product"
    by_bob(kept, 1)
    assert reader.model_events()[0].because == "it fits the new product (put in use without a contest)"


def test_a_rollback_brings_the_one_before_back_and_does_not_go_to_and_fro(kept):
    reader, writer = kept
    told = by_bob(kept, None, "complaints")
    assert told["sentence"] == "Model 1 is in use again instead of model 2; 40 loans rescored."
    assert [(each.model, each.what) for each in reader.model_events()[:2]] == [(1, "returned"), (2, "withdrawn")]
    assert writer.scored[-1][1] == 1
    with pytest.raises(Refused, match="There is no earlier model to return to"):
        by_bob(kept, None, "again")
    assert by_bob(kept, 2, "the complaints were about something else")["replaced"] == 1


def test_the_one_in_use_is_withdrawn_and_the_rule_score_orders_the_work_until_a_person_returns_one(kept):
    reader, writer = kept
    given = {"reader": reader, "writer": writer, "today": TODAY, "who": "bob", "progress": lambda *_: None}
    with pytest.raises(Refused, match="Nothing says why"):
        decided("withdraw", {"because": " "}, **given)
    told = decided("withdraw", {"because": "it is\nwrong"}, **given)
    assert (told["model"], told["status"], told["replaced"], told["rescored"]) == (2, "retired", None, 40)
    assert told["sentence"].startswith("Model 2 is out of use and the rule score orders the work")
    assert reader.champion() is None
    scores, number = writer.scored[-1]
    assert (number, set(scores["source"])) == (None, {"rule"})
    newest = reader.model_events()[0]
    assert (newest.model, newest.what, newest.who, newest.because) == (2, "withdrawn", "bob", "it is wrong")
    assert listed(reader)[1].splitlines()[-2:] == [
        "No model is in use: the rule score orders the work.", "A rollback brings back model 1.",
    ]  # fmt: skip
    with pytest.raises(Refused, match="No model is in use"):
        decided("withdraw", {"because": "again"}, **given)
    assert by_bob(kept, None)["sentence"] == "Model 1 is in use again instead of the rule score; 40 loans rescored."


@pytest.mark.parametrize(
    ("number", "says"),
    [(4, "Model 4 was refused at training"), (2, "Model 2 is in use already"), (99, "There is no model 99")],
)
def test_what_may_not_be_put_in_use_is_refused_and_nothing_is_written(kept, number, says):
    reader, writer = kept
    before = len(reader.model_events())
    with pytest.raises(Refused, match=says):
        by_bob(kept, number)
    assert (len(reader.model_events()), writer.scored, reader.champion().id) == (before, [], 2)


@pytest.mark.parametrize("nothing", ["", "  \n", None])
def test_without_a_reason_nothing_happens(kept, nothing):
    for number in (3, None):
        with pytest.raises(Refused, match="Nothing says why"):
            by_bob(kept, number, nothing)
    assert kept[1].units == []


def test_a_damaged_model_is_not_put_in_use(kept):
    reader, writer = kept
    reader.held[:] = [
        replace(each, artifact=each.artifact + " ") if each.id in (1, 3) else each for each in reader.held
    ]
    for number in (3, None):
        with pytest.raises(Refused, match="The stored model is damaged"):
            by_bob(kept, number)
    assert (reader.champion().id, writer.units) == (2, [])
    told, _ = listed(reader)
    assert [each["readable"] for each in told["models"]] == [True, False, True, False]


def test_a_model_that_reads_what_stays_out_by_now_neither_returns_nor_is_promoted(kept):
    """Models 1 and 3 read LEAK. A person keeps it out; the gate's own finding counts as well, and a word lets it in again."""
    reader, writer = kept
    reads = {"inputs": ["days past due (log)", "extra:LEAK"]}
    reader.held[:] = [
        replace(each, card=each.card | reads) if each.id in (1, 3) else each for each in reader.held
    ]  # fmt: skip
    reader.said.append(Ruling("LEAK", False, "filled in later", "ana", "2026-11-19"))
    for number, says in ((3, "Model 3 reads what stays out"), (None, "Model 1 reads what stays out")):
        with pytest.raises(Refused, match=says) as refused:
            by_bob(kept, number)
        assert "LEAK: kept out by ana on 19 Nov 2026: filled in later" in str(refused.value)
        assert "Train again, put another model in use" in str(refused.value)
    assert (reader.champion().id, writer.units) == (2, [])
    reader.said.append(Ruling("LEAK", True, "known before", "ana", "2026-11-20"))
    assert by_bob(kept, 3)["replaced"] == 2


def test_a_model_that_learned_from_an_undone_batch_does_not_return(kept):
    reader, writer = kept
    reader._batches[:] = [replace(BATCH, id=1, status="undone")]
    with pytest.raises(Refused, match="no earlier model"):
        rollback(because="x", reader=reader, writer=writer, today=TODAY, who="bob", progress=lambda *_: None)


def test_the_list_names_statuses_the_one_that_returns_and_the_log(kept):
    told, text = listed(kept[0])
    assert [(each["model"], each["status"]) for each in told["models"]] == [
        (4, "refused"), (3, "challenger"), (2, "champion"), (1, "retired"),
    ]  # fmt: skip
    assert (told["champion"], told["returns"]) == (2, 1)
    assert told["events"][-1] == {
        "model": 1, "what": "trained", "who": "ana", "at": "2026-11-20T12:00:00+00:00", "because": "trained",
    }  # fmt: skip
    lines = text.splitlines()
    assert lines[2] == "2: champion, logistic, usable, AUC 0.743 (0.711 to 0.775), n = 1,200"
    assert lines[-1] == "A rollback brings back model 1."


def test_a_book_without_models_says_that_the_rule_orders_the_work():
    assert "the rule score orders the work" in listed(FakePortfolioReader(reader_of()._snapshots[:0]))[1]
