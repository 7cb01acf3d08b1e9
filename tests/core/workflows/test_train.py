import json
import pickle
from copy import deepcopy
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.errors import Refused
from core.records import Model, Ruling
from core.scores import training
from core.workflows.train import _refuse_overtaken, train
from tests.core.scores.worlds import world
from tests.core.workflows.ledger import Ledger, batch

TODAY = date(2026, 11, 20)
KEYS = {
    "model",
    "verdict",
    "status",
    "target",
    "n",
    "events",
    "auc",
    "auc_ci",
    "ece",
    "calibration_slope",
    "quarantined",
}


def run(ledger, told=None):
    steps = [] if told is None else told
    return train(ledger, ledger, today=TODAY, who="ana", progress=lambda done, message: steps.append((done, message)))


@pytest.fixture(scope="module", autouse=True)
def learned_once():
    """Loans and admission that were learned from before in this file give the model they gave: tests of training itself
    say that they do, and here it is asked what becomes of a model. That is learned as a line, the quickest: which way to
    learn is taken is asked of training itself, too."""
    learn, known = training.train_model, {}

    def remembered(target, admission, *, progress):
        asked = pickle.dumps((target, admission))
        if asked not in known:
            steps = []
            known[asked] = (learn(target, admission, progress=steps.append), steps)
        trained, steps = known[asked]
        for done in steps:
            progress(done)
        return deepcopy(trained)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "train_model", remembered)
        patch.setattr(training, "CANDIDATES", training.CANDIDATES[:1])
        yield


@pytest.fixture(scope="module")
def in_use():
    """A book whose first model was learned from 700 loans of 30 Jun 2025."""
    ledger = Ledger(rows=world(seed=3, loans=700), batches=[batch(1)])
    run(ledger)
    return ledger


def test_the_first_usable_model_becomes_champion_and_the_newest_day_is_rescored_with_it():
    ledger = Ledger(
        rows=world(seed=3, loans=700),
        batches=[batch(1), batch(2, "payments"), batch(3, "actions"), batch(4, status="undone")],
    )
    steps = []
    result = run(ledger, steps)
    assert result.keys() >= KEYS
    assert (result["verdict"], result["status"], result["model"], result["rescored"]) == ("usable", "champion", 1, 700)
    assert result["n"] == 700
    assert result["auc_ci"][0] < result["auc"] < result["auc_ci"][1]
    assert ledger.units == [("own", "scoring", TODAY, "ana", "training: usable")]
    assert ledger.models[0]["trained_on_batches"] == [1, 2]
    card = ledger.models[0]["card"]
    assert (card["trained_by"], ledger.models[0]["because"]) == ("ana", "the first usable model where none is in use")
    assert card["data"].keys() >= {"first_day", "last_day", "loans", "borrowers", "sha256"}
    assert card["evidence"]["n"] == 700
    json.dumps(card, allow_nan=False)
    json.dumps(ledger.models[0]["figures"], allow_nan=False)
    scores, model_id = ledger.scores[0]
    assert model_id == 1
    assert set(scores["source"]) == {"model"}
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    json.dumps(result)


def test_a_refused_attempt_is_kept_with_its_card_and_rescores_nothing():
    ledger = Ledger(rows=world(seed=6, signal=0.0).assign(legal_action_taken="No"), batches=[batch(1)])
    result = run(ledger)
    assert (result["verdict"], result["status"], result["rescored"]) == ("no usable signal", "refused", 0)
    assert [each["column"] for each in result["quarantined"]] == ["Legal_Action_Taken", "LEAK"]
    assert ledger.models[0]["artifact"] == ""
    assert ledger.models[0]["card"]["auc"] == result["auc"]
    assert ledger.scores == []
    assert result["sentence"].startswith("No usable signal in this book: AUC 0.")
    assert result["score_in_use"] == "rule score"


def test_a_score_that_no_longer_holds_on_later_loans_is_refused_and_the_sentence_says_so():
    held, lost = world(seed=1, loans=900).assign(as_of="2023-06-30"), world(seed=2, loans=400, signal=0.0)
    lost = lost.assign(as_of="2024-06-30", loan_ref="N" + lost["loan_ref"], borrower_ref="N" + lost["borrower_ref"])
    ledger = Ledger(rows=pd.concat([held, lost], ignore_index=True), batches=[batch(1)])
    result = run(ledger)
    later = ledger.models[0]["card"]["out_of_time"]
    assert result["auc_ci"][0] > 0.5 >= later["auc_ci"][0]
    assert (result["verdict"], later["n"], later["windows_apart"]) == ("no usable signal", 400, True)
    assert " on 400 loans from 30 Jun 2024 on, learned from earlier ones" in result["sentence"]


def test_too_few_of_one_outcome_is_too_little_history():
    rows = world(loans=300)
    rows["cash_12m"] = np.where(rows.index < 49, 0.0, rows["balance"])
    ledger = Ledger(rows=rows, batches=[batch(1)])
    result = run(ledger)
    assert (result["verdict"], result["status"], result["n"], result["events"]) == (
        "too little history",
        "refused",
        300,
        49,
    )
    assert result["auc"] is None
    assert "Only 49 of 300" in result["sentence"]


def test_a_book_without_outcomes_is_too_little_history_and_says_what_to_load():
    result = run(Ledger(rows=world(loans=60).assign(cash_12m=np.nan), batches=[batch(1)]))
    assert (result["verdict"], result["status"], result["target"]) == ("too little history", "refused", None)
    assert "Load the payments" in result["sentence"]
    assert result["quarantined"] == []


def test_a_second_model_of_the_same_loans_waits_as_challenger_and_no_figure_is_claimed(in_use):
    second = in_use.crowned()
    fresh = world(seed=4, loans=40).assign(as_of="2025-09-30", cash_12m=np.nan)
    second.rows = pd.concat([in_use.rows, fresh.assign(loan_ref="N" + fresh["loan_ref"])], ignore_index=True)
    result = run(second)
    assert result["status"] == "challenger"
    assert second.scores == []
    assert second.models[0]["card"]["comparison"] == {
        "passed": False, "on": "none", "against": 1, "since": "2025-06-30", "n": 0, "events": 0, "needed": 50,
        "next_placed": "2025-09-30", "next_loans": 40,
    }  # fmt: skip
    assert result["sentence"].endswith(
        "; it waits as challenger, because there is no contest yet: it takes 50 loans of each outcome that are new to both, placed after "
        "30 Jun 2025, and none has matured; the next 40 loans can be judged once payments up to 30 Sep 2026 are loaded."
    )


def test_a_second_model_that_is_no_better_on_later_loans_waits_as_challenger(in_use):
    second = in_use.crowned()
    fresh = world(seed=5, loans=250).assign(as_of="2025-09-30")
    fresh = fresh.assign(loan_ref="N" + fresh["loan_ref"], borrower_ref="N" + fresh["borrower_ref"])
    second.rows = pd.concat([in_use.rows, fresh], ignore_index=True)
    result = run(second)
    comparison = second.models[0]["card"]["comparison"]
    assert (result["status"], comparison["n"]) == ("challenger", 250)
    assert comparison["on"] in ("later", "new")
    assert [each["rule"] for each in comparison["rules"]][:2] == ["better", "calibration"]
    assert "it waits as challenger, because it fails against model 1: it is not clearly better" in result["sentence"]


@pytest.mark.no_cover  # thousands of fits that the other trainings cover
def test_a_model_that_beats_the_champion_on_loans_new_to_both_takes_its_place():
    old = world(seed=11, loans=500, signal=0.6)
    old["dpd"] = 180 - old["dpd"]
    first = Ledger(rows=old, batches=[batch(1)])
    if run(first)["status"] != "champion":
        raise AssertionError("the first world must carry a model")
    second = first.crowned()
    new = world(seed=12, loans=1500, signal=1.5).assign(as_of="2025-09-30")
    new["loan_ref"] = "N" + new["loan_ref"]
    new["borrower_ref"] = "N" + new["borrower_ref"]
    second.rows = new
    result = run(second)
    assert result["status"] == "champion"
    comparison = second.models[0]["card"]["comparison"]
    assert comparison["on"] == "new"
    assert comparison["gain_ci"][0] > 0


def test_a_champion_that_cannot_be_read_is_replaced_and_the_card_says_so():
    first = Ledger(rows=world(seed=3, loans=700), batches=[batch(1)])
    run(first)
    second = first.crowned()
    second.model = replace(second.model, artifact=second.model.artifact + " ")
    result = run(second)
    assert result["status"] == "champion"
    assert second.models[0]["because"].startswith("the model in use cannot be read: The stored model is damaged")
    assert second.models[0]["card"]["comparison"] is None


def test_a_champion_that_reads_what_a_person_keeps_out_since_is_replaced_without_a_contest(in_use):
    second = in_use.crowned()
    second.rows = in_use.rows.head(400)
    second.said = [
        Ruling("Collateral_Value", False, "valued anew after the outcome", "ana", "2026-11-19"),
        Ruling("Loan_Type", False, "a bystander: kept out and not read", "ana", "2026-11-19"),
        Ruling("Other_EMI", False, "a part of debt-to-income, which is nothing without it", "ana", "2026-11-19"),
    ]
    second.model = replace(
        second.model, card={**second.model.card, "inputs": ["days past due (log)", "collateral cover"]}
    )
    result = run(second)
    card = second.models[0]["card"]
    assert (result["status"], card["comparison"]) == ("champion", None)
    assert (
        second.models[0]["because"]
        == "the model in use reads Collateral_Value, which stays out of any model trained now"
    )
    assert not {"collateral cover", "debt-to-income"} & set(card["inputs"])


def test_unknown_columns_enter_only_when_the_map_says_when_they_are_known():
    rows = world(seed=3, loans=700)
    silent = Ledger(rows=rows, batches=[batch(1)])
    run(silent)
    assert not [name for name in silent.models[0]["card"]["inputs"] if name.startswith("extra:")]
    stated = Ledger(
        rows=rows,
        batches=[batch(1, mapping={"known_at": {"NOISE": "snapshot", "LEAK": "snapshot", "GONE": "snapshot"}})],
    )
    result = run(stated)
    assert "extra:NOISE" in stated.models[0]["card"]["inputs"]
    assert [each["column"] for each in result["quarantined"]] == ["LEAK"]


def test_the_outcome_a_map_names_decides_over_payments():
    rows = world(seed=3, loans=400).assign(recovery_status=["Written Off", "Fully Recovered"] * 200)
    mapping = {"outcome": {"column": "X", "non_recovery": ["1"]}}
    result = run(Ledger(rows=rows, batches=[batch(1, mapping=mapping)]))
    assert result["target"] == "X is 1, as the map says"
    assert result["events"] == 200


@pytest.mark.parametrize("status", ["undone", "refused"])
def test_batches_that_are_not_in_the_book_say_nothing(status):
    ledger = Ledger(
        rows=world(seed=3, loans=700),
        batches=[batch(1), batch(2, status=status, mapping={"known_at": {"NOISE": "snapshot"}})],
    )
    run(ledger)
    assert ledger.models[0]["trained_on_batches"] == [1]
    assert "extra:NOISE" not in ledger.models[0]["card"]["inputs"]


def test_a_book_that_keeps_no_unknown_columns_is_learned_from_all_the_same():
    ledger = Ledger(rows=world(seed=3, loans=700).drop(columns="extra"), batches=[batch(1)])
    assert run(ledger)["n"] == 700


def test_a_target_that_the_facts_define_is_refused_with_their_names_and_the_score_in_use_stays():
    rows = world(seed=3, loans=400).assign(cash_12m=np.nan)
    rows["recovery_status"] = np.where(rows["dpd"] > 90, "Written Off", "Fully Recovered")
    ledger = Ledger(rows=rows, batches=[batch(1)])
    result = run(ledger)
    assert (result["verdict"], result["status"], result["auc"]) == ("no usable signal", "refused", None)
    assert "can be told from Days_Past_Due alone (AUC " in result["sentence"]
    assert result["sentence"].endswith(
        "The rule score orders the work: it is not validated on your data, and no probability."
    )
    assert result["score_in_use"] == "rule score"
    assert ledger.models[0]["card"]["circular"]["names"] == ["Days_Past_Due"]
    assert ledger.units[0][-1] == "training: no usable signal"
    json.dumps(result)


def test_what_was_learned_is_not_stored_where_its_batch_was_undone_or_another_model_came_in_use_meanwhile():
    held = Ledger(batches=[batch(1), batch(2, "payments", status="undone"), batch(3)])
    before, after = (Model(number, "logistic", "champion", "", "", {}, "") for number in (7, 8))
    _refuse_overtaken(held, before, before, [1, 3], [])
    _refuse_overtaken(held, None, None, [1], [])
    with pytest.raises(Refused, match=r"Batch 2 was undone while this training ran.*Train again on what stands"):
        _refuse_overtaken(held, before, before, [1, 2], [])
    with pytest.raises(Refused, match="While this training ran, model 8 came into use"):
        _refuse_overtaken(held, before, after, [1], [])
    with pytest.raises(Refused, match="the model in use was taken out of use: what was learned was held"):
        _refuse_overtaken(held, before, None, [1], [])


def test_what_was_learned_is_not_stored_where_a_person_kept_out_meanwhile_what_it_reads():
    held, inputs = Ledger(batches=[batch(1)]), ["debt-to-income", "extra:zone"]
    held.put_ruling("own", Ruling("grade", False, "not ours", "bob", "2026-11-20"))
    held.put_ruling("own", Ruling("Monthly_EMI", True, "known before", "bob", "2026-11-20"))
    _refuse_overtaken(held, None, None, [1], inputs)
    held.put_ruling("own", Ruling("zone", False, "who they are", "bob", "2026-11-20"))
    with pytest.raises(
        Refused, match=r"While this training ran, a person kept zone out, which it reads.*nothing was stored"
    ):
        _refuse_overtaken(held, None, None, [1], inputs)
