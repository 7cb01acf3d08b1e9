import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import Refused
from core.records import Model, Segmentation
from core.scores.rows.target import non_recovery
from core.strategies.catalogue import Limits
from core.workflows.score import SCORE_FIELDS, fit_segments_if_needed, score_frame, score_one
from tests.core.scores.worlds import learned, world
from tests.core.segments.blobs import grouped_book
from tests.costs import in_yardsticks

RATES = pd.DataFrame(
    {"bucket": ["1-29", "30-59"], "loans": [50, 50], "balance": [1000.0, 1000.0], "cash_12m": [500.0, 300.0]}
)
NO_RATES = RATES.head(0)
ROOT = Path(__file__).resolve().parents[3]


def day(frame=None):
    """Snapshots as a unit of the store gives them."""
    frame = grouped_book() if frame is None else frame
    return frame.assign(snapshot_id=range(100, 100 + len(frame)), loan_ref=[f"L{i}" for i in range(len(frame))],
                        borrower_ref=[f"B{i}" for i in range(len(frame))], as_of="2026-10-31", status="open", hold=None,
                        confirmed=None)  # fmt: skip


@pytest.fixture(scope="module")
def segmentation():
    return Segmentation(1, 1, *fit_segments_if_needed(day(), None))


@pytest.fixture(scope="module")
def champion():
    trained = learned()
    assert trained.verdict == "usable"
    return Model(7, trained.kind, "champion", "", trained.sha256, trained.card, trained.artifact)


def test_scores_carry_exactly_the_columns_the_store_takes(segmentation):
    frame = day()
    scores = score_frame(frame, champion=None, segmentation=segmentation, rates=RATES)
    assert scores.columns.tolist() == list(SCORE_FIELDS)
    assert scores["snapshot_id"].tolist() == frame["snapshot_id"].tolist()
    assert set(scores["source"]) == {"rule"}
    assert scores["segment"].nunique() == 3
    assert scores["risk_score"].between(0, 1).all()
    assert set(scores["proposed"]) <= {"Standard", "Settlement", "Legal"}
    assert all(isinstance(each, list) and each for each in scores["reasons"])


def test_expected_money_is_the_book_s_experience_less_fee_time_and_cost():
    frame = day(grouped_book().head(2)).assign(dpd=[10, 200], balance=[1000.0, 1000.0], missed_payments=0)
    limits = Limits.from_json('{"strategies": {"Standard": {"cost": 30, "npv_factor": 0.9}}}')
    scores = score_frame(frame, champion=None, segmentation=None, rates=RATES, limits=limits)
    first = scores.iloc[0]
    assert (first["expected_rate"], first["expected_recovery"], first["expected_net"]) == (0.5, 500.0, 420.0)
    assert scores.iloc[1][["expected_rate", "expected_recovery", "expected_net"]].isna().all()


def test_a_loan_on_hold_has_no_net_value_because_nobody_may_work_it():
    frame = day(grouped_book().head(1)).assign(dpd=10, hold="dispute")
    scores = score_frame(frame, champion=None, segmentation=None, rates=RATES).iloc[0]
    assert scores["proposed"] == "Hold"
    assert np.isnan(scores["expected_net"])


def test_without_a_clustering_there_is_no_segment():
    scores = score_frame(day(), champion=None, segmentation=None, rates=NO_RATES)
    assert scores["segment"].isna().all()
    assert scores["segment_margin"].isna().all()


def test_the_champion_scores_where_there_is_one(champion):
    frame = world(seed=9, loans=400).assign(snapshot_id=range(400), confirmed=None)
    scores = score_frame(frame, champion=champion, segmentation=None, rates=NO_RATES)
    assert set(scores["source"]) == {"model"}
    assert scores["risk_score"].mean() == pytest.approx(non_recovery(frame).outcome.mean(), abs=0.08)


def test_a_damaged_champion_falls_back_to_the_rule_and_says_so(champion):
    broken = Model(7, "logistic", "champion", "", "0" * 64, {}, champion.artifact)
    frame = day(grouped_book().head(3))
    scores = score_frame(frame, champion=broken, segmentation=None, rates=NO_RATES)
    assert set(scores["source"]) == {"rule"}
    assert "damaged" in scores["reasons"].iloc[0][1]
    assert score_one({"dpd": 5, "balance": 10.0}, champion=broken, segmentation=None, rates=NO_RATES).source == "rule"


def test_a_fact_that_vanished_from_a_batch_and_a_kind_the_model_never_met_are_said_with_the_score(champion):
    frame = day(world(seed=9, loans=3))
    whole = score_frame(frame, champion=champion, segmentation=None, rates=NO_RATES)
    assert not [each for reasons in whole["reasons"] for each in reasons if each.startswith(("Not stated", "Unknown"))]
    poorer = frame.drop(columns=["emi", "monthly_income"]).assign(product=["Boat", "Auto", "Auto"])
    scores = score_frame(poorer, champion=champion, segmentation=None, rates=NO_RATES)
    assert set(scores["source"]) == {"model"}
    assert scores["risk_score"].between(0, 1).all()
    gone = "Not stated, so left out: debt-to-income, income (log)"
    new = "Unknown to the model, so counted as none of the kinds it knows: product 'Boat'"
    assert scores["reasons"].iloc[0][-2:] == [new, gone]
    assert [new in reasons for reasons in scores["reasons"]] == [True, False, False]
    assert [reasons[-1] for reasons in scores["reasons"]] == [gone] * 3


def test_a_fact_that_only_some_loans_lack_is_said_of_those(champion):
    frame = day(world(seed=9, loans=4))
    frame.loc[[1, 3], "monthly_income"] = None
    frame.loc[3, "balance"] = 0.0  # paid: nobody asks for its income
    scores = score_frame(frame, champion=champion, segmentation=None, rates=NO_RATES)
    gone = "Not stated, so left out: debt-to-income, income (log)"
    assert [reasons[-1] == gone for reasons in scores["reasons"]] == [False, True, False, False]


def test_facts_left_out_are_named_in_the_reasons():
    frame = day(grouped_book().head(1)).drop(columns="emi")
    assert score_frame(frame, champion=None, segmentation=None, rates=NO_RATES)["reasons"][0][-1] == (
        "Not stated, so left out: missed payments, debt-to-income"
    )


def test_a_book_is_clustered_once_and_again_when_it_has_doubled(segmentation):
    assert fit_segments_if_needed(day(grouped_book(each=159)), segmentation) is None
    content, names = fit_segments_if_needed(day(grouped_book(seed=2, each=160)), segmentation)
    assert (content["n"], content["loans_on"], segmentation.content["loans_on"]) == (480, "2026-10-31", "2026-10-31")
    assert names == segmentation.names


def test_a_day_too_small_for_segments_is_left_without():
    assert fit_segments_if_needed(day(grouped_book().head(49)), None) is None


def test_one_borrower_is_answered_as_the_whole_book_is(segmentation):
    frame = day(grouped_book())
    fields = ["monthly_income", "emi", "balance", "collateral_value", "dpd", "promise_kept_ratio", "contact_rate"]
    scores = score_frame(frame, champion=None, segmentation=segmentation, rates=RATES)
    for row in (0, 100, 200):
        answer = score_one(frame.loc[row, fields].to_dict(), champion=None, segmentation=segmentation, rates=RATES)
        stored = scores.loc[row]
        assert answer.risk_score == stored["risk_score"]
        assert (answer.band, answer.segment, answer.strategy) == (stored["band"], stored["segment"], stored["proposed"])
        assert answer.left_out == ("Other_EMI", "Num_Missed_Payments")


def test_what_was_left_out_what_was_assumed_and_what_is_only_recorded_is_said(segmentation):
    answer = score_one({"monthly_income": 3000.0, "emi": 1500.0, "balance": 900.0, "age": 40, "dpd": None}, champion=None,
                       segmentation=segmentation, rates=RATES)  # fmt: skip
    assert "Days past due were not given: taken as in arrears" in answer.why
    assert any(
        each.startswith("Segment placed with the book's median of: collateral cover, dpd") for each in answer.why
    )
    assert {"Days_Past_Due", "Num_Missed_Payments", "Collateral_Value"} <= set(answer.left_out)
    assert answer.for_the_record == ("Age",)
    assert np.isnan(answer.expected_rate)


def test_high_risk_proposes_legal_and_asks_for_a_person():
    worst = {
        "dpd": 200,
        "missed_payments": 8,
        "emi": 900.0,
        "monthly_income": 1000.0,
        "collateral_value": 0.0,
        "balance": 5.0,
    }
    answer = score_one(worst, champion=None, segmentation=None, rates=NO_RATES)
    assert (answer.risk_score, answer.band, answer.strategy, answer.needs_confirmation) == (1.0, "High", "Legal", True)


def test_the_champion_answers_the_form_too(champion):
    answer = score_one({"dpd": 170, "emi": 900.0, "monthly_income": 1000.0, "balance": 5000.0}, champion=champion,
                       segmentation=None, rates=NO_RATES)  # fmt: skip
    assert answer.source == "model"
    assert answer.risk_score > 0.5
    assert "Collateral_Value" in answer.left_out


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"shoe_size": 43}, "no field 'shoe_size'"),
        ({"dpd": "soon"}, "Days_Past_Due is 'soon'"),
        ({"dpd": -1}, "Days_Past_Due is -1.*from 0 to 20000"),
        ({"balance": -0.5}, "Outstanding_Loan_Amount is -0.5.*0 or more"),
        ({"balance": float("inf")}, "Outstanding_Loan_Amount is inf"),
        ({"emi": True}, "Monthly_EMI is True"),
    ],
)
def test_nonsense_in_the_form_is_refused_by_field(fields, found):
    with pytest.raises(Refused, match=found):
        score_one(fields, champion=None, segmentation=None, rates=NO_RATES)


def test_one_borrower_costs_a_few_yardsticks_at_most(champion, segmentation):
    """Today it costs 2.8, half of the limit; what that is in milliseconds of the page's budget, a bench says."""
    given = {"dpd": 90, "balance": 5000.0, "emi": 300.0, "monthly_income": 1000.0}
    assert in_yardsticks(lambda: score_one(given, champion=champion, segmentation=segmentation, rates=RATES)) < 5.5


def test_scoring_one_borrower_does_not_load_the_learning_stack(champion, segmentation):
    code = """
import json, sys
import pandas as pd
from core.records import Model, Segmentation
from core.workflows.score import score_one
import core.scores.scoring.evaluate, core.scores.scoring.rule_score, core.segments.naming, core.segments.stability, core.workflows.train, core.workflows.recommend
given = json.load(sys.stdin)
model = Model(1, "x", "champion", "", given["sha256"], {}, given["artifact"])
place = Segmentation(1, 1, given["content"], tuple(given["names"]))
rates = pd.DataFrame({"bucket": [], "loans": [], "balance": [], "cash_12m": []})
answer = score_one({"dpd": 90, "balance": 5000.0}, champion=model, segmentation=place, rates=rates)
assert answer.source == "model" and answer.segment
print([name for name in ("sklearn", "lightgbm", "scipy") if name in sys.modules])
"""
    given = {
        "sha256": champion.sha256,
        "artifact": champion.artifact,
        "content": segmentation.content,
        "names": segmentation.names,
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, input=json.dumps(given), capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_closed_loans_are_placed_in_segments_but_do_not_shape_them():
    frame = day(grouped_book())
    frame.loc[100:, "status"] = "paid"
    content, names = fit_segments_if_needed(frame, None)
    assert content["n"] == 100
    scores = score_frame(frame, champion=None, segmentation=Segmentation(1, 1, content, names), rates=NO_RATES)
    assert scores["segment"].notna().all()
