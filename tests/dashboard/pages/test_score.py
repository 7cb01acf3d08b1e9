"""Score a borrower: what is typed is read, checked beside its field, and answered at once."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from core.errors import Refused
from core.workflows.score import score_one
from dashboard.pages import score
from tests.dashboard.pages.test_segments import words_of
from tests.dashboard.work import book_of, forty_loans, services_of
from tests.plain_policy import plain_policy, stored

NO_RATES = pd.DataFrame({"bucket": [], "loans": [], "balance": [], "cash_12m": []})
RATES = pd.DataFrame({"bucket": ["60-89"], "loans": [100], "balance": [1000.0], "cash_12m": [250.0]})
EXAMPLE = {field.name: field.example for field in score.FIELDS}


def answered(texts, rates=NO_RATES, reader=None):
    services = services_of(
        reader, score_one=lambda fields: score_one(fields, champion=None, segmentation=None, rates=rates)
    )
    return score.update_score(services, texts)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12500", 12500.0),
        (" 12,500 ", 12500.0),
        ("12 500.50", 12500.5),
        ("12,5", 12.5),
        ("1'000'000", 1e6),
        ("", None),
        (None, None),
    ],
)
def test_numbers_are_read_as_people_write_them(text, value):
    assert score.read("balance", text) == (value, "")


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("balance", "abc", "'abc' is no number. Write it like 12500 or 12500.50."),
        ("balance", "-5", "'-5' is no number. Write it like 12500 or 12500.50."),
        ("balance", "1.2.3", "'1.2.3' is no number. Write it like 12500 or 12500.50."),
        ("dpd", "2.5", "Write a whole number."),
        ("dpd", "30000", "Write a number from 0 to 20,000."),
        ("age", "131", "Write a number from 0 to 130."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(field, text, says):
    assert score.read(field, text) == (None, says)
    shown = answered(EXAMPLE | {field: text})
    place = [each.name for each in score.FIELDS].index(field)
    assert shown["errors"][place] == says
    assert shown["invalid"].count(True) == 1
    assert (shown["told_class"], shown["hint"]) == ("is-absent", "Mend the marked fields to see the answer.")


def test_the_example_is_answered_with_score_strategy_and_reasons():
    shown = answered(EXAMPLE, RATES)
    # 64 days past due .698 x .35, 3 missed .85 x .25, .279 of income .638 x .20, unsecured 1 x .20 = .784
    assert shown["value"] == "78 of 100, high risk"
    assert shown["bar"] == {"width": "78%"}
    assert shown["edges"] == "Below 50 of 100 low, from 75 of 100 high."
    assert words_of(shown["strategy"]).startswith("Legal needs a person's confirmation Legal notices")
    assert words_of(shown["answer"]).startswith("Legal is proposed, once a person confirms it: risk 78 of 100")
    assert shown["expected"] == (
        "105 k, 25 % of the outstanding amount in 12 months; what earlier loans in the same arrears bucket brought, "
        "which says no interval"
    )
    assert shown["source"] == "rule, not validated on your data"
    assert words_of(shown["why"]).startswith("Rule score 0.78 is 0.75 or above: Legal 64 days past due (adds 0.24)")
    assert shown["segment"] == ["n/a, because this book has no segments yet"]


def test_fields_not_given_and_fields_nothing_reads_are_named():
    shown = answered({"balance": "1000", "dpd": "5", "age": "41"})
    assert shown["left_out"] == (
        "Not given: monthly income, collateral value, instalment, Other EMI, missed payments. Given, but nothing reads it: age."
    )


def test_experience_that_is_missing_is_named():
    assert answered({"dpd": "5"})["expected"] == "n/a, because the outstanding amount was not given"
    assert "too few placements like this one" in answered({"dpd": "5", "balance": "1000"})["expected"]


def test_without_payments_nothing_is_expected_and_the_payments_are_named():
    shown = answered({"dpd": "5", "balance": "1000"}, reader=book_of(forty_loans()))
    assert shown["expected"] == "n/a, because this book has no payments"


def test_the_edges_of_the_bands_are_told_in_the_unit_of_the_score():
    by_rule = score_one({"dpd": 64.0}, champion=None, segmentation=None, rates=NO_RATES)
    services = services_of(score_one=lambda _: replace(by_rule, source="model"))
    shown = score.update_score(services, {"dpd": "64"})
    assert shown["value"].startswith("0.")
    assert shown["edges"] == "Below 0.50 low, from 0.75 high."


def test_a_rate_told_by_the_model_stands_with_what_loans_like_it_brought():
    told = type("Answer", (), {"strategy": "Standard", "expected_recovery": 400.0, "expected_rate": 0.4, "expected_source": "model",
                               "expected_low": 0.0, "expected_high": 910.0})  # fmt: skip
    said = score._expected(told, {"balance": 1000.0}, has_payments=True).replace("\u00a0", " ")
    assert said == "400, 40 % of the outstanding amount in 12 months; 80 % of loans like it bring 0 to 910"


def test_where_a_policy_proposes_no_action_the_answer_says_why_and_expects_nothing():
    def by_policy(fields):
        policy = stored(
            3,
            **plain_policy(
                {"Standard": 0.1, "Settlement": 0.3}, costs={"Standard": 90.0, "Settlement": 200.0}, batches=[1]
            ),
        )
        return score_one(fields, champion=None, segmentation=None, rates=RATES, policy=policy)

    shown = score.update_score(services_of(score_one=by_policy), {"dpd": "64", "balance": "500"})
    assert words_of(shown["answer"]).startswith(
        "No action is proposed: every strategy is expected to cost more than it brings. Risk"
    )
    assert "Every strategy is expected to cost more than it brings. Policy: Value policy 3." in words_of(
        shown["strategy"]
    )
    assert shown["expected"] == "n/a, because nothing is told of loans that are not worked"
    assert words_of(shown["what_if"]).startswith(
        "Value policy 3 proposes by what each strategy is expected to bring, not by the score"
    )
    worked = score.update_score(services_of(score_one=by_policy), {"dpd": "64", "balance": "5000"})
    assert words_of(worked["answer"]).startswith("Settlement is proposed by value policy 3; risk")
    assert "25 % of the outstanding amount" in worked["expected"].replace("\u00a0", " ")


def test_a_loan_that_is_not_late_is_only_monitored():
    shown = answered(EXAMPLE | {"dpd": "0", "missed_payments": "0"})
    assert words_of(shown["answer"]).startswith("Standard is proposed: risk")


def test_a_blank_form_gives_a_hint_and_age_alone_is_no_borrower():
    for texts in ({}, {"age": "41"}):
        shown = answered(texts)
        assert (shown["told_class"], shown["hint"], shown["answer"]) == ("is-absent", score.WAITING, score.HINT)


def test_a_refusal_is_shown_in_place_of_the_answer():
    def refuse(_):
        raise Refused("Income is -1", remedy="Write a number.")

    shown = score.update_score(services_of(score_one=refuse), {"balance": "5"})
    assert shown["hint"] == "Income is -1. Write a number."


def test_a_borderline_segment_is_called_so():
    near = type("Answer", (), {"segment": "Large balance", "segment_margin": 0.05, "segment_unlike": False})
    strange = type("Answer", (), {"segment": "Large balance", "segment_margin": 0.5, "segment_unlike": True})
    far = type("Answer", (), {"segment": "Large balance", "segment_margin": 0.5, "segment_unlike": False})
    assert words_of(score._segment(near)) == "Large balance Borderline: nearly as close to another segment."
    assert words_of(score._segment(far)) == "Large balance"
    assert words_of(score._segment(strange)) == "Large balance Unlike anything seen: it fits no segment well."


def test_the_parts_of_the_score_and_what_would_change_it_stand_beside_the_answer():
    shown = answered(EXAMPLE | {"dpd": "120", "missed_payments": "6"})
    assert [item.children[0].children for item in shown["parts"][0].children] == [
        "Days past due", "Missed payments", "Collateral cover", "Debt-to-income",
    ]  # fmt: skip
    assert "together" in shown["parts"][1].children
    said = " ".join(item.children for item in shown["what_if"][0].children)
    assert said == (
        "With 4 instalments caught up with, to nothing past due: Standard instead of Legal (nothing would be left to work)."
    )
    assert "Age" not in said


def test_where_the_lightest_track_is_proposed_nothing_is_asked():
    shown = answered({"dpd": "3", "missed_payments": "0"})
    assert shown["what_if"][0].children == "The lightest track is proposed already."
