import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.columns import by_field
from core.scores.scoring.bands import band_of
from core.scores.scoring.explain import unpacked
from core.scores.scoring.rule_score import INPUTS, rule_score
from tests.tutorial import lookalike

FACTS = {"dpd": 90, "missed_payments": 3, "emi": 300.0, "other_emi": 100.0, "monthly_income": 1000.0,
         "collateral_value": 100.0, "balance": 100.0}  # fmt: skip


def one(**changes):
    return rule_score(pd.DataFrame([FACTS | changes])).iloc[0]


def test_a_score_worked_by_hand():
    answer = one()
    assert answer["risk_score"] == pytest.approx(0.35 * 0.85 + 0.25 * 0.85 + 0.2 * 0.85 + 0.2 * 0.4)
    assert answer["reasons"] == [
        "90 days past due (adds 0.30)",
        "3 missed payments (adds 0.21)",
        "Instalments take 0.40 of income (adds 0.17)",
    ]
    assert answer["left_out"] == []


def test_the_weight_of_an_input_not_known_is_shared_and_the_input_named():
    answer = one(missed_payments=None, collateral_value=None)
    assert answer["risk_score"] == pytest.approx((0.35 * 0.85 + 0.2 * 0.85) / 0.55)
    assert answer["left_out"] == ["missed payments", "collateral cover"]


def test_a_loan_of_which_nothing_is_known_has_no_score():
    answer = rule_score(pd.DataFrame({"loan_ref": ["L1"]})).iloc[0]
    assert np.isnan(answer["risk_score"])
    assert len(answer["left_out"]) == len(INPUTS)
    assert answer["reasons"] == ["None of the rule's inputs is known"]


def test_the_best_and_the_worst_loan_reach_the_ends():
    assert one(dpd=0, missed_payments=0, emi=0.0, other_emi=0.0, collateral_value=150.0)["risk_score"] == 0.0
    worst = one(dpd=500, missed_payments=9, monthly_income=0.0, collateral_value=0.0)
    assert worst["risk_score"] == 1.0
    assert (
        "Instalments are due and there is no income"
        in rule_score(pd.DataFrame([FACTS | {"dpd": 0, "monthly_income": 0.0}]))["reasons"][0][1]
    )


def test_a_clean_loan_says_that_nothing_adds_to_its_score():
    answer = one(dpd=0, missed_payments=0, emi=0.0, other_emi=0.0, collateral_value=200.0)
    assert answer["reasons"] == ["Nothing in this loan's facts adds to the rule score"]


@given(
    st.integers(0, 400),
    st.integers(0, 12),
    st.floats(0, 5000),
    st.floats(0, 500),
    st.sampled_from(["dpd", "missed_payments", "emi"]),
)
def test_more_arrears_debt_or_less_cover_never_lower_the_score(dpd, missed, emi, cover, worse):
    base = {"dpd": dpd, "missed_payments": missed, "emi": emi, "collateral_value": cover}
    before = one(**base)["risk_score"]
    assert one(**base | {worse: base[worse] * 1.5 + 1})["risk_score"] >= before
    assert one(**base | {"collateral_value": cover * 0.5})["risk_score"] >= before
    assert 0 <= before <= 1


def test_the_weights_sum_to_one_and_every_input_says_why():
    assert sum(each.weight for each in INPUTS) == pytest.approx(1.0)
    columns = by_field("portfolio")
    for each in INPUTS:
        assert len(each.reason) > 40
        assert all(columns[name].known_at == "snapshot" and not columns[name].protected for name in each.fields)


def test_all_three_bands_occur_on_a_book_like_the_tutorials():
    raw = lookalike()
    frame = raw.rename(columns={"Days_Past_Due": "dpd", "Num_Missed_Payments": "missed_payments", "Monthly_EMI": "emi",
                                "Monthly_Income": "monthly_income", "Collateral_Value": "collateral_value",
                                "Outstanding_Loan_Amount": "balance"})  # fmt: skip
    shares = band_of(rule_score(frame)["risk_score"]).value_counts(normalize=True)
    assert shares.min() > 0.05
    assert len(shares) == 3


def test_the_parts_of_the_rule_add_up_to_its_score():
    frame = pd.DataFrame(
        [
            {"dpd": 90, "missed_payments": 3, "emi": 20.0, "monthly_income": 100.0, "collateral_value": 0.0, "balance": 9.0},
            {"dpd": 30, "missed_payments": None, "emi": None, "monthly_income": None, "collateral_value": None, "balance": 9.0},
            dict.fromkeys(("dpd", "missed_payments", "emi", "monthly_income", "collateral_value", "balance")),
        ]
    )  # fmt: skip
    scored = rule_score(frame)
    first, second, nothing = map(unpacked, scored["contributions"])
    assert first.parts == pytest.approx(
        {"days past due": 0.2975, "missed payments": 0.2125, "debt-to-income": 0.1, "collateral cover": 0.2}
    )
    assert (first.base, first.margin) == (0.0, pytest.approx(scored["risk_score"][0], abs=1e-6))
    assert second.parts["days past due"] == pytest.approx(0.5 * 0.35 / 0.55)
    assert second.parts["collateral cover"] == pytest.approx(0.2 / 0.55)
    assert second.margin == pytest.approx(sum(second.parts.values()), abs=1e-8)
    assert nothing is None
