import numpy as np
import pandas as pd

from core.scores.scoring.expected import expected_amounts, expected_rate

RATES = pd.DataFrame(
    {
        "bucket": ["1-29", "30-59", "60-89"],
        "loans": [40, 29, 30],
        "balance": [1000.0, 500.0, 0.0],
        "cash_12m": [400.0, 100.0, 5.0],
    }
)


def test_a_loan_is_expected_to_do_as_matured_placements_of_its_bucket_did():
    frame = pd.DataFrame({"dpd": [5, 29, 30], "status": ["open", "paid", "open"]})
    assert expected_rate(frame, RATES).tolist()[0] == 0.4
    assert expected_rate(frame, RATES).isna().tolist() == [False, True, True]


def test_no_experience_is_no_expectation():
    frame = pd.DataFrame({"dpd": [0, 5, 60, 200]})
    assert expected_rate(frame, RATES).isna().tolist() == [True, False, True, True]
    assert expected_rate(frame, RATES.head(0)).isna().all()
    assert expected_rate(pd.DataFrame({"dpd": [None]}), RATES).isna().all()


def test_reversals_beyond_the_cash_are_not_a_negative_expectation():
    rates = RATES.assign(cash_12m=[-50.0, 0.0, 0.0])
    assert expected_rate(pd.DataFrame({"dpd": [5]}), rates).tolist() == [0.0]


def test_a_band_refines_its_bucket_only_with_a_hundred_placements():
    rates = pd.DataFrame(
        {
            "bucket": ["1-29", "1-29"],
            "band": ["Low", "High"],
            "loans": [150, 99],
            "balance": [1000.0, 1000.0],
            "cash_12m": [600.0, 200.0],
        }
    )
    frame = pd.DataFrame({"dpd": [5, 5, 5], "band": ["Low", "High", None]})
    assert expected_rate(frame, rates).tolist() == [0.6, 0.4, 0.4]


def test_net_value_is_what_is_left_after_fee_time_and_cost():
    answer = expected_amounts(pd.Series([0.4, np.nan]), pd.Series([1000.0, 1000.0]), cost=pd.Series([20.0, 20.0]),
                              fee_share=pd.Series([0.25, 0.0]), npv_factor=pd.Series([0.9, 0.9]))  # fmt: skip
    assert answer["expected_recovery"].tolist()[0] == 400.0
    assert answer["expected_net"].tolist()[0] == 250.0
    assert answer.loc[1].isna().all()
