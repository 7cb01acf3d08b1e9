from datetime import date

import pytest

from core.errors import Refused
from core.records import Model, Ruling
from core.workflows.rulings import TAKEN_BACK, named_by, rule_on_column, their_names
from core.workflows.train import train
from tests.core.scores.worlds import world
from tests.core.workflows.ledger import Ledger, batch

TODAY = date(2026, 11, 20)


@pytest.fixture
def ledger():
    rows = world(seed=3, loans=400)
    return Ledger(rows=rows, batches=[batch(1, mapping={"known_at": {"NOISE": "snapshot"}})])


def rule(ledger, column, *, allowed=True, because="it is of the application form"):
    return rule_on_column(ledger, ledger, column, allowed=allowed, because=because, today=TODAY, who="ana")


def test_a_word_is_kept_with_who_when_and_why_under_the_column_s_own_name(ledger):
    assert rule(ledger, "num missed_payments", because=" asked the branch ") == Ruling(
        "Num_Missed_Payments", True, "asked the branch", "ana", "2026-11-20"
    )
    assert rule(ledger, "leak").column == "LEAK"
    assert [each.column for each in ledger.rulings()] == ["Num_Missed_Payments", "LEAK"]


def test_taking_a_word_back_needs_no_reason(ledger):
    rule(ledger, "LEAK")
    rule(ledger, "LEAK", allowed=False, because="")
    assert ledger.rulings() == [Ruling("LEAK", False, TAKEN_BACK, "ana", "2026-11-20")]


def test_a_reason_is_kept_whole_or_refused_and_spaces_do_not_count(ledger):
    whole = "word " * 100  # 499 letters with single spaces
    assert rule(ledger, "LEAK", because=f"  {whole.replace(' ', '   ')} ").because == whole.strip()
    for allowed in (True, False):
        with pytest.raises(Refused, match=r"The reason has 501 letters, and 500 are kept.*Say it in 1 letter less\."):
            rule(ledger, "LEAK", allowed=allowed, because=f"{whole} x")
    assert len(ledger.said) == 1


@pytest.mark.parametrize(
    ("column", "found"),
    [
        ("Legal_Action_Taken", "it is written with the outcome"),
        ("Recovered_Amount", "it is written with the outcome"),
        ("age", "it is a protected attribute"),
        ("Region", "stand in for who lives there"),
        ("Collection_Method", "no fact about the borrower"),
        ("Loan_ID", "no fact about the borrower"),
        ("nowhere", r"no column 'nowhere' \(LEAK; NOISE\)\. Give the name"),
    ],
)
def test_what_nobody_can_let_in_is_refused_with_the_reason(ledger, column, found):
    with pytest.raises(Refused, match=found):
        rule(ledger, column)
    assert ledger.said == []


def test_a_column_the_map_dates_after_the_outcome_is_let_in_by_another_map_only(ledger):
    ledger.held.append(batch(2, mapping={"known_at": {"NOISE": "after"}}))
    with pytest.raises(Refused, match=r"the map says it is known only after the outcome\. Load the file with a map"):
        rule(ledger, "NOISE")
    ledger.held[-1] = batch(2, status="undone", mapping={"known_at": {"NOISE": "after"}})
    assert rule(ledger, "NOISE").allowed


def test_a_protected_name_and_an_empty_reason_are_refused(ledger):
    ledger.rows["extra"] = '{"MARRIAGE": "1", "X": "2"}'
    with pytest.raises(Refused, match="MARRIAGE cannot be let in: it is a protected attribute, or a place"):
        rule(ledger, "marriage")
    with pytest.raises(Refused, match=r"Letting X in needs a reason\. Say why"):
        rule(ledger, "X", because="  ")


def test_the_next_training_honours_a_word_and_its_card_says_whose_it_is(ledger):
    ledger.rows = world(seed=3, loans=80)
    rule(ledger, "LEAK")
    rule(ledger, "NOISE", allowed=False, because="a test field")
    result = train(ledger, ledger, today=TODAY, who="bob", progress=lambda *_: None)
    card = ledger.models[0]["card"]
    assert [(each["column"], each["who"], each["because"]) for each in result["allowed"]] == [
        ("LEAK", "ana", "it is of the application form")
    ]
    assert "AUC of 1.00" in card["allowed"][0]["why"]
    assert card["quarantined"] == result["quarantined"]
    assert [(each["column"], each["why"]) for each in card["quarantined"]] == [
        ("NOISE", "Kept out by ana on 20 Nov 2026: a test field")
    ]
    assert named_by(card) == ["LEAK", "NOISE"]


def test_a_card_offers_only_what_a_person_may_rule_on():
    card = {
        "quarantined": [{"column": "Legal_Action_Taken", "why": ""}, {"column": "SEX", "why": ""}, {"column": "x1", "why": ""}],
        "unstated": ["grade"],
    }  # fmt: skip
    assert named_by(card) == ["grade", "x1"]
    assert named_by({}) == []


def test_after_a_refusal_the_model_in_use_stays_and_is_named(ledger):
    ledger.rows = world(seed=3, loans=80)
    ledger.model = Model(7, "logistic", "champion", "", "", {}, "")
    result = train(ledger, ledger, today=TODAY, who="bob", progress=lambda *_: None)
    assert (result["status"], result["score_in_use"]) == ("refused", "model 7 (logistic)")
    assert result["sentence"].endswith("are needed. Model 7 stays in use.")


def test_after_a_refusal_a_model_in_use_that_reads_what_is_kept_out_is_said_to(ledger):
    ledger.rows = world(seed=3, loans=80)
    ledger.model = Model(7, "logistic", "champion", "", "", {"inputs": ["days past due (log)", "extra:NOISE"]}, "")
    rule(ledger, "NOISE", allowed=False, because="a test field")
    result = train(ledger, ledger, today=TODAY, who="bob", progress=lambda *_: None)
    assert result["sentence"].endswith(
        "Model 7 stays in use, though it reads NOISE, which stays out of any model trained now."
    )


def test_what_a_map_calls_a_column_is_told_with_why_it_stays_out(ledger):
    mapping = {"columns": {"recoveries": "Recovered_Amount", "Days Past Due": "dpd", "odd": None, "id": "Loan_ID"}}
    ledger.held.append(batch(2, mapping=mapping))
    assert their_names(ledger.held) == {"recovered_amount": "recoveries", "loan_ref": "id"} | {"dpd": "Days Past Due"}
    ledger.rows = world(seed=3, loans=30).assign(recovered_amount=1.0)
    train(ledger, ledger, today=TODAY, who="bob", progress=lambda *_: None)
    assert ledger.models[0]["card"]["quarantined"][0] == {
        "column": "Recovered_Amount", "why": "It is written with the outcome, after the snapshot, and called recoveries in the file",
    }  # fmt: skip
